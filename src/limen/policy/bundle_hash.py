"""Hashes of a bundle's files as OPA makes them: of the bytes, but of what a structured file says, its keys sorted.

Source: `bundle/hash.go` and `bundle/verify.go` of OPA 1.22.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from limen.errors import Location, PolicyError, Problem
from limen.policy.documents import MAX_DEPTH, parse

if TYPE_CHECKING:
    from hashlib import _Hash

STRUCTURED = ("data.json", "data.yaml", "data.yml", ".manifest")
"""Names of files that are hashed by what they say."""


class Number(str):
    """A number as it is written."""

    __slots__ = ()


def hashed(name: str, text: bytes, digest: _Hash) -> str:
    """Return the hash of a file in hex, by a new digest; raise PolicyError where a structured file can't be read."""
    if name.rsplit("/", 1)[-1] not in STRUCTURED:
        digest.update(text)
        return digest.hexdigest()
    for piece in _pieces(structure(name, text)):
        digest.update(piece.encode())
    return digest.hexdigest()


def structure(name: str, text: bytes, shown: str = "") -> Any:
    """Return what a structured file says, its numbers as written; raise PolicyError where it can't be read."""
    location = Location(file=shown or name)
    if name.endswith((".yaml", ".yml")):
        return _numbered(parse(text, shown or name, PolicyError).data)
    try:
        value = json.loads(
            text.decode("utf-8"),
            object_pairs_hook=_once,
            parse_int=Number,
            parse_float=Number,
            parse_constant=_no_constant,
        )
    except (ValueError, RecursionError) as error:
        raise PolicyError(Problem(message=f"not JSON: {error}", location=location)) from None
    if _too_deep(value):
        raise PolicyError(Problem(message=f"nested more than {MAX_DEPTH} levels deep", location=location))
    return value


def _too_deep(value: Any) -> bool:
    level = [value]
    for _ in range(MAX_DEPTH):
        nested = [one for one in level if isinstance(one, dict | list)]
        level = [item for one in nested for item in (one.values() if isinstance(one, dict) else one)]
        if not level:
            return False
    return True


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key is given twice")
    return found


def _no_constant(text: str) -> Any:
    raise ValueError(f"{text} is no number")


def _numbered(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _numbered(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_numbered(item) for item in value]
    return Number(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _pieces(value: Any) -> Iterator[str]:
    """Yield a value as Go's encoder writes it, without HTML escapes."""
    if isinstance(value, dict):
        yield "{"
        for index, key in enumerate(sorted(value)):
            yield f"{',' if index else ''}{_text(key)}:"
            yield from _pieces(value[key])
        yield "}"
    elif isinstance(value, list):
        yield "["
        for index, item in enumerate(value):
            yield "," if index else ""
            yield from _pieces(item)
        yield "]"
    elif isinstance(value, Number):
        yield str(value)
    elif isinstance(value, str):
        yield _text(value)
    else:
        yield json.dumps(value)


def _text(value: str) -> str:
    written = json.dumps(value, ensure_ascii=False)
    return written.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
