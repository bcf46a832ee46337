"""Places in JSON the quick way: those that the events give."""

from __future__ import annotations

import json
from array import array
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from limen.loading.building import Builder, Marks
from limen.loading.finding import find
from limen.loading.json_events import json_events
from limen.loading.json_skipping import find_quickly, json_rows
from limen.loading.plain_json import DoubtError

NAMES = st.sampled_from(["a", "b", "ü", 'q"', "id"])
VALUES = st.recursive(
    st.one_of(st.booleans(), st.integers(-99, 99), NAMES),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(NAMES, inner, max_size=3)),
    max_leaves=8,
)
PATHS = st.lists(st.one_of(NAMES, st.integers(0, 2)), max_size=4).map(tuple)
INDENTS = st.sampled_from([None, 0, 2])


@given(VALUES, PATHS, st.booleans(), INDENTS)
def test_every_path_is_where_the_events_find_it(value: Any, path: Any, key: bool, indent: int | None) -> None:
    text = " " + json.dumps(value, indent=indent) + "\n"
    assert find_quickly(text, path, key) == find(json_events(text), path, key)


@given(st.dictionaries(NAMES, VALUES, max_size=4), INDENTS)
def test_rows_are_those_of_a_builder(value: Any, indent: int | None) -> None:
    text = json.dumps(value, indent=indent)
    marks = Marks(0, array("q"))
    Builder(marks).build(json_events(text))
    assert json_rows(text) == marks.rows


@pytest.mark.parametrize("text", ["", "{", '{"a"', '{"a":', '{"a":1', '{"a":1,}', "{a: 1}", '{"a" 1}', '{"a":1 "b":2}'])
def test_what_is_no_object_is_refused(text: str) -> None:
    with pytest.raises(DoubtError):
        json_rows(text)
    with pytest.raises(DoubtError):
        find_quickly(text, ("b",))
