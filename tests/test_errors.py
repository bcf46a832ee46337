"""Errors of limen as a program that uses it sees them: the message, and below it places and hints."""

from __future__ import annotations

import copy
import pickle
import traceback

import pytest

from limen.controls.refusals import RefusedError
from limen.errors import LimenError, Location, Problem, UsageError

PLACE = Location(file="boundaries.yaml", line=3, column=5)
ONE = Problem(message="no such zone", location=PLACE, hint="did you mean dmz?")


def test_a_traceback_shows_place_and_hint_and_the_text_the_message_alone() -> None:
    error = UsageError(ONE)
    assert str(error) == "no such zone"
    assert error.__notes__ == ["at boundaries.yaml:3:5\n  hint: did you mean dmz?"]
    shown = "".join(traceback.format_exception_only(error)).splitlines()
    assert shown == [
        "limen.errors.UsageError: no such zone", "at boundaries.yaml:3:5", "  hint: did you mean dmz?",
    ]  # fmt: skip


def test_of_several_problems_each_note_says_which_it_is_of() -> None:
    error = UsageError([ONE, Problem(message="bare"), Problem(message="no such key", hint="make one")])
    assert str(error) == "no such zone; bare; no such key"
    assert error.__notes__ == [
        "no such zone\n  at boundaries.yaml:3:5\n  hint: did you mean dmz?", "no such key\n  hint: make one",
    ]  # fmt: skip


@pytest.mark.parametrize("problems", ["bare", Problem(message="bare"), [Problem(message="bare")], []])
def test_without_place_and_hint_there_is_no_note(problems: str | Problem | list[Problem]) -> None:
    assert not hasattr(LimenError(problems), "__notes__")


def test_an_error_is_pickled_and_copied_with_its_problems_and_one_note_each() -> None:
    error = UsageError(ONE)
    for one in (pickle.loads(pickle.dumps(error)), copy.copy(error), copy.deepcopy(error)):
        assert (str(one), one.problems, one.__notes__) == (str(error), error.problems, error.__notes__)


def test_a_refusal_shows_no_hint_in_a_traceback() -> None:
    """No message of a refusal quotes a value; a hint may, for whoever asked and for no log."""
    refused = RefusedError(ONE, reason="internal")
    assert refused.problems[0].hint == ONE.hint
    assert not hasattr(refused, "__notes__")
