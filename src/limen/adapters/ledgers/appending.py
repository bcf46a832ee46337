"""Appending to a ledger: what a writer of any store does, one group at a time, under a lock that all writers share.

A writer knows nothing of hashes. It is told what its user holds for the end of the ledger, says whether the ledger
still ends there, yields what others appended since, and makes a group durable before it returns.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Literal, NamedTuple, Protocol

import msgspec

from limen.adapters.ledgers.blocks import BLOCK_BYTES, Block, StoreError

GROUP_BYTES = BLOCK_BYTES
"""Bytes of the largest group: no writer leaves more than that behind which is not known to be durable."""
EVERYTHING = 2**62
"""Beyond the number of any record."""


class ChangedError(StoreError):
    """What was appended is no longer there as it was: the store was replaced, cut or edited."""


class Mark(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A place in a ledger up to which its records were verified by the process that holds the mark."""

    length: int
    """Records up to there."""
    end: int
    """Bytes of the text up to there, as JSON Lines."""
    hash: str
    """Hash of the last record."""
    time: str
    """Time of the last record; empty where there is none."""
    last: bytes
    """The last record's line; empty where there is none."""


class Writer(Protocol):
    """An open store that lines can be appended to; not for several threads at once."""

    @property
    def kind(self) -> Literal["files", "sqlite", "postgresql"]:
        """Return what the store is."""

    def begin(self, wait: float) -> None:
        """Take the lock that all writers of the ledger share; waits so many seconds at most.

        Raises StoreError where it is not to be had, ChangedError where another store stands in the place of this one.
        """

    def unchanged(self, mark: Mark) -> bool:
        """Return whether the ledger ends at a mark; raises StoreError where it can't be read. Under the lock."""

    def news(self, mark: Mark) -> Iterator[Block]:
        """Yield what follows a mark. Under the lock.

        Raises StoreError where it can't be read, ChangedError where the mark itself is not there any more.
        """

    def write(self, lines: Sequence[bytes], mark: Mark) -> None:
        """Append lines, each with its newline, behind a mark, and return when they are durable. Under the lock.

        Raises StoreError where that failed: then it is not known what of them is there.
        """

    def replace(self, mark: Mark, line: bytes) -> None:
        """Put a line in the place of half a one that follows a mark, and return when it is durable. Under the lock.

        Raises StoreError where that failed.
        """

    def settle(self) -> None:
        """Return when everything that is there is durable, whoever wrote it; raises StoreError. Under the lock."""

    def end(self) -> None:
        """Give the lock back; what was not written durably by then is not written."""

    def close(self) -> None:
        """Let go of the store."""


class LedgerStore(NamedTuple):
    """A store that is appended to and read."""

    writer: Writer
    blocks: Callable[[Mark, Mark], Iterator[Block]]
    """Yields the lines between two marks, without the writers' lock; raises StoreError where they can't be read."""
