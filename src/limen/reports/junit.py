"""JUnit XML for CI servers: a test suite a rule, a test case a decision; unknown is an error, never skipped."""

from __future__ import annotations

from itertools import groupby
from xml.sax.saxutils import escape, quoteattr

from limen.records.assessment import Assessment, Decision, Finding
from limen.reports import Options
from limen.reports._words import STATUS_WORDS, one_line, printable

EXTENSION = "xml"


def render(assessment: Assessment, options: Options) -> bytes:
    """Return the report; not_applicable and out_of_scope are skipped, not_assessed and error are errors.

    A failure that was accepted (waived, in the baseline, inherited) is skipped with the reason, since it does
    not gate; it stays in the file.
    """
    accepted = {f"{f.rule}::{f.subject}": f for f in assessment.findings if f.disposition != "open"}
    suites = []
    totals = {"tests": 0, "failures": 0, "errors": 0, "skipped": 0}
    for rule, decisions in groupby(assessment.each_decision(), key=lambda decision: decision.rule):
        counts = {"tests": 0, "failures": 0, "errors": 0, "skipped": 0}
        cases = []
        for decision in decisions:
            tag, body = _outcome(decision, accepted.get(decision.id))
            counts["tests"] += 1
            if tag:
                counts[tag] += 1
            name = quoteattr(one_line(decision.subject))
            cases.append(f"    <testcase classname={quoteattr(f'limen.{rule}')} name={name} time=\"0\"{body}")
        suites.append((rule, counts, cases))
    for finding in assessment.findings:  # findings on waivers have no decision of a Rego rule
        if finding.rule not in assessment.decisions:
            case = (
                f"    <testcase classname={quoteattr(f'limen.{finding.rule}')} name={quoteattr(one_line(finding.subject))} "
                f'time="0">\n{_element("failure", finding.message, finding.severity, "")}    </testcase>\n'
            )
            suites.append((finding.rule, {"tests": 1, "failures": 1, "errors": 0, "skipped": 0}, [case]))
    for _, counts, _cases in suites:
        for key, count in counts.items():
            totals[key] += count
    lines = ['<?xml version="1.0" encoding="UTF-8"?>\n']
    lines.append(f"<testsuites name={quoteattr(one_line(f'limen {assessment.system}'))} {_numbers(totals)} time=\"0\">\n")
    stamp = quoteattr(assessment.assessed_at.rstrip("Z"))
    for number, (rule, counts, cases) in enumerate(suites):
        lines.append(
            f'  <testsuite id="{number}" name={quoteattr(rule)} hostname="localhost" timestamp={stamp} {_numbers(counts)} time="0">\n'
        )
        lines += cases
        lines.append("  </testsuite>\n")
    lines.append("</testsuites>\n")
    return "".join(lines).encode()


def _numbers(counts: dict[str, int]) -> str:
    return " ".join(f'{name}="{count}"' for name, count in counts.items())


def _outcome(decision: Decision, accepted: Finding | None) -> tuple[str, str]:
    """Return the counter that the decision adds to and the rest of its element."""
    if decision.status == "pass":
        return "", "/>\n"
    words = "; ".join(result.message for result in decision.results if result.status == decision.status)
    message = words or decision.reason or STATUS_WORDS[decision.status]
    if decision.status in ("not_applicable", "out_of_scope"):
        return "skipped", f">\n      <skipped message={quoteattr(one_line(f'{STATUS_WORDS[decision.status]}: {message}'))}/>\n    </testcase>\n"
    if accepted is not None and decision.status == "fail":
        why = one_line(f"{accepted.disposition}: {accepted.waiver or message}")
        return "skipped", f">\n      <skipped message={quoteattr(why)}/>\n    </testcase>\n"
    if decision.status == "fail":
        return "failures", f">\n{_element('failure', message, decision.severity, _values(decision))}    </testcase>\n"
    return "errors", f">\n{_element('error', message, decision.status, _values(decision))}    </testcase>\n"


def _element(tag: str, message: str, kind: str, text: str) -> str:
    return f"      <{tag} message={quoteattr(one_line(message))} type={quoteattr(kind)}>{escape(printable(text))}</{tag}>\n"


def _values(decision: Decision) -> str:
    return "\n".join(
        f"{result.path}: {STATUS_WORDS[result.status]}: {result.actual.decode()} (required {result.required.decode()})"
        for result in decision.results
        if result.status != "pass"
    )
