"""Failed and unjudged decisions, each with its findings, the worst first and not more than a reader can bear."""

from __future__ import annotations

import msgspec

from limen.records.assessment import Assessment, Finding
from limen.records.statuses import SEVERITIES
from limen.reports._oscal_places import Where, Whereabouts

MOST_FAILURES = 5_000
"""Decisions that get an observation, a finding and a risk of their own; the rest are counted."""


class Failure(msgspec.Struct, frozen=True, kw_only=True):
    """One decision that failed or could not be made."""

    rule: str
    subject: str
    findings: tuple[Finding, ...]
    """Its failed and unjudged checks, the worst first."""
    number: int | None
    """The decision's number, from 0, which is its line in core/decisions.jsonl; None for findings on waivers."""
    where: Where
    """Components that it is about."""

    @property
    def id(self) -> str:
        """``rule::subject``."""
        return f"{self.rule}::{self.subject}"

    @property
    def worst(self) -> Finding:
        """The finding that stands for all: open before accepted, a failure before a gap, then by severity."""
        return min(
            self.findings,
            key=lambda f: (f.disposition != "open", f.status != "fail", SEVERITIES.index(f.severity)),
        )

    @property
    def failed(self) -> bool:
        """Whether it failed; otherwise nobody knows."""
        return any(finding.status == "fail" for finding in self.findings)


def failures(assessment: Assessment, places: Whereabouts, most: int = MOST_FAILURES) -> list[Failure]:
    """Return decisions in the order of their worst finding; findings beyond the last are never made."""
    groups: dict[tuple[str, str], list[Finding]] = {}
    for finding in assessment.findings:
        key = (finding.rule, finding.subject)
        if key not in groups and len(groups) >= most:
            break
        groups.setdefault(key, []).append(finding)
    first = first_numbers(assessment)
    return [_failure(rule, subject, found, first, places) for (rule, subject), found in groups.items()]


def first_numbers(assessment: Assessment) -> dict[str, int]:
    """Return the number of each rule's first decision: they are counted rule by rule, subjects in order."""
    numbers: dict[str, int] = {}
    total = 0
    for rule_id, decided in assessment.decisions.items():
        numbers[rule_id] = total
        table = assessment.tables.get(decided.selected.rule.subject)
        total += table.size if table else 0
    return numbers


def _failure(
    rule: str, subject: str, found: list[Finding], first: dict[str, int], places: Whereabouts
) -> Failure:  # fmt: skip
    kind = subject.partition(":")[0]
    index = places.index(kind, subject) if rule in first else None
    return Failure(
        rule=rule,
        subject=subject,
        findings=tuple(found),
        number=None if index is None else first[rule] + index,
        where=() if index is None else places.of(kind, index),
    )
