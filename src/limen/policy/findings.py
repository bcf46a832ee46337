"""Findings from decisions, and what became of them: open, waived, in the baseline, inherited."""

from __future__ import annotations

import datetime
from array import array
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from itertools import accumulate
from typing import NamedTuple

import msgspec

from limen.errors import Location
from limen.policy.baseline import BaselineDocument
from limen.policy.fingerprints import fingerprint
from limen.policy.messages import visible
from limen.policy.waivers import Objection, WaiverDocument, objections, waiver_finding, waiver_text
from limen.records.assessment import CheckResult, Disposition, Finding, RuleDecisions, Tally
from limen.records.lazy import Lazy
from limen.records.statuses import SEVERITIES, STATUSES, Severity, Status
from limen.records.subjects import Detail, SubjectTable

Locate = Callable[[tuple[str | int, ...]], Location]
"""Finds a declaration path in the text."""

COUNT_BY_NUMPY_FROM = 300_000
"""Shapes from which numpy counts faster than Python, its import included."""
_ACCEPTED = len(STATUSES) * len(SEVERITIES)
"""The rank of the worst finding that was accepted: behind every open one."""

_SHOWN: frozenset[Status] = frozenset({"fail", "error", "not_assessed"})
_SYSTEM = ("system",)
"""The path of the subject that stands for all sections."""


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

    findings: Sequence[Finding]
    """Failed checks and gaps, open ones first, the worst first; each is made when it is asked for."""
    tally: Tally
    """How many there are of each sort."""
    counts: dict[Status, int]
    """Number of decisions by status."""
    notes: tuple[str, ...]
    """What the reader must know of waivers and baseline."""


class _Slot(NamedTuple):
    """A finding that was not made yet: where it is, and how it is sorted."""

    decided: RuleDecisions
    table: SubjectTable
    subject: int
    """The subject's place in its table."""
    result: CheckResult
    flow: str
    """The flow whose missing carriage is the only witness, or empty."""
    rank: int
    """What sorts the worst first."""


def findings_of(
    decisions: Mapping[str, RuleDecisions], tables: Mapping[str, SubjectTable], locate: Locate, accepted: Accepted
) -> Findings:
    """Return findings, gaps, counts and notes."""
    slots: list[_Slot] = []
    counts: Counter[Status] = Counter()
    members: dict[str, _Members] = {}
    for decided in decisions.values():
        table = tables.get(decided.selected.rule.subject)
        if table is None or not table.size:
            counts["not_applicable"] += 1  # one visible row for a rule without subjects
            continue
        if table.kind not in members:
            members[table.kind] = _Members(table)
        of_shape = members[table.kind]
        counted = of_shape.counted(decided)
        if any(counted[status] for status in _SHOWN):
            moved = _collect(decided, of_shape, slots)
            if moved:
                counted["fail"] -= moved
                counted["not_assessed"] += moved
        counts.update(counted)
    settled = _Settled(slots, decisions, locate, accepted)
    return Findings(
        findings=Lazy(len(settled.order), settled.finding),
        tally=settled.tally(),
        counts={s: counts[s] for s in STATUSES},
        notes=tuple(settled.notes),
    )


class _Members:
    """The subjects of each shape: many rules count and collect them."""

    def __init__(self, table: SubjectTable) -> None:
        self.table = table
        self.weights = array("I", bytes(4 * table.shape_count))
        for shape, number in Counter(table.shapes).items():
            self.weights[shape] = number
        self.sorted: array[int] | None = None
        self.starts: array[int] = array("I")

    def counted(self, decided: RuleDecisions) -> Counter[Status]:
        """Return the number of subjects by status, before assumptions are looked at."""
        statuses = [outcome.status for outcome in decided.outcomes]
        numbers = [0] * len(statuses)
        used = set(decided.codes)
        if len(used) == 1:
            numbers[used.pop()] = self.table.size
        elif self.table.shape_count > COUNT_BY_NUMPY_FROM:
            import numpy as np

            codes, weights = np.frombuffer(decided.codes, dtype=np.uint32), np.frombuffer(self.weights, dtype=np.uint32)
            numbers = list(map(int, np.bincount(codes, weights=weights, minlength=len(statuses)).tolist()))
        else:
            for code, weight in zip(decided.codes, self.weights, strict=True):
                numbers[code] += weight
        counted: Counter[Status] = Counter()
        for status, number in zip(statuses, numbers, strict=True):
            counted[status] += number
        return counted

    def of(self, shape: int) -> Sequence[int]:
        """Return the subjects that have a shape, in order."""
        if self.sorted is None:
            self.sorted = array("I", sorted(range(self.table.size), key=self.table.shapes.__getitem__))
            self.starts = array("I", accumulate(self.weights, initial=0))
        return self.sorted[self.starts[shape] : self.starts[shape + 1]]


def _collect(decided: RuleDecisions, members: _Members, slots: list[_Slot]) -> int:
    """Append a rule's findings and gaps; return how many failures became not_assessed, being assumed."""
    moved = 0
    table = members.table
    severity = decided.selected.rule.severity
    shown: dict[int, list[tuple[CheckResult, int]]] = {}
    for code, outcome in enumerate(decided.outcomes):
        if outcome.status in _SHOWN:
            whole = CheckResult(check="", path="", status=outcome.status, message=outcome.reason)
            shown[code] = [
                (result, _rank(result.status, severity))
                for result in outcome.results or (whole,)
                if result.status in _SHOWN
            ]
    found = [(index, code) for shape, code in enumerate(decided.codes) if code in shown for index in members.of(shape)]
    found.sort()
    for index, code in found:
        flow = table.assumed_flow(index)
        assumed = bool(flow) and code in decided.assumed
        moved += assumed
        for result, rank in shown[decided.assumed[code] if assumed else code]:
            slots.append(_Slot(decided, table, index, result, flow, rank))
    return moved


class _Settled:
    """What became of each finding, and the making of those that are asked for."""

    def __init__(
        self, slots: list[_Slot], decisions: Mapping[str, RuleDecisions], locate: Locate, accepted: Accepted
    ) -> None:
        self.slots = slots
        self.locate = locate
        self.notes: list[str] = []
        self.places: dict[tuple[str | int, ...], Location] = {}
        self.details: dict[tuple[str, int], Detail] = {}
        names: dict[int, str] = {}
        if accepted.waivers is not None or accepted.baseline is not None or accepted.inherited:
            names = {n: _fingerprint(slot) for n, slot in enumerate(slots) if slot.result.status == "fail"}
        waived, self.extra = _waivers(frozenset(names.values()), decisions, accepted, self.notes)
        old = self.baseline(accepted)
        self.accepted: dict[int, tuple[Disposition, str]] = {}
        for number, name in names.items():
            if name in waived:
                self.accepted[number] = ("waived", waived[name])
            elif name in old:
                self.accepted[number] = ("baseline", "")
            elif name in accepted.inherited:
                self.accepted[number] = ("inherited", "")
        self.ranks = [slot.rank for slot in slots]
        for number in self.accepted:
            self.ranks[number] += _ACCEPTED
        self.ranks += [_rank(extra.status, extra.severity) for extra in self.extra]
        self.order = sorted(range(len(self.ranks)), key=self.ranks.__getitem__)

    def baseline(self, accepted: Accepted) -> frozenset[str]:
        """Return the fingerprints of a baseline that has not expired."""
        if accepted.baseline is None:
            return frozenset()
        if accepted.baseline.expires <= accepted.now:
            self.notes.append(
                f"the baseline {accepted.baseline.path} expired on {accepted.baseline.file.expires}: ignored"
            )
            return frozenset()
        return frozenset(accepted.baseline.file.fingerprints)

    def tally(self) -> Tally:
        """Count findings without making any."""
        failed: dict[Severity, int] = {}
        gaps = 0
        for rank, number in Counter(self.ranks).items():
            status, severity = divmod(rank, len(SEVERITIES))
            if rank >= _ACCEPTED:
                continue
            if STATUSES[status] == "fail":
                failed[SEVERITIES[severity]] = number
            else:
                gaps += number
        return Tally(failed=failed, gaps=gaps, accepted=len(self.accepted))

    def finding(self, place: int) -> Finding:
        """Make the finding at a place of the order."""
        number = self.order[place]
        if number >= len(self.slots):
            return self.extra[number - len(self.slots)]
        slot = self.slots[number]
        rule, result = slot.decided.selected.rule, slot.result
        detail = self.detail(slot.table, slot.subject)
        disposition, waiver = self.accepted.get(number, ("open", ""))
        message = result.message
        if slot.flow and result.status == "not_assessed":
            message = f"{message} ({visible(slot.flow)})"
        return Finding(
            rule=rule.id,
            title=rule.title,
            subject=slot.table.name(slot.subject),
            path=result.path,
            status=result.status,  # type: ignore[arg-type]  # one of _SHOWN
            severity=rule.severity,
            confidence=rule.confidence,
            message=message,
            remediation=rule.remediation,
            controls=rule.controls,
            actual=result.actual,
            required=result.required,
            fingerprint=_fingerprint(slot),
            location=self.place(detail, result.path),
            provenance=detail.provenance.get(result.path, ""),
            crossing=detail.crossing,
            subject_title=detail.title,
            witness=detail.witness,
            refs=tuple(detail.peers[ref] for ref in result.refs if 0 <= ref < len(detail.peers)),
            disposition=disposition,
            waiver=waiver,
        )

    def detail(self, table: SubjectTable, index: int) -> Detail:
        """Return what the host knows of a subject, looked up once."""
        key = (table.kind, index)
        if key not in self.details:
            self.details[key] = table.details(index)
        return self.details[key]

    def place(self, detail: Detail, path: str) -> Location:
        """Return where the declaration speaks of a value, looked up once."""
        # An index counts what the rule judged, in an order of its own, so that the field is as near as it gets.
        fields = path.partition("[")[0].split(".") if path else []
        # What belongs to the system as a whole is written in sections of its own, if at all.
        steps = (*(() if detail.path == _SYSTEM else detail.path), *fields) or detail.path
        if steps not in self.places:
            found = self.locate(steps)
            self.places[steps] = found if found.line else self.locate(detail.path)
        return self.places[steps]


def _rank(status: Status, severity: Severity) -> int:
    """Return what sorts open findings: by status, and the worst first."""
    return STATUSES.index(status) * len(SEVERITIES) + SEVERITIES.index(severity)


def _fingerprint(slot: _Slot) -> str:
    rule = slot.decided.selected.rule.id
    return fingerprint(rule, slot.table.name(slot.subject), slot.result.path, slot.result.actual)


def _waivers(
    known: frozenset[str], decisions: Mapping[str, RuleDecisions], accepted: Accepted, notes: list[str]
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
