"""The JSON report's structs, from which its published schema (schema/assessment.schema.json) is generated."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from limen.records.assessment import Assessment, CheckResult, Decision, Disposition, Finding
from limen.records.statuses import Scope, Severity, Status
from limen.records.verdict import exit_code
from limen.reports._reality_document import AttemptDocument, ClaimDocument
from limen.reports._rows import subjects
from limen.reports._words import printable

FORMAT = "limen-assessment/1"
"""Name and version of the format; a change that could break a reader raises the number."""
SCHEMA_ID = "https://limen.dev/schema/assessment-1.json"


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """Where the declaration speaks of something."""

    file: Annotated[str, Meta(description="Path, as the user would type it.")]
    line: Annotated[int, Meta(description="Line, from 1; 0 when only the file is known.")]
    column: Annotated[int, Meta(description="Column in characters, from 1; 0 when only the line is known.")]


class StepRow(msgspec.Struct, frozen=True, kw_only=True):
    """One step of a witness path."""

    component: Annotated[str, Meta(description="Where the item is after this step.")]
    item: Annotated[str, Meta(description="The item; empty where it is the one of the step before.")]
    flow: Annotated[str, Meta(description="The flow that brought it; empty for a change in place.")]
    action: Annotated[str, Meta(description="How it came there.")]
    state: Annotated[tuple[str, ...], Meta(description="Keys that seal it, outermost first; empty is plaintext.")]
    assumed: Annotated[bool, Meta(description="Whether it rests on a flow that does not say what it carries.")]


class FindingRow(msgspec.Struct, frozen=True, kw_only=True):
    """A failed check, or a gap: something that could not be judged."""

    id: Annotated[str, Meta(description="rule::subject::path.")]
    fingerprint: Annotated[str, Meta(description="Stable until rule, subject, path or effective value change.")]
    rule: Annotated[str, Meta(description="The rule.")]
    title: Annotated[str, Meta(description="What must hold.")]
    status: Annotated[Literal["fail", "error", "not_assessed"], Meta(description="A finding, or a gap: it gates too.")]
    severity: Annotated[Severity, Meta(description="critical, high, medium or low.")]
    confidence: Annotated[str, Meta(description="certain, likely or possible.")]
    disposition: Annotated[Disposition, Meta(description="open, waived, baseline or inherited; only open gates.")]
    message: Annotated[str, Meta(description="What is wrong.")]
    remediation: Annotated[str, Meta(description="What to do.")]
    controls: Annotated[tuple[str, ...], Meta(description="Requirements that are missed, framework:control.")]
    subject: Annotated[str, Meta(description="kind:part/part, percent-encoded.")]
    subject_title: Annotated[str, Meta(description="The subject in words.")]
    crossing: Annotated[str, Meta(description="The flow that it belongs to; may be empty.")]
    path: Annotated[str, Meta(description="The value that it is about.")]
    actual: Annotated[Any, Meta(description="The effective value.")]
    required: Annotated[Any, Meta(description="What the profile requires.")]
    provenance: Annotated[str, Meta(description="Where the effective value came from.")]
    location: Annotated[Place, Meta(description="Where the declaration says it.")]
    witness: Annotated[tuple[StepRow, ...], Meta(description="Shortest way that it comes about.")]
    refs: Annotated[tuple[str, ...], Meta(description="Names of what it points at.")]
    waiver: Annotated[str, Meta(description="Who approved a waiver, why and until when.")]


class ResultRow(msgspec.Struct, frozen=True, kw_only=True):
    """What one check said."""

    check: Annotated[str, Meta(description="Name of the check.")]
    path: Annotated[str, Meta(description="The value that it is about.")]
    status: Annotated[Status, Meta(description="One of the six statuses.")]
    message: Annotated[str, Meta(description="What is wrong or unknown; empty for a pass.")]
    actual: Annotated[Any, Meta(description="The effective value.")]
    required: Annotated[Any, Meta(description="What the profile requires.")]


class DecisionRow(msgspec.Struct, frozen=True, kw_only=True):
    """One rule on one subject."""

    rule: Annotated[str, Meta(description="The rule.")]
    subject: Annotated[
        str, Meta(description="kind:part/part, percent-encoded; only the kind for a rule without subjects.")
    ]
    status: Annotated[Status, Meta(description="One of the six statuses.")]
    reason: Annotated[str, Meta(description="Why it is not applicable, out of scope or in error.")]
    results: Annotated[tuple[ResultRow, ...], Meta(description="Every check.")]


class RuleRow(msgspec.Struct, frozen=True, kw_only=True):
    """A rule that was selected."""

    id: Annotated[str, Meta(description="category.name.")]
    title: Annotated[str, Meta(description="What must hold.")]
    subject: Annotated[str, Meta(description="Kind of subject.")]
    severity: Annotated[Severity, Meta(description="critical, high, medium or low.")]
    controls: Annotated[tuple[str, ...], Meta(description="Requirements that it serves.")]
    profiles: Annotated[tuple[str, ...], Meta(description="Profiles that ask for it.")]
    parameters: Annotated[dict[str, Any], Meta(description="Values that the profiles gave.")]
    subjects: Annotated[int, Meta(description="Number of subjects of its kind; 0 is one visible not_applicable row.")]


class CrossingDocument(msgspec.Struct, frozen=True, kw_only=True):
    """One crossing."""

    flow: Annotated[str, Meta(description="The flow.")]
    source: Annotated[str, Meta(description="Component that opens it.")]
    target: Annotated[str, Meta(description="Component that it goes to.")]
    crosses: Annotated[tuple[str, ...], Meta(description="Zones and tenants crossed.")]
    label: Annotated[str, Meta(description="Effective label of what it moves.")]
    assumed: Annotated[bool, Meta(description="Whether what it carries is assumed.")]
    posture: Annotated[dict[str, str], Meta(description="Effective posture.")]
    provenance: Annotated[dict[str, str], Meta(description="Where each value came from.")]


class FileRow(msgspec.Struct, frozen=True, kw_only=True):
    """A file that the assessment was made from."""

    path: Annotated[str, Meta(description="Path.")]
    sha256: Annotated[str, Meta(description="Digest in hex.")]
    size: Annotated[int, Meta(description="Bytes.")]


class DeviationRow(msgspec.Struct, frozen=True, kw_only=True):
    """A parameter that was set weaker than a profile."""

    rule: Annotated[str, Meta(description="The rule.")]
    parameter: Annotated[str, Meta(description="The parameter.")]
    profile: Annotated[str, Meta(description="The profile that is weakened.")]
    expected: Annotated[str, Meta(description="What it asks for.")]
    actual: Annotated[str, Meta(description="What is used.")]


class Counts(msgspec.Struct, frozen=True, kw_only=True):
    """Decisions by status; a rule without subjects is one that is not_applicable."""

    error: Annotated[int, Meta(description="The rule could not be judged: a gap.")]
    fail: Annotated[int, Meta(description="It does not hold.")]
    not_assessed: Annotated[int, Meta(description="What it needs is not declared or not observed: a gap.")]
    passed: Annotated[int, Meta(description="It holds.")] = msgspec.field(name="pass")
    not_applicable: Annotated[int, Meta(description="None of the rule's business.")]
    out_of_scope: Annotated[int, Meta(description="Needs observations, in a design assessment.")]


class Head(msgspec.Struct, frozen=True, kw_only=True):
    """What was assessed, how and with what end."""

    format: Annotated[Literal["limen-assessment/1"], Meta(description="Name and version of the format.")]
    tool: Annotated[str, Meta(description="Version of limen.")]
    engine: Annotated[str, Meta(description="Policy engine and version.")]
    verified_by: Annotated[str, Meta(description="Engine that decided again, and how much of it; empty for none.")]
    system: Annotated[str, Meta(description="Id of the system.")]
    title: Annotated[str, Meta(description="Title of the system.")]
    owner: Annotated[str, Meta(description="Who answers for it.")]
    declaration: Annotated[str, Meta(description="Path of the declaration.")]
    files: Annotated[tuple[FileRow, ...], Meta(description="Everything that was read.")]
    profiles: Annotated[tuple[str, ...], Meta(description="Profiles judged by.")]
    scope: Annotated[Scope, Meta(description="design or conformance.")]
    partial: Annotated[str, Meta(description="Why it is only a part; empty for a whole assessment.")]
    assessed_at: Annotated[str, Meta(description="When, RFC 3339 in UTC.")]
    as_of: Annotated[str, Meta(description="The day whose law holds.")]
    fail_on: Annotated[Severity, Meta(description="Least severity that gates.")]
    verdict: Annotated[str, Meta(description="How it ended, in one line.")]
    exit_code: Annotated[Literal[0, 1, 3], Meta(description="0 conforms, 1 findings, 3 not assessed.")]
    counts: Annotated[Counts, Meta(description="Decisions by status.")]
    claims: Annotated[int, Meta(description="Claims that reality could contradict.")]
    observed: Annotated[int, Meta(description="How many of them were observed.")]
    unseeable: Annotated[int, Meta(description="How many of them no probe of ours could see.")]
    notes: Annotated[tuple[str, ...], Meta(description="What the reader must know.")]
    deviations: Annotated[tuple[DeviationRow, ...], Meta(description="Parameters weaker than a profile's.")]


class Document(Head, frozen=True, kw_only=True):
    """The whole JSON report."""

    rules: Annotated[tuple[RuleRow, ...], Meta(description="Every selected rule.")]
    findings: Annotated[tuple[FindingRow, ...], Meta(description="Failed checks and gaps, worst first.")]
    decisions: Annotated[tuple[DecisionRow, ...], Meta(description="The whole population, every status.")]
    crossings: Annotated[tuple[CrossingDocument, ...], Meta(description="Every crossing.")]
    reconciliation: Annotated[
        tuple[ClaimDocument, ...],
        Meta(description="Every claim with what was observed of it; empty in a design assessment."),
    ]
    attempts: Annotated[
        tuple[AttemptDocument, ...],
        Meta(description="Every request of probes with its attempt; empty in a design assessment."),
    ]


def head_fields(assessment: Assessment) -> dict[str, Any]:
    """Return the values of `Head`."""
    return {
        "format": FORMAT,
        "tool": assessment.tool_version,
        "engine": assessment.engine,
        "verified_by": assessment.verified_by,
        "system": assessment.system,
        "title": assessment.system_title,
        "owner": assessment.owner,
        "declaration": assessment.declaration,
        "files": tuple(FileRow(path=f.path, sha256=f.sha256, size=f.size) for f in assessment.files),
        "profiles": assessment.profiles,
        "scope": assessment.scope,
        "partial": assessment.partial,
        "assessed_at": assessment.assessed_at,
        "as_of": assessment.as_of,
        "fail_on": assessment.fail_on,
        "verdict": assessment.verdict(),
        "exit_code": exit_code(assessment),
        "counts": msgspec.convert(assessment.counts, Counts),
        "claims": assessment.claims,
        "observed": assessment.observed,
        "unseeable": assessment.unseeable,
        "notes": assessment.notes,
        "deviations": tuple(
            DeviationRow(rule=d.rule, parameter=d.parameter, profile=d.profile, expected=d.expected, actual=d.actual)
            for d in assessment.deviations
        ),
    }


def finding_row(finding: Finding) -> FindingRow:
    """Return a finding as the report shows it."""
    return FindingRow(
        id=finding.id,
        fingerprint=finding.fingerprint,
        rule=finding.rule,
        title=finding.title,
        status=finding.status,
        severity=finding.severity,
        confidence=finding.confidence,
        disposition=finding.disposition,
        message=finding.message,
        remediation=finding.remediation,
        controls=finding.controls,
        subject=finding.subject,
        subject_title=finding.subject_title,
        crossing=finding.crossing,
        path=finding.path,
        actual=msgspec.Raw(finding.actual),
        required=msgspec.Raw(finding.required),
        provenance=finding.provenance,
        location=Place(file=finding.location.file, line=finding.location.line, column=finding.location.column),
        witness=tuple(
            StepRow(component=s.component, item=s.item, flow=s.flow, action=s.action, state=s.state, assumed=s.assumed)
            for s in finding.witness
        ),
        refs=finding.refs,
        waiver=finding.waiver,
    )


def result_row(result: CheckResult) -> ResultRow:
    """Return a check's result as the report shows it."""
    return ResultRow(
        check=result.check,
        path=result.path,
        status=result.status,
        message="" if result.status == "pass" else result.message,
        actual=msgspec.Raw(result.actual),
        required=msgspec.Raw(result.required),
    )


def decision_row(decision: Decision, results: dict[int, tuple[ResultRow, ...]]) -> DecisionRow:
    """Return a decision as the report shows it; results that many decisions share are made once."""
    shared = results.get(id(decision.results))
    if shared is None:
        shared = results[id(decision.results)] = tuple(map(result_row, decision.results))
    return DecisionRow(
        rule=decision.rule, subject=decision.subject, status=decision.status, reason=decision.reason, results=shared
    )


def rule_rows(assessment: Assessment) -> tuple[RuleRow, ...]:
    """Return every selected rule as the report shows it."""
    rows = []
    for rule_id, decided in assessment.decisions.items():
        rule = decided.selected.rule
        rows.append(
            RuleRow(
                id=rule_id,
                title=rule.title,
                subject=rule.subject,
                severity=rule.severity,
                controls=rule.controls,
                profiles=decided.selected.profiles,
                parameters=decided.selected.parameters,
                subjects=subjects(decided, assessment),
            )
        )
    return tuple(rows)


def crossing_documents(assessment: Assessment) -> tuple[CrossingDocument, ...]:
    """Return every crossing as the report shows it."""
    return tuple(
        CrossingDocument(
            flow=row.flow,
            source=row.source,
            target=row.target,
            crosses=row.crosses,
            label=row.label,
            assumed=row.assumed,
            posture=row.posture,
            provenance=row.provenance,
        )
        for row in assessment.crossings
    )


LINES: dict[str, type[msgspec.Struct]] = {
    "assessment": Head,
    "rule": RuleRow,
    "finding": FindingRow,
    "crossing": CrossingDocument,
    "decision": DecisionRow,
    "claim": ClaimDocument,
    "attempt": AttemptDocument,
}
"""What a line of the JSON Lines report is, by its `type`."""


def document_schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of the JSON report; `$defs/Line` is that of a line of JSON Lines."""
    template = "#/$defs/{name}"
    (root, *_), definitions = msgspec.json.schema_components((Document, *LINES.values()), ref_template=template)
    definitions["Line"] = {
        "description": "One line of the JSON Lines report.",
        "oneOf": [
            {
                "allOf": [{"$ref": template.format(name=row.__name__)}],
                "properties": {"type": {"const": kind}},
                "required": ["type"],
            }
            for kind, row in LINES.items()
        ],
    }
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": SCHEMA_ID, "title": "limen assessment"}
    return {**head, **root, "$defs": definitions}


def encoded(row: Any) -> bytes:
    """Return a row as JSON; what UTF-8 can't hold (a lone surrogate) is spelt out."""
    try:
        return msgspec.json.encode(row)
    except UnicodeEncodeError:
        return msgspec.json.encode(_spelt(row))


def _spelt(value: Any) -> Any:
    if isinstance(value, str):
        return "".join(printable(c) if "\ud800" <= c <= "\udfff" else c for c in value)
    if isinstance(value, msgspec.Struct):
        return type(value)(**{name: _spelt(getattr(value, name)) for name in value.__struct_fields__})
    if isinstance(value, tuple | list):
        return tuple(map(_spelt, value))
    if isinstance(value, dict):
        return {_spelt(name): _spelt(part) for name, part in value.items()}
    return value
