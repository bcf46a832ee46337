"""Places where a ledger lies, for tests: a file, an SQLite file, a table in PostgreSQL; opened, looked at, broken."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any, Protocol

import psycopg

from limen.adapters.ledgers.appending import LedgerStore
from limen.adapters.ledgers.appending_files import FileWriter
from limen.adapters.ledgers.appending_postgresql import PostgresqlWriter
from limen.adapters.ledgers.appending_sqlite import SqliteWriter
from limen.adapters.ledgers.appending_stores import in_file, in_postgresql, in_sqlite
from limen.adapters.ledgers.disk import Disk
from limen.controls.ledger import Ledger, ledger_in, open_ledger
from limen.controls.ledger_chain import Chain
from limen.controls.ledger_clock import SKEW, Stamps, system_clock
from limen.controls.ledger_tables import create
from limen.integrity.limen_v1 import Splicer
from tests.lab.postgres import ADMINISTRATOR, Cluster, Database, cluster

NAME = "audit-log"
KEY = ("audit-2026", b"k" * 32)
KEYS = {"audit-2025": b"o" * 32}
DURABLE = {"fsync": "on", "synchronous_commit": "on"}
"""Settings of a server that ledgers are taken to."""
KINDS = ("file", "sqlite", "postgresql")


class Place(Protocol):
    """Where one ledger lies."""

    endpoint: str

    def open(self, **options: Any) -> Ledger:
        """Open the ledger, with the key unless another or none is given."""

    def lines(self) -> list[bytes]:
        """Return what is stored, in its order, by other code than limen's."""

    def store(self, lines: list[bytes]) -> None:
        """Put other lines in the place of all, as somebody does who has every right."""

    def crashing(self, crash: Crash) -> LedgerStore:
        """Open the store with a writer that may die at each of its steps."""


class Died(BaseException):
    """The process died at this point: nothing of what follows is done."""


class Crash:
    """When a writer dies: before, at or after its so-many-th step."""

    def __init__(self) -> None:
        """Nothing is to happen yet."""
        self.steps = -1
        """Steps that are still taken; negative: all."""
        self.part = 0.0
        """How much of the step that it dies at is done: 0 nothing, 1 everything."""
        self.dead = False
        self.synced: Callable[[], None] = lambda: None
        """Told whenever a disk has synced."""

    def step(self) -> float | None:
        """Take a step; return how much of it is to be done before dying, None for all of it and living on."""
        if self.dead:
            raise Died
        self.steps -= 1
        if self.steps != -1:
            self.steps = max(self.steps, -2)
            return None
        self.dead = True
        return self.part


def reopened(store: LedgerStore) -> Ledger:
    """Return the ledger in an open store, under the key."""
    return ledger_in(
        store, Chain(NAME, {KEY[0]: KEY[1], **KEYS}), Splicer(*KEY), Stamps(system_clock, SKEW), tenant="pharmacy-014"
    )


def _options(options: dict[str, Any]) -> dict[str, Any]:
    return {"name": NAME, "key": KEY, "keys": KEYS, **options}


class FilePlace:
    """A file of JSON Lines."""

    def __init__(self, folder: Path) -> None:
        """Lie in a folder."""
        self.path = folder / "ledger.jsonl"
        self.endpoint = str(self.path)

    def open(self, **options: Any) -> Ledger:
        """See `Place`."""
        return open_ledger(self.path, **_options(options))

    def lines(self) -> list[bytes]:
        """See `Place`."""
        return self.path.read_bytes().splitlines(keepends=True) if self.path.exists() else []

    def store(self, lines: list[bytes]) -> None:
        """See `Place`."""
        with self.path.open("r+b") as file:
            file.truncate(0)
            file.write(b"".join(lines))

    def crashing(self, crash: Crash) -> LedgerStore:
        """See `Place`."""
        return in_file(self.path, FileWriter(self.path, CrashingDisk(crash)))


class CrashingDisk(Disk):
    """The disk of a process that dies at one of its steps."""

    def __init__(self, crash: Crash) -> None:
        """Keep when."""
        self.crash = crash

    def append(self, handle: int, data: bytes) -> int:
        """Append some, or die having appended a part."""
        part = self.crash.step()
        if part is None:
            return super().append(handle, data)
        if kept := data[: round(len(data) * part)]:
            super().append(handle, kept)
        raise Died

    def overwrite(self, handle: int, data: bytes, at: int) -> int:
        """Write some, or die having written a part."""
        part = self.crash.step()
        if part is None:
            return super().overwrite(handle, data, at)
        if kept := data[: round(len(data) * part)]:
            super().overwrite(handle, kept, at)
        raise Died

    def cut(self, handle: int, size: int) -> None:
        """Cut, or die before or after."""
        self._whole(lambda: super(CrashingDisk, self).cut(handle, size))

    def sync(self, handle: int) -> None:
        """Sync, or die before or after."""
        self._whole(lambda: super(CrashingDisk, self).sync(handle), self.crash.synced)

    def _whole(self, act: Callable[[], None], then: Callable[[], None] = lambda: None) -> None:
        part = self.crash.step()
        if part is None or part >= 0.5:
            act()
            then()
        if part is not None:
            raise Died


class SqlitePlace:
    """An SQLite file."""

    def __init__(self, folder: Path) -> None:
        """Lie in a folder."""
        self.path = folder / "ledger.db"
        self.endpoint = f"sqlite://{self.path}"

    def open(self, **options: Any) -> Ledger:
        """See `Place`."""
        return open_ledger(self.endpoint, **_options(options))

    def lines(self) -> list[bytes]:
        """See `Place`."""
        with closing(sqlite3.connect(self.path)) as connection:
            return [line for (line,) in connection.execute("SELECT line FROM ledger ORDER BY seq")]

    def store(self, lines: list[bytes]) -> None:
        """See `Place`."""
        with closing(sqlite3.connect(self.path, isolation_level=None)) as connection:
            triggers = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
            connection.execute("BEGIN IMMEDIATE")
            for name, _ in triggers:
                connection.execute(f"DROP TRIGGER {name}")
            connection.execute("DELETE FROM ledger")
            connection.executemany("INSERT INTO ledger VALUES (?, ?)", enumerate(lines, 1))
            for _, statement in triggers:
                connection.execute(statement)
            connection.execute("COMMIT")

    def crashing(self, crash: Crash) -> LedgerStore:
        """See `Place`."""

        def connect(*arguments: Any, **options: Any) -> sqlite3.Connection:
            made = sqlite3.connect(*arguments, factory=CrashingSqlite, **options)
            made.crash = crash
            return made

        return in_sqlite(self.path, SqliteWriter(self.path, "ledger", 10, connect=connect))


class CrashingSqlite(sqlite3.Connection):
    """The connection of a process that dies at one of its statements."""

    crash: Crash

    def execute(self, statement: str, *parameters: Any) -> sqlite3.Cursor:
        """Execute, or die before or after: whoever is dead rolls nothing back, its connection is gone."""
        if statement == "ROLLBACK" and self.crash.dead:
            raise sqlite3.OperationalError
        return self._died(lambda: super(CrashingSqlite, self).execute(statement, *parameters))

    def executemany(self, statement: str, parameters: Any) -> sqlite3.Cursor:
        """Execute, or die with some rows inserted."""
        part = self.crash.step()
        rows = list(parameters)
        if part is None:
            return super().executemany(statement, rows)
        super().executemany(statement, rows[: round(len(rows) * part)])
        raise Died

    def _died(self, act: Callable[[], sqlite3.Cursor]) -> sqlite3.Cursor:
        part = self.crash.step()
        if part is None:
            return act()
        if part >= 0.5:
            act()
        raise Died


class PostgresqlPlace:
    """A table in PostgreSQL, appended to by a role that may select and insert."""

    def __init__(self, database: Database, table: str = "ledger") -> None:
        """Make the table."""
        self.database, self.table = database, table
        self.endpoint = f"postgresql://{database.endpoint}"
        self.writer = database.roles[0] if database.roles else database.role("writer", "login")
        password = database.cluster.password
        create(self.endpoint, credential=lambda: f"{ADMINISTRATOR}:{password}", table=table, writer=self.writer)

    def credential(self) -> str:
        """Return how the writer logs in."""
        return f"{self.writer}:{self.database.cluster.password}"

    def open(self, **options: Any) -> Ledger:
        """See `Place`."""
        return open_ledger(self.endpoint, **_options({"credential": self.credential, "table": self.table, **options}))

    def lines(self) -> list[bytes]:
        """See `Place`."""
        with psycopg.connect(self.database.url()) as connection:
            return [line for (line,) in connection.execute(f"SELECT line FROM {self.table} ORDER BY seq")]

    def store(self, lines: list[bytes]) -> None:
        """See `Place`."""
        with psycopg.connect(self.database.url()) as connection:
            connection.execute(f"ALTER TABLE {self.table} DISABLE TRIGGER USER")
            connection.execute(f"DELETE FROM {self.table}")
            connection.cursor().executemany(f"INSERT INTO {self.table} VALUES (%s, %s)", list(enumerate(lines, 1)))
            for name in ("limen_ledger_kept", "limen_ledger_next"):
                connection.execute(f"ALTER TABLE {self.table} ENABLE ALWAYS TRIGGER {name}")

    def crashing(self, crash: Crash) -> LedgerStore:
        """See `Place`."""

        def connect(**given: Any) -> Any:
            made = CrashingPostgresql.connect(**given)
            made.crash = crash
            return made

        writer = PostgresqlWriter(self.endpoint, self.table, self.credential(), 10, connect=connect)
        return in_postgresql(self.endpoint, self.credential(), 10, writer)


class CrashingPostgresql(psycopg.Connection[Any]):
    """The connection of a process that dies at one of its statements."""

    crash: Crash | None = None

    def execute(self, query: Any, *arguments: Any, **options: Any) -> Any:
        """Execute; or die before it, after it was sent and before its answer came, or after that."""
        if self.crash is None:
            return super().execute(query, *arguments, **options)
        if query == "ROLLBACK" and self.crash.dead:
            raise psycopg.OperationalError
        part = self.crash.step()
        if part is None:
            return super().execute(query, *arguments, **options)
        if part >= 0.7:
            super().execute(query, *arguments, **options)
        elif part >= 0.3 and query == "COMMIT":
            self.pgconn.send_query(b"COMMIT")
            while self.pgconn.flush():
                continue
        self.close()
        raise Died


@contextmanager
def places(kind: str, folder: Path, server: Callable[[], Cluster]) -> Iterator[Place]:
    """Make a place of a kind; gone afterwards."""
    with ExitStack() as stack:
        if kind == "postgresql":
            yield PostgresqlPlace(stack.enter_context(server().database()))
        else:
            yield FilePlace(folder) if kind == "file" else SqlitePlace(folder)


class LateServer:
    """A server that is started when it is asked for first."""

    def __init__(self, stack: ExitStack) -> None:
        """Keep what ends it."""
        self._stack, self._cluster = stack, None

    def __call__(self) -> Cluster:
        """Return the running server."""
        if self._cluster is None:
            self._cluster = self._stack.enter_context(cluster(DURABLE))
        return self._cluster
