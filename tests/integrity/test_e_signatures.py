"""What every signature of a person says: a meaning of the closed list, and names that can be printed as they are."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from limen.integrity.e_signatures import LONGEST, MEANINGS, meaning_problems, printable_problems


def test_the_meanings_are_those_of_part_11() -> None:
    assert MEANINGS == ("authorship", "review", "approval", "responsibility")
    for meaning in MEANINGS:
        assert not meaning_problems(meaning)


@pytest.mark.parametrize("meaning", ["", "Approval", "approved", "approval ", "authorship,review", "x" * 500])
def test_nothing_else_is_a_meaning(meaning: str) -> None:
    (problem,) = meaning_problems(meaning)
    assert "is no meaning" in problem.message
    assert "responsibility" in problem.hint
    assert len(problem.message) < 100


@pytest.mark.parametrize("name", ["", " ", " Ana", "Ana ", "A\nB", "A\u202eB", "A\tB", "x" * (LONGEST + 1), "\x7f"])
def test_names_that_can_not_be_printed(name: str) -> None:
    (problem,) = printable_problems(name=name)
    assert problem.message.startswith("the name ")


def test_every_problem_at_once() -> None:
    found = printable_problems(user="", name="Ana Ru\u0069\u0301z", role="approver")
    assert [one.message.split()[1] for one in found] == ["user", "name"]
    assert "composed" in found[1].message


@given(st.text(max_size=300))
def test_what_is_taken_is_one_printable_line(text: str) -> None:
    if not printable_problems(name=text):
        assert text == text.strip()
        assert text.isprintable()
        assert 0 < len(text) <= LONGEST
