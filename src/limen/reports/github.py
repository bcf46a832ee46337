"""GitHub workflow commands: one annotation a finding, at its line of the declaration."""

from __future__ import annotations

from limen.errors import Location
from limen.records.assessment import Assessment, Finding
from limen.records.verdict import gates
from limen.reports import Options
from limen.reports._places import Places
from limen.reports._words import one_line, order

EXTENSION = "txt"


def render(assessment: Assessment, options: Options) -> bytes:
    """Return one workflow command a line, and the verdict as a notice."""
    places = Places(assessment)
    lines = [_command(f, places.typed(f.location), assessment) for f in sorted(assessment.findings, key=order)]
    lines.append(f"::notice title=limen::{_data(assessment.verdict())}")
    return ("\n".join(lines) + "\n").encode()


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
