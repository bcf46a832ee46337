"""The places of a declaration: every scalar and every list entry that its files declare."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

import msgspec
from msgspec import inspect

from limen.model.declaration import Declaration

Path = tuple[str | int, ...]


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """One scalar or one list entry, as the merged declaration says it."""

    path: Path
    """Where it is in the merged declaration; list entries go by their number."""
    field: str
    """The field of the model that it is a value of, such as Tls.min; for an entry the field that holds the list."""
    value: Any
    """What is declared there; a mapping or a list for an entry that is one."""
    entry: bool
    """Whether it is an entry of a list."""
    dropped: Path
    """What goes when it is dropped: the place itself, or the nearest thing around it that needs it; empty for none."""
    emptied: Path = ()
    """For an entry, what goes when its list goes as a whole; empty where the list has to be there."""


@cache
def model() -> inspect.Type:
    """Return the type of a whole declaration, for walking."""
    return inspect.type_info(Declaration)


def fields(kind: inspect.Type | None = None, seen: set[str] | None = None) -> Iterator[tuple[str, inspect.Field]]:
    """Yield every field of the model that can be declared, with its name such as Tls.min."""
    seen = set() if seen is None else seen
    kind = _plain(model() if kind is None else kind)
    if isinstance(kind, inspect.StructType):
        if kind.cls.__name__ in seen:
            return
        seen.add(kind.cls.__name__)
        for field in kind.fields:
            yield f"{kind.cls.__name__}.{field.encode_name}", field
            yield from fields(field.type, seen)
    elif isinstance(kind, inspect.VarTupleType):
        yield from fields(kind.item_type, seen)
    elif isinstance(kind, inspect.DictType):
        yield from fields(kind.value_type, seen)


def leaves() -> frozenset[str]:
    """Return the names of all fields of the model that hold scalars or list entries, and so have places."""
    found = set()
    for name, field in fields():
        kind = _plain(field.type)
        if isinstance(kind, inspect.DictType):
            kind = _plain(kind.value_type)
        if not isinstance(kind, inspect.StructType):
            found.add(name)
    return frozenset(found)


def places(declared: dict[str, Any]) -> list[Place]:
    """Return all places of a merged declaration, in its order."""
    return list(_walk(declared, model(), (), "", ()))


def _walk(value: Any, kind: inspect.Type, path: Path, field: str, dropped: Path) -> Iterator[Place]:
    kind = _plain(kind)
    if isinstance(kind, inspect.StructType):
        known = {one.encode_name: one for one in kind.fields}
        for name, inner in value.items():
            at = (*path, name)
            whole = known[name].required or kind.cls.__name__ in WHOLE
            # What can't be left out goes with what holds it, but never with a whole entry of a section.
            gone = dropped if whole else at
            yield from _walk(inner, known[name].type, at, f"{kind.cls.__name__}.{name}", gone)
    elif isinstance(kind, inspect.DictType):
        for name, inner in value.items():
            at = (*path, name)
            yield from _walk(inner, kind.value_type, at, field, () if len(path) == 1 else at)
    elif isinstance(kind, (inspect.VarTupleType, inspect.TupleType)):
        for number, inner in enumerate(value):
            at = (*path, number)
            fixed = isinstance(kind, inspect.TupleType)
            item = kind.item_types[number] if isinstance(kind, inspect.TupleType) else kind.item_type
            least = len(value) <= ((kind.min_length or 0) if isinstance(kind, inspect.VarTupleType) else 0)
            gone = dropped if fixed or least else at
            yield Place(path=at, field=field, value=inner, entry=True, dropped=gone, emptied=dropped)
            if isinstance(inner, (dict, list)):
                inside = () if len(path) == 1 and isinstance(_plain(item), inspect.StructType) else gone
                yield from _walk(inner, item, at, field, inside)
    else:
        yield Place(path=path, field=field, value=value, entry=False, dropped=dropped)


WHOLE = frozenset({"Layer", "Never"})
"""Structs that are one of several forms: without one of its fields, nothing is left that the schema knows."""


def _plain(kind: inspect.Type) -> inspect.Type:
    """Return a type without its descriptions; what may be left out is no union here."""
    while isinstance(kind, inspect.Metadata):
        kind = kind.type
    return kind
