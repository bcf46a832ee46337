"""JSON: the whole assessment, the population of decisions included; schema/assessment.schema.json describes it."""

from __future__ import annotations

from collections.abc import Iterable

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
from limen.reports._lines import listed
from limen.reports._reality_document import attempt_documents, claim_documents
from limen.reports._rows import rows
from limen.reports._words import spelt_json

EXTENSION = "json"


def render(assessment: Assessment, options: Options) -> bytes:
    """Return the report as JSON in UTF-8, a row a line."""
    shared: dict[int, tuple[ResultRow, ...]] = {}
    head = Head(**head_fields(assessment))
    members: dict[str, bytes | Iterable[bytes]] = {
        name: encoded(getattr(head, name)) for name in head.__struct_fields__
    }
    members |= {
        "rules": map(encoded, rule_rows(assessment)),
        "findings": (encoded(finding_row(finding)) for finding in assessment.findings),
        "decisions": (encoded(decision_row(decision, shared)) for decision in rows(assessment)),
        "crossings": map(encoded, crossing_documents(assessment)),
        "reconciliation": map(encoded, claim_documents(assessment)),
        "attempts": map(encoded, attempt_documents(assessment)),
    }
    return spelt_json(listed(members)) + b"\n"
