"""One run over a ledger: cut into pieces, worked on, joined in order, with its progress told."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import NamedTuple

import msgspec
from msgspec import UNSET

from limen.adapters.ledgers.blocks import Block, StoreError
from limen.adapters.ledgers.parts import PartsStore
from limen.adapters.ledgers.stores import Store
from limen.integrity.chains import Stretch, joined
from limen.integrity.verifying import cut
from limen.probes.interface import Context, Target
from limen.probes.ledger.book import Book
from limen.probes.ledger.engines import Task, cluster, cores, here, processes, spread
from limen.probes.ledger.quick import Anchored
from limen.probes.ledger.work import Done, Piece, Setting, only_digest, verify

RANGE_BYTES = 1 << 25
"""Bytes of a piece that another process reads itself."""
ALONE_BYTES = 3 << 24
"""Bytes below which starting other processes takes longer than verifying."""
_TOLD = 2.0
"""Seconds between two words on progress."""


class Outcome(NamedTuple):
    """What a run over a whole ledger yields."""

    ledger: Stretch
    """All records, joined to the beginning of the chain."""
    earlier: int
    """Records up to the head that an earlier run kept; 0 where none did."""
    kept: bool
    """Whether that head was found again."""


class _ChangedError(Exception):
    """What was verified before is no longer there as it was."""


def run_after(anchored: Anchored, setting: Setting, target: Target, context: Context) -> Outcome:
    """Verify the records after an anchor; raises StoreError where they can't be read, AttemptError as `run` does."""
    ledger = anchored.beginning()
    tasks: Iterator[Task] = ((verify, (piece, setting)) for piece in anchored.later(RANGE_BYTES))
    for done in here(tasks, context):
        if done.stretch is not None:
            ledger = joined(ledger, done.stretch)
    return Outcome(ledger, 0, kept=True)


def run(store: Store, setting: Setting, target: Target, context: Context, begin: Stretch) -> Outcome:
    """Verify all records of a store, going on from a checkpoint where the target names one.

    `begin` is what the first record is joined to.
    Raises StoreError where it can't be read, AttemptError where the time is over or a worker is lost.
    """
    book = Book.opened(target, setting, begin)
    try:
        ledger = _through(store, target, context, book)
    except _ChangedError:
        context.say(f"{target.name}: what was verified before has changed; verifying from the first record")
        book.forget()
        ledger = _through(store, target, context, book)
    book.close(ledger)
    return Outcome(ledger, book.earlier, book.kept(ledger))


def _through(store: Store, target: Target, context: Context, book: Book) -> Stretch:
    ledger, told = book.begin, time.monotonic()
    known = book.known
    try:
        for number, done in enumerate(_worked(store, book.setting, target, context, book)):
            if number < len(known):
                if (done.start, done.end, done.digest) != msgspec.structs.astuple(known[number]):
                    raise _ChangedError
                continue
            if number == len(known) and book.before is not None:
                ledger = book.before
            if done.stretch is None:
                book.passed(done, ledger)
                continue
            if done.stretch.start != ledger.end:
                raise StoreError("it was changed while it was read", again=True)
            book.passed(done, ledger)
            ledger = joined(ledger, done.stretch)
            if time.monotonic() - told > _TOLD:
                told = time.monotonic()
                context.say(f"{target.name}: {ledger.records:,} records{_share(store, ledger)} verified")
    finally:
        book.save()
    if known and ledger.end < known[-1].end:
        raise _ChangedError  # it is shorter than what was verified before
    if isinstance(store, PartsStore) and store.cut:
        torn = "chain" in ledger.faults and any(fault.kind == "half" for fault in ledger.faults["chain"].first)
        ledger = ledger if torn else joined(ledger, cut(ledger.end))
    return ledger


def _share(store: Store, ledger: Stretch) -> str:
    size = store.size if isinstance(store, PartsStore) else None
    return f", {100 * ledger.end // size} %," if size else ""


def _worked(store: Store, setting: Setting, target: Target, context: Context, book: Book) -> Iterator[Done]:
    scheduler = target.options.scheduler
    if scheduler is not UNSET:
        with cluster(scheduler, secrets=bool(setting.keys), timeout=context.remaining(10)) as (pool, count):
            yield from spread(_tasks(_pieces(store), setting, book), pool, count, context)
        return
    count = cores() if target.options.processes is UNSET else target.options.processes
    size = store.size if isinstance(store, PartsStore) else None
    pieces = _pieces(store)
    if count == 1 or (size is not None and size < ALONE_BYTES):
        yield from here(_tasks(pieces, setting, book), context)
        return
    if size is None:
        # How long it is shows only while it is read.
        tasks = _tasks(pieces, setting, book)
        for done in here(tasks, context):
            yield done
            if done.end >= ALONE_BYTES:
                break
        else:
            return
    else:
        tasks = _tasks(pieces, setting, book)
    with processes(count) as (pool, _):
        yield from spread(tasks, pool, count, context)


def _pieces(store: Store) -> Iterator[Piece]:
    if isinstance(store, PartsStore) and store.size is not None:
        return store.ranges(RANGE_BYTES)
    return _blocks(store)


def _blocks(store: Store) -> Iterator[Block]:
    yield from store.blocks()


def _tasks(pieces: Iterator[Piece], setting: Setting, book: Book) -> Iterator[Task]:
    known = len(book.known)
    for number, piece in enumerate(pieces):
        yield (only_digest, (piece,)) if number < known else (verify, (piece, setting, book.path is not None))
