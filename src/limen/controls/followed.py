"""A ledger that a control reads along with: each record once, those of other processes too, before anything is decided.

What was decided at a head is appended there or not at all, so that of two writers one decides anew (21 CFR 11.10(f)).
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from limen.adapters.forking import begins_in_children
from limen.errors import UnassessedError

if TYPE_CHECKING:
    from limen.controls.ledger import Appended, Entry, Head, Ledger, Line

Known = TypeVar("Known")
_TRIES = 64
"""How often something is decided anew because others wrote meanwhile; beyond it the ledger counts as unavailable."""


class Followed:
    """What some records of a ledger mean, kept up to date; safe for threads."""

    def __init__(self, ledger: Ledger, take: Callable[[Line], None]) -> None:
        """Read the ledger and give each record to `take`; raises LedgerError where it can't be read."""
        self.ledger, self._take = ledger, take
        self._read = 0
        self.begin()
        begins_in_children(self)
        self.catch_up()

    def begin(self) -> None:
        """Begin with a lock that nobody holds; in a forked child, too, where the ledger itself refuses to be used."""
        self._lock = threading.RLock()

    def catch_up(self) -> Head:
        """Give to `take` what was appended since, by whomever, and return the head that was read to.

        Raises LedgerError where it can't be read, UnassessedError where it is shorter than before.
        """
        with self._lock:
            head = self.ledger.head()
            if head.length < self._read:
                raise UnassessedError(f"the ledger {self.ledger.name} is shorter than it was when it was read last")
            if head.length > self._read:
                for line in self.ledger.read(self._read + 1):
                    if line.seq > head.length:
                        break
                    self._take(line)
                    self._read = line.seq
            return head

    def append(self, decide: Callable[[], Entry | Known]) -> Appended | Known:
        """Append the entry that `decide` returns when all before it is known; whatever else it returns is returned.

        `decide` is called again where somebody appended meanwhile, and may raise. Raises LedgerError where the ledger
        can't be read or written, UnassessedError where others write without end.
        """
        from limen.controls.ledger import Entry, HeadMovedError

        for _ in range(_TRIES):
            with self._lock:
                head = self.catch_up()
                decided = decide()
                if not isinstance(decided, Entry):
                    return decided
                try:
                    return self.ledger.append(decided, after=head)
                except HeadMovedError:
                    continue
        raise UnassessedError(f"others write to the ledger {self.ledger.name} without end")
