"""An open ledger: every group of entries is appended under a lock, behind records that were verified."""

from __future__ import annotations

import hashlib
import os
import threading
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from types import TracebackType

import orjson

from limen.adapters.ledgers.appending import GROUP_BYTES, ChangedError, LedgerStore
from limen.adapters.ledgers.blocks import BLOCK_BYTES, LINE_BYTES, StoreError
from limen.controls.ledger_chain import BEGINNING, Chain
from limen.controls.ledger_clock import Stamps
from limen.controls.ledger_entries import (
    Appended,
    BrokenLedgerError,
    Entry,
    EntryError,
    HeadMovedError,
    LedgerError,
    Line,
    Mark,
    prepared,
)
from limen.errors import Problem
from limen.integrity.canonical import canonical
from limen.integrity.limen_v1 import Head, Prepared, Splicer, hash_of, read
from limen.integrity.verifying import Expected

REPAIRED = "ledger-repaired"
"""Action of the entry that stands for half a line which a crash left: its details are `bytes` and `sha256`."""
_UNKNOWN = "a write failed, and it is not known what of it is there; open the ledger anew"
_PLAIN = Expected()
_CLOSED = "it was closed"


class Ledger:
    """An open ledger, for any number of threads; other processes may have it open, too. `open_ledger` makes one."""

    def __init__(
        self,
        store: LedgerStore,
        chain: Chain,
        splicer: Splicer,
        stamps: Stamps,
        *,
        tenant: str | None,
        wait: float,
        since: Mark,
    ) -> None:
        """Keep the store; nothing is read yet."""
        self._store, self._writer = store, store.writer
        self._chain, self._splicer, self._stamps = chain, splicer, stamps
        self._tenant, self._wait = tenant, wait
        self._ending = b"" if tenant is None else b',"tenant":' + canonical(tenant)
        self._lock, self._process = threading.Lock(), os.getpid()
        self._dead, self._settled = "", False
        self._marks = [BEGINNING] if since is BEGINNING else [BEGINNING, since]
        self._stand(since)

    @property
    def name(self) -> str:
        """Its name in the declaration."""
        return self._chain.name

    @property
    def key_id(self) -> str:
        """Id of the key that new records are bound with; empty where they are bound by SHA-256 alone."""
        return self._splicer.key_id

    def append(self, entry: Entry | Prepared, *, after: Head | None = None) -> Appended:
        """Append one entry and return when it is durable; raises what `append_all` raises."""
        return self._append((entry if type(entry) is Prepared else prepared(entry),), after)[0]  # type: ignore[arg-type]

    def append_all(self, entries: Iterable[Entry | Prepared], *, after: Head | None = None) -> tuple[Appended, ...]:
        """Append entries as one group, with nothing between them, and return when all are durable.

        With `after` they are appended only if the ledger still stands there. Raises EntryError where an entry can't be
        recorded and HeadMovedError where the ledger stands elsewhere: nothing was appended then, and the ledger can be
        used on. Raises LedgerError where it can't be written, BrokenLedgerError where it is not what was appended.
        """
        ready = [one if isinstance(one, Prepared) else prepared(one) for one in entries]
        return self._append(ready, after)

    def _append(self, entries: Sequence[Prepared], after: Head | None) -> tuple[Appended, ...]:
        with self._lock:
            self._usable()
            try:
                self._meet()
                mark = self._mark
                if after is not None and (after.length != mark.length or after.hash != mark.hash):
                    raise self._moved()
                time = self._stamps.next(mark.time)
                lines = self._splicer.lines(entries, mark.hash, mark.length, time)
                self._sound(entries, lines)
                if lines:
                    self._dead = _UNKNOWN
                    self._writer.write(lines, mark)
                    self._advance(lines, time)
                    self._dead, self._settled = "", True  # what was there before them is durable with them
            except (StoreError, BrokenLedgerError) as error:
                raise self._failed(error) from None
            finally:
                self._writer.end()
        return tuple(
            [Appended(seq=seq, hash=hash_of(line), time=time) for seq, line in enumerate(lines, mark.length + 1)]
        )

    def _moved(self) -> HeadMovedError:
        self._settle()
        return HeadMovedError(
            Problem(message=f"the ledger {self.name} was appended to since"),
            Head(hash=self._mark.hash, length=self._mark.length),
        )

    def head(self) -> Head:
        """Return where the ledger stands, other writers' entries included; raises LedgerError."""
        mark = self.mark()
        return Head(hash=mark.hash, length=mark.length)

    def mark(self) -> Mark:
        """Return where the ledger stands, as `open_ledger` takes it; raises LedgerError."""
        with self._lock:
            self._usable()
            try:
                self._meet()
                self._settle()
            except (StoreError, BrokenLedgerError) as error:
                raise self._failed(error) from None
            finally:
                self._writer.end()
            return self._mark

    def read(self, start: int = 1) -> Iterator[Line]:
        """Yield the records from number `start` to the last one that there is now.

        Hash, link, number, time and canonical form of each are verified before it is yielded (21 CFR 11.10(a)), from a
        place of at most 4 MB before `start` that was verified when it was opened or appended; from 1, all are. Raises
        BrokenLedgerError where they are not what was appended, LedgerError where they can't be read.
        """
        until = self.mark()
        with self._lock:
            begin = self._marks[bisect_left(self._marks, max(1, start), key=lambda mark: mark.length) - 1]
        try:
            yield from self._chain.lines(self._store.blocks(begin, until), begin, until, start)
        except (StoreError, BrokenLedgerError) as error:
            raise self._failed(error) from None

    def close(self) -> None:
        """Let go of the store; the ledger can't be used afterwards."""
        with self._lock:
            if self._dead != _CLOSED:
                self._dead = _CLOSED
                if os.getpid() == self._process:
                    self._writer.close()

    def __enter__(self) -> Ledger:
        """Return the ledger itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it."""
        self.close()

    def _usable(self) -> None:
        """Raise LedgerError where the object is of no use any more."""
        if os.getpid() != self._process:
            raise LedgerError(f"the ledger {self.name} was opened by another process; open it anew after a fork")
        if self._dead:
            raise LedgerError(f"the ledger {self.name} can't be used: {self._dead}")

    def _meet(self) -> None:
        """Take the lock that all writers share, and verify what others appended since."""
        self._writer.begin(self._wait)
        if self._writer.unchanged(self._mark):
            return
        half = b""
        for block in self._writer.news(self._mark):
            mark, half = self._chain.follow(block, self._mark, _PLAIN)
            self._settled = False
            self._stand(mark)
        if half:
            # It is of a writer that died: no other writes now.
            self._repair(half)
        if not self._writer.unchanged(self._mark):
            raise ChangedError("what it holds is not numbered as its records are")

    def _settle(self) -> None:
        """Return when what others appended is durable: one that died may not have come to it."""
        if not self._settled:
            self._writer.settle()
            self._settled = True

    def _repair(self, half: bytes) -> None:
        details = {"bytes": len(half), "sha256": hashlib.sha256(half).hexdigest()}
        entry = Entry(tenant=self._whose(), actor="limen", action=REPAIRED, record=self.name, details=details)
        time = self._stamps.next(self._mark.time)
        lines = self._splicer.lines((prepared(entry),), self._mark.hash, self._mark.length, time)
        self._dead = _UNKNOWN
        self._writer.replace(self._mark, lines[0])
        self._advance(lines, time)
        self._dead = ""

    def _whose(self) -> str:
        """Return the tenant of an entry of the ledger's own."""
        if self._tenant is not None:
            return self._tenant
        last = read(self._mark.last[:-1])
        return self.name if last is None else str(orjson.loads(last.tenant))

    def _sound(self, entries: Sequence[Prepared], lines: Sequence[bytes]) -> None:
        """Raise EntryError where what others prepared is nothing that can be read again, or too much at once."""
        whole = 0
        for (before, after), line in zip(entries, lines, strict=True):
            size = len(line)
            whole += size
            if size > LINE_BYTES:
                raise EntryError(f"an entry takes {size} bytes as a line, and {LINE_BYTES} are allowed")
            if (
                line.find(b"\n") != size - 1
                or not before.startswith(b'"action":"')
                or not after.startswith(b'"record":"')
            ):
                raise EntryError("an entry was not prepared by `prepared`")
            if self._ending and not after.endswith(self._ending):
                raise EntryError(f"an entry is of another tenant than the ledger {self.name}")
        if whole > GROUP_BYTES:
            raise EntryError(f"a group takes {whole} bytes, and {GROUP_BYTES} are allowed; append it in several")

    def _advance(self, lines: Sequence[bytes], time: str) -> None:
        """Stand behind lines that were written."""
        mark, last = self._mark, lines[-1]
        end, length = mark.end + sum(map(len, lines)), mark.length + len(lines)
        self._stand(Mark(length=length, end=end, hash=hash_of(last), time=time, last=last))

    def _stand(self, mark: Mark) -> None:
        """Stand at a mark from now on; some of them are kept for reading from there."""
        self._mark = mark
        if mark.end - self._marks[-1].end >= BLOCK_BYTES:
            self._marks.append(mark)

    def _failed(self, error: StoreError | BrokenLedgerError) -> LedgerError:
        """Return what a failure means; unless another try may succeed, the object is dead: nothing more is appended."""
        if isinstance(error, BrokenLedgerError):
            self._dead = str(error)
            return error
        if isinstance(error, ChangedError):
            self._dead = f"it is broken: {error.reason}"
            return BrokenLedgerError(
                Problem(
                    message=f"the ledger {self.name} is broken: {error.reason}",
                    hint="find out who changed it; opening it anew verifies what is there now",
                )
            )
        if not error.again:
            self._dead = self._dead or f"{error.reason}; open the ledger anew"
        return LedgerError(f"the ledger {self.name} can't be used: {error.reason}")
