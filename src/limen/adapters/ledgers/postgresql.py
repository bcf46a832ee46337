"""A ledger in PostgreSQL, read by one statement in a read-only transaction: as it is at one moment."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal
from urllib.parse import parse_qsl, unquote, urlsplit

from limen.adapters.ledgers.blocks import LINE_BYTES, Block, StoreError, aligned
from limen.adapters.ledgers.tables import UNREADABLE, lines

_HEADER = 19
"""Bytes before the first row: a signature of 11, flags and the length of an extension, 4 each (COPY, binary)."""
_ROW = 6
"""Bytes before a row's only value: the number of fields, 2, and the value's length, 4."""
_FORM = "postgresql://host:port/database"
_PARAMETERS = {"sslcert", "sslcrl", "sslkey", "sslmode", "sslrootcert"}
"""What a URL may ask for beside the database."""
_NULL = b"\xff\xff\xff\xff"


class PostgresqlStore:
    """A connection within its transaction."""

    kind: Literal["postgresql"] = "postgresql"

    def __init__(self, connection: Any, statement: Any) -> None:
        """Keep the connection."""
        self.connection, self.statement = connection, statement

    def blocks(self, start: int = 0) -> Iterator[Block]:
        """Yield all lines in their order, the first at byte `start`; raises StoreError where they can't be read."""
        return aligned(lines(self._rows()), start)

    def _rows(self) -> Iterator[object]:
        import psycopg

        try:
            with self.connection.cursor().copy(self.statement) as copy:
                begun = False
                for message in copy:
                    row = bytes(message)
                    if not begun:
                        begun, row = True, row[_HEADER:]
                    if len(row) >= _ROW:  # what is shorter is the end
                        yield UNREADABLE if row[2:_ROW] == _NULL else row[_ROW:]
        except psycopg.Error as error:
            raise refused(error) from None


def selecting(layout: Any, between: tuple[int, int] | None = None) -> Any:
    """Return the statement that sends lines in their order: all, or those after one number and up to another."""
    from psycopg import sql

    order = sql.Identifier(layout.order)
    where: sql.Composable = sql.SQL("")
    if between is not None:
        first, last = map(sql.Literal, between)
        where = sql.SQL(" WHERE {order} > {first} AND {order} <= {last}").format(order=order, first=first, last=last)
    # The column is text or bytea; what is longer than a line may be is never sent.
    return sql.SQL(
        "COPY (SELECT CASE WHEN octet_length({line}) <= {most} THEN {line} END FROM {table}{where} ORDER BY {order}) "
        "TO STDOUT (FORMAT binary)"
    ).format(
        line=sql.Identifier(layout.line),
        most=sql.Literal(LINE_BYTES),
        table=sql.Identifier(*layout.table.split(".")),
        where=where,
        order=order,
    )


def parameters(url: str, credential: str | None, timeout: float) -> dict[str, Any]:
    """Return what psycopg connects with; raises StoreError where the URL or the credential is none, or without it."""
    try:
        import psycopg  # noqa: F401 it is what reads the credential
    except ImportError:
        raise StoreError("PostgreSQL needs limen[postgres]: pip install 'limen[postgres]'") from None
    return {**_address(url), **_login(credential), "connect_timeout": max(2, int(timeout))}


@contextmanager
def postgresql(
    url: str, layout: Any, credential: str | None, timeout: float, between: tuple[int, int] | None = None
) -> Iterator[PostgresqlStore]:
    """Connect for reading only; raises StoreError where that fails or nothing may be read.

    With `between` only what is numbered above the first and up to the second is read.
    """
    given = parameters(url, credential, timeout)
    import psycopg

    try:
        with psycopg.connect(**given, autocommit=False) as connection:
            connection.read_only = True
            connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
            # Of text it sends its bytes: whatever else the encoding of the session is, they are those of UTF-8.
            connection.execute("SET client_encoding TO 'UTF8'")
            yield PostgresqlStore(connection, selecting(layout, between))
    except psycopg.Error as error:
        raise refused(error) from None


def _address(url: str) -> dict[str, Any]:
    """Return what a URL says of where to connect; raises StoreError where it says more than it may."""
    try:
        parts = urlsplit(url)
        port, query = parts.port, dict(parse_qsl(parts.query, strict_parsing=bool(parts.query)))
    except ValueError:
        raise StoreError(f"the endpoint is not of the form {_FORM}") from None
    if parts.password is not None:
        raise StoreError("the endpoint holds a password; name it as a credential: env:NAME, file:PATH or vault:PATH")
    if not parts.hostname or not query.keys() <= _PARAMETERS:
        raise StoreError(f"the endpoint is not of the form {_FORM}, with {', '.join(sorted(_PARAMETERS))} at most")
    found = {"host": parts.hostname, "port": port or 5432, "dbname": unquote(parts.path.strip("/")), **query}
    return {**found, "user": unquote(parts.username)} if parts.username else found


def _login(credential: str | None) -> dict[str, Any]:
    """Return who logs in: `user:password`, a postgresql:// URL or libpq's `user=… password=…`; no more of either."""
    from psycopg import ProgrammingError
    from psycopg.conninfo import conninfo_to_dict

    if credential is None:
        return {}
    text = credential.strip()
    if "://" not in text and "=" not in text.partition(":")[0]:
        user, _, password = text.partition(":")
        return {"user": user, "password": password}
    try:
        return {name: value for name, value in conninfo_to_dict(text).items() if name in ("user", "password")}
    except ProgrammingError:  # its message quotes the credential
        raise StoreError("the credential is no connection string of PostgreSQL") from None


def refused(error: Any) -> StoreError:
    """Return what an error means."""
    return StoreError(_words(error), again=_again(error))


def _again(error: Any) -> bool:
    """Return whether another try may succeed: the connection broke, or the server was busy or starting."""
    return (error.sqlstate or "08")[:2] in ("08", "40", "53", "57")


def _words(error: Any) -> str:
    """Return what an error means by its SQLSTATE: its message may quote values."""
    state = error.sqlstate
    if state is None:
        return "the server does not answer, or refuses the connection: host, port, role and password"
    return {
        "28P01": "the password is wrong",
        "28000": "the role may not connect",
        "3D000": "there is no such database",
        "42501": "the role may not read the table",
        "42P01": "there is no such table",
        "42703": "the table lacks a column",
        "42883": "the column of lines is neither text nor bytea",
    }.get(state, f"PostgreSQL says SQLSTATE {state}")
