"""Rules that are wrong, given with --policies: exit 2 with their place, or `error` and exit 3; never a pass."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from tests.cli import hostile
from tests.cli.conftest import declaration
from tests.cli.support import Said, limen, program

Capsys = pytest.CaptureFixture[str]


def system(folder: Path, rule: str, *profiles: str) -> tuple[Path, str, Path]:
    (folder / "boundaries.yaml").write_text(declaration(*(profiles or ("hostile",))), encoding="utf-8")
    return folder, "--policies", hostile.write_rule(folder / "policies", rule)


def check(folder: Path, rule: str, capsys: Capsys, *arguments: str) -> Said:
    return limen(capsys, "check", *system(folder, rule), *arguments)


def test_a_sound_rule_of_ones_own_judges(tmp_path: Path, capsys: Capsys) -> None:
    said = check(tmp_path, hostile.SOUND, capsys, "-f", "json")
    assert said.code == 0
    assert json.loads(said.out)["counts"]["pass"] == 11


@pytest.mark.parametrize(
    ("rule", "place", "message"),
    [
        (hostile.SYNTAX_ERROR, "mine.rego:22:1", "not Rego"),
        (hostile.BUILTIN_TYPO, "mine.rego:21:29", 'did you mean "count"?'),
        (hostile.PATH_TYPO, "mine.rego:21:46", 'did you mean "channel"?'),
        ("", "mine.rego", "error: "),
        ("\x00\x01", "mine.rego", "error: "),
        (hostile.SOUND.replace("ours.mine", "ours.yours"), "mine.rego", "error: "),
        (hostile.SOUND.replace("severity: high", "severity: hihg"), "mine.rego:8", "error: "),
        (hostile.SOUND.replace("subject: flow", "subject: flows"), "mine.rego:7", 'did you mean "flow"?'),
        (hostile.SOUND.replace("nist-800-53r5:SC-8", "nist-800-53r5:SC-88888"), "mine.rego", "SC-88888"),
        (hostile.SOUND + 'checks["mine"] := http.send({"url": "http://x"})\n', "mine.rego:22", "http.send"),
        (hostile.SOUND + "default applicable := true\n", "mine.rego:22", "error: "),
    ],
)
def test_a_rule_that_cannot_be_trusted_is_refused(
    tmp_path: Path, rule: str, place: str, message: str, capsys: Capsys
) -> None:
    said = check(tmp_path, rule, capsys)
    assert (said.code, said.out) == (2, "")
    assert f"{tmp_path.as_posix()}/policies/rules/ours/mine/{place}" in said.err
    assert message in said.err
    assert "Traceback" not in said.err


@pytest.mark.parametrize("rule", [hostile.UNDEFINED, hostile.NOT_APPLICABLE_UNDEFINED])
def test_an_undefined_result_is_an_error_and_gates(tmp_path: Path, rule: str, capsys: Capsys) -> None:
    said = check(tmp_path, rule, capsys, "-f", "json")
    document = json.loads(said.out)
    assert said.code == 3
    assert document["counts"] == {
        "error": 11, "fail": 0, "not_assessed": 0, "pass": 0, "not_applicable": 0, "out_of_scope": 0
    }  # fmt: skip
    assert {finding["subject"] for finding in document["findings"]} == {
        "flow:submit", "flow:reject", "flow:hand-over", "flow:keep", "flow:use-keys", "flow:gateway-log",
        "flow:service-log", "flow:kms-log", "flow:use-root", "flow:anchor", "flow:alarm",
    }  # fmt: skip


def test_a_finding_elsewhere_wins_over_an_error(tmp_path: Path, capsys: Capsys) -> None:
    text = declaration("hostile", "zero-trust").replace('min: "1.3"', 'min: "1.2"')
    arguments = system(tmp_path, hostile.UNDEFINED)
    (tmp_path / "boundaries.yaml").write_text(text, encoding="utf-8")
    assert limen(capsys, "check", *arguments).code == 1


def test_an_endless_loop_ends_at_its_deadline_as_an_error(tmp_path: Path) -> None:
    started = time.monotonic()
    said = program("check", *system(tmp_path, hostile.LOOPING), "-f", "json", seconds=120)
    assert time.monotonic() - started < 90
    assert said.code == 3
    document = json.loads(said.out)
    assert document["counts"]["error"] == 11
    assert document["counts"]["pass"] == 0
    assert "Traceback" not in said.err


def test_a_rule_may_not_take_a_shipped_name(tmp_path: Path, capsys: Capsys) -> None:
    place = tmp_path / "policies" / "rules" / "transit" / "tls_minimum"
    place.mkdir(parents=True)
    text = hostile.SOUND.replace("ours.mine", "transit.tls_minimum")
    (place / "tls_minimum.rego").write_text(text, encoding="utf-8")
    (tmp_path / "boundaries.yaml").write_text(declaration("zero-trust"), encoding="utf-8")
    said = limen(capsys, "check", tmp_path, "--policies", tmp_path / "policies")
    assert (said.code, said.out) == (2, "")
    assert "transit/tls_minimum/tls_minimum.rego" in said.err


@pytest.mark.parametrize(
    ("profile", "message"),
    [
        ("id: hostile\ntitle: X\ndescription: X\nrules: [ours.mien]\n", 'did you mean "ours.mine"?'),
        ("id: hostile\ntitle: X\ndescription: X\nrule: [ours.mine]\n", 'did you mean "rules"?'),
        ("id: other\ntitle: X\ndescription: X\nrules: [ours.mine]\n", "name the file other.yaml"),
        ("id: hostile\ntitle: X\ndescription: X\nrules: [ours.mine]\nextends: [hostile]\n", "extends itself"),
        ("id: hostile\ntitle: X\ndescription: X\nrules: [ours.mine]\nrequires: [ledger]\n", 'did you mean "ledgers"?'),
        ("id: hostile\ntitle: X\ndescription: X\n", "select no rule"),
        ("", "error: "),
        ("\t- [", "error: "),
    ],
)
def test_a_profile_that_is_wrong_is_refused(tmp_path: Path, profile: str, message: str, capsys: Capsys) -> None:
    arguments = system(tmp_path, hostile.SOUND)
    (tmp_path / "policies" / "profiles" / "hostile.yaml").write_text(profile, encoding="utf-8")
    said = limen(capsys, "check", *arguments)
    assert (said.code, said.out) == (2, "")
    assert message in said.err
