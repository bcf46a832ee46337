"""From what was observed to the part of a declaration that would say so: written for people, decided by nobody here.

A probe that can propose has a module `proposal` with `propose(facts)`: the facts of one target's observations to a
part of the target's entry in the declaration's own words. It proposes the strongest value that reconciliation agrees
with, and nothing where that says nothing: what was not seen is not declared.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import msgspec
from msgspec import UNSET

from limen import probes
from limen.analysis.kinds import OBSERVED
from limen.errors import Problem, UsageError
from limen.probes.registry import probe_names
from limen.records.attempts import Attempt, ProbeRun, Section

Propose = Callable[[Sequence[Any]], Mapping[str, Any]]
"""From the facts of a target's observations to a part of its entry; empty where they say nothing that is declared."""


class Proposal(msgspec.Struct, frozen=True, kw_only=True):
    """What one attempt would have a declaration say."""

    attempt: Attempt
    entry: Mapping[str, Any]
    """Part of the entry of the attempt's target, in the declaration's words; empty where nothing can be proposed."""
    why: str
    """Why nothing is proposed; empty where something is."""


def proposals(run: ProbeRun) -> list[Proposal]:
    """Return what each attempt of a run proposes, in order; raises UsageError where recorded facts are of no kind."""
    return [_proposal(attempt) for attempt in run.attempts]


def merged(found: Sequence[Proposal]) -> dict[tuple[Section, str], dict[str, Any]]:
    """Return one entry for each target, from all that is proposed of it; a later attempt replaces an earlier one."""
    entries: dict[tuple[Section, str], dict[str, Any]] = {}
    for one in found:
        if one.entry:
            _merge(entries.setdefault((one.attempt.section, one.attempt.target), {}), one.entry)
    return entries


def document(entries: Mapping[tuple[Section, str], Mapping[str, Any]]) -> dict[str, Any]:
    """Return entries in the sections of a declaration; those of typed targets stand alone, as no section has them."""
    found: dict[str, Any] = {}
    for (section, name), entry in entries.items():
        if section == "flow":
            found.setdefault("flows", []).append({"id": name, **entry})
        elif section in ("system", "typed"):
            _merge(found, entry)
        else:
            found.setdefault(f"{section}s", {})[name] = dict(entry)
    return found


def _proposal(attempt: Attempt) -> Proposal:
    if attempt.status != "completed":
        return Proposal(attempt=attempt, entry={}, why=attempt.reason or "it did not complete")
    propose = _propose(attempt.probe)
    if propose is None:
        return Proposal(attempt=attempt, entry={}, why="what this probe sees is judged, and nowhere declared")
    facts = []
    for observation in attempt.observations:
        struct = OBSERVED.get(observation.kind)
        try:
            if struct is None:
                raise msgspec.ValidationError("there is no such kind")
            facts.append(msgspec.json.decode(observation.facts, type=struct))
        except msgspec.MsgspecError as error:
            message = f"the observation of {attempt.probe} at {attempt.target} is no {observation.kind}: {error}"
            raise UsageError(Problem(message=message, hint="record it anew")) from None
    entry = propose(facts)
    return Proposal(attempt=attempt, entry=entry, why="" if entry else "it saw nothing that a declaration says")


def _propose(probe: str) -> Propose | None:
    """Return how a probe proposes; None where it can't."""
    if probe not in probe_names() or find_spec(f"{probes.__name__}.{probe}.proposal") is None:
        return None
    found: Propose = import_module(f"{probes.__name__}.{probe}.proposal").propose
    return found


def strongest(reconcile: Callable[[Any, Sequence[Any]], Any], values: Sequence[Any], facts: Sequence[Any]) -> Any:
    """Return the first value that a claim's reconciliation agrees with, of those given from the strongest; or UNSET."""
    for value in values:
        agreement = reconcile(value, facts)
        if agreement is not None and agreement.agrees:
            return value
    return UNSET


def nested(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return values by their dotted path as nested mappings, without those that are UNSET."""
    found: dict[str, Any] = {}
    for path, value in values.items():
        if value is not UNSET:
            *parents, last = path.split(".")
            place = found
            for name in parents:
                place = place.setdefault(name, {})
            place[last] = value
    return found


def _merge(into: dict[str, Any], entry: Mapping[str, Any]) -> None:
    for name, value in entry.items():
        if isinstance(value, Mapping):
            place = into.setdefault(name, {})
            _merge(place, value)
        else:
            into[name] = value
