"""SQLite files that only their owner reads, every change on disk before it counts (NIST SP 800-53 AC-3, SC-28)."""

from __future__ import annotations

import os
import sqlite3
import stat
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from limen.controls.refusals import Reason, RefusedError
from limen.errors import Problem

_BUSY = 10.0
"""Seconds that another process's change is waited for."""
_PRAGMAS = ("journal_mode = WAL", "synchronous = FULL", "fullfsync = ON", "secure_delete = ON")
"""One flush to the disk for each change, F_FULLFSYNC where there is one; what is deleted is overwritten."""


class PrivateFile:
    """An open file; safe for threads and for several processes, each of which opens it for itself."""

    def __init__(self, path: Path, schema: str, *, what: str, reason: Reason) -> None:
        """Make the file with mode 0600, or open it; `what` names it in errors, `reason` is theirs.

        Raises RefusedError where it can't be had, or where others may read it.
        """
        self._what, self._reason, self._lock = what, reason, threading.RLock()
        try:
            try:
                os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
            except FileExistsError:
                found = path.lstat()
                if not stat.S_ISREG(found.st_mode) or found.st_mode & 0o077 or found.st_uid != os.geteuid():
                    raise self.refused("it is no file that only its owner reads", "chmod 600") from None
            self._connection = sqlite3.connect(path, timeout=_BUSY, isolation_level=None, check_same_thread=False)
            for pragma in _PRAGMAS:
                self._connection.execute(f"PRAGMA {pragma}")
            with self.change() as connection:
                for statement in schema.split(";"):
                    connection.execute(statement)
        except (OSError, sqlite3.Error) as error:
            raise self.refused(f"it can't be opened: {type(error).__name__}") from None

    def change(self) -> AbstractContextManager[sqlite3.Connection]:
        """Give the connection within one transaction, undone by any error; raises RefusedError where it fails."""
        return self._within("BEGIN IMMEDIATE")

    def look(self) -> AbstractContextManager[sqlite3.Connection]:
        """Give the connection for reading as of one moment; raises RefusedError where it fails."""
        return self._within("BEGIN")

    @contextmanager
    def _within(self, begin: str) -> Iterator[sqlite3.Connection]:
        with self._lock:
            try:
                self._connection.execute(begin)
                try:
                    yield self._connection
                    self._connection.execute("COMMIT")
                except BaseException:
                    if self._connection.in_transaction:
                        self._connection.execute("ROLLBACK")
                    raise
            except sqlite3.Error as error:
                raise self.refused(f"it can't be read or written: {type(error).__name__}") from None

    def refused(self, why: str, hint: str = "see to its disk and its rights") -> RefusedError:
        """Return the error of this file."""
        return RefusedError(Problem(message=f"{self._what}: {why}", hint=hint), reason=self._reason)

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._connection.close()
