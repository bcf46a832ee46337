"""Segments: the older parts of a ledger in JSON Lines, each a file of whole records beside the one that is appended to.

Beside `NAME.jsonl`, for the records from 1 to 5,000:

    NAME-000000000001-000000005000.segment        what it is: its place in the chain, its digest; stays for ever
    NAME-000000000001-000000005000.jsonl          its records; read-only once it is warm
    NAME-000000000001-000000005000.jsonl.sealed   compressed and sealed, instead of them, once it is cold
    NAME-000000000001-000000005000.STATE          what was done with it: warm, cold, deleted

so that `NAME*.jsonl` sorts into the order of the chain. A description is believed in nothing that its records, or the
neighbours' descriptions, do not show.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Literal

import msgspec

from limen.adapters.ledgers.blocks import aligned
from limen.adapters.ledgers.disk import Disk
from limen.adapters.whole_files import write_whole
from limen.controls.ledger_chain import BEGINNING, Chain
from limen.controls.ledger_entries import BrokenLedgerError, LedgerError, Line, Mark
from limen.errors import Problem
from limen.integrity.canonical import canonical
from limen.integrity.limen_v1 import read

DELETED = "ledger.deleted"
"""Action of the entry that records a deletion: its details name the range, `first` and `last`, and the hash `head` of
its last record. The storage probe's option `deletions` names it."""
State = Literal["warm", "cold", "deleted"]
_PIECE = 1 << 22


class Segment(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What one segment is."""

    ledger: str
    first: int
    """Number of its first record."""
    last: int
    before: str
    """Hash of the record before its first; 64 zeros where there is none."""
    head: str
    """Hash of its last record."""
    start: int
    """Bytes of the ledger's text before it."""
    bytes: int
    sha256: str
    """Digest of its text, 64 hex digits."""
    oldest: str
    """Time of its first record."""
    newest: str
    """Time of its last record."""

    @property
    def stem(self) -> str:
        """Its name, without what says which of its files is meant."""
        return f"{self.ledger}-{self.first:012}-{self.last:012}"

    @property
    def begin(self) -> Mark:
        """The place in the chain before its first record, as bytes of its own text count."""
        return Mark(length=self.first - 1, end=0, hash=self.before, time="", last=b"")

    @property
    def base(self) -> Mark:
        """The place behind its last record, as bytes of the next file count."""
        return Mark(length=self.last, end=0, hash=self.head, time=self.newest, last=b"")

    def holds(self, number: int) -> bool:
        """Return whether it has a record of a number."""
        return self.first <= number <= self.last


class SegmentFiles:
    """The files of one ledger's segments, in a folder."""

    def __init__(self, folder: Path, name: str, *, disk: Disk | None = None) -> None:
        """Keep where; nothing is read yet."""
        self.folder, self.name, self.disk = folder, name, disk or Disk()
        self.active = folder / f"{name}.jsonl"

    def segments(self) -> tuple[Segment, ...]:
        """Return all segments in the order of the chain, deleted ones included.

        Raises BrokenLedgerError where one is missing between others, or their descriptions do not lead to each other.
        """
        found = []
        try:
            for path in self._own("segment"):
                one = msgspec.json.decode(path.read_bytes(), type=Segment)
                if path.stem != one.stem or one.ledger != self.name:
                    raise self.broken(f"{path.name} describes something else")
                found.append(one)
        except OSError as error:
            raise LedgerError(f"the segments of {self.name} can't be read: {error.strerror}") from None
        except (msgspec.MsgspecError, ValueError):
            raise self.broken("the description of a segment is damaged") from None
        before = (0, BEGINNING.hash, 0)
        for one in found:
            if (one.first - 1, one.before, one.start) != before or one.last < one.first:
                raise self.broken(f"{one.stem} does not follow the segment before it")
            before = (one.last, one.head, one.start + one.bytes)
        return tuple(found)

    def base(self) -> tuple[Mark, int]:
        """Return where the file that is appended to begins, and how many bytes of text are before it."""
        segments = self.segments()
        return (segments[-1].base, segments[-1].start + segments[-1].bytes) if segments else (BEGINNING, 0)

    def body(self, segment: Segment) -> Path:
        """Return where its records lie until it is cold."""
        return self.folder / f"{segment.stem}.jsonl"

    def sealed(self, segment: Segment) -> Path:
        """Return where its records lie once it is cold."""
        return self.folder / f"{segment.stem}.jsonl.sealed"

    def describe(self, segment: Segment) -> None:
        """Write a segment's description, durably; raises OSError."""
        write_whole(self.folder / f"{segment.stem}.segment", [msgspec.json.encode(segment)], disk=self.disk)

    def note(self, segment: Segment, state: State, facts: Mapping[str, Any]) -> None:
        """Write down that something was done with a segment, durably; raises OSError."""
        write_whole(self.folder / f"{segment.stem}.{state}", [canonical(dict(facts))], disk=self.disk)

    def noted(self, segment: Segment, state: State) -> dict[str, Any] | None:
        """Return what was written down of a state; None where nothing was. Raises LedgerError where it is damaged."""
        try:
            content = (self.folder / f"{segment.stem}.{state}").read_bytes()
            return msgspec.json.decode(content, type=dict[str, Any])
        except FileNotFoundError:
            return None
        except (OSError, msgspec.MsgspecError, ValueError):
            raise LedgerError(f"what was noted of {segment.stem} can't be read") from None

    def plain(self, segment: Segment) -> Iterator[bytes]:
        """Yield the text of a segment that is not cold; raises LedgerError where it can't be read."""
        try:
            with self.body(segment).open("rb") as file:
                while piece := file.read(_PIECE):
                    yield piece
        except OSError as error:
            raise LedgerError(f"the segment {segment.stem} can't be read: {error.strerror}") from None

    def undo_unfinished(self) -> None:
        """Undo what a crash left of cutting a segment off: the file that is appended to still has its records.

        To be called under the lock of that file. Raises BrokenLedgerError where it is gone, OSError where it can't be
        read.
        """
        if not self.active.exists():
            raise self.broken("the file that is appended to is gone")
        for path in self._own("jsonl"):
            if begins_with(self.active, int(path.stem.rsplit("-", 2)[-2])):
                if not _goes_on(path, self.active):
                    raise self.broken(f"{path.stem} and the file that is appended to begin alike, and differ")
                path.with_suffix(".segment").unlink(missing_ok=True)
                self.disk.sync_folder(self.folder)
                path.unlink()
                self.disk.sync_folder(self.folder)

    def _own(self, suffix: str) -> list[Path]:
        """Return the files of this ledger's segments with a suffix, in order; another's name may begin as its own."""
        form = re.compile(re.escape(self.name) + r"-\d{12,}-\d{12,}\." + suffix)
        return sorted(path for path in self.folder.iterdir() if form.fullmatch(path.name))

    def broken(self, words: str) -> BrokenLedgerError:
        """Return the error that says what is wrong with the segments."""
        hint = "keep it as it is, find out who changed it, and start the incident procedure"
        return BrokenLedgerError(Problem(message=f"the ledger {self.name} is broken: {words}", hint=hint))


def begins_with(path: Path, number: int) -> bool:
    """Return whether a file's first line bears a record's number; raises OSError."""
    with path.open("rb") as file:
        return f',"_seq":{number},'.encode() in file.read(200)


def _goes_on(part: Path, whole: Path) -> bool:
    """Return whether a file begins with all of another one; raises OSError."""
    with part.open("rb") as one, whole.open("rb") as other:
        while piece := one.read(_PIECE):
            if other.read(len(piece)) != piece:
                return False
    return True


def lines(chain: Chain, segment: Segment, pieces: Iterable[bytes], start: int = 1) -> Iterator[Line]:
    """Yield the records of a segment from a number on, each verified before, from pieces of its text.

    Raises BrokenLedgerError where they are not what the description says, in whatever.
    """
    until = msgspec.structs.replace(segment.base, end=segment.bytes)
    digested = _Digested(pieces)
    oldest = newest = ""
    for line in chain.lines(aligned(digested), segment.begin, until, segment.first):
        oldest, newest = oldest or line.time, line.time
        if line.seq >= start:
            yield line
    if (digested.sha256.hexdigest(), digested.size, oldest, newest) != (
        segment.sha256,
        segment.bytes,
        segment.oldest,
        segment.newest,
    ):
        raise BrokenLedgerError(
            f"the ledger {segment.ledger} is broken: {segment.stem} is not what its description says"
        )


class _Digested:
    """Pieces of a text, digested while they go by."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces, self.sha256, self.size = pieces, hashlib.sha256(), 0

    def __iter__(self) -> Iterator[bytes]:
        for piece in self._pieces:
            self.sha256.update(piece)
            self.size += len(piece)
            yield piece


def pieces_of(handle: int, start: int, end: int) -> Iterator[bytes]:
    """Yield the bytes of an open file from one place to another; raises OSError, also where they are not there."""
    while start < end:
        piece = os.pread(handle, min(_PIECE, end - start), start)
        if not piece:
            raise OSError(5, "it became shorter while it was read")
        start += len(piece)
        yield piece


def first_lines(data: bytes, count: int) -> bytes:
    """Return so many of the first lines."""
    at = 0
    for _ in range(count):
        at = data.index(b"\n", at) + 1
    return data[:at]


def time_of(data: bytes) -> str:
    """Return the time of the first of some lines."""
    found = read(data[: data.find(b"\n")])
    return "" if found is None or found.time is None else found.time
