"""SARIF 2.1.0: every rule, a result for every finding, gap and other decision, with regions from the declaration."""

from __future__ import annotations

from typing import Any

import msgspec
import orjson

from limen.errors import Location
from limen.records.assessment import Assessment, Decision, Finding
from limen.records.statuses import Severity, Status
from limen.records.verdict import exit_code
from limen.reports import Options
from limen.reports._document import encoded
from limen.reports._lines import members
from limen.reports._places import Places
from limen.reports._reality import attempt_words, attempts_line, claims_line, of_reality
from limen.reports._reality_document import attempt_documents, claim_documents
from limen.reports._rows import NO_SUBJECT, rows
from limen.reports._sarif_rules import LEVELS, rule_descriptors, taxonomies
from limen.reports._words import decisions_line, one_line, spelt_json, step_words

EXTENSION = "sarif"
MOST_PASSING = 20_000
"""Results that are neither findings nor gaps; beyond it they are counted in the run's properties, not listed."""
SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/schemas/sarif-schema-2.1.0.json"
ROOT = "%SRCROOT%"
"""The base that code scanning takes for the checkout; paths are relative to it."""
_KINDS: dict[Status, str] = {
    "fail": "fail",
    "error": "open",
    "not_assessed": "open",
    "pass": "pass",
    "not_applicable": "notApplicable",
    "out_of_scope": "informational",
}


def render(assessment: Assessment, options: Options) -> bytes:
    """Return the report as one SARIF log with one run."""
    frameworks = taxonomies(assessment)
    rules = rule_descriptors(assessment, frameworks)
    index = _Index(assessment, {rule["id"]: number for number, rule in enumerate(rules)})
    compared = any(finding.disposition in ("baseline", "inherited") for finding in assessment.findings)
    results = [_finding(finding, index, compared) for finding in assessment.findings]
    passing = left_out = 0
    for decision in rows(assessment):
        if decision.status in ("fail", "error", "not_assessed"):  # shown as findings and gaps
            continue
        if passing < MOST_PASSING:
            results.append(_passing(decision, index))
            passing += 1
        else:
            left_out += 1
    run = {
        "tool": {
            "driver": {
                "name": "limen",
                "version": assessment.tool_version,
                "semanticVersion": assessment.tool_version,
                "rules": rules,
                "supportedTaxonomies": [{"name": t["name"], "index": n} for n, t in enumerate(frameworks)],
            }
        },
        "columnKind": "unicodeCodePoints",
        "automationDetails": {
            "id": f"limen/{_text(assessment.system)}/{'partial' if assessment.partial else 'whole'}/"
        },
        "originalUriBaseIds": {ROOT: {"description": {"text": "The folder from which limen was called."}}},
        "invocations": [_invocation(assessment)],
        "artifacts": [
            {
                "location": _artifact(index.places.file(file.path)),
                "length": file.size,
                "hashes": {"sha-256": file.sha256},
            }
            for file in assessment.files
        ],
        "taxonomies": frameworks,
        "results": results,
        "properties": {
            "verdict": _text(assessment.verdict()),
            "decisions": decisions_line(assessment),
            "counts": assessment.counts,
            "profiles": list(assessment.profiles),
            "asOf": assessment.as_of,
            "engine": _text(assessment.engine),
            "verifiedBy": _text(assessment.verified_by),
            "partial": _text(assessment.partial),
            "resultsLeftOut": left_out,
            **_reality(assessment),
        },
    }
    head = orjson.dumps({"$schema": SCHEMA, "version": "2.1.0"})[:-1]
    return spelt_json(head + b',"runs":[' + members(run) + b"]}\n")


def _reality(assessment: Assessment) -> dict[str, Any]:
    """Return every claim and every attempt, for the run's properties; nothing in a design assessment."""
    if not of_reality(assessment):
        return {}
    return {
        "claims": _text(claims_line(assessment)),
        "attempts": _text(attempts_line(assessment)),
        "reconciliation": [_spelt(row) for row in claim_documents(assessment)],
        "attempted": [_spelt(row) for row in attempt_documents(assessment)],
    }


def _spelt(row: Any) -> dict[str, Any]:
    """Return a row of the JSON report with text on one line and without what SARIF takes for a link."""
    fields: dict[str, Any] = orjson.loads(encoded(row))
    return {name: _text(value) if isinstance(value, str) else value for name, value in fields.items()}


class _Index:
    """Where things are: indices of rules, and regions, looked up once each."""

    def __init__(self, assessment: Assessment, rules: dict[str, int]) -> None:
        self.assessment, self.rules, self.places = assessment, rules, Places(assessment)
        self.regions: dict[tuple[str | int, ...], dict[str, Any]] = {}
        self.paths: dict[tuple[str, int], tuple[str | int, ...]] = {}

    def head(self, rule: str, status: Status, severity: Severity) -> dict[str, Any]:
        """Return what every result begins with."""
        level = LEVELS[severity] if status == "fail" else "none"
        return {"ruleId": rule, "ruleIndex": self.rules[rule], "kind": _KINDS[status], "level": level}

    def of(self, decision: Decision) -> dict[str, Any]:
        """Return the region of the entry that declares a decision's subject."""
        key = (decision.kind, decision.index)
        if key not in self.paths:
            known = decision.index != NO_SUBJECT
            self.paths[key] = self.assessment.detail(decision).path[:2] if known else ()
        path = self.paths[key]
        if path not in self.regions:
            place = msgspec.structs.replace(self.assessment.locate(path), excerpt="")  # many, and nothing wrong there
            self.regions[path] = self.physical(place)
        return self.regions[path]

    def physical(self, place: Location) -> dict[str, Any]:
        """Return a place as SARIF has it; the declaration as a whole where no file is known."""
        file = self.places.file(place.file) or self.assessment.declaration
        physical: dict[str, Any] = {"artifactLocation": _artifact(file)}
        if place.line:
            region: dict[str, Any] = {"startLine": place.line}
            if place.column:
                region["startColumn"] = place.column
                if place.length:
                    region["endColumn"] = place.column + place.length
            if place.excerpt:
                region["snippet"] = {"text": _text(place.excerpt)}
            physical["region"] = region
        return physical


def _invocation(assessment: Assessment) -> dict[str, Any]:
    notes = [*assessment.notes]
    notes += [
        f"Deviation from {d.profile}: {d.parameter} of {d.rule} is {d.actual} in place of {d.expected}"
        for d in assessment.deviations
    ]
    failed = [attempt_words(row) for row in assessment.attempts if row.status != "completed"]
    if assessment.partial:
        notes.append(f"This is a partial assessment: {assessment.partial}")
    return {
        "executionSuccessful": True,
        "exitCode": exit_code(assessment),
        "endTimeUtc": assessment.assessed_at,
        "toolExecutionNotifications": [
            {"level": level, "message": {"text": _text(note)}}
            for level, said in (("note", notes), ("error", failed))
            for note in said
        ],
    }


def _finding(finding: Finding, index: _Index, compared: bool) -> dict[str, Any]:
    result = index.head(finding.rule, finding.status, finding.severity)
    result |= {
        "message": {"text": _text(finding.message) or _text(finding.title)},
        "locations": [
            {
                "physicalLocation": index.physical(finding.location),
                "logicalLocations": [{"fullyQualifiedName": finding.subject}],
            }
        ],
        "partialFingerprints": {"limen/v1": finding.fingerprint},
        "properties": {
            "status": finding.status,
            "disposition": finding.disposition,
            "subject": finding.subject,
            "subjectTitle": _text(finding.subject_title),
            "path": finding.path,
            "actual": orjson.Fragment(finding.actual),
            "required": orjson.Fragment(finding.required),
            "remediation": _text(finding.remediation),
            "provenance": _text(finding.provenance),
            "refs": [_text(ref) for ref in finding.refs],
        },
    }
    if finding.witness:
        steps = [
            {
                "location": {
                    "message": {"text": _text(step_words(step))},
                    "physicalLocation": index.physical(index.assessment.locate(("components", step.component))),
                    "logicalLocations": [{"fullyQualifiedName": f"component:{step.component}"}],
                }
            }
            for step in finding.witness
        ]
        result["codeFlows"] = [{"threadFlows": [{"locations": steps}]}]
    if compared:
        result["baselineState"] = "unchanged" if finding.disposition in ("baseline", "inherited") else "new"
    if finding.disposition != "open":
        why = _text(finding.waiver) or f"{finding.disposition}: it was there before"
        result["suppressions"] = [{"kind": "external", "status": "accepted", "justification": why}]
    return result


def _passing(decision: Decision, index: _Index) -> dict[str, Any]:
    return index.head(decision.rule, decision.status, decision.severity) | {
        "message": {"text": _text(decision.reason) or "holds"},
        "locations": [
            {
                "physicalLocation": index.of(decision),
                "logicalLocations": [{"fullyQualifiedName": decision.subject}],
            }
        ],
    }


def _artifact(path: str) -> dict[str, str]:
    """Return a path as an absolute URI, or as a reference to the checkout."""
    from limen.records.subjects import percent_encoded

    uri = "/".join(map(percent_encoded, one_line(path).replace("\\", "/").split("/")))
    if uri.startswith("/"):
        return {"uri": f"file://{uri}"}
    if uri[1:5] == "%3A/":  # a drive of Windows
        return {"uri": f"file:///{uri[0]}:{uri[4:]}"}
    return {"uri": uri, "uriBaseId": ROOT}


def _text(text: str) -> str:
    """Return text on one line without what SARIF takes for a link: ``[words](target)``."""
    return one_line(text).replace("](", "] (")
