"""Parameter types: how values are written, which is stricter, and how they are shown."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from limen.policy.parameters import DIRECTIONS, TYPES, Parameter, value_text

WRITTEN = [
    ("integer", 3, 3, "3"),
    ("boolean", True, True, "true"),
    ("string", "x", "x", "x"),
    ("strings", ["b", "a", "b"], ["a", "b"], "a, b"),
    ("strings", [], [], "none"),
    ("duration", "P365D", 31_536_000, "P365D"),
    ("duration", "PT24H", 86_400, "P1D"),
    ("tls_version", "1.3", 13, "1.3"),
    ("tls_version", "ssl3", 9, "ssl3"),
    ("date", "2026-09-21", 20260921, "2026-09-21"),
    ("integer_table", {"b": 2, "a": 1}, {"a": 1, "b": 2}, "a: 1, b: 2"),
    ("duration_table", {"epcis": "P1D"}, {"epcis": 86_400}, "epcis: P1D"),
    ("date_table", {"3DES": "2023-12-31"}, {"3DES": 20231231}, "3DES: 2023-12-31"),
    ("date_table", {}, {}, "nothing"),
]


@pytest.mark.parametrize(("kind", "written", "seen", "shown"), WRITTEN)
def test_a_value_is_read_and_shown(kind: Any, written: Any, seen: Any, shown: str) -> None:
    parameter = Parameter(type=kind, stricter="none")
    assert parameter.parse(written) == seen
    assert parameter.text(seen) == shown


REFUSED = [
    ("integer", True),
    ("integer", "3"),
    ("integer", "1.5"),
    ("boolean", "yes"),
    ("string", 3),
    ("strings", "a"),
    ("strings", [1]),
    ("duration", "365"),
    ("duration", 365),
    ("tls_version", "1.4"),
    ("tls_version", 12),
    ("date", "2026-02-31"),
    ("date", "20260921"),
    ("date", 20260921),
    ("duration_table", "P1D"),
    ("duration_table", {"a": "x"}),
]


@pytest.mark.parametrize(("kind", "written"), REFUSED)
def test_another_value_is_refused_with_what_was_expected(kind: Any, written: Any) -> None:
    with pytest.raises(ValueError, match="expected"):
        Parameter(type=kind, stricter="none").parse(written)


STRICTER = [
    ("integer", "higher", 1, 2, 2),
    ("integer", "lower", 1, 2, 1),
    ("boolean", "higher", False, True, True),
    ("tls_version", "higher", 12, 13, 13),
    ("strings", "more", ["a"], ["b"], ["a", "b"]),
    ("strings", "fewer", ["a", "b"], ["b", "c"], ["b"]),
    ("duration_table", "higher", {"a": 1, "b": 5}, {"a": 2, "c": 3}, {"a": 2, "b": 5, "c": 3}),
]


@pytest.mark.parametrize(("kind", "direction", "one", "other", "expected"), STRICTER)
def test_the_stricter_value_wins_either_way(kind: Any, direction: Any, one: Any, other: Any, expected: Any) -> None:
    parameter = Parameter(type=kind, stricter=direction)
    assert parameter.misfit() == ""
    assert parameter.stricter_of(one, other) == expected
    assert parameter.stricter_of(other, one) == expected
    assert not parameter.weakens(expected, one)
    assert not parameter.weakens(expected, other)


def test_without_a_stricter_value_two_must_agree() -> None:
    parameter = Parameter(type="string", stricter="none")
    assert parameter.stricter_of("a", "a") == "a"
    assert parameter.weakens("a", "b")
    with pytest.raises(ValueError, match="neither value is stricter"):
        parameter.stricter_of("a", "b")


@given(
    st.sampled_from([("integer", "higher"), ("integer", "lower")]),
    st.integers(),
    st.integers(),
    st.integers(),
)
def test_strictest_is_a_lattice(kind: Any, one: int, two: int, three: int) -> None:
    parameter = Parameter(type=kind[0], stricter=kind[1])
    join = parameter.stricter_of
    assert join(join(one, two), three) == join(one, join(two, three))
    assert join(one, two) == join(two, one)
    assert join(one, one) == one


def test_each_type_says_which_directions_fit() -> None:
    fitting = {(kind, way) for kind in TYPES for way in DIRECTIONS if not Parameter(type=kind, stricter=way).misfit()}  # type: ignore[arg-type]
    assert ("string", "higher") not in fitting
    assert ("strings", "higher") not in fitting
    assert ("integer", "more") not in fitting
    assert {("strings", "more"), ("strings", "fewer"), ("duration", "lower"), ("date_table", "higher")} <= fitting


def test_numbers_without_a_sensible_reading_stay_numbers() -> None:
    assert value_text(-5, "duration") == "-5"
    assert value_text(99, "tls_version") == "99"
    assert value_text(3, "date") == "3"
    assert value_text(False, "") == "false"
