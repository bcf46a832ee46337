"""Unchanged since it was anchored: the digests of the newest anchor compared, and only what came after it verified.

Digesting takes a third of the time of verifying. It says that the text is what somebody else holds the digests of, and
not that its records were right when it was anchored: that stays unknown until the ledger is verified as a whole, which
happens here and now where a digest differs, so that the record is named.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from msgspec import UNSET

from limen.adapters.ledgers.files import opened
from limen.adapters.ledgers.parts import PartsStore, Range
from limen.adapters.ledgers.stores import Store
from limen.integrity.anchors import SEGMENT_BYTES, Anchor
from limen.integrity.chains import Ends, Stretch
from limen.probes.interface import AttemptError, Context, Target
from limen.probes.ledger.anchoring import Anchoring
from limen.probes.ledger.engines import Task, cores, here, processes, spread
from limen.probes.ledger.verification import Compared
from limen.probes.ledger.work import Done

_TOGETHER = 8
"""Segments that are digested by one task."""


class Anchored:
    """A plain file and the anchor that its text is compared with."""

    def __init__(self, store: Store, anchoring: Anchoring | None) -> None:
        """Choose the anchor; raises AttemptError where there is none, or the ledger can't be read from anywhere."""
        if anchoring is None:
            raise AttemptError("quick compares with anchors; name them in the probe's options")
        if anchoring.read.witnessed is False:
            raise AttemptError("the anchors are not signed by the witness: quick would rest on nothing")
        if not isinstance(store, PartsStore) or store.size is None or len(store.parts) != 1:
            raise AttemptError("quick reads one file without compression; verify the others as a whole")
        if anchoring.digested is None:
            raise AttemptError("no anchor holds digests of the text; verify the ledger as a whole")
        self.store, self.anchor, self.part = store, anchoring.digested, store.parts[0]
        if len(self.anchor.digests) != -(-self.anchor.bytes // SEGMENT_BYTES):
            raise AttemptError("the newest anchor with digests has another number of them than its bytes have segments")

    def compared(self, target: Target, context: Context) -> Compared:
        """Return which segments are as they were anchored; raises StoreError where they can't be read."""
        changed, first = 0, None
        for done in self._worked(target, context):
            at = done.start // SEGMENT_BYTES
            found = done.digest.split()
            for number, wanted in enumerate(self.anchor.digests[at : at + _TOGETHER]):
                if number >= len(found) or found[number] != wanted:
                    changed += 1
                    first = (at + number) * SEGMENT_BYTES if first is None else first
        return Compared(segments=len(self.anchor.digests), changed=changed, changed_at=first, length=self.anchor.length)

    def _worked(self, target: Target, context: Context) -> Iterator[Done]:
        size = min(self.anchor.bytes, self.part.size or 0)
        tasks: list[Task] = [
            (segments, (self.part.location, start, min(size, start + _TOGETHER * SEGMENT_BYTES)))
            for start in range(0, self.anchor.bytes, _TOGETHER * SEGMENT_BYTES)
        ]
        count = cores() if target.options.processes is UNSET else target.options.processes
        if count == 1 or len(tasks) < count * 4:
            yield from here(tasks, context)
            return
        with processes(count) as (pool, _):
            yield from spread(tasks, pool, count, context)

    def beginning(self) -> Stretch:
        """Return what is before the first record that came after the anchor."""
        anchor: Anchor = self.anchor
        return Stretch(
            start=anchor.bytes,
            end=anchor.bytes,
            records=anchor.length,
            last=Ends(hash=anchor.head, seq=anchor.length),
            agreed=(anchor.length,),
        )

    def later(self, each: int) -> Iterator[Range]:
        """Yield what came after the anchor, as ranges of so many bytes, about."""
        size = self.part.size or 0
        for start in range(self.anchor.bytes, size, each):
            yield Range(location=self.part.location, size=size, start=start, end=min(size, start + each), base=0)


def segments(location: str, start: int, end: int) -> Done:
    """Digest the segments between two bytes of a plain file; raises StoreError where they can't be read."""
    with opened(location) as file:
        file.seek(start)
        pieces = (file.read(min(SEGMENT_BYTES, end - at)) for at in range(start, end, SEGMENT_BYTES))
        found = [hashlib.sha256(piece).hexdigest() for piece in pieces]
    return Done(stretch=None, start=start, end=end, digest=" ".join(found))
