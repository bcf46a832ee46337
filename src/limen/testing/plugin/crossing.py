"""Crossings as tests look at them: what is effective on one, how it was judged and what was found."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec
import pytest

from limen.policy.wording import suggestion
from limen.records.assessment import Assessment, CrossingRow, Decision, Finding
from limen.testing.plugin.judging import only_one

_CROSSINGS = pytest.StashKey[tuple["Crossing", ...]]()

_KINDS = ("flow", "wire")
"""Subjects that belong to one crossing."""


class Crossing(CrossingRow, frozen=True, kw_only=True):
    """A crossing with its decisions and findings."""

    decisions: tuple[Decision, ...]
    """The decisions on the flow and on what it moves, in catalog order."""
    findings: tuple[Finding, ...]
    """All that was found on it, accepted findings too, the worst first."""


def crossings(config: pytest.Config, refusal: type[Exception]) -> tuple[Crossing, ...]:
    """Return all crossings in the order of the declaration; raise a refusal where there is none."""
    if _CROSSINGS not in config.stash:
        assessment = only_one(config, refusal).assessment
        if not assessment.crossings:
            raise refusal(f"{assessment.declaration} has no crossing: a test of each of them would test nothing")
        config.stash[_CROSSINGS] = _crossings(assessment)
    return config.stash[_CROSSINGS]


def finder(found: Sequence[Crossing]) -> Callable[[str], Crossing]:
    """Return what finds a crossing by its flow's id, and raises LookupError for a flow that is none."""
    by_flow = {crossing.flow: crossing for crossing in found}

    def find(flow: str) -> Crossing:
        __tracebackhide__ = True
        if flow not in by_flow:
            raise LookupError(f"there is no crossing {flow!r}: {suggestion(flow, by_flow)}")
        return by_flow[flow]

    return find


def _crossings(assessment: Assessment) -> tuple[Crossing, ...]:
    decisions: dict[str, list[Decision]] = {row.flow: [] for row in assessment.crossings}
    findings: dict[str, list[Finding]] = {row.flow: [] for row in assessment.crossings}
    flow_of: dict[tuple[str, int], str] = {}
    for decision in assessment.each_decision():
        if decision.kind in _KINDS:
            subject = (decision.kind, decision.index)
            if subject not in flow_of:
                flow_of[subject] = assessment.detail(decision).crossing
            decisions.get(flow_of[subject], []).append(decision)
    for finding in assessment.findings:
        findings.get(finding.crossing, []).append(finding)
    return tuple(
        Crossing(
            **msgspec.structs.asdict(row), decisions=tuple(decisions[row.flow]), findings=tuple(findings[row.flow])
        )
        for row in assessment.crossings
    )
