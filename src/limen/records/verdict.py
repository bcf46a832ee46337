"""How an assessment ended: its one line and its exit code."""

from __future__ import annotations

from typing import TYPE_CHECKING

from limen.records.statuses import EXIT_CONFORMING, EXIT_FINDINGS, EXIT_UNASSESSED, at_least, worst_exit

if TYPE_CHECKING:
    from limen.records.assessment import Assessment, Finding


def gating(assessment: Assessment) -> tuple[list[Finding], list[Finding]]:
    """Return the open findings at or above the threshold, and the open gaps, which gate whatever their severity."""
    open_ones = [finding for finding in assessment.findings if finding.disposition == "open"]
    failed = [f for f in open_ones if f.status == "fail" and at_least(f.severity, assessment.fail_on)]
    gaps = [f for f in open_ones if f.status != "fail"]
    return failed, gaps


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
    partial = f"partial assessment ({assessment.partial}): " if assessment.partial else ""
    if failed or gaps:
        parts = []
        if failed:
            parts.append(f"{len(failed)} {_plural(len(failed), 'finding')}")
        if gaps:
            parts.append(f"{len(gaps)} not assessed or in error")
        return f"{partial}does not conform: {', '.join(parts)}; {claims}"
    if not assessment.counts.get("pass"):
        return f"{partial}nothing was judged; {claims}"
    below = sum(f.disposition == "open" for f in assessment.findings)
    if below:
        return f"{partial}{below} {_plural(below, 'finding')} below the threshold {assessment.fail_on}; {claims}"
    how = "conforms as declared" if assessment.scope == "design" else "conforms as observed"
    accepted = len(assessment.findings)
    if accepted:
        return f"{partial}{how} but for {accepted} accepted {_plural(accepted, 'finding')}; {claims}"
    return f"{partial}{how}; {claims}"


def _plural(count: int, noun: str) -> str:
    return noun if count == 1 else f"{noun}s"
