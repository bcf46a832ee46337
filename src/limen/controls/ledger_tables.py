"""Making the table of a ledger in PostgreSQL, by its owner: who appends to it later has SELECT and INSERT alone."""

from __future__ import annotations

from collections.abc import Callable

from limen.adapters.ledgers.blocks import StoreError
from limen.adapters.ledgers.postgresql import parameters, refused
from limen.adapters.ledgers.postgresql_schema import checked, statements
from limen.controls.ledger_entries import LedgerError


def create(
    endpoint: str,
    *,
    credential: Callable[[], str | None] = lambda: None,
    table: str = "ledger",
    writer: str = "",
) -> None:
    """Make a ledger's table with the triggers that refuse UPDATE, DELETE and TRUNCATE (NIST AU-9), in one transaction.

    `endpoint` is postgresql://HOST:PORT/DATABASE and `credential` gives the login of who will own the table. `writer`
    is the role that services append with; it is granted SELECT and INSERT. Raises LedgerError where that fails, so also
    where there is such a table.
    """
    try:
        given = parameters(endpoint, credential(), 10.0)
        import psycopg

        try:
            with psycopg.connect(**given) as connection:
                row = connection.execute("SELECT current_schema()").fetchone()
                whole = table if "." in table or row is None else f"{row[0]}.{table}"
                for statement in statements(whole, writer):
                    connection.execute(statement)
                checked(connection, table)
        except psycopg.Error as error:
            raise refused(error) from None
    except StoreError as error:
        raise LedgerError(f"the table {table} can't be made: {error.reason}") from None
