"""A ledger in PostgreSQL that is appended to: one transaction for each group, under a lock that its writers share.

The role needs SELECT and INSERT on the table and nothing else, so that the lock is an advisory one, bound to the
transaction. Only a server that syncs to its disk is taken (`fsync`, `synchronous_commit`). A connection that is lost
while a group is committed leaves open whether it was: whoever opens the ledger anew sees.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Literal

from limen.adapters.ledgers.appending import EVERYTHING, ChangedError, Mark
from limen.adapters.ledgers.blocks import Block, StoreError
from limen.adapters.ledgers.postgresql import PostgresqlStore, parameters, refused, selecting
from limen.adapters.ledgers.postgresql_schema import LOCK, checked
from limen.adapters.ledgers.stores import Layout

_SILENCE: dict[str, Any] = {
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,
}
"""A server that does not answer is given up after half a minute (the last in milliseconds; where the system has it)."""


class PostgresqlWriter:
    """One connection."""

    kind: Literal["postgresql"] = "postgresql"

    def __init__(
        self,
        url: str,
        table: str,
        credential: str | None,
        wait: float,
        *,
        connect: Callable[..., Any] | None = None,
    ) -> None:
        """Connect; raises StoreError where that fails or the ledger there can't be appended to safely.

        `wait` is in seconds.
        """
        given = parameters(url, credential, wait)
        import psycopg
        from psycopg import sql

        self._errors = psycopg.Error
        try:
            self._connection: Any = (connect or psycopg.connect)(**given, **_SILENCE, autocommit=True)
        except psycopg.Error as error:
            raise refused(error) from None
        try:
            self._number, found = checked(self._connection, table)
            self.layout = Layout(table=found)
            """Where the lines are; the table has its schema."""
            durable = self._asked("SELECT current_setting('synchronous_commit')")[0]
            if durable == "off":
                raise StoreError("synchronous_commit is off for this role, so that a commit is not durable")
            # The server's own setting may change while we are connected.
            self._connection.execute(sql.SQL("SET synchronous_commit TO {}").format(sql.Literal(durable)))
        except psycopg.Error as error:
            self._connection.close()
            raise refused(error) from None
        except BaseException:
            self._connection.close()
            raise
        name = sql.Identifier(*self.layout.table.split("."))
        self._tail = sql.SQL(
            "SELECT seq, line, current_setting('fsync') FROM (VALUES (0)) one LEFT JOIN"
            " (SELECT seq, line FROM {} ORDER BY seq DESC LIMIT 1) last ON true"
        ).format(name)
        self._one = sql.SQL("SELECT line FROM {} WHERE seq = %s").format(name)
        self._insert = sql.SQL(
            "INSERT INTO {} (seq, line) SELECT * FROM unnest(%s::bigint[], %s::bytea[]) RETURNING seq, line"
        ).format(name)
        self._row: tuple[Any, ...] | None = None

    def begin(self, wait: float) -> None:
        """Take the lock; see `Writer.begin`."""
        self._row = None
        begin = f"BEGIN ISOLATION LEVEL READ COMMITTED; SET LOCAL lock_timeout = {max(1, int(wait * 1000))};"
        lock = f"SELECT pg_catalog.pg_advisory_xact_lock({LOCK + self._number});"
        try:
            # One journey for all: each statement sees what was committed when it begins, so after the lock was had.
            cursor = self._connection.execute(begin + lock + self._tail.as_string(self._connection))
            for _ in range(3):
                cursor.nextset()
            self._row = cursor.fetchone()
        except self._errors as error:
            raise self._refused(error) from None
        if self._row is None or self._row[2] != "on":
            raise StoreError("fsync is off on the server, so that a commit is not durable")

    def _refused(self, error: Any) -> StoreError:
        """Return what an error means; a lost connection is not had again by another try."""
        found = refused(error)
        if error.sqlstate == "55P03":
            return StoreError("another writer held it for too long", again=True)
        return StoreError(found.reason, again=found.again and not self._connection.closed)

    def _asked(self, query: Any) -> tuple[Any, ...]:
        """Return the only row of a query that has one."""
        row: tuple[Any, ...] = self._connection.execute(query).fetchone()
        return row

    def unchanged(self, mark: Mark) -> bool:
        """Return whether the table ends at a mark; see `Writer.unchanged`."""
        row, self._row = self._row, None
        try:
            if row is None:
                row = self._asked(self._tail)
        except self._errors as error:
            raise self._refused(error) from None
        return row[:2] == ((mark.length, mark.last) if mark.length else (None, None))

    def news(self, mark: Mark) -> Iterator[Block]:
        """Yield what follows a mark; see `Writer.news`."""
        try:
            row = self._connection.execute(self._one, (mark.length,)).fetchone()
        except self._errors as error:
            raise self._refused(error) from None
        if mark.length and row != (mark.last,):
            raise ChangedError(f"record {mark.length} is gone, or not what it was")
        statement = selecting(self.layout, (mark.length, EVERYTHING))
        return PostgresqlStore(self._connection, statement).blocks(mark.end)

    def write(self, lines: Sequence[bytes], mark: Mark) -> None:
        """Append lines; see `Writer.write`."""
        first = mark.length + 1
        try:
            numbers = list(range(first, first + len(lines)))
            there = self._connection.execute(self._insert, (numbers, list(lines)), binary=True).fetchall()
            if there != list(zip(numbers, lines, strict=True)):
                # A rule or another trigger swallows or changes what is inserted.
                raise ChangedError("the table does not keep what is appended to it")
            self._connection.execute("COMMIT")
        except self._errors as error:
            if error.sqlstate == "42501":
                raise StoreError("the role may not append to the table") from None
            raise self._refused(error) from None

    def replace(self, mark: Mark, line: bytes) -> None:
        """Raise ChangedError: a row is there or is not, so that half a line is of no crash."""
        raise ChangedError(f"what follows record {mark.length} is no line")

    def settle(self) -> None:
        """Return at once: what others see was committed, and what was committed is durable."""

    def end(self) -> None:
        """Give the lock back; see `Writer.end`."""
        try:
            if not self._connection.closed and self._connection.info.transaction_status:
                self._connection.execute("ROLLBACK")
        except self._errors:
            self.close()  # with the connection goes the lock

    def close(self) -> None:
        """Close the connection."""
        with contextlib.suppress(self._errors):
            self._connection.close()
