"""Builtins that rules may call: few, pure, on integers, texts and collections, and of one meaning on every engine.

Left out: `lower` and `upper`, because engines differ beyond ASCII; `count` of a text, because they count different
units; everything on tests/equivalence/divergences.yaml.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from limen.policy.paths import ANYTHING, Value, scalar

Result = Callable[[Sequence[Value]], Value]

COLLECTION = ("array", "set", "object")
LIST = ("array", "set")
INTEGER = ("integer",)
STRING = ("string",)
SET = ("set",)
ARRAY = ("array",)
OBJECT = ("object",)
ANY = ()

SUM = 2**62
"""Greatest sum: what a subject's lists can hold is far below it (tests/equivalence/test_unreachable.py)."""


class Builtin(NamedTuple):
    """What a builtin takes and gives."""

    arguments: tuple[tuple[str, ...], ...]
    """JSON types that each argument may have; none named: any."""
    result: Result
    elements: tuple[str, ...] = ()
    """JSON types that the elements of a list among its arguments may have; none named: any."""
    total: bool = True
    """Whether it is defined wherever its arguments are."""


def _integer(_: Sequence[Value]) -> Value:
    return scalar("integer")


def _same(arguments: Sequence[Value]) -> Value:
    return Value(schema=arguments[0].schema)


def _sum(_: Sequence[Value]) -> Value:
    return scalar("integer", bound=SUM)


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


ORDERED = ("integer", "string")
"""JSON types whose order is the same on every engine."""

ALLOWED: dict[str, Builtin] = {
    "abs": Builtin((INTEGER,), _same),
    "array.concat": Builtin((ARRAY, ARRAY), _same_list),
    "array.reverse": Builtin((ARRAY,), _same_list),
    "concat": Builtin((STRING, LIST), _string, STRING),
    "contains": Builtin((STRING, STRING), _boolean),
    "count": Builtin((COLLECTION,), _integer),
    "endswith": Builtin((STRING, STRING), _boolean),
    "intersection": Builtin((SET,), _first_set, SET),
    "max": Builtin((LIST,), _element, ORDERED, total=False),
    "min": Builtin((LIST,), _element, ORDERED, total=False),
    "object.get": Builtin((OBJECT, STRING, ANY), _element),
    "object.keys": Builtin((OBJECT,), _keys),
    "sort": Builtin((LIST,), _same_list, ORDERED),
    "split": Builtin((STRING, STRING), _strings),
    "startswith": Builtin((STRING, STRING), _boolean),
    "sum": Builtin((LIST,), _sum, INTEGER),
    "union": Builtin((SET,), _first_set, SET),
}
"""Each builtin, by name."""
