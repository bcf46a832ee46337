"""Differences by path: none where two values are equal to Rego, and else enough to make one of the other."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from limen.policy.differences import ABSENT, differences

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.text("ab.", max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("ab. ", max_size=3), inner, max_size=3),
    max_leaves=8,
)


def found(expected: Any, actual: Any) -> list[tuple[str, str, str]]:
    return [(one.path, one.expected, one.actual) for one in differences(json.dumps(expected), json.dumps(actual))]


def same(one: Any, other: Any) -> bool:
    """Whether two values are equal to Rego: as their JSON texts are, apart from how an object is ordered."""
    return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)


def test_objects_are_compared_path_by_path() -> None:
    expected = {"minimum": {"holds": False, "actual": 11, "required": 12}, "gone": 1}
    actual = {"minimum": {"holds": True, "actual": 11}, "new": [1]}
    assert found(expected, actual) == [
        ("minimum.holds", "false", "true"),
        ("minimum.required", "12", ABSENT),
        ("gone", "1", ABSENT),
        ("new", ABSENT, "[1]"),
    ]


def test_lists_are_compared_by_index() -> None:
    assert found({"pins": ["a", "b"]}, {"pins": ["a", "c", "d"]}) == [
        ("pins[1]", '"b"', '"c"'),
        ("pins[2]", ABSENT, '"d"'),
    ]


@pytest.mark.parametrize(
    ("expected", "actual"), [(1, True), (0, False), (None, False), ("1", 1), ([], {}), (None, []), ({}, None)]
)
def test_what_python_takes_for_equal_is_not(expected: Any, actual: Any) -> None:
    assert found(expected, actual) == [("", json.dumps(expected), json.dumps(actual))]


def test_a_key_that_is_no_name_is_quoted() -> None:
    assert found({"a": {"x.y": 1, "": 2}}, {"a": {}}) == [('a["x.y"]', "1", ABSENT), ('a[""]', "2", ABSENT)]


def test_null_is_a_value_and_no_absence() -> None:
    assert found({"a": None}, {}) == [("a", "null", ABSENT)]


@given(VALUES)
def test_a_value_does_not_differ_from_itself(value: Any) -> None:
    assert found(value, copy.deepcopy(value)) == []


@given(VALUES, VALUES)
def test_values_that_differ_do_so_somewhere(one: Any, other: Any) -> None:
    assert bool(found(one, other)) is not same(one, other)


@given(VALUES, VALUES)
def test_the_way_back_is_the_same_way(one: Any, other: Any) -> None:
    there = {(path, expected, actual) for path, expected, actual in found(one, other)}
    back = {(path, actual, expected) for path, expected, actual in found(other, one)}
    assert there == back
