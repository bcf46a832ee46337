"""Findings, gaps, and what waivers and baselines make of them: by exact subjects, statuses and reasons."""

from __future__ import annotations

import datetime
import hashlib
import json
from array import array
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from limen.errors import DeclarationError, Location
from limen.policy.baseline import read_baseline
from limen.policy.findings import Accepted, Findings, findings_of
from limen.policy.fingerprints import fingerprint
from limen.policy.waivers import TITLES, read_waivers
from limen.records.assessment import CheckResult, Outcome, RuleDecisions
from limen.records.rules import Check, Rule, SelectedRule
from limen.records.statuses import Severity
from tests.policy.support import table

NOW = datetime.datetime(2026, 6, 1, 12, tzinfo=datetime.UTC)
FLOWS = table("flow", [{"n": n} for n in range(4)])


def rule(name: str, severity: Severity = "high") -> SelectedRule:
    made = Rule(
        id=name,
        title=f"title of {name}",
        description="D",
        subject="flow",
        severity=severity,
        confidence="certain",
        controls=("a:b",),
        remediation="mend it",
        checks={"one": Check(path="in_transit.tls.min", message="m")},
        not_applicable="N",
    )
    return SelectedRule(rule=made, parameters={}, profiles=("p",))


def outcome(status: Any, message: str = "", actual: bytes = b"null") -> Outcome:
    result = CheckResult(
        check="one", path="in_transit.tls.min", status=status, message=message, actual=actual, refs=(1, 7)
    )
    return Outcome(status=status, results=(result,))


def decided(
    name: str, *outcomes: Outcome, severity: Severity = "high", assumed: dict[int, int] | None = None
) -> RuleDecisions:
    """Return decisions that give the n-th shape the n-th outcome, the last one to the rest."""
    count = FLOWS.shape_count
    codes = array("I", [min(n, len(outcomes) - 1) for n in range(count)])
    return RuleDecisions(selected=rule(name, severity), outcomes=outcomes, codes=codes, assumed=assumed or {})


def located(path: tuple[str | int, ...]) -> Location:
    return Location(file="boundaries.yaml", line=len(path), column=1)


def found(*rules: RuleDecisions, tables: Any = None, **accepted: Any) -> Findings:
    decisions = {one.selected.rule.id: one for one in rules}
    return findings_of(decisions, tables or {"flow": FLOWS}, located, Accepted(now=NOW, **accepted))


FAILING = decided("transit.a", outcome("fail", "too low", b"11"), outcome("pass"))
NAME = fingerprint("transit.a", "flow:s0", "in_transit.tls.min", b"11")


def waiver(folder: Path, **changes: Any) -> Any:
    given = {
        "fingerprint": NAME,
        "owner": "ops",
        "requested_by": "Ada",
        "approved_by": "Grace",
        "reason": "being replaced",
        "compensating_control": "audit.b",
        "expires": "2026-12-31",
    } | changes
    path = folder / "waivers.yaml"
    path.write_text("waivers:\n  - " + "\n    ".join(f"{key}: {json.dumps(value)}" for key, value in given.items()))
    return read_waivers(path)


PASSING = decided("audit.b", outcome("pass"))


def test_a_failed_check_is_a_finding_with_all_that_a_person_needs() -> None:
    (finding,) = found(FAILING, PASSING).findings
    assert finding.id == "transit.a::flow:s0::in_transit.tls.min"
    assert (finding.status, finding.severity, finding.message) == ("fail", "high", "too low")
    assert (finding.title, finding.remediation, finding.controls) == ("title of transit.a", "mend it", ("a:b",))
    assert (finding.subject_title, finding.crossing) == ("flow 0", "flow-0")
    assert finding.refs == ("two",)
    assert finding.location.line == 5
    assert finding.fingerprint == NAME
    assert finding.disposition == "open"


def test_counts_are_of_decisions_by_status_and_a_rule_without_subjects_is_one_row() -> None:
    other = msgspec.structs.replace(decided("zone.x", outcome("pass")), codes=array("I"))
    selected = msgspec.structs.replace(
        other.selected, rule=msgspec.structs.replace(other.selected.rule, subject="zone")
    )
    counts = found(FAILING, PASSING, msgspec.structs.replace(other, selected=selected)).counts
    assert counts == {"error": 0, "fail": 1, "not_assessed": 0, "pass": 7, "not_applicable": 1, "out_of_scope": 0}


def test_gaps_are_listed_and_the_worst_comes_first() -> None:
    low = decided("a.low", outcome("fail"), outcome("pass"), severity="low")
    gap = decided("a.gap", outcome("not_assessed", "x is not declared"), outcome("pass"), severity="low")
    broken = decided("a.broken", Outcome(status="error", reason="undefined"), outcome("pass"), severity="low")
    result = found(low, gap, FAILING, broken)
    assert [(f.rule, f.status) for f in result.findings] == [
        ("a.broken", "error"),
        ("transit.a", "fail"),
        ("a.low", "fail"),
        ("a.gap", "not_assessed"),
    ]
    assert result.findings[0].message == "undefined"
    assert (result.tally.failed, result.tally.gaps) == ({"high": 1, "low": 1}, 2)


def test_a_failure_whose_only_witness_is_assumed_is_a_gap_that_names_the_flow() -> None:
    assuming = table("flow", [{"n": n} for n in range(4)], assumed={0: "legacy\u202efeed"})
    one = decided("transit.a", outcome("fail", "too low"), outcome("not_assessed", "assumed"), assumed={0: 1})
    one = msgspec.structs.replace(one, codes=array("I", [0, 0, 0, 0]))
    result = found(one, tables={"flow": assuming})
    assert [(f.subject, f.status) for f in result.findings] == [
        ("flow:s1", "fail"),
        ("flow:s2", "fail"),
        ("flow:s3", "fail"),
        ("flow:s0", "not_assessed"),
    ]
    assert result.findings[3].message == "assumed (legacy\\u202efeed)"
    assert result.counts["fail"] == 3
    assert result.counts["not_assessed"] == 1


@given(st.sampled_from(["rule", "subject", "path", "actual"]), st.text(min_size=1, max_size=4))
def test_a_fingerprint_changes_with_each_of_its_parts(part: str, more: str) -> None:
    parts = {"rule": "a.b", "subject": "flow:x", "path": "p", "actual": b'{"a":1,"b":2}'}
    changed = parts | ({"actual": json.dumps(more).encode()} if part == "actual" else {part: f"{parts[part]!s}{more}"})
    assert fingerprint(**parts) != fingerprint(**changed)  # type: ignore[arg-type]


def test_a_fingerprint_is_the_same_however_the_value_is_spelt() -> None:
    assert fingerprint("a", "b", "c", b'{"a":1,"b":2}') == fingerprint("a", "b", "c", b'{ "b": 2, "a": 1 }')
    whole = hashlib.sha256(b'["r","s","p",1]').hexdigest()
    assert fingerprint("r", "s", "p", b"1") == whole[:32]


def test_a_sound_waiver_is_shown_as_waived_and_as_unattested(tmp_path: Path) -> None:
    result = found(FAILING, PASSING, waivers=waiver(tmp_path))
    (finding,) = result.findings
    assert (finding.status, finding.disposition) == ("fail", "waived")
    assert "approved by Grace until 2026-12-31, unattested: being replaced" in finding.waiver
    assert result.notes == ("1 unattested: no trusted approver's signature was verified on these waivers",)
    assert (result.tally.failed, result.tally.accepted) == ({}, 1)
    assert result.counts["fail"] == 1


UNSOUND = {
    "expired": ({"expires": "2026-06-01"}, {"waiver.expired": "expires"}),
    "expired this second": ({"expires": "2026-06-01T12:00:00Z"}, {"waiver.expired": "expires"}),
    "self-approved": ({"approved_by": " aDA "}, {"waiver.self_approved": "approved_by"}),
    "unknown control": ({"compensating_control": "audit.c"}, {"waiver.compensating_control": "compensating_control"}),
    "failing control": ({"compensating_control": "transit.a"}, {"waiver.compensating_control": "compensating_control"}),
    "a probe": ({"compensating_control": "tls"}, {"waiver.compensating_control": "compensating_control"}),
    "all at once": (
        {"expires": "2020-01-01", "approved_by": "Ada", "compensating_control": "x"},
        {
            "waiver.expired": "expires",
            "waiver.self_approved": "approved_by",
            "waiver.compensating_control": "compensating_control",
        },
    ),
}


@pytest.mark.parametrize("case", sorted(UNSOUND))
def test_an_unsound_waiver_is_a_finding_and_waives_nothing(tmp_path: Path, case: str) -> None:
    changes, expected = UNSOUND[case]
    result = found(FAILING, PASSING, waivers=waiver(tmp_path, **changes))
    on_waiver = {f.rule: f.path for f in result.findings if f.rule.startswith("waiver.")}
    assert on_waiver == expected
    (own,) = [f for f in result.findings if f.rule == "transit.a"]
    assert own.disposition == "open"
    for finding in result.findings:
        if finding.rule.startswith("waiver."):
            assert (finding.status, finding.disposition, finding.title) == ("fail", "open", TITLES[finding.rule])
            assert Path(finding.location.file).name == "waivers.yaml"
            assert finding.location.line > 1


def test_a_waiver_that_matches_nothing_is_a_finding_except_in_a_part(tmp_path: Path) -> None:
    held = waiver(tmp_path, fingerprint="0" * 32)
    assert [f.rule for f in found(PASSING, waivers=held).findings] == ["waiver.unmatched"]
    assert list(found(PASSING, waivers=held, partial=True).findings) == []


def test_a_worse_value_reopens_the_finding(tmp_path: Path) -> None:
    worse = decided("transit.a", outcome("fail", "too low", b"10"), outcome("pass"))
    result = found(worse, PASSING, waivers=waiver(tmp_path))
    assert {(f.rule, f.disposition) for f in result.findings} == {("transit.a", "open"), ("waiver.unmatched", "open")}


@pytest.mark.parametrize("status", ["error", "not_assessed"])
def test_only_a_failure_can_be_waived(tmp_path: Path, status: str) -> None:
    gap = decided("transit.a", outcome(status, "x", b"11"), outcome("pass"))
    result = found(gap, PASSING, waivers=waiver(tmp_path), inherited=frozenset({NAME}))
    assert {(f.rule, f.disposition) for f in result.findings} == {("transit.a", "open"), ("waiver.unmatched", "open")}
    assert result.tally.gaps == 1


def test_a_control_that_applies_nowhere_or_is_not_assessed_compensates_nothing(tmp_path: Path) -> None:
    for status in ("not_applicable", "not_assessed", "out_of_scope", "error"):
        control = decided("audit.b", Outcome(status=status), *([] if status == "not_applicable" else [outcome("pass")]))
        rules = {f.rule for f in found(FAILING, control, waivers=waiver(tmp_path)).findings}
        assert "waiver.compensating_control" in rules, status


def test_where_a_profile_asks_for_it_a_waiver_without_verified_signature_gates(tmp_path: Path) -> None:
    for changes in ({}, {"signature": "{}"}):
        result = found(FAILING, PASSING, waivers=waiver(tmp_path, **changes), attested_only=True)
        assert {(f.rule, f.disposition) for f in result.findings} == {
            ("transit.a", "open"),
            ("waiver.unattested", "open"),
        }


MALFORMED = {
    "missing field": ("waivers:\n  - {fingerprint: %s}\n", "'owner' is a required property", 2),
    "unknown field": ("waivers: []\nwaiver: []\n", "unknown key 'waiver'", 2),
    "bad fingerprint": ("waivers:\n  - {fingerprint: xyz}\n", "does not match", 2),
    "not a list": ("waivers: 3\n", "is not of type 'array'", 1),
    "empty": ("", "empty", 1),
    "binary": ("\x00", "not YAML", 1),
}


@pytest.mark.parametrize("case", sorted(MALFORMED))
def test_a_malformed_waiver_file_is_a_declaration_error_with_its_place(tmp_path: Path, case: str) -> None:
    text, expected, line = MALFORMED[case]
    path = tmp_path / "waivers.yaml"
    path.write_text(text.replace("%s", NAME))
    with pytest.raises(DeclarationError) as caught:
        read_waivers(path)
    matched = [p for p in caught.value.problems if expected in p.message]
    assert matched, caught.value.problems
    assert matched[0].location is not None
    assert matched[0].location.line == line


def test_an_impossible_day_and_a_double_are_declaration_errors(tmp_path: Path) -> None:
    with pytest.raises(DeclarationError, match="no such moment"):
        waiver(tmp_path, expires="2026-02-31")
    path = tmp_path / "waivers.yaml"
    waiver(tmp_path)
    text = path.read_text()
    path.write_text(text + "\n" + text.partition("\n")[2])
    with pytest.raises(DeclarationError, match="waived twice, first in line 2"):
        read_waivers(path)


def baseline(folder: Path, **changes: Any) -> Any:
    path = folder / "baseline.json"
    content = {"expires": "2026-12-31", "created": "2026-01-01T00:00:00Z", "fingerprints": [NAME]} | changes
    path.write_text(json.dumps(content))
    return read_baseline(path)


def test_a_baseline_holds_what_was_there_and_no_gap(tmp_path: Path) -> None:
    gap = decided("a.gap", outcome("not_assessed", "x"), outcome("pass"))
    name = fingerprint("a.gap", "flow:s0", "in_transit.tls.min", b"null")
    result = found(FAILING, gap, baseline=baseline(tmp_path, fingerprints=[NAME, name]))
    assert {(f.rule, f.disposition) for f in result.findings} == {("transit.a", "baseline"), ("a.gap", "open")}


def test_an_expired_baseline_is_ignored_and_noted(tmp_path: Path) -> None:
    result = found(FAILING, baseline=baseline(tmp_path, expires="2026-06-01"))
    assert [f.disposition for f in result.findings] == ["open"]
    assert "expired on 2026-06-01: ignored" in result.notes[0]


def test_inherited_findings_are_shown_as_such() -> None:
    assert [f.disposition for f in found(FAILING, inherited=frozenset({NAME})).findings] == ["inherited"]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"expires": "soon"}, "does not match"),
        ({"expires": "2026-13-01"}, "no such moment"),
        ({"more": 1}, "unknown key"),
    ],
)
def test_a_malformed_baseline_is_a_declaration_error(tmp_path: Path, changes: dict[str, Any], expected: str) -> None:
    with pytest.raises(DeclarationError, match=expected):
        baseline(tmp_path, **changes)


def test_many_findings_are_made_quickly() -> None:
    import time

    many = table("flow", [{"n": n} for n in range(10_000)])
    one = msgspec.structs.replace(decided("transit.a", outcome("fail", "x")), codes=array("I", bytes(40_000)))
    begun = time.perf_counter()
    result = found(one, tables={"flow": many})
    assert len(list(result.findings)) == 10_000
    assert time.perf_counter() - begun < 3  # 0.3 s on a machine of its own; this one is shared
