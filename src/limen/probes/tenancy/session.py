"""A session with a database that is bounded in time and in bytes, and whose errors never quote a row."""

from __future__ import annotations

import select
import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from limen.probes.interface import AttemptError, Context
from limen.probes.tenancy.address import Address, Login
from limen.probes.tenancy.watch import Watch

if TYPE_CHECKING:
    import psycopg

_STATEMENT = 10_000
"""Milliseconds that the server may spend on one statement."""
_LOCK = 500
"""Milliseconds that a statement may wait for a lock: a probe yields to whoever works."""


class RefusedError(Exception):
    """A statement that the database refused."""

    def __init__(self, state: str, source: str = "", constraint: str = "") -> None:
        """Keep what says why in every language: the SQLSTATE, the server's function, and the constraint, if any."""
        super().__init__(state)
        self.state = state
        """SQLSTATE, five characters."""
        self.source = source
        """The server's function that refused, such as ExecWithCheckOptions."""
        self.constraint = constraint
        """Name of the constraint that refused; empty where none did."""


class Session:
    """One connection; statements raise RefusedError, and AttemptError where the connection is lost or time is over."""

    def __init__(self, connection: psycopg.Connection[Any], context: Context, watch: Watch) -> None:
        """Keep the parts; `session` makes one."""
        self._connection, self._context, self._watch = connection, context, watch

    def rows(self, statement: str, parameters: Sequence[Any] | None = None) -> list[tuple[Any, ...]]:
        """Return the rows of a statement; none where it has none."""
        cursor = self._execute(statement, parameters)
        return cursor.fetchall() if cursor.description is not None else []

    def changed(self, statement: str, parameters: Sequence[Any] | None = None) -> int:
        """Return how many rows a statement changed."""
        return int(self._execute(statement, parameters).rowcount)

    @contextmanager
    def undone(self) -> Iterator[None]:
        """Run what is within in a transaction, or a part of one, that is rolled back in every case."""
        nested = self._connection.info.transaction_status.name != "IDLE"
        self._execute("savepoint limen" if nested else "begin")
        try:
            yield
        finally:
            if not self._connection.closed:
                self._execute("rollback to savepoint limen; release savepoint limen" if nested else "rollback")

    @contextmanager
    def kept(self) -> Iterator[None]:
        """Run what is within in a part of the transaction that is undone where a statement is refused."""
        self._execute("savepoint limen")
        try:
            yield
        except RefusedError:
            self._execute("rollback to savepoint limen; release savepoint limen")
            raise
        self._execute("release savepoint limen")

    def _execute(self, statement: str, parameters: Sequence[Any] | None = None) -> psycopg.Cursor[Any]:
        import psycopg

        self._context.remaining()
        try:
            return self._connection.execute(statement.encode(), parameters)
        except psycopg.Error as error:
            if error.sqlstate is None or self._connection.closed:
                raise AttemptError(self._watch.why or "the connection was lost", again=not self._watch.why) from None
            diagnosis = error.diag
            raise RefusedError(
                error.sqlstate, diagnosis.source_function or "", diagnosis.constraint_name or ""
            ) from None
        except (UnicodeError, ValueError, OverflowError, MemoryError):
            raise AttemptError("the database's answer can't be read") from None


@contextmanager
def session(address: Address, login: Login, context: Context, trust: str = "") -> Iterator[Session]:
    """Connect, and close it afterwards; `trust` is a PEM file of authorities, without which no certificate is checked.

    Raises AttemptError with the reason where there is no connection. A password is never sent in the clear.
    """
    try:
        import psycopg
        from psycopg import pq
    except ImportError:
        raise AttemptError("the probe tenancy needs limen[postgres]: pip install 'limen[postgres]'") from None
    context.pace(address.host)
    resolved = _resolved(address)
    parameters = {
        "host": address.host,
        "hostaddr": resolved,
        "port": str(address.port),
        "dbname": login.database,
        "user": login.user,
        "password": login.password,
        "passfile": "/dev/null",
        "sslmode": "verify-full" if trust else "prefer",
        "sslrootcert": trust,
        "sslcertmode": "disable",
        "gssencmode": "disable",
        "application_name": "limen",
        "client_encoding": "UTF8",
        "target_session_attrs": "any",
        "options": "",
    }
    if not trust:  # nobody knows who is asking, so that no password is sent as it is
        parameters["require_auth"] = "!password"
    handle = pq.PGconn.connect_start(psycopg.conninfo.make_conninfo("", **parameters).encode())
    watch: Watch | None = None
    try:
        if handle.status == pq.ConnStatus.BAD:
            raise AttemptError(f"no connection to {address.host}: {_reason(handle.get_error_message(), login)}")
        watch = Watch(handle.socket, context)
        _await_connection(handle, context, watch, login)
        connection = psycopg.Connection(handle)
        connection.autocommit = True
        connection.prepare_threshold = None
        opened = Session(connection, context, watch)
        try:
            opened.rows(f"set statement_timeout = {_STATEMENT}")
            opened.rows(f"set lock_timeout = {_LOCK}")
        except RefusedError as error:
            raise AttemptError(f"the database refused the session's limits: SQLSTATE {error.state}") from None
        yield opened
    finally:
        handle.finish()
        if watch is not None:
            watch.close()


def _await_connection(handle: Any, context: Context, watch: Watch, login: Login) -> None:
    from psycopg import pq

    writes = True
    while True:
        wait = context.remaining(0.5)
        descriptor = handle.socket
        select.select([] if writes else [descriptor], [descriptor] if writes else [], [], wait)
        status = handle.connect_poll()
        if status == pq.PollingStatus.OK:
            return
        if status == pq.PollingStatus.FAILED:
            reason = watch.why or _reason(handle.get_error_message(), login)
            raise AttemptError(f"no session with the database: {reason}", again="closed the connection" in reason)
        if handle.socket != descriptor:  # libpq begins anew without TLS
            watch.follow(handle.socket)
        writes = status == pq.PollingStatus.WRITING


def _resolved(address: Address) -> str:
    try:
        found = socket.getaddrinfo(address.host, address.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise AttemptError(f"{address.host} does not resolve", again=True) from None
    return str(found[0][4][0])


def _reason(message: str, login: Login) -> str:
    """Return libpq's reason on one line, without whatever a credential could have brought into it."""
    text = " ".join(message.split())
    if login.password:
        text = text.replace(login.password, "…")
    printable = "".join(letter if letter.isprintable() else "?" for letter in text)
    return printable if len(printable) <= 300 else printable[:300] + "…"
