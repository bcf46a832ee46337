"""Valid systems: a small sound one, changed at random into others that conform or not, but always load."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import yaml
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy
from msgspec import inspect

from limen.analysis.network import build_network
from limen.model.declaration import Declaration
from limen.testing.declaration_building import refusal
from limen.testing.declaration_places import model
from limen.testing.strategies.drawing import FRESH, Drawing, plain

CHANGES = 6
"""Changes of a drawn system, at most; several together are what one mistake at a time never is."""
SECTIONS = (
    "data", "zones", "components", "keys", "roles", "principals", "tenants", "ledgers", "flows", "transfers",
    "assertions",
)  # fmt: skip
"""Sections that hold entries, which are added and taken away as wholes."""
_FIXED = frozenset({"version", "system", "include", "profiles"})

_DUMPER: type[yaml.SafeDumper] = getattr(yaml, "CSafeDumper", yaml.SafeDumper)  # much faster where libyaml is there

System = dict[str, Any]
"""A declaration as plain values: what YAML or JSON would say."""


@cache
def _base() -> bytes:
    text = (Path(__file__).parent / "base.yaml").read_text(encoding="utf-8")
    return msgspec.json.encode(yaml.safe_load(text))


def base_system() -> System:
    """Return the small sound system that every drawn one starts from; no part of it is shared with another."""
    system: System = msgspec.json.decode(_base())
    return system


@st.composite
def systems(draw: DrawFn, *, changes: int = CHANGES) -> System:
    """Draw a system that loads: the base with at most so many changes of values, parts and whole entries."""
    system = base_system()
    for _ in range(draw(st.integers(0, changes))):
        changed = draw(_changes(system))
        if changed is not None and is_valid(changed):
            system = changed
    return system


def is_valid(system: System) -> bool:
    """Return whether a system loads, and whether what its flows inherit can be ordered."""
    try:
        declaration = msgspec.convert(system, Declaration)
    except msgspec.ValidationError:
        return False
    if not declaration.flows or refusal(declaration):
        return False
    network = build_network(declaration)
    for flow, source, target in zip(network.flows, network.source, network.target, strict=True):
        zones = (network.zone_names[network.zone_of[end]] for end in (source, target))
        network.postures.transit(flow, *zones)
    return not network.postures.problems(declaration, None)


def text_of(system: System) -> str:
    """Return a system as the text of a boundaries.yaml."""
    return str(yaml.dump(system, Dumper=_DUMPER, sort_keys=False, allow_unicode=True, width=1000))


@st.composite
def _changes(draw: DrawFn, system: System) -> System | None:
    """Draw the system with one change, which may make it invalid; None where nothing can be drawn."""
    change: Callable[[System], SearchStrategy[System | None]] = draw(
        st.sampled_from([_put, _put, _put, _dropped, _added, _removed])
    )
    return draw(change(system))


@st.composite
def _put(draw: DrawFn, system: System) -> Any:
    """Draw the system with another value, or with one where there was none."""
    path, kind, field = draw(st.sampled_from(_fields(system)))
    values = Drawing(system).value(kind, field)
    return None if values is None else _with(system, path, draw(values))


@st.composite
def _dropped(draw: DrawFn, system: System) -> Any:
    """Draw the system without one value."""
    there = [path for path, _, _ in _fields(system) if path[-1] in _at(system, path[:-1])]
    return _without(system, draw(st.sampled_from(there)))


@st.composite
def _added(draw: DrawFn, system: System) -> Any:
    """Draw the system with one more entry in a section."""
    section = draw(st.sampled_from(SECTIONS))
    (field,) = [one for one in _top().fields if one.encode_name == section]
    kind = plain(field.type)
    inner = plain(kind.value_type if isinstance(kind, inspect.DictType) else kind.item_type)  # type: ignore[attr-defined]
    entries = Drawing(system).value(inner, f"Declaration.{section}")
    if entries is None:
        return None
    entry = draw(entries)
    if isinstance(kind, inspect.DictType):
        return _with(system, (section, draw(st.sampled_from(FRESH))), entry)
    return {**system, section: [*system.get(section, ()), entry]}


@st.composite
def _removed(draw: DrawFn, system: System) -> Any:
    """Draw the system without one entry, or without a whole section."""
    there = [(section,) for section in system if section not in _FIXED]
    for section in SECTIONS:
        entries = system.get(section, ())
        there += [(section, name) for name in (entries if isinstance(entries, dict) else range(len(entries)))]  # type: ignore[misc]
    return _without(system, draw(st.sampled_from(there)))


def _top() -> inspect.StructType:
    top = model()
    assert isinstance(top, inspect.StructType)  # noqa: S101 the model's root is a struct
    return top


Field = tuple[tuple[str | int, ...], inspect.Type, str]
"""Where a field is or could be, its type, and its name such as Tls.min."""


def _fields(system: System) -> list[Field]:
    """Return every field of every struct that is there, filled or not."""
    found: list[Field] = []

    def walk(value: Any, kind: inspect.Type, path: tuple[str | int, ...]) -> None:
        kind = plain(kind)
        if isinstance(kind, inspect.StructType):
            for field in kind.fields:
                if path or field.encode_name not in (*_FIXED, *SECTIONS):
                    found.append(((*path, field.encode_name), field.type, f"{kind.cls.__name__}.{field.encode_name}"))
                if field.encode_name in value:
                    walk(value[field.encode_name], field.type, (*path, field.encode_name))
        elif isinstance(kind, inspect.DictType):
            for name, inner in value.items():
                walk(inner, kind.value_type, (*path, name))
        elif isinstance(kind, inspect.VarTupleType):
            for number, inner in enumerate(value):
                walk(inner, kind.item_type, (*path, number))

    walk(system, _top(), ())
    return found


def _at(value: Any, path: tuple[str | int, ...]) -> Any:
    for step in path:
        value = value[step]
    return value


def _with(value: Any, path: tuple[str | int, ...], new: Any) -> Any:
    if not path:
        return new
    changed = value.copy()
    if len(path) == 1 and isinstance(value, dict):
        changed[path[0]] = new
    else:
        inner = value.get(path[0], {}) if isinstance(value, dict) else value[path[0]]
        changed[path[0]] = _with(inner, path[1:], new)
    return changed


def _without(value: Any, path: tuple[str | int, ...]) -> Any:
    changed = value.copy()
    if len(path) == 1:
        del changed[path[0]]
    else:
        changed[path[0]] = _without(value[path[0]], path[1:])
    return changed
