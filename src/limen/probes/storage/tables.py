"""A table of PostgreSQL, asked in one read-only transaction for times, numbers and deletions; no row is read."""

from __future__ import annotations

from typing import cast
from urllib.parse import unquote, urlsplit

from msgspec import UNSET

from limen.adapters.databases import DatabaseError, ReadOnly, reading
from limen.model.probing import StoredRecords
from limen.probes.interface import AttemptError, Context, Target
from limen.probes.storage.ledger_files import approvers_of, seconds_of, since_of
from limen.probes.storage.places import Place
from limen.probes.storage.records import MOST_DELETIONS, Deletion, Found


def records_of_table(target: Target, place: Place, context: Context) -> Found:
    """Return what a table says of the age of its rows and of deletions; raises AttemptError where it can't be read."""
    options = cast(StoredRecords, target.options.records)
    if options.table is UNSET:
        raise AttemptError("which table is meant is not known; say so in options: {records: {table: schema.table}}")
    parts = urlsplit(f"postgresql://{place.name}")
    trust = target.options.trust
    context.pace(parts.netloc)
    try:
        with reading(
            host=parts.hostname or "",
            port=parts.port or 5432,
            database=unquote(parts.path.lstrip("/")),
            credential=context.credential(target).reveal(),
            trust=None if trust is UNSET else target.folder / trust,
            deadline=context.deadline,
        ) as session:
            return _read(session, options, options.table)
    except DatabaseError as error:
        context.remaining()
        raise AttemptError(error.reason, again=error.again) from None


def _read(session: ReadOnly, options: StoredRecords, name: str) -> Found:
    from psycopg import sql

    table = sql.Identifier(*name.split("."))
    time = sql.Identifier("time" if options.time is UNSET else options.time)
    query = sql.SQL("select count(*), extract(epoch from min({}))::float8 from {}").format(time, table)
    count, oldest = session.rows(query, name)[0]
    missing = None
    if options.sequence is not UNSET:
        number = sql.Identifier(options.sequence)
        query = sql.SQL("select max({0}) - least(min({0}), 1) + 1 - count(distinct {0}) from {1}").format(number, table)
        value = session.rows(query, f"{name}.{options.sequence}")[0][0]
        missing = 0 if value is None else max(0, int(value))
    deletions = None
    if options.deletions is not UNSET:
        query = sql.SQL(
            "select extract(epoch from record_time)::float8, extract(epoch from deleted_at)::float8, approvers "
            "from {} limit {}"
        ).format(sql.Identifier(*options.deletions.split(".")), sql.Literal(MOST_DELETIONS + 1))
        rows = session.rows(query, options.deletions)
        if len(rows) > MOST_DELETIONS:
            raise AttemptError(f"more than {MOST_DELETIONS:,} deletions are recorded")
        deletions = tuple(Deletion(seconds_of(a), seconds_of(b), approvers_of(c)) for a, b, c in rows)
    return Found(
        count=int(count),
        oldest_at=seconds_of(oldest),
        since=since_of(options),
        missing=missing,
        deletions=deletions,
    )
