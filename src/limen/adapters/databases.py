"""A read-only session with PostgreSQL: bounded in time, no password in the clear, and errors that quote no row."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from limen.errors import UnassessedError


class DatabaseError(UnassessedError):
    """A database could not be read; says why, without a secret and without what it holds."""

    def __init__(self, reason: str, *, state: str = "", again: bool = False) -> None:
        """Keep the reason; `state` is the SQLSTATE of a refusal, `again` says that another try may succeed."""
        super().__init__(reason)
        self.reason = reason
        self.state = state
        self.again = again


class ReadOnly:
    """One read-only transaction; whatever it is asked raises DatabaseError where it is refused or time is over."""

    def __init__(self, connection: Any, errors: Any) -> None:
        """Keep the connection; `reading` makes one."""
        self._connection, self._errors = connection, errors

    def rows(self, query: Any, what: str) -> list[tuple[Any, ...]]:
        """Return the rows of a query; `what` is what it is about, for a reason."""
        try:
            return list(self._connection.execute(query).fetchall())
        except self._errors as error:
            raise _refused(error, what) from None

    def stream(self, query: Any, what: str) -> Iterator[bytes]:
        """Yield what a COPY … TO STDOUT sends; the transaction goes on after a refusal."""
        self.rows_of_none("savepoint limen", what)
        try:
            with self._connection.cursor() as cursor, cursor.copy(query) as copy:
                for part in copy:
                    yield bytes(part)
        except self._errors as error:
            refused = _refused(error, what)
            if refused.state:
                self.rows_of_none("rollback to savepoint limen", what)
            raise refused from None

    def rows_of_none(self, statement: str, what: str) -> None:
        """Run a statement that has no rows."""
        try:
            self._connection.execute(statement)
        except self._errors as error:
            raise _refused(error, what) from None


@contextmanager
def reading(
    *, host: str, port: int, database: str, credential: str, trust: Path | None, deadline: float
) -> Iterator[ReadOnly]:
    """Connect, yield a read-only transaction, and close; the connection is cut at `deadline`, of `time.monotonic`.

    `credential` is USER:PASSWORD or a postgresql:// URL, of which only user and password count. Row-level security is
    off: where it would hide rows, a query is refused. Raises DatabaseError where there is no session.
    """
    try:
        import psycopg
        from psycopg.conninfo import conninfo_to_dict
    except ImportError:
        raise DatabaseError("PostgreSQL needs limen[storage]: pip install 'limen[storage]'") from None
    errors = (psycopg.Error, UnicodeError, ValueError, OverflowError, OSError)
    user, password = credential.strip().partition(":")[::2]
    if "://" in credential or "=" in credential.partition(":")[0]:
        try:
            parts = conninfo_to_dict(credential.strip())
        except psycopg.Error:  # its message quotes the credential
            raise DatabaseError("the credential is no connection string of PostgreSQL") from None
        user, password = str(parts.get("user") or ""), str(parts.get("password") or "")
    left = deadline - time.monotonic()
    try:
        connection = psycopg.connect(
            host=host,
            port=port,
            dbname=database,
            user=user,
            password=password,
            passfile="/dev/null",
            sslmode="prefer" if trust is None else "verify-full",
            sslrootcert="" if trust is None else str(trust),
            require_auth="!password" if trust is None else "",
            gssencmode="disable",
            application_name="limen",
            client_encoding="UTF8",
            options="",
            connect_timeout=max(2, int(min(left, 10.0))),
        )
    except errors as error:
        state = getattr(error, "sqlstate", None)
        why = (
            f"SQLSTATE {state}" if state else "it can't be reached, speaks another protocol, or refuses the credential"
        )
        raise DatabaseError(f"no session with the database at {host}:{port}: {why}") from None
    watchdog = threading.Timer(max(0.1, deadline - time.monotonic()), _cut, [connection.fileno()])
    watchdog.daemon = True
    watchdog.start()
    try:
        session = ReadOnly(connection, errors)
        session.rows_of_none("set transaction isolation level repeatable read read only", "the database")
        session.rows_of_none("set local statement_timeout = '10min'", "the database")
        session.rows_of_none("set local row_security = off", "the database")
        yield session
    finally:
        watchdog.cancel()
        connection.close()


def _refused(error: Exception, what: str) -> DatabaseError:
    state = getattr(error, "sqlstate", None)
    if state:
        return DatabaseError(f"{what} can't be read: SQLSTATE {state}", state=str(state))
    return DatabaseError("the connection to the database was lost, or time is over", again=True)


def _cut(handle: int) -> None:
    """End a connection under whoever waits for it."""
    try:
        held = socket.socket(fileno=handle)
        try:
            held.shutdown(socket.SHUT_RDWR)
        finally:
            held.detach()
    except OSError:
        pass
