"""Builtins that rules may call: few, pure, on integers and texts, and of one meaning on every engine."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from limen.policy.paths import ANYTHING, Value, scalar

Result = Callable[[Sequence[Value]], Value]


def _integer(_: Sequence[Value]) -> Value:
    return scalar("integer")


def _boolean(_: Sequence[Value]) -> Value:
    return scalar("boolean")


def _string(_: Sequence[Value]) -> Value:
    return scalar("string")


def _same_list(arguments: Sequence[Value]) -> Value:
    return Value(schema={"type": "array", "items": arguments[0].schema.get("items", ANYTHING)})


def _first_set(arguments: Sequence[Value]) -> Value:
    element = arguments[0].element()
    return Value(schema=element.schema if element is not None else ANYTHING)


def _strings(_: Sequence[Value]) -> Value:
    return Value(schema={"type": "array", "items": {"type": "string"}})


def _element(arguments: Sequence[Value]) -> Value:
    element = arguments[0].element()
    return Value(schema=element.schema if element is not None else ANYTHING)


def _keys(_: Sequence[Value]) -> Value:
    return Value(schema={"type": "set", "items": {"type": "string"}})


ALLOWED: dict[str, tuple[int, Result]] = {
    "abs": (1, _integer),
    "array.concat": (2, _same_list),
    "array.reverse": (1, _same_list),
    "concat": (2, _string),
    "contains": (2, _boolean),
    "count": (1, _integer),
    "endswith": (2, _boolean),
    "intersection": (1, _first_set),
    "lower": (1, _string),
    "max": (1, _element),
    "min": (1, _element),
    "object.get": (3, _element),
    "object.keys": (1, _keys),
    "sort": (1, _same_list),
    "split": (2, _strings),
    "startswith": (2, _boolean),
    "sum": (1, _integer),
    "union": (1, _first_set),
    "upper": (1, _string),
}
"""Number of arguments and result of each builtin, by name."""
