"""Facts of small systems, and their subjects by name as plain data."""

from __future__ import annotations

from datetime import date
from typing import Any

import msgspec

from limen.analysis.facts import Facts, facts
from limen.model.declaration import Declaration
from limen.records.subjects import Detail, SubjectTable
from tests.analysis.systems import system

AS_OF = date(2026, 11, 22)


def facts_of(components: dict[str, Any], flows: list[dict[str, Any]], **sections: Any) -> Facts:
    """The facts of a small system, on a fixed day."""
    return facts(system(components, flows, **sections), as_of=AS_OF)


def facts_on(declaration: Declaration) -> Facts:
    """The facts of a declaration, on a fixed day."""
    return facts(declaration, as_of=AS_OF)


def inputs(table: SubjectTable) -> dict[str, dict[str, Any]]:
    """Every subject's input, by its name without the kind."""
    return {table.name(index).partition(":")[2]: msgspec.json.decode(table.json(index)) for index in range(table.size)}


def detail(table: SubjectTable, name: str) -> Detail:
    """What the host knows of one subject."""
    return table.details(index_of(table, name))


def index_of(table: SubjectTable, name: str) -> int:
    """The place of a subject in its table."""
    return [table.name(index).partition(":")[2] for index in range(table.size)].index(name)


def some(whole: dict[str, Any], *fields: str) -> dict[str, Any]:
    """Some fields of an input; an absent one is left out."""
    return {field: whole[field] for field in fields if field in whole}
