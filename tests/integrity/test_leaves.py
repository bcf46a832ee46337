"""Salted leaves, held against what format.md says, written here by hand."""

from __future__ import annotations

import hashlib
import hmac
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from limen.integrity.canonical import canonical
from limen.integrity.leaves import record_leaves, salt, salted_leaf

SECRET = bytes(range(32))
paths = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30)


def test_a_leaf_is_what_its_definition_says() -> None:
    path, content = "core/details.jsonl", hashlib.sha256(b'{"a":1}').hexdigest()
    salted = hmac.new(SECRET, b"limen-salt-v1\0core/details.jsonl\0" + bytes(7) + b"\x05", "sha256").digest()
    assert salt(SECRET, path, 5) == salted
    text = '{"content":"' + content + '","index":5,"path":"core/details.jsonl","type":"record"}'
    assert salted_leaf(salted, "record", path, 5, content) == hashlib.sha256(b"\0" + salted + text.encode()).digest()


@given(paths, st.integers(0, 2**53 - 1), st.sampled_from(["file", "record"]), st.binary())
def test_every_leaf_is_over_canonical_json(path: str, index: int, kind: str, content: bytes) -> None:
    digest = hashlib.sha256(content).hexdigest()
    made = salt(SECRET, path, index)
    text = canonical({"type": kind, "path": path, "index": index, "content": digest})
    assert json.loads(text)["path"] == path
    assert salted_leaf(made, kind, path, index, digest) == hashlib.sha256(b"\0" + made + text).digest()


@given(paths, st.lists(st.binary(), max_size=20))
def test_records_at_once_are_records_one_by_one(path: str, lines: list[bytes]) -> None:
    assert list(record_leaves(SECRET, path, lines)) == [
        salted_leaf(salt(SECRET, path, index), "record", path, index, hashlib.sha256(line).hexdigest())
        for index, line in enumerate(lines)
    ]


@given(paths, paths, st.integers(0, 99), st.integers(0, 99))
def test_salts_differ_by_place(one: str, other: str, first: int, second: int) -> None:
    assert (salt(SECRET, one, first) == salt(SECRET, other, second)) == ((one, first) == (other, second))


@pytest.mark.parametrize("size", [0, 31, 33])
def test_a_secret_has_32_bytes(size: int) -> None:
    with pytest.raises(ValueError, match=f"{size} bytes"):
        salt(bytes(size), "core/a", 0)
    with pytest.raises(ValueError, match=f"{size} bytes"):
        list(record_leaves(bytes(size), "core/a", [b""]))
