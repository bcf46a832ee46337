"""Text for a person at a terminal: grouped by crossing, worst first, one line of remedy each."""

from __future__ import annotations

from limen.records.assessment import Assessment, Finding
from limen.records.verdict import exit_code
from limen.reports import Options
from limen.reports._words import by_crossing, decisions_line, one_line, plural

EXTENSION = "txt"
MOST = 500
"""Findings shown; more are counted, and the other formats have them all."""

_COLORS = {"critical": "1;31", "high": "31", "medium": "33", "low": "36", "error": "1;35", "not_assessed": "35"}


def render(assessment: Assessment, options: Options) -> bytes:
    """Return the report as UTF-8 text; colour and hyperlinks only where the options allow them."""
    lines: list[str] = []
    if not options.quiet:
        lines += _head(assessment, options)
    shown = 0
    for name, findings in by_crossing(assessment.findings):
        if shown >= MOST:
            break
        lines += _group(name, findings[: MOST - shown], options)
        shown += len(findings[: MOST - shown])
    if shown < len(assessment.findings):
        lines += [f"… and {plural(len(assessment.findings) - shown, 'more finding')}: --format json has them all", ""]
    if not options.quiet:
        lines += _facts(assessment)
        lines.append(decisions_line(assessment))
    verdict = assessment.verdict()
    lines.append(_style(verdict, "1;32" if exit_code(assessment) == 0 else "1;31", options))
    return ("\n".join(map(str.rstrip, lines)) + "\n").encode()


def _head(assessment: Assessment, options: Options) -> list[str]:
    title = one_line(f"{assessment.system}: {assessment.system_title}")
    profiles = ", ".join(assessment.profiles) or "no profile"
    return [
        _style(title, "1", options),
        f"{one_line(assessment.declaration)} · {profiles} · law as of {assessment.as_of}",
        "",
    ]


def _group(name: str, findings: list[Finding], options: Options) -> list[str]:
    first = findings[0]
    title = f"{name}: {first.subject_title}" if first.crossing and first.subject_title else first.subject_title or name
    lines = [_style(one_line(title), "1", options)]
    for finding in findings:
        kind = finding.severity if finding.status == "fail" else finding.status
        word = _style(f"{kind.replace('_', ' '):<12}", _COLORS[kind], options)
        accepted = "" if finding.disposition == "open" else f" [{finding.disposition}]"
        lines.append(f"  {word} {_style(finding.rule, '1', options)}{accepted}  {one_line(finding.message)}")
        where = _link(one_line(str(finding.location)), finding.location.file, options)
        because = f" ({one_line(finding.provenance)})" if finding.provenance else ""
        lines.append(f"               {where}{because}")
        if finding.subject_title and finding.crossing and finding.subject != f"flow:{finding.crossing}":
            lines.append(f"               on {one_line(finding.subject_title)}")
        if finding.refs:
            lines.append(f"               see {one_line(', '.join(finding.refs))}")
        if finding.waiver:
            lines.append(f"               {one_line(finding.waiver)}")
        lines.append(f"               fix: {one_line(finding.remediation)}")
    return [*lines, ""]


def _facts(assessment: Assessment) -> list[str]:
    lines = [f"note: {one_line(note)}" for note in assessment.notes]
    for deviation in assessment.deviations:
        lines.append(
            one_line(
                f"deviation: {deviation.parameter} is {deviation.actual}; "
                f"profile {deviation.profile} asks for {deviation.expected} ({deviation.rule})"
            )
        )
    crossings = plural(len(assessment.crossings), "crossing")
    flows = plural(len(assessment.map.edges), "flow")
    components = plural(len(assessment.map.nodes), "component")
    lines.append(f"{components}, {flows}, {crossings}, {plural(len(assessment.decisions), 'rule')}, {assessment.engine}")
    return lines


def _style(text: str, codes: str, options: Options) -> str:
    return f"\x1b[{codes}m{text}\x1b[0m" if options.color else text


def _link(text: str, file: str, options: Options) -> str:
    """Return text as a hyperlink (OSC 8) to a file given by an absolute path, else as it is."""
    if not options.color or not file.startswith("/"):
        return text
    return f"\x1b]8;;file://{file}\x1b\\{text}\x1b]8;;\x1b\\"
