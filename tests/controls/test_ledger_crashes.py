"""Several writers that die at any of their steps lose no acknowledged entry and break no chain, on every store.

A writer is an object of its own, as another process has one. It dies before, within or after a write, a sync or a
statement; a file may besides lose what was not synced (the power fails). After each step the store is read by other
code and held against what was acknowledged.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import count
from pathlib import Path
from typing import Any, ClassVar

import orjson
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from limen.controls.ledger import REPAIRED, Appended, Entry, Head, HeadMovedError, Ledger
from limen.integrity.chains import joined, origin
from limen.integrity.limen_v1 import Keys
from limen.integrity.verifying import Expected, verified
from tests.controls.ledger_places import (
    KEY,
    KEYS,
    Crash,
    Died,
    FilePlace,
    LateServer,
    Place,
    PostgresqlPlace,
    SqlitePlace,
    reopened,
)
from tests.lab.postgres import Database

CHAIN_KEYS = Keys({KEY[0]: KEY[1], **KEYS})
STEPS = st.none() | st.integers(0, 3)
"""Steps that a writer takes before it dies; None: it lives."""
PARTS = st.floats(0, 1)
LONG = st.sampled_from([0, 700])
"""Characters of an entry's details: shorter or longer than the entry that stands for half of it."""
MANY = 3
"""Writers at once."""
WHICH = st.integers(0, MANY - 1)
EXAMPLES = int(os.environ.get("LIMEN_EXAMPLES", "60"))


class Schedule(RuleBasedStateMachine):
    """Writers that come, append, die and go."""

    place: Place

    def __init__(self) -> None:
        super().__init__()
        self.stack = ExitStack()
        self.writers: list[tuple[Ledger, Crash]] = []
        self.acknowledged: dict[int, Appended] = {}
        self.records: dict[int, str] = {}
        self.attempted: set[str] = set()
        self.numbers = count(1)
        self.repairs: list[dict[str, Any]] = []
        self.heads: list[Head] = [Head()]

    def teardown(self) -> None:
        for ledger, _ in self.writers:
            ledger.close()
        self.stack.close()

    def made(self) -> Crash:
        return Crash()

    @precondition(lambda self: len(self.writers) < MANY)
    @rule(steps=STEPS | st.integers(4, 12), part=PARTS)
    def opens(self, steps: int | None, part: float) -> None:
        crash = self.made()
        # What is there of half a line now must be accounted for by whoever opens it whole.
        half = self.half()
        crash.steps, crash.part = -1 if steps is None else steps, part
        try:
            ledger = reopened(self.place.crashing(crash))
        except Died:
            self.check()
            return
        crash.steps = -1
        self.writers.append((ledger, crash))
        if half:
            assert self.last()["action"] == REPAIRED
            assert self.last()["details"] == {"bytes": len(half), "sha256": hashlib.sha256(half).hexdigest()}
        assert not self.half()
        self.check()

    @precondition(lambda self: self.writers)
    @rule(which=WHICH, entries=st.lists(LONG, min_size=1, max_size=4), steps=STEPS, part=PARTS)
    def appends(self, which: int, entries: list[int], steps: int | None, part: float) -> None:
        self.attempt(which, entries, steps, part, None)

    @precondition(lambda self: self.writers)
    @rule(which=WHICH, entries=st.lists(LONG, min_size=1, max_size=3), steps=STEPS, part=PARTS, data=st.data())
    def appends_after(
        self, which: int, entries: list[int], steps: int | None, part: float, data: st.DataObject
    ) -> None:
        self.attempt(which, entries, steps, part, data.draw(st.sampled_from(self.heads[-3:])))

    def attempt(self, which: int, entries: list[int], steps: int | None, part: float, after: Head | None) -> None:
        ledger, crash = self.writers[which % len(self.writers)]
        crash.steps, crash.part = -1 if steps is None else steps, part
        group = [
            Entry(
                tenant="pharmacy-014",
                actor="svc",
                action="dispense",
                record=f"rx-{next(self.numbers)}",
                details={"note": "x" * length},
            )
            for length in entries
        ]
        before = len(self.place.lines())
        try:
            done = ledger.append_all(group, after=after)
        except Died:
            self.writers.remove((ledger, crash))
            ledger.close()
        except HeadMovedError:
            group = []
        else:
            if after is not None:
                assert done[0].seq == after.length + 1
            assert not self.acknowledged.keys() & {one.seq for one in done}
            for entry, one in zip(group, done, strict=True):
                self.acknowledged[one.seq] = one
                self.records[one.seq] = entry.record
            self.heads.append(Head(hash=done[-1].hash, length=done[-1].seq))
        crash.steps = -1
        self.attempted |= {entry.record for entry in group}
        self.check()
        if not group:
            assert len(self.place.lines()) <= before + 1  # at most half a line of another's was repaired

    @precondition(lambda self: self.writers)
    @rule(which=WHICH)
    def reads(self, which: int) -> None:
        ledger, _ = self.writers[which % len(self.writers)]
        read = {one.seq: one for one in ledger.read()}
        assert all(read[seq].hash == one.hash for seq, one in self.acknowledged.items())
        # Whoever was shown a record may build on it.
        self.acknowledged |= {seq: Appended(seq=seq, hash=one.hash, time=one.time) for seq, one in read.items()}
        self.heads.append(ledger.head())
        self.check()

    @precondition(lambda self: self.writers)
    @rule(which=WHICH)
    def closes(self, which: int) -> None:
        self.writers.pop(which % len(self.writers))[0].close()

    def half(self) -> bytes:
        lines = self.place.lines()
        return b"" if not lines or lines[-1].endswith(b"\n") else lines[-1]

    def last(self) -> dict[str, Any]:
        found: dict[str, Any] = orjson.loads(self.place.lines()[-1])
        return found

    def check(self) -> None:
        lines = [line for line in self.place.lines() if line.endswith(b"\n")]
        found = joined(origin(), verified(b"".join(lines), 0, CHAIN_KEYS, Expected(strict=True)))
        assert (found.faults, found.records, found.unkeyed) == ({}, len(lines), 0)
        for seq, one in self.acknowledged.items():
            assert lines[seq - 1][10:74].decode() == one.hash
        records = [orjson.loads(line) for line in lines]
        assert [records[seq - 1]["record"] for seq in self.records] == list(self.records.values())
        own = [one["record"] for one in records if one["action"] != REPAIRED]
        assert len(own) == len(set(own))
        assert set(own) <= self.attempted


class FileSchedule(Schedule):
    """In a file, whose machine may lose its power."""

    def __init__(self) -> None:
        super().__init__()
        self.place: FilePlace = FilePlace(Path(self.stack.enter_context(tempfile.TemporaryDirectory())))
        self.durable = b""

    def made(self) -> Crash:
        crash = Crash()
        crash.synced = self.synced
        return crash

    def synced(self) -> None:
        if self.place.path.exists():
            self.durable = self.place.path.read_bytes()

    @precondition(lambda self: self.place.path.exists())
    @rule(kept=st.floats(0, 1))
    def loses_power(self, kept: float) -> None:
        for ledger, _ in self.writers:
            ledger.close()
        self.writers.clear()
        there = self.place.path.read_bytes()
        pairs = enumerate(zip(there, self.durable, strict=False))
        same = next((at for at, (one, other) in pairs if one != other), min(len(there), len(self.durable)))
        cut = same + round((max(len(there), len(self.durable)) - same) * kept)
        self.durable = there[:cut] + self.durable[cut:]
        self.place.path.write_bytes(self.durable)
        self.check()


class SqliteSchedule(Schedule):
    """In an SQLite file."""

    def __init__(self) -> None:
        super().__init__()
        self.place = SqlitePlace(Path(self.stack.enter_context(tempfile.TemporaryDirectory())))

    @initialize()
    def exists(self) -> None:
        reopened(self.place.crashing(Crash())).close()


class PostgresqlSchedule(Schedule):
    """In a table of PostgreSQL."""

    database: ClassVar[Database]
    tables = count(1)

    def __init__(self) -> None:
        super().__init__()
        self.place = PostgresqlPlace(self.database, f"ledger_{next(self.tables)}")


@pytest.fixture(scope="module")
def server() -> Iterator[LateServer]:
    """PostgreSQL."""
    with ExitStack() as stack:
        yield LateServer(stack)


def test_in_a_file() -> None:
    run_state_machine_as_test(FileSchedule, settings=settings(max_examples=2 * EXAMPLES, stateful_step_count=30))


def test_in_sqlite() -> None:
    run_state_machine_as_test(SqliteSchedule, settings=settings(max_examples=EXAMPLES, stateful_step_count=20))


def test_in_postgresql(server: LateServer) -> None:
    with server().database() as database:
        PostgresqlSchedule.database = database
        run_state_machine_as_test(
            PostgresqlSchedule, settings=settings(max_examples=max(1, EXAMPLES // 6), stateful_step_count=15)
        )
