"""Why a test fails: the right statement, the values on both sides, and what the test was given."""

from __future__ import annotations

from pathlib import Path

import pytest

from limen.policy.catalog import load_catalog
from limen.policy.embedded import EmbeddedEngine
from limen.policy.engines import EngineOptions, open_engine
from limen.policy.failures import Failure
from limen.policy.tests import EXPLAINED, run_tests
from tests.needs import need_program
from tests.policy.support import write_rule

HEAD = """package limen.rules.transit.mine_test

import data.limen.rules.transit.mine

parameters := {"mine_depth": 2}

subject := {"depth": 2, "crossing": true, "label": {"text": "a"}}

decide(given) := answer if {
	answer := {"applicable": mine.applicable, "checks": mine.checks}
		with input as given
		with data.limen.parameters as parameters
}

outer(one, two) := answer if {
	two == 2
	answer := decide(one)
}

"""
TESTS = {
    "equal": """
	answer := decide(object.union(subject, {"depth": 1}))
	answer.applicable == true
	answer.checks == {"depth": {"holds": true, "actual": 1, "required": 2}, "other": 1}
""",
    "expected_first": """
	answer := decide(subject)
	{"depth": 1} == {name: check.actual | some name, check in answer.checks}
""",
    "undefined_rule": """
	answer := decide(json.remove(subject, ["crossing"]))
	answer.applicable == false
""",
    "two_functions_deep": """
	answer := outer(json.remove(subject, ["depth"]), 3 - 2)
	answer.applicable
""",
    "less": """
	answer := decide(subject)
	answer.checks.depth.actual < 2
""",
    "misspelt": """
	given := object.union(subject, {"depth": 9, "label": {"text": "b"}})
	answer := decide(given)
	answer.checks.dept.holds == true
""",
    "negated": """
	not decide(subject).applicable
""",
    "several_values": """
	some depth in [2, 3]
	decide(object.union(subject, {"depth": depth})).checks.depth.actual == 4
""",
    "nothing_in_it": """
	some check in decide(subject).checks
	check.holds == false
""",
    "bare": """
	startswith(subject.label.text, "x")
""",
    "mocked_here": """
	count([1 | mine.checks.depth.holds]) == 1 with input as {"depth": 1} with data.limen.parameters as parameters
""",
    "every": """
	every depth in [1, 2] { depth < 2 }
""",
    "absent_everywhere": """
	mine.applicable == true
""",
}


@pytest.fixture(scope="module")
def failures(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Failure]:
    folder = tmp_path_factory.mktemp("mine")
    text = HEAD + "\n".join(f"test_{name} if {{{body}}}\n" for name, body in TESTS.items())
    write_rule(folder).with_name("mine_test.rego").write_text(text)
    with EmbeddedEngine.start() as engine:
        ran = run_tests(load_catalog((folder,)), engine, rules=("transit.mine",))
    assert {test.status for test in ran.tests} == {"fail"}
    return {test.test.removeprefix("test_"): test.failure for test in ran.tests if test.failure is not None}


def changes(failure: Failure) -> list[tuple[str, str, str]]:
    return [(one.path, one.expected, one.actual) for one in failure.differences]


def given(failure: Failure) -> list[tuple[str, str, list[tuple[str, str, str]]]]:
    return [
        (one.document, one.base, [(change.path, change.expected, change.actual) for change in one.differences])
        for one in failure.given
    ]


def sides(failure: Failure) -> list[tuple[str, tuple[str, ...]]]:
    return [(side.text, side.values) for side in failure.sides]


def test_every_failing_test_is_explained(failures: dict[str, Failure]) -> None:
    assert set(failures) == set(TESTS)


@pytest.mark.parametrize(
    ("name", "number"),
    [("equal", 2), ("undefined_rule", 0), ("less", 1), ("misspelt", 2), ("negated", 0), ("several_values", 1)],
)
def test_the_first_statement_that_does_not_hold_is_named(failures: dict[str, Failure], name: str, number: int) -> None:
    statement = TESTS[name].strip().splitlines()[number].strip()
    assert failures[name].statement == statement
    assert failures[name].location.excerpt.strip() == statement


def test_objects_that_should_be_equal_are_compared_by_path(failures: dict[str, Failure]) -> None:
    assert changes(failures["equal"]) == [("depth.holds", "true", "false"), ("other", "1", "")]
    assert sides(failures["equal"])[0] == (
        "answer.checks",
        ('{"depth": {"actual": 1, "holds": false, "required": 2}}',),
    )


def test_what_is_written_out_is_what_is_expected_wherever_it_stands(failures: dict[str, Failure]) -> None:
    assert changes(failures["expected_first"]) == [("depth", "1", "2")]


def test_the_input_is_compared_with_what_it_was_made_from(failures: dict[str, Failure]) -> None:
    assert given(failures["equal"]) == [("input", "subject", [("depth", "2", "1")])]
    assert given(failures["undefined_rule"]) == [("input", "subject", [("crossing", "true", "")])]
    assert given(failures["less"]) == [("input", "subject", [])]


def test_an_input_that_was_named_before_is_followed(failures: dict[str, Failure]) -> None:
    changed = [("depth", "2", "9"), ("label.text", '"a"', '"b"')]
    assert given(failures["misspelt"]) == [("input", "subject", changed)]


def test_what_stands_in_for_documents_in_the_statement_itself_is_shown(failures: dict[str, Failure]) -> None:
    found = failures["mocked_here"]
    assert given(found) == [("input", "", []), ("data.limen.parameters", "parameters", [])]
    assert found.given[0].value == '{"depth": 1}'


def test_a_part_without_a_value_is_named_with_the_nearest_that_has_one(failures: dict[str, Failure]) -> None:
    (missing,) = failures["misspelt"].undefined
    assert (missing.text, missing.nearest) == ("answer.checks.dept.holds", "answer.checks")
    assert missing.value == '{"depth": {"actual": 9, "holds": true, "required": 2}}'
    (missing,) = failures["absent_everywhere"].undefined
    assert missing.text == "mine.applicable"


def test_an_undefined_call_is_followed_into_the_function(failures: dict[str, Failure]) -> None:
    within = failures["undefined_rule"].within
    assert within is not None
    assert (within.function, within.location.line) == ("decide", 10)
    assert [one.text for one in within.undefined] == ["mine.applicable"]


def test_the_statement_that_a_function_ends_at_is_found_with_its_arguments(failures: dict[str, Failure]) -> None:
    within = failures["two_functions_deep"].within
    assert within is not None
    assert (within.function, within.statement) == ("outer", "two == 2")
    assert sides(within) == [("two", ("1",)), ("2", ("2",))]


def test_values_are_given_for_each_form(failures: dict[str, Failure]) -> None:
    assert sides(failures["less"]) == [("answer.checks.depth.actual", ("2",)), ("2", ("2",))]
    assert sides(failures["negated"]) == [("decide(subject).applicable", ("true",))]
    assert sides(failures["bare"]) == [('startswith(subject.label.text, "x")', ("false",))]
    assert sides(failures["several_values"])[0][1] == ("2", "3")
    assert sides(failures["nothing_in_it"])[0] == ("check.holds", ("true",))
    assert sides(failures["every"]) == []


def test_a_question_that_the_engine_refuses_costs_no_other(tmp_path: Path) -> None:
    """Statements may stand in any order; asked in theirs, one of these has a variable that OPA finds unsafe."""
    text = HEAD + "test_turned if {\n\tsome x\n\tx > 5\n\tx = 2\n}\n\ntest_other if subject.depth == 3\n"
    write_rule(tmp_path).with_name("mine_test.rego").write_text(text)
    with open_engine(EngineOptions(engine="opa-cli", program=str(need_program("opa")))) as engine:
        ran = run_tests(load_catalog((tmp_path,)), engine, rules=("transit.mine",))
    found = {test.test: (test.status, test.failure is not None) for test in ran.tests}
    assert found == {"test_turned": ("fail", False), "test_other": ("fail", True)}


def test_only_some_of_many_are_explained_and_all_are_counted(tmp_path: Path) -> None:
    text = HEAD + "\n".join(f"test_{number} if subject.depth == {number + 3}\n" for number in range(EXPLAINED + 3))
    write_rule(tmp_path).with_name("mine_test.rego").write_text(text)
    with EmbeddedEngine.start() as engine:
        ran = run_tests(load_catalog((tmp_path,)), engine, rules=("transit.mine",))
    assert [test.status for test in ran.tests] == ["fail"] * (EXPLAINED + 3)
    assert [test.failure is not None for test in ran.tests] == [True] * EXPLAINED + [False] * 3
    assert ran.tests[-1].location.line > 0
