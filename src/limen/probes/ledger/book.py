"""The book of one run: what an earlier run left, what this one has done, and when that is written down."""

from __future__ import annotations

import time
from pathlib import Path

import msgspec
from msgspec import UNSET

from limen.integrity.chains import Stretch
from limen.probes.interface import Target
from limen.probes.ledger import checkpoints
from limen.probes.ledger.checkpoints import Checkpoint, Verified
from limen.probes.ledger.work import Done, Setting

_EVERY = 5.0
"""Seconds between two checkpoints."""


class Book:
    """What is kept of one run; without a path it keeps nothing."""

    def __init__(
        self, path: Path | None, endpoint: str, setting: Setting, old: Checkpoint | None, begin: Stretch
    ) -> None:
        """Begin with what an earlier run left; `begin` is what the first record is joined to."""
        self.path, self.endpoint, self.setting, self.begin = path, endpoint, setting, begin
        self.known: tuple[Verified, ...] = ()
        """Pieces that were verified before, and only have to be unchanged."""
        self.before: Stretch | None = None
        """What verifying them yielded."""
        self.earlier, self.head = 0, ""
        if old is not None and checkpoints.usable(old, endpoint, setting, begin):
            self.known, self.before = old.pieces, old.ledger if old.pieces else None
        # A head before the beginning is the witness's to vouch for: the records up to there left the ledger.
        if old is not None and old.endpoint == endpoint and old.length > begin.records:
            # Where the ledger ended is a head that we hold ourselves: today's records must lead there.
            self.earlier, self.head = old.length, old.head
            heads = {old.length: old.head, **setting.expected.heads}
            expected = msgspec.structs.replace(setting.expected, heads=heads)
            self.setting = Setting(setting.keys, expected, setting.recipe)
        self._own = setting
        self._done: list[Verified] = list(self.known)
        self._ledger = self.before
        self._next: Verified | None = None
        self._written = time.monotonic()

    @classmethod
    def opened(cls, target: Target, setting: Setting, begin: Stretch) -> Book:
        """Return the book of a target; raises AttemptError where its checkpoint can't be read."""
        if target.options.checkpoint is UNSET:
            return cls(None, target.endpoint, setting, None, begin)
        path = target.folder / target.options.checkpoint
        return cls(path, target.endpoint, setting, checkpoints.read(path), begin)

    def forget(self) -> None:
        """Begin anew: what was verified before is no longer there."""
        self.known, self.before = (), None
        self._done, self._ledger, self._next = [], None, None

    def passed(self, done: Done, ledger: Stretch) -> None:
        """Note a piece, and the ledger as it was before it.

        The last piece is never kept: what is appended to the ledger makes it another one.
        """
        if self.path is None:
            return
        if self._next is not None:
            self._done.append(self._next)
            self._ledger = ledger
        self._next = Verified(start=done.start, end=done.end, digest=done.digest)
        if time.monotonic() - self._written > _EVERY:
            self.save()

    def save(self, length: int = 0, head: str = "") -> None:
        """Write down how far the run came; raises AttemptError where that fails."""
        if self.path is None or self._ledger is None:
            return
        self._written = time.monotonic()
        begin, begin_head = checkpoints.behind(self.begin)
        checkpoint = Checkpoint(
            begin=begin,
            begin_head=begin_head,
            endpoint=self.endpoint,
            setting=checkpoints.digest(self._own),
            checked=checkpoints.heads(self._own, self._ledger),
            pieces=tuple(self._done),
            ledger=self._ledger,
            length=length or self.earlier,
            head=head or self.head,
        )
        checkpoints.write(self.path, checkpoint)

    def close(self, ledger: Stretch) -> None:
        """Write down the head that the run reached; raises AttemptError where that fails."""
        last = ledger.last
        if self.path is None or last is None or last.hash is None or last.seq is None or not ledger.records:
            return
        if self._ledger is None:
            self._ledger = self.begin
        if not ledger.faults.get("chain") and self.kept(ledger):
            self.save(last.seq, last.hash)
        else:
            self.save()

    def kept(self, ledger: Stretch) -> bool:
        """Return whether the records lead to the head that an earlier run kept."""
        if not self.earlier:
            return True
        return self.earlier in ledger.agreed or (self.before is not None and self.before.records >= self.earlier)
