"""A ledger in JSON Lines whose older records are in segments of their own; it is read as one, and appended to as any.

    ledger = open_segmented(folder, name="cs-ledger", key=keyring.mac("cs-audit-key"), clock=clock)
    ledger.cut()        # what is there becomes a segment, and the file that is appended to begins behind it

Cutting loses nothing, wherever it is interrupted: the records are in one of the two files at every moment. Writers of
other processes go on behind the cut by themselves, after verifying what lies between. Serves 21 CFR 11.10(c) and (e),
NIST SP 800-53 AU-9 and AU-11.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple, TypeVar

import msgspec

from limen.adapters.ledgers.blocks import Block, StoreError, aligned
from limen.adapters.ledgers.disk import Disk
from limen.adapters.whole_files import write_whole
from limen.controls.ledger import (
    Appended,
    BrokenLedgerError,
    Entry,
    Head,
    Ledger,
    LedgerError,
    Line,
    Mark,
    Prepared,
    open_ledger,
)
from limen.controls.ledger_chain import BEGINNING, Chain
from limen.controls.ledger_clock import SKEW, system_clock
from limen.controls.segment_files import (
    DELETED,
    Segment,
    SegmentFiles,
    first_lines,
    lines,
    pieces_of,
    time_of,
)
from limen.errors import UsageError
from limen.integrity.verifying import Expected

Opens = Callable[[Segment, Path], Iterable[bytes]]
"""Yields the text of a segment that is cold from its sealed file; raises LedgerError where it can't."""
_T = TypeVar("_T")
_STRICT = Expected(strict=True)
_TRIES = 20
_NO_KEYS: Mapping[str, bytes] = MappingProxyType({})


class _CutError(LedgerError):
    """Another process cut the ledger just now."""


class _Opened(NamedTuple):
    inner: Ledger
    base: Mark
    before: int
    """Bytes of the ledger's text before it."""


class SegmentedLedger(Ledger):
    """A ledger of segments; for any number of threads and processes. `open_segmented` makes one."""

    def __init__(
        self, files: SegmentFiles, chain: Chain, reopen: Callable[[Mark | None], Ledger], opens: Opens | None
    ) -> None:
        """Open the file that is appended to; raises what `open_segmented` raises."""
        self.files, self.chain, self._reopen, self._opens = files, chain, reopen, opens
        self._turn, self._closed = threading.RLock(), False
        self._known = Head()
        self._gone: Segment | None = None
        self._inner, self._base, self._before = self._opened()
        self._done(Ledger.mark)

    @property
    def name(self) -> str:
        """Its name in the declaration."""
        return self.files.name

    def is_also(self, other: Ledger) -> bool:
        """Return whether another object is of this very ledger: the same name in the same folder."""
        if other is self:
            return True
        if not isinstance(other, SegmentedLedger) or other.name != self.name:
            return False  # one of the file that is appended to alone would not see what is in the segments
        return other.files.folder.resolve() == self.files.folder.resolve()

    def append(self, entry: Entry | Prepared, *, after: Head | None = None) -> Appended:
        """Append one entry; see `Ledger.append`."""
        return self._done(lambda inner: inner.append(entry, after=after))

    def append_all(self, entries: Iterable[Entry | Prepared], *, after: Head | None = None) -> tuple[Appended, ...]:
        """Append entries as one group; see `Ledger.append_all`."""
        ready = tuple(entries)
        return self._done(lambda inner: inner.append_all(ready, after=after))

    def head(self) -> Head:
        """Return where the ledger stands; see `Ledger.head`."""
        mark = self.mark()
        return Head(hash=mark.hash, length=mark.length)

    def mark(self) -> Mark:
        """Return where the ledger stands, with the bytes of its whole text; see `Ledger.mark`."""
        with self._turn:
            found = self._done(Ledger.mark)
            return msgspec.structs.replace(found, end=found.end + self._before)

    def segments(self) -> tuple[Segment, ...]:
        """Return its segments in the order of the chain, deleted ones included; raises LedgerError."""
        return self.files.segments()

    def read(self, start: int = 1) -> Iterator[Line]:
        """Yield the records from number `start` on, those of every tier that were not deleted; see `Ledger.read`."""
        at = start
        while True:
            try:
                with self._turn:
                    inner, segments = self._inner, self.segments()
                    gone = len(self.gone()) if segments and at <= segments[-1].last else 0
                for line in self._across(inner, segments, at, gone):
                    yield line
                    at = line.seq + 1
                return
            except LedgerError:
                with self._turn:
                    if self._closed or (inner is self._inner and not self._was_cut()):
                        raise  # else it was cut meanwhile: go on with what is in the segments now

    def gone(self) -> tuple[Segment, ...]:
        """Return the segments that were deleted: the oldest ones, up to an end that an entry of the ledger records.

        Raises BrokenLedgerError where others are noted as deleted, or nothing records it: a note is a file that anybody
        may have made.
        """
        with self._turn:
            segments = self.segments()
            noted = [self.files.noted(segment, "deleted") is not None for segment in segments]
            count = sum(noted)
            if noted != [True] * count + [False] * (len(noted) - count):
                raise self.files.broken("a segment is noted as deleted that is not among the oldest")
            if count and segments[count - 1] != self._gone and not self._recorded(segments, count):
                raise self.files.broken(f"nothing records that {segments[count - 1].stem} was deleted")
            self._gone = segments[count - 1] if count else None
            return segments[:count]

    def present(self) -> tuple[Segment, ...]:
        """Return the segments that were not deleted, oldest first; raises as `gone` does."""
        with self._turn:
            return self.segments()[len(self.gone()) :]

    def _recorded(self, segments: Sequence[Segment], count: int) -> bool:
        """Return whether an entry records a deletion up to the last of the first so many segments, or further."""
        ends = {(segment.last, segment.head) for segment in segments[count - 1 :]}
        for line in self._backwards(segments[count:]):
            details = line.details
            if line.action == DELETED and (details.get("last"), details.get("head")) in ends:
                return True
        return False

    def _backwards(self, segments: Sequence[Segment]) -> Iterator[Line]:
        """Yield the entries of the newest part, then those of the part before it, and so on."""
        base = self._base.length
        yield from self._inner.read(base + 1)
        for segment in reversed(segments):
            yield from self.read_segment(segment)

    def read_segment(self, segment: Segment) -> Iterator[Line]:
        """Yield the records of one segment, each verified before; raises LedgerError where they can't be read."""
        yield from lines(self.chain, segment, self.text(segment))

    def text(self, segment: Segment) -> Iterable[bytes]:
        """Return the text of a segment, as it was cut off; raises LedgerError where it can't be read."""
        if self.files.body(segment).exists() or not self.files.sealed(segment).exists():
            return self.files.plain(segment)
        if self._opens is None:
            raise LedgerError(f"the segment {segment.stem} is cold, and nothing is given that opens it")
        return self._opens(segment, self.files.sealed(segment))

    def cut(self, until: Head | None = None) -> Segment | None:
        """Make a segment of the records up to a head, of all that there are without one; None where that is none.

        Every record is verified first. Raises BrokenLedgerError where they are not what was appended or do not lead to
        that head, LedgerError where the segment can't be made; the ledger is as it was, then.
        """
        with self._turn:
            made = self._cut_under_lock(until)
            if made is not None:
                self._exchange(self._opened())
            return made

    def close(self) -> None:
        """Let go of the files; the ledger can't be used afterwards."""
        with self._turn:
            self._closed = True
            self._inner.close()

    def _across(self, inner: Ledger, segments: Sequence[Segment], start: int, gone: int) -> Iterator[Line]:
        for segment in segments[gone:]:
            if segment.last >= start:
                yield from lines(self.chain, segment, self.text(segment), start)
        yield from inner.read(max(start, segments[-1].last + 1 if segments else 1))

    def _done(self, do: Callable[[Ledger], _T]) -> _T:
        """Do something with the file that is appended to; again where another process cut the ledger meanwhile."""
        with self._turn:
            for _ in range(_TRIES):
                if self._closed:
                    raise LedgerError(f"the ledger {self.name} can't be used: it was closed")
                try:
                    found = do(self._inner)
                except BrokenLedgerError:
                    if not self._was_cut():
                        raise
                else:
                    self._stands(found)
                    return found
        raise LedgerError(f"the ledger {self.name} is cut again and again by other processes; try again")

    def _stands(self, found: object) -> None:
        """Remember where the ledger stood last, which another process's cut must lead to."""
        if isinstance(found, tuple):
            found = found[-1] if found else None
        if isinstance(found, Appended):
            self._known = Head(hash=found.hash, length=found.seq)
        elif isinstance(found, Mark):
            self._known = Head(hash=found.hash, length=found.length)

    def _was_cut(self) -> bool:
        """Return whether another process cut the ledger, and go on behind the cut where what lies between is right."""
        known = self._known
        for _ in range(_TRIES):
            new = [segment for segment in self.segments() if segment.first > self._base.length]
            if not new:
                return False
            if new[0].before != self._base.hash:
                return False
            for segment in new:
                for line in self.read_segment(segment):
                    if line.seq == known.length and line.hash != known.hash:
                        return False
            opened = self._opened()
            try:
                # Where the ledger stood when we last knew must be there still, in the segments or behind them.
                there = next(opened.inner.read(known.length), None) if known.length > opened.base.length else known
                if there is None or there.hash != known.hash:
                    opened.inner.close()
                    return False
            except BrokenLedgerError:
                opened.inner.close()  # it was cut once more: look again
                continue
            self._exchange(opened)
            return True
        return False

    def _opened(self) -> _Opened:
        """Open the file that is appended to; anew where another process cut the ledger meanwhile."""
        failed: Mark | None = None
        for _ in range(_TRIES):
            base = BEGINNING
            try:
                if self.files.active.exists() or self.files.segments():
                    # Under the lock of who cuts: what looks unfinished may be under way.
                    with self._exclusively():
                        self.files.undo_unfinished()
                base, before = self.files.base()
                return _Opened(self._reopen(base if base.length else None), base, before)
            except _CutError:
                continue
            except BrokenLedgerError:
                if failed == base:
                    raise  # twice with the same base, and nobody was cutting in between
                failed = base
            except FileNotFoundError:
                raise self.files.broken("the file that is appended to is gone") from None
            except OSError as error:
                raise LedgerError(f"the ledger {self.name} can't be opened: {error.strerror}") from None
        raise LedgerError(f"the ledger {self.name} is cut again and again by other processes; try again")

    def _exchange(self, opened: _Opened) -> None:
        """Go on with the file that is appended to now."""
        self._inner.close()
        self._inner, self._base, self._before = opened

    def _cut_under_lock(self, until: Head | None) -> Segment | None:
        for _ in range(_TRIES):
            self._done(Ledger.mark)
            try:
                with self._exclusively() as handle:
                    return self._cut(handle, until)
            except _CutError:
                continue
            except OSError as error:
                raise LedgerError(f"the ledger {self.name} can't be cut: {error.strerror}") from None
            except StoreError as error:
                raise LedgerError(f"the ledger {self.name} can't be cut: {error.reason}") from None
        raise LedgerError(f"the ledger {self.name} is cut again and again by other processes; try again")

    def _cut(self, handle: int, until: Head | None) -> Segment | None:
        base, before = self.files.base()
        mark, sha256, oldest = base, hashlib.sha256(), ""
        for block in aligned(pieces_of(handle, 0, os.fstat(handle).st_size)):
            now, half = self.chain.follow(block, mark, _STRICT)
            if half:
                raise BrokenLedgerError(f"the ledger {self.name} ends with half a record: open it anew first")
            data = block.data
            if until is not None and now.length > until.length:
                data = first_lines(data, until.length - mark.length)
                now = self.chain.follow(Block(start=mark.end, data=data), mark, _STRICT)[0]
            mark, oldest = now, oldest or time_of(data)
            sha256.update(data)
            if until is not None and mark.length >= until.length:
                break
        if until is not None and (mark.length, mark.hash) != (until.length, until.hash):
            raise BrokenLedgerError(f"the ledger {self.name} does not lead to the head at which it is to be cut")
        if mark.length == base.length:
            return None
        segment = Segment(
            ledger=self.name,
            first=base.length + 1,
            last=mark.length,
            before=base.hash,
            head=mark.hash,
            start=before,
            bytes=mark.end,
            sha256=sha256.hexdigest(),
            oldest=oldest,
            newest=mark.time,
        )
        files, size = self.files, os.fstat(handle).st_size
        # In this order: whoever reads meanwhile finds each described segment, and what follows it where it was.
        write_whole(files.body(segment), pieces_of(handle, 0, mark.end), mode=0o600, disk=files.disk)
        files.describe(segment)
        write_whole(files.active, pieces_of(handle, mark.end, size), mode=0o600, disk=files.disk)
        return segment

    @contextlib.contextmanager
    def _exclusively(self) -> Iterator[int]:
        """Hold the lock that all writers share, on the file that is appended to."""
        handle = os.open(self.files.active, os.O_RDONLY | getattr(os, "O_CLOEXEC", 0))
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            ours, there = os.fstat(handle), self.files.active.stat()
            if (ours.st_dev, ours.st_ino) != (there.st_dev, there.st_ino):
                raise _CutError(f"the ledger {self.name} was cut by another process just now; try again")
            yield handle
        finally:
            os.close(handle)  # which ends the lock


def open_segmented(
    folder: Path,
    *,
    name: str,
    key: tuple[str, bytes] | None = None,
    keys: Mapping[str, bytes] = _NO_KEYS,
    clock: Callable[[], datetime] = system_clock,
    tenant: str | None = None,
    skew: timedelta = SKEW,
    opens: Opens | None = None,
    disk: Disk | None = None,
) -> SegmentedLedger:
    """Open a ledger of segments in a folder, verify what is appended to, and put right what a crash left.

    `opens` yields the text of segments that are cold; the rest is as for `open_ledger`. What is in the segments is
    verified whenever it is read. Raises what `open_ledger` raises.
    """
    known = dict(keys) if key is None else {**keys, key[0]: key[1]}
    try:
        chain = Chain(name, known)
    except ValueError as error:
        raise UsageError(f"the keys of the ledger {name}: {error}") from None
    files = SegmentFiles(folder, name, disk=disk)

    def reopen(since: Mark | None) -> Ledger:
        return open_ledger(
            files.active, name=name, key=key, keys=keys, clock=clock, tenant=tenant, skew=skew, since=since
        )

    return SegmentedLedger(files, chain, reopen, opens)
