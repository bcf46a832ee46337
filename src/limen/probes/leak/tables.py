"""All tables of a database, row by row as text; bytes as their hexadecimal, which is looked for anyway."""

from __future__ import annotations

from pathlib import Path

from limen.adapters.databases import DatabaseError, reading
from limen.adapters.secret_values import Secret
from limen.probes.interface import AttemptError, Context, Target
from limen.probes.leak.places import Place
from limen.probes.leak.searching import Search

_TABLES = """
select n.nspname, c.relname
from pg_class c join pg_namespace n on n.oid = c.relnamespace
where c.relkind in ('r', 'm', 'p') and not c.relispartition
  and n.nspname <> 'information_schema' and n.nspname !~ '^pg_'
order by 1, 2
"""


def look_in_tables(search: Search, place: Place, trust: Path | None, context: Context) -> None:
    """Look through every table and materialised view of a database; one that may not be read is unread.

    Raises AttemptError where there is no session.
    """
    from psycopg import sql

    context.pace(place.host)
    try:
        with reading(
            host=place.host,
            port=place.port or 5432,
            database=place.path,
            credential=secret_of(place, context).reveal(),
            trust=trust,
            deadline=context.deadline,
        ) as session:
            # Large objects lie beside the tables, and only an administrator may look through all of them.
            search.unread += int(session.rows("select count(*) from pg_largeobject_metadata", "the catalogue")[0][0])
            for schema, table in session.rows(_TABLES, "the catalogue"):
                context.remaining()
                name = f"{schema}.{table}"
                query = sql.SQL("copy (select * from {}) to stdout").format(sql.Identifier(schema, table))
                try:
                    search.stream(name, session.stream(query, name))
                except DatabaseError as error:
                    if not error.state:
                        raise
                    search.unread += 1
    except DatabaseError as error:
        context.remaining()
        raise AttemptError(error.reason, again=error.again) from None


def secret_of(place: Place, context: Context) -> Secret:
    """Return the credential of a place; raises AttemptError where none is declared."""
    return context.credential(Target(probe="leak", section="typed", name="", endpoint="", credential=place.credential))
