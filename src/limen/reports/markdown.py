"""Markdown for a pull request: the verdict, open findings worst first, accepted ones and remedies folded."""

from __future__ import annotations

from collections.abc import Iterable

from limen.records.assessment import Assessment, Finding
from limen.records.verdict import exit_code
from limen.reports import Options
from limen.reports._places import Places
from limen.reports._reality import TROUBLED, attempt_trouble, attempts_line, claims_line, of_reality, shown
from limen.reports._rows import empty_rules
from limen.reports._words import by_crossing, cut, decisions_line, one_line, order, plural
from limen.reports._words import markdown as plain

EXTENSION = "md"
ROOM = 60_000
"""Characters; GitHub refuses comments over 65,536."""
MOST_WORDS = 600
"""Characters of one cell, before they are escaped."""
_CLAIMS = [
    "| State | Claim | Declared | Inherited | Derived | Observed | Age | Attempt | Reason |",
    "| --- | --- | --- | --- | --- | --- | --- | --- | --- |",
]
_ATTEMPTS = ["| Ended | Probe | Target | Endpoint | Reason |", "| --- | --- | --- | --- | --- |"]
_TABLE = ["| Severity | Rule | Where | Finding |", "| --- | --- | --- | --- |"]


def render(assessment: Assessment, options: Options) -> bytes:
    """Return the report as GitHub-flavoured Markdown that fits into a comment."""
    good = exit_code(assessment) == 0
    lines = [f"## {'✅' if good else '❌'} limen: {_cell(assessment.verdict())}", ""]
    profiles = ", ".join(assessment.profiles) or "no profile"
    lines += [f"{_cell(assessment.system_title)} · {plain(profiles)} · law as of {plain(assessment.as_of)}", ""]
    foot, places = _foot(assessment), Places(assessment)
    findings = sorted(assessment.findings, key=order)
    open_ones = [finding for finding in findings if finding.disposition == "open"]
    accepted = [finding for finding in findings if finding.disposition != "open"]
    room = ROOM - _size(lines) - _size(foot)
    if open_ones:
        table = _table(open_ones, places, room * 3 // 5)
        lines += [*table, *_remedies(open_ones, room // 5)]
    if accepted:
        lines += [f"<details><summary>{plural(len(accepted), 'accepted finding')}</summary>", ""]
        lines += [*_table(accepted, places, room // 5), "</details>", ""]
    lines += _reality(assessment, room // 5)
    return ("\n".join([*lines, *foot]) + "\n").encode()


def _reality(assessment: Assessment, room: int) -> list[str]:
    """Return what was observed: numbers, and folded the claims and attempts that are in trouble."""
    if not of_reality(assessment):
        return []
    lines = [f"**Declared and observed.** {plain(claims_line(assessment))}. {plain(attempts_line(assessment))}.", ""]
    rows = [
        f"| {claim.state} | {_cell(f'{claim.row.claim} of {claim.row.section} {claim.row.name}')} "
        f"| {_cell(claim.declared)} | {_cell(claim.inherited)} | {_cell(claim.derived)} | {_cell(claim.observed)} "
        f"| {_cell(claim.age)} | {_cell(claim.row.attempt)} | {_cell(claim.row.reason)} |"
        for claim in shown(assessment, *TROUBLED)
    ]
    lines += _folded("claim", _CLAIMS, rows, room * 2 // 3)
    tried = [
        f"| {_cell(row.status)} | {_cell(row.probe)} | {_cell(f'{row.section} {row.target}')} "
        f"| {_cell(row.endpoint)} | {_cell(row.reason)} |"
        for row in attempt_trouble(assessment)
    ]
    return lines + _folded("attempt", _ATTEMPTS, tried, room // 3)


def _folded(noun: str, head: list[str], rows: list[str], room: int) -> list[str]:
    """Return rows as a folded table, as many as there is room for; nothing where there are none."""
    if not rows:
        return []
    lines = [f"<details><summary>{plural(len(rows), noun)} in trouble</summary>", "", *head]
    used, kept = _size(lines), 0
    for row in rows:
        used += len(row) + 1
        if used > room:
            break
        kept += 1
    left = len(rows) - kept
    return [*lines, *rows[:kept], "", *([f"… and {left:,} more.", ""] if left else []), "</details>", ""]


def _foot(assessment: Assessment) -> list[str]:
    lines = []
    for note in assessment.notes:
        lines += [f"> {_cell(note)}", ""]
    for deviation in assessment.deviations:
        used = f"{_cell(deviation.actual)} in place of {_cell(deviation.expected)}"
        lines += [f"> Deviation from {_cell(deviation.profile)}: {_cell(deviation.parameter)} is {used}", ""]
    idle = empty_rules(assessment)
    if idle:
        lines += [f"{plural(len(idle), 'rule')} without subjects: {_cell(', '.join(idle))}", ""]
    return [*lines, plain(decisions_line(assessment))]


def _cell(text: str) -> str:
    return plain(cut(one_line(text), MOST_WORDS))


def _size(lines: Iterable[str]) -> int:
    return sum(len(line) + 1 for line in lines)


def _table(findings: list[Finding], places: Places, room: int) -> list[str]:
    lines = list(_TABLE)
    used = _size(lines)
    for finding in findings:
        kind = finding.severity if finding.status == "fail" else finding.status.replace("_", " ")
        state = "" if finding.disposition == "open" else f" ({finding.disposition})"
        subject = finding.subject_title or finding.subject
        where = f"{_cell(subject)}<br>{_cell(str(places.typed(finding.location)))}"
        line = f"| {kind}{state} | {_cell(finding.rule)} | {where} | {_cell(finding.message)} |"
        used += len(line) + 1
        if used > room:
            break
        lines.append(line)
    left = len(findings) - len(lines) + len(_TABLE)
    return [*lines, "", *([f"… and {plural(left, 'more finding')}.", ""] if left else [])]


def _remedies(findings: list[Finding], room: int) -> list[str]:
    lines = ["<details><summary>What to do</summary>", ""]
    used = _size(lines)
    for name, group in by_crossing(findings):
        part = [f"**{_cell(name)}**", ""]
        part += [f"- {text}" for text in dict.fromkeys(f"{_cell(f.rule)}: {_cell(f.remediation)}" for f in group)]
        part.append("")
        used += _size(part)
        if used > room:
            lines += ["… and more: the other formats have a remedy with each finding.", ""]
            break
        lines += part
    return [*lines, "</details>", ""]
