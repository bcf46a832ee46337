"""A table of tenants, read to compute each id again: only counts leave this module, never an id or an input."""

from __future__ import annotations

import hmac
from collections import Counter
from collections.abc import Sequence

import msgspec
from msgspec import UNSET

from limen.integrity.tenant_ids import LEAST_KEY, message, tenant_id
from limen.model.probing import TenantTable
from limen.probes.interface import AttemptError, Context
from limen.probes.tenancy.filling import quoted
from limen.probes.tenancy.session import RefusedError, Session

MOST_TENANTS = 1_000_000
"""Rows beyond which a table of tenants is not read."""


class IdCounts(msgspec.Struct, frozen=True, kw_only=True):
    """What was counted; the raw response ids.json."""

    table: str
    column: str
    tenants: int = 0
    mismatched: int | None = None
    """None where no key was given to compute ids with."""
    colliding: int = 0
    reused: int = 0
    incomplete: int = 0
    unseen: str = ""
    """Why nothing could be counted."""


def count_ids(session: Session, table: TenantTable, context: Context) -> IdCounts:
    """Return the counts; raises AttemptError where the key can't be had or the table is too large."""
    algorithm = "HMAC-SHA-256" if table.algorithm is UNSET else table.algorithm
    key = b""
    if algorithm != "SHA-256" and table.key is not UNSET:
        key = _key(context.secret(table.key).reveal())
    inputs_of = {one.name: one.column for one in table.inputs}
    names = sorted(inputs_of)
    columns = ", ".join(f"{quoted(column)}::text" for column in (table.id, *(inputs_of[name] for name in names)))
    relation = ".".join(quoted(part) for part in table.table.split("."))
    try:
        with session.undone():
            session.rows("set local row_security = off")  # rows that would be hidden are then an error, not absent
            rows = session.rows(f"select {columns} from {relation} limit {MOST_TENANTS + 1}", [])  # noqa: S608
    except RefusedError as error:
        why = f"the table of tenants can't be read whole by whoever logged in: SQLSTATE {error.state}"
        return IdCounts(table=table.table, column=table.id, unseen=why)
    if len(rows) > MOST_TENANTS:
        raise AttemptError(f"the table of tenants has more than {MOST_TENANTS:,} rows")
    whole = [row for row in rows if all(value not in (None, "") for value in row)]
    known = [(str(row[0]).removeprefix("\\x"), dict(zip(names, row[1:], strict=True))) for row in whole]
    mismatched = None
    if key or algorithm == "SHA-256":
        mismatched = sum(
            not hmac.compare_digest(tenant_id(inputs, key, algorithm).encode(), stored.lower().encode())
            for stored, inputs in known
        )
    pairs = {(stored, message(inputs)) for stored, inputs in known}
    return IdCounts(
        table=table.table,
        column=table.id,
        tenants=len(rows),
        mismatched=mismatched,
        colliding=_shared([stored for stored, _ in pairs]),
        reused=_shared([made for _, made in pairs]),
        incomplete=len(rows) - len(whole),
    )


def _shared(values: Sequence[str | bytes]) -> int:
    """Return how many of these values stand there more than once, each counted as often as it does."""
    return sum(count for count in Counter(values).values() if count > 1)


def _key(text: str) -> bytes:
    try:
        key = bytes.fromhex(text.strip())
    except ValueError:
        raise AttemptError("the key of tenant_table is not hexadecimal") from None
    if len(key) < LEAST_KEY:
        raise AttemptError(f"the key of tenant_table has {len(key)} bytes; {LEAST_KEY} at least")
    return key
