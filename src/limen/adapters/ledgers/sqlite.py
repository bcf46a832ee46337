"""A ledger in an SQLite file, read as it is at one moment, without writing to it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Literal

from limen.adapters.ledgers.blocks import LINE_BYTES, Block, StoreError, aligned
from limen.adapters.ledgers.tables import lines

_ROWS = 1000
_BUSY = 5.0
"""Seconds that a writer's lock is waited for."""


class SqliteStore:
    """An open file."""

    kind: Literal["sqlite"] = "sqlite"

    def __init__(self, connection: sqlite3.Connection, statement: str) -> None:
        """Keep the connection."""
        self.connection, self.statement = connection, statement

    def blocks(self, start: int = 0) -> Iterator[Block]:
        """Yield all lines in their order, the first at byte `start`; raises StoreError where they can't be read."""
        return aligned(lines(self._rows()), start)

    def _rows(self) -> Iterator[object]:
        try:
            cursor = self.connection.execute(self.statement)
            while rows := cursor.fetchmany(_ROWS):
                for (value,) in rows:
                    yield value
        except (sqlite3.Error, UnicodeError) as error:
            raise refused(error) from None


def selecting(layout: Any, between: tuple[int, int] | None = None) -> str:
    """Return the statement that yields lines in their order: all, or those after one number and up to another."""
    line, order = quoted(layout.line), quoted(layout.order)
    table = ".".join(map(quoted, layout.table.split(".")))
    # A value beyond the limit is never fetched; the cast keeps text as the bytes that it is stored as.
    value = f"CASE WHEN length(CAST({line} AS BLOB)) <= {LINE_BYTES} THEN CAST({line} AS BLOB) END"
    where = "" if between is None else f" WHERE {order} > {between[0]:d} AND {order} <= {between[1]:d}"
    return f"SELECT {value} FROM {table}{where} ORDER BY {order}"  # noqa: S608 names are quoted above


@contextmanager
def sqlite(path: Path, layout: Any, between: tuple[int, int] | None = None) -> Iterator[SqliteStore]:
    """Open a file for reading only; raises StoreError where it can't be, or lacks the table or a column.

    With `between` only what is numbered above the first and up to the second is read.
    """
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=_BUSY)) as connection:
            # In double quotes a name that is no column would be a text: ask for the columns by themselves first.
            known = {row[1] for row in connection.execute(f"PRAGMA table_info({quoted(layout.table)})")}
            for name in (layout.line, layout.order):
                if name not in known:
                    raise StoreError(f"the table {layout.table} has no column {name}, or there is no such table")
            connection.execute("BEGIN")
            yield SqliteStore(connection, selecting(layout, between))
    except sqlite3.Error as error:
        raise refused(error) from None


def quoted(name: str) -> str:
    """Return a name as SQL writes it."""
    return '"' + name.replace('"', '""') + '"'


def refused(error: Exception) -> StoreError:
    """Return what an error means."""
    return StoreError(_words(error), again=_busy(error))


def _busy(error: Exception) -> bool:
    return getattr(error, "sqlite_errorname", "").startswith(("SQLITE_BUSY", "SQLITE_LOCKED"))


def _words(error: Exception) -> str:
    """Return SQLite's name of an error: its message may quote a statement, never a value, but says less."""
    name = getattr(error, "sqlite_errorname", type(error).__name__)
    return {
        "SQLITE_CANTOPEN": "it can't be opened: permission denied, or its folder is missing",
        "SQLITE_NOTADB": "its data are no SQLite database, or encrypted",
        "SQLITE_CORRUPT": "its pages are damaged",
        "SQLITE_BUSY": "another process keeps it locked",
    }.get(name, f"SQLite says {name}")
