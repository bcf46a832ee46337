"""Foreign chains, made here by code of their own in each declared form; every tampering is found, every cut agrees."""

from __future__ import annotations

import base64
import functools
import hashlib
import hmac
import itertools
import json
from collections.abc import Callable
from typing import Any

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from limen.integrity.chains import GENESIS, Stretch, joined, origin
from limen.integrity.recipes import foreign, linked, unambiguous
from limen.integrity.verifying import Expected
from limen.model.recipes import Recipe

KEY = b"key of somebody else"


def _jcs(event: dict[str, Any], before: str) -> dict[str, Any]:
    record = {**event, "previous": before}
    return {**record, "digest": hashlib.sha256(rfc8785.dumps(record)).hexdigest()}


def _python(event: dict[str, Any], before: str) -> dict[str, Any]:
    record = {**event, "previous": before}
    return {**record, "digest": hashlib.sha512(json.dumps(record, sort_keys=True).encode()).hexdigest()}


def _joined(event: dict[str, Any], before: str) -> dict[str, Any]:
    text = "|".join((before, str(event["id"]), event["when"], event["who"]))
    return {**event, "previous": before, "digest": hashlib.sha256(text.encode()).hexdigest()}


def _field(event: dict[str, Any], before: str) -> dict[str, Any]:
    payload = json.dumps(event)
    made = hmac.digest(KEY, (before + payload).encode(), "sha256")
    return {**event, "payload": payload, "previous": before, "digest": base64.b64encode(made).decode()}


COMMON: dict[str, Any] = {
    "hash": "digest", "prev": "previous", "seq": "id", "first": 0, "time": "when", "tenant": "site",
}  # fmt: skip
MAKERS: dict[str, tuple[Recipe, Callable[[dict[str, Any], str], dict[str, Any]], str]] = {
    "rfc8785": (Recipe(form="rfc8785", **COMMON), _jcs, ""),
    "python-sorted": (Recipe(form="python-sorted", algorithm="SHA-512", genesis="none", **COMMON), _python, "none"),
    "joined": (
        Recipe(form="joined", separator="|", prepended=True, fields=("id", "when", "who"), **COMMON), _joined, "",
    ),
    "field": (
        Recipe(
            form="field", fields=("payload",), prepended=True, algorithm="HMAC-SHA-256", encoding="base64", **COMMON
        ),
        _field, "",
    ),
}  # fmt: skip


def made(name: str, count: int = 12) -> list[bytes]:
    _, maker, before = MAKERS[name]
    lines = []
    for number in range(count):
        event = {"id": number, "when": f"2026-11-22T10:00:{number:02}+01:00", "who": "größer 😀", "site": "a", "x": 1.5}
        record = maker(event, before)
        before = record["digest"]
        lines.append(json.dumps(record).encode() + b"\n")
    return lines


def whole(name: str, data: bytes, **given_: Any) -> Stretch:
    recipe = MAKERS[name][0]
    secrets = {"only": KEY} if name == "field" else {}
    return joined(origin(genesis=recipe.genesis or GENESIS), foreign(data, 0, recipe, secrets, Expected(**given_)))


@pytest.mark.parametrize("name", MAKERS)
def test_a_chain_as_it_was_written(name: str) -> None:
    lines = made(name)
    for strict in (False, True):
        found = whole(name, b"".join(lines), tenant="a", strict=strict)
        assert (found.faults, found.records, found.unread) == ({}, 12, 0)
    assert found.oldest == "2026-11-22T09:00:00.000000Z"


@pytest.mark.parametrize("name", MAKERS)
def test_each_tampering(name: str) -> None:
    lines = made(name)
    found = {
        "edited": [*lines[:5], lines[5].replace(b"gr", b"kl"), *lines[6:]],
        "missing": lines[:5] + lines[6:],
        "duplicate": lines[:6] + lines[5:],
        "unreadable": [*lines[:5], b"\0\xff\n", *lines[6:]],
        "half": [*lines[:5], lines[5][:-4]],
    }
    for kind, bent in found.items():
        first = whole(name, b"".join(bent)).faults["chain"].first[0]
        assert (first.kind, first.record) == (kind, 7 if kind == "duplicate" else 6)
    swapped = whole(name, b"".join([*lines[:5], lines[6], lines[5], *lines[7:]]))
    assert swapped.faults["chain"].first[0].record == 6
    assert {swapped.faults[aspect].first[0].record for aspect in ("sequence", "clock")} == {6, 7}


@pytest.mark.parametrize("name", MAKERS)
def test_another_tenant_and_a_name_twice(name: str) -> None:
    lines = made(name)
    assert whole(name, b"".join(lines), tenant="b").faults["tenant"].count == 12
    twice = lines[3].replace(b'{"id"', b'{"who": "x", "id"')
    bent = b"".join([*lines[:3], twice, *lines[4:]])
    assert whole(name, bent, strict=True).faults["chain"].first[0].record == 4


def test_keys() -> None:
    lines = made("field")
    recipe = MAKERS["field"][0]
    for secrets, aspect in (({"only": b"another"}, "chain"), ({}, "key")):
        found = foreign(b"".join(lines), 0, recipe, secrets, Expected())
        assert set(found.faults) == {aspect}
        assert KEY.decode() not in repr(found)


def test_heads_of_records_without_numbers() -> None:
    lines = made("rfc8785")
    recipe = Recipe(hash="digest", prev="previous", form="rfc8785")
    heads = {8: json.loads(lines[7])["digest"], 10: "f" * 64}
    cut = b"".join(lines[:4])
    parts = [foreign(cut, 0, recipe, {}, Expected(heads=heads))]
    parts.append(foreign(b"".join(lines[4:]), len(cut), recipe, {}, Expected(heads=heads)))
    assert functools.reduce(joined, parts, origin()).agreed == (8,)


@pytest.mark.parametrize("name", MAKERS)
@given(places=st.lists(st.integers(0, 3000), max_size=4), bend=st.integers(0, 2500), mask=st.integers(0, 255))
def test_any_cut_gives_the_same_answer(name: str, places: list[int], bend: int, mask: int) -> None:
    recipe = MAKERS[name][0]
    secrets = {"only": KEY} if name == "field" else {}
    data = bytearray(b"".join(made(name)))
    data[bend % len(data)] ^= mask
    text = bytes(data)
    ends = sorted({text.find(b"\n", place) + 1 or len(text) for place in places} | {len(text)})
    parts = [
        foreign(text[start:end], start, recipe, secrets, Expected(tenant="a"))
        for start, end in itertools.pairwise([0, *ends])
    ]
    start = origin(genesis=recipe.genesis or GENESIS)
    assert functools.reduce(joined, parts, start) == whole(name, text, tenant="a")


@given(st.binary(max_size=300), st.sampled_from(sorted(MAKERS)))
def test_bytes_that_are_no_ledger_raise_nothing(data: bytes, name: str) -> None:
    assert bool(whole(name, data).faults) == bool(data)


def test_what_a_recipe_binds() -> None:
    assert [linked(MAKERS[name][0]) for name in MAKERS] == [True] * 4
    assert [unambiguous(MAKERS[name][0]) for name in MAKERS] == [True, True, False, True]
    assert not linked(Recipe(hash="h", prev="p", form="rfc8785", fields=("a", "b")))
