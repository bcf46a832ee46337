"""How an assessment ends: the table of exit codes, and one line that never says more than is known."""

from __future__ import annotations

import pytest

from limen.records.assessment import Assessment
from limen.records.statuses import STATUSES
from limen.records.verdict import exit_code, gates, gating, verdict_line
from tests.reports.building import conforming, finding

FAIL = finding("a.rule", "flow:x", number=1, severity="medium")
LOW = finding("a.low", "flow:x", number=2, severity="low")
WAIVED = finding("a.waived", "flow:x", number=3, severity="critical", disposition="waived")
BASELINE = finding("a.baseline", "flow:x", number=4, severity="critical", disposition="baseline")
INHERITED = finding("a.inherited", "flow:x", number=5, severity="critical", disposition="inherited")
GAP = finding("a.gap", "flow:x", number=6, severity="low", status="not_assessed")
ERROR = finding("a.error", "flow:x", number=7, severity="low", status="error")
NOTHING = dict.fromkeys(STATUSES, 0)
END = "; 74 claims, 0 observed"


@pytest.mark.parametrize(
    ("assessment", "code", "line"),
    [
        (conforming(), 0, f"conforms as declared{END}"),
        (conforming(scope="conformance", observed=74), 0, "conforms as observed; 74 claims, 74 observed"),
        (conforming(claims=1), 0, "conforms as declared; 1 claim, 0 observed"),
        (conforming(findings=(FAIL,)), 1, f"does not conform: 1 finding{END}"),
        (conforming(findings=(FAIL, LOW)), 1, f"does not conform: 2 findings{END}"),
        (conforming(findings=(LOW,), fail_on="high"), 0, f"1 finding below the threshold high{END}"),
        (conforming(findings=(GAP,), fail_on="critical"), 3, f"does not conform: 1 not assessed or in error{END}"),
        (conforming(findings=(ERROR,), fail_on="critical"), 3, f"does not conform: 1 not assessed or in error{END}"),
        (conforming(findings=(FAIL, GAP)), 1, f"does not conform: 1 finding, 1 not assessed or in error{END}"),
        (conforming(findings=(WAIVED,)), 0, f"conforms as declared but for 1 accepted finding{END}"),
        (conforming(findings=(BASELINE, INHERITED)), 0, f"conforms as declared but for 2 accepted findings{END}"),
        (conforming(partial="only rule x"), 3, f"partial assessment (only rule x): conforms as declared{END}"),
        (conforming(partial="x", findings=(FAIL,)), 1, f"partial assessment (x): does not conform: 1 finding{END}"),
        (conforming(counts=NOTHING), 3, f"nothing was judged{END}"),
        (conforming(counts=NOTHING | {"not_applicable": 9, "out_of_scope": 9}), 3, f"nothing was judged{END}"),
    ],
)  # fmt: skip
def test_every_end(assessment: Assessment, code: int, line: str) -> None:
    assert (exit_code(assessment), verdict_line(assessment)) == (code, line)


def test_a_partial_assessment_ends_with_0_only_where_that_was_accepted() -> None:
    assert exit_code(conforming(partial="only x"), partial_accepted=True) == 0
    assert exit_code(conforming(partial="only x", findings=(GAP,)), partial_accepted=True) == 3
    assert exit_code(conforming(partial="only x", findings=(FAIL,)), partial_accepted=True) == 1


def test_only_open_findings_at_the_threshold_and_open_gaps_gate() -> None:
    assessment = conforming(findings=(FAIL, LOW, WAIVED, BASELINE, INHERITED, GAP, ERROR), fail_on="medium")
    assert [finding for finding in assessment.findings if gates(finding, assessment)] == [FAIL, GAP, ERROR]
    assert gating(assessment) == (1, 2)
