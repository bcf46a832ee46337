"""Findings from decisions, and what became of them: open, waived, in the baseline, inherited."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Callable, Iterator, Mapping

import msgspec

from limen.errors import Location
from limen.policy.baseline import BaselineDocument
from limen.policy.fingerprints import fingerprint
from limen.policy.messages import visible
from limen.policy.sharing import NUMPY_FROM
from limen.policy.waivers import Objection, WaiverDocument, objections, waiver_finding, waiver_text
from limen.records.assessment import CheckResult, Finding, Outcome, RuleDecisions
from limen.records.statuses import SEVERITIES, STATUSES, Status
from limen.records.subjects import Detail, SubjectTable

Locate = Callable[[tuple[str | int, ...]], Location]
"""Finds a declaration path in the text."""

_SHOWN: frozenset[Status] = frozenset({"fail", "error", "not_assessed"})


class Accepted(msgspec.Struct, frozen=True, kw_only=True):
    """What was accepted before, and the clock that judges it."""

    waivers: WaiverDocument | None = None
    """waivers.yaml, where there is one."""
    baseline: BaselineDocument | None = None
    """baseline.json, where there is one."""
    inherited: frozenset[str] = frozenset()
    """Fingerprints of findings that were there at the reference of --baseline-from."""
    now: datetime.datetime
    """The moment of the assessment, UTC."""
    attested_only: bool = False
    """Whether a profile takes only waivers that a trusted approver signed."""
    partial: bool = False
    """Whether only a part is assessed, so that a waiver may match nothing of it."""


class Findings(msgspec.Struct, frozen=True, kw_only=True):
    """All that a reader must see of the decisions."""

    findings: tuple[Finding, ...]
    """Failed checks and gaps, the worst first."""
    counts: dict[Status, int]
    """Number of decisions by status."""
    notes: tuple[str, ...]
    """What the reader must know of waivers and baseline."""


def findings_of(
    decisions: Mapping[str, RuleDecisions], tables: Mapping[str, SubjectTable], locate: Locate, accepted: Accepted
) -> Findings:
    """Return findings, gaps, counts and notes."""
    found: list[Finding] = []
    counts: Counter[Status] = Counter()
    building = _Building(locate)
    for decided in decisions.values():
        table = tables.get(decided.selected.rule.subject)
        if table is None or not table.size:
            counts["not_applicable"] += 1  # one visible row for a rule without subjects
            continue
        counted = _counted(decided, table)
        if any(counted[status] for status in _SHOWN):
            moved = building.collect(decided, table, found)
            if moved:
                counted["fail"] -= moved
                counted["not_assessed"] += moved
        counts.update(counted)
    settled, notes = _settled(found, decisions, accepted)
    settled.sort(key=lambda finding: (STATUSES.index(finding.status), SEVERITIES.index(finding.severity)))
    return Findings(findings=tuple(settled), counts={s: counts[s] for s in STATUSES}, notes=tuple(notes))


def _counted(decided: RuleDecisions, table: SubjectTable) -> Counter[Status]:
    """Return the number of subjects by status, before assumptions are looked at."""
    statuses = [outcome.status for outcome in decided.outcomes]
    used = set(decided.codes)
    counted: Counter[Status] = Counter()
    if len({statuses[code] for code in used}) == 1:
        counted[statuses[next(iter(used))]] = table.size
    elif table.size > NUMPY_FROM:
        import numpy as np

        codes = np.frombuffer(decided.codes, dtype=np.uint32)[np.frombuffer(table.shapes, dtype=np.uint32)]
        for code, number in enumerate(np.bincount(codes, minlength=len(statuses)).tolist()):
            counted[statuses[code]] += number
    else:
        for code, number in Counter(map(decided.codes.__getitem__, table.shapes)).items():
            counted[statuses[code]] += number
    return counted


class _Building:
    """Builds findings; places and details are looked up once a subject."""

    def __init__(self, locate: Locate) -> None:
        self.locate = locate
        self.places: dict[tuple[str | int, ...], Location] = {}
        self.details: dict[tuple[str, int], Detail] = {}

    def collect(self, decided: RuleDecisions, table: SubjectTable, found: list[Finding]) -> int:
        """Append a rule's findings and gaps; return how many failures became not_assessed, being assumed."""
        moved = 0
        shown = {code for code, outcome in enumerate(decided.outcomes) if outcome.status in _SHOWN}
        for index, shape in enumerate(table.shapes):
            code = decided.codes[shape]
            if code not in shown:
                continue
            flow = table.assumed_flow(index)
            if flow and code in decided.assumed:
                moved += 1
                code = decided.assumed[code]
            found.extend(self.built(decided, decided.outcomes[code], table, index, flow))
        return moved

    def built(
        self, decided: RuleDecisions, outcome: Outcome, table: SubjectTable, index: int, flow: str
    ) -> Iterator[Finding]:
        results = outcome.results or (CheckResult(check="", path="", status=outcome.status, message=outcome.reason),)
        subject = table.name(index)
        detail = self.detail(table, index)
        rule = decided.selected.rule
        for result in results:
            if result.status not in _SHOWN:
                continue
            message = result.message
            if flow and result.status == "not_assessed":
                message = f"{message} ({visible(flow)})"
            yield Finding(
                rule=rule.id,
                title=rule.title,
                subject=subject,
                path=result.path,
                status=result.status,  # type: ignore[arg-type]  # one of _SHOWN
                severity=rule.severity,
                confidence=rule.confidence,
                message=message,
                remediation=rule.remediation,
                controls=rule.controls,
                actual=result.actual,
                required=result.required,
                fingerprint=fingerprint(rule.id, subject, result.path, result.actual),
                location=self.place(detail, result.path),
                provenance=detail.provenance.get(result.path, ""),
                crossing=detail.crossing,
                subject_title=detail.title,
                witness=detail.witness,
                refs=tuple(detail.peers[ref] for ref in result.refs if 0 <= ref < len(detail.peers)),
            )

    def detail(self, table: SubjectTable, index: int) -> Detail:
        key = (table.kind, index)
        if key not in self.details:
            self.details[key] = table.details(index)
        return self.details[key]

    def place(self, detail: Detail, path: str) -> Location:
        steps = (*detail.path, *path.split(".")) if path and "[" not in path else detail.path
        if steps not in self.places:
            self.places[steps] = self.locate(steps)
        return self.places[steps]


def _settled(
    found: list[Finding], decisions: Mapping[str, RuleDecisions], accepted: Accepted
) -> tuple[list[Finding], list[str]]:
    """Return findings with what became of them, the findings on waivers, and notes."""
    notes: list[str] = []
    known = {finding.fingerprint for finding in found if finding.status == "fail"}
    waived, extra = _waivers(known, decisions, accepted, notes)
    old: frozenset[str] = frozenset()
    if accepted.baseline is not None:
        if accepted.baseline.expires <= accepted.now:
            notes.append(f"the baseline {accepted.baseline.path} expired on {accepted.baseline.file.expires}: ignored")
        else:
            old = frozenset(accepted.baseline.file.fingerprints)
    settled = []
    for finding in (*found, *extra):
        name = finding.fingerprint
        if finding.status != "fail":
            settled.append(finding)
        elif name in waived:
            settled.append(msgspec.structs.replace(finding, disposition="waived", waiver=waived[name]))
        elif name in old:
            settled.append(msgspec.structs.replace(finding, disposition="baseline"))
        elif name in accepted.inherited:
            settled.append(msgspec.structs.replace(finding, disposition="inherited"))
        else:
            settled.append(finding)
    return settled, notes


def _waivers(
    known: set[str], decisions: Mapping[str, RuleDecisions], accepted: Accepted, notes: list[str]
) -> tuple[dict[str, str], list[Finding]]:
    """Return the text of each waiver that counts by fingerprint, and the findings on those that do not."""
    held = accepted.waivers
    if held is None:
        return {}, []
    counting: dict[str, str] = {}
    extra: list[Finding] = []
    for index, waiver in enumerate(held.file.waivers):
        against = objections(waiver, decisions, accepted.now, attested_only=accepted.attested_only)
        if waiver.fingerprint not in known:
            if accepted.partial:
                continue
            message = "the waiver matches no failing check of this run"
            against.append(Objection("waiver.unmatched", "fingerprint", message))
        for objection in against:
            name = fingerprint(objection.rule, f"waiver:{waiver.fingerprint}", objection.field, b"null")
            extra.append(waiver_finding(held, index, objection, name))
        if not against:
            counting[waiver.fingerprint] = waiver_text(waiver)
    if counting:
        notes.append(f"{len(counting)} unattested: no trusted approver's signature was verified on these waivers")
    return counting, extra
