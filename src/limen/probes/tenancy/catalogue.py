"""What a database's catalogue says about row security: relations, policies, functions and the roles to be tried.

Read as whoever logs in: the catalogue is open to every role. Names of schemas, tables, columns and roles are recorded,
and conditions of policies without their literals; no row of any table is read here.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from limen.probes.interface import AttemptError
from limen.probes.tenancy.conditions import masked
from limen.probes.tenancy.session import RefusedError, Session

MOST_RELATIONS = 20_000
"""Relations beyond which nothing is judged: a database with more is asked table by table."""

_OWN = "n.nspname not like 'pg\\_%%' and n.nspname <> 'information_schema'"
_NO_EXTENSION = (
    "not exists (select from pg_depend d where d.objid = {0}.oid and d.classid = '{1}'::regclass and d.deptype = 'e')"
)

_ROLES = """
select r.rolname, exists (select from pg_roles o where o.rolsuper and pg_has_role(r.oid, o.oid, 'member')),
       exists (select from pg_roles o where pg_has_role(r.oid, o.oid, 'member') and (o.rolbypassrls or o.rolreplication
         or o.rolname in ('pg_read_server_files', 'pg_write_server_files', 'pg_execute_server_program'))),
       pg_has_role(session_user, r.oid, 'member')
from pg_roles r where r.rolname = any(%s) order by 1
"""
_RELATIONS = f"""
select c.oid::int8, n.nspname, c.relname, c.relkind::text, c.relrowsecurity, c.relforcerowsecurity,
       exists (select from pg_inherits i where i.inhrelid = c.oid), coalesce(c.reloptions::text[], '{{}}'),
       o.rolsuper or o.rolbypassrls, o.rolname::text,
       array(select r.rolname::text from pg_roles r where r.rolname = any(%s)
             and pg_has_role(r.oid, c.relowner, 'member') order by 1),
       array(select a.attname::text from pg_attribute a
             where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped order by a.attnum)
from pg_class c join pg_namespace n on n.oid = c.relnamespace join pg_roles o on o.oid = c.relowner
where c.relkind in ('r', 'p', 'v', 'm', 'f') and {_OWN} and {_NO_EXTENSION.format("c", "pg_class")}
order by 2, 3 limit {MOST_RELATIONS + 1}
"""  # noqa: S608
_RIGHTS = """
select r.rolname::text, has_any_column_privilege(r.oid, c.oid, 'select'),
       has_any_column_privilege(r.oid, c.oid, 'insert'), has_any_column_privilege(r.oid, c.oid, 'update'),
       has_table_privilege(r.oid, c.oid, 'delete'),
       c.relkind in ('r', 'p') and has_table_privilege(r.oid, c.oid, 'truncate'),
       has_schema_privilege(r.oid, c.relnamespace, 'usage'), c.oid::int8
from pg_class c, pg_roles r where c.oid = any(%s::oid[]) and r.rolname = any(%s)
"""
_POLICIES = """
select p.polrelid::int8, p.polname::text, p.polcmd::text, p.polpermissive,
       pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid),
       array(select coalesce(r.rolname::text, 'public') from unnest(p.polroles) u left join pg_roles r on r.oid = u
             order by 1)
from pg_policy p where p.polrelid = any(%s::oid[]) order by 1, 2
"""
_FUNCTIONS = f"""
select n.nspname, p.proname, pg_get_function_identity_arguments(p.oid), o.rolsuper or o.rolbypassrls, o.rolname::text,
       array(select r.rolname::text from pg_roles r where r.rolname = any(%s)
             and has_function_privilege(r.oid, p.oid, 'execute')
             and has_schema_privilege(r.oid, p.pronamespace, 'usage') order by 1)
from pg_proc p join pg_namespace n on n.oid = p.pronamespace join pg_roles o on o.oid = p.proowner
where p.prosecdef and {_OWN} and {_NO_EXTENSION.format("p", "pg_proc")}
order by 1, 2, 3 limit 2000
"""  # noqa: S608
_READERS = """
with recursive reads(reader, relation) as (
  select r.ev_class, d.refobjid from pg_rewrite r
  join pg_depend d on d.classid = 'pg_rewrite'::regclass and d.objid = r.oid and d.refclassid = 'pg_class'::regclass
  where d.refobjid <> r.ev_class),
chain(reader, relation) as (
  select reader, relation from reads where relation = any(%s::oid[])
  union select r.reader, r.relation from reads r join chain c on r.relation = c.reader)
select distinct reader::int8 from chain
"""


class RoleEntry(msgspec.Struct, frozen=True, kw_only=True):
    """A role that is to be tried."""

    name: str
    superuser: bool
    """Whether it is a superuser, or a member of one."""
    bypassing: bool
    """Whether it has BYPASSRLS, reads the log (REPLICATION) or files of the server, or is a member of who does."""
    reachable: bool
    """Whether whoever logged in may SET ROLE to it."""


class PolicyEntry(msgspec.Struct, frozen=True, kw_only=True):
    """A policy of a table; conditions are masked."""

    name: str
    command: str
    """r, a, w, d or *."""
    permissive: bool
    using: str | None
    check: str | None
    roles: tuple[str, ...]


class RelationEntry(msgspec.Struct, frozen=True, kw_only=True):
    """A table, view or the like."""

    oid: int
    schema: str
    name: str
    kind: str
    """r, p (partitioned), v, m (materialised) or f (foreign)."""
    row_security: bool
    forced: bool
    partition: bool
    """Whether it is a partition of another, or inherits from it."""
    invoker: bool
    """Of a view: security_invoker."""
    owner_above: bool
    """Whether its owner is a superuser or has BYPASSRLS."""
    owner: str
    owners: tuple[str, ...]
    """The roles to be tried that own it, or may act as its owner."""
    columns: tuple[str, ...]
    rights: dict[str, str] = {}
    """By role, what it may do: r (read), a (add), w (change), d (delete) and D (truncate)."""
    policies: tuple[PolicyEntry, ...] = ()
    reads_tenants: bool = False
    """Of a view: whether it reads a table with the tenant column, perhaps through other views."""

    @property
    def title(self) -> str:
        """schema.name."""
        return f"{self.schema}.{self.name}"


class FunctionEntry(msgspec.Struct, frozen=True, kw_only=True):
    """A function that runs with its owner's rights."""

    title: str
    owner_above: bool
    """Whether its owner is a superuser or has BYPASSRLS."""
    owner: str
    callers: tuple[str, ...]
    """The roles to be tried that may call it."""


class Catalogue(msgspec.Struct, frozen=True, kw_only=True):
    """What was read; the raw response catalogue.json."""

    version: int
    """server_version_num, such as 150005."""
    login: str
    column: str
    setting: str
    roles: tuple[RoleEntry, ...]
    unknown_roles: tuple[str, ...]
    relations: tuple[RelationEntry, ...]
    functions: tuple[FunctionEntry, ...]
    named: tuple[str, ...]
    """Tables that the declaration names; empty where it names none."""
    shared: tuple[str, ...]
    """Tables that it says hold no tenant's rows."""


def read_catalogue(
    session: Session, *, column: str, setting: str, roles: Sequence[str], named: Sequence[str], shared: Sequence[str]
) -> Catalogue:
    """Return what the catalogue says; raises AttemptError where it can't be read."""
    try:
        return _read(session, column, setting, tuple(roles), tuple(named), tuple(shared))
    except RefusedError as error:
        why = "a table stayed locked" if error.state == "55P03" else f"SQLSTATE {error.state}"
        raise AttemptError(f"the catalogue can't be read: {why}", again=error.state == "55P03") from None
    except (TypeError, ValueError, IndexError):
        raise AttemptError("the catalogue's answer is not PostgreSQL's") from None


def _read(
    session: Session, column: str, setting: str, roles: tuple[str, ...], named: tuple[str, ...], shared: tuple[str, ...]
) -> Catalogue:
    version, login = session.rows("select current_setting('server_version_num')::int, session_user::text")[0]
    wanted = list(roles or (login,))
    found = [
        RoleEntry(name=name, superuser=superuser, bypassing=bypassing, reachable=reachable)
        for name, superuser, bypassing, reachable in session.rows(_ROLES, [wanted])
    ]
    rows = session.rows(_RELATIONS, [wanted])
    if len(rows) > MOST_RELATIONS:
        raise AttemptError(f"the database has more than {MOST_RELATIONS:,} tables")
    relations = [_relation(row) for row in rows]
    tenant_oids = [one.oid for one in relations if column in one.columns]
    readers = {row[0] for row in session.rows(_READERS, [tenant_oids])}
    judged = sorted({*tenant_oids, *readers} | {one.oid for one in relations if one.title in named})
    rights: dict[int, dict[str, str]] = {}
    for role, *granted, usage, oid in session.rows(_RIGHTS, [judged, wanted]):
        letters = "".join(letter for letter, given in zip("rawdD", granted, strict=True) if given and usage)
        rights.setdefault(oid, {})[role] = letters
    policies: dict[int, list[PolicyEntry]] = {}
    for oid, name, command, permissive, using, check, to in session.rows(_POLICIES, [judged]):
        policies.setdefault(oid, []).append(
            PolicyEntry(
                name=name,
                command=command,
                permissive=permissive,
                using=None if using is None else masked(using, setting),
                check=None if check is None else masked(check, setting),
                roles=tuple(to),
            )
        )
    functions = [
        FunctionEntry(title=f"{schema}.{name}({arguments})", owner_above=above, owner=owner, callers=tuple(callers))
        for schema, name, arguments, above, owner, callers in session.rows(_FUNCTIONS, [wanted])
    ]
    return Catalogue(
        version=version,
        login=login,
        column=column,
        setting=setting,
        roles=tuple(found),
        unknown_roles=tuple(sorted(set(wanted) - {one.name for one in found})),
        relations=tuple(
            msgspec.structs.replace(
                one,
                rights=rights.get(one.oid, {}),
                policies=tuple(policies.get(one.oid, ())),
                reads_tenants=one.oid in readers,
            )
            for one in relations
        ),
        functions=tuple(functions),
        named=named,
        shared=shared,
    )


def _relation(row: tuple[Any, ...]) -> RelationEntry:
    oid, schema, name, kind, row_security, forced, partition, options, owner_above, owner, owners, columns = row
    invoker = any(
        option in ("security_invoker=true", "security_invoker=on", "security_invoker=1") for option in options
    )
    return RelationEntry(
        oid=oid,
        schema=schema,
        name=name,
        kind=kind,
        row_security=row_security,
        forced=forced,
        partition=partition,
        invoker=invoker,
        owner_above=owner_above,
        owner=owner,
        owners=tuple(owners),
        columns=tuple(columns),
    )
