"""A ledger in an SQLite file that is appended to: one transaction for each group, synced to the disk when it commits.

The table refuses to be changed by triggers, which keep whoever uses SQL from an accident; whoever can write the file
can remove them, and the chain shows what was changed. SQLite holds locks on its file that are lost when this process
opens and closes the file by itself, so the file is only ever looked at from outside.
"""

from __future__ import annotations

import contextlib
import os
import re
import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Literal

from limen.adapters.ledgers.appending import EVERYTHING, ChangedError, Mark
from limen.adapters.ledgers.blocks import Block, StoreError
from limen.adapters.ledgers.disk import FLAGS, Disk, identity, only_ours, words
from limen.adapters.ledgers.sqlite import SqliteStore, quoted, refused, selecting
from limen.adapters.ledgers.stores import Layout

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)
_FIRST = threading.Lock()
"""Held while a file is made: to close it must not take the locks of a thread that opens it at the same time."""
_PRAGMAS = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA fullfsync = ON",
    "PRAGMA checkpoint_fullfsync = ON",
    "PRAGMA trusted_schema = OFF",
)


def schema(table: str) -> dict[str, str]:
    """Return the statements that make a ledger's table, by the names of what they make."""
    name = quoted(table)

    def trigger(event: str, when: str = "") -> str:
        return (
            f"CREATE TRIGGER {quoted(f'{table}_no_{event}')} BEFORE {event.upper()} ON {name}{when}"
            " BEGIN SELECT RAISE(ABORT, 'a ledger is only appended to'); END"
        )

    numbered = f" WHEN NEW.seq IS NOT (SELECT coalesce(max(seq), 0) + 1 FROM {name})"  # noqa: S608 quoted
    return {
        table: f"CREATE TABLE {name} (seq INTEGER PRIMARY KEY CHECK (seq > 0), line BLOB NOT NULL)",
        f"{table}_no_update": trigger("update"),
        f"{table}_no_delete": trigger("delete"),
        f"{table}_no_insert": trigger("insert", numbered),
    }


class SqliteWriter:
    """One connection."""

    kind: Literal["sqlite"] = "sqlite"

    def __init__(
        self,
        path: Path,
        table: str,
        wait: float,
        *,
        connect: Callable[..., sqlite3.Connection] = sqlite3.connect,
        disk: Disk | None = None,
    ) -> None:
        """Open a file, which is made where there is none, and in it a table.

        `wait` is in seconds. Raises StoreError where it can't be appended to safely.
        """
        if not _NAME.fullmatch(table):
            raise StoreError("the table's name is not of letters, digits and underscores")
        self._path, self._disk = path, disk or Disk()
        self.layout = Layout(table=table)
        """Where the lines are."""
        self._tail = f"SELECT seq, line FROM {quoted(table)} ORDER BY seq DESC LIMIT 1"  # noqa: S608 quoted
        self._one = f"SELECT line FROM {quoted(table)} WHERE seq = ?"  # noqa: S608 quoted
        self._insert = f"INSERT INTO {quoted(table)} (seq, line) VALUES (?, ?)"  # noqa: S608 quoted
        try:
            self._same = {path: _made(path, self._disk)}
        except OSError as error:
            raise StoreError(words(error)) from None
        try:
            self._connection = connect(path, timeout=wait, isolation_level=None, check_same_thread=False)
        except sqlite3.Error as error:
            raise refused(error) from None
        try:
            self._prepare(table, wait)
        except BaseException:
            self._connection.close()
            raise

    def _prepare(self, table: str, wait: float) -> None:
        try:
            for pragma in _PRAGMAS:
                self._connection.execute(pragma)
            if self._connection.execute("PRAGMA journal_mode").fetchone() != ("wal",):
                raise StoreError("it can't be written with a write-ahead log")
            self.begin(wait)
            wanted = schema(table)
            found = dict(self._connection.execute("SELECT name, sql FROM sqlite_master WHERE tbl_name = ?", (table,)))
            if not found:
                for statement in wanted.values():
                    self._connection.execute(statement)
                self._connection.execute("COMMIT")
            elif found != wanted:
                raise StoreError(
                    f"the table {table} is not one of a ledger, lacks what keeps it from being changed, or has triggers"
                    " of its own"
                )
            # What is committed goes to the log first, whose users meet in the memory that the other one is.
            self._same |= {log: identity(log.lstat()) for log in (self._beside("-wal"), self._beside("-shm"))}
        except OSError as error:
            raise StoreError(words(error)) from None
        except sqlite3.Error as error:
            raise refused(error) from None
        finally:
            self.end()

    def begin(self, wait: float) -> None:
        """Take the lock; see `Writer.begin`."""
        for path, same in self._same.items():
            try:
                found = path.lstat()
            except OSError as error:
                raise ChangedError(f"{path.name} can't be found any more: {words(error)}") from None
            if identity(found) != same:
                raise ChangedError(f"{path.name} was replaced by another file")
        try:
            self._connection.execute("BEGIN IMMEDIATE")
        except sqlite3.Error as error:
            raise refused(error) from None

    def unchanged(self, mark: Mark) -> bool:
        """Return whether the table ends at a mark; see `Writer.unchanged`."""
        try:
            row = self._connection.execute(self._tail).fetchone()
        except sqlite3.Error as error:
            raise refused(error) from None
        return bool(row == (mark.length, mark.last)) if row else not mark.length

    def news(self, mark: Mark) -> Iterator[Block]:
        """Yield what follows a mark; see `Writer.news`."""
        try:
            row = self._connection.execute(self._one, (mark.length,)).fetchone()
        except sqlite3.Error as error:
            raise refused(error) from None
        if mark.length and row != (mark.last,):
            raise ChangedError(f"record {mark.length} is gone, or not what it was")
        statement = selecting(self.layout, (mark.length, EVERYTHING))
        return SqliteStore(self._connection, statement).blocks(mark.end)

    def write(self, lines: Sequence[bytes], mark: Mark) -> None:
        """Append lines; see `Writer.write`."""
        try:
            rows = list(enumerate(lines, mark.length + 1))
            done = self._connection.executemany(self._insert, rows).rowcount
            if done != len(rows) or self._connection.execute(self._tail).fetchone() != rows[-1]:
                raise ChangedError("the table does not keep what is appended to it")
            self._connection.execute("COMMIT")
        except sqlite3.Error as error:
            raise refused(error) from None

    def replace(self, mark: Mark, line: bytes) -> None:
        """Raise ChangedError: a row is there or is not, so that half a line is of no crash."""
        raise ChangedError(f"what follows record {mark.length} is no line")

    def settle(self) -> None:
        """Return when what is there is durable: a writer that died may not have come to sync its last group."""
        try:
            handle = os.open(self._beside("-wal"), os.O_RDONLY | os.O_CLOEXEC)
        except OSError as error:
            raise StoreError(words(error)) from None
        try:
            self._disk.sync(handle)
        except OSError as error:
            raise StoreError(words(error)) from None
        finally:
            os.close(handle)

    def _beside(self, ending: str) -> Path:
        return self._path.with_name(self._path.name + ending)

    def end(self) -> None:
        """Give the lock back; see `Writer.end`."""
        with contextlib.suppress(sqlite3.Error):
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")

    def close(self) -> None:
        """Close the connection."""
        with contextlib.suppress(sqlite3.Error):
            self._connection.close()


def _made(path: Path, disk: Disk) -> tuple[int, int]:
    """Return which file it is, and make an empty one of its owner alone where there is none."""
    with _FIRST:
        try:
            handle = os.open(path, FLAGS | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            pass
        else:
            os.close(handle)
        disk.sync_folder(path.absolute().parent)
        return only_ours(path.lstat())
