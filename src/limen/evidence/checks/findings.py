"""Findings and claims held against decisions, waivers and baseline: no summary may be kinder than what it sums up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from limen.evidence import layout
from limen.evidence.checks.forms import Assessment, Claim, Finding, Waiver
from limen.evidence.checks.interface import Check, broken
from limen.evidence.checks.pack import SMALL
from limen.evidence.reading import PackFiles
from limen.records.statuses import SEVERITIES, STATUSES, Severity, Status

_RANK = {status: rank for rank, status in enumerate(STATUSES)}
_ON_WAIVERS = "waiver:"
"""How the subject of a finding on a waiver begins, which is no finding of a decision."""
_PARTLY = "only flow"
"""What the summary says of an assessment that tells the findings of some flows alone."""

Bad = dict[tuple[str, str], Status]
"""The status of each decision that must have a finding, by rule and subject."""


def worst(statuses: Iterable[Status]) -> Status | None:
    """Return the worst of the statuses of a decision's checks, which is the decision's; None where there is none."""
    return min(statuses, key=_RANK.__getitem__, default=None)


def findings(
    files: PackFiles,
    assessment: Assessment,
    bad: Bad,
    severities: Mapping[str, Severity],
    found: Iterable[Finding],
    waivers: Iterable[Waiver],
) -> Iterator[Check]:
    """Yield where findings contradict decisions, nothing accepts them, or the summary counts others.

    `bad` are the decisions that must have a finding; those that have it are taken out of it.
    """
    failed: Counter[str] = Counter()
    gaps = accepted = 0
    missing = dict(bad)
    accepting = _Accepting(files, waivers)
    for index, one in enumerate(found):
        decided = bad.get((one.rule, one.subject))
        if decided == one.status:
            missing.pop((one.rule, one.subject), None)
        if what := _wrong(one, decided, severities.get(one.rule)) or accepting.wrong(one):
            yield broken("population", what, layout.FINDINGS, index)
        if one.disposition != "open":
            accepted += 1
        elif one.status == "fail":
            failed[one.severity] += 1
        else:
            gaps += 1
    said = assessment.findings
    if (failed, gaps, accepted) != (Counter(said.failed), said.gaps, said.accepted):
        yield broken("population", "it counts other findings than there are", layout.ASSESSMENT)
    if missing and _PARTLY not in assessment.partial:
        rule, subject = min(missing)
        what = f"{rule} of {subject} is {missing[rule, subject]}, and no finding says so"
        yield broken("population", what, layout.FINDINGS)


def too_few(assessment: Assessment, decided: Mapping[tuple[Severity, Status], int]) -> Iterator[Check]:
    """Yield where a summary counts fewer findings than decisions, by severity and status, must have.

    This is all that can be held against each other where findings are withheld.
    """
    said = assessment.findings
    lacking = sum(max(0, decided.get((name, "fail"), 0) - said.failed.get(name, 0)) for name in SEVERITIES)
    gaps = sum(decided.get((name, status), 0) for name in SEVERITIES for status in ("error", "not_assessed"))
    lacking += max(0, gaps - said.gaps)
    if lacking > said.accepted and _PARTLY not in assessment.partial:
        what = f"{lacking} decisions must have a finding and are in none of its counts: {said.accepted} are accepted"
        yield broken("population", what, layout.ASSESSMENT)


def claims(assessment: Assessment, found: Iterable[Claim]) -> Iterator[Check]:
    """Yield where the summary counts other claims than were held against reality."""
    count = observed = 0
    for one in found:
        count += 1
        observed += one.agrees is not None
    wanted = assessment.claims if assessment.scope == "conformance" else 0
    if (count, observed) != (wanted, assessment.observed):
        what = f"it has {count} claims, {observed} of them observed: {wanted} and {assessment.observed} must be there"
        yield broken("population", what, layout.CLAIMS)


def _wrong(one: Finding, decided: Status | None, severity: Severity | None) -> str:
    """Return what a finding says otherwise than the decision that it is of, in words."""
    if severity is None:
        return "" if one.subject.startswith(_ON_WAIVERS) else f"{layout.RULES} has no rule {one.rule}"
    if one.severity != severity:
        return f"it is {one.severity}, and the rule {one.rule} is {severity}"
    if decided is None:
        return f"{one.rule} of {one.subject} is no decision that has a finding"
    if _RANK[one.status] < _RANK[decided]:
        return f"it is {one.status}, and {one.rule} of {one.subject} was decided as {decided}"
    return ""


class _Accepting:
    """What accepts findings: waivers that counted, a baseline, and what a request inherited; read where needed."""

    def __init__(self, files: PackFiles, waivers: Iterable[Waiver]) -> None:
        self._files = files
        self._waived = {one.fingerprint for one in waivers if one.counted}
        self._texts: dict[str, bytes] = {}

    def wrong(self, one: Finding) -> str:
        """Return what keeps a finding that is said to be accepted from being so, in words."""
        if one.disposition == "waived" and one.fingerprint not in self._waived:
            return f"it is waived, and no waiver of {layout.WAIVERS} counts for it"
        for disposition, name in (("baseline", layout.INPUT_BASELINE), ("inherited", layout.REQUEST)):
            if one.disposition == disposition and not self._names(name, one.fingerprint):
                return f"it is accepted ({disposition}), and {name} does not name it"
        return ""

    def _names(self, name: str, fingerprint: str) -> bool:
        if name not in self._files or not fingerprint:
            return False
        if name not in self._texts:
            self._texts[name] = self._files.read(name, 16 * SMALL)
        return fingerprint.encode() in self._texts[name]
