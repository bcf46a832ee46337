"""`limen baseline`: today's findings gate no longer, until it expires or they worsen."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import FINDING, worsen
from tests.cli.support import limen
from tests.cli.test_waive import findings, waive

Capsys = pytest.CaptureFixture[str]


def test_what_is_in_the_baseline_is_shown_and_does_not_gate(weak: Path, capsys: Capsys) -> None:
    said = limen(capsys, "baseline", weak, "--expires", "2999-01-01")
    assert said.code == 0
    assert said.out == f"{weak / 'baseline.json'}: 1 finding accepted until 2999-01-01\n"
    after = limen(capsys, "check", weak)
    assert after.code == 0
    assert "transit.tls_minimum [baseline]" in after.out


def test_it_may_lie_elsewhere(weak: Path, tmp_path: Path, capsys: Capsys) -> None:
    path = tmp_path / "ci" / "known.json"
    assert limen(capsys, "baseline", weak, "--expires", "2999-01-01", "--baseline", path).code == 0
    assert limen(capsys, "check", weak).code == 1
    assert limen(capsys, "check", weak, "--baseline", path).code == 0


def test_a_worsened_finding_reopens(weak: Path, capsys: Capsys) -> None:
    limen(capsys, "baseline", weak, "--expires", "2999-01-01")
    worsen(weak)
    code, found = findings(capsys, weak)
    assert (code, [(f["rule"], f["disposition"]) for f in found]) == (1, [("transit.tls_minimum", "open")])


def test_it_expires(weak: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capsys) -> None:
    limen(capsys, "baseline", weak, "--expires", "2027-01-01")
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1798761599")  # 2026-12-31T23:59:59Z
    assert limen(capsys, "check", weak).code == 0
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1798761600")
    said = limen(capsys, "check", weak)
    assert said.code == 1
    assert "expired on 2027-01-01" in " ".join(said.out.split())


def test_a_new_one_holds_what_the_old_one_held(weak: Path, capsys: Capsys) -> None:
    for _ in range(2):
        said = limen(capsys, "baseline", weak, "--expires", "2999-01-01")
        assert "1 finding accepted" in said.out
    assert len(json.loads((weak / "baseline.json").read_bytes())["fingerprints"]) == 1


def test_a_conforming_system_has_an_empty_one(system: Path, capsys: Capsys) -> None:
    assert "0 findings accepted" in limen(capsys, "baseline", system, "--expires", "2999-01-01").out


def test_findings_on_waivers_are_none_that_it_holds(weak: Path, capsys: Capsys) -> None:
    waive(capsys, weak)
    worsen(weak)
    said = limen(capsys, "baseline", weak, "--expires", "2999-01-01")
    assert "1 finding accepted" in said.out
    assert "1 finding on waivers: no baseline can hold those, they still gate" in said.err
    code, found = findings(capsys, weak)
    assert code == 1
    assert {f["rule"] for f in found if f["disposition"] == "open"} == {"waiver.unmatched"}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--expires", "2020-01-01"], "2020-01-01 is not in the future"),
        (["--expires", "soon"], "'soon' is no date"),
        (["--expires", "2999-01-01", "--rule", "transit.*"], "a partial assessment makes no baseline"),
        (["--expires", "2999-01-01", "--only", "submit"], "a partial assessment makes no baseline"),
        ([], "--expires"),
    ],
)
def test_what_makes_no_baseline(weak: Path, arguments: list[str], said: str, capsys: Capsys) -> None:
    run = limen(capsys, "baseline", weak, *arguments)
    assert (run.code, run.out) == (2, "")
    assert said in run.err
    assert not (weak / "baseline.json").exists()


@pytest.mark.parametrize("text", ["{", "[]", "{}", '{"expires": "2999-13-01", "created": "2026-01-01"}', "\x00"])
def test_a_malformed_one_is_exit_2_with_its_place(weak: Path, text: str, capsys: Capsys) -> None:
    (weak / "baseline.json").write_text(text, encoding="utf-8")
    said = limen(capsys, "check", weak)
    assert (said.code, said.out) == (2, "")
    assert f"{weak / 'baseline.json'}" in said.err


def test_the_finding_is_the_one_that_is_meant(weak: Path, capsys: Capsys) -> None:
    limen(capsys, "baseline", weak, "--expires", "2999-01-01")
    said = limen(capsys, "explain", FINDING, weak)
    assert "; baseline\n" in said.out
