"""Rules of a user's own with tests of theirs, to be mutated."""

from __future__ import annotations

from pathlib import Path

from limen.policy.catalog import load_catalog
from limen.testing.policy_exclusions import exclusions
from limen.testing.policy_journal import Journal
from limen.testing.policy_mutation import mutate
from limen.testing.policy_results import Mutation
from limen.testing.policy_targets import Bench, Target, bench
from tests.policy.support import BODY, METADATA, write_rule

HEAD = """package limen.rules.transit.mine_test

import data.limen.rules.transit.mine

subject := {"crossing": true, "depth": 2, "label": {"level": 1, "compartments": ["phi"], "text": "internal {phi}"}}

decide(given) := answer if {
	answer := {"applicable": mine.applicable, "checks": mine.checks}
		with input as given
		with data.limen.parameters as {"mine_depth": 2}
}
"""
CONFORMING = """
test_conforming if {
	answer := decide(object.union(subject, {"depth": 3}))
	answer == {"applicable": true, "checks": {"depth": {"holds": true, "actual": 3, "required": 2}}}
}
"""
EQUAL = """
test_the_minimum_itself_conforms if {
	decide(subject) == {"applicable": true, "checks": {"depth": {"holds": true, "actual": 2, "required": 2}}}
}
"""
VIOLATING = """
test_violating if {
	decide(object.union(subject, {"depth": 1})).checks == {"depth": {"holds": false, "actual": 1, "required": 2}}
}
"""
INSIDE = """
test_inside_a_zone_is_not_applicable if decide(object.union(subject, {"crossing": false})).applicable == false
"""
THOROUGH = HEAD + CONFORMING + EQUAL + VIOLATING + INSIDE
LINE = METADATA.count("\n") + BODY[: BODY.index('"holds"')].count("\n") + 1
"""The line of `holds` in the rule."""
COLUMN = len('\t"holds": input.depth ') + 1
"""The column of its comparison: a tab is one character."""


def write(folder: Path, tests: str = THOROUGH, body: str = BODY, metadata: str = METADATA) -> Path:
    """Write the rule transit.mine with its tests, and return the folder."""
    rule = write_rule(folder, metadata + body)
    rule.with_name("mine_test.rego").write_text(tests, encoding="utf-8")
    return folder


def mine(folder: Path, name: str = "transit.mine") -> tuple[Bench, Target]:
    """Return the bench of what is shipped and the folder's own, and one target of it."""
    ready = bench(load_catalog((folder,)), {name})
    return ready, ready.targets[0]


def mutated(folder: Path, *names: str, jobs: int = 1, deadline: float = 10.0, resume: bool = False) -> Mutation:
    """Mutate some targets (default: the user's own rule) and return what became of the mutants."""
    catalog = load_catalog((folder,))
    ready = bench(catalog, names or ("transit.mine",))
    journal = Journal(folder / "journal.jsonl", "this tool", resume=resume)
    try:
        return mutate(ready, journal, proofs=exclusions(catalog).proofs, jobs=jobs, deadline=deadline)
    finally:
        journal.close(complete=False)
