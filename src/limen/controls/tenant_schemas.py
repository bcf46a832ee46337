"""One schema a tenant: tables of the same names, of which a transaction sees those of its tenant only.

The schema's name follows from the tenant's id, so that no two tenants have one. The search path names that schema and
nothing else, with temporary tables behind it, and holds for one transaction. NIST SP 800-53 AC-4, SC-2, SC-4.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from limen.controls.tenant_postgres import BEGUN, demand_idle, demand_same_tenant, quoted, reset_search_path
from limen.controls.tenant_scope import bound_tenant, checked_id, current_tenant

if TYPE_CHECKING:
    from psycopg import Connection as Psycopg
    from sqlalchemy.engine import Engine


def schema_of(tenant: str) -> str:
    """Return the schema of a tenant: t_ and its id's first 256 bits in base32, which PostgreSQL does not cut off.

    Raises RefusedError (wrong_tenant) where it is no tenant's id.
    """
    raw = bytes.fromhex(checked_id(tenant))[:32]
    return "t_" + base64.b32encode(raw).decode().rstrip("=").lower()


def schema_ddl(tenant: str, *, role: str) -> tuple[str, ...]:
    """Return the statements that make a tenant's schema, in which `role` may use tables but make none.

    Raises RefusedError as `schema_of` does, ValueError where the role's name is none.
    """
    name = quoted(schema_of(tenant))
    return (
        f"create schema if not exists {name}",
        f"revoke all on schema {name} from public",
        f"grant usage on schema {name} to {quoted(role)}",
        f"alter default privileges in schema {name} grant select, insert, update, delete on tables to {quoted(role)}",
    )


def search_path(tenant: str) -> str:
    """Return the search path of a tenant; of no tenant (empty), one that finds no table at all."""
    return f"{quoted(schema_of(tenant))}, pg_temp" if tenant else "pg_temp"


@contextmanager
def schema_transaction(connection: Psycopg[Any]) -> Iterator[Psycopg[Any]]:
    """Run a block in a transaction of a psycopg connection that sees the schema of the scope's tenant only.

    Raises RefusedError before anything is sent: tenant_unbound where there is no tenant, wrong_tenant where a
    transaction runs already.
    """
    path = search_path(current_tenant())
    demand_idle(connection)
    try:
        with connection.transaction():
            connection.execute("select set_config('search_path', %s, true)", [path])
            yield connection
    finally:
        reset_search_path(connection)


def attach_schema(engine: Engine) -> None:
    """Set the search path of the scope's tenant in each transaction of a SQLAlchemy engine on PostgreSQL.

    Without a tenant no table is found. Raises ValueError where the engine is no PostgreSQL.
    """
    from sqlalchemy import event

    if engine.dialect.name != "postgresql":
        raise ValueError("schemas are set in PostgreSQL")

    def begin(connection: Any) -> None:
        with connection.connection.cursor() as cursor:
            cursor.execute("select set_config('search_path', %s, true)", [search_path(bound_tenant())])
        connection.info[BEGUN] = bound_tenant()

    def returned(driver: Any, record: Any) -> None:
        if driver is not None:
            reset_search_path(driver)

    event.listen(engine, "begin", begin)
    event.listen(engine, "before_cursor_execute", demand_same_tenant)
    event.listen(engine, "checkin", returned)
