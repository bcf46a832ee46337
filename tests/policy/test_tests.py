"""`limen test`'s engine room: every shipped test passes, and what does not pass is never counted as passed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from limen.errors import PolicyError, UsageError
from limen.policy.catalog import load_catalog
from limen.policy.embedded import EmbeddedEngine
from limen.policy.engines import EngineOptions, open_engine
from limen.policy.tests import TestRun, run_tests
from tests.needs import need_program
from tests.opa_server import serving
from tests.policy.support import write_rule

TESTS = """package limen.rules.transit.mine_test

import data.limen.rules.transit.mine

parameters := {"mine_depth": 1}

holds(given) := answer if {
	answer := mine.checks.depth.holds
		with input as given
		with data.limen.parameters as parameters
}

test_sound if holds({"depth": 1, "crossing": true})

test_false := false

test_undefined if holds({"depth": 0, "crossing": true})

test_text := "true"

test_breaks if to_number("x") == 1

helper_test_is_none := false
"""


def run(folder: Path, text: str, deadline: float = 10, rules: tuple[str, ...] = ("transit.mine",)) -> TestRun:
    write_rule(folder).with_name("mine_test.rego").write_text(text)
    with EmbeddedEngine.start(deadline=deadline) as engine:
        return run_tests(load_catalog((folder,)), engine, rules=rules)


@pytest.fixture(scope="module")
def shipped() -> TestRun:
    with EmbeddedEngine.start() as engine:
        return run_tests(load_catalog(), engine)


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> TestRun:
    return run(tmp_path_factory.mktemp("mine"), TESTS)


def statuses(ran: TestRun) -> dict[str, str]:
    return {test.name: test.status for test in ran.tests}


def test_only_true_passes(ran: TestRun) -> None:
    assert statuses(ran) == {
        "transit.mine::test_sound": "pass",
        "transit.mine::test_false": "fail",
        "transit.mine::test_undefined": "fail",
        "transit.mine::test_text": "fail",
        "transit.mine::test_breaks": "error",
    }


def test_each_says_where_and_what_is_wrong(ran: TestRun) -> None:
    said = {test.test: (test.location.line, test.location.column, test.message) for test in ran.tests}
    assert said == {
        "test_sound": (13, 1, ""),
        "test_false": (15, 1, "it is false, and only true passes"),
        "test_undefined": (17, 19, "this statement does not hold"),
        "test_text": (19, 1, 'it is "true", and only true passes'),
        "test_breaks": (21, 27, "could not parse string as number"),
    }


def test_every_shipped_test_passes_and_every_rule_has_some(shipped: TestRun) -> None:
    assert [test for test in shipped.tests if test.status != "pass"] == []
    assert shipped.untested == ()
    assert {test.subject for test in shipped.tests} == {one.name for one in shipped.coverage or ()}


def test_every_line_of_what_is_shipped_runs_in_its_tests(shipped: TestRun) -> None:
    assert [one for one in shipped.coverage or () if one.missed] == []
    assert all(one.covered and one.percent == 100 for one in shipped.coverage or ())


def test_lines_that_did_not_run_are_named(tmp_path: Path) -> None:
    text = "package limen.rules.transit.mine_test\n\nimport data.limen.rules.transit.mine\n\n"
    ran = run(tmp_path, text + 'test_a if mine.applicable with input as {"crossing": true}\n')
    (mine,) = ran.coverage or ()
    lines = (tmp_path / "rules/transit/mine/mine.rego").read_text().splitlines()
    assert mine.name == "transit.mine"
    idle = [lines[number - 1].strip() for number in mine.missed]
    assert idle == ['"actual": input.depth,', '"required": parameters.mine_depth,']
    assert mine.percent == 100 * mine.covered / (mine.covered + 2)


def test_after_an_error_coverage_is_unknown_and_not_low(ran: TestRun) -> None:
    assert ran.coverage is None


def test_a_rule_without_a_test_is_named(tmp_path: Path) -> None:
    write_rule(tmp_path)
    with EmbeddedEngine.start() as engine:
        ran = run_tests(load_catalog((tmp_path,)), engine, rules=("transit.mine",))
    assert (ran.tests, ran.untested) == ((), ("transit.mine",))


def test_a_part_is_tested_by_id_category_or_library(tmp_path: Path) -> None:
    with EmbeddedEngine.start() as engine:
        ran = run_tests(load_catalog(), engine, rules=("lib.sets", "secrets.*", "transit.pinned"))
    subjects = {test.subject for test in ran.tests}
    assert {"lib.sets", "secrets.store", "transit.pinned"} <= subjects
    assert {subject.partition(".")[0] for subject in subjects} == {"lib", "secrets", "transit"}
    assert [subject for subject in subjects if subject.startswith("lib.")] == ["lib.sets"]
    assert [subject for subject in subjects if subject.startswith("transit.")] == ["transit.pinned"]


def test_a_part_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    with EmbeddedEngine.start() as engine, pytest.raises(UsageError) as refused:
        run_tests(load_catalog(), engine, rules=("transit.pined", "lib.set"))
    assert [(problem.message, problem.hint) for problem in refused.value.problems] == [
        ("there is no rule, category or library 'transit.pined'", 'did you mean "transit.pinned"?'),
        ("there is no rule, category or library 'lib.set'", 'did you mean "lib.sets"?'),
    ]


def test_a_test_that_is_defined_twice_would_pass_where_either_does(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match="test_sound is defined 2 times"):
        run(tmp_path, TESTS + "\ntest_sound := false\n")


def test_a_test_module_that_is_no_rego_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match="not Rego"):
        run(tmp_path, "package limen.rules.transit.mine_test\n\ntest_x if {")


def test_tests_of_nothing_are_refused_and_not_forgotten(tmp_path: Path) -> None:
    orphan = write_rule(tmp_path).parent.parent / "other" / "other_test.rego"
    orphan.parent.mkdir()
    orphan.write_text("package limen.rules.transit.other_test\n\ntest_x := false\n")
    with EmbeddedEngine.start() as engine, pytest.raises(PolicyError) as refused:
        run_tests(load_catalog((tmp_path,)), engine)
    (problem,) = refused.value.problems
    assert problem.message == "there is no rule or library that it tests"
    assert problem.location is not None
    assert problem.location.file == orphan.as_posix()


def test_an_endless_test_is_an_error_and_costs_no_other(tmp_path: Path) -> None:
    names = "\n".join(f"\tsome {name} in numbers.range(1, 900)" for name in "abcdef")
    loop = f"test_loop if {{\n{names}\n\ta + b == c - 5000\n}}\n"
    text = f"package limen.rules.transit.mine_test\n\n{loop}\ntest_a := true\n"
    ran = run(tmp_path, text, deadline=2)
    assert statuses(ran) == {"transit.mine::test_loop": "error", "transit.mine::test_a": "pass"}
    (loop,) = [test for test in ran.tests if test.status == "error"]
    assert "no answer within 2 s" in loop.message


def others(program: Path) -> Iterator[EngineOptions]:
    """Yield OPA as a program and as a server."""
    yield EngineOptions(engine="opa-cli", program=str(program))
    with serving(program) as server:
        yield EngineOptions(engine="opa", url=server.url)


def test_opa_says_the_same_of_every_test_but_nothing_of_coverage(tmp_path: Path) -> None:
    text = TESTS.replace('\ntest_breaks if to_number("x") == 1\n', "")
    expected = run(tmp_path, text)
    for options in others(need_program("opa")):
        with open_engine(options) as engine:
            ran = run_tests(load_catalog((tmp_path,)), engine, rules=("transit.mine",))
        assert ran.tests == expected.tests
        assert ran.coverage is None
        assert ran.engine.startswith("OPA ")
