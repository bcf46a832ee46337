"""JUnit XML for CI servers: a test suite a rule, a test case a decision; unknown is an error, never skipped."""

from __future__ import annotations

from collections import Counter
from functools import lru_cache
from html import escape

from limen.records.assessment import Assessment, Decision, Finding
from limen.reports import Options
from limen.reports._reality import attempt_words, attempts_line, claims_line, of_reality, shown, side_by_side
from limen.reports._rows import NO_SUBJECT, rows
from limen.reports._words import STATUS_WORDS, one_line, printable

EXTENSION = "xml"
_TAGS = {"failures": "failure", "errors": "error", "skipped": "skipped"}


class Suite:
    """The test cases of one rule."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.cases: list[str] = []
        self.said = ""
        """What stands below the cases, for people."""

    def add(self, rule: str, name: str, counter: str = "", message: str = "", kind: str = "", text: str = "") -> None:
        """Add a case; the counter (failures, errors, skipped) says how it ended, none of them is a pass."""
        self.counts["tests"] += 1
        head = f'    <testcase classname={_quoted(f"limen.{rule}")} name={_quoted(name)} time="0"'
        if not counter:
            self.cases.append(f"{head}/>\n")
            return
        self.counts[counter] += 1
        element = f"<{_TAGS[counter]} message={_quoted(message)} type={_quoted(kind)}"
        element += f">{escape(printable(text), quote=False)}</{_TAGS[counter]}>" if text else "/>"
        self.cases.append(f"{head}>\n      {element}\n    </testcase>\n")


def render(assessment: Assessment, options: Options) -> bytes:
    """Return the report; not_applicable and out_of_scope are skipped, not_assessed and error are errors.

    A decision whose findings were all accepted (waived, in the baseline, inherited) is skipped with the reason, since
    it does not gate; it stays in the file.
    """
    accepted = {_decision(f): f for f in assessment.findings if f.disposition != "open"}
    for finding in assessment.findings:
        if finding.disposition == "open":
            accepted.pop(_decision(finding), None)
    suites: dict[str, Suite] = {}
    for decision in rows(assessment):
        _add(suites.setdefault(decision.rule, Suite()), decision, accepted.get(decision.id))
    for finding in assessment.findings:  # the host's own rules, on waivers, decide nothing else
        if finding.rule not in assessment.decisions:
            counter = "failures" if finding.status == "fail" else "errors"
            suite = suites.setdefault(finding.rule, Suite())
            suite.add(finding.rule, finding.subject, counter, finding.message, finding.severity)
    if of_reality(assessment):
        first = next((rule for rule in suites if rule.startswith("conformance.")), "conformance")
        suites.setdefault(first, Suite()).said = _reality(assessment)
    return document(f"limen {assessment.system}: {assessment.verdict()}", assessment.assessed_at, suites)


def document(name: str, moment: str, suites: dict[str, Suite]) -> bytes:
    """Return suites by rule as one document; `moment` is RFC 3339 in UTC, in which JUnit wants no time zone."""
    total: Counter[str] = Counter()
    for suite in suites.values():
        total.update(suite.counts)
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>\n',
        f'<testsuites name={_quoted(name)} {_numbers(total)} time="0">\n',
    ]
    stamp = _quoted(moment.rstrip("Z"))
    for number, (rule, suite) in enumerate(suites.items()):
        lines.append(
            f'  <testsuite id="{number}" name={_quoted(rule)} hostname="localhost" timestamp={stamp} '
            f'{_numbers(suite.counts)} skipped="{suite.counts["skipped"]}" time="0">\n'
        )
        lines += suite.cases
        if suite.said:
            lines.append(f"    <system-out>{escape(suite.said, quote=False)}</system-out>\n")
        lines.append("  </testsuite>\n")
    lines.append("</testsuites>\n")
    return "".join(lines).encode()


def _reality(assessment: Assessment) -> str:
    """Return every claim with its four values, a line each, and what was tried, between the lines with the numbers."""
    lines = [claims_line(assessment)]
    for claim in shown(assessment):
        title = f"{claim.row.claim} of {claim.row.section} {claim.row.name}"
        lines.append(f"{claim.state}: {title} · {side_by_side(claim)} · attempt {claim.row.attempt}")
    lines.append(attempts_line(assessment))
    lines += [attempt_words(row) for row in assessment.attempts]
    return "\n".join(map(one_line, lines))


def _add(suite: Suite, decision: Decision, accepted: Finding | None) -> None:
    rule, name = decision.rule, decision.subject
    words = "; ".join(result.message for result in decision.results if result.status == decision.status)
    message = words or decision.reason or STATUS_WORDS[decision.status]
    if decision.index == NO_SUBJECT:
        suite.add(rule, decision.reason, "skipped", f"not applicable: {decision.reason}", "not_applicable")
    elif decision.status == "pass":
        suite.add(rule, name)
    elif decision.status in ("not_applicable", "out_of_scope"):
        suite.add(rule, name, "skipped", f"{STATUS_WORDS[decision.status]}: {message}", decision.status)
    elif decision.status == "fail" and accepted is not None:
        why = f"{accepted.disposition}: {accepted.waiver or message}"
        suite.add(rule, name, "skipped", why, accepted.disposition)
    elif decision.status == "fail":
        suite.add(rule, name, "failures", message, decision.severity, _values(decision))
    else:
        suite.add(rule, name, "errors", message, decision.status, _values(decision))


def _decision(finding: Finding) -> str:
    return f"{finding.rule}::{finding.subject}"


@lru_cache(4096)  # names of rules and reasons come again and again
def _quoted(text: str) -> str:
    return f'"{escape(one_line(text))}"'


def _numbers(counts: Counter[str]) -> str:
    return " ".join(f'{name}="{counts[name]}"' for name in ("tests", "failures", "errors"))


def _values(decision: Decision) -> str:
    lines = []
    for result in decision.results:
        if result.status != "pass":
            against = "" if result.required == b"null" else f" (required {result.required.decode()})"
            lines.append(f"{result.path}: {STATUS_WORDS[result.status]}: {result.actual.decode()}{against}")
    return "\n".join(lines)
