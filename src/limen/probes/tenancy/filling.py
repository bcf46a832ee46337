"""One more row for a tenant, made of values that fit its columns' types: something for the trials to look for."""

from __future__ import annotations

from limen.probes.tenancy.catalogue import RelationEntry
from limen.probes.tenancy.session import RefusedError, Session

_NEEDED = """
select a.attname::text, t.typcategory::text, format_type(a.atttypid, a.atttypmod)
from pg_attribute a join pg_type t on t.oid = a.atttypid
where a.attrelid = %s and a.attnum > 0 and not a.attisdropped and a.attnotnull and not a.atthasdef
  and a.attidentity = '' and a.attgenerated = '' and a.attname <> %s
"""
_VALUES = {
    "B": "false",
    "D": "now()",
    "N": "(random() * 30000)::int",
    "S": "substr(md5(random()::text), 1, 8)",
    "T": "interval '1 second'",
    "A": "'{}'",
    "V": "B'0'",
    "I": "inet '127.0.0.1'",
}
"""By PostgreSQL's category of types, an expression that gives a value."""
_NAMED = {"uuid": "gen_random_uuid()", "json": "json '{}'", "jsonb": "jsonb '{}'", "bytea": "bytea ''"}


def filled(session: Session, relation: RelationEntry, column: str) -> str:
    """Return a statement that adds a row whose tenant is its parameter; empty where a column's type is not known.

    Raises RefusedError where the catalogue can't be read.
    """
    names, values = [quoted(column)], ["%s"]
    for name, category, kind in session.rows(_NEEDED, [relation.oid, column]):
        value = _NAMED.get(kind) or _VALUES.get(category)
        if value is None:
            return ""
        names.append(quoted(name))
        values.append(f"({value})::{kind.replace('%', '%%')}")
    table = f"{quoted(relation.schema)}.{quoted(relation.name)}"
    return f"insert into {table} ({', '.join(names)}) values ({', '.join(values)})"  # noqa: S608


def fill(session: Session, relation: RelationEntry, column: str, tenant: str) -> bool:
    """Return whether a row could be added for a tenant; it stays until the transaction ends."""
    try:
        with session.kept():
            statement = filled(session, relation, column)
            return bool(statement) and session.changed(statement, [tenant]) == 1
    except RefusedError:
        return False


def quoted(name: str) -> str:
    """Return a name as an identifier of SQL, within a statement that has parameters."""
    return '"' + name.replace('"', '""').replace("%", "%%") + '"'
