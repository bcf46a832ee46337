"""The auditors' workpaper as tables: what was assessed, by what, how it ended, and what was accepted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

import msgspec

from limen.records.assessment import Assessment, Finding
from limen.records.statuses import STATUSES
from limen.records.verdict import exit_code, gates
from limen.reports._coverage import coverage
from limen.reports._places import Places
from limen.reports._reality import of_reality
from limen.reports._rows import decision_counts, idle_rules, subjects
from limen.reports._words import STATUS_WORDS, decisions_line, plural, step_words

Cell = str | int | float
"""What a cell holds; an empty text is an empty cell."""
MOST_ROWS = 5_000
"""Rows of a sheet that is no sum; it says how many it left out."""
_COUNTS = tuple((STATUS_WORDS[status].capitalize(), 10) for status in STATUSES)


class Sheet(msgspec.Struct, frozen=True, kw_only=True):
    """One sheet."""

    name: str
    notes: tuple[str, ...]
    """What stands above the table: what it lists, and what it left out."""
    columns: tuple[tuple[str, int], ...]
    """Heading and width in characters of each column."""
    rows: Iterable[tuple[Cell, ...]]


def summary(assessment: Assessment) -> Sheet:
    """Return how the assessment ended, of what it was made and what the reader must know."""
    one = assessment
    scope = {"design": "design: the declaration alone", "conformance": "conformance: declaration and observations"}
    rows: list[tuple[Cell, ...]] = [
        ("Verdict", one.verdict()),
        ("Exit code", exit_code(one)),
        ("System", one.system),
        ("Title", one.system_title),
        ("Owner", one.owner or "the declaration names none"),
        ("Scope", scope[one.scope]),
        ("Partial", one.partial or "no: all selected rules on all subjects"),
        ("Assessed at", one.assessed_at),
        ("Law as of", one.as_of),
        ("Profiles", ", ".join(one.profiles)),
        ("Findings gate from severity", one.fail_on),
        ("Decisions", decisions_line(one)),
        *((f"Decisions: {STATUS_WORDS[status]}", one.counts[status]) for status in STATUSES),
        *((f"Open findings: {severity}", number) for severity, number in one.tally.failed.items()),
        ("Open gaps: not assessed or in error", one.tally.gaps),
        ("Accepted: waived, in the baseline or inherited", one.tally.accepted),
        ("Claims", one.claims),
        ("Claims observed", one.observed),
        *([("Claims that no probe can see", one.unseeable)] if of_reality(one) else []),
        ("Engine", one.engine),
        ("Decided again by", one.verified_by or "no second engine"),
        ("limen", one.tool_version),
        *((f"Input {file.path}", f"{file.size:,} bytes, SHA-256 {file.sha256}") for file in one.files),
        *(
            ("Deviation", f"{d.profile}: {d.parameter} of {d.rule} is {d.actual} in place of {d.expected}")
            for d in one.deviations
        ),
        *(("Note", note) for note in one.notes),
    ]
    note = "Unknown is never a pass: what could not be judged is counted as such, and gates."
    return Sheet(name="Summary", notes=(note,), columns=(("What", 44), ("Value", 100)), rows=rows)


def population(assessment: Assessment) -> Sheet:
    """Return every selected rule with the subjects that it judged, and how that ended; rules without subjects too."""
    counts = decision_counts(assessment)
    rows: list[tuple[Cell, ...]] = []
    total: Counter[str] = Counter()
    first = 1
    for rule_id, decided in assessment.decisions.items():
        rule, size = decided.selected.rule, subjects(decided, assessment)
        ended = counts[rule_id] if size else dict.fromkeys(STATUSES, 0)  # a row that stands for nothing is no decision
        total.update(ended)
        rows.append(
            (rule_id, rule.title, rule.subject, rule.severity, rule.scope, ", ".join(decided.selected.profiles),
             ", ".join(rule.controls), size, *(ended[status] for status in STATUSES),
             *((first, first + size - 1) if size else ("", "")))
        )  # fmt: skip
        first += size
    said = ", ".join(f"{total[status]:,} {STATUS_WORDS[status]}" for status in STATUSES)
    idle = len(idle_rules(assessment))
    notes = (
        f"{plural(len(assessment.decisions), 'rule')} on every subject of its kind: {first - 1:,} decisions, {said}.",
        f"{plural(idle, 'rule')} without subjects decided nothing; the summary counts each as one not applicable.",
        "First and last are lines of core/decisions.jsonl and core/details.jsonl, from 1.",
    )
    columns = (("Rule", 34), ("What must hold", 60), ("Kind", 16), ("Severity", 10), ("Scope", 12), ("Profiles", 24),
               ("Controls", 40), ("Subjects", 10), *_COUNTS, ("First", 9), ("Last", 9))  # fmt: skip
    return Sheet(name="Population", notes=notes, columns=columns, rows=rows)


def kinds(assessment: Assessment) -> Sheet:
    """Return every kind of subject: how many there are, and how many rules judge them."""
    judging = Counter(decided.selected.rule.subject for decided in assessment.decisions.values())
    sizes = {kind: table.size for kind, table in assessment.tables.items()} | {
        kind: 0 for kind in judging if kind not in assessment.tables
    }
    rows = [(kind, size, judging[kind], size * judging[kind]) for kind, size in sizes.items()]
    notes = ("What there is to judge; a kind that no rule judges is listed with 0 rules.",)
    columns = (("Kind", 24), ("Subjects", 12), ("Rules", 12), ("Decisions", 12))
    return Sheet(name="Kinds", notes=notes, columns=columns, rows=rows)


def exceptions(assessment: Assessment) -> Sheet:
    """Return failed and unjudged checks with their places and witnesses, the worst first."""
    places = Places(assessment)
    size = len(assessment.findings)
    notes = (left_out(size, MOST_ROWS, "finding", "core/findings.jsonl"),)
    columns = (("Rule", 30), ("What must hold", 40), ("Subject", 36), ("In words", 30), ("Path", 24), ("Status", 13),
               ("Severity", 10), ("Confidence", 11), ("Disposition", 12), ("Gates", 7), ("Finding", 60), ("Actual", 20),
               ("Required", 20), ("Where from", 26), ("Place", 26), ("Witness", 60), ("What to do", 50),
               ("Controls", 40), ("Fingerprint", 34))  # fmt: skip
    rows = (_exception(f, places, gates(f, assessment)) for f in assessment.findings[:MOST_ROWS])
    return Sheet(name="Exceptions", notes=notes, columns=columns, rows=rows)


def waivers(assessment: Assessment) -> Sheet:
    """Return what was accepted, by whom and until when, and findings on the waivers themselves."""
    shown = list(_accepted(assessment))
    void = sum(finding.disposition == "open" for finding in shown)
    notes = (
        f"{plural(assessment.tally.accepted, 'finding')} accepted, of which {len(shown) - void:,} are listed.",
        f"{plural(void, 'finding')} on waivers themselves. A waiver does not turn a failure into a pass.",
    )
    columns = (("Disposition", 13), ("Approved by, why and until when", 70), ("Rule", 30), ("Subject", 36),
               ("Path", 24), ("Severity", 10), ("Finding", 60), ("Place", 26), ("Fingerprint", 34))  # fmt: skip
    places = Places(assessment)
    rows = (
        ("void" if f.disposition == "open" else f.disposition, f.waiver or _NOBODY.get(f.disposition, ""), f.rule,
         f.subject, f.path, f.severity, f.message, str(places.typed(f.location)), f.fingerprint)
        for f in shown
    )  # fmt: skip
    return Sheet(name="Waivers", notes=notes, columns=columns, rows=rows)


def controls(assessment: Assessment) -> Sheet:
    """Return every control that a selected rule serves, and how its decisions ended."""
    rows: list[tuple[Cell, ...]] = [
        (row.name, row.citation, row.title, row.status, row.verdict, *(row.counts[status] for status in STATUSES),
         ", ".join(row.rules), row.gap)
        for row in coverage(assessment)
    ]  # fmt: skip
    notes = (
        f"{plural(len(rows), 'control')}. One bad decision spoils a control.",
        "What rules judge only in part is never said to be met as a whole.",
    )
    columns = (("Control", 30), ("Citation", 34), ("Title", 44), ("Status", 12), ("Verdict", 22), *_COUNTS,
               ("Rules", 60), ("What no rule judges", 50))  # fmt: skip
    return Sheet(name="Controls", notes=notes, columns=columns, rows=rows)


def left_out(size: int, most: int, noun: str, where: str) -> str:
    """Return what a table says of its length: all of it, or how many rows it lacks and where they are."""
    if size <= most:
        return f"{plural(size, noun)}, all listed."
    return f"{most:,} of {plural(size, noun)} are listed; {size - most:,} are left out and stand in {where}."


_NOBODY = {"baseline": "nobody: it was there before", "inherited": "nobody: it was there at the reference"}


def _accepted(assessment: Assessment) -> Iterator[Finding]:
    """Yield accepted findings, and those on waivers; of very many only the ends are made, where accepted ones are."""
    findings = assessment.findings
    if len(findings) > 2 * MOST_ROWS:
        tail = min(assessment.tally.accepted, MOST_ROWS)
        findings = (*findings[:MOST_ROWS], *findings[len(findings) - tail :])
    for finding in findings:
        if finding.disposition != "open" or finding.rule not in assessment.decisions:
            yield finding


def _exception(finding: Finding, places: Places, gating: bool) -> tuple[Cell, ...]:
    return (
        finding.rule, finding.title, finding.subject, finding.subject_title, finding.path, STATUS_WORDS[finding.status],
        finding.severity, finding.confidence, finding.disposition, "yes" if gating else "no", finding.message,
        finding.actual.decode(errors="replace"), finding.required.decode(errors="replace"), finding.provenance,
        str(places.typed(finding.location)), "; ".join(map(step_words, finding.witness)), finding.remediation,
        ", ".join(finding.controls), finding.fingerprint,
    )  # fmt: skip
