"""JSON Lines: one record a line, each with its `type`; for streams, logs and databases."""

from __future__ import annotations

import msgspec

from limen.records.assessment import Assessment
from limen.reports import Options
from limen.reports._document import (
    Head,
    ResultRow,
    crossing_documents,
    decision_row,
    finding_row,
    head_fields,
    rule_rows,
)

EXTENSION = "jsonl"


def render(assessment: Assessment, options: Options) -> bytes:
    """Return the report: an assessment line, then rules, findings, crossings and decisions."""
    encode = msgspec.json.Encoder().encode
    shared: dict[int, tuple[ResultRow, ...]] = {}
    lines = [_line("assessment", encode(Head(**head_fields(assessment))))]
    lines += [_line("rule", encode(row)) for row in rule_rows(assessment)]
    lines += [_line("finding", encode(finding_row(finding))) for finding in assessment.findings]
    lines += [_line("crossing", encode(row)) for row in crossing_documents(assessment)]
    lines += [_line("decision", encode(decision_row(decision, shared))) for decision in assessment.each_decision()]
    return b"".join(lines)


def _line(kind: str, row: bytes) -> bytes:
    return b'{"type":"%s",%s\n' % (kind.encode(), row[1:])
