"""Mutation testing of rules: makes every mutant, loads it, and asks the rule's own tests whether they notice."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor, as_completed

import msgspec

from limen.policy.embedded import EmbeddedEngine
from limen.testing.policy_exclusions import Exclusion
from limen.testing.policy_journal import Journal
from limen.testing.policy_killing import Killing
from limen.testing.policy_loading import load, types
from limen.testing.policy_mutants import Mutant, mutants
from limen.testing.policy_results import Fate, Mutation, Outcome, TargetResult
from limen.testing.policy_targets import Bench, Target

DEADLINE = 10.0
"""Seconds that a rule's tests may take on one mutant; they take some milliseconds."""


def mutate(
    bench: Bench,
    journal: Journal,
    *,
    proofs: Mapping[str, Exclusion],
    jobs: int,
    deadline: float = DEADLINE,
    progress: Callable[[str], None] = lambda _: None,
) -> Mutation:
    """Return what became of every mutant of the bench's targets, in their order.

    `jobs` targets are examined at once, each with an engine's process of its own; `deadline` is in seconds, for
    one mutant. Raises UnassessedError where an engine's process can't be started, UsageError where the journal can't
    be written.
    """
    found = {target.name: journal.result(target.name, target.digest) for target in bench.targets}
    waiting = [target for target in bench.targets if found[target.name] is None]
    # The longest first, so that none is begun when all others are done.
    waiting.sort(key=lambda target: -len(target.suites) * len(target.module.text))
    with ThreadPoolExecutor(jobs) as pool:
        begun = {
            pool.submit(examine, target, bench, journal.key(target.digest), deadline): target for target in waiting
        }
        try:
            for done in as_completed(begun):
                result = done.result()
                journal.add(result)
                found[result.target] = result
                known = [one for one in found.values() if one is not None]
                survivors = sum(len(one.survivors) for one in known)
                progress(f"{len(known)} of {len(found)} rules mutated, {survivors} survivors; last {result.target}")
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return Mutation(targets=tuple(_excluded(one, proofs) for one in found.values() if one is not None))


def examine(target: Target, bench: Bench, key: str, deadline: float) -> TargetResult:
    """Return what became of a target's mutants, under the digest `key`; exclusions are not yet looked at.

    `deadline` is in seconds, for one mutant. Raises UnassessedError where the engine's process can't be started.
    """
    with Killing(deadline) as killing:
        problem = killing.failing(target)
        if problem:
            return TargetResult(target=target.name, digest=key, outcomes=(), problem=problem)
        made = mutants(target.name, target.tree, types(target, bench), bench.functions)
        loaded = load(made, target, bench)
        fates = killing.fates(target, loaded.sound)
    refused = {mutant.id: said for mutant, said in loaded.refused}
    outcomes = []
    for mutant in made:
        if mutant.id in refused:
            outcomes.append(_outcome(mutant, "refused", refused[mutant.id]))
        elif mutant.id in fates:
            outcomes.append(_outcome(mutant, fates[mutant.id]))
    unparsed = tuple(mutant.id for mutant in loaded.unparsed)
    return TargetResult(target=target.name, digest=key, outcomes=tuple(outcomes), unparsed=unparsed)


def engine_version() -> str:
    """Return name and version of the engine that runs the tests; raises UnassessedError where there is none."""
    with EmbeddedEngine.start() as engine:
        return engine.version


def _excluded(result: TargetResult, proofs: Mapping[str, Exclusion]) -> TargetResult:
    """Return a result whose survivors with a proof are equivalent; what a test kills stays killed."""
    outcomes = tuple(
        msgspec.structs.replace(outcome, fate="equivalent", reason=proofs[outcome.id].proof)
        if outcome.fate == "survived" and outcome.id in proofs
        else outcome
        for outcome in result.outcomes
    )
    return msgspec.structs.replace(result, outcomes=outcomes)


def _outcome(mutant: Mutant, fate: Fate, reason: str = "") -> Outcome:
    return Outcome(
        id=mutant.id,
        operator=mutant.operator,
        file=mutant.file,
        line=mutant.line,
        column=mutant.column,
        before=mutant.before,
        after=mutant.after,
        fate=fate,
        reason=reason,
    )
