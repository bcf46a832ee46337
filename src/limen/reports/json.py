"""JSON: the whole assessment, the population of decisions included; schema/assessment.schema.json describes it."""

from __future__ import annotations

import msgspec

from limen.records.assessment import Assessment
from limen.reports import Options
from limen.reports._document import (
    Document,
    ResultRow,
    crossing_documents,
    decision_row,
    finding_row,
    head_fields,
    rule_rows,
)

EXTENSION = "json"


def render(assessment: Assessment, options: Options) -> bytes:
    """Return the report as indented JSON in UTF-8."""
    shared: dict[int, tuple[ResultRow, ...]] = {}
    document = Document(
        **head_fields(assessment),
        rules=rule_rows(assessment),
        findings=tuple(map(finding_row, assessment.findings)),
        decisions=tuple(decision_row(decision, shared) for decision in assessment.each_decision()),
        crossings=crossing_documents(assessment),
    )
    return msgspec.json.format(msgspec.json.encode(document), indent=1) + b"\n"
