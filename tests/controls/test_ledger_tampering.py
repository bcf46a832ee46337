"""A small ledger changed at every byte: reading it, and opening it, notices each change."""

from __future__ import annotations

import os
import random
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from limen.controls.ledger import BrokenLedgerError, Entry, LedgerError
from tests.controls.ledger_places import KEY, KINDS, FilePlace, LateServer, Place, SqlitePlace, places


@pytest.fixture(scope="module")
def server() -> Iterator[LateServer]:
    """PostgreSQL, where a test asks for it."""
    with ExitStack() as stack:
        yield LateServer(stack)


@pytest.fixture
def quick() -> Iterator[Path]:
    """A folder in memory, where the system has one: thousands of syncs would measure the disk."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if os.access(memory, os.W_OK) else None) as name:
        yield Path(name)


def filled(place: Place, records: int, keyed: bool = True) -> bytes:
    """Append some records; return the text."""
    with place.open(**({} if keyed else {"key": None, "keys": {}})) as ledger:
        for number in range(records):
            ledger.append(
                Entry(
                    tenant="a", actor="svc", action="dispense", record=f"rx-{number}", details={"n": number, "t": "ä"}
                )
            )
    return b"".join(place.lines())


@pytest.mark.parametrize("keyed", [True, False])
def test_every_byte_of_a_file(quick: Path, keyed: bool) -> None:
    place = FilePlace(quick)
    options = {} if keyed else {"key": None, "keys": {}}
    text = filled(place, 3, keyed)
    with place.open(**options) as ledger:
        mark = ledger.mark()
    chance = random.Random(1)
    for at in range(len(text)):
        for other in {text[at] ^ 1, ord("\n"), chance.randrange(256)} - {text[at]}:
            place.path.write_bytes(text)
            with place.open(since=mark, **options) as ledger:
                place.path.write_bytes(text[:at] + bytes((other,)) + text[at + 1 :])
                with pytest.raises(BrokenLedgerError):
                    list(ledger.read())
                with pytest.raises(LedgerError):
                    ledger.append(Entry(tenant="a", actor="b", action="c", record="d"))


def test_every_byte_when_it_is_opened(quick: Path) -> None:
    place = FilePlace(quick)
    text = filled(place, 3)
    last = text.rindex(b"\n", 0, -1) + 1
    for at in range(len(text) - 1):
        changed = text[:at] + bytes((text[at] ^ 1,)) + text[at + 1 :]
        place.path.write_bytes(changed)
        # The id of a key may be changed to that of one that is not known: that can't be verified, and is no better.
        with pytest.raises(LedgerError):
            place.open()
        assert place.path.read_bytes() == changed
    # Without its newline the last record is half a line, as a crash leaves it: it goes, and an entry says so.
    place.path.write_bytes(text[:-1])
    with place.open() as ledger:
        assert [one.details.get("bytes") for one in ledger.read()] == [None, None, len(text) - 1 - last]


def test_every_byte_cut_off_inserted_or_removed(quick: Path) -> None:
    place = FilePlace(quick)
    text = filled(place, 3)
    with place.open() as ledger:
        mark = ledger.mark()
    for at in range(len(text)):
        for changed in (text[:at], text[:at] + b"x" + text[at:], text[:at] + text[at + 1 :], text[:at] + text[at:] * 2):
            place.path.write_bytes(text)
            with place.open(since=mark) as ledger:
                place.path.write_bytes(changed)
                with pytest.raises(BrokenLedgerError):
                    list(ledger.read())


@pytest.mark.parametrize("kind", KINDS[1:])
def test_bytes_of_a_table(kind: str, quick: Path, server: LateServer) -> None:
    with places(kind, quick, server) as place:
        text = filled(place, 3)
        lines = place.lines()
        with place.open() as ledger:
            mark = ledger.mark()
        step = 1 if isinstance(place, SqlitePlace) else 41
        for at in range(0, len(text), step):
            changed = text[:at] + bytes((text[at] ^ 1,)) + text[at + 1 :]
            ends = [len(b"".join(lines[:number])) for number in range(4)]
            place.store(lines)
            with place.open(since=mark) as ledger:
                place.store([changed[ends[number] : ends[number + 1]] for number in range(3)])
                with pytest.raises(BrokenLedgerError):
                    list(ledger.read())


def test_a_row_under_another_number(quick: Path) -> None:
    import sqlite3
    from contextlib import closing

    place = SqlitePlace(quick)
    filled(place, 3)
    with closing(sqlite3.connect(place.path, isolation_level=None)) as connection:
        connection.execute("DROP TRIGGER ledger_no_update")
        connection.execute("UPDATE ledger SET seq = 30 WHERE seq = 3")
        connection.execute(
            'CREATE TRIGGER "ledger_no_update" BEFORE UPDATE ON "ledger" BEGIN SELECT'
            " RAISE(ABORT, 'a ledger is only appended to'); END"
        )
    with pytest.raises(BrokenLedgerError, match="numbered"):
        place.open()


def test_what_is_written_anew_by_who_has_no_key(quick: Path) -> None:
    place = FilePlace(quick)
    text = filled(place, 3, keyed=False)
    with pytest.raises(BrokenLedgerError, match="lack the chain's key"):
        place.open()
    assert place.path.read_bytes() == text
    place.path.write_bytes(b"")
    text = filled(place, 3)
    place.path.write_bytes(text.replace(KEY[0].encode(), b"audit-2027"))
    with pytest.raises(LedgerError, match="key that is not given"):
        place.open()


def test_another_history_between_looking_and_reading(quick: Path) -> None:
    """As long, or shorter, and right in itself: it does not lead to the head that was seen under the lock."""
    from limen.adapters.ledgers.blocks import Block
    from limen.controls.ledger_chain import BEGINNING, Chain

    texts = []
    for name in ("one", "other"):
        (quick / name).mkdir()
        texts.append(filled(FilePlace(quick / name), 3))
    with FilePlace(quick / "one").open() as ledger:
        until = ledger.mark()
    chain = Chain("audit-log", {KEY[0]: KEY[1]})
    assert len(list(chain.lines([Block(start=0, data=texts[0])], BEGINNING, until, 1))) == 3
    shorter = texts[0][: texts[0].rindex(b"\n", 0, -1) + 1]
    for text in (texts[1], shorter, texts[0] + texts[0], texts[0] + b"x"):
        with pytest.raises(BrokenLedgerError):
            list(chain.lines([Block(start=0, data=text)], BEGINNING, until, 1))


@pytest.mark.parametrize(
    "wrong",
    [
        {"actor": 5},
        {"details": []},
        {"record": None},
        {"details": {"n": 2**53 + 1}},
        {"extra": "x"},
        {"details": {"a": {"b": 1.0}}},
    ],
)
def test_records_of_other_shapes_are_not_read(quick: Path, wrong: dict[str, object]) -> None:
    """Who can write a ledger without a key can hash anything; what is no record of limen-v1 does not come out."""
    import hashlib
    import json

    place = FilePlace(quick)
    content = {"action": "a", "actor": "b", "details": {}, "record": "c", "tenant": "d"} | wrong
    body = json.dumps(
        {"_prev": "0" * 64, "_seq": 1, **content, "time": "2026-11-22T10:00:00.000000Z"},
        sort_keys="extra" not in wrong,
        separators=(",", ":"),
    )
    line = '{"_hash":"' + hashlib.sha256(body.encode()).hexdigest() + '",' + body[1:] + "\n"
    place.path.write_text(line)
    place.path.chmod(0o600)
    with pytest.raises(BrokenLedgerError), place.open(key=None, keys={}) as ledger:
        list(ledger.read())
