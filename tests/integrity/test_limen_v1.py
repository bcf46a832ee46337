"""Writing limen-v1 by putting canonical texts together: the bytes that RFC 8785 gives, by its own implementation."""

from __future__ import annotations

import hashlib
import hmac
from typing import Any

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from limen.integrity.canonical import CanonicalError
from limen.integrity.limen_v1 import GENESIS, Head, Record, Splicer, appended, hash_of, prepared, read

KEY = b"k" * 32
TIME = "2026-11-22T10:00:00.000000Z"
TEXTS = st.text(st.characters(codec="utf-8"), max_size=15)
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=6,
)
EVENTS = st.fixed_dictionaries(
    {
        "tenant": TEXTS,
        "actor": TEXTS,
        "action": TEXTS,
        "record": TEXTS,
        "details": st.dictionaries(TEXTS, VALUES, max_size=3),
    }
)
KEY_IDS = st.text(
    st.characters(min_codepoint=0x21, max_codepoint=0x7E, exclude_characters='"\\{}'), min_size=1, max_size=9
)


@given(st.lists(EVENTS, max_size=4), st.just("") | KEY_IDS, st.integers(0, 2**53 - 10))
def test_lines_are_what_the_standard_writes(events: list[dict[str, Any]], key_id: str, seq: int) -> None:
    splicer = Splicer(key_id, KEY if key_id else b"")
    lines = splicer.lines((prepared(**event) for event in events), GENESIS, seq, TIME)
    before = GENESIS
    for number, (event, line) in enumerate(zip(events, lines, strict=True), seq + 1):
        content = {"_prev": before, "_seq": number, "time": TIME, **event, **({"key": key_id} if key_id else {})}
        body = rfc8785.dumps(content)
        before = hmac.new(KEY, body, hashlib.sha256).hexdigest() if key_id else hashlib.sha256(body).hexdigest()
        assert line == rfc8785.dumps({"_hash": before, **content}) + b"\n"
        assert hash_of(line) == before
        found = read(line[:-1])
        assert found is not None
        assert (found.key, found.seq, found.time) == (key_id, number, TIME)


@given(EVENTS, st.just("") | KEY_IDS)
def test_one_record_is_a_group_of_one(event: dict[str, Any], key_id: str) -> None:
    key = KEY if key_id else b""
    line, head = appended(Record(time=TIME, **event), Head(hash="a" * 64, length=7), key_id=key_id, key=key)
    assert [line] == Splicer(key_id, key).lines((prepared(**event),), "a" * 64, 7, TIME)
    assert head == Head(hash=hash_of(line), length=8)


@pytest.mark.parametrize(
    ("key_id", "key"),
    [('quo"te', KEY), ("back\\slash", KEY), ("bra{ce", KEY), ("bra}ce", KEY), ("ümlaut", KEY), ("sp ace", KEY),
     ("", KEY), ("k" * 257, KEY), ("new\nline", KEY), ("k", b""), ("k", b"k" * 15)],
)  # fmt: skip
def test_keys_that_are_refused(key_id: str, key: bytes) -> None:
    with pytest.raises(ValueError, match="key"):
        Splicer(key_id, key)


@pytest.mark.parametrize("name", ["tenant", "actor", "action", "record"])
@pytest.mark.parametrize("value", [None, 1, b"bytes", ["list"], "\ud800"])
def test_events_that_are_refused(name: str, value: object) -> None:
    event: dict[str, Any] = {"tenant": "a", "actor": "b", "action": "c", "record": "d", "details": {}, name: value}
    with pytest.raises(CanonicalError):
        prepared(**event)


@pytest.mark.parametrize("details", [None, [], "text", {1: 2}, {"a": object()}, {"a": float("inf")}, {"a": 2**53}])
def test_details_that_are_refused(details: Any) -> None:
    with pytest.raises(CanonicalError):
        prepared(tenant="a", actor="b", action="c", record="d", details=details)
