"""Explain a finding, a decision or a crossing: why it is so, the shortest witness, the rule's text, and
what would fix it. Passes are explained too.

NAME is a finding's fingerprint (or its beginning), rule::subject (as in the reports), or a flow's id.
"""

from __future__ import annotations

import argparse
import difflib
import textwrap

from limen.cli.console import Console
from limen.cli.selecting import add_selection, assessed
from limen.errors import Problem, UsageError
from limen.records.assessment import Assessment, CheckResult, Decision, Finding, decoded
from limen.records.subjects import Detail
from limen.reports._words import STATUS_WORDS, one_line, step_words

SUMMARY = "explain a finding, a decision or a crossing"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("name", metavar="FINDING|CROSSING", help="fingerprint, rule::subject, or a flow's id")
    add_selection(parser)


def run(options: argparse.Namespace, console: Console) -> int:
    """Assess, find what is named and explain it; 0 where it was found, whatever it says."""
    assessment = assessed(options, console).assessment
    name = options.name.strip()
    findings = [f for f in assessment.findings if name == f.id or (len(name) >= 6 and f.fingerprint.startswith(name))]
    if findings:
        for finding in findings:
            _finding(finding, assessment, console)
        return 0
    decisions = _decisions(assessment, name)
    if decisions:
        for decision in decisions:
            _decision(decision, assessment, console)
        return 0
    row = next((row for row in assessment.crossings if row.flow == name), None)
    if row is not None or any(edge.id == name for edge in assessment.map.edges):
        _flow(name, assessment, console)
        return 0
    known = [*(f.id for f in assessment.findings), *(edge.id for edge in assessment.map.edges), *assessment.decisions]
    close = difflib.get_close_matches(name, known, 3)
    hint = f"did you mean {' or '.join(close)}?" if close else "name a fingerprint, rule::subject or a flow; limen check and limen crossings list them"
    raise UsageError(Problem(message=f"there is no finding, decision or flow {name!r}", hint=hint))


def _decisions(assessment: Assessment, name: str) -> list[Decision]:
    """Return the decisions named rule::subject (with or without ::path)."""
    rule, _, rest = name.partition("::")
    decided = assessment.decisions.get(rule)
    if decided is None or not rest:
        return []
    subject = rest.split("::")[0]
    return [d for d in assessment.each_decision() if d.rule == rule and d.subject == subject]


def _finding(finding: Finding, assessment: Assessment, console: Console) -> None:
    status = "" if finding.status == "fail" else f" ({STATUS_WORDS[finding.status]})"
    console.out(console.styled(f"{finding.id}{status}", "bold"))
    console.out(f"{finding.severity}: {one_line(finding.message)}")
    if finding.subject_title:
        console.out(f"on {one_line(finding.subject_title)}")
    because = f" ({one_line(finding.provenance)})" if finding.provenance else ""
    console.out(f"at {one_line(str(finding.location))}{because}")
    if finding.location.excerpt:
        console.out(f"    {one_line(finding.location.excerpt)}")
    console.out(f"fingerprint {finding.fingerprint}; {finding.disposition}{'; ' + one_line(finding.waiver) if finding.waiver else ''}")
    if finding.refs:
        console.out(f"see {one_line(', '.join(finding.refs))}")
    _witness(finding.witness, console)
    _rule(finding.rule, assessment, console)


def _decision(decision: Decision, assessment: Assessment, console: Console) -> None:
    detail = assessment.detail(decision)
    console.out(console.styled(f"{decision.id}: {STATUS_WORDS[decision.status]}", "bold"))
    console.out(f"on {one_line(detail.title or decision.subject)}, {assessment.locate(detail.path)}")
    if decision.reason:
        console.out(one_line(decision.reason))
    for result in decision.results:
        _result(result, detail, console)
    _witness(detail.witness, console)
    _rule(decision.rule, assessment, console)


def _result(result: CheckResult, detail: Detail, console: Console) -> None:
    actual = one_line(str(decoded(result.actual)))
    required = decoded(result.required)
    against = f"; required {one_line(str(required))}" if required is not None else ""
    origin = detail.provenance.get(result.path, "")
    console.out(f"  {STATUS_WORDS[result.status]}: {result.path} is {actual}{against}{f' ({one_line(origin)})' if origin else ''}")
    if result.message and result.status != "pass":
        console.out(f"    {one_line(result.message)}")


def _witness(steps: tuple[object, ...], console: Console) -> None:
    from limen.records.subjects import Step

    if not steps:
        return
    console.out("\nwitness, the shortest way that it comes about:")
    for number, step in enumerate(steps, 1):
        assert isinstance(step, Step)
        console.out(f"  {number}. {one_line(step_words(step))}")


def _rule(rule_id: str, assessment: Assessment, console: Console) -> None:
    decided = assessment.decisions.get(rule_id)
    if decided is None:  # a finding on a waiver has no rule in Rego
        return
    rule = decided.selected.rule
    console.out(f"\nrule {rule.id}: {rule.title}")
    for text in (rule.description, rule.rationale):
        if text:
            console.out(textwrap.indent(textwrap.fill(text, max(40, console.width - 4)), "  "))
    console.out(f"fix: {rule.remediation}")
    controls = []
    for name in rule.controls:
        control = assessment.controls.get(name)
        controls.append(f"{control.citation} ({control.status})" if control else name)
    console.out(f"controls: {'; '.join(controls)}; asked for by {', '.join(decided.selected.profiles)}")
    for name, value in decided.selected.parameters.items():
        console.out(f"parameter {name} = {value}")
    console.out(f"\n{rule.file}")
    console.out(textwrap.indent(rule.source.rstrip(), "  "))
    console.out("")


def _flow(name: str, assessment: Assessment, console: Console) -> None:
    row = next((row for row in assessment.crossings if row.flow == name), None)
    edge = next(edge for edge in assessment.map.edges if edge.id == name)
    console.out(console.styled(f"{name}: {edge.source} → {edge.target}", "bold"))
    if row is None:
        console.out("no crossing: both ends lie in one zone and tenant; it is judged all the same")
    else:
        console.out(f"{row.location}: crosses {', '.join(row.crosses)}; trust {row.trust_change:+d}; label {row.label}")
        console.out(f"carries {', '.join(row.carries) or 'nothing'}; returns {', '.join(row.returns) or 'nothing'}")
        for path, value in sorted(row.posture.items()):
            console.out(f"  {path} = {value}  ({row.provenance.get(path, 'declared on the flow')})")
    console.out("\ndecisions:")
    for decision in assessment.each_decision():
        if decision.kind in ("flow", "wire") and assessment.detail(decision).crossing == name and decision.status != "not_applicable":
            console.out(f"  {STATUS_WORDS[decision.status]:<14}{decision.id}")
            for result in decision.results:
                if result.status != "pass":
                    console.out(f"      {one_line(result.message)}")
