"""At which components a subject is, so that OSCAL can name them: its own, or both ends of its flow."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from limen.records.assessment import Assessment, RuleDecisions
from limen.records.statuses import Status
from limen.records.subjects import SubjectTable

Where = tuple[str, ...]
"""Ids of components, sorted; empty for what belongs to the system as a whole."""


class Whereabouts:
    """Finds the components of subjects, once a kind."""

    def __init__(self, assessment: Assessment) -> None:
        """Know the components and the ends of flows."""
        self._tables = assessment.tables
        self._nodes = {node.id for node in assessment.map.nodes}
        self._ends = {edge.id: tuple(sorted({edge.source, edge.target} & self._nodes)) for edge in assessment.map.edges}
        self._known: dict[str, list[Where]] = {}
        self._names: dict[str, dict[str, int]] = {}

    def of_kind(self, kind: str) -> list[Where]:
        """Return the components of each subject of a kind, in order."""
        if kind not in self._known:
            table = self._tables[kind]
            self._known[kind] = [self._at(table.details(index).path) for index in range(table.size)]
        return self._known[kind]

    def index(self, kind: str, subject: str) -> int | None:
        """Return a subject's place in its table by its name; None where no table has it."""
        if kind not in self._tables:
            return None
        if kind not in self._names:
            self._names[kind] = {name: index for index, name in enumerate(self._tables[kind].names())}
        return self._names[kind].get(subject)

    def of(self, kind: str, index: int) -> Where:
        """Return the components of one subject."""
        return self._known[kind][index] if kind in self._known else self._at(self._tables[kind].details(index).path)

    def _at(self, path: tuple[str | int, ...]) -> Where:
        if len(path) < 2:
            return ()
        section, name = path[0], str(path[1])
        if section == "flows":
            return self._ends.get(name, ())
        return (name,) if section in ("components", "ledgers", "secrets") and name in self._nodes else ()


def statuses(decided: RuleDecisions, table: SubjectTable) -> Iterator[Status]:
    """Yield the status of each subject, in order."""
    of_code = [outcome.status for outcome in decided.outcomes]
    if table.assumed is None or not decided.assumed:
        yield from (of_code[decided.codes[shape]] for shape in table.shapes)
    else:
        yield from (decided.outcome(table, index).status for index in range(table.size))


def counts_by_component(assessment: Assessment, places: Whereabouts) -> dict[str, dict[str, Counter[Status]]]:
    """Return for each component and rule how many decisions on subjects there ended with which status."""
    found: dict[str, dict[str, Counter[Status]]] = {}
    for rule_id, decided in assessment.decisions.items():
        table = assessment.tables.get(decided.selected.rule.subject)
        if table is None or not table.size:
            continue
        pairs = Counter(zip(places.of_kind(table.kind), statuses(decided, table), strict=True))
        for (where, status), number in pairs.items():
            for component in where:
                found.setdefault(component, {}).setdefault(rule_id, Counter())[status] += number
    return found
