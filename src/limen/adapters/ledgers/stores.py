"""Which store an endpoint means: files by path, pattern or URL, SQLite by its first bytes, PostgreSQL by its scheme."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal, Protocol
from urllib.parse import unquote, urlsplit

import msgspec

from limen.adapters.ledgers.blocks import Block, StoreError
from limen.adapters.ledgers.parts import PartsStore, parts


class Layout(msgspec.Struct, frozen=True, kw_only=True):
    """Where a database keeps a ledger's lines."""

    table: str = "ledger"
    """A table or a view, as schema.table."""
    line: str = "line"
    """The column that holds a line as it is in JSON Lines, with or without its newline."""
    order: str = "seq"
    """The column that gives their order."""


class TableStore(Protocol):
    """A ledger in a database, as it is at one moment."""

    @property
    def kind(self) -> Literal["sqlite", "postgresql"]:
        """Return which database."""

    def blocks(self) -> Iterator[Block]:
        """Yield all lines in their order; raises StoreError where they can't be read."""


Store = PartsStore | TableStore


def place(endpoint: str, folder: Path) -> str:
    """Return an endpoint with a relative path counted from a folder; a file: URL of this machine as its path."""
    if endpoint.startswith("file:///"):
        return unquote(endpoint.removeprefix("file://"))
    return endpoint if "://" in endpoint else str(folder / endpoint)


@contextmanager
def open_store(
    endpoint: str, folder: Path, layout: Layout, credential: Callable[[], str | None], timeout: float
) -> Iterator[Store]:
    """Open the ledger that an endpoint means; `credential` is asked for where a database wants one.

    `timeout` is in seconds, for connecting. Raises StoreError where it can't be opened.
    """
    scheme = urlsplit(endpoint).scheme if "://" in endpoint else ""
    if scheme in ("postgresql", "postgres"):
        from limen.adapters.ledgers.postgresql import postgresql

        with postgresql(endpoint, layout, credential(), timeout) as database:
            yield database
        return
    location = place(endpoint.removeprefix("sqlite://"), folder)
    if "://" not in location and _is_sqlite(Path(location)):
        from limen.adapters.ledgers.sqlite import sqlite

        with sqlite(Path(location), layout) as file:
            yield file
        return
    if scheme == "sqlite":
        raise StoreError("it is no SQLite file")
    yield parts(location)


def _is_sqlite(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(16) == b"SQLite format 3\0"
    except OSError:
        return False  # whoever reads it says why it can't be
