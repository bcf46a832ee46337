"""Judges drawn systems by every shipped rule with one engine; what was judged before is remembered, as it is pure."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import msgspec

from limen.analysis.facts import context_of, facts
from limen.model.declaration import Declaration
from limen.policy.catalog import Catalog, load_catalog
from limen.policy.decide import jobs_of
from limen.policy.embedded import EmbeddedEngine
from limen.policy.engine import Query
from limen.policy.looking import Looking
from limen.policy.selection import Selection, select
from limen.records.assessment import Outcome
from limen.records.subjects import SubjectTable

AS_OF = datetime.date(2026, 11, 22)
GATING = frozenset({"fail", "error", "not_assessed"})


class Judged(NamedTuple):
    """What every rule says of every subject."""

    statuses: dict[tuple[str, str], str]
    """By rule and subject."""
    inputs: dict[tuple[str, str], bytes]
    """What of the subject the rule reads, its projection, and whether it is assumed."""

    def failing(self) -> set[tuple[str, str]]:
        """Return what fails."""
        return {key for key, status in self.statuses.items() if status == "fail"}

    def gating(self) -> set[tuple[str, str]]:
        """Return what gates: unknown does, as well as fail."""
        return {key for key, status in self.statuses.items() if status in GATING}


class Judge:
    """All rules of all profiles in one engine."""

    def __init__(self, engine: EmbeddedEngine, catalog: Catalog) -> None:
        self._engine = engine
        self.selection: Selection = select(catalog, tuple(catalog.profiles), as_of=AS_OF)
        self.rules: dict[str, list[str]] = {}
        for rule_id, selected in self.selection.rules.items():
            if selected.rule.scope != "conformance":
                self.rules.setdefault(selected.rule.subject, []).append(rule_id)
        self._known: dict[tuple[str, bytes, object], Outcome] = {}
        engine.prepare(jobs_of(catalog, self.selection, context_of(AS_OF)))

    def judge(self, system: dict[str, Any] | Declaration, *, whole: bool = False) -> Judged:
        """Judge a system; with `whole` each rule gets the whole subject, and nothing that was judged before counts."""
        declaration = system if isinstance(system, Declaration) else msgspec.convert(system, Declaration)
        tables = facts(declaration, as_of=AS_OF).tables
        judged = Judged({}, {})
        for kind, rules in self.rules.items():
            table = tables[kind]
            for rule, outcomes, inputs in self._of(table, rules, whole=whole):
                for index, shape in enumerate(table.shapes):
                    status = outcomes[shape].status
                    assumed = table.assumed_flow(index)
                    if status == "fail" and assumed:
                        status = "not_assessed"
                    key = (rule, table.name(index))
                    judged.statuses[key] = status
                    judged.inputs[key] = inputs[shape] + (b" assumed" if assumed else b"")
        return judged

    def _of(
        self, table: SubjectTable, rules: list[str], *, whole: bool
    ) -> Iterator[tuple[str, list[Outcome], list[bytes]]]:
        look = Looking(table)
        shapes = range(table.shape_count)
        asked: list[tuple[str, list[int], list[tuple[str, bytes, object]]]] = []
        for rule in rules:
            entry = self.selection.entries[rule]
            keys = [(rule, table.shape_json(shape, entry.projection), look.key(entry.rule, shape)) for shape in shapes]
            unknown = [shape for shape in shapes if whole or keys[shape] not in self._known]
            asked.append((rule, unknown, keys))
        queries = [
            Query(rule, [table.shape_json(shape) if whole else keys[shape][1] for shape in unknown])
            for rule, unknown, keys in asked
            if unknown
        ]
        answers = iter(list(self._engine.answer(queries)))  # to the end, or the next question gets what is left
        for rule, unknown, keys in asked:
            entry = self.selection.entries[rule]
            found: dict[int, Outcome] = {}
            if unknown:
                for shape, answer in zip(unknown, next(answers), strict=True):
                    found[shape] = look.outcome(entry, answer, shape)
                    if not whole:
                        self._known[keys[shape]] = found[shape]
            yield (
                rule,
                [found[shape] if shape in found else self._known[keys[shape]] for shape in shapes],
                [key[1] for key in keys],
            )


@contextmanager
def shipped_judge() -> Iterator[Judge]:
    """Start an engine with every shipped rule."""
    with EmbeddedEngine.start() as engine:
        yield Judge(engine, load_catalog(()))
