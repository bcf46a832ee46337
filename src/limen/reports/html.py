"""HTML: one offline file with summary, boundary map, filterable findings, flows and rules, and controls coverage."""

from __future__ import annotations

import base64
import hashlib
from collections import Counter
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING, Any

from limen.records.assessment import Assessment, Finding
from limen.records.reconciliation import CLAIM_STATES
from limen.records.statuses import SEVERITIES, STATUSES
from limen.records.verdict import exit_code
from limen.reports import Options
from limen.reports._coverage import coverage
from limen.reports._flows import FlowRow, flow_rows, marks
from limen.reports._places import Places
from limen.reports._reality import CLAIM_WORDS, attempts_line, claims_line, moment_words, of_reality, shown
from limen.reports._rows import decision_counts, finding_kinds, subjects
from limen.reports._words import STATUS_WORDS, anchor, decisions_line, one_line, order, plural, step_words
from limen.reports.maps.svg import STYLE, svg

if TYPE_CHECKING:
    from jinja2 import Template

EXTENSION = "html"
MOST = 2_000
"""Findings and flows shown; the page says how many more there are."""


def render(assessment: Assessment, options: Options) -> bytes:
    """Return the page; it loads nothing, and its policy lets only its own style and script run."""
    template, style, script = _parts()
    findings = sorted(assessment.findings, key=order)
    flows = flow_rows(assessment, findings)
    values = {
        **_summary(assessment, findings),
        **_lists(assessment, findings, flows),
        "map": svg(assessment.map, marks(findings), {row.flow: f"#flow-{anchor(row.flow)}" for row in flows[:MOST]}),
        "style": style,
        "script": script,
        "digests": {"script": _digest(script), "style": _digest(style), "map": _digest(STYLE)},
        "plural": plural,
        "place": Places(assessment).typed,
        "status_words": STATUS_WORDS,
        **_reality(assessment),
        "severities": SEVERITIES,
    }
    return template.render(values).encode()


@cache
def _parts() -> tuple[Template, str, str]:
    """Return the compiled page, its style and its script."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    loader = PackageLoader("limen.reports", "templates")
    environment = Environment(
        loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["line"] = lambda value: one_line(str(value))
    environment.filters["anchor"] = anchor
    environment.filters["step"] = step_words
    environment.filters["json"] = lambda value: one_line(value.decode())
    style = loader.get_source(environment, "report.css")[0]
    script = loader.get_source(environment, "report.js")[0]
    return environment.get_template("report.html"), style, script


def _digest(text: str) -> str:
    """Return the hash by which the page's policy knows a script or style."""
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _summary(assessment: Assessment, findings: list[Finding]) -> dict[str, Any]:
    return {
        "assessment": assessment,
        "verdict": assessment.verdict(),
        "good": exit_code(assessment) == 0,
        "decisions": decisions_line(assessment),
        "statuses": [(STATUS_WORDS[status], status, assessment.counts[status]) for status in STATUSES],
        "kinds": finding_kinds(findings),
    }


def _reality(assessment: Assessment) -> dict[str, Any]:
    """Return claims and attempts; in a design assessment there are none, and the page has no such section."""
    if not of_reality(assessment):
        return {"reality": False}
    claims = list(islice(shown(assessment), MOST))
    return {
        "reality": True,
        "claims": claims,
        "claims_line": claims_line(assessment),
        "more_claims": len(assessment.reconciliation) - len(claims),
        "state_words": CLAIM_WORDS,
        "states": CLAIM_STATES,
        "attempts": assessment.attempts[:MOST],
        "attempts_line": attempts_line(assessment),
        "more_attempts": max(0, len(assessment.attempts) - MOST),
        "moment": moment_words,
    }


def _lists(assessment: Assessment, findings: list[Finding], flows: list[FlowRow]) -> dict[str, Any]:
    seen: Counter[str] = Counter()
    named = []
    for finding in findings[:MOST]:
        number = seen[finding.fingerprint]
        seen[finding.fingerprint] += 1
        named.append((f"{finding.fingerprint}-{number}" if number else finding.fingerprint, finding))
    counts = decision_counts(assessment)
    shown = {row.flow for row in flows[:MOST]}
    return {
        "findings": named,
        "more_findings": max(0, len(findings) - MOST),
        "flows": flows[:MOST],
        "shown_flows": shown,
        "more_flows": max(0, len(flows) - MOST),
        "rules": [
            (rule_id, decided.selected, subjects(decided, assessment), counts[rule_id])
            for rule_id, decided in assessment.decisions.items()
        ],
        "known_rules": set(assessment.decisions),
        "coverage": coverage(assessment),
    }
