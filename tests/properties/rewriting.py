"""The same system written otherwise: with other names, in another order. What is judged stays the same."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote

from msgspec import inspect

from limen.testing.declaration_orders import ORDERS
from limen.testing.declaration_places import model
from limen.testing.strategies.drawing import plain

NAMED = ("zones", "components", "data", "keys", "roles", "principals", "tenants", "ledgers")
IDENTIFIED = ("flows", "transfers", "assertions")
_KEYED = frozenset({"Component.independent", "Flow.protection", "Flow.fields", "Role.needs"})
"""Mappings whose keys are items."""
_IDS = frozenset({"Flow.id", "Transfer.id", "Assertion.id"})
_REFERRING = frozenset({"other", "item", "party", "place"})
_SORTED = frozenset({"Labels.levels", "Flow.protection", "Flow.via", "Ledger.tiers", "Transfer.flows"})
"""Lists whose order says something."""


def names_of(system: Mapping[str, Any]) -> list[str]:
    """Return every name that a system declares, once, sorted."""
    named = {name for section in NAMED for name in system.get(section, {})}
    return sorted(named | {entry["id"] for section in IDENTIFIED for entry in system.get(section, ())})


def renamed(system: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """Return a system in which every name, wherever it is declared or referred to, is another one."""

    def new(reference: str) -> str:
        kind, colon, name = reference.rpartition(":")
        return f"{kind}{colon}{names.get(name, name)}"

    def walk(value: Any, kind: inspect.Type, field: str) -> Any:
        kind = plain(kind)
        if isinstance(kind, inspect.StructType):
            known = {one.encode_name: one for one in kind.fields}
            return {name: walk(inner, known[name].type, f"{kind.cls.__name__}.{name}") for name, inner in value.items()}
        if isinstance(kind, inspect.DictType):
            keyed = field in _KEYED or field.partition(".")[2] in NAMED
            return {
                (new(name) if keyed else name): walk(inner, kind.value_type, field) for name, inner in value.items()
            }
        if isinstance(value, list):
            if isinstance(kind, inspect.TupleType):
                return [walk(inner, one, field) for inner, one in zip(value, kind.item_types, strict=True)]
            assert isinstance(kind, inspect.VarTupleType)
            return [walk(inner, kind.item_type, field) for inner in value]
        if ORDERS[field].sort in ("other", "item", "party", "place") or field in (
            "Flow.id",
            "Transfer.id",
            "Assertion.id",
        ):
            return new(value)
        return value

    changed: dict[str, Any] = walk(system, model(), "")
    return changed


def renamed_subject(subject: str, names: Mapping[str, str]) -> str:
    """Return the identity of a subject after a renaming."""
    kind, _, parts = subject.partition(":")
    if kind in ("duty_pair", "system"):  # named by permissions, or by the system
        return subject
    quoted = {quote(old, safe=""): quote(new, safe="") for old, new in names.items()}
    first, *rest = parts.split("/")
    if kind == "claim":  # the path of the value comes last, whatever is called like a part of it
        return f"{kind}:" + "/".join([first, *(_part(part, quoted) for part in rest[:-1]), *rest[-1:]])
    what = first if kind == "probe" else _part(first, quoted)  # a probe's first part says which one it is
    return f"{kind}:" + "/".join([what, *(_part(part, quoted) for part in rest)])


def _part(part: str, quoted: Mapping[str, str]) -> str:
    """Return a part of an identity: a name, ``kind:name``, or several names joined in their order."""
    kind, colon, name = part.rpartition("%3A")
    names = [quoted.get(one, one) for one in name.split("%2B")]
    return f"{kind}{colon}{'%2B'.join(sorted(names))}"


def reordered(system: Mapping[str, Any], shuffled: Callable[[list[Any]], list[Any]]) -> dict[str, Any]:
    """Return a system with its sections, entries and lists in another order, but for lists whose order matters."""

    def walk(value: Any, kind: inspect.Type, field: str) -> Any:
        kind = plain(kind)
        if isinstance(kind, inspect.StructType):
            known = {one.encode_name: one for one in kind.fields}
            return {
                name: walk(value[name], known[name].type, f"{kind.cls.__name__}.{name}")
                for name in shuffled(list(value))
            }
        if isinstance(kind, inspect.DictType):
            return {name: walk(value[name], kind.value_type, field) for name in shuffled(list(value))}
        if isinstance(kind, inspect.VarTupleType):
            inner = [walk(one, kind.item_type, field) for one in value]
            return inner if field in _SORTED else shuffled(inner)
        return value

    changed: dict[str, Any] = walk(system, model(), "")
    return changed
