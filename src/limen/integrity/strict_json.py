"""JSON from strangers: every name once, no NaN, no depth that exhausts the stack; otherwise it is refused.

A name that stands twice is read as the first by one reader and as the last by another, so that a signed text would mean
two things (RFC 8259, section 4). The fast decoders of this project take the last without a word.
"""

from __future__ import annotations

import json
import math
from typing import Any, NoReturn

_MOST = 1 << 24
"""Bytes of a text that are read; whatever is longer is read by those who know its form."""


def strict_json(content: bytes) -> Any:
    """Return the value of a JSON text in UTF-8; raises ValueError where it is none, or could be read in two ways."""
    if len(content) > _MOST:
        raise ValueError(f"it is longer than {_MOST} bytes")
    try:
        return json.loads(content.decode(), object_pairs_hook=_once, parse_constant=_no_constant, parse_float=_finite)
    except UnicodeDecodeError:
        raise ValueError("it is not in UTF-8") from None
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    except json.JSONDecodeError as error:
        raise ValueError(f"it is no JSON: {error.msg} in line {error.lineno}, column {error.colno}") from None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"the name {twice[:60]!r} stands twice in one object")
    return found


def _finite(text: str) -> float:
    """Return a number; one that no double can hold is infinite to this reader and none to another."""
    value = float(text)
    if not math.isfinite(value):
        raise ValueError("a number is too large")
    return value


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")
