"""Text for a person at a terminal: grouped by crossing, worst first, one line of remedy each."""

from __future__ import annotations

from itertools import islice

from limen.errors import Location
from limen.records.assessment import Assessment, Finding
from limen.records.reconciliation import claim_states
from limen.records.subjects import percent_encoded
from limen.records.verdict import exit_code, gates, gating
from limen.reports import Options
from limen.reports._places import Places
from limen.reports._reality import (
    TROUBLED,
    attempt_trouble,
    attempt_words,
    attempts_line,
    claims_line,
    of_reality,
    shown,
    side_by_side,
)
from limen.reports._rows import empty_rules
from limen.reports._words import STATUS_WORDS, by_crossing, cut, decisions_line, one_line, plural

EXTENSION = "txt"
MOST = 200
"""Findings shown; more are counted, and the other formats have them all."""
MOST_WORDS = 800
"""Characters of one text shown."""
MOST_ALIKE = 8
"""Subjects shown of findings that differ in nothing else; more are counted."""
NAME = 10
"""Digits of a fingerprint shown, enough for `limen explain` and `limen waive`."""
TIE = "\0"
"""A space at which no line ends; no printable text holds it."""
INDENT = 15
MOST_CLAIMS = 60
"""Claims and attempts in trouble shown; more are counted."""
SHORT = {"contradicted": "contradicted", "error": "in error", "unobserved": "unobserved", "stale": "stale"}
"""One word for each state of a claim that is shown."""
WORST = {"contradicted": "critical", "error": "error", "unobserved": "not_assessed", "stale": "medium"}
"""What each of them is coloured as."""
LEAST_WIDTH = 60
"""Columns below which lines are left to the terminal."""

_COLORS = {"critical": "1;31", "high": "31", "medium": "33", "low": "36", "error": "1;35", "not_assessed": "35"}


def render(assessment: Assessment, options: Options) -> bytes:
    """Return the report as UTF-8 text; colour and hyperlinks only where the options allow them."""
    lines: list[str] = []
    if not options.quiet:
        lines += _head(assessment, options)
    findings = assessment.findings
    wanted = (finding for finding in findings if not options.quiet or gates(finding, assessment))
    shown = list(islice(wanted, MOST))  # the rest of a large system is never made
    places = Places(assessment)
    for name, group in by_crossing(shown):
        lines += _group(name, group, places, options)
    total = sum(gating(assessment)) if options.quiet else len(findings)
    if len(shown) < total:
        left = plural(total - len(shown), "more finding")
        lines += [f"… and {left}: --format json has them all", ""]
    if not options.quiet:
        lines += _reality(assessment, options)
        lines += _facts(assessment, options)
        lines.append(decisions_line(assessment))
    verdict = one_line(assessment.verdict())
    lines.append(_style(verdict, "1;32" if exit_code(assessment) == 0 else "1;31", options))
    return ("\n".join(map(str.rstrip, lines)) + "\n").encode()


def _head(assessment: Assessment, options: Options) -> list[str]:
    title = _words(f"{assessment.system}: {assessment.system_title}")
    profiles = ", ".join(assessment.profiles) or "no profile"
    return [
        _style(title, "1", options),
        one_line(f"{assessment.declaration} · {profiles} · law as of {assessment.as_of}"),
        "",
    ]


def _group(name: str, findings: list[Finding], places: Places, options: Options) -> list[str]:
    first = findings[0]
    own = next((f.subject_title for f in findings if f.crossing and f.subject == f"flow:{f.crossing}"), "")
    title = f"{name}: {own}" if own else name if first.crossing else first.subject_title or name
    lines = [_style(_words(title), "1", options)]
    alike: dict[tuple[str, ...], list[Finding]] = {}
    for finding in findings:  # one defect is often found on many subjects: said once, with all of them
        key = (finding.rule, finding.status, finding.disposition, finding.message, str(finding.location))
        alike.setdefault((*key, finding.provenance, finding.waiver, *finding.refs), []).append(finding)
    for same in alike.values():
        lines += _finding(same, places.typed(same[0].location), options)
    return [*lines, ""]


def _finding(same: list[Finding], place: Location, options: Options) -> list[str]:
    """Return the lines of findings that differ in nothing but their subjects."""
    finding = same[0]
    kind = finding.severity if finding.status == "fail" else finding.status
    rule = one_line(finding.rule)
    accepted = "" if finding.disposition == "open" else f" [{finding.disposition}]"
    first, *rest = _wrapped(f"{rule}{accepted}  {_words(finding.message)}", options)
    word = _style(f"{STATUS_WORDS.get(kind, kind):<12}", _COLORS[kind], options)
    lines = [f"  {word} {_style(rule, '1', options)}{first[INDENT + len(rule) :]}", *rest]
    because = f" ({_words(finding.provenance)})" if finding.provenance else ""
    name = f" ·{TIE}{finding.fingerprint[:NAME]}" if len(same) == 1 else ""
    where, *rest = _wrapped(f"{one_line(str(place))}{because}{name}", options)
    lines += [_link(where, place.file, options), *rest]
    for one in same[:MOST_ALIKE]:
        title = _words(one.subject_title or one.subject)
        if len(same) > 1:
            lines += _wrapped(f"on {title} ·{TIE}{one.fingerprint[:NAME]}", options)
        elif one.subject_title and one.crossing and one.subject != f"flow:{one.crossing}":
            lines += _wrapped(f"on {title}", options)
    if len(same) > MOST_ALIKE:
        lines += _wrapped(f"and on {len(same) - MOST_ALIKE} more", options)
    if finding.refs:
        lines += _wrapped(f"see {_words(', '.join(finding.refs))}", options)
    if finding.waiver:
        lines += _wrapped(_words(finding.waiver), options)
    return [*lines, *_wrapped(f"fix: {_words(finding.remediation)}", options)]


def _facts(assessment: Assessment, options: Options) -> list[str]:
    lines = [f"note: {_words(note)}" for note in assessment.notes]
    lines += [
        f"deviation: {_words(d.parameter)} is {_words(d.actual)}; "
        f"profile {_words(d.profile)} asks for {_words(d.expected)} ({one_line(d.rule)})"
        for d in assessment.deviations
    ]
    idle = empty_rules(assessment)
    if idle:
        lines.append(f"{plural(len(idle), 'rule')} without subjects: {', '.join(map(one_line, idle))}")
    counts = [
        plural(len(assessment.map.nodes), "component"),
        plural(len(assessment.map.edges), "flow"),
        plural(len(assessment.crossings), "crossing"),
        plural(len(assessment.decisions), "rule"),
        one_line(assessment.engine),
    ]
    if assessment.verified_by:
        counts.append(f"verified by {one_line(assessment.verified_by)}")
    lines.append(", ".join(counts))
    return [part for line in lines for part in _wrapped(line, options, 0)]


def _reality(assessment: Assessment, options: Options) -> list[str]:
    """Return what was observed: the claims that are in trouble, the attempts that are, and the numbers of all."""
    if not of_reality(assessment):
        return []
    lines = [_style("declared and observed", "1", options)]
    claims = list(islice(shown(assessment, *TROUBLED), MOST_CLAIMS))
    for claim in claims:
        word = _style(f"{SHORT[claim.state]:<12}", _COLORS[WORST[claim.state]], options)
        title = _words(f"{claim.row.claim} of {claim.row.section} {claim.row.name}")
        lines += [f"  {word} {_style(title, '1', options)}", *_wrapped(_words(side_by_side(claim)), options)]
    troubled = attempt_trouble(assessment)
    for row in troubled[:MOST_CLAIMS]:
        lines += _wrapped(f"probe {_words(attempt_words(row))}", options, 2)
    left = sum(len(claim_states(assessment)[state]) for state in TROUBLED) - len(claims)
    left += max(0, len(troubled) - MOST_CLAIMS)
    if left:
        lines.append(f"  … and {left} more: --format json has them all")
    for line in (claims_line(assessment), attempts_line(assessment)):
        lines += _wrapped(line, options, 2)
    return [*lines, ""]


def _words(text: str) -> str:
    return cut(one_line(text), MOST_WORDS)


def _wrapped(text: str, options: Options, indent: int = INDENT) -> list[str]:
    """Return text in lines of the terminal's width, all indented; a narrow terminal folds lines itself."""
    lead = " " * indent
    if options.width < LEAST_WIDTH or indent + len(text) <= options.width:
        return [lead + text.replace(TIE, " ")]
    from textwrap import wrap

    lines = wrap(
        text,
        options.width,
        initial_indent=lead,
        subsequent_indent=lead or "  ",
        break_long_words=False,  # a place that is cut in two can be neither clicked nor copied
        break_on_hyphens=False,
    )
    return [line.replace(TIE, " ") for line in lines]


def _style(text: str, codes: str, options: Options) -> str:
    return f"\x1b[{codes}m{text}\x1b[0m" if options.color else text


def _link(line: str, file: str, options: Options) -> str:
    """Return a line as a hyperlink (OSC 8) to the file where that has an absolute path, else as it is."""
    if not options.color or not file.startswith("/"):
        return line
    text = line.lstrip()
    target = "/".join(map(percent_encoded, one_line(file).split("/")))
    return f"{line[: len(line) - len(text)]}\x1b]8;;file://{target}\x1b\\{text}\x1b]8;;\x1b\\"
