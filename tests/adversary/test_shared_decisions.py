"""Sharing decisions between subjects that look alike changes none, and a wrong projection is noticed."""

from __future__ import annotations

import datetime

import msgspec
import pytest

from limen.analysis.facts import context_of, facts
from limen.assess import Assessed, Request, assess
from limen.errors import InternalError
from limen.policy.decide import decide, jobs_of
from limen.policy.embedded import EmbeddedEngine
from limen.policy.selection import Selection
from limen.records.assessment import Assessment, Outcome
from tests.needs import REPOSITORY

SYSTEMS = {
    "reference": REPOSITORY,
    "model": REPOSITORY / "examples" / "model",
    **{path.parent.name: path.parent for path in sorted(REPOSITORY.glob("examples/*/violating"))},
    **{f"{path.parent.name}, violating": path for path in sorted(REPOSITORY.glob("examples/*/violating"))},
}


def _outcomes(assessment: Assessment) -> dict[str, list[Outcome]]:
    return {
        rule: [decided.outcome(table, index) for index in range(table.size)]
        for rule, decided in assessment.decisions.items()
        for table in (assessment.tables[decided.selected.rule.subject],)
    }


@pytest.mark.parametrize("name", SYSTEMS)
def test_plain_decisions_are_the_same(name: str) -> None:
    shared = assess(Request(path=SYSTEMS[name])).assessment
    plain = assess(Request(path=SYSTEMS[name], memo=False)).assessment
    assert _outcomes(plain) == _outcomes(shared)
    assert plain.counts == shared.counts
    assert [finding.id for finding in plain.findings] == [finding.id for finding in shared.findings]


def _blind(whole: Assessed, rule: str, *, to: str) -> Selection:
    """Return the selection with a rule whose projection lacks a field that it reads, as a faulty analyser gives it."""
    entry = whole.selection.entries[rule]
    assert entry.projection is not None
    assert to in entry.projection
    fields = tuple(field for field in entry.projection if field != to)
    entries = {**whole.selection.entries, rule: msgspec.structs.replace(entry, projection=fields)}
    return msgspec.structs.replace(whole.selection, entries=entries)


@pytest.mark.parametrize(
    ("rule", "field"), [("transit.tls_minimum", "in_transit"), ("identity.unauthenticated", "authn")]
)
def test_a_wrong_projection_ends_the_run(rule: str, field: str) -> None:
    whole = assess(Request(path=REPOSITORY / "examples" / "trial-platform" / "violating", rules=(rule,)))
    selection = _blind(whole, rule, to=field)
    day = datetime.date(2026, 11, 22)
    found = facts(whole.loaded.declaration, as_of=day)
    with EmbeddedEngine.start() as engine:
        engine.prepare(jobs_of(whole.catalog, selection, context_of(day)))
        with pytest.raises(InternalError, match=f"shared and plain decisions of {rule} differ"):
            decide(selection, found.tables, engine)
