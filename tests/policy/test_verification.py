"""Decisions made again on a second engine: a difference names rule and subject, and ends the run."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from limen.errors import InternalError, UnassessedError
from limen.policy.catalog import load_catalog
from limen.policy.decide import Deciding
from limen.policy.engine import Answer
from limen.policy.selection import Selection, select
from limen.policy.verification import SHOWN, same, verified
from tests.policy.support import MY_PROFILE, FixedEngine, table, write_profile, write_rule

WIRES = table("wire", [{"crossing": True, "depth": number % 40} for number in range(80)])
Judge = Callable[[str, dict[str, Any]], Answer]


@pytest.fixture(scope="module")
def selection(tmp_path_factory: pytest.TempPathFactory) -> Selection:
    folder = tmp_path_factory.mktemp("policies")
    write_rule(folder)
    write_profile(folder, MY_PROFILE)
    return select(load_catalog((folder,)), ["mine"], as_of=datetime.date(2026, 1, 1))


def judging(*, holds_from: int = 1) -> Judge:
    def judge(_: str, given: dict[str, Any]) -> Answer:
        holds = "true" if given["depth"] >= holds_from else "false"
        checks = f'{{"depth": {{"actual": {given["depth"]}, "holds": {holds}, "required": 1}}}}'
        return Answer(ok=True, text=f'{{"applicable": true, "checks": {checks}}}')

    return judge


def verify(selection: Selection, first: Judge, second: Judge, sample: int | None = None) -> tuple[str, list[Any]]:
    """Return the outcome in words, and what the second engine was asked."""
    deciding = Deciding(selection, FixedEngine(first), keep=True)
    deciding.ask(WIRES)
    deciding.decisions({"wire": WIRES})
    again = FixedEngine(second)
    again.version = "another 1"
    return verified("fixed", deciding.asked, again, sample), again.asked


def test_equal_answers_are_told_with_their_number_whatever_their_spaces(selection: Selection) -> None:
    def spaced(name: str, given: dict[str, Any]) -> Answer:
        answer = judging()(name, given)
        return Answer(ok=True, text=answer.text.replace(" ", "\n  "))

    said, asked = verify(selection, judging(), spaced)
    assert said == "another 1: 40 of 40 answers are the same"
    assert len(asked) == 40


def test_a_sample_is_drawn_alike_every_time(selection: Selection) -> None:
    said, asked = verify(selection, judging(), judging(), 7)
    assert said == "another 1: 7 of 40 answers are the same"
    assert asked == verify(selection, judging(), judging(), 7)[1]
    assert len(set(asked)) == 7
    assert verify(selection, judging(), judging(), 100)[0] == "another 1: 40 of 40 answers are the same"


def test_a_difference_names_rule_and_subject_with_both_answers(selection: Selection) -> None:
    with pytest.raises(InternalError) as caught:
        verify(selection, judging(), judging(holds_from=2))
    [problem] = caught.value.problems
    assert problem.message.startswith("fixed and another 1 differ on transit.mine::wire:s1: {")
    assert '"holds": true' in problem.message
    assert '"holds": false' in problem.message
    assert caught.value.exit_code == 4


def test_many_differences_are_counted(selection: Selection) -> None:
    with pytest.raises(InternalError) as caught:
        verify(selection, judging(), judging(holds_from=100))
    assert len(caught.value.problems) == SHOWN + 1
    assert caught.value.problems[-1].message == "29 more decisions differ"


@pytest.mark.parametrize("text", ["", "true", "no JSON"])
def test_undefined_is_no_answer_of_another_engine(selection: Selection, text: str) -> None:
    with pytest.raises(InternalError, match="differ on transit.mine::wire:s0"):
        verify(selection, judging(), lambda *_: Answer(ok=True, text=text))


def test_an_error_of_both_is_the_same_and_of_one_is_not(selection: Selection) -> None:
    def fails(words: str) -> Judge:
        return lambda *_: Answer(ok=False, text=words)

    assert verify(selection, fails("one"), fails("other"))[0] == "another 1: 40 of 40 answers are the same"
    with pytest.raises(InternalError, match=r"against an error \(other\)"):
        verify(selection, judging(), fails("other"))


@pytest.mark.parametrize("lost", ["fixed", "another 1"])
def test_a_deadline_is_no_difference_but_nothing_is_verified_either(selection: Selection, lost: str) -> None:
    def late(*_: Any) -> Answer:
        return Answer(ok=False, text="the policy engine gave no answer within 1 s")

    with pytest.raises(UnassessedError, match=f"was not decided by both engines: {lost} says the policy engine gave"):
        verify(selection, late if lost == "fixed" else judging(), judging() if lost == "fixed" else late)


@given(st.text(), st.text(), st.booleans())
def test_what_is_the_same_is_so_both_ways(one: str, other: str, ok: bool) -> None:
    left, right = Answer(ok=True, text=one), Answer(ok=ok, text=other)
    assert same(left, right) is same(right, left)
    assert same(left, left) is (one == "" or _is_json(one))


def _is_json(text: str) -> bool:
    import json

    try:
        json.loads(text, parse_constant=lambda _: 1 / 0)
    except (ValueError, ZeroDivisionError):
        return False
    return True
