"""Retention: what a ledger needs every day, in one call: anchored, cut, moved through its tiers, deletions finished.

    retention = Retention(ledger, tiers, anchoring, deletions)
    done = retention.run(now)

Nothing is deleted here that was not decided: expiry alone deletes nothing. One part that fails keeps none of the others
from being done, and is raised when they are; what was not done is due again. Serves NIST SP 800-53 AU-11, SI-12 and
CA-7, 21 CFR 11.10(c), 21 CFR 1304.04(a).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import msgspec

from limen.controls.anchoring import Anchoring
from limen.controls.deletion import Deletions
from limen.controls.segment_files import Segment
from limen.controls.segments import SegmentedLedger
from limen.controls.tiers import Step, Tiers
from limen.errors import LimenError, Problem, UnassessedError
from limen.integrity.anchors import Anchor
from limen.integrity.limen_v1 import Head
from limen.model.scalars import duration_seconds

_SHARE = 12
"""How many segments a ledger has in its first tier, about: so much longer than declared its oldest record may stay."""


class RetentionError(UnassessedError):
    """Something that was due was not done; names everything, and it stays due."""


class Done(msgspec.Struct, frozen=True, kw_only=True):
    """What a run did."""

    anchored: Anchor | None = None
    cut: Segment | None = None
    finished: tuple[Segment, ...] = ()
    """Segments whose deletion had been decided, and was not ended."""
    steps: tuple[Step, ...] = ()
    moved: Anchor | None = None
    """The base that the witness signed because records became cold, so that the probe reads on from there."""


class Retention:
    """What keeps one ledger as declared."""

    def __init__(
        self,
        ledger: SegmentedLedger,
        tiers: Tiers,
        anchoring: Anchoring,
        deletions: Deletions | None = None,
        *,
        every: timedelta | None = None,
    ) -> None:
        """Keep the parts; `every` is how much time one segment holds, a twelfth of the first tier without it."""
        self._ledger, self._tiers, self._anchoring, self._deletions = ledger, tiers, anchoring, deletions
        self.every = every or timedelta(seconds=duration_seconds(tiers.tiers["hot"].until) / _SHARE)

    def run(self, now: datetime) -> Done:
        """Do all that is due; raises RetentionError, after everything else was tried, with what could not be done."""
        problems: list[Problem] = []
        found: dict[str, object] = {}
        parts: dict[str, Callable[[datetime], object]] = {
            "anchored": self._anchoring.tick,
            "cut": self._cut,
            "finished": lambda at: self._deletions.finish(at) if self._deletions is not None else (),
            "steps": self._tiers.run,
            "moved": self._moved,
        }
        for name, part in parts.items():
            try:
                found[name] = part(now)
            except LimenError as error:
                problems += error.problems
        if problems:
            raise RetentionError(problems)
        return Done(**found)  # type: ignore[arg-type]

    def _cut(self, now: datetime) -> Segment | None:
        """Cut the ledger at an anchor of now, if the file that is appended to holds enough time."""
        base = self._ledger.files.base()[0]
        first = next(iter(self._ledger.read(base.length + 1)), None)
        if first is None or now - datetime.fromisoformat(first.time) < self.every:
            return None
        # Only where an anchor names its end can a segment be deleted one day.
        kept = self._anchoring.give(now)
        return self._ledger.cut(Head(hash=kept.head, length=kept.length))

    def _moved(self, now: datetime) -> Anchor | None:
        """Have the witness sign the end of the cold segments as a base, if it did not yet."""
        files, last = self._ledger.files, None
        for segment in self._ledger.segments():
            if files.body(segment).exists():
                break
            if files.sealed(segment).exists():
                last = segment
        if last is None:
            return None
        kept = self._anchoring.kept()
        if any(one.base and (one.length, one.head) == (last.last, last.head) for one in kept):
            return None
        return self._anchoring.give_head(
            Head(hash=last.head, length=last.last), last.start + last.bytes, now, base="moved"
        )
