"""Whether anything notices a mutant: a gating finding that the unchanged declaration does not have."""

from __future__ import annotations

import datetime
import re
from collections import Counter
from typing import NamedTuple

from limen.analysis.facts import context_of, facts
from limen.errors import Problem, UnassessedError
from limen.model.declaration import Declaration
from limen.policy.catalog import Catalog
from limen.policy.decide import jobs_of
from limen.policy.engine import LOST, PolicyEngine, Query
from limen.policy.looking import Looking
from limen.policy.selection import Selection
from limen.records.subjects import SubjectTable

KNOWN_LIMIT = 20_000
"""Subjects whose judgement is kept for the next mutant; then all are forgotten."""

_NUMBER = re.compile(r"\[\d+\]")
_GATING = frozenset({"fail", "error", "not_assessed"})


class Gate(NamedTuple):
    """What a rule says of a shape that gates."""

    rule: str
    path: str
    status: str


def _kind(finding: str) -> str:
    """Return what a finding is about without its subject and the numbers in its path."""
    about, path, status = finding.rsplit("::", 2)
    return f"{about.partition('::')[0]}::{_NUMBER.sub('[]', path)}::{status}"


class _FoundError(Exception):
    """Ends the computing of facts at the first new finding."""

    def __init__(self, finding: str) -> None:
        super().__init__(finding)
        self.finding = finding


class Judge:
    """Judges declarations by one selection of rules and keeps what it learnt for the next one."""

    def __init__(self, catalog: Catalog, selection: Selection, engine: PolicyEngine, as_of: datetime.date) -> None:
        """Load the rules into an engine, which the judge alone uses from then on."""
        self._selection, self._engine, self._as_of = selection, engine, as_of
        self._rules: dict[str, list[str]] = {}
        for rule_id, selected in selection.rules.items():
            if selected.rule.scope != "conformance":
                self._rules.setdefault(selected.rule.subject, []).append(rule_id)
        self._known: dict[tuple[str, bytes], tuple[Gate, ...]] = {}
        engine.prepare(jobs_of(catalog, selection, context_of(as_of)))

    def findings(self, declaration: Declaration) -> frozenset[str]:
        """Return all gating findings, each as rule::subject::path::status. Raises DeclarationError as `facts` does."""
        found: set[str] = set()
        tables = facts(declaration, as_of=self._as_of).tables
        for table in tables.values():
            found.update(self._of(table))
        return frozenset(found)

    def new_finding(self, declaration: Declaration, known: frozenset[str]) -> str:
        """Return one finding that is not known, or an empty text; raises DeclarationError as `facts` does.

        A known one that moved with a name or a number, such as that of a flow that is called otherwise, is not new.
        """

        def made(table: SubjectTable) -> None:
            found = set(self._of(table))
            new = sorted(found - known)
            if new:
                before, after = Counter(map(_kind, known)), Counter(map(_kind, found))
                for finding in new:
                    if after[_kind(finding)] > before[_kind(finding)]:
                        raise _FoundError(finding)

        try:
            facts(declaration, as_of=self._as_of, made=made)
        except _FoundError as found:
            return found.finding
        return ""

    def _of(self, table: SubjectTable) -> list[str]:
        rules = self._rules.get(table.kind)
        if not rules or not table.size:
            return []
        texts = [(table.kind, table.shape_json(shape)) for shape in range(table.shape_count)]
        unknown = [shape for shape, text in enumerate(texts) if text not in self._known]
        if unknown:
            self._ask(table, rules, unknown, texts)
        gates = [self._known[text] for text in texts]
        found = []
        if any(gates):
            for subject, shape in enumerate(table.shapes):
                for gate in gates[shape]:
                    status = "not_assessed" if gate.status == "fail" and table.assumed_flow(subject) else gate.status
                    found.append(f"{gate.rule}::{table.name(subject)}::{gate.path}::{status}")
        return found

    def _ask(self, table: SubjectTable, rules: list[str], shapes: list[int], texts: list[tuple[str, bytes]]) -> None:
        if len(self._known) > KNOWN_LIMIT:
            self._known = {text: self._known[text] for text in texts if text in self._known}
        entries = self._selection.entries
        queries = [
            Query(rule, [table.shape_json(shape, entries[rule].projection) for shape in shapes]) for rule in rules
        ]
        look = Looking(table)
        gates: dict[int, list[Gate]] = {shape: [] for shape in shapes}
        for rule, answers in zip(rules, self._engine.answer(queries), strict=True):
            for shape, answer in zip(shapes, answers, strict=True):
                if not answer.ok and answer.text.startswith(LOST):  # no mutant did that, so none is caught by it
                    raise UnassessedError(Problem(message=f"{rule}: {answer.text}", hint="--resume goes on from here"))
                outcome = look.outcome(entries[rule], answer, shape)
                if outcome.status in _GATING:
                    results = [one for one in outcome.results if one.status in _GATING]
                    gates[shape] += [Gate(rule, one.path, one.status) for one in results] or [
                        Gate(rule, "", outcome.status)
                    ]
        for shape, found in gates.items():
            self._known[texts[shape]] = tuple(found)
