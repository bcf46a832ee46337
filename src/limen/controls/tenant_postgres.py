"""The database's own lock: forced row-level security, and the tenant set for one transaction at a time.

A role without the tenant set sees no row and adds none. The setting is local to a transaction, so that a connection
that goes back to its pool forgets it; it is reset there once more. What `limen probe tenancy` asks for is made by
`table_ddl`: forced, USING and WITH CHECK, for owners too, and a restrictive policy that no later one can widen.
NIST SP 800-53 AC-3, AC-4, SC-2, SC-4; 45 CFR 164.312(a)(1).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from limen.controls.refusals import RefusedError
from limen.controls.tenant_scope import current_tenant
from limen.errors import Problem

if TYPE_CHECKING:
    from psycopg import Connection as Psycopg
    from sqlalchemy.engine import Engine

SETTING = "app.tenant_id"
"""The setting that policies read."""
_SETTING = re.compile(r"[a-z_][a-z0-9_]{0,30}\.[a-z_][a-z0-9_]{0,30}", re.ASCII)
_LONGEST = 63
BEGUN = "limen.tenant"
"""Where a SQLAlchemy connection keeps for whom its transaction was begun."""
_RIGHTS = re.compile(r"(?:select|insert|update|delete)(?:, (?:select|insert|update|delete))*", re.ASCII)
_THERE = "select count(distinct relname) from pg_class where relname = any(%s) and relkind in ('r', 'p')"
_ROLE = """
select r.rolsuper or exists (select from pg_roles o where o.rolsuper and pg_has_role(r.oid, o.oid, 'member')),
  exists (select from pg_roles o where pg_has_role(r.oid, o.oid, 'member') and (o.rolbypassrls or o.rolreplication)),
  exists (select from pg_class c where c.relname = any(%s) and c.relkind in ('r', 'p')
    and pg_has_role(r.oid, c.relowner, 'member')),
  exists (select from pg_class c where c.relname = any(%s) and c.relkind in ('r', 'p')
    and not (c.relrowsecurity and c.relforcerowsecurity) and pg_table_is_visible(c.oid))
from pg_roles r where r.rolname = current_user
"""


def quoted(name: str) -> str:
    """Return a name as an identifier of SQL; raises ValueError where PostgreSQL would cut it off or can't have it."""
    if not name or "\0" in name or len(name.encode()) > _LONGEST:
        raise ValueError("a name in PostgreSQL has 1 to 63 bytes, and no zero among them")
    return '"' + name.replace('"', '""') + '"'


def relation(name: str) -> str:
    """Return `table` or `schema.table` as identifiers of SQL; raises ValueError as `quoted` does."""
    return ".".join(quoted(part) for part in name.split("."))


def table_ddl(
    table: str,
    *,
    role: str,
    column: str = "tenant_id",
    setting: str = SETTING,
    rights: str = "select, insert, update, delete",
) -> tuple[str, ...]:
    """Return the statements that hold a table, or a partition of one, to the tenant; its owner runs them.

    `role` is the application's, which must own nothing here. PostgreSQL checks foreign and unique keys past row
    security: have those of tenants' tables begin with the tenant's column, so that no row refers to another tenant's
    and no error tells what another tenant has. Raises ValueError where a name or setting is none.
    """
    if not _SETTING.fullmatch(setting) or not _RIGHTS.fullmatch(rights):
        raise ValueError("a setting is two names with a dot, rights are of rows only: app.tenant_id; select, insert")
    name, condition = relation(table), f"{quoted(column)} = nullif(current_setting('{setting}', true), '')"
    return (
        f"alter table {name} alter column {quoted(column)} set not null",
        f"alter table {name} enable row level security",
        f"alter table {name} force row level security",
        f"drop policy if exists own_rows on {name}",
        f"create policy own_rows on {name} using ({condition}) with check ({condition})",
        f"drop policy if exists no_other_rows on {name}",
        f"create policy no_other_rows on {name} as restrictive using ({condition}) with check ({condition})",
        f"revoke all on {name} from public",
        f"revoke all on {name} from {quoted(role)}",
        f"grant {rights} on {name} to {quoted(role)}",
    )


def set_tenant(connection: Psycopg[Any], *, setting: str = SETTING) -> str:
    """Set the tenant of the scope for the transaction that runs on a psycopg connection, and return it.

    Raises RefusedError: tenant_unbound where none is worked for, wrong_tenant where no transaction runs, since a
    setting would outlive what it was made for.
    """
    from psycopg.pq import TransactionStatus

    tenant = current_tenant()
    if connection.autocommit and connection.info.transaction_status == TransactionStatus.IDLE:
        hint = "begin a transaction: `with connection.transaction()`"
        raise RefusedError(Problem(message="no transaction runs to set a tenant for", hint=hint), reason="wrong_tenant")
    connection.execute("select set_config(%s, %s, true)", [setting, tenant])
    return tenant


@contextmanager
def tenant_transaction(connection: Psycopg[Any], *, setting: str = SETTING) -> Iterator[Psycopg[Any]]:
    """Run a block in a transaction of a psycopg connection that is the tenant's of the scope, and reset it afterwards.

    Raises RefusedError before anything is sent: tenant_unbound where there is no tenant, wrong_tenant where a
    transaction runs already, of which this would be a part that ends otherwise.
    """
    current_tenant()
    demand_idle(connection)
    try:
        with connection.transaction():
            set_tenant(connection, setting=setting)
            yield connection
    finally:
        reset_tenant(connection, setting=setting)


def demand_idle(connection: Psycopg[Any]) -> None:
    """Raise RefusedError (wrong_tenant) where a transaction runs on a psycopg connection."""
    from psycopg.pq import TransactionStatus

    if connection.info.transaction_status != TransactionStatus.IDLE:
        hint = "commit or roll back first: a transaction is one tenant's from its beginning"
        raise RefusedError(Problem(message="a transaction runs already", hint=hint), reason="wrong_tenant")


def reset_tenant(connection: Psycopg[Any], *, setting: str = SETTING) -> None:
    """Forget the tenant on a psycopg connection that goes back to a pool; closes it where that can't be done."""
    _reset(connection, relation(setting))


def reset_search_path(connection: Psycopg[Any]) -> None:
    """Forget the search path of a tenant on a psycopg connection; closes it where that can't be done."""
    _reset(connection, "search_path")


def _reset(connection: Psycopg[Any], setting: str) -> None:
    """End what runs on a connection and put a setting back; whoever gets it next must not be the tenant before."""
    import psycopg

    if connection.closed:
        return
    try:
        connection.rollback()
        connection.execute(f"reset {setting}")  # of a custom setting: to nothing, whatever SET wrote before
        if not connection.autocommit:
            connection.commit()
    except psycopg.Error:
        connection.close()


def attach_setting(engine: Engine, *, setting: str = SETTING) -> None:
    """Set the tenant of the scope in each transaction of a SQLAlchemy engine, and reset it on return to the pool.

    Without a tenant nothing is set, and the policies show nothing. Raises ValueError where the engine is no PostgreSQL
    or the setting is none.
    """
    from sqlalchemy import event

    from limen.controls.tenant_scope import bound_tenant

    if engine.dialect.name != "postgresql" or not _SETTING.fullmatch(setting):
        raise ValueError("tenants are set in PostgreSQL, by a setting such as app.tenant_id")

    def begin(connection: Any) -> None:
        # By the cursor itself: this statement is ours, and no engine event has to let it by.
        with connection.connection.cursor() as cursor:
            cursor.execute("select set_config(%s, %s, true)", [setting, bound_tenant()])
        connection.info[BEGUN] = bound_tenant()

    def returned(driver: Any, record: Any) -> None:
        if driver is not None:
            reset_tenant(driver, setting=setting)

    event.listen(engine, "begin", begin)
    event.listen(engine, "before_cursor_execute", demand_same_tenant)
    event.listen(engine, "checkin", returned)


def demand_same_tenant(connection: Any, *statement: Any) -> None:
    """Raise RefusedError (wrong_tenant) where a SQLAlchemy connection was begun for another tenant than the scope's."""
    from limen.controls.tenant_scope import bound_tenant

    if connection.info.get(BEGUN, "") != bound_tenant():
        hint = "end the transaction with the scope: open the connection within `tenant_scope`"
        problem = Problem(message="the transaction was begun for another tenant, or for none", hint=hint)
        raise RefusedError(problem, reason="wrong_tenant")


def demand_bound_role(connection: Psycopg[Any], tables: Sequence[str]) -> None:
    """Raise RefusedError (wrong_tenant) where who is logged in is above row security, or a table is without it.

    `tables` are names without their schemas; one that is not there is wrong, too. Ask once when a service starts: a
    role that owns a table, is a superuser or has BYPASSRLS sees every tenant's rows whatever the policies say.
    """
    row = connection.execute(_ROLE, [list(tables), list(tables)]).fetchone()
    words = (
        "who is logged in is a superuser, or may become one",
        "who is logged in has BYPASSRLS or REPLICATION, or may get it",
        "who is logged in owns a table, or may act as its owner",
        "a table has no forced row security",
    )
    wrong = list(words) if row is None else [word for word, holds in zip(words, row, strict=True) if holds]
    there = connection.execute(_THERE, [list(tables)]).fetchone()
    if not tables or there is None or there[0] != len(set(tables)):
        wrong.append("a table is not there, so nothing holds it; or none is named")
    if wrong:
        hint = "log in as a role that owns nothing, and hold each table with tenant_postgres.table_ddl"
        raise RefusedError([Problem(message=word, hint=hint) for word in wrong], reason="wrong_tenant")
