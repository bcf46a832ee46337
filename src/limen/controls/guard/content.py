"""What is in a payload, by the names of its fields: no more may move than was declared.

Minimum necessary (45 CFR 164.502(b)) and classification (NIST SP 800-53 AC-4, AC-16): a payload whose fields can't be
told is refused where the declaration names fields, since what can't be seen can't be compared.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from unicodedata import normalize

import orjson

from limen.controls.refusals import RefusedError
from limen.errors import Problem
from limen.integrity.strict_json import strict_json

Reader = Callable[[bytes], Iterable[str]]
"""Gives the names of the fields in a payload of another form than JSON; whatever it raises is a refusal."""
_SIGNS = re.compile("[^A-Za-z0-9]+")
_JOINED = ("-", "_", "/", ".", ":")
"""What stands in a record's id beside letters and digits."""
_TELLING = 6
"""Letters and digits from which on an identifier is looked for inside a record's id, not only compared with it."""


def check_content(
    payload: bytes,
    fields: frozenset[str],
    identifiers: frozenset[str],
    record: str,
    reader: Reader | None = None,
    tenant_field: str = "",
    tenant: str = "",
) -> None:
    """Raise RefusedError where a payload holds a field that is not among `fields`, or can't be told to hold none.

    JSON without a `reader`: every name at every depth counts as a field. The record's id may not be, or hold, the value
    of one of `identifiers`, and `tenant_field` must say `tenant`, wherever they stand. Reasons:
    fields_undeclared, content_refused, record_refused, wrong_tenant.
    """
    if reader is not None:
        found = frozenset(reader(payload))
        if not found <= fields:
            raise _undeclared(len(found - fields))
        return
    value: Any = _flat(payload, fields)
    if value is not None:
        _check_record(value, identifiers, record, tenant_field, tenant)
        return
    for one in _deep(payload, fields):
        _check_record(one, identifiers, record, tenant_field, tenant)


def _flat(payload: bytes, fields: frozenset[str]) -> dict[str, Any] | None:
    """Return one record without inner ones, read at once; None where more must be looked at.

    Each name needs a colon, so that no name stands twice where there are as many colons as names; where a text holds
    one more, the record written again must give the same bytes. What may hold an inner record is looked at slowly.
    """
    try:
        value = orjson.loads(payload)
        if (
            type(value) is not dict
            or not value.keys() <= fields
            or payload.count(b"{") != 1
            or b"[" in payload
            or (payload.count(b":") != len(value) and orjson.dumps(value) != payload)
        ):
            return None
    except ValueError:
        return None
    return value


def _deep(payload: bytes, fields: frozenset[str]) -> list[dict[str, Any]]:
    """Return every record of a payload, those within others too: what an inner one says counts as much."""
    try:
        value = strict_json(payload)
    except ValueError:
        hint = "send one JSON object, each name once, or give the guard a reader for the item"
        problem = Problem(message="the payload's fields can't be told: it is no plain JSON", hint=hint)
        raise RefusedError(problem, reason="content_refused") from None
    if not isinstance(value, dict | list):
        problem = Problem(message="the payload is no record", hint="send a JSON object, or a list of them")
        raise RefusedError(problem, reason="content_refused")
    records = list(_records(value))
    beyond = {name for one in records for name in one if name not in fields}
    if beyond:
        raise _undeclared(len(beyond))
    if isinstance(value, list) and not all(isinstance(one, dict) for one in value):
        problem = Problem(message="the payload is a list of something else than records")
        raise RefusedError(problem, reason="content_refused")
    return records


def _records(value: Any) -> Iterable[dict[str, Any]]:
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            yield one
            waiting += one.values()
        elif isinstance(one, list):
            waiting += one


def _undeclared(count: int) -> RefusedError:
    hint = "declare the fields, on the item or on the flow, or don't send them"
    fields = "field that is" if count == 1 else "fields that are"
    return RefusedError(
        Problem(message=f"the payload holds {count} {fields} not declared to move", hint=hint),
        reason="fields_undeclared",
    )


def _letters(text: str) -> str:
    """Return letters and digits alone, in lower case and without accents: an identifier is one however it is joined."""
    return _SIGNS.sub("", normalize("NFKD", text)).lower()


def _check_record(
    value: Mapping[str, Any], identifiers: frozenset[str], record: str, tenant_field: str, tenant: str
) -> None:
    shown = record.lower()
    for sign in _JOINED:
        if sign in shown:
            shown = shown.replace(sign, "")
    for name in identifiers:
        held = value.get(name)
        if held is None:
            continue
        held = held if type(held) is str else str(held)
        first = held[:2]
        if first.isascii() and first.isalnum() and first.lower() not in shown:
            continue  # said at once of nearly every one
        text = _letters(held)
        if text and text in shown and (len(text) >= _TELLING or text == shown):
            hint = "give the record an id of its own: ids are written into ledgers, identifiers are not"
            problem = Problem(message="the record's id is made of one of its identifiers", hint=hint)
            raise RefusedError(problem, reason="record_refused")
    if tenant_field and tenant_field in value and value[tenant_field] != tenant:
        problem = Problem(message="the record says that it belongs to another tenant")
        raise RefusedError(problem, reason="wrong_tenant")
