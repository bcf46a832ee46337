"""Findings, claims, attempts, crossings and waivers as records: one at a time, as RFC 8785."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from limen.errors import Location
from limen.evidence.decided import plain_message, step_fields
from limen.evidence.identifiers import identifier
from limen.integrity.canonical import canonical, recanonical
from limen.policy.waivers import WaiverDocument
from limen.records.assessment import Assessment, CrossingRow, Finding
from limen.records.reconciliation import AttemptRow, claim_state
from limen.records.waivers import Waiver


def finding_lines(assessment: Assessment) -> Iterator[bytes]:
    """Yield every finding and gap, open ones first, the worst first."""
    for finding in assessment.findings:
        yield _line(_finding(finding, assessment.system))


def claim_lines(assessment: Assessment) -> Iterator[bytes]:
    """Yield every claim with what was observed of it; nothing in a design assessment."""
    for index, row in enumerate(assessment.reconciliation):
        yield _line(
            {
                "id": identifier(f"claim:{assessment.system}:{row.subject}"),
                "subject": row.subject,
                "section": row.section,
                "name": row.name,
                "claim": row.claim,
                "probe": row.probe,
                "declared": _value(row.declared),
                "inherited": _value(row.inherited),
                "derived": _value(row.derived),
                "observed": _value(row.observed),
                "agrees": row.agrees,
                "age": row.age,
                "attempt": row.attempt,
                "reason": row.reason,
                "requested": row.requested,
                "observable": row.observable,
                "provenance": row.provenance,
                "location": _place(row.location),
                "state": claim_state(assessment, index),
            }
        )


def attempt_lines(assessment: Assessment) -> Iterator[bytes]:
    """Yield every attempt, in the order of the requests, and then those that nobody asked for."""
    for number, row in enumerate(assessment.attempts):
        yield _line(_attempt(row, number, assessment.system))


def crossing_lines(assessment: Assessment) -> Iterator[bytes]:
    """Yield every crossing with its effective posture, in the order of the declaration."""
    for row in assessment.crossings:
        yield _line(_crossing(row, assessment.system))


def waiver_lines(assessment: Assessment, held: WaiverDocument | None) -> Iterator[bytes]:
    """Yield each waiver of the file with whether it counted, and every objection to it."""
    if held is None or not held.file.waivers:
        return
    against: dict[str, list[dict[str, str]]] = {}
    counted: set[str] = set()
    for finding in assessment.findings:
        if finding.disposition == "waived":
            counted.add(finding.fingerprint)
        elif finding.subject.startswith("waiver:"):
            objection = {"rule": finding.rule, "message": finding.message}
            against.setdefault(finding.subject.removeprefix("waiver:"), []).append(objection)
    for waiver in held.file.waivers:
        yield _line(_waiver(waiver, against.get(waiver.fingerprint, []), assessment, waiver.fingerprint in counted))


def _finding(finding: Finding, system: str) -> dict[str, Any]:
    return {
        "id": identifier(f"finding:{system}:{finding.id}"),
        "rule": finding.rule,
        "title": finding.title,
        "subject": finding.subject,
        "subject_title": finding.subject_title,
        "path": finding.path,
        "status": finding.status,
        "severity": finding.severity,
        "confidence": finding.confidence,
        "message": plain_message("" if finding.status == "error" else "check", finding.message),
        "remediation": finding.remediation,
        "controls": list(finding.controls),
        "actual": _value(finding.actual),
        "required": _value(finding.required),
        "fingerprint": finding.fingerprint,
        "location": _place(finding.location),
        "provenance": finding.provenance,
        "crossing": finding.crossing,
        "witness": step_fields(finding.witness),
        "refs": list(finding.refs),
        "disposition": finding.disposition,
        "waiver": finding.waiver,
    }


def _attempt(row: AttemptRow, number: int, system: str) -> dict[str, Any]:
    return {
        "id": identifier(f"attempt:{system}:{number}:{row.probe}:{row.section}:{row.target}:{row.endpoint}"),
        "probe": row.probe,
        "version": row.version,
        "section": row.section,
        "target": row.target,
        "endpoint": row.endpoint,
        "status": row.status,
        "reason": row.reason,
        "started_at": row.started_at,
        "duration": row.duration,
        "tries": row.tries,
        "observations": row.observations,
        "counts": row.counts,
    }


def _crossing(row: CrossingRow, system: str) -> dict[str, Any]:
    return {
        "id": identifier(f"crossing:{system}:{row.flow}"),
        "flow": row.flow,
        "source": row.source,
        "target": row.target,
        "source_zone": row.source_zone,
        "target_zone": row.target_zone,
        "crosses": list(row.crosses),
        "trust_change": row.trust_change,
        "carries": list(row.carries),
        "returns": list(row.returns),
        "assumed": row.assumed,
        "label": row.label,
        "posture": row.posture,
        "provenance": row.provenance,
        "location": _place(row.location),
    }


def _waiver(waiver: Waiver, against: list[dict[str, str]], assessment: Assessment, counted: bool) -> dict[str, Any]:
    return {
        "id": identifier(f"waiver:{assessment.system}:{waiver.fingerprint}"),
        "fingerprint": waiver.fingerprint,
        "owner": waiver.owner,
        "requested_by": waiver.requested_by,
        "approved_by": waiver.approved_by,
        "reason": waiver.reason,
        "compensating_control": waiver.compensating_control,
        "expires": waiver.expires,
        "counted": counted,
        "attested": False,
        "objections": sorted(against, key=lambda one: (one["rule"], one["message"])),
        "unmatched_in_part": bool(assessment.partial) and not counted and not against,
    }


def _value(text: bytes) -> Any:
    return recanonical(text)[0]


def _place(location: Location) -> dict[str, Any]:
    return {"file": location.file, "line": location.line, "column": location.column}


def _line(fields: dict[str, Any]) -> bytes:
    return canonical(fields) + b"\n"
