"""Ledgers in each store: what is acknowledged is there, verified, in one chain, whoever else appends."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from limen.controls.ledger import (
    REPAIRED,
    Appended,
    BrokenLedgerError,
    Entry,
    EntryError,
    Head,
    HeadMovedError,
    LedgerError,
    Prepared,
    open_ledger,
    prepared,
)
from limen.errors import UnassessedError, UsageError
from limen.integrity.chains import joined, origin
from limen.integrity.limen_v1 import Keys, appended
from limen.integrity.verifying import Expected, verified
from tests.controls.ledger_places import KEY, KEYS, KINDS, NAME, FilePlace, LateServer, Place, places

TENANT = "pharmacy-014"
ALL = {KEY[0]: KEY[1], **KEYS}


@pytest.fixture(scope="module")
def server() -> Iterator[LateServer]:
    """PostgreSQL, where a test asks for it."""
    with ExitStack() as stack:
        yield LateServer(stack)


@pytest.fixture(params=KINDS)
def place(request: pytest.FixtureRequest, tmp_path: Path, server: LateServer) -> Iterator[Place]:
    """A place in each store."""
    with places(request.param, tmp_path, server) as made:
        yield made


def entry(number: int = 1, **other: Any) -> Entry:
    """An entry."""
    return Entry(
        tenant=TENANT, actor="svc-ingest", action="dispense", record=f"rx-{number:05}", details={"lot": "L-1", **other}
    )


def checked(lines: list[bytes], keys: dict[str, bytes] = ALL) -> int:
    """Verify lines strictly, by what the probe verifies with; return how many there are."""
    found = joined(origin(), verified(b"".join(lines), 0, Keys(keys), Expected(strict=True)))
    assert found.faults == {}
    return found.records


class TestAppending:
    """What is acknowledged."""

    def test_is_there_in_one_chain(self, place: Place) -> None:
        with place.open() as ledger:
            first = ledger.append(entry(1))
            group = ledger.append_all([entry(2), prepared(entry(3)), entry(4)])
            assert ledger.append_all([]) == ()
            acknowledged = [first, *group]
            assert [one.seq for one in acknowledged] == [1, 2, 3, 4]
            assert ledger.head() == Head(hash=group[-1].hash, length=4)
            assert ledger.name == NAME
            read = list(ledger.read())
        assert [Appended(seq=one.seq, hash=one.hash, time=one.time) for one in read] == acknowledged
        assert [(one.tenant, one.actor, one.action, one.record) for one in read] == [
            (TENANT, "svc-ingest", "dispense", f"rx-{number:05}") for number in range(1, 5)
        ]
        assert [one.details for one in read] == [{"lot": "L-1"}] * 4
        assert [one.prev for one in read] == ["0" * 64, *(one.hash for one in read[:-1])]
        assert {one.key for one in read} == {KEY[0]}
        assert [one.raw for one in read] == place.lines()
        assert checked(place.lines()) == 4

    def test_is_there_when_it_is_opened_anew(self, place: Place) -> None:
        for number in range(1, 4):
            with place.open() as ledger:
                assert ledger.append(entry(number)).seq == number
        assert checked(place.lines()) == 3

    def test_a_chain_without_a_key(self, place: Place) -> None:
        with place.open(key=None, keys={}) as ledger:
            ledger.append_all([entry(1), entry(2)])
            assert [one.key for one in ledger.read()] == ["", ""]
        assert checked(place.lines(), {}) == 2

    def test_keys_rotate(self, place: Place) -> None:
        with place.open(key=("audit-2025", KEYS["audit-2025"]), keys={}) as ledger:
            ledger.append(entry(1))
        with place.open() as ledger:
            ledger.append(entry(2))
            assert [one.key for one in ledger.read()] == ["audit-2025", "audit-2026"]
        with pytest.raises(LedgerError, match="bound by a key that is not given"):
            place.open(keys={})

    def test_only_where_it_still_stands(self, place: Place) -> None:
        with place.open() as one, place.open() as other:
            start = one.head()
            stands = Head(hash=one.append(entry(1), after=start).hash, length=1)
            with pytest.raises(HeadMovedError) as moved:
                other.append_all([entry(2), entry(3)], after=start)
            assert moved.value.head == stands
            assert other.append(entry(4), after=moved.value.head).seq == 2
        assert checked(place.lines()) == 2

    def test_several_objects_take_turns(self, place: Place) -> None:
        with place.open() as one, place.open() as other:
            for number in range(6):
                writer = (one, other)[number % 2]
                assert writer.append_all([entry(number), entry(number)])[0].seq == 2 * number + 1
            assert one.head() == other.head()
            assert [line.raw for line in one.read()] == [line.raw for line in other.read()]
        assert checked(place.lines()) == 12

    def test_many_threads_on_one_object_and_on_their_own(self, place: Place) -> None:
        seen: list[Appended] = []

        def run(ledger: Any, own: bool) -> None:
            try:
                for number in range(8):
                    seen.extend(ledger.append_all([entry(number)] * (1 + number % 3)))
            finally:
                if own:
                    ledger.close()

        with place.open(wait=60) as shared:
            threads = [threading.Thread(target=run, args=(shared, False)) for _ in range(3)]
            threads += [threading.Thread(target=run, args=(place.open(wait=60), True)) for _ in range(3)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        lines = place.lines()
        assert checked(lines) == len(seen) == 6 * 15
        assert {(one.seq, one.hash) for one in seen} == {
            (number, line[10:74].decode()) for number, line in enumerate(lines, 1)
        }

    def test_is_what_anybody_computes_by_the_standard(self, place: Place) -> None:
        import hashlib
        import hmac

        strange = entry(1, **{"größe": [1.5, None, True, {"z": 1, "a": "\U0001f600"}], "\ue000": 1, "\U0001f600": 2})
        with place.open() as ledger:
            ledger.append(strange)
        (line,) = place.lines()
        record = orjson.loads(line)
        stated = record.pop("_hash")
        assert hmac.new(KEY[1], rfc8785.dumps(record), hashlib.sha256).hexdigest() == stated
        assert rfc8785.dumps({"_hash": stated, **record}) + b"\n" == line
        assert record["details"] == strange.details


class TestReading:
    """What comes out again."""

    def test_from_anywhere(self, place: Place) -> None:
        with place.open() as ledger:
            ledger.append_all([entry(number) for number in range(1, 11)])
            for start in range(12):
                assert [one.seq for one in ledger.read(start)] == list(range(max(1, start), 11))

    def test_nothing(self, place: Place) -> None:
        with place.open() as ledger:
            assert list(ledger.read()) == []
            assert ledger.head() == Head()

    def test_what_others_appended_since(self, place: Place) -> None:
        with place.open() as one, place.open() as other:
            other.append_all([entry(1), entry(2)])
            assert [line.record for line in one.read()] == ["rx-00001", "rx-00002"]

    def test_from_the_middle_of_a_long_one(self, tmp_path: Path) -> None:
        place = FilePlace(tmp_path)
        long = prepared(entry(1, note="x" * 4000))
        with place.open() as ledger:
            for _ in range(60):
                ledger.append_all([long] * 50)
            assert len(ledger._marks) > 2
            assert [one.seq for one in ledger.read(2990)] == list(range(2990, 3001))
            # What was verified when it was appended is not read again from there, and is from the beginning.
            data = bytearray(place.path.read_bytes())
            data[data.index(b"dispense")] ^= 1
            place.path.write_bytes(data)
            assert len(list(ledger.read(2990))) == 11
            with pytest.raises(BrokenLedgerError, match="record 1,"):
                list(ledger.read())
        with pytest.raises(BrokenLedgerError, match="record 1,"):
            place.open()


class TestRefusing:
    """What is not taken, and what it does to the object."""

    @pytest.mark.parametrize(
        "wrong",
        [
            entry(1, amount=2**53),
            entry(1, amount=float("nan")),
            entry(1, text="\ud800"),
            entry(1, thing=object()),
            Entry(tenant=TENANT, actor="a", action="b", record="c", details={1: 2}),  # type: ignore[dict-item]
            Entry(tenant=TENANT, actor="a", action="b", record=None),  # type: ignore[arg-type]
            Entry(tenant=TENANT, actor="a", action="b", record="c", details=[]),  # type: ignore[arg-type]
            Entry(tenant="pharmacy-022", actor="a", action="b", record="c"),
            entry(1, text="x" * (1 << 20)),
            Prepared(b'"action":"a","actor":"b","details":{}', b'"record":"c\n","tenant":"pharmacy-014"'),
            Prepared(b'"actor":"b","details":{}', b'"record":"c","tenant":"pharmacy-014"'),
            Prepared(b'"action":"a","actor":"b","details":{}', b'"tenant":"pharmacy-014"'),
        ],
    )
    def test_entries_that_are_none(self, place: Place, wrong: Entry | Prepared) -> None:
        with place.open(tenant=TENANT) as ledger:
            ledger.append(entry(1))
            with pytest.raises(EntryError):
                ledger.append_all([entry(2), wrong])
            assert ledger.append(entry(3)).seq == 2
        assert checked(place.lines()) == 2

    def test_groups_that_are_too_large(self, tmp_path: Path) -> None:
        with FilePlace(tmp_path).open() as ledger:
            with pytest.raises(EntryError, match="append it in several"):
                ledger.append_all([entry(1, note="x" * 500_000)] * 9)
            assert ledger.append_all([entry(1, note="x" * 500_000)] * 8)[0].seq == 1

    def test_errors_say_nothing_of_what_entries_hold(self, tmp_path: Path) -> None:
        with FilePlace(tmp_path).open() as ledger, pytest.raises(EntryError) as told:
            ledger.append(entry(1, patient="Margaret Hollingsworth", text="\ud800"))
        assert "Margaret" not in repr(told.value) + str(told.value.__cause__) + str(told.value.problems)
        assert told.value.__suppress_context__

    def test_a_closed_one(self, place: Place) -> None:
        ledger = place.open()
        ledger.close()
        ledger.close()
        for act in (ledger.head, ledger.mark, lambda: ledger.append(entry()), lambda: list(ledger.read())):
            with pytest.raises(LedgerError, match="closed"):
                act()

    @pytest.mark.parametrize(
        "options",
        [
            {"key": None},
            {"key": ("audit-2025", b"z" * 32)},
            {"key": ("short", b"k" * 15)},
            {"key": ('quo"te', b"k" * 32)},
            {"key": ("", b"k" * 32)},
            {"keys": {"short": b"k"}},
        ],
    )
    def test_keys_that_are_wrong(self, tmp_path: Path, options: dict[str, Any]) -> None:
        with pytest.raises(UsageError) as told:
            FilePlace(tmp_path).open(**options)
        assert "kkkk" not in str(told.value)
        assert "zzzz" not in str(told.value)

    @pytest.mark.parametrize("endpoint", ["https://ledger.example/x", "mysql://host/db", "s3://bucket/key"])
    def test_stores_that_can_not_be_appended_to(self, endpoint: str) -> None:
        with pytest.raises(LedgerError, match="expected a path"):
            open_ledger(endpoint, name=NAME)

    def test_another_key(self, place: Place) -> None:
        with place.open() as ledger:
            ledger.append(entry())
        with pytest.raises(BrokenLedgerError):
            place.open(key=(KEY[0], b"x" * 32))

    def test_records_that_anybody_can_make_among_keyed_ones(self, place: Place) -> None:
        with place.open() as ledger:
            ledger.append(entry())
            head = ledger.head()
            time = next(ledger.read()).time
        forged, _ = appended(record_of(time), head)
        place.store([*place.lines(), forged])
        with pytest.raises(BrokenLedgerError, match="lack the chain's key"):
            place.open()

    def test_after_a_fork(self, place: Place) -> None:
        with place.open() as ledger:
            ledger.append(entry(1))
            reading, writing = os.pipe()
            child = os.fork()
            if not child:
                said = b"nothing"
                try:
                    ledger.append(entry(2))
                except LedgerError as error:
                    said = str(error).encode()
                finally:
                    ledger.close()
                    os.write(writing, said)
                    os._exit(0)
            os.waitpid(child, 0)
            assert b"opened by another process" in os.read(reading, 1000)
            os.close(reading)
            os.close(writing)
            assert ledger.append(entry(3)).seq == 2

    def test_while_another_holds_it(self, place: Place) -> None:
        with place.open(wait=0.2) as other:
            with place.open() as one:
                one._writer.begin(10)
                with pytest.raises(LedgerError, match="can't be used"):
                    other.append(entry())
            assert other.append(entry()).seq == 1  # waiting in vain does not kill it


def record_of(time: str) -> Any:
    """A record that somebody else makes."""
    from limen.integrity.limen_v1 import Record

    return Record(tenant=TENANT, time=time, actor="x", action="dispense", record="rx-9")


class TestChangedUnderneath:
    """Whoever has the ledger open notices that somebody else changed what was appended."""

    @pytest.mark.parametrize("change", ["edited", "removed", "swapped", "inserted", "all removed"])
    def test_before_it_appends(self, place: Place, change: str) -> None:
        ledger = place.open()
        ledger.append_all([entry(number) for number in range(1, 6)])
        lines = place.lines()
        changed = {
            "edited": [*lines[:4], lines[4].replace(b"dispense", b"destroys")],
            "removed": lines[:4],
            "swapped": [*lines[:3], lines[4], lines[3]],
            "inserted": [*lines[:4], lines[3], lines[4]],
            "all removed": [],
        }[change]
        place.store(changed)
        with pytest.raises(BrokenLedgerError):
            ledger.append(entry(6))
        with pytest.raises(LedgerError):
            ledger.head()
        ledger.close()
        assert place.lines() == changed

    def test_when_it_is_opened(self, place: Place) -> None:
        with place.open() as ledger:
            ledger.append_all([entry(number) for number in range(1, 6)])
        lines = place.lines()
        for changed in (
            [lines[0].replace(b"dispense", b"destroys"), *lines[1:]],
            lines[1:],
            [*lines[:2], *lines[3:]],
            [*lines, lines[-1]],
            [*lines, b"{}\n"],
            [*lines, b"\0\n"],
            [*lines, b"x" * (1 << 20) + b"xx\n"],
        ):
            place.store(changed)
            with pytest.raises(BrokenLedgerError):
                place.open()
            assert place.lines() == changed
        place.store(lines)
        with place.open() as ledger:
            assert ledger.head().length == 5

    def test_since_a_mark_only_what_follows_is_verified(self, place: Place) -> None:
        with place.open() as ledger:
            ledger.append_all([entry(1), entry(2)])
            mark = ledger.mark()
            ledger.append(entry(3))
        lines = place.lines()
        with place.open(since=mark) as ledger:
            assert ledger.append(entry(4)).seq == 4
        assert checked(place.lines()) == 4
        place.store([*lines[:2], lines[2].replace(b"dispense", b"destroys")])
        with pytest.raises(BrokenLedgerError):
            place.open(since=mark)
        place.store([lines[0], lines[1].replace(b"dispense", b"destroys"), lines[2]])
        with pytest.raises(BrokenLedgerError):
            place.open(since=mark)
        place.store(lines[:1])
        with pytest.raises(BrokenLedgerError):
            place.open(since=mark)


class TestTime:
    """The time that is stamped."""

    def test_never_runs_back(self, place: Place) -> None:
        start = datetime(2026, 11, 22, 10, 0, 0, 5, tzinfo=UTC)
        now = [start]
        with place.open(clock=lambda: now[0]) as ledger:
            for seconds in (0, 1.5, -3, -20, 2, 90_000):
                now[0] = start + timedelta(seconds=seconds)
                ledger.append(entry())
            assert [line.time[8:] for line in ledger.read()] == [
                "22T10:00:00.000005Z",
                "22T10:00:01.500005Z",
                "22T10:00:01.500005Z",
                "22T10:00:01.500005Z",
                "22T10:00:02.000005Z",
                "23T11:00:00.000005Z",
            ]
            now[0] = start
            with pytest.raises(LedgerError, match="90000 seconds behind the last record, and 60 are allowed"):
                ledger.append(entry())
            now[0] = start + timedelta(days=2)
            assert ledger.append(entry()).seq == 7

    def test_a_time_without_a_zone_is_refused(self, tmp_path: Path) -> None:
        with (
            FilePlace(tmp_path).open(clock=lambda: datetime(2026, 1, 1)) as ledger,  # noqa: DTZ001
            pytest.raises(LedgerError, match="zone"),
        ):
            ledger.append(entry())


class TestHalfALine:
    """What a crash leaves of a group in a file."""

    def test_gives_way_to_an_entry_that_says_so(self, tmp_path: Path) -> None:
        import hashlib

        place = FilePlace(tmp_path)
        with place.open() as ledger:
            ledger.append_all([entry(1), entry(2)])
        whole, second = place.lines()
        half = second[:-1]
        place.path.write_bytes(whole + half)
        with place.open() as ledger:
            assert ledger.head().length == 2
            last = list(ledger.read())[-1]
        assert (last.action, last.actor, last.record, last.tenant) == (REPAIRED, "limen", NAME, TENANT)
        assert last.details == {"bytes": len(half), "sha256": hashlib.sha256(half).hexdigest()}
        assert checked(place.lines()) == 2

    def test_of_the_first_record(self, tmp_path: Path) -> None:
        place = FilePlace(tmp_path)
        for tenant, said in ((None, NAME), (TENANT, TENANT)):
            place.path.write_bytes(b'{"_hash"')
            with place.open(tenant=tenant) as ledger:
                assert [one.tenant for one in ledger.read()] == [said]

    def test_that_another_writer_left_while_this_one_was_open(self, tmp_path: Path) -> None:
        place = FilePlace(tmp_path)
        with place.open() as ledger:
            ledger.append(entry(1))
            with place.path.open("ab") as file:
                file.write(b'{"_hash":"')
            assert ledger.append(entry(2)).seq == 3
            assert [one.action for one in ledger.read()] == ["dispense", REPAIRED, "dispense"]

    def test_longer_than_a_line_may_be_is_of_no_crash(self, tmp_path: Path) -> None:
        place = FilePlace(tmp_path)
        place.path.write_bytes(b"x" * ((1 << 20) + 10))
        with pytest.raises(BrokenLedgerError, match="longer than a line may be"):
            place.open()


def test_errors_are_of_one_family() -> None:
    for kind in (BrokenLedgerError, EntryError, HeadMovedError):
        assert issubclass(kind, LedgerError)
    assert issubclass(LedgerError, UnassessedError)
    assert LedgerError.exit_code == 3


TEXTS = st.text(st.characters(codec="utf-8"), max_size=20)


@given(
    st.lists(
        st.builds(
            Entry,
            tenant=TEXTS,
            actor=TEXTS,
            action=TEXTS,
            record=TEXTS,
            details=st.dictionaries(
                TEXTS,
                st.recursive(
                    TEXTS | st.integers(-(2**53) + 1, 2**53 - 1) | st.floats(allow_nan=False, allow_infinity=False),
                    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
                    max_leaves=5,
                ),
                max_size=3,
            ),
        ),
        min_size=1,
        max_size=5,
    )
)
def test_whatever_is_appended_is_read_again(entries: list[Entry]) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as name, FilePlace(Path(name)).open() as ledger:
        ledger.append_all(entries)
        read = list(ledger.read())
        assert [(one.tenant, one.actor, one.action, one.record, one.details) for one in read] == [
            (one.tenant, one.actor, one.action, one.record, one.details) for one in entries
        ]
