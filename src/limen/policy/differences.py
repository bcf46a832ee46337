"""Where two values differ, path by path: what a test expected against what came, or its input against the usual one."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import msgspec

ABSENT = ""
"""Stands for the JSON text of what is not there at all; ``null`` is a value."""

_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
_MISSING = object()


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """One path at which two values differ."""

    path: str
    """Such as minimum.holds or pins[0]; empty for the value as a whole."""
    expected: str
    """JSON text of the value before, or as it should be; empty where it is absent."""
    actual: str
    """JSON text of the value after, or as it is; empty where it is absent."""


def differences(expected: str, actual: str) -> tuple[Difference, ...]:
    """Return where two JSON texts differ, by path, in the order of the first; none where they are equal.

    Numbers are equal by value and never equal to booleans; objects and lists are compared part by part.
    """
    return tuple(_between("", json.loads(expected), json.loads(actual)))


def _between(path: str, expected: Any, actual: Any) -> Iterator[Difference]:
    if isinstance(expected, dict) and isinstance(actual, dict):
        for key in dict.fromkeys((*expected, *actual)):
            yield from _between(_below(path, key), expected.get(key, _MISSING), actual.get(key, _MISSING))
    elif isinstance(expected, list) and isinstance(actual, list):
        for index in range(max(len(expected), len(actual))):
            yield from _between(f"{path}[{index}]", _at(expected, index), _at(actual, index))
    elif not _equal(expected, actual):
        yield Difference(path=path, expected=_text(expected), actual=_text(actual))


def _below(path: str, key: str) -> str:
    if not _PLAIN.match(key):
        return f"{path}[{json.dumps(key, ensure_ascii=False)}]"
    return f"{path}.{key}" if path else key


def _at(values: list[Any], index: int) -> Any:
    return values[index] if index < len(values) else _MISSING


def _equal(one: Any, other: Any) -> bool:
    """Return whether two values are the same to Rego; to Python true is 1."""
    return isinstance(one, bool) is isinstance(other, bool) and bool(one == other)


def _text(value: Any) -> str:
    return ABSENT if value is _MISSING else json.dumps(value, ensure_ascii=False)
