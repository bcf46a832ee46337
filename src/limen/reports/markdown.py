"""Markdown for a pull request: the verdict, what is new and worst first, the rest folded."""

from __future__ import annotations

from limen.records.assessment import Assessment, Finding
from limen.records.verdict import exit_code
from limen.reports import Options
from limen.reports._words import by_crossing, decisions_line, order, plural
from limen.reports._words import markdown as plain

EXTENSION = "md"
MOST = 100
"""Rows of a table; GitHub refuses comments over 65,536 characters."""


def render(assessment: Assessment, options: Options) -> bytes:
    """Return the report as GitHub-flavoured Markdown."""
    good = exit_code(assessment) == 0
    lines = [f"## {'✅' if good else '❌'} limen: {plain(assessment.verdict())}", ""]
    profiles = ", ".join(assessment.profiles)
    lines += [f"{plain(assessment.system_title)} · {plain(profiles)} · law as of {assessment.as_of}", ""]
    open_ones = [finding for finding in assessment.findings if finding.disposition == "open"]
    accepted = [finding for finding in assessment.findings if finding.disposition != "open"]
    if open_ones:
        lines += _table(open_ones)
        lines += _details(open_ones)
    if accepted:
        lines += [f"<details><summary>{plural(len(accepted), 'accepted finding')}</summary>", ""]
        lines += [*_table(accepted), "</details>", ""]
    for note in assessment.notes:
        lines += [f"> {plain(note)}", ""]
    for deviation in assessment.deviations:
        lines += [
            f"> Deviation from {plain(deviation.profile)}: {plain(deviation.parameter)} is "
            f"{plain(deviation.actual)} in place of {plain(deviation.expected)}",
            "",
        ]
    lines.append(plain(decisions_line(assessment)))
    return ("\n".join(lines) + "\n").encode()


def _table(findings: list[Finding]) -> list[str]:
    lines = ["| Severity | Rule | Where | Finding |", "| --- | --- | --- | --- |"]
    for finding in sorted(findings, key=order)[:MOST]:
        kind = finding.severity if finding.status == "fail" else finding.status.replace("_", " ")
        state = "" if finding.disposition == "open" else f" ({finding.disposition})"
        subject = finding.subject_title or finding.subject
        lines.append(
            f"| {kind}{state} | {plain(finding.rule)} | {plain(subject)}<br>{plain(str(finding.location))} "
            f"| {plain(finding.message)} |"
        )
    if len(findings) > MOST:
        lines.append(f"\n… and {plural(len(findings) - MOST, 'more finding')}.")
    return [*lines, ""]


def _details(findings: list[Finding]) -> list[str]:
    lines = ["<details><summary>What to do</summary>", ""]
    for name, group in by_crossing(findings)[:MOST]:
        lines.append(f"**{plain(name)}**")
        lines += [f"- {text}" for text in dict.fromkeys(f"{plain(f.rule)}: {plain(f.remediation)}" for f in group)]
        lines.append("")
    return [*lines, "</details>", ""]
