"""What a failed decision says in the terminal: the finding, its place in the text, what to do and which law asks."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable

from limen.errors import LimenError, Location
from limen.records.assessment import Assessment, Finding
from limen.reports._excerpt import excerpt
from limen.reports._places import Places
from limen.reports._words import one_line, printable, step_words

WIDTH = 100
"""Columns of a failure; pytest knows no width where its output goes to a file or comes from a worker."""
_INDENT = " " * 6


def problem_text(error: LimenError) -> str:
    """Return every problem of an error with its place, the text underlined, and what to do."""
    lines = []
    for problem in error.problems:
        place = problem.location
        lines.append(f"{one_line(str(place))}: {printable(problem.message)}" if place else printable(problem.message))
        lines += _underlined(place)
        if problem.hint:
            lines.append(f"  = {printable(problem.hint)}")
    if len(error.problems) > 1:
        lines.append(f"{len(error.problems)} problems")
    return "\n".join(lines)


def finding_text(finding: Finding, assessment: Assessment, options: str) -> str:
    """Return a finding as a person mends it: what, where, how it comes about, what to do, who asks for it.

    `options` are those of `limen explain` under which it finds the same.
    """
    place = place_of(finding, assessment)
    because = f" ({one_line(finding.provenance)})" if finding.provenance else ""
    what = finding.severity if finding.status == "fail" else finding.status.replace("_", " ")
    accepted = "" if finding.disposition == "open" else f" [{finding.disposition}]"
    lines = textwrap.wrap(f"{what}{accepted}: {one_line(finding.message)}", WIDTH, subsequent_indent=_INDENT)
    lines += ["", f"{one_line(str(place))}{because}", *_underlined(place), ""]
    lines += _rows("on", [finding.subject_title or finding.subject])
    lines += _rows("way", [f"{number}. {step_words(step)}" for number, step in enumerate(finding.witness, 1)])
    lines += _rows("see", [", ".join(finding.refs)] if finding.refs else [])
    lines += _rows("fix", [finding.remediation])
    lines += _rows("law", [_control(name, assessment) for name in finding.controls])
    lines += _rows("kept", [finding.waiver] if finding.waiver else [])
    if finding.rule in assessment.decisions:
        lines += _rows("more", [f"limen explain {finding.fingerprint[:10]} {assessment.declaration}{options}"])
    return "\n".join(lines)


def place_of(finding: Finding, assessment: Assessment) -> Location:
    """Return where a finding is, with its file as the user would type it."""
    return Places(assessment).typed(finding.location)


def _control(name: str, assessment: Assessment) -> str:
    control = assessment.controls.get(name)
    return f"{control.citation}: {control.title} ({control.status})" if control else name


def _rows(head: str, texts: Iterable[str]) -> list[str]:
    """Return texts below one another, with a head before the first."""
    lines = []
    for number, text in enumerate(texts):
        lead = _INDENT if number else f"{head:<{len(_INDENT)}}"
        lines += textwrap.wrap(
            one_line(text), WIDTH, initial_indent=lead, subsequent_indent=_INDENT, break_on_hyphens=False
        )
    return lines


def _underlined(place: Location | None) -> Iterable[str]:
    if place is None or not place.excerpt or not place.line:
        return []
    return [text + mark for text, mark in excerpt(place.excerpt, place.line, place.column, place.length, WIDTH)]
