"""Explanations in words: why a decision came out as it did, its witness, the rule's text and what would mend it."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable
from typing import TYPE_CHECKING

from limen.errors import Location
from limen.policy.messages import shown_value
from limen.records.assessment import CheckResult, Decision, Finding, decoded
from limen.records.subjects import Detail, Step
from limen.reports._places import Places
from limen.reports._words import STATUS_WORDS, one_line, step_words

if TYPE_CHECKING:
    from limen.assess import Assessed
    from limen.cli.console import Console

_STYLES = {"pass": "green", "fail": "red", "error": "red", "not_assessed": "yellow"}
_NARROWEST = 40
"""Columns below which paragraphs are not folded further."""


def explain_finding(finding: Finding, whole: Assessed, console: Console) -> None:
    """Print a finding: what is wrong, where, its witness, its rule."""
    status = "" if finding.status == "fail" else f" ({STATUS_WORDS[finding.status]})"
    console.out(console.styled(f"{finding.id}{status}", "bold"))
    console.out(f"{finding.severity}: {one_line(finding.message)}")
    if finding.subject_title:
        console.out(f"on {one_line(finding.subject_title)}")
    because = f" ({one_line(finding.provenance)})" if finding.provenance else ""
    console.out(f"at {_place(finding.location, whole)}{because}")
    if finding.location.excerpt:
        console.out(f"    {one_line(finding.location.excerpt)}")
    waiver = f"; {one_line(finding.waiver)}" if finding.waiver else ""
    console.out(f"fingerprint {finding.fingerprint}; {finding.disposition}{waiver}")
    if finding.refs:
        console.out(f"see {one_line(', '.join(finding.refs))}")
    if finding.rule in whole.assessment.decisions:
        _witness(finding.witness, console)
        _rule(finding.rule, whole, console)
    else:  # the host judges waivers itself
        console.out(f"fix: {finding.remediation}")


def explain_decision(decision: Decision, whole: Assessed, console: Console) -> None:
    """Print a decision: every check with its actual and its required value, and the rule."""
    detail = whole.assessment.detail(decision)
    console.out(f"{console.styled(decision.id, 'bold')}: {_status(decision.status, console)}")
    console.out(f"on {one_line(detail.title or decision.subject)}")
    console.out(f"at {_place(whole.assessment.locate(detail.path), whole)}")
    if decision.reason:
        console.out(one_line(decision.reason))
    for result in decision.results:
        _result(result, decision.rule, detail, whole, console)
    _witness(detail.witness, console)
    _rule(decision.rule, whole, console)


def explain_flow(name: str, whole: Assessed, console: Console) -> None:
    """Print a flow: what it crosses, its effective posture with where each value came from, and its decisions."""
    assessment = whole.assessment
    row = next((row for row in assessment.crossings if row.flow == name), None)
    edge = next(edge for edge in assessment.map.edges if edge.id == name)
    console.out(console.styled(f"{name}: {edge.source} → {edge.target}", "bold"))
    if row is None:
        console.out(f"at {_place(assessment.locate(('flows', name)), whole)}")
        console.out("no crossing: both ends lie in one zone and tenant; it is judged all the same")
    else:
        console.out(f"at {_place(row.location, whole)}")
        console.out(f"{', '.join(row.crosses)}; trust {row.trust_change:+d}; label {row.label}")
        assumed = " (assumed: the flow does not say what it carries)" if row.assumed else ""
        console.out(
            f"carries {', '.join(row.carries) or 'nothing'}{assumed}; returns {', '.join(row.returns) or 'nothing'}"
        )
        for path, value in sorted(row.posture.items()):
            console.out(f"  {path} = {one_line(value)}  ({one_line(row.provenance.get(path, 'not known'))})")
    console.out("\ndecisions:")
    for decision in assessment.each_decision():
        if decision.status == "not_applicable" or decision.kind not in ("flow", "wire"):
            continue
        if assessment.detail(decision).crossing == name:
            console.out(f"  {_status(decision.status, console, 14)}{decision.id}")
            for result in decision.results:
                if result.status != "pass":
                    console.out(f"      {one_line(result.message)}")


def _place(place: Location, whole: Assessed) -> str:
    return one_line(str(Places(whole.assessment).typed(place)))


def _status(status: str, console: Console, width: int = 0) -> str:
    text = f"{STATUS_WORDS[status]:<{width}}"
    return console.styled(text, _STYLES[status]) if status in _STYLES else text


def _result(result: CheckResult, rule: str, detail: Detail, whole: Assessed, console: Console) -> None:
    units = whole.catalog.entries[rule].units.get(result.check, {})
    said = f"{result.path} is {shown_value(decoded(result.actual), units.get('actual', ''))}"
    required = decoded(result.required)
    if required is not None:
        said += f"; required {shown_value(required, units.get('required', ''))}"
    if origin := detail.provenance.get(result.path, ""):
        said += f" ({one_line(origin)})"
    console.out(f"  {_status(result.status, console)}: {said}")
    if result.message and result.status != "pass":
        console.out(f"    {one_line(result.message)}")
    if peers := [detail.peers[ref] for ref in result.refs if 0 <= ref < len(detail.peers)]:
        console.out(f"    see {one_line(', '.join(peers))}")


def _witness(steps: Iterable[Step], console: Console) -> None:
    told = [f"  {number}. {one_line(step_words(step))}" for number, step in enumerate(steps, 1)]
    if told:
        console.out("\nwitness, the shortest way that it comes about:")
        console.out("\n".join(told))


def _rule(rule_id: str, whole: Assessed, console: Console) -> None:
    selected = whole.assessment.decisions[rule_id].selected
    rule = selected.rule
    console.out(f"\nrule {console.styled(rule.id, 'bold')}: {rule.title}")
    for text in (rule.description, rule.rationale):
        if text:
            console.out(textwrap.indent(textwrap.fill(text, max(_NARROWEST, console.width - 4)), "  "))
    console.out(f"fix: {rule.remediation}")
    controls = []
    for name in rule.controls:
        control = whole.assessment.controls.get(name)
        controls.append(f"{control.citation} ({control.status})" if control else name)
    console.out(f"controls: {'; '.join(controls)}")
    console.out(f"asked for by {', '.join(selected.profiles)}")
    parameters = whole.catalog.entries[rule_id].parameters
    for name, value in selected.parameters.items():
        console.out(f"parameter {name} = {parameters[name].text(value)}")
    console.out(f"\n{rule.file}")
    console.out(textwrap.indent(rule.source.rstrip(), "  "))
    console.out("")
