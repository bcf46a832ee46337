"""`limen waive` and what becomes of a waiver: it counts, expires, is unmatched, self-approved or uncompensated."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.cli.conftest import FINDING, declaration, mend, worsen
from tests.cli.hostile import UNDEFINED, write_rule
from tests.cli.support import Said, limen, names

Capsys = pytest.CaptureFixture[str]

ANSWERS = {
    "owner": "ops",
    "requested-by": "jane",
    "approved-by": "joan",
    "reason": "The service is replaced in May",
    "compensating-control": "transit.plaintext",
    "expires": "2999-01-01",
}


def waive(capsys: Capsys, folder: Path, finding: str = FINDING, *more: str | Path, **changed: str) -> Said:
    answers = ANSWERS | {name.replace("_", "-"): value for name, value in changed.items()}
    return limen(capsys, "waive", finding, folder, *(f"--{k}={v}" for k, v in answers.items()), *more)


def findings(capsys: Capsys, folder: Path, *arguments: str) -> tuple[int, list[dict[str, Any]]]:
    said = limen(capsys, "check", folder, "-f", "json", *arguments)
    return said.code, json.loads(said.out)["findings"]


def write(folder: Path, fingerprint: str, **changed: str) -> None:
    """Write waivers.yaml by hand, as somebody would who does not use the command."""
    answers = ANSWERS | {name.replace("_", "-"): value for name, value in changed.items()}
    waiver = {"fingerprint": fingerprint} | {name.replace("-", "_"): value for name, value in answers.items()}
    (folder / "waivers.yaml").write_text(yaml.safe_dump({"waivers": [waiver]}), encoding="utf-8")


@pytest.fixture
def fingerprint(weak: Path, capsys: Capsys) -> str:
    _, found = findings(capsys, weak)
    return str(found[0]["fingerprint"])


def test_a_waived_finding_gates_no_longer_and_is_shown(weak: Path, fingerprint: str, capsys: Capsys) -> None:
    said = waive(capsys, weak)
    assert said.code == 0
    assert f"{weak / 'waivers.yaml'}: waiver of {FINDING} added" in said.out
    after = limen(capsys, "check", weak)
    assert after.code == 0
    assert "transit.tls_minimum [waived]" in after.out
    assert "approved by joan until 2999-01-01" in after.out
    assert after.out.splitlines()[-1].startswith("conforms as declared but for 1 accepted finding; ")


@pytest.mark.parametrize("form", ["id", "rule::subject", "fingerprint", "prefix"])
def test_a_finding_is_named_in_any_of_its_ways(weak: Path, fingerprint: str, form: str, capsys: Capsys) -> None:
    name = {"id": FINDING, "rule::subject": FINDING.rsplit("::", 1)[0], "fingerprint": fingerprint}
    assert waive(capsys, weak, name.get(form, fingerprint[:8])).code == 0
    assert yaml.safe_load((weak / "waivers.yaml").read_text())["waivers"][0]["fingerprint"] == fingerprint


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"approved_by": "JANE "}, "requester and approver are the same"),
        ({"compensating_control": "transit.plaintex"}, 'did you mean "transit.plaintext"?'),
        ({"expires": "2020-01-01"}, "2020-01-01 is not in the future"),
        ({"expires": "2999-13-01"}, "is no date"),
        ({"expires": "soon"}, "is no date"),
        ({"reason": ""}, "the waiver is malformed"),
        ({"owner": "o" * 201}, "the waiver is malformed"),
    ],
)
def test_a_waiver_that_would_not_count_is_refused(
    weak: Path, changed: dict[str, str], said: str, capsys: Capsys
) -> None:
    run = waive(capsys, weak, **changed)
    assert (run.code, run.out) == (2, "")
    assert said in run.err
    assert not (weak / "waivers.yaml").exists()


def test_everything_that_is_wrong_is_told_at_once(weak: Path, capsys: Capsys) -> None:
    run = waive(capsys, weak, approved_by="jane", expires="2020-01-01", compensating_control="x")
    assert "limen: 3 problems" in run.err


@pytest.mark.parametrize("name", ["transit.tls_minimun::flow:hand-over", "0123456789", "hand-over"])
def test_a_finding_that_is_none(weak: Path, name: str, capsys: Capsys) -> None:
    run = waive(capsys, weak, name)
    assert (run.code, run.out) == (2, "")
    assert f"there is no finding '{name}'" in run.err
    if "::" in name:
        assert f"did you mean {FINDING}?" in run.err


def test_a_name_that_fits_several_findings_lists_them(system: Path, capsys: Capsys) -> None:
    root = system / "boundaries.yaml"
    text = root.read_text(encoding="utf-8")
    loose = text.replace("core_dumps: disabled, debug_output: forbidden", "core_dumps: enabled, debug_output: allowed")
    assert loose != text
    root.write_text(loose, encoding="utf-8")
    run = waive(capsys, system, "processing.plaintext_leaks::component:service")
    assert (run.code, run.out) == (2, "")
    assert "names 2 findings" in run.err
    for path in ("core_dumps", "debug_output"):
        assert f"processing.plaintext_leaks::component:service::processing.{path}" in run.err


def test_a_gap_cannot_be_waived(tmp_path: Path, capsys: Capsys) -> None:
    (tmp_path / "boundaries.yaml").write_text(declaration("hostile"), encoding="utf-8")
    policies = write_rule(tmp_path / "policies", UNDEFINED)
    run = waive(capsys, tmp_path, "ours.mine::flow:submit", "--policies", policies, compensating_control="ours.mine")
    assert (run.code, run.out) == (2, "")
    assert "is error: only a failed check can be waived" in run.err


def test_a_second_waiver_of_the_same_finding_is_refused(weak: Path, capsys: Capsys) -> None:
    waive(capsys, weak)
    before = (weak / "waivers.yaml").read_bytes()
    run = waive(capsys, weak)
    assert run.code == 2
    assert "has a waiver already" in run.err
    assert (weak / "waivers.yaml").read_bytes() == before


def test_a_second_waiver_is_added_after_the_first(weak: Path, capsys: Capsys) -> None:
    root = weak / "boundaries.yaml"
    root.write_text(root.read_text().replace("protocol: kmip}", 'protocol: kmip, tls: {min: "1.2"}}'))
    (weak / "waivers.yaml").write_text("# ours, reviewed weekly\nwaivers: []\n", encoding="utf-8")
    assert waive(capsys, weak).code == 0
    assert waive(capsys, weak, "transit.tls_minimum::flow:use-keys").code == 0
    text = (weak / "waivers.yaml").read_text(encoding="utf-8")
    assert text.startswith("# ours, reviewed weekly\nwaivers:\n")
    assert len(yaml.safe_load(text)["waivers"]) == 2
    assert limen(capsys, "check", weak).code == 0


@pytest.mark.parametrize("style", ["flush", "flow"])
def test_what_stands_in_the_file_already_is_kept(weak: Path, fingerprint: str, style: str, capsys: Capsys) -> None:
    worsen(weak)  # so that the finding is another than the waived one
    write(weak, fingerprint)
    path = weak / "waivers.yaml"
    held = yaml.safe_load(path.read_text())
    path.write_text(yaml.safe_dump(held, default_flow_style=style == "flow"), encoding="utf-8")
    before = path.read_text()
    run = waive(capsys, weak)
    if style == "flow":
        assert run.code == 2
        assert "add by hand:" in run.err
        assert path.read_text() == before
    else:
        assert run.code == 0
        assert yaml.safe_load(path.read_text())["waivers"][0] == held["waivers"][0]
        assert len(yaml.safe_load(path.read_text())["waivers"]) == 2


@pytest.mark.parametrize("text", ['"', "a: {b", "\x1b[2J", "\u202e", "é 😀", "a\x85b", "# x", "x\ny"])
def test_reasons_may_hold_anything(weak: Path, text: str, capsys: Capsys) -> None:
    assert waive(capsys, weak, reason=text).code == 0
    assert yaml.safe_load((weak / "waivers.yaml").read_text(encoding="utf-8"))["waivers"][0]["reason"] == text
    said = limen(capsys, "check", weak)
    assert said.code == 0
    assert all(line.isprintable() for line in said.out.split("\n"))


def test_a_file_elsewhere(weak: Path, tmp_path: Path, capsys: Capsys) -> None:
    path = tmp_path / "review" / "accepted.yaml"
    assert waive(capsys, weak, FINDING, "--waivers", path).code == 0
    assert limen(capsys, "check", weak).code == 1
    assert limen(capsys, "check", weak, "--waivers", path).code == 0


def test_a_worsened_finding_reopens(weak: Path, capsys: Capsys) -> None:
    waive(capsys, weak)
    worsen(weak)
    code, found = findings(capsys, weak)
    assert code == 1
    assert {(finding["rule"], finding["disposition"]) for finding in found} == {
        ("transit.tls_minimum", "open"), ("waiver.unmatched", "open"),
    }  # fmt: skip


def test_a_waiver_without_its_finding_is_a_finding(weak: Path, capsys: Capsys) -> None:
    waive(capsys, weak)
    mend(weak)
    code, found = findings(capsys, weak)
    assert (code, [finding["rule"] for finding in found]) == (1, ["waiver.unmatched"])


@pytest.mark.parametrize(
    ("changed", "rule"),
    [
        ({"expires": "2020-01-01"}, "waiver.expired"),
        ({"approved_by": "Jane"}, "waiver.self_approved"),
        ({"compensating_control": "transit.tls_minimum"}, "waiver.compensating_control"),
        ({"compensating_control": "transit.tls_minimun"}, "waiver.compensating_control"),
    ],
)
def test_a_waiver_that_does_not_hold_is_a_finding_and_covers_nothing(
    weak: Path, fingerprint: str, changed: dict[str, str], rule: str, capsys: Capsys
) -> None:
    write(weak, fingerprint, **changed)
    code, found = findings(capsys, weak)
    assert code == 1
    assert {(finding["rule"], finding["disposition"]) for finding in found} == {
        ("transit.tls_minimum", "open"), (rule, "open"),
    }  # fmt: skip
    assert {finding["location"]["file"] for finding in found if finding["rule"] == rule} == {str(weak / "waivers.yaml")}


def test_a_waiver_ends_at_its_moment(
    weak: Path, fingerprint: str, monkeypatch: pytest.MonkeyPatch, capsys: Capsys
) -> None:
    write(weak, fingerprint, expires="2027-01-01")
    for seconds, code in ((1798761599, 0), (1798761600, 1)):  # 2026-12-31T23:59:59Z and the second after
        monkeypatch.setenv("SOURCE_DATE_EPOCH", str(seconds))
        assert limen(capsys, "check", weak).code == code


def test_an_unattested_waiver_gates_where_a_profile_asks_for_signatures(weak: Path, capsys: Capsys) -> None:
    waive(capsys, weak)
    code, found = findings(capsys, weak, "--profile", "part-11")
    assert code == 1
    assert "waiver.unattested" in {finding["rule"] for finding in found}


@pytest.mark.parametrize(
    "text",
    ["waivers: 5\n", "waivers: [{}]\n", "waiver: []\n", "waivers:\n- fingerprint: x\n", "\t", "waivers: [", "\xff"],
)
def test_a_malformed_file_is_exit_2_with_its_place(weak: Path, text: str, capsys: Capsys) -> None:
    (weak / "waivers.yaml").write_bytes(text.encode("latin-1"))
    for arguments in (["check", weak], ["waive", FINDING, weak, *(f"--{k}={v}" for k, v in ANSWERS.items())]):
        said = limen(capsys, *arguments)
        assert (said.code, said.out) == (2, "")
        assert f"{weak / 'waivers.yaml'}:" in said.err
    assert names(weak) == ["boundaries.yaml", "waivers.yaml"]
