"""Canonical JSON texts: equal values have equal texts, and only they."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from limen.policy.canonical import canonical

SCALARS = st.none() | st.booleans() | st.integers() | st.text()
VALUES = st.recursive(SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=20)


def exact(text: str) -> Any:
    return json.loads(text, parse_float=Decimal, parse_int=Decimal)


@given(VALUES, st.sampled_from([None, 1, "\t"]), st.booleans())
def test_spaces_escapes_and_order_make_no_difference(value: Any, indent: Any, ascii_only: bool) -> None:
    text = json.dumps(value, indent=indent, ensure_ascii=ascii_only)
    backwards = json.dumps(turned(value))
    assert canonical(text) == canonical(backwards) == canonical(text.encode())
    assert exact(canonical(text)) == exact(text)
    assert canonical(canonical(text)) == canonical(text)


@given(VALUES, VALUES)
def test_different_values_have_different_texts(one: Any, other: Any) -> None:
    same = exact(json.dumps(one)) == exact(json.dumps(other)) and str(one) == str(other)
    assert (canonical(json.dumps(one)) == canonical(json.dumps(other))) is (same or repr(one) == repr(other))


@given(st.decimals(allow_nan=False, allow_infinity=False))
def test_numbers_are_exact(number: Decimal) -> None:
    text = str(number).replace("E+", "e")
    assert exact(canonical(text)) == number


def turned(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: turned(value[key]) for key in reversed(list(value))}
    return [turned(one) for one in value] if isinstance(value, list) else value


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("1.0", "1"),
        ("-0", "0"),
        ("-0.0e5", "0"),
        ("1e3", "1000"),
        ("1200", "1200"),
        ("10E-1", "1"),
        ("0.50", "0.5"),
        ("-0.005", "-0.005"),
        ("12.25e1", "122.5"),
        ("1e500", "1e500"),
        ("10e499", "1e500"),
        ("1e-500", "1e-500"),
        ("9" * 5000, f"{'9' * 5000}e0"),
        ("9007199254740993", "9007199254740993"),
    ],
)
def test_a_number_has_one_form(text: str, found: str) -> None:
    assert canonical(text) == found


@pytest.mark.parametrize(
    "text", ["", "{", "NaN", "Infinity", "-Infinity", "[" * 100_000, "1 2", b"\xff", "1e" + "9" * 30]
)
def test_what_is_no_json_is_refused(text: str | bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 the text is the library's
        canonical(text)
