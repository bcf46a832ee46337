"""A failed or unjudged decision in OSCAL: what was observed, the finding that it makes, and the risk that it leaves."""

from __future__ import annotations

from collections import Counter
from typing import Any

import msgspec

from limen.records.assessment import Finding
from limen.records.statuses import Status
from limen.reports._oscal_dossier import DETAILS, LINES, Dossier
from limen.reports._oscal_failures import Failure
from limen.reports._oscal_library import Library
from limen.reports._oscal_text import NAMESPACE, filled, line, prop, props, prose
from limen.reports._words import STATUS_WORDS, step_words

MOST_SUBJECTS = 20
"""Components that an observation names."""


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """What the failures add to the results."""

    observations: list[dict[str, Any]]
    findings: list[dict[str, Any]]
    risks: list[dict[str, Any]]
    beside: dict[str, Counter[Status]]
    """Failures of the host's own rules (on waivers), which are no decisions, by control and status."""


def told(dossier: Dossier, library: Library) -> Told:
    """Return an observation, a finding and a risk for each failure."""
    beside: dict[str, Counter[Status]] = {}
    for failure in dossier.failures:
        if failure.rule not in dossier.assessment.decisions:
            [control] = dossier.requirements.controls(failure.rule)
            beside.setdefault(control, Counter())[failure.worst.status] += 1
    return Told(
        observations=[_observation(dossier, library, failure) for failure in dossier.failures],
        findings=[_finding(dossier, failure) for failure in dossier.failures],
        risks=[_risk(dossier, failure) for failure in dossier.failures],
        beside=beside,
    )


def _observation(dossier: Dossier, library: Library, failure: Failure) -> dict[str, Any]:
    where = library.file(DETAILS, DETAILS, LINES, "A decision a line: of what it is, and why.")
    numbered = where and failure.number is not None
    named = failure.where[:MOST_SUBJECTS] if failure.where else ()
    subjects = [{"subject-uuid": dossier.component(name), "type": "component"} for name in named]
    decided = dossier.assessment.decisions.get(failure.rule)
    places = dict.fromkeys(str(dossier.typed(finding.location)) for finding in failure.findings)
    reality = decided is not None and decided.selected.rule.scope == "conformance"
    return filled(
        {
            "uuid": dossier.ids.passing("failure", failure.id),
            "title": line(f"{failure.rule} of {failure.subject}"),
            "description": prose(*(f"{finding.path}: {_message(finding)}" for finding in failure.findings)),
            "props": [
                *props(rule=failure.rule, subject=failure.subject, status=failure.worst.status,
                       severity=failure.worst.severity, decision=failure.number),
                *(prop("place", place) for place in places),
            ],
            "methods": ["TEST" if reality else "EXAMINE"],
            "types": ["finding"],
            "origins": [dossier.origin()],
            "subjects": subjects or [{"subject-uuid": dossier.system, "type": "component"}],
            "relevant-evidence": [
                {"href": where, "description": line(f"Line {failure.number + 1:,}, as in core/decisions.jsonl.")}
            ] if numbered and failure.number is not None else [],
            "collected": dossier.assessment.assessed_at,
            "remarks": prose(*_remarks(failure)),
        }
    )  # fmt: skip


def _finding(dossier: Dossier, failure: Failure) -> dict[str, Any]:
    known = dossier.requirements
    worst = failure.worst
    first, *others = known.controls(failure.rule)
    observations = [dossier.ids.passing("failure", failure.id)]
    if failure.rule in dossier.assessment.decisions:
        observations.append(dossier.ids.passing("rule", failure.rule))
    return {
        "uuid": dossier.ids.lasting("finding", failure.id),
        "title": line(f"{worst.title}: {worst.subject_title or failure.subject}"),
        "description": prose(*(_message(finding) for finding in failure.findings)),
        "props": [
            *props(rule=failure.rule, subject=failure.subject, severity=worst.severity, confidence=worst.confidence),
            *(prop("fingerprint", finding.fingerprint) for finding in failure.findings),
            *(prop("disposition", word) for word in dict.fromkeys(f.disposition for f in failure.findings)),
            *(prop("also-control", name) for name in others),
        ],
        "origins": [dossier.author()],
        "target": {
            "type": "objective-id",
            "target-id": known.objective(first, failure.rule),
            "status": {
                "state": "not-satisfied",
                "reason": "fail" if failure.failed else "other",
                "remarks": prose("it failed" if failure.failed else f"nobody knows: {STATUS_WORDS[worst.status]}"),
            },
        },
        "related-observations": [{"observation-uuid": uid} for uid in observations],
        "related-risks": [{"risk-uuid": dossier.ids.lasting("risk", failure.id)}],
    }


def _risk(dossier: Dossier, failure: Failure) -> dict[str, Any]:
    worst = failure.worst
    waived = [finding for finding in failure.findings if finding.disposition == "waived"]
    decided = dossier.assessment.decisions.get(failure.rule)
    rule = decided.selected.rule if decided else None
    unknown = "Whether there is such a risk is not known: it could not be judged."
    responses: list[dict[str, Any]] = [
        {
            "uuid": dossier.ids.lasting("recommendation", failure.id),
            "lifecycle": "recommendation",
            "title": "What to do",
            "description": prose(*dict.fromkeys(finding.remediation for finding in failure.findings)),
        }
    ]
    responses += [
        {
            "uuid": dossier.ids.lasting("waiver", finding.fingerprint),
            "lifecycle": "completed",
            "title": line(f"Accepted by a waiver: {finding.path}"),
            "description": prose(finding.waiver),
            "props": [{"name": "type", "value": "accept"}, prop("fingerprint", finding.fingerprint)],
        }
        for finding in waived
    ]
    known = [f for f in failure.findings if f.disposition in ("baseline", "inherited")]
    return filled(
        {
            "uuid": dossier.ids.lasting("risk", failure.id),
            "title": line(f"{worst.title}: {worst.subject_title or failure.subject}"),
            "description": prose(*(_message(finding) for finding in failure.findings)),
            "statement": prose((rule.description or rule.title) if rule else worst.title,
                               "" if failure.failed else unknown),
            "props": [prop("disposition", f"{f.disposition}: {f.path}: known before, approved by nobody")
                      for f in known],
            "status": "deviation-approved" if len(waived) == len(failure.findings) else "open",
            "origins": [dossier.author()],
            "characterizations": [
                {
                    "origin": dossier.author(),
                    "facets": [
                        {"name": name, "system": NAMESPACE, "value": value}
                        for name, value in (("severity", worst.severity), ("confidence", worst.confidence))
                    ],
                }
            ],
            "remediations": responses,
            "related-observations": [{"observation-uuid": dossier.ids.passing("failure", failure.id)}],
        }
    )  # fmt: skip


def _message(finding: Finding) -> str:
    return finding.message or finding.title


def _remarks(failure: Failure) -> list[str]:
    """Return where values come from, what they had to be, and how the worst finding comes about."""
    said = []
    for finding in failure.findings:
        against = "" if finding.required == b"null" else f"; required {finding.required.decode(errors='replace')}"
        origin = f"; {finding.provenance}" if finding.provenance else ""
        said.append(f"{finding.path} is {finding.actual.decode(errors='replace')}{against}{origin}")
    if failure.worst.witness:
        said.append("Witness: " + "; ".join(map(step_words, failure.worst.witness)))
    if len(failure.where) > MOST_SUBJECTS:
        said.append(f"{len(failure.where) - MOST_SUBJECTS:,} more components are not named.")
    return said
