"""The results of rules' tests as JUnit XML: a suite a rule, a case a test; a rule without a test is an error."""

from __future__ import annotations

from collections.abc import Sequence

from limen.policy.tests import Coverage, TestRun
from limen.reports.junit import Suite, document
from limen.testing.tests_text import coverage_line, summary, why

_WIDTH = 120


def render(run: TestRun, moment: str, below: Sequence[Coverage]) -> bytes:
    """Return the report; `moment` is when the tests ran, in UTC, `below` the rules with too little coverage."""
    suites: dict[str, Suite] = {}
    for result in run.tests:
        suite = suites.setdefault(result.subject, Suite())
        text = "\n".join(why(result, _WIDTH))
        if result.status == "pass":
            suite.add(result.subject, result.test)
        else:
            counter = "failures" if result.status == "fail" else "errors"
            suite.add(result.subject, result.test, counter, result.message, result.status, text)
    for rule in run.untested:
        suites.setdefault(rule, Suite()).add(rule, "has a test", "errors", "it has no test", "untested")
    for one in below:
        suites.setdefault(one.name, Suite()).add(one.name, "coverage", "failures", coverage_line(one), "coverage")
    return document(f"limen test: {summary(run)}", moment, suites)
