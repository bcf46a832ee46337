"""Decisions as reports list them: one a subject, and one visible row for a selected rule without subjects."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from limen.records.assessment import Assessment, Decision, Finding, RuleDecisions
from limen.records.statuses import SEVERITIES, STATUSES, Status
from limen.reports._words import STATUS_WORDS

NO_SUBJECT = -1
"""Index of the row that stands for a rule without subjects."""


def subjects(decided: RuleDecisions, assessment: Assessment) -> int:
    """Return how many subjects a rule has."""
    table = assessment.tables.get(decided.selected.rule.subject)
    return table.size if table else 0


def idle_rules(assessment: Assessment) -> list[str]:
    """Return the selected rules that have no subject, in catalog order."""
    return [rule_id for rule_id, decided in assessment.decisions.items() if not subjects(decided, assessment)]


def empty_rules(assessment: Assessment) -> list[str]:
    """Return those that a reader is told of: in a design assessment, which has no observations, no rule on those."""
    return [
        rule_id
        for rule_id in idle_rules(assessment)
        if assessment.scope == "conformance" or assessment.decisions[rule_id].selected.rule.scope == "design"
    ]


def rows(assessment: Assessment) -> Iterator[Decision]:
    """Yield every decision, and for a rule without subjects one that is not_applicable and says so.

    Its subject is the kind with nothing behind it, such as ``ledger:``, and its index `NO_SUBJECT`.
    """
    for rule_id in idle_rules(assessment):
        rule = assessment.decisions[rule_id].selected.rule
        yield Decision(
            rule=rule_id,
            subject=f"{rule.subject}:",
            status="not_applicable",
            severity=rule.severity,
            results=(),
            reason=f"no subject of kind {rule.subject}",
            kind=rule.subject,
            index=NO_SUBJECT,
        )
    yield from assessment.each_decision()


def decision_counts(assessment: Assessment) -> dict[str, dict[Status, int]]:
    """Return the number of rows by status for each rule, without making a record of each."""
    counts: dict[str, dict[Status, int]] = {}
    for rule_id, decided in assessment.decisions.items():
        found: dict[Status, int] = dict.fromkeys(STATUSES, 0)
        table = assessment.tables.get(decided.selected.rule.subject)
        if table is None or not table.size:
            found["not_applicable"] = 1
        elif table.assumed is None or not decided.assumed:
            for code, number in Counter(map(decided.codes.__getitem__, table.shapes)).items():
                found[decided.outcomes[code].status] += number
        else:
            for index in range(table.size):
                found[decided.outcome(table, index).status] += 1
        counts[rule_id] = found
    return counts


def finding_kinds(findings: Iterable[Finding]) -> list[tuple[str, str, int]]:
    """Return every kind of finding that there is with its words and how many: errors, by severity, gaps, accepted."""
    kinds: Counter[str] = Counter()
    accepted: Counter[str] = Counter()
    for finding in findings:
        if finding.disposition == "open":
            kinds[finding.severity if finding.status == "fail" else finding.status] += 1
        else:
            accepted[finding.disposition] += 1
    found = [(name, STATUS_WORDS.get(name, name), kinds[name]) for name in ("error", *SEVERITIES, "not_assessed")]
    found += [("accepted", name, accepted[name]) for name in ("waived", "baseline", "inherited")]
    return [kind for kind in found if kind[2]]
