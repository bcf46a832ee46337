"""Tokens, anchors and the definition of limen-v1, held against what is written here by hand."""

from __future__ import annotations

import hashlib
import hmac
import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from limen.integrity.anchors import SEGMENT_BYTES, Anchor, anchors, digests, longest_gap, statement
from limen.integrity.limen_v1 import Head, Record, appended, hmac_sha256, read
from limen.integrity.tokens import key_of, same, token

KEY = b"k" * 32
RECORD = Record(tenant="a", time="2026-11-22T10:00:00.000000Z", actor="b", action="c", record="d", details={"e": [1.0]})


def test_a_token_is_what_its_definition_says() -> None:
    made = token("12345", domain="mrn", key_id="t-1", key=KEY)
    assert made == "tok:v1:t-1:" + hmac.digest(KEY, b'limen-token-v1\0["mrn","12345"]', "sha256").hex()
    assert key_of(made) == "t-1"
    assert same(made, token("12345", domain="mrn", key_id="t-1", key=KEY))


@given(st.text(st.characters(exclude_categories=["Cs"])), st.text(st.characters(exclude_categories=["Cs"])))
def test_tokens_differ_where_anything_does(one: str, other: str) -> None:
    made = {
        token(value, domain=domain, key_id="t", key=key)
        for value, domain, key in {
            (one, other, KEY),
            (other, one, KEY),
            (one + other, "", KEY),
            (one, other, b"l" * 32),
        }
    }
    assert len(made) == len({(one, other, KEY), (other, one, KEY), (one + other, "", KEY), (one, other, b"l" * 32)})


def test_tokens_that_are_refused() -> None:
    with pytest.raises(ValueError, match="31 bytes"):
        token("x", domain="mrn", key_id="t", key=b"k" * 31)
    with pytest.raises(ValueError, match="id of a token"):
        token("x", domain="mrn", key_id="a:b", key=KEY)
    for text in ("", "tok:v2:t:" + "0" * 64, "tok:v1:t:" + "0" * 63, "tok:v1:t:" + "0" * 64 + "\n"):
        with pytest.raises(ValueError, match="not a token"):
            key_of(text)


def test_a_line_is_what_its_definition_says() -> None:
    line, head = appended(RECORD, Head())
    body = (
        b'{"_prev":"' + b"0" * 64 + b'","_seq":1,"action":"c","actor":"b","details":{"e":[1]},"record":"d",'
        b'"tenant":"a","time":"2026-11-22T10:00:00.000000Z"}'
    )
    made = hashlib.sha256(body).hexdigest()
    assert line == b'{"_hash":"' + made.encode() + b'",' + body[1:] + b"\n"
    assert line[76:-1] == body[1:]
    assert head == Head(hash=made, length=1)
    keyed, _ = appended(RECORD, head, key_id="k-1", key=KEY)
    found = json.loads(keyed)
    assert (found["_prev"], found["_seq"], found["key"]) == (made, 2, "k-1")
    assert found["_hash"] == hmac.digest(KEY, b"{" + keyed[76:-1], "sha256").hex()


@given(st.binary(min_size=16, max_size=200), st.binary(max_size=200))
def test_hmac_with_its_pads_hashed_once(key: bytes, message: bytes) -> None:
    made = hmac_sha256(key)
    assert made(message) == made(message) == hmac.digest(key, message, "sha256").hex()


def test_records_that_are_refused() -> None:
    with pytest.raises(ValueError, match="written as"):
        appended(msgspec.structs.replace(RECORD, time="2026-11-22 10:00"), Head())
    with pytest.raises(ValueError, match="15 bytes"):
        appended(RECORD, Head(), key_id="k", key=b"k" * 15)


@given(st.binary(max_size=300))
def test_any_line_can_be_read_or_not(line: bytes) -> None:
    assert read(line) is None


def test_the_statement_of_an_anchor_leaves_the_signature_out() -> None:
    anchor = Anchor(ledger="l", length=2, head="a" * 64, bytes=600, at="2026-11-22T10:00:00.000000Z", to="w")
    assert statement(anchor) == (
        b'limen-anchor-v1\0{"at":"2026-11-22T10:00:00.000000Z","bytes":600,"head":"' + b"a" * 64
        + b'","ledger":"l","length":2,"to":"w"}'
    )  # fmt: skip
    signed = msgspec.structs.replace(anchor, signature="00" * 64)
    assert statement(signed) == statement(anchor)
    assert list(anchors(msgspec.json.encode(signed) + b"\n\n" + msgspec.json.encode(anchor))) == [signed, anchor]
    with pytest.raises(ValueError, match="line 1"):
        list(anchors(msgspec.json.encode({**msgspec.to_builtins(anchor), "more": 1})))


def test_the_longest_time_without_an_anchor() -> None:
    assert longest_gap([100, 400, 200], 450) == 200
    assert longest_gap([100], 1000) == 900


def test_an_anchor_of_a_time_to_come_does_not_vouch_for_today() -> None:
    assert longest_gap([10_000], 1000) == 9000
    assert longest_gap([100, 10_000], 1000) == 9000
    assert longest_gap([100, 900, 1010], 1000) == 800


@given(st.lists(st.integers(1, SEGMENT_BYTES), max_size=4))
def test_digests_of_segments(sizes: list[int]) -> None:
    data = b"".join(bytes([number]) * size for number, size in enumerate(sizes))
    pieces, at = [], 0
    for size in sizes:
        pieces.append(data[at : at + size])
        at += size
    segments = [data[start : start + SEGMENT_BYTES] for start in range(0, len(data), SEGMENT_BYTES)]
    assert list(digests(pieces)) == [hashlib.sha256(segment).hexdigest() for segment in segments]
