"""The pipeline as a library calls it: one request, one assessment, every word of it accounted for."""

from __future__ import annotations

import datetime
import hashlib
from pathlib import Path

import pytest

from limen import __version__
from limen.assess import Request, assess, moment
from limen.cli.starter import starter
from limen.errors import DeclarationError, PolicyError, UsageError
from limen.records.statuses import STATUSES
from limen.records.verdict import exit_code
from tests.needs import REPOSITORY
from tests.policy.support import MY_PROFILE, write_profile, write_rule

NOW = datetime.datetime(2026, 11, 22, 8, 30, 15, 999_999, datetime.UTC)


def write(folder: Path, *profiles: str, **changed: str) -> Path:
    text = starter(
        system="rx", title="Rx", owner="ops", profiles=profiles or ("zero-trust",), tenancy=False, today=NOW.date()
    )
    for old, new in changed.items():
        assert old in text
        text = text.replace(old, new)
    (folder / "boundaries.yaml").write_text(text, encoding="utf-8")
    return folder / "boundaries.yaml"


def test_what_an_assessment_says_of_itself(tmp_path: Path) -> None:
    path = write(tmp_path)
    found = assess(Request(path=path, assessed_at=NOW)).assessment
    assert (found.system, found.system_title, found.owner) == ("rx", "Rx", "ops")
    assert (found.tool_version, found.scope, found.partial, found.observed) == (__version__, "design", "", 0)
    assert (found.assessed_at, found.as_of) == ("2026-11-22T08:30:15Z", "2026-11-22")
    assert found.profiles == ("zero-trust",)
    assert [(file.size, file.sha256) for file in found.files] == [
        (path.stat().st_size, hashlib.sha256(path.read_bytes()).hexdigest())
    ]
    assert found.engine.startswith("regorus ")


def test_every_decision_is_counted(tmp_path: Path) -> None:
    found = assess(Request(path=write(tmp_path))).assessment
    counted = dict.fromkeys(STATUSES, 0)
    for decision in found.each_decision():
        counted[decision.status] += 1
    idle = [d for d in found.decisions.values() if not found.tables[d.selected.rule.subject].size]
    counted["not_applicable"] += len(idle)  # a rule without subjects is one visible row
    assert counted == found.counts
    assert counted["pass"] > 100
    assert exit_code(found) == 0


def test_every_selected_rule_has_decided(tmp_path: Path) -> None:
    whole = assess(Request(path=write(tmp_path)))
    assert list(whole.assessment.decisions) == list(whole.selection.rules)


def test_the_day_of_the_law_is_that_of_the_assessment_unless_given(tmp_path: Path) -> None:
    path = write(tmp_path)
    day = datetime.date(2020, 2, 29)
    assert assess(Request(path=path, assessed_at=NOW)).assessment.as_of == "2026-11-22"
    given = assess(Request(path=path, assessed_at=NOW, as_of=day)).assessment
    assert (given.as_of, given.assessed_at) == ("2020-02-29", "2026-11-22T08:30:15Z")


def test_a_moment_is_whole_seconds_in_utc(monkeypatch: pytest.MonkeyPatch) -> None:
    plus_two = datetime.timezone(datetime.timedelta(hours=2))
    assert moment(datetime.datetime(2026, 1, 1, 1, 0, 0, 5, plus_two)).isoformat() == "2025-12-31T23:00:00+00:00"
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1800000000")
    assert moment(None).isoformat() == "2027-01-15T08:00:00+00:00"
    assert moment(NOW).isoformat() == "2026-11-22T08:30:15+00:00"
    monkeypatch.delenv("SOURCE_DATE_EPOCH")
    assert abs(moment(None) - datetime.datetime.now(datetime.UTC)) < datetime.timedelta(minutes=1)


@pytest.mark.parametrize("epoch", ["x", "1e9", " ", "99999999999999999999"])
def test_an_epoch_that_is_none_is_refused(epoch: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", epoch)
    with pytest.raises(UsageError, match="SOURCE_DATE_EPOCH"):
        moment(None)


def test_sharing_decisions_changes_none(tmp_path: Path) -> None:
    path = write(tmp_path, "hipaa", "part-11", **{'min: "1.3"': 'min: "1.2"'})
    shared, plain = (assess(Request(path=path, memo=memo)).assessment for memo in (True, False))
    assert [(d.id, d.status) for d in shared.each_decision()] == [(d.id, d.status) for d in plain.each_decision()]
    assert list(shared.findings) == list(plain.findings)


def test_profiles_add_and_only_profiles_replace(tmp_path: Path) -> None:
    path = write(tmp_path, "hipaa")
    assert assess(Request(path=path, profiles=("dscsa",))).assessment.profiles == ("hipaa", "dscsa")
    only = assess(Request(path=path, only_profiles=("dscsa",))).assessment
    assert (only.profiles, only.partial) == (("dscsa",), "only profile dscsa")


def test_a_part_is_marked_in_words(tmp_path: Path) -> None:
    request = Request(path=write(tmp_path), rules=("transit.*", "audit.chained"), flows=("submit", "keep"))
    assert assess(request).assessment.partial == "only rule transit.*, audit.chained; only flow submit, keep"


def test_a_part_of_the_flows_holds_their_findings_only(tmp_path: Path) -> None:
    path = write(tmp_path, **{'min: "1.3"': 'min: "1.2"'})
    every = assess(Request(path=path)).assessment
    part = assess(Request(path=path, flows=("submit",))).assessment
    assert {finding.crossing for finding in every.findings} >= {"submit", "keep", "anchor"}
    assert {finding.crossing for finding in part.findings} == {"submit"}
    assert [f for f in every.findings if f.crossing == "submit"] == list(part.findings)


@pytest.mark.parametrize(
    ("changed", "error", "said"),
    [
        ({"path": Path("nowhere")}, UsageError, "no such file or folder"),
        ({"profiles": ("hippa",)}, UsageError, "hippa"),
        ({"rules": ("transit.x",)}, UsageError, "transit.x"),
        ({"flows": ("sumbit",)}, UsageError, "sumbit"),
        ({"policies": (Path("nowhere"),)}, PolicyError, "no such folder"),
        ({"waivers": Path("nowhere")}, DeclarationError, "can't read the file"),
        ({"baseline": Path("nowhere")}, DeclarationError, "can't read the file"),
    ],
)
def test_what_does_not_exist_is_refused(
    tmp_path: Path, changed: dict[str, object], error: type[Exception], said: str
) -> None:
    given = {"path": write(tmp_path)} | changed
    with pytest.raises(error, match=said):
        assess(Request(**given))  # type: ignore[arg-type]


def test_progress_is_told_in_words(tmp_path: Path) -> None:
    told: list[str] = []
    assess(Request(path=write(tmp_path)), told.append)
    assert told == ["reading the declaration", "computing facts", "deciding", "collecting findings"]


@pytest.mark.parametrize("scope", ["folder", "file"])
def test_what_was_accepted_lies_beside_the_declaration(tmp_path: Path, scope: str) -> None:
    path = write(tmp_path, **{"protocol: kmip}": 'protocol: kmip, tls: {min: "1.2"}}'})
    (finding,) = assess(Request(path=path)).assessment.findings
    (tmp_path / "baseline.json").write_text(
        f'{{"expires": "2999-01-01", "created": "2026-01-01", "fingerprints": ["{finding.fingerprint}"]}}'
    )
    (again,) = assess(Request(path=tmp_path if scope == "folder" else path)).assessment.findings
    assert (again.id, again.disposition) == ("transit.tls_minimum::flow:use-keys::in_transit.tls.min", "baseline")


def test_inherited_findings_do_not_gate(tmp_path: Path) -> None:
    path = write(tmp_path, **{"protocol: kmip}": 'protocol: kmip, tls: {min: "1.2"}}'})
    (finding,) = assess(Request(path=path)).assessment.findings
    after = assess(Request(path=path, inherited=frozenset({finding.fingerprint}))).assessment
    assert [f.disposition for f in after.findings] == ["inherited"]
    assert exit_code(after) == 0


def test_the_reference_system_is_judged_whole() -> None:
    found = assess(Request(path=REPOSITORY)).assessment
    assert found.system == "aldermoor"
    assert set(found.profiles) == {"zero-trust", "dscsa", "dea-controlled-substances", "part-11", "hipaa", "assured"}
    assert len(found.decisions) >= 80
    assert found.counts["error"] == 0


@pytest.mark.parametrize("where", ["", "below"])
def test_a_wrong_declaration_is_named_as_it_was_typed(
    tmp_path: Path, where: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "below").mkdir()
    write(tmp_path / where, **{"to: service": "to: servise"})
    monkeypatch.chdir(tmp_path)
    with pytest.raises(DeclarationError) as caught:
        assess(Request(path=Path(where)))
    (place,) = [problem.location for problem in caught.value.problems]
    assert place is not None
    assert place.file == ("below/boundaries.yaml" if where else "boundaries.yaml")


def test_rules_of_ones_own_that_nothing_selects_are_named(tmp_path: Path) -> None:
    """They judged nothing, which a reader who gave them must not take for a pass."""
    path = write(tmp_path)
    own = tmp_path / "own"
    write_rule(own)
    write_profile(own, MY_PROFILE)
    note = "no profile of this assessment selects transit.mine: --profile adds one that does"
    assert assess(Request(path=path, policies=(own,), assessed_at=NOW)).assessment.notes == (note,)
    assert assess(Request(path=path, policies=(own,), profiles=("mine",), assessed_at=NOW)).assessment.notes == ()
    assert assess(Request(path=path, assessed_at=NOW)).assessment.notes == ()
