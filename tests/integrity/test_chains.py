"""Any single-byte change of any chain is found; any cut into stretches gives the same answer; joins associate."""

from __future__ import annotations

import functools
import itertools
import random
from collections.abc import Sequence

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from limen.integrity.chains import Stretch, joined, origin
from limen.integrity.limen_v1 import Head, Keys, Record, appended
from limen.integrity.verifying import Expected, cut, skipped, verified

SECRETS = {"k-1": b"1" * 32, "k-2": b"2" * 32}
KEYS = Keys(SECRETS)
PLAIN = Expected()
TEXTS = st.text(max_size=12) | st.sampled_from(
    ['","key":"k-1","record":"', '"},"record":"x', "}", "\\", '","tenant":"a","time":"', "\n", "größe", "\U0001f600"]
)
DETAILS = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXTS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(TEXTS | st.sampled_from(["key", "record", "tenant", "time"]), inner, max_size=3)
    ),
    max_leaves=6,
)


@st.composite
def chains(draw: st.DrawFn, least: int = 1) -> list[bytes]:
    """Chains of some records, under no key, one or two, with details of every kind."""
    head, lines = Head(), []
    for number in range(draw(st.integers(least, 8))):
        record = Record(
            tenant=draw(st.sampled_from(["a", "b", 'a"b', "ä"])),
            time=f"2026-11-22T10:00:{number:02}.000000Z",
            actor=draw(TEXTS),
            action=draw(TEXTS),
            record=draw(TEXTS),
            details=draw(st.dictionaries(TEXTS | st.sampled_from(["key", "record"]), DETAILS, max_size=3)),
        )
        name = draw(st.sampled_from(["", "k-1", "k-2"]))
        line, head = appended(record, head, key_id=name, key=SECRETS.get(name, b""))
        lines.append(line)
    return lines


def whole(data: bytes, expected: Expected = PLAIN) -> Stretch:
    return joined(origin(), verified(data, 0, KEYS, expected))


def in_stretches(data: bytes, places: Sequence[int], expected: Expected = PLAIN) -> list[Stretch]:
    """Verify what lies between places, each moved to the end of its line."""
    ends = sorted({data.find(b"\n", place) + 1 or len(data) for place in places} | {len(data)})
    return [verified(data[start:end], start, KEYS, expected) for start, end in itertools.pairwise([0, *ends])]


@given(chains())
def test_what_is_written_verifies(lines: list[bytes]) -> None:
    for strict in (False, True):
        found = whole(b"".join(lines), Expected(strict=strict))
        assert (found.faults, found.records, found.unread) == ({}, len(lines), 0)
        assert found.last is not None
        assert found.last.seq == len(lines)


@given(chains(), st.data())
def test_any_single_byte_change_is_found(lines: list[bytes], data: st.DataObject) -> None:
    text = bytearray(b"".join(lines))
    at = data.draw(st.integers(0, len(text) - 1))
    text[at] ^= data.draw(st.integers(1, 255))
    record = b"".join(lines)[:at].count(b"\n") + 1
    found = whole(bytes(text))
    # The last newline is no content: without it the line is a half one.
    first = min(fault.record for faults in found.faults.values() for fault in faults.first)
    assert first == record


def test_every_byte_of_a_small_ledger() -> None:
    """Each byte of three records, changed to every other value of its low bits: the record is the right one."""
    head, lines = Head(), []
    for number in range(3):
        record = Record(tenant="a", time=f"2026-11-22T10:00:0{number}.000000Z", actor="b", action="c", record="d")
        line, head = appended(record, head)
        lines.append(line)
    text = b"".join(lines)
    for at, mask in itertools.product(range(len(text)), (1, 2, 4, 8, 16, 32, 64, 128)):
        bent = bytearray(text)
        bent[at] ^= mask
        found = whole(bytes(bent))
        first = min(fault.record for faults in found.faults.values() for fault in faults.first)
        assert first == text[:at].count(b"\n") + 1, (at, mask)


@st.composite
def tampered(draw: st.DrawFn) -> bytes:
    """Chains of which lines were moved, repeated, dropped, bent or replaced by anything."""
    lines = draw(chains(2))
    for _ in range(draw(st.integers(0, 3))):
        at = draw(st.integers(0, len(lines) - 1))
        act = draw(st.sampled_from(["drop", "repeat", "swap", "bend", "replace", "other"]))
        if act == "drop" and len(lines) > 1:
            del lines[at]
        elif act == "repeat":
            lines.insert(at, lines[at])
        elif act == "swap":
            lines[at], lines[-1] = lines[-1], lines[at]
        elif act == "bend":
            bent = bytearray(lines[at])
            if bent:
                bent[draw(st.integers(0, len(bent) - 1))] ^= draw(st.integers(1, 255))
            lines[at] = bytes(bent)
        elif act == "replace":
            lines[at] = draw(st.binary(max_size=200)) + b"\n"
        else:
            lines[at] = draw(chains())[0]
    return b"".join(lines)


@given(tampered(), st.lists(st.integers(0, 4000), max_size=4), st.booleans())
def test_any_cut_gives_the_same_answer(data: bytes, places: list[int], strict: bool) -> None:
    expected = Expected(tenant="a", heads={1: "0" * 64, 3: "1" * 64}, strict=strict)
    stretches = in_stretches(data, places, expected)
    assert functools.reduce(joined, stretches, origin()) == whole(data, expected)


@given(tampered(), st.lists(st.integers(0, 4000), min_size=2, max_size=6))
def test_joining_is_associative(data: bytes, places: list[int]) -> None:
    parts = in_stretches(data, places)
    assume(len(parts) > 2)
    left = functools.reduce(joined, parts)
    right = functools.reduce(lambda later, earlier: joined(earlier, later), reversed(parts))
    assert left == right
    middle = len(parts) // 2
    halves = joined(functools.reduce(joined, parts[:middle]), functools.reduce(joined, parts[middle:]))
    assert halves == left


@given(st.binary(max_size=600))
def test_bytes_that_are_no_ledger_raise_nothing(data: bytes) -> None:
    found = whole(data)
    assert bool(found.faults) == bool(data)


def test_long_ledgers_are_the_same_however_they_are_cut() -> None:
    """The fast loop, which short chains leave at once, against the careful reading, which `strict` asks for."""
    rng = random.Random(4)
    head, lines = Head(), []
    for number in range(6000):
        record = Record(
            tenant="a" if number % 7 else "b",
            time=f"2026-11-22T10:{number // 60 % 60:02}:{number % 60:02}.000000Z",
            actor="svc",
            action="dispense",
            record=f"r-{number}",
            details={"key": "k-1", "note": "x" * rng.randrange(40)} if number % 11 == 0 else {},
        )
        name = "" if number < 2000 else "k-1" if number < 4000 else "k-2"
        line, head = appended(record, head, key_id=name, key=SECRETS.get(name, b""))
        lines.append(line)
    lines[2500] = lines[2500].replace(b"dispense", b"return")
    del lines[5000]
    text = b"".join(lines)
    found = whole(text)
    strict = whole(text, Expected(strict=True))
    assert found == strict
    assert {aspect: [fault.record for fault in faults.first] for aspect, faults in found.faults.items()} == {
        "chain": [2501, 5001],
        "sequence": [5001],
        "clock": [3601],
    }
    assert (found.unkeyed, found.keys) == (2000, ("k-1", "k-2"))
    for _ in range(5):
        places = [rng.randrange(len(text)) for _ in range(6)]
        assert functools.reduce(joined, in_stretches(text, places), origin()) == found


def test_neighbours_only() -> None:
    with pytest.raises(ValueError, match="no neighbours"):
        joined(origin(), verified(b"x\n", 5, KEYS, Expected()))


def test_what_is_not_read_breaks_the_chain() -> None:
    for stretch in (skipped(0, 10), cut(0)):
        found = joined(origin(), stretch)
        assert found.faults["chain"].count == found.unread == 1


@settings(max_examples=30)
@given(chains(3), st.integers(0, 3))
def test_anchored_heads(lines: list[bytes], lost: int) -> None:
    """A cut tail verifies, and no longer leads to the head that somebody else holds."""
    whole_text = b"".join(lines)
    last = whole(whole_text).last
    assert last is not None
    assert last.hash is not None
    expected = Expected(heads={len(lines): last.hash, 1: "f" * 64})
    kept = whole(b"".join(lines[: len(lines) - lost]), expected)
    assert kept.faults == {}
    assert kept.agreed == (() if lost else (len(lines),))
    assert {length for length, _ in kept.differed} == ({1} if lost < len(lines) else set())
