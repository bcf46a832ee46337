"""The shipped rules are tested well: hardly a mutant of any of them survives its tests."""

from __future__ import annotations

import os
from pathlib import Path

from limen.policy.catalog import load_catalog
from limen.testing.policy_exclusions import exclusions
from limen.testing.policy_journal import Journal
from limen.testing.policy_mutation import mutate
from limen.testing.policy_targets import bench, names

LEAST = 98.0
"""Per cent; `limen mutate policy` asks for 95, which users' rules may reach too."""
MANY_PROOFS = 5
"""Exclusions beyond which somebody looks for a proof where a test was wanted."""


def test_at_least_98_in_100_mutants_are_killed(tmp_path: Path) -> None:
    catalog = load_catalog()
    excluded = exclusions(catalog)
    journal = Journal(tmp_path / "journal.jsonl", "one run", resume=False)
    try:
        found = mutate(bench(catalog), journal, proofs=excluded.proofs, jobs=os.cpu_count() or 1)
    finally:
        journal.close(complete=True)
    assert [result.target for result in found.targets] == list(names(catalog))
    assert {result.target: result.problem for result in found.targets if result.problem} == {}
    assert {result.target for result in found.targets if not result.judged} == set()
    assert {result.target: result.unparsed for result in found.targets if result.unparsed} == {}
    assert excluded.stale(found.targets) == []
    survivors = [
        f"{one.file}:{one.line}:{one.column}: {one.before} -> {one.after}"
        for result in found.targets
        for one in result.survivors
    ]
    assert found.score is not None
    assert found.score >= LEAST, "\n".join(survivors)
    assert len(excluded.proofs) < MANY_PROOFS
