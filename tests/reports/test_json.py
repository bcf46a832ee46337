"""JSON and JSON Lines against their own published schema."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import given

from limen.records.assessment import Assessment
from limen.reports import Options
from limen.reports import json as report_json
from limen.reports import jsonl as report_jsonl
from limen.reports._document import document_schema
from tests.reports.building import conforming, many, sample
from tests.reports.hostility import around, hostile

PUBLISHED = Path(__file__).resolve().parents[2] / "schema" / "assessment.schema.json"
SCHEMA = document_schema()
DOCUMENT = jsonschema_rs.validator_for(SCHEMA)
LINE = jsonschema_rs.validator_for({**SCHEMA, "$ref": "#/$defs/Line"})


def document(assessment: Assessment) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(report_json.render(assessment, Options()))
    return found


def lines(assessment: Assessment) -> list[dict[str, Any]]:
    return [json.loads(line) for line in report_jsonl.render(assessment, Options()).splitlines()]


def test_the_published_schema_is_the_generated_one() -> None:
    assert json.loads(PUBLISHED.read_bytes()) == SCHEMA


@pytest.mark.parametrize("assessment", [sample(), conforming(), many(20), sample(partial="only rule x")])
def test_it_validates(assessment: Assessment) -> None:
    DOCUMENT.validate(document(assessment))
    for line in lines(assessment):
        LINE.validate(line)


@given(hostile)
def test_it_validates_whatever_text_holds(text: str) -> None:
    DOCUMENT.validate(document(sample(around(text))))
    for line in lines(sample(around(text))):
        LINE.validate(line)


@pytest.mark.parametrize(
    ("part", "value"),
    [
        ("exit_code", 2),
        ("scope", "whole"),
        ("format", "limen-assessment/2"),
        ("counts", {"green": 1}),
        ("claims", "74"),
    ],
)
def test_the_schema_refuses_a_wrong_value(part: str, value: object) -> None:
    found = document(sample()) | {part: value}
    assert not DOCUMENT.is_valid(found)


@pytest.mark.parametrize("part", ["verdict", "findings", "decisions", "partial", "counts"])
def test_the_schema_refuses_a_missing_part(part: str) -> None:
    found = document(sample())
    del found[part]
    assert not DOCUMENT.is_valid(found)


def test_the_schema_refuses_an_unknown_status_and_a_line_of_another_kind() -> None:
    found = document(sample())
    found["decisions"][0]["status"] = "green"
    assert not DOCUMENT.is_valid(found)
    rule = next(line for line in lines(sample()) if line["type"] == "rule")
    assert LINE.is_valid(rule)
    assert not LINE.is_valid(rule | {"type": "finding"})
    assert not LINE.is_valid(rule | {"type": "other"})


def test_every_part_of_the_schema_is_described() -> None:
    for name, definition in SCHEMA["$defs"].items():
        assert definition.get("description"), name
        for field, schema in definition.get("properties", {}).items():
            assert schema.get("description"), f"{name}.{field}"


def test_a_rule_without_subjects_is_one_visible_row() -> None:
    found = document(sample())
    assert [rule["id"] for rule in found["rules"] if rule["subjects"] == 0] == ["audit.chained", "tenancy.bound"]
    [row] = [decision for decision in found["decisions"] if decision["rule"] == "audit.chained"]
    assert row == {
        "rule": "audit.chained",
        "subject": "ledger:",
        "status": "not_applicable",
        "reason": "no subject of kind ledger",
        "results": [],
    }


def test_the_decisions_add_up_to_the_counts() -> None:
    found = document(sample())
    assert len(found["decisions"]) == sum(found["counts"].values()) == 18


def test_both_formats_say_the_same() -> None:
    found, said = document(sample()), lines(sample())
    for kind, part in (
        ("rule", "rules"),
        ("finding", "findings"),
        ("crossing", "crossings"),
        ("decision", "decisions"),
    ):
        rows = [
            {name: value for name, value in line.items() if name != "type"} for line in said if line["type"] == kind
        ]
        assert rows == found[part]
    assert said[0]["verdict"] == found["verdict"]


def test_a_finding_says_all_that_is_known() -> None:
    [finding] = [f for f in document(sample())["findings"] if f["severity"] == "critical" and f["status"] == "fail"]
    assert finding["id"] == "classification.clearance::exposure:clinical-db%2Fsubmission::in_transit.tls.min"
    assert (finding["actual"], finding["required"]) == (12, {"least": 13})
    assert finding["location"] == {"file": "boundaries.yaml", "line": 13, "column": 5}
    assert [step["component"] for step in finding["witness"]] == ["site-portal", "gateway", "automation", "clinical-db"]
    assert finding["refs"] == ["site-12", "gateway"]
    assert finding["witness"][1]["state"] == ["phi-data-key", "root"]
    assert finding["witness"][3]["assumed"] is True
