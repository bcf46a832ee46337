"""Placeholders: what stands where a secret belongs, and how random a text looks."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from limen.analysis.placeholders import entropy, placeholder, worded


@pytest.mark.parametrize("text", [b"my-example-key", b"CHANGE_ME", b"xxxxx", b"0123456789", b"abcdefgh12", b"a...b"])
def test_words_and_rows(text: bytes) -> None:
    assert worded(text)
    assert placeholder(text)


@pytest.mark.parametrize("text", [b"zzzzzz", b"abababababab", b"xyzxyzxyzxyz"])
def test_repetition_is_a_placeholder_and_no_word(text: bytes) -> None:
    assert placeholder(text)
    assert not worded(text)


@given(st.integers(0, 10_000))
def test_digests_are_neither(seed: int) -> None:
    text = hashlib.sha256(seed.to_bytes(4, "big")).digest()
    assert not placeholder(text)
    assert 3.5 < entropy(text) <= 5


def test_entropy() -> None:
    assert (entropy(b""), entropy(b"aaaa"), entropy(b"abab"), entropy(b"abcd")) == (0, 0, 1, 2)
