"""`limen test`: exit codes, what a failing test says, and its reports; a rule of the user's own stands for all."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest
from lxml import etree

from limen.testing.tests_document import document_schema
from tests.cli.support import Said, limen
from tests.needs import REPOSITORY, need_program
from tests.policy.support import write_rule

SCHEMA = etree.XMLSchema(etree.parse(REPOSITORY / "tests" / "reports" / "data" / "junit-10.xsd"))

SOUND = """package limen.rules.transit.mine_test

import data.limen.rules.transit.mine

subject := {"depth": 2, "crossing": true}

decide(given) := answer if {
	answer := {"applicable": mine.applicable, "checks": mine.checks}
		with input as given
		with data.limen.parameters as {"mine_depth": 2}
}

test_sound if decide(subject).checks.depth.holds == true
"""
WRONG = """
test_wrong if {
	answer := decide(object.union(subject, {"depth": 1}))
	answer.checks == {"depth": {"holds": true, "actual": 1, "required": 2}}
}
"""
BROKEN = '\ntest_broken if to_number("x") == 1\n'
PARTLY = SOUND[: SOUND.index("test_sound")] + "test_applies if mine.applicable with input as subject\n"


@pytest.fixture(autouse=True)
def _still(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1790000000")
    monkeypatch.setenv("COLUMNS", "120")


def run(folder: Path, capsys: pytest.CaptureFixture[str], text: str | None, *words: str | Path) -> Said:
    """Test a rule of the user's own alone, with this module of tests."""
    rule = write_rule(folder)
    if text is not None:
        rule.with_name("mine_test.rego").write_text(text)
    return limen(capsys, "test", "--policies", folder, "--rule", "transit.mine", *words)


def test_what_passes_is_counted_and_exits_0(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = run(tmp_path, capsys, SOUND)
    assert said.code == 0
    (line,) = said.out.splitlines()
    assert line.startswith("1 passed, 0 failed, 0 in error, 0 rules without a test; 100 % of 5 lines ran")


def test_a_failing_test_is_shown_with_place_sides_and_input(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = run(tmp_path, capsys, SOUND + WRONG)
    assert said.code == 1
    file = tmp_path / "rules/transit/mine/mine_test.rego"
    assert said.out.splitlines()[:8] == [
        "FAIL transit.mine::test_wrong",
        f"  {file}:17:2: this statement does not hold",
        '     17 |  answer.checks == {"depth": {"holds": true, "actual": 1, "required": 2}}',
        "        |  " + "^" * 71,
        "    answer.checks is not what it should be:",
        "      depth.holds: expected true, is false",
        "    with input: subject, but",
        "      depth: 1 in place of 2",
    ]
    assert said.out.splitlines()[-1].startswith("1 passed, 1 failed, 0 in error")


@pytest.mark.parametrize(
    ("text", "code", "word"),
    [(SOUND + BROKEN, 3, "ERROR transit.mine::test_broken"), (None, 3, "NO TEST transit.mine"),
     (SOUND + WRONG + BROKEN, 1, "FAIL transit.mine::test_wrong")],
)  # fmt: skip
def test_what_could_not_be_judged_gates(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str | None, code: int, word: str
) -> None:
    said = run(tmp_path, capsys, text)
    assert said.code == code
    assert word in said.out


def test_an_error_of_evaluation_has_its_place(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = run(tmp_path, capsys, SOUND + BROKEN)
    assert "mine_test.rego:15:27: could not parse string as number" in said.out
    assert "coverage is unknown after an error" in said.out


def test_a_module_that_is_no_rego_is_unusable(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = run(tmp_path, capsys, SOUND + "\ntest_x if {")
    assert said.code == 2
    assert "mine_test.rego:15:" in said.err


def test_too_little_coverage_fails_and_names_the_lines(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(tmp_path, capsys, PARTLY).code == 0
    said = run(tmp_path, capsys, PARTLY, "--coverage-at-least", "90")
    assert said.code == 1
    assert "COVERAGE transit.mine: 60.0 % of 5 lines; not run: 27-28" in said.out
    assert run(tmp_path, capsys, PARTLY, "--coverage-at-least", "60").code == 0


@pytest.mark.parametrize("given", ["-1", "101", "most"])
def test_a_share_is_a_percentage(tmp_path: Path, capsys: pytest.CaptureFixture[str], given: str) -> None:
    said = run(tmp_path, capsys, SOUND, f"--coverage-at-least={given}")
    assert said.code == 2
    assert "expected 0 to 100" in said.err


def test_an_engine_without_coverage_is_not_asked_for_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = run(tmp_path, capsys, SOUND, "--engine", "opa-cli", "--coverage-at-least", "50")
    assert said.code == 2
    assert "does not say which lines ran" in said.err


def test_opa_judges_alike_and_says_that_coverage_is_unknown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    need_program("opa")
    embedded = run(tmp_path, capsys, SOUND + WRONG)
    said = run(tmp_path, capsys, SOUND + WRONG, "--engine", "opa-cli")
    assert said.code == embedded.code == 1
    assert said.out.splitlines()[:-1] == embedded.out.splitlines()[:-1]
    assert "; coverage is unknown (OPA " in said.out


def test_verbose_lists_what_passed_and_each_coverage(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = run(tmp_path, capsys, SOUND, "-v")
    assert said.out.splitlines()[:2] == ["PASS transit.mine::test_sound", "coverage transit.mine: 100 % of 5 lines"]


def test_junit_validates_and_nothing_unknown_is_green(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = run(tmp_path, capsys, SOUND + WRONG + BROKEN, "-f", "junit")
    root = etree.fromstring(said.out.encode())
    SCHEMA.assertValid(root)
    ended = {case.get("name"): [child.tag for child in case] for case in root.iter("testcase")}
    assert ended == {"test_sound": [], "test_wrong": ["failure"], "test_broken": ["error"]}
    (failure,) = root.iter("failure")
    assert "depth.holds: expected true, is false" in (failure.text or "")
    assert (root.get("tests"), root.get("failures"), root.get("errors")) == ("3", "1", "1")


def test_junit_names_untested_rules_and_low_coverage(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = run(tmp_path, capsys, None, "-f", "junit")
    root = etree.fromstring(said.out.encode())
    SCHEMA.assertValid(root)
    assert [error.get("message") for error in root.iter("error")] == ["it has no test"]
    said = run(tmp_path, capsys, PARTLY, "-f", "junit", "--coverage-at-least", "90")
    root = etree.fromstring(said.out.encode())
    SCHEMA.assertValid(root)
    assert [failure.get("message") for failure in root.iter("failure")] == [
        "transit.mine: 60.0 % of 5 lines; not run: 27-28"
    ]


def test_json_validates_and_says_all_that_the_text_says(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = run(tmp_path, capsys, SOUND + WRONG + BROKEN, "-f", "json")
    document = json.loads(said.out)
    jsonschema.Draft202012Validator(document_schema()).validate(document)
    assert document["ran_at"] == "2026-09-21T14:13:20Z"
    assert (document["exit_code"], said.code) == (1, 1)
    assert (document["passed"], document["failed"], document["errors"], document["coverage"]) == (1, 1, 1, None)
    failure = {test["test"]: test["failure"] for test in document["tests"]}["test_wrong"]
    assert failure["differences"] == [{"path": "depth.holds", "expected": True, "actual": False}]
    assert failure["given"][0]["differences"] == [{"path": "depth", "expected": 2, "actual": 1}]
    assert failure["given"][0]["value"] == {"depth": 1, "crossing": True}
    assert failure["location"]["line"] == 17


def test_a_report_goes_to_a_file_and_the_text_is_printed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "out" / "tests.json"
    said = run(tmp_path / "own", capsys, SOUND + WRONG, "-f", "json", "-o", file)
    assert said.out.startswith("FAIL transit.mine::test_wrong")
    assert json.loads(file.read_bytes())["failed"] == 1
    text = tmp_path / "out" / "tests.txt"
    said = run(tmp_path / "own", capsys, SOUND, "-o", text)
    assert text.read_text() == said.out


def test_hostile_names_reach_no_terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = SOUND + '\ntest_escape if subject.depth == {"\\u001b[31m\\u202e": "\\u001b]0;x\\u0007"}\n'
    for kind in ("text", "json", "junit"):
        said = run(tmp_path, capsys, text, "-f", kind)
        assert said.code == 1
        assert not set(said.out) & {"\x1b", "\x07", "\u202e"}
