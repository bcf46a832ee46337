"""JSON laid out for people and for diffs: a member a line, and each row of its lists on a line of its own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import orjson


def members(document: Mapping[str, Any]) -> bytes:
    """Return an object; the members of its lists, which must be what orjson takes, are put on lines of their own."""
    return listed(
        {name: map(orjson.dumps, v) if isinstance(v, list) else orjson.dumps(v) for name, v in document.items()}
    )


def listed(document: Mapping[str, bytes | Iterable[bytes]]) -> bytes:
    """Return an object of members that are JSON already, or rows of JSON for a list."""
    lines = []
    for name, value in document.items():
        text = value if isinstance(value, bytes) else _list(list(value))
        lines.append(orjson.dumps(name) + b":" + text)
    return b"{\n" + b",\n".join(lines) + b"\n}"


def _list(rows: list[bytes]) -> bytes:
    return b"[\n" + b",\n".join(rows) + b"\n]" if rows else b"[]"
