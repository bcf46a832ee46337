"""From a changed merged declaration to the model, converting only what changed."""

from __future__ import annotations

from typing import Any

import msgspec

from limen.errors import InternalError, Location
from limen.loading import Loaded, sections
from limen.loading.problems import Problems
from limen.loading.references import check_references
from limen.loading.sources import SourceMap
from limen.model.declaration import Declaration
from limen.model.flows import Flow
from limen.testing.declaration_places import Path


class _Nowhere(SourceMap):
    """Names without places: a mutant was never written into a file."""

    def locate(self, *path: str | int, key: bool = False) -> Location:
        """Return a location that says nothing."""
        return Location(file="")


def rebuilt(base: Declaration, declared: dict[str, Any], path: Path) -> Declaration:
    """Return the model of a merged declaration that differs from that of `base` at `path` only.

    Raises InternalError where the change is none that the schema allows: such a mutant should not have been made.
    """
    section = str(path[0])
    value = declared.get(section)
    try:
        if section in sections.NAMED and len(path) > 1 and path[1] in (value or {}):
            known: Any = getattr(base, section)
            entry = msgspec.convert(declared[section][path[1]], sections.NAMED[section])
            return msgspec.structs.replace(base, **{section: {**known, path[1]: entry}})
        kind = sections.IDENTIFIED.get(section) or sections.NUMBERED.get(section)
        entries: Any = getattr(base, section)
        if kind is not None and value is not None and len(path) > 1 and len(value) == len(entries):
            number = int(path[1])
            entry = msgspec.convert(value[number], kind)
            return msgspec.structs.replace(base, **{section: (*entries[:number], entry, *entries[number + 1 :])})
        return msgspec.convert(declared, Declaration)
    except msgspec.ValidationError as error:
        raise InternalError(f"a mutant of {'/'.join(map(str, path))} is not of the schema: {error}") from error


def refusal(declaration: Declaration) -> str:
    """Return why a declaration of the right shape would be refused when it is loaded; empty where it would not."""
    places = _Nowhere()
    for section in sections.NAMED:
        places.entries[section] = dict.fromkeys(getattr(declaration, section), 0)
    for section in sections.IDENTIFIED:
        entries = getattr(declaration, section)
        places.entries[section] = {entry.id: 0 for entry in entries}
        if len(places.entries[section]) < len(entries):
            return f"an id of {section} is declared twice"
    for section in sections.NUMBERED:
        places.entries[section] = dict.fromkeys(range(len(getattr(declaration, section))), 0)
    problems = Problems()
    check_references(declaration, places, problems)
    return problems.found[0].message if problems.found else ""


def effective(declaration: Declaration) -> Declaration:
    """Return a declaration that says what follows from it anyway: a flow's tenant, where its ends belong to one."""
    components = declaration.components

    def told(flow: Flow) -> Flow:
        tenants = {components[end].tenant for end in (flow.source, flow.target)} - {msgspec.UNSET}
        follows = flow.tenant is msgspec.UNSET and len(tenants) == 1
        return msgspec.structs.replace(flow, tenant=tenants.pop()) if follows else flow

    return msgspec.structs.replace(declaration, flows=tuple(map(told, declaration.flows)))


def without_include(loaded: Loaded, number: int) -> Declaration:
    """Return the declaration without one of its `include` patterns, and so without what only that one brings in.

    Patterns of included files reach files that those of the root may reach as well: a file goes only where every
    pattern that matches it, seen from the root's folder, is the one that goes.
    """
    declaration = loaded.declaration
    kept = {
        found.resolve()
        for index, pattern in enumerate(declaration.include)
        if index != number
        for found in loaded.root.glob(pattern)
    }
    gone = {
        found.relative_to(loaded.root).as_posix()
        for found in loaded.root.glob(declaration.include[number])
        if found.resolve() not in kept
    }
    changed: dict[str, Any] = {
        "include": (*declaration.include[:number], *declaration.include[number + 1 :]),
    }

    def stays(section: str, name: str | int) -> bool:
        return loaded.sources.locate(section, name).file not in gone

    for section in sections.NAMED:
        entries = getattr(declaration, section)
        changed[section] = {name: entry for name, entry in entries.items() if stays(section, name)}
    for section in sections.IDENTIFIED:
        changed[section] = tuple(entry for entry in getattr(declaration, section) if stays(section, entry.id))
    for section in sections.NUMBERED:
        listed = getattr(declaration, section)
        changed[section] = tuple(entry for index, entry in enumerate(listed) if stays(section, index))
    for section in sections.SINGLE:
        if loaded.sources.locate(section).file in gone:
            changed[section] = msgspec.UNSET
    return msgspec.structs.replace(declaration, **changed)
