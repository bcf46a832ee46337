"""Chains: what verifying a stretch of one yields, and how neighbouring stretches join into one answer.

Stretches verify independently of each other: what a stretch can't know, whether its first record follows from the
last record before it, is decided when it is joined. `joined` is associative, so that any cut of a ledger into
stretches, on any number of processes and machines, gives the same answer.
"""

from __future__ import annotations

from typing import Literal

import msgspec

Aspect = Literal["chain", "sequence", "clock", "tenant", "key"]
"""What a record is held against."""
ASPECTS: tuple[Aspect, ...] = ("chain", "sequence", "clock", "tenant", "key")
Kind = Literal[
    "edited", "unlinked", "duplicate", "fork", "missing", "unreadable", "too_long", "half", "not_canonical",
    "gap", "repeated", "backwards",
    "clock_back", "clock_unreadable",
    "other_tenant",
    "unknown_key",
]  # fmt: skip
"""edited: its hash is not that of its content. unlinked: it follows another record than the one before it. duplicate:
it is the record before it once more. fork: it follows the same record as the one before it. missing: records between
the two are gone. half: the last line has no end. gap, repeated, backwards: of sequence numbers."""
SHOWN = 8
"""Faults of each aspect that are kept with their places; all are counted."""
GENESIS = "0" * 64
"""What the first record of a chain follows."""


class Fault(msgspec.Struct, frozen=True, kw_only=True):
    """One record that is not as it must be: where, and both values; never what it says."""

    kind: Kind
    record: int
    """Number of the record, from 1; within the stretch until it is joined to the beginning."""
    offset: int
    """Byte at which the record starts, from 0, in the ledger without its compression."""
    expected: str = ""
    """Hash or number that should be there; empty where there is none."""
    found: str = ""
    """Hash or number that is there; empty where what is there is neither."""


class Faults(msgspec.Struct, frozen=True, kw_only=True):
    """The faults of one aspect."""

    count: int = 0
    first: tuple[Fault, ...] = ()
    """The first ones, in order, `SHOWN` at most."""

    def shifted(self, records: int) -> Faults:
        """Return them as they count with so many records before."""
        if not records or not self.first:
            return self
        return Faults(
            count=self.count,
            first=tuple(msgspec.structs.replace(fault, record=fault.record + records) for fault in self.first),
        )

    def then(self, others: Faults) -> Faults:
        """Return these and later ones."""
        return Faults(count=self.count + others.count, first=(self.first + others.first)[:SHOWN])


class Ends(msgspec.Struct, frozen=True, kw_only=True):
    """What a record tells its neighbours; None is what can't be read."""

    hash: str | None = None
    prev: str | None = None
    seq: int | None = None
    time: str | None = None
    """A text that sorts as the times do."""
    broken: bool = False
    """Whether its own content already breaks the chain, so that its place in it breaks it no second time."""


class Stretch(msgspec.Struct, frozen=True, kw_only=True):
    """What verifying some consecutive records yielded."""

    start: int
    """First byte, in the ledger without its compression."""
    end: int
    """Byte after the last one."""
    records: int = 0
    first: Ends | None = None
    """The first record; None where there is none."""
    first_offset: int = 0
    """Where it starts."""
    last: Ends | None = None
    faults: dict[Aspect, Faults] = {}
    """By aspect, only those that have any."""
    unread: int = 0
    """Records that could not be taken apart, so that nothing but that is known of them."""
    unkeyed: int = 0
    """Records bound by a hash that needs no key: anybody can make them."""
    keys: tuple[str, ...] = ()
    """Ids of the keys that records name, sorted; `SHOWN` at most are kept."""
    agreed: tuple[int, ...] = ()
    """Lengths whose anchored head was found, sorted."""
    differed: tuple[tuple[int, str], ...] = ()
    """Lengths at which another head than the anchored one was found, and that head, sorted."""
    oldest: str | None = None
    """Time of the first record whose time can be read."""
    newest: str | None = None
    """Time of the last record whose time can be read."""


def placed(before: Ends, record: Ends) -> list[tuple[Aspect, Kind, str, str]]:
    """Return what is wrong with a record's place behind another: aspect, kind, expected and found value."""
    wrong: list[tuple[Aspect, Kind, str, str]] = []
    linked = before.hash is not None and record.prev is not None
    if linked and before.hash != record.prev and not record.broken:
        kind: Kind = "unlinked"
        if record.hash == before.hash:
            kind = "duplicate"
        elif record.prev == before.prev:
            kind = "fork"
        elif before.seq is not None and record.seq is not None and record.seq > before.seq + 1:
            kind = "missing"
        wrong.append(("chain", kind, str(before.hash), str(record.prev)))
    if before.seq is not None and record.seq is not None and record.seq != before.seq + 1:
        kind = "gap" if record.seq > before.seq else "repeated" if record.seq == before.seq else "backwards"
        wrong.append(("sequence", kind, str(before.seq + 1), str(record.seq)))
    if before.time is not None and record.time is not None and record.time < before.time:
        wrong.append(("clock", "clock_back", before.time, record.time))
    return wrong


def origin(at: int = 0, *, genesis: str = GENESIS, seq: int = 0) -> Stretch:
    """Return the empty beginning that a ledger is joined to: what its first record must follow."""
    return Stretch(start=at, end=at, last=Ends(hash=genesis, seq=seq), first=None)


def joined(left: Stretch, right: Stretch) -> Stretch:
    """Return two neighbouring stretches as one; raises ValueError where they are no neighbours."""
    if left.end != right.start:
        raise ValueError(f"stretches up to byte {left.end} and from byte {right.start} are no neighbours")
    faults = dict(left.faults)
    if left.last is not None and right.first is not None:
        for aspect, kind, expected, found in placed(left.last, right.first):
            fault = Fault(kind=kind, record=left.records + 1, offset=right.first_offset, expected=expected, found=found)
            faults[aspect] = faults.get(aspect, Faults()).then(Faults(count=1, first=(fault,)))
    for aspect, later in right.faults.items():
        faults[aspect] = faults.get(aspect, Faults()).then(later.shifted(left.records))
    agreed = {*left.agreed, *right.agreed}
    differed = dict(right.differed) | dict(left.differed)
    return Stretch(
        start=left.start,
        end=right.end,
        records=left.records + right.records,
        first=right.first if left.first is None else left.first,
        first_offset=right.first_offset if left.first is None else left.first_offset,
        last=left.last if right.last is None else right.last,
        faults={aspect: faults[aspect] for aspect in ASPECTS if aspect in faults},
        unread=left.unread + right.unread,
        unkeyed=left.unkeyed + right.unkeyed,
        keys=tuple(sorted({*left.keys, *right.keys}))[:SHOWN],
        agreed=tuple(sorted(agreed)),
        differed=tuple(sorted((length, head) for length, head in differed.items() if length not in agreed)),
        oldest=right.oldest if left.oldest is None else left.oldest,
        newest=left.newest if right.newest is None else right.newest,
    )
