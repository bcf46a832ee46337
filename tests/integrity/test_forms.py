"""Documents of a fixed form: what is taken is the one RFC 8785 text of exactly such a document."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from limen.integrity.canonical import canonical, recanonical
from limen.integrity.forms import Count, Form, Hex, is_canonical, read_form

NUMBERS = st.sampled_from([b"1e400", b"-0", b"1.0", b"1e2", b"123456789012345678901", b"-123456789012345", b"[1,2.50]"])
NAMES = st.sampled_from([b'{"a":1,"a":1}', b'{"b":1,"a":2}', '{"\U0001f600":1,"\uffff":2}'.encode(), b'{"a": 1}'])


class Document(Form, frozen=True):
    """A document of these tests."""

    digest: Hex
    count: Count


@given(st.binary(max_size=60) | NUMBERS | NAMES)
def test_what_is_taken_for_canonical_is(line: bytes) -> None:
    try:
        wanted = recanonical(line)[1] == line
    except ValueError:
        wanted = False
    assert is_canonical(line) is wanted


@given(
    st.recursive(
        st.none() | st.integers(-(2**53) + 1, 2**53 - 1) | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    )
)
def test_what_is_canonical_is_taken(value: object) -> None:
    try:
        line = canonical(value)
    except ValueError:
        return
    assert is_canonical(line)
    assert not is_canonical(line + b" ")


@given(st.binary(max_size=200))
def test_rubbish_is_no_document(content: bytes) -> None:
    with pytest.raises(ValueError, match=r"\S"):
        read_form(content, Document)


def test_a_document_says_exactly_what_its_form_has() -> None:
    good = {"digest": "0" * 64, "count": 3}
    assert read_form(canonical(good), Document) == Document(digest="0" * 64, count=3)
    for wrong in (
        {**good, "more": 1},
        {"count": 3},
        {**good, "count": -1},
        {**good, "count": 1.5},
        {**good, "digest": "0" * 64 + "\n"},
        {**good, "digest": "A" * 64},
    ):
        with pytest.raises(ValueError, match="digest|count|more"):
            read_form(canonical(wrong), Document)
    with pytest.raises(ValueError, match="RFC 8785"):
        read_form(canonical(good) + b"\n", Document)
    with pytest.raises(ValueError, match="RFC 8785"):
        read_form(b'{"count":3,"count":3,"digest":"' + b"0" * 64 + b'"}', Document)
