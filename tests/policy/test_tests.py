"""`limen test`'s engine room: every shipped test passes, and what does not pass is never counted as passed."""

from __future__ import annotations

from pathlib import Path

import pytest

from limen.errors import PolicyError
from limen.policy.catalog import load_catalog
from limen.policy.tests import TestRun, run_tests
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


def run(folder: Path, text: str, deadline: float = 10) -> TestRun:
    write_rule(folder).with_name("mine_test.rego").write_text(text)
    return run_tests(load_catalog((folder,)), deadline=deadline)


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> TestRun:
    return run(tmp_path_factory.mktemp("mine"), TESTS)


def test_only_true_passes(ran: TestRun) -> None:
    mine = {test.name: test.status for test in ran.tests if "mine" in test.name}
    assert mine == {
        "transit.mine::test_sound": "pass",
        "transit.mine::test_false": "fail",
        "transit.mine::test_undefined": "fail",
        "transit.mine::test_text": "fail",
        "transit.mine::test_breaks": "error",
    }


def test_every_shipped_test_passes_and_every_rule_has_some(ran: TestRun) -> None:
    assert [test for test in ran.tests if "mine" not in test.name and test.status != "pass"] == []
    assert ran.untested == ()


def test_lines_of_rules_that_ran_are_counted(ran: TestRun) -> None:
    (mine,) = [one for one in ran.coverage if one.file.endswith("mine.rego")]
    assert mine.covered > 0
    assert not any(one.file.endswith("_test.rego") for one in ran.coverage)


def test_a_rule_without_a_test_is_named(tmp_path: Path) -> None:
    write_rule(tmp_path)
    assert run_tests(load_catalog((tmp_path,))).untested == ("transit.mine",)


def test_a_test_that_is_defined_twice_would_pass_where_either_does(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match="test_sound is defined 2 times"):
        run(tmp_path, TESTS + "\ntest_sound := false\n")


def test_a_test_module_that_is_no_rego_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match="not Rego"):
        run(tmp_path, "package limen.rules.transit.mine_test\n\ntest_x if {")


def test_an_endless_test_is_an_error(tmp_path: Path) -> None:
    names = "\n".join(f"\tsome {name} in numbers.range(1, 900)" for name in "abcdef")
    text = f"package limen.rules.transit.mine_test\n\ntest_loop if {{\n{names}\n\ta + b == c - 5000\n}}\n"
    ran = run(tmp_path, text, deadline=2)
    (loop,) = [test for test in ran.tests if test.name == "transit.mine::test_loop"]
    assert loop.status == "error"
    assert "no answer within 2 s" in loop.message
