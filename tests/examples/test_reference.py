"""The reference system and the examples conform, and nothing in them is let pass unjudged."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from limen.analysis.system_subjects import SECTIONS
from limen.assess import Assessed, Request, assess
from limen.records.statuses import Status
from limen.records.subjects import ABSENT
from limen.records.verdict import exit_code
from tests.needs import REPOSITORY

REFERENCE = "boundaries.yaml"
EXAMPLES = tuple(
    f"examples/{name}/boundaries.yaml" for name in ("model", "trial-platform", "serialization", "pharmacy-network")
)
TWINS = tuple(
    f"examples/{name}/violating/boundaries.yaml" for name in ("trial-platform", "serialization", "pharmacy-network")
)


def _observing(name: str) -> set[str]:
    """Return the rules on observations, which `limen check` has none of: they are out of scope, or have no subjects."""
    decisions = _assessed(name).assessment.decisions
    return {rule for rule, decided in decisions.items() if decided.selected.rule.scope == "conformance"}


@cache
def _assessed(name: str) -> Assessed:
    return assess(Request(path=REPOSITORY / name))


@cache
def _statuses(name: str) -> dict[str, Counter[Status]]:
    """Return the number of decisions by rule and status."""
    assessment = _assessed(name).assessment
    found: dict[str, Counter[Status]] = {rule: Counter() for rule in assessment.decisions}
    for decision in assessment.each_decision():
        found[decision.rule][decision.status] += 1
    return found


@pytest.mark.parametrize("name", [REFERENCE, *EXAMPLES])
def test_conforms(name: str) -> None:
    """Exit 0 without a waiver, a baseline, a deviation or an assumption."""
    assessment = _assessed(name).assessment
    assert [finding.id for finding in assessment.findings] == []
    assert exit_code(assessment) == 0
    assert assessment.verdict() == f"conforms as declared; {assessment.claims} claims, 0 observed"
    assert (assessment.deviations, assessment.notes, assessment.partial) == ((), (), "")
    beside = (REPOSITORY / name).parent
    assert [file.name for file in (beside / "waivers.yaml", beside / "baseline.json") if file.exists()] == []
    for table in assessment.tables.values():
        assert table.assumed is None or set(table.assumed) <= {ABSENT}


def test_the_reference_is_judged_by_its_six_profiles() -> None:
    declared = _assessed(REFERENCE).loaded.declaration
    assert declared.profiles == ("zero-trust", "dscsa", "dea-controlled-substances", "part-11", "hipaa", "assured")
    # What a profile builds on is named too, after those that were asked for or before.
    assert set(declared.profiles) <= set(_assessed(REFERENCE).assessment.profiles)


def test_every_rule_finds_something_to_pass_in_the_reference() -> None:
    """No rule is not_applicable throughout, and nothing but pass and not_applicable comes out of a design rule."""
    statuses = _statuses(REFERENCE)
    observing = _observing(REFERENCE)
    assert {rule for rule, counts in statuses.items() if not counts["pass"]} == observing
    assert {kind for rule in observing for kind in statuses[rule]} == {"out_of_scope"}
    assert {kind for rule in statuses.keys() - observing for kind in statuses[rule]} == {"pass", "not_applicable"}


def test_the_reference_is_large_and_uses_all_sections() -> None:
    declaration = _assessed(REFERENCE).loaded.declaration
    assert len(declaration.components) >= 40
    assert len(declaration.flows) >= 80
    assert [section for section in SECTIONS if not getattr(declaration, section)] == []
    names = {file.name for file in _assessed(REFERENCE).loaded.files}
    assert {Path(name).suffix for name in names} == {".yaml", ".jsonl"}


@pytest.mark.parametrize("name", [REFERENCE, *EXAMPLES, *TWINS])
def test_editors_find_the_schema(name: str) -> None:
    """The first line names the published schema, relative to the file."""
    path = REPOSITORY / name
    first = path.read_text(encoding="utf-8").splitlines()[0]
    found = re.fullmatch(r"# yaml-language-server: \$schema=(\S+)", first)
    assert found
    assert (path.parent / found[1]).resolve() == REPOSITORY / "schema" / "boundaries.schema.json"
