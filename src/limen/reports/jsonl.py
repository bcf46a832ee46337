"""JSON Lines: one record a line, each with its `type`; for streams, logs and databases."""

from __future__ import annotations

from limen.records.assessment import Assessment
from limen.reports import Options
from limen.reports._document import (
    Head,
    ResultRow,
    crossing_documents,
    decision_row,
    encoded,
    finding_row,
    head_fields,
    rule_rows,
)
from limen.reports._reality_document import attempt_documents, claim_documents
from limen.reports._rows import rows
from limen.reports._words import spelt_json

EXTENSION = "jsonl"


def render(assessment: Assessment, options: Options) -> bytes:
    """Return the report: an assessment line, then rules, findings, crossings, decisions, claims and attempts."""
    shared: dict[int, tuple[ResultRow, ...]] = {}
    lines = [_line("assessment", encoded(Head(**head_fields(assessment))))]
    lines += [_line("rule", encoded(row)) for row in rule_rows(assessment)]
    lines += [_line("finding", encoded(finding_row(finding))) for finding in assessment.findings]
    lines += [_line("crossing", encoded(row)) for row in crossing_documents(assessment)]
    lines += [_line("decision", encoded(decision_row(decision, shared))) for decision in rows(assessment)]
    lines += [_line("claim", encoded(row)) for row in claim_documents(assessment)]
    lines += [_line("attempt", encoded(row)) for row in attempt_documents(assessment)]
    return spelt_json(b"".join(lines))


def _line(kind: str, row: bytes) -> bytes:
    return b'{"type":"%s",%s\n' % (kind.encode(), row[1:])
