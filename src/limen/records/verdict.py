"""How an assessment ended: its one line and its exit code."""

from __future__ import annotations

from typing import TYPE_CHECKING

from limen.records.statuses import EXIT_CONFORMING, EXIT_FINDINGS, EXIT_UNASSESSED, at_least, worst_exit

if TYPE_CHECKING:
    from limen.records.assessment import Assessment, Finding


def gates(finding: Finding, assessment: Assessment) -> bool:
    """Return whether a finding keeps the assessment from exit 0: open, and a gap or at the threshold."""
    if finding.disposition != "open":
        return False
    return finding.status != "fail" or at_least(finding.severity, assessment.fail_on)


def gating(assessment: Assessment) -> tuple[int, int]:
    """Return how many open findings are at or above the threshold, and how many gaps are open."""
    tally = assessment.tally
    return sum(n for severity, n in tally.failed.items() if at_least(severity, assessment.fail_on)), tally.gaps


def exit_code(assessment: Assessment, partial_accepted: bool = False) -> int:
    """Return 1 for findings, 3 for gaps, an empty or a partial assessment, else 0; 1 wins over 3."""
    failed, gaps = gating(assessment)
    codes = [EXIT_CONFORMING]
    if failed:
        codes.append(EXIT_FINDINGS)
    if gaps or (assessment.partial and not partial_accepted) or not assessment.counts.get("pass"):
        codes.append(EXIT_UNASSESSED)
    return worst_exit(*codes)


def verdict_line(assessment: Assessment) -> str:
    """Return the one line that says how it ended, never more than is known."""
    failed, gaps = gating(assessment)
    claims = f"{assessment.claims} {_plural(assessment.claims, 'claim')}, {assessment.observed} observed"
    if assessment.scope == "conformance" and assessment.unseeable:
        claims += f", {assessment.unseeable} that no probe can see"
    partial = f"partial assessment ({assessment.partial}): " if assessment.partial else ""
    if failed or gaps:
        parts = []
        if failed:
            parts.append(f"{failed} {_plural(failed, 'finding')}")
        if gaps:
            parts.append(f"{gaps} not assessed or in error")
        return f"{partial}does not conform: {', '.join(parts)}; {claims}"
    if not assessment.counts.get("pass"):
        return f"{partial}nothing was judged; {claims}"
    below = sum(assessment.tally.failed.values())
    if below:
        return f"{partial}{below} {_plural(below, 'finding')} below the threshold {assessment.fail_on}; {claims}"
    how = "conforms as declared" if assessment.scope == "design" else "conforms as observed"
    accepted = assessment.tally.accepted
    if accepted:
        return f"{partial}{how} but for {accepted} accepted {_plural(accepted, 'finding')}; {claims}"
    return f"{partial}{how}; {claims}"


def _plural(count: int, noun: str) -> str:
    return noun if count == 1 else f"{noun}s"
