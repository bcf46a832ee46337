"""GitHub workflow commands: one annotation a finding, at its line of the declaration."""

from __future__ import annotations

from limen.errors import Location
from limen.records.assessment import Assessment, Finding
from limen.records.verdict import gates
from limen.reports import Options
from limen.reports._places import Places
from limen.reports._reality import (
    attempt_trouble,
    attempt_words,
    attempts_line,
    claims_line,
    of_reality,
    shown,
    side_by_side,
)
from limen.reports._words import one_line, order

EXTENSION = "txt"


def render(assessment: Assessment, options: Options) -> bytes:
    """Return one workflow command a line, and the verdict as a notice."""
    places = Places(assessment)
    lines = [_command(f, places.typed(f.location), assessment) for f in sorted(assessment.findings, key=order)]
    lines += _reality(assessment)
    lines.append(f"::notice title=limen::{_data(assessment.verdict())}")
    return ("\n".join(lines) + "\n").encode()


def _reality(assessment: Assessment) -> list[str]:
    """Return a folded group of the log: every claim with its four values, worst first, and the attempts in trouble."""
    if not of_reality(assessment):
        return []
    lines = [f"::group::limen: {_data(claims_line(assessment))}"]
    for claim in shown(assessment):
        title = f"{claim.row.claim} of {claim.row.section} {claim.row.name}"
        lines.append(_plain(f"{claim.state}: {title} · {side_by_side(claim)} · attempt {claim.row.attempt}"))
    lines += [_plain(f"probe {attempt_words(row)}") for row in attempt_trouble(assessment)]
    return [*lines, _plain(attempts_line(assessment)), "::endgroup::"]


def _plain(text: str) -> str:
    """Return a line of the log in which the runner finds no command: those begin with two colons, or hold ##[."""
    return one_line(text).replace("##[", "## [").lstrip(":")


def _command(finding: Finding, place: Location, assessment: Assessment) -> str:
    level = "error" if gates(finding, assessment) else "warning" if finding.disposition == "open" else "notice"
    fields = {"file": place.file}
    if place.line:
        fields["line"] = str(place.line)
    if place.column:
        fields["col"] = str(place.column)
    accepted = "" if finding.disposition == "open" else f" ({finding.disposition})"
    fields["title"] = f"{finding.rule}{accepted}"
    properties = ",".join(f"{name}={_property(value)}" for name, value in fields.items())
    return f"::{level} {properties}::{_data(f'{finding.message}. {finding.remediation}')}"


def _data(text: str) -> str:
    """Return a message in which the runner finds no end and no command."""
    return one_line(text).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
