"""RFC 8785, against the rfc8785 package and the examples of the RFC itself."""

from __future__ import annotations

import math
import struct
from typing import Any

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from limen.integrity.canonical import LARGEST, CanonicalError, canonical, recanonical

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-LARGEST, LARGEST) | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner),
    max_leaves=20,
)  # fmt: skip


@given(VALUES)
def test_as_the_oracle(value: Any) -> None:
    assert canonical(value) == rfc8785.dumps(value)


@given(VALUES)
def test_what_is_canonical_stays_so(value: Any) -> None:
    text = canonical(value)
    assert recanonical(text)[1] == text


@given(st.binary(min_size=8, max_size=8))
def test_every_double(raw: bytes) -> None:
    (value,) = struct.unpack("d", raw)
    if math.isfinite(value):
        assert canonical([value]) == rfc8785.dumps([value])


def test_the_examples_of_the_rfc() -> None:
    """Section 3.2.2, and the sorting of 3.2.3, whose names lie beyond the Basic Multilingual Plane."""
    numbers = [333333333.33333329, 1e30, 4.50, 2e-3, 0.000000000000000000000000001, -0.0]
    assert canonical(numbers) == b"[333333333.3333333,1e+30,4.5,0.002,1e-27,0]"
    names = {"€": 1, "\r": 2, "\ufb33": 3, "1": 4, "\U0001f600": 5, "\x80": 6, "ö": 7}
    assert [*recanonical(canonical(names))[0]] == ["\r", "1", "\x80", "ö", "€", "\U0001f600", "\ufb33"]


@pytest.mark.parametrize(
    "value",
    [math.nan, math.inf, LARGEST + 1, -LARGEST - 1, "\ud800", {"\ud800": 1}, {1: 2}, {1, 2}, b"", object()],
    ids=lambda value: type(value).__name__,  # a repr holds an address, and workers must agree on names
)
def test_what_has_no_canonical_text(value: Any) -> None:
    for given_value in (value, [value], {"a": value}):
        with pytest.raises(CanonicalError):
            canonical(given_value)


def test_nesting_ends() -> None:
    deep: Any = 1
    for _ in range(100_000):
        deep = [deep]
    with pytest.raises(CanonicalError, match="nested"):
        canonical(deep)
    for text in (b"[" * 900 + b"]" * 900, b"[" * 100_000, b"{", b"\xff", b"NaN"):
        with pytest.raises(CanonicalError):
            recanonical(text)


def test_integers_that_doubles_do_not_keep() -> None:
    assert recanonical(b"[9007199254740993]")[1] == b"[9007199254740992]"
    assert recanonical(b'{"a":1,"a":2}')[1] == b'{"a":2}'
