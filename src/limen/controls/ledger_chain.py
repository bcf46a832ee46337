"""Following a chain: blocks of lines verified one after the other, from a place that is known to be right."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec

from limen.adapters.ledgers.blocks import Block
from limen.controls.ledger_entries import BrokenLedgerError, LedgerError, Line, Mark
from limen.errors import Problem
from limen.integrity.canonical import CanonicalError, doubles
from limen.integrity.chains import GENESIS, Ends, Fault, Kind, Stretch, joined
from limen.integrity.limen_v1 import HASHED, Keys
from limen.integrity.verifying import Expected, verified

BEGINNING = Mark(length=0, end=0, hash=GENESIS, time="", last=b"")
"""Where every chain begins."""
_WORDS: Mapping[Kind, str] = {
    "edited": "its content is not what was hashed",
    "unlinked": "it does not follow the record before it",
    "duplicate": "it is the record before it once more",
    "fork": "it follows the same record as the one before it",
    "missing": "records before it are gone",
    "unreadable": "it is no record of limen-v1",
    "too_long": "it is longer than a line may be",
    "half": "its end is missing",
    "not_canonical": "it is no canonical JSON",
    "gap": "numbers before it are missing",
    "repeated": "its number is that of the record before it",
    "backwards": "its number is lower than that of the record before it",
    "clock_back": "its time is before that of the record before it",
    "clock_unreadable": "its time can't be read",
    "unknown_key": "it names another key than it was bound with",
}


class Chain:
    """How the records of one ledger are verified."""

    def __init__(self, name: str, keys: Mapping[str, bytes]) -> None:
        """Keep the ledger's name and the keys of its chain; without any it is a chain of SHA-256.

        Raises ValueError where a key is too short.
        """
        self.name, self.keys, self.keyed = name, Keys(keys), bool(keys)

    def follow(self, block: Block, mark: Mark, expected: Expected) -> tuple[Mark, bytes]:
        """Verify what follows a mark; return the mark behind its last whole line, and what is there of half a line.

        Raises BrokenLedgerError where it is not what was appended, LedgerError where a key is missing.
        """
        if block.skipped:
            raise self.broken(Fault(kind="too_long", record=mark.length + 1, offset=block.start))
        end = block.data.rfind(b"\n") + 1
        data, half = (block.data, b"") if end == len(block.data) else (block.data[:end], block.data[end:])
        if not data:
            return mark, half
        before = Stretch(
            start=mark.end,
            end=mark.end,
            records=mark.length,
            last=Ends(hash=mark.hash, seq=mark.length, time=mark.time or None),
        )
        found = joined(before, verified(data, block.start, self.keys, expected))
        self._judge(found, again=expected.strict)
        last = found.last
        if last is None or last.hash is None or last.seq is None or last.time is None:
            raise self.broken(Fault(kind="unreadable", record=found.records, offset=mark.end))
        return (
            Mark(
                length=last.seq,
                end=mark.end + len(data),
                hash=last.hash,
                time=last.time,
                last=data[data.rfind(b"\n", 0, -1) + 1 :],
            ),
            half,
        )

    def _judge(self, found: Stretch, *, again: bool) -> None:
        """Raise what is wrong with a stretch, if anything is; `again`: it was verified before, under keys we have."""
        faults = dict(found.faults)
        unknown = faults.pop("key", None)
        if faults:
            raise self.broken(min((one.first[0] for one in faults.values()), key=lambda fault: fault.record))
        if found.differed:
            length, _ = found.differed[0]
            raise BrokenLedgerError(f"the ledger {self.name} is broken: record {length} is not the one that was known")
        if unknown is not None and again:
            raise self.broken(unknown.first[0])
        if unknown is not None:
            raise LedgerError(
                Problem(
                    message=f"{unknown.count} records of the ledger {self.name} are bound by a key that is not given",
                    hint="give the earlier keys of the chain by their ids, too",
                )
            )
        if self.keyed and found.unkeyed:
            raise BrokenLedgerError(
                f"the ledger {self.name} is broken: {found.unkeyed} records lack the chain's key, so that anybody could"
                " have made them"
            )

    def broken(self, fault: Fault) -> BrokenLedgerError:
        """Return the error that names a fault."""
        return BrokenLedgerError(
            Problem(
                message=f"the ledger {self.name} is broken at record {fault.record}, byte {fault.offset}:"
                f" {_WORDS.get(fault.kind, fault.kind)}",
                hint="keep it as it is, find out who changed it, and go on in a new one",
            )
        )

    def lines(self, blocks: Iterable[Block], begin: Mark, until: Mark, start: int) -> Iterator[Line]:
        """Yield the records from number `start` to a mark, each block of them verified before, from another mark.

        Raises BrokenLedgerError where they are not what was appended.
        """
        expected = Expected(strict=True, heads={until.length: until.hash})
        mark = begin
        for block in blocks:
            after, half = self.follow(block, mark, expected)
            if half or after.length > until.length:
                raise BrokenLedgerError(f"the ledger {self.name} is broken: it changed while it was read")
            if after.length >= start:
                for raw in block.data.splitlines(keepends=True):
                    line = self._line(raw)
                    if line.seq >= start:
                        yield line
            mark = after
        if mark.length != until.length:
            raise BrokenLedgerError(
                f"the ledger {self.name} is broken: it ends with record {mark.length}, and had {until.length}"
            )

    def _line(self, raw: bytes) -> Line:
        try:
            read = _DECODER.decode(raw)
            details = doubles(read.details) if _LONG.search(raw, HASHED) else read.details
        except (msgspec.MsgspecError, CanonicalError, RecursionError):
            raise BrokenLedgerError(f"the ledger {self.name} holds a record of other types than limen-v1 has") from None
        return Line(
            seq=read.seq,
            hash=read.hash,
            prev=read.prev,
            time=read.time,
            tenant=read.tenant,
            actor=read.actor,
            action=read.action,
            record=read.record,
            details=details,
            key=read.key,
            raw=raw,
        )


class _Read(msgspec.Struct, frozen=True, kw_only=True, rename={"hash": "_hash", "prev": "_prev", "seq": "_seq"}):
    hash: str
    prev: str
    seq: int
    action: str
    actor: str
    details: dict[str, Any]
    key: str = ""
    record: str
    tenant: str
    time: str


_LONG = re.compile(rb"\d{16}")
"""What may be an integer beyond 2^53: RFC 8785 writes doubles below 1e21 as integers."""
_DECODER = msgspec.json.Decoder(_Read)
