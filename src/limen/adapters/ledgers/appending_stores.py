"""Which store an endpoint means when it is appended to: JSON Lines by path, SQLite and PostgreSQL by their scheme."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

from limen.adapters.ledgers.appending import LedgerStore, Mark
from limen.adapters.ledgers.appending_files import FileWriter
from limen.adapters.ledgers.appending_postgresql import PostgresqlWriter
from limen.adapters.ledgers.appending_sqlite import SqliteWriter
from limen.adapters.ledgers.blocks import Block, StoreError
from limen.adapters.ledgers.files import FileStore
from limen.adapters.ledgers.postgresql import postgresql
from limen.adapters.ledgers.sqlite import sqlite
from limen.adapters.ledgers.stores import place


def ledger_store(endpoint: str | Path, *, table: str, credential: Callable[[], str | None], wait: float) -> LedgerStore:
    """Open the store that an endpoint means; `credential` is asked for where a database wants one.

    `table` is where a database keeps the ledger, `wait` the seconds that other writers are waited for. Raises
    StoreError where it can't be opened for appending.
    """
    text = str(endpoint)
    scheme = urlsplit(text).scheme if "://" in text else ""
    path = Path(place(text.removeprefix("sqlite://"), Path()))
    if scheme in ("", "file"):
        return in_file(path, FileWriter(path))
    if scheme == "sqlite":
        return in_sqlite(path, SqliteWriter(path, table, wait))
    if scheme in ("postgresql", "postgres"):
        login = credential()
        return in_postgresql(text, login, wait, PostgresqlWriter(text, table, login, wait))
    raise StoreError("expected a path, file:///PATH, sqlite:///PATH or postgresql://HOST:PORT/DATABASE")


def in_file(path: Path, writer: FileWriter) -> LedgerStore:
    """Return the store of a writer of a file, which is read by its path."""

    def blocks(begin: Mark, until: Mark) -> Iterator[Block]:
        return FileStore(str(path), size=until.end).blocks(begin.end)

    return LedgerStore(writer, blocks)


def in_sqlite(path: Path, writer: SqliteWriter) -> LedgerStore:
    """Return the store of a writer of an SQLite file, which is read by a connection of its own."""

    def blocks(begin: Mark, until: Mark) -> Iterator[Block]:
        with sqlite(path, writer.layout, (begin.length, until.length)) as store:
            yield from store.blocks(begin.end)

    return LedgerStore(writer, blocks)


def in_postgresql(url: str, login: str | None, wait: float, writer: PostgresqlWriter) -> LedgerStore:
    """Return the store of a writer of a table in PostgreSQL, which is read by a connection of its own."""

    def blocks(begin: Mark, until: Mark) -> Iterator[Block]:
        with postgresql(url, writer.layout, login, wait, (begin.length, until.length)) as store:
            yield from store.blocks(begin.end)

    return LedgerStore(writer, blocks)
