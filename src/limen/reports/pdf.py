"""PDF/A-2a for people who sign, file and read on paper: the whole in words, long lists cut with what was left out."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from typing import Any

from limen.records.assessment import Assessment, Finding
from limen.records.statuses import Status
from limen.records.verdict import exit_code
from limen.reports import Options
from limen.reports._coverage import coverage
from limen.reports._flows import FlowRow, flow_rows, marks
from limen.reports._places import Places
from limen.reports._reality import CLAIM_WORDS, attempts_line, claims_line, moment_words, of_reality, shown
from limen.reports._rows import decision_counts, finding_kinds
from limen.reports._words import STATUS_WORDS, by_crossing, cut, decisions_line, one_line, order, plural, step_words
from limen.reports.maps.svg import svg
from limen.reports.pages.glyphs import drawn
from limen.reports.pages.typesetting import typeset

EXTENSION = "pdf"
IN_ALL = False
BINARY = True
NEEDS = "typst"
"""It needs the extra `evidence`: it is made where it is asked for, and in packs."""
MOST = 100
"""Rows shown of a list that grows with the system; the page says how many more there are."""
MOST_LAW = 1_000
"""Rows shown of rules, controls and files."""
_LONG = 2_200
"""Characters of a finding that fill much of a page: it may break across two."""
_WIDE = 1_100
"""Width of a drawing, in its own pixels, beyond which names get too small on a sheet of A4."""
_ROW = 300
"""Characters of a cell beyond which rows of its table may break across pages."""
_STYLE = """
.zone{fill:#f6f8fa;stroke:#8c959f;stroke-dasharray:5 4}.zone.untrusted{fill:#fff6f5;stroke:#d1767a}
.zone.inner{fill:#eef1f4}.zonename{font:bold 15px "Libertinus Serif";fill:#424a53}
.node rect{fill:#fff;stroke:#57606a}.node text{font:bold 14px "Libertinus Serif";fill:#1f2328;text-anchor:middle}
.node .label{font:11px "Libertinus Serif";fill:#57606a}.node.bad rect{stroke:#cf222e;stroke-width:2.5}
.edge path{fill:none;stroke:#818b98;stroke-width:1.3}.edge.crossing path{stroke:#4184d6}
.edge.open path{stroke-dasharray:6 3}.edge.bad path{stroke:#cf222e;stroke-width:2.4}
.edge .hit{stroke:none!important}
"""


def render(assessment: Assessment, options: Options) -> bytes:
    """Return the document. Raises UsageError without the extra `evidence`."""
    findings = sorted(assessment.findings, key=order)
    flows = flow_rows(assessment, findings)
    drawing = svg(assessment.map, marks(findings), style=_STYLE)
    values = {
        **_summary(assessment, findings),
        **_findings(assessment, findings),
        **_reality(assessment),
        **_crossings([row for row in flows if row.crosses]),
        **_law(assessment),
        "map_paper": "a3" if _width(drawing) > _WIDE else "a4",
        "map_words": f"Boundary map: {plural(len(assessment.map.zones), 'zone')}, "
        f"{plural(len(assessment.map.nodes), 'component')}, {plural(len(assessment.map.edges), 'flow')}",
    }
    values["whole"] = {name: _whole(rows) for name, rows in values.items() if isinstance(rows, list)}
    # Line ends of the drawing are no text of anybody's; everything else in it may be.
    pictures = {"map": "\n".join(map(drawn, drawing.split("\n")))}
    return typeset("report.typ", values, pictures, assessment.assessed_at)


def _summary(assessment: Assessment, findings: Sequence[Finding]) -> dict[str, Any]:
    verdict = assessment.verdict()
    tool = f"limen {assessment.tool_version}, {assessment.engine}"
    if assessment.verified_by:
        tool += f"; verified by {assessment.verified_by}"
    unseeable = f"; no probe can see {assessment.unseeable:,} of them" if assessment.unseeable else ""
    design = assessment.scope == "design"
    observed = f"{assessment.observed:,} of {plural(assessment.claims, 'claim')}"
    return {
        "system": assessment.system,
        "heading": assessment.system_title or assessment.system,
        "running": cut(one_line(assessment.system_title or assessment.system), 60),
        "moment": f"assessed {assessment.assessed_at}",
        "short": cut(one_line(verdict), 100),
        "foot": f"limen {assessment.tool_version} · {cut(one_line(assessment.system), 50)}",
        "verdict": verdict,
        "good": exit_code(assessment) == 0,
        "partial": f"This is a partial assessment: {assessment.partial}" if assessment.partial else "",
        "facts": [
            ("Declaration", assessment.declaration),
            ("Owner", assessment.owner or "nobody named"),
            ("Profiles", ", ".join(assessment.profiles) or "none"),
            ("Scope", f"{assessment.scope}{': what is declared, not what runs' if design else ''}"),
            ("Observed", observed + ("" if design else unseeable)),
            ("Gates from", f"{assessment.fail_on} upwards"),
            ("Law as of", assessment.as_of),
            ("Assessed", f"{assessment.assessed_at} by {tool}"),
        ],
        "total": f"{sum(assessment.counts.values()):,}",
        "statuses": [(words, f"{assessment.counts[status]:,}") for status, words in STATUS_WORDS.items()],
        "found": f"{len(findings):,}",
        "kinds": [(words, f"{count:,}") for _, words, count in finding_kinds(findings)]
        or [("nothing open, nothing accepted", "0")],
        "notes": [
            *assessment.notes,
            *(
                f"Deviation from {d.profile}: {d.parameter} is {d.actual} in place of {d.expected} ({d.rule})"
                for d in assessment.deviations
            ),
        ],
        "none": f"None. {decisions_line(assessment)}.",
    }


def _findings(assessment: Assessment, findings: Sequence[Finding]) -> dict[str, Any]:
    places = Places(assessment)
    flows = {edge.id: f"{edge.source} → {edge.target}" for edge in assessment.map.edges}
    groups, left = [], MOST
    open_ones = [finding for finding in findings if finding.disposition == "open"]
    for name, group in by_crossing(open_ones):
        if not left:
            break
        where = f"Flow {name}: {flows[name]}" if name in flows else name
        groups.append({"name": cut(where, 200), "findings": [_finding(f, places) for f in group[:left]]})
        left -= len(group[:left])
    accepted = [finding for finding in findings if finding.disposition != "open"]
    return {
        "groups": groups,
        "more_findings": _more(len(open_ones), "finding"),
        "accepted": [
            {
                "disposition": f.disposition,
                "kind_words": _kind(f)[1],
                "message": f.message,
                "name": f.id,
                "waiver": f.waiver,
            }
            for f in accepted[:MOST]
        ],
        "more_accepted": _more(len(accepted), "accepted finding"),
    }


def _kind(finding: Finding) -> tuple[str, str]:
    kind = finding.severity if finding.status == "fail" else finding.status
    return kind, STATUS_WORDS.get(kind, kind)


def _finding(finding: Finding, places: Places) -> dict[str, Any]:
    kind, words = _kind(finding)
    required = finding.required.decode()
    value = f"{finding.path} is {finding.actual.decode()}" + (f"; required {required}" if required != "null" else "")
    origin = f" ({finding.provenance})" if finding.provenance else ""
    facts = [
        ("Rule", f"{finding.rule}: {finding.title}", False),
        ("On", finding.subject_title or finding.subject, False),
        ("Where", f"{places.typed(finding.location)}{origin}", False),
        ("Value", value if finding.path else "", True),
        ("Fix", finding.remediation, False),
        ("See", ", ".join(finding.refs), False),
        ("Controls", ", ".join(finding.controls), False),
        ("Name", finding.id, True),
        ("Fingerprint", finding.fingerprint, True),
        ("Witness", "how it gets there, step by step:" if finding.witness else "", False),
    ]
    shown_facts = [fact for fact in facts if fact[1]]
    length = len(finding.message) + sum(len(fact[1]) for fact in shown_facts) + 100 * len(finding.witness)
    return {
        "kind": kind,
        "kind_words": words,
        "message": finding.message,
        "facts": shown_facts,
        "witness": [step_words(step) for step in finding.witness],
        "long": length > _LONG,
    }


def _reality(assessment: Assessment) -> dict[str, Any]:
    """Return claims and attempts; in a design assessment there are none, and the document has no such section."""
    if not of_reality(assessment):
        return {"reality": False}
    return {
        "reality": True,
        "claims_line": claims_line(assessment),
        "claims": [
            {
                "name": f"{c.row.section} {c.row.name}",
                "claim": c.row.claim,
                "declared": c.declared,
                "inherited": c.inherited,
                "derived": c.derived,
                "observed": c.observed,
                "age": f"{c.age} ago" if c.age else "",
                "state": c.state,
                "state_words": CLAIM_WORDS[c.state],
                "reason": c.row.reason,
            }
            for c in islice(shown(assessment), MOST)
        ],
        "more_claims": _more(len(assessment.reconciliation), "claim"),
        "attempts_line": attempts_line(assessment),
        "attempts": [
            {
                "probe": a.probe,
                "target": f"{a.section} {a.target}" + ("" if a.counts else " (nobody asks for it)"),
                "endpoint": a.endpoint,
                "ended": a.status.replace("_", " ") + (f": {a.reason}" if a.reason else ""),
                "started": moment_words(a.started_at),
            }
            for a in assessment.attempts[:MOST]
        ],
        "more_attempts": _more(len(assessment.attempts), "attempt"),
    }


def _crossings(rows: Sequence[FlowRow]) -> dict[str, Any]:
    return {
        "crossings": [
            {
                "flow": row.flow,
                "source": f"{row.source} ({row.source_zone})",
                "target": f"{row.target} ({row.target_zone})",
                "crosses": row.crosses,
                "trust": row.trust,
                "moves": row.carries + (f"; returns {row.returns}" if row.returns else ""),
                "label": row.label + (" (assumed)" if row.assumed else ""),
                "protection": ", ".join(words for words, _ in row.transport),
                "kept": [
                    f"{name} {value}" for name, value in (("identity", row.identity), ("ledger", row.ledger)) if value
                ],
                "findings": f"{row.findings:,}",
            }
            for row in rows[:MOST]
        ],
        "more_crossings": _more(len(rows), "crossing"),
    }


def _law(assessment: Assessment) -> dict[str, Any]:
    """Return controls, rules and the files that were judged."""
    controls, counts = coverage(assessment), decision_counts(assessment)
    return {
        "controls": [
            {
                "citation": row.citation,
                "title": row.title,
                "status": row.status,
                "verdict": row.verdict,
                "spoilt": row.verdict in ("not met", "unknown"),
                "gap": row.gap,
                **_tallied(row.counts),
            }
            for row in controls[:MOST_LAW]
        ],
        "more_controls": _more(len(controls), "control", MOST_LAW),
        "rules": [
            {
                "rule": rule_id,
                "title": decided.selected.rule.title,
                "severity": decided.selected.rule.severity,
                **_tallied(counts[rule_id]),
            }
            for rule_id, decided in islice(assessment.decisions.items(), MOST_LAW)
        ],
        "more_rules": _more(len(counts), "rule", MOST_LAW),
        "files": [{"path": f.path, "size": f"{f.size:,}", "sha256": f.sha256} for f in assessment.files[:MOST_LAW]],
        "more_files": _more(len(assessment.files), "file", MOST_LAW),
    }


def _width(drawing: str) -> int:
    return int(drawing.partition(' width="')[2].partition('"')[0])


def _whole(rows: Sequence[Any]) -> bool:
    """Return whether no cell is so long that its row could be taller than a page."""
    return not any(
        isinstance(value, str) and len(value) > _ROW for row in rows if isinstance(row, dict) for value in row.values()
    )


def _tallied(counts: dict[Status, int]) -> dict[str, str]:
    numbers = {
        "passed": counts["pass"],
        "failed": counts["fail"],
        "unknown": counts["error"] + counts["not_assessed"],
        "other": counts["not_applicable"] + counts["out_of_scope"],
    }
    return {name: f"{number:,}" if number else "·" for name, number in numbers.items()}


def _more(count: int, noun: str, most: int = MOST) -> str:
    left = count - most
    return f"… and {plural(left, f'more {noun}')}: the JSON report has them all." if left > 0 else ""
