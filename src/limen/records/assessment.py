"""Decisions, findings and the assessment: the immutable whole that every report renders."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Literal

import msgspec

from limen.errors import Location
from limen.records.reconciliation import AttemptRow, ClaimRow
from limen.records.rules import Control, Deviation, SelectedRule
from limen.records.statuses import Scope, Severity, Status
from limen.records.subjects import Detail, Step, SubjectTable


class CheckResult(msgspec.Struct, frozen=True, kw_only=True):
    """What one check of a rule said."""

    check: str
    """Name of the check in the rule's METADATA."""
    path: str
    """Input path that it is about, with the element's index where the check is for `each`."""
    status: Status
    message: str = ""
    """The finding in words, or why it could not be judged."""
    actual: bytes = b"null"
    """The effective value, as JSON."""
    required: bytes = b"null"
    """What the profile requires, as JSON."""
    refs: tuple[int, ...] = ()
    """Indices into the subject's peers that the check points at."""


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What a rule said of all subjects that look alike to it."""

    status: Status
    """The worst of the checks."""
    results: tuple[CheckResult, ...] = ()
    """Every check's result; empty where the rule does not apply."""
    reason: str = ""
    """Why it is not_applicable, out_of_scope or an error as a whole."""


class RuleDecisions(msgspec.Struct, frozen=True, kw_only=True):
    """One rule's decisions on all subjects of its kind."""

    selected: SelectedRule
    outcomes: tuple[Outcome, ...]
    """Distinct outcomes."""
    codes: array[int]
    """For each *shape* of the kind, the index of its outcome; array('I'). Empty where the kind has no subjects."""
    assumed: dict[int, int] = {}
    """Outcome to outcome: what a failing outcome becomes where the only witness is assumed (not_assessed)."""

    def outcome(self, table: SubjectTable, index: int) -> Outcome:
        """Return the outcome for the subject at an index of its kind's table."""
        code = self.codes[table.shapes[index]]
        if table.assumed is not None and table.assumed[index] >= 0:
            code = self.assumed.get(code, code)
        return self.outcomes[code]


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """One rule on one subject."""

    rule: str
    subject: str
    """Identity of the subject, ``kind:part/part``."""
    status: Status
    severity: Severity
    results: tuple[CheckResult, ...]
    reason: str
    kind: str
    index: int
    """The subject's place in its table."""

    @property
    def id(self) -> str:
        """``rule::subject``."""
        return f"{self.rule}::{self.subject}"


Disposition = Literal["open", "waived", "baseline", "inherited"]
"""open gates; waived and baseline were accepted; inherited was there at the reference of --baseline-from."""


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """A failed check, with all that a person needs to believe and mend it."""

    rule: str
    title: str
    """The rule's title."""
    subject: str
    path: str
    """Input path, which with rule and subject names the finding: rule::subject::path."""
    status: Literal["fail", "error", "not_assessed"]
    """fail is a finding proper; error and not_assessed are gaps, which gate whatever their severity."""
    severity: Severity
    confidence: str
    message: str
    remediation: str
    controls: tuple[str, ...]
    actual: bytes
    required: bytes
    fingerprint: str
    """32 hex digits of SHA-256 over rule, subject, path and effective value, so that a worse finding reopens."""
    location: Location
    provenance: str
    """Where the effective value came from, in words; may be empty."""
    crossing: str
    """The flow under which it is grouped; may be empty."""
    subject_title: str
    witness: tuple[Step, ...]
    refs: tuple[str, ...]
    """Names of the peers that it points at."""
    disposition: Disposition = "open"
    waiver: str = ""
    """Who approved the waiver, why and until when; empty where there is none."""

    @property
    def id(self) -> str:
        """``rule::subject::path``."""
        return f"{self.rule}::{self.subject}::{self.path}"


class Tally(msgspec.Struct, frozen=True, kw_only=True):
    """How many findings there are of each sort, known without making any of them."""

    failed: dict[Severity, int]
    """Open failures by severity."""
    gaps: int
    """Open errors and not_assessed, which gate whatever their severity."""
    accepted: int
    """Waived, in the baseline or inherited."""


def tally_of(findings: Iterable[Finding]) -> Tally:
    """Count findings that are there."""
    failed: dict[Severity, int] = {}
    gaps = accepted = 0
    for finding in findings:
        if finding.disposition != "open":
            accepted += 1
        elif finding.status == "fail":
            failed[finding.severity] = failed.get(finding.severity, 0) + 1
        else:
            gaps += 1
    return Tally(failed=failed, gaps=gaps, accepted=accepted)


class CrossingRow(msgspec.Struct, frozen=True, kw_only=True):
    """One crossing for reports and `limen crossings`: a flow whose ends lie in different zones or tenants."""

    flow: str
    source: str
    target: str
    source_zone: str
    target_zone: str
    crosses: tuple[str, ...]
    """Zones and tenants crossed, in words, in order."""
    trust_change: int
    carries: tuple[str, ...]
    returns: tuple[str, ...]
    assumed: bool
    """Whether what it carries is assumed."""
    label: str
    """Effective label of what it moves, in words."""
    posture: dict[str, str]
    """Effective posture, value by path (in_transit.tls.min), in words."""
    provenance: dict[str, str]
    """Where each value came from."""
    location: Location


class MapNode(msgspec.Struct, frozen=True, kw_only=True):
    """A component on the boundary map."""

    id: str
    title: str
    kind: str
    zone: str
    tenant: str
    label: str
    """Effective label of what can be in plaintext there, in words."""


class MapZone(msgspec.Struct, frozen=True, kw_only=True):
    """A zone on the boundary map."""

    id: str
    title: str
    trust: int
    within: str


class MapEdge(msgspec.Struct, frozen=True, kw_only=True):
    """A flow on the boundary map."""

    id: str
    source: str
    target: str
    crossing: bool
    protocol: str
    protected: bool
    """Whether the effective transport is encrypted."""
    items: tuple[str, ...]


class BoundaryMap(msgspec.Struct, frozen=True, kw_only=True):
    """Zones, components and flows, for drawing."""

    zones: tuple[MapZone, ...]
    nodes: Sequence[MapNode]
    edges: Sequence[MapEdge]


class InputFile(msgspec.Struct, frozen=True, kw_only=True):
    """A file that the assessment was made from."""

    path: str
    sha256: str
    size: int


class Assessment(msgspec.Struct, frozen=True, kw_only=True):
    """The immutable whole that every report renders."""

    tool_version: str
    engine: str
    """Name and version of the policy engine."""
    verified_by: str = ""
    """Name and version of the engine that decided again, with how much of it; empty where none did."""
    system: str
    system_title: str
    owner: str
    declaration: str
    """Path of boundaries.yaml as the user gave it."""
    files: tuple[InputFile, ...]
    profiles: tuple[str, ...]
    scope: Scope
    partial: str
    """Why this is only a part of the assessment (--rule, --only), or empty; marked in every report."""
    assessed_at: str
    """The clock, read once: RFC 3339 in UTC."""
    as_of: str
    """The date that selects the law in force, YYYY-MM-DD."""
    fail_on: Severity
    tables: dict[str, SubjectTable]
    """Subjects by kind."""
    decisions: dict[str, RuleDecisions]
    """Decisions by rule id, in catalog order."""
    findings: Sequence[Finding]
    """Failed decisions and gaps, open ones first, the worst first; made when they are asked for."""
    tally: Tally
    """How many of them there are of each sort."""
    counts: dict[str, int]
    """Number of decisions by status, every status present."""
    claims: int
    """Declared claims that reality could contradict."""
    observed: int
    """How many of them were observed."""
    controls: dict[str, Control]
    """Controls that the selected rules serve, by framework:control, where a framework of ours knows them."""
    deviations: tuple[Deviation, ...]
    notes: tuple[str, ...]
    """What the reader must know: an expired baseline, unattested waivers."""
    unseeable: int = 0
    """How many claims no probe of ours could see."""
    reconciliation: Sequence[ClaimRow] = ()
    """Every claim with what was observed of it, in the order of its table; empty in a design assessment."""
    attempts: tuple[AttemptRow, ...] = ()
    """What was tried; empty in a design assessment."""
    crossings: Sequence[CrossingRow]
    map: BoundaryMap
    locate: Callable[[tuple[str | int, ...]], Location]
    """Finds a declaration path in the text; called late, for what is shown."""

    def each_decision(self) -> Iterator[Decision]:
        """Yield every decision, rule by rule in catalog order, subjects in declaration order."""
        names: dict[str, list[str]] = {}  # once a kind: many rules judge the same subjects
        for rule_id, decided in self.decisions.items():
            table = self.tables.get(decided.selected.rule.subject)
            if table is None:
                continue
            if table.kind not in names:
                names[table.kind] = list(table.names())
            for index, name in enumerate(names[table.kind]):
                outcome = decided.outcome(table, index)
                yield Decision(
                    rule=rule_id,
                    subject=name,
                    status=outcome.status,
                    severity=decided.selected.rule.severity,
                    results=outcome.results,
                    reason=outcome.reason,
                    kind=table.kind,
                    index=index,
                )

    def detail(self, decision: Decision) -> Detail:
        """Return what the host knows of a decision's subject."""
        return self.tables[decision.kind].details(decision.index)

    def verdict(self) -> str:
        """Return the one line that says how it ended, never more than is known."""
        from limen.records.verdict import verdict_line

        return verdict_line(self)


def decoded(value: bytes) -> Any:
    """Return a JSON value of a check result as Python data."""
    return msgspec.json.decode(value)
