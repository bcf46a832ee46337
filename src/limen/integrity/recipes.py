"""Recipes: how a foreign chain was made, declared as data, so that it can be made again and compared.

A record is a JSON object on a line. The recipe names the fields that hold its hash and the one before, says which
fields were hashed and how they became bytes, and, where there are such, which hold number, time, tenant and key id.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import orjson

from limen.integrity.canonical import CanonicalError, canonical
from limen.integrity.chains import GENESIS, Ends, Stretch
from limen.integrity.verifying import Expected, Tally
from limen.model.recipes import Recipe

_LONGEST_HASH = 128


def linked(recipe: Recipe) -> bool:
    """Return whether a record's hash is also over the hash before: without that there is no chain."""
    return recipe.prepended or not recipe.fields or recipe.prev in recipe.fields


def unambiguous(recipe: Recipe) -> bool:
    """Return whether no two records share the bytes that are hashed: joined, ("ab", "c") is the same as ("a", "bc")."""
    return recipe.form != "joined" or len(recipe.fields) == 1


def foreign(data: bytes, start: int, recipe: Recipe, secrets: Mapping[str, bytes], expected: Expected) -> Stretch:
    """Return what verifying whole lines of a foreign chain yields; `start` is their first byte in the ledger.

    With `expected.strict`, a record in which a name stands twice breaks the chain.
    """
    tally, offset = Tally(start, expected.heads), start
    # Without numbers an anchored head is looked for by itself.
    lengths = {} if recipe.seq else {head: length for length, head in expected.heads.items()}
    lines = data.split(b"\n")
    rest = lines.pop()
    for line in lines:
        _add(line, offset, tally, recipe, secrets, expected)
        last = None if tally.last is None else tally.last.hash
        if last in lengths:
            tally.agreed.add(lengths[last])
        offset += len(line) + 1
    if rest:
        tally.torn("half", offset)
    return tally.stretch(start + len(data))


def time_of(line: bytes, recipe: Recipe) -> tuple[str | None, bool]:
    """Return the time of one record, as a text that sorts as times do, and whether the line is a record at all."""
    record = _record(line, strict=False, python=False)
    if record is None or _hash(record.get(recipe.hash), recipe) is None:
        return None, False
    return _time(record.get(recipe.time)) if recipe.time else None, True


def _add(
    line: bytes, offset: int, tally: Tally, recipe: Recipe, secrets: Mapping[str, bytes], expected: Expected
) -> None:
    """Add one line."""
    record = _record(line, strict=expected.strict, python=recipe.form.startswith("python"))
    stated = None if record is None else _hash(record.get(recipe.hash), recipe)
    if record is None or stated is None:
        tally.torn("unreadable", offset)
        return
    before = record.get(recipe.prev)
    prev = recipe.genesis or GENESIS if before in (None, "", recipe.genesis) else _hash(before, recipe)
    name = str(record.get(recipe.key, "")) if recipe.key else next(iter(secrets), "")
    keyed = recipe.algorithm.startswith("HMAC")
    computed = _computed(record, recipe, secrets.get(name, b"")) if not keyed or name in secrets else None
    edited = computed is not None and computed != stated
    moment = _time(record.get(recipe.time)) if recipe.time else None
    seq = record.get(recipe.seq) if recipe.seq else None
    number = seq - recipe.first + 1 if type(seq) is int else None
    tally.add(Ends(hash=stated, prev=prev, seq=number, time=moment, broken=edited), offset)
    if edited:
        tally.fault("chain", "edited", offset, "" if keyed else str(computed), stated)
    if keyed and computed is None:
        tally.fault("key", "unknown_key", offset)
    if keyed:
        tally.keys.add(name)
    else:
        tally.unkeyed += 1
    if recipe.time and moment is None:
        tally.fault("clock", "clock_unreadable", offset)
    if recipe.seq and number is None:
        tally.fault("sequence", "gap", offset)
    if recipe.tenant and expected.tenant is not None and record.get(recipe.tenant) != expected.tenant:
        tally.fault("tenant", "other_tenant", offset)


def _record(line: bytes, *, strict: bool, python: bool) -> dict[str, Any] | None:
    """Return a line as an object; None where it is none, or, where that is asked for, has a name twice."""
    try:
        found = orjson.loads(line)
        if strict:
            found = json.loads(line, object_pairs_hook=_once)
        elif python:
            found = json.loads(line)  # whose integers have no end
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice")
    return found


def _hash(value: Any, recipe: Recipe) -> str | None:
    """Return a hash as it is written, in lower case if it is in hexadecimal; None where it is none."""
    if not isinstance(value, str) or not value or len(value) > _LONGEST_HASH or not value.isascii():
        return None
    try:
        size = len(bytes.fromhex(value) if recipe.encoding == "hex" else base64.b64decode(value, validate=True))
    except (ValueError, binascii.Error):
        return None
    if size not in (32, 64):
        return None
    return value.lower() if recipe.encoding == "hex" else value


def _computed(record: Mapping[str, Any], recipe: Recipe, key: bytes) -> str | None:
    """Return the hash of a record's content as it would be written; a text that is no hash where it can't be made."""
    try:
        message = _FORMS[recipe.form](_content(record, recipe), recipe)
    except (CanonicalError, ValueError, TypeError, KeyError, RecursionError):
        return "can't be made"
    if recipe.prepended:
        message = str(record.get(recipe.prev) or recipe.genesis).encode() + recipe.separator.encode() + message
    name = "sha512" if recipe.algorithm.endswith("512") else "sha256"
    if recipe.algorithm.startswith("HMAC"):
        made = hmac.digest(key, message, name)
    else:
        made = hashlib.new(name, message).digest()
    return made.hex() if recipe.encoding == "hex" else base64.b64encode(made).decode()


def _content(record: Mapping[str, Any], recipe: Recipe) -> dict[str, Any]:
    """Return what is hashed of a record, in order; raises KeyError where a field is missing."""
    if recipe.fields:
        return {name: record[name] for name in recipe.fields}
    left = {recipe.hash, recipe.prev} if recipe.prepended else {recipe.hash}
    return {name: value for name, value in record.items() if name not in left}


def _rfc8785(content: dict[str, Any], recipe: Recipe) -> bytes:
    return canonical(content)


def _sorted(content: dict[str, Any], recipe: Recipe) -> bytes:
    separators = (",", ":") if recipe.form == "python-sorted-compact" else None
    return json.dumps(content, sort_keys=True, separators=separators, allow_nan=False).encode()


def _joined(content: dict[str, Any], recipe: Recipe) -> bytes:
    return recipe.separator.join(
        value if isinstance(value, str) else canonical(value).decode() for value in content.values()
    ).encode()


def _field(content: dict[str, Any], recipe: Recipe) -> bytes:
    (value,) = content.values()
    return value.encode() if isinstance(value, str) else canonical(value)


_FORMS: dict[str, Callable[[dict[str, Any], Recipe], bytes]] = {
    "rfc8785": _rfc8785,
    "python-sorted": _sorted,
    "python-sorted-compact": _sorted,
    "joined": _joined,
    "field": _field,
}


def _time(value: Any) -> str | None:
    """Return a time as a text that sorts as times do; None where it is none."""
    try:
        if isinstance(value, int | float) and not isinstance(value, bool):
            found = datetime.fromtimestamp(value, UTC)
        elif isinstance(value, str):
            found = datetime.fromisoformat(value)
            found = found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
        else:
            return None
    except (ValueError, OverflowError, OSError):
        return None
    return found.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
