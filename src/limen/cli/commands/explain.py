"""Explain a finding, a decision or a flow.

Says why it is so, the shortest witness, the rule's text, and what would fix it. Passes are explained too.

NAME is a finding's fingerprint (or its beginning), rule::subject (as in the reports), or a flow's id.
"""

from __future__ import annotations

import argparse
import difflib

from limen.cli.console import Console
from limen.cli.selecting import add_selection, assessed
from limen.errors import Problem, UsageError
from limen.records.assessment import Assessment, Decision

SUMMARY = "explain a finding, a decision or a crossing"
SHORTEST = 6
"""Characters of a fingerprint that name a finding."""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("name", metavar="FINDING|CROSSING", help="fingerprint, rule::subject, or a flow's id")
    add_selection(parser)


def run(options: argparse.Namespace, console: Console) -> int:
    """Assess, find what is named and explain it; 0 where it was found, whatever it says."""
    from limen.cli.explaining import explain_decision, explain_finding, explain_flow

    whole = assessed(options, console)
    assessment = whole.assessment
    name = options.name.strip()
    findings = [
        finding
        for finding in assessment.findings
        if name == finding.id or (len(name) >= SHORTEST and finding.fingerprint.startswith(name))
    ]
    decisions = [] if findings else _decisions(assessment, name)
    for finding in findings:
        explain_finding(finding, whole, console)
    for decision in decisions:
        explain_decision(decision, whole, console)
    if not findings and not decisions:
        if not any(edge.id == name for edge in assessment.map.edges):
            raise UsageError(_unknown(name, assessment))
        explain_flow(name, whole, console)
    return 0


def _decisions(assessment: Assessment, name: str) -> list[Decision]:
    """Return the decisions named rule::subject, with or without ::path."""
    rule, _, rest = name.partition("::")
    if not rest or rule not in assessment.decisions:
        return []
    subject = rest.split("::")[0]
    return [d for d in assessment.each_decision() if d.rule == rule and d.subject == subject]


def _unknown(name: str, assessment: Assessment) -> Problem:
    rule, _, rest = name.partition("::")
    if name in assessment.decisions:
        return _rule(name, assessment)
    known = [*(edge.id for edge in assessment.map.edges), *assessment.decisions]
    if rest and rule in assessment.decisions:
        known = [d.id for d in assessment.each_decision() if d.rule == rule]
    close = difflib.get_close_matches(name, [*(f.id for f in assessment.findings), *known], 3)
    if rest and not close:
        close = [f"{match}::{rest}" for match in difflib.get_close_matches(rule, list(assessment.decisions), 1)]
    hint = "name a fingerprint, rule::subject or a flow; limen check and limen crossings list them"
    return Problem(
        message=f"there is no finding, decision or flow {name!r}",
        hint=f"did you mean {' or '.join(close)}?" if close else hint,
    )


def _rule(name: str, assessment: Assessment) -> Problem:
    """Return what to write instead of a rule alone: one of its findings, else one of its decisions."""
    found = next((finding.id for finding in assessment.findings if finding.rule == name), None)
    found = found or next((decision.id for decision in assessment.each_decision() if decision.rule == name), None)
    hint = f"limen rules {name} shows the rule"
    return Problem(
        message=f"{name} is a rule, of which only what it decided can be explained",
        hint=f"name a decision, such as {found}; {hint}" if found else hint,
    )
