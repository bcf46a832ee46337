"""SARIF against the official schema, and what code scanning needs."""

from __future__ import annotations

import json
from typing import Any

import jsonschema_rs
import msgspec
import pytest
from hypothesis import given

from limen.errors import Location
from limen.records.assessment import Assessment
from limen.reports import Options
from limen.reports.sarif import render
from tests.needs import need_data
from tests.reports.building import conforming, many, sample
from tests.reports.hostility import around, hostile


@pytest.fixture(scope="module")
def validator() -> jsonschema_rs.Validator:
    schema = json.loads(need_data("sarif/sarif-schema-2.1.0.json").read_bytes())
    return jsonschema_rs.validator_for(schema, validate_formats=True)


def run(assessment: Assessment) -> dict[str, Any]:
    log: dict[str, Any] = json.loads(render(assessment, Options()))
    assert len(log["runs"]) == 1
    found: dict[str, Any] = log["runs"][0]
    return found


def of(found: dict[str, Any], rule: str, subject: str) -> dict[str, Any]:
    [result] = [
        r
        for r in found["results"]
        if r["ruleId"] == rule and r["locations"][0]["logicalLocations"][0]["fullyQualifiedName"] == subject
    ]
    assert isinstance(result, dict)
    return result


@pytest.mark.parametrize("assessment", [sample(), conforming(), many(50), sample(partial="only")])
def test_it_validates_against_the_official_schema(validator: jsonschema_rs.Validator, assessment: Assessment) -> None:
    validator.validate(json.loads(render(assessment, Options())))


def test_the_schema_refuses_a_level_that_there_is_not(validator: jsonschema_rs.Validator) -> None:
    log = json.loads(render(sample(), Options()))
    log["runs"][0]["results"][0]["level"] = "severe"
    assert not validator.is_valid(log)


@given(hostile)
def test_it_validates_whatever_text_holds(text: str) -> None:
    schema = json.loads(need_data("sarif/sarif-schema-2.1.0.json").read_bytes())
    jsonschema_rs.validator_for(schema).validate(json.loads(render(sample(around(text)), Options())))


def test_every_selected_rule_is_listed_even_those_that_found_nothing() -> None:
    rules = run(sample())["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == [
        "transit.tls_minimum", "access.role", "classification.clearance", "keys.rotation", "conformance.observed",
        "audit.chained", "tenancy.bound", "waiver.expired",
    ]  # fmt: skip


def test_each_result_points_at_its_rule() -> None:
    found = run(sample())
    rules = found["tool"]["driver"]["rules"]
    assert all(rules[result["ruleIndex"]]["id"] == result["ruleId"] for result in found["results"])


def test_each_status_has_its_kind_and_only_failures_a_level() -> None:
    found = run(sample())
    said = {
        (of(found, rule, subject)["kind"], of(found, rule, subject)["level"])
        for rule, subject in (
            ("transit.tls_minimum", "flow:site-upload"),
            ("keys.rotation", "key:phi-data-key"),
            ("classification.clearance", "exposure:gateway%2Fsubmission"),
            ("transit.tls_minimum", "flow:intake"),
            ("transit.tls_minimum", "flow:audit"),
            ("conformance.observed", "claim:site-upload"),
        )
    }
    assert said == {
        ("fail", "error"), ("open", "none"), ("pass", "none"), ("notApplicable", "none"), ("informational", "none"),
    }  # fmt: skip
    assert all((r["kind"] == "fail") == (r["level"] != "none") for r in found["results"])


def test_a_rule_without_subjects_is_one_visible_row() -> None:
    result = of(run(sample()), "audit.chained", "ledger:")
    assert result["kind"] == "notApplicable"
    assert result["message"]["text"] == "no subject of kind ledger"


def test_every_result_has_a_region_or_at_least_a_file_below_the_checkout() -> None:
    for result in run(sample())["results"]:
        place = result["locations"][0]["physicalLocation"]
        assert place["artifactLocation"] in (
            {"uri": "boundaries.yaml", "uriBaseId": "%SRCROOT%"},
            {"uri": "waivers.yaml", "uriBaseId": "%SRCROOT%"},
        )
    passing = of(run(sample()), "transit.tls_minimum", "flow:intake")
    assert passing["locations"][0]["physicalLocation"]["region"]["startLine"] >= 10


def test_regions_are_one_based_and_end_behind_the_last_character() -> None:
    result = of(run(sample()), "transit.tls_minimum", "flow:site-upload")
    region = result["locations"][0]["physicalLocation"]["region"]
    assert (region["startLine"], region["startColumn"], region["endColumn"]) == (11, 5, 11)


@pytest.mark.parametrize(
    ("file", "artifact"),
    [
        ("flows/a b.yaml", {"uri": "flows/a%20b.yaml", "uriBaseId": "%SRCROOT%"}),
        ("/srv/x#y.yaml", {"uri": "file:///srv/x%23y.yaml"}),
        ("C:\\work\\b.yaml", {"uri": "file:///C:/work/b.yaml"}),
        ("ä.yaml", {"uri": "%C3%A4.yaml", "uriBaseId": "%SRCROOT%"}),
    ],
)
def test_paths_become_uris(file: str, artifact: dict[str, str], validator: jsonschema_rs.Validator) -> None:
    finding = msgspec.structs.replace(sample().findings[2], location=Location(file=file, line=3))
    log = json.loads(render(sample(findings=(finding,)), Options()))
    assert log["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"] == artifact
    validator.validate(log)


def test_a_waiver_is_a_suppression_with_its_reason() -> None:
    result = of(run(sample()), "transit.tls_minimum", "flow:store")
    [suppression] = result["suppressions"]
    assert suppression["status"] == "accepted"
    assert "approved by ciso until 2027-01-01: legacy" in suppression["justification"]


def test_an_open_finding_has_no_suppression() -> None:
    assert "suppressions" not in of(run(sample()), "transit.tls_minimum", "flow:site-upload")


def test_baseline_states_are_said_only_where_something_was_compared() -> None:
    found = run(sample())
    assert of(found, "access.role", "component:sponsor")["baselineState"] == "unchanged"
    assert of(found, "transit.tls_minimum", "flow:site-upload")["baselineState"] == "new"
    alone = tuple(f for f in sample().findings if f.disposition in ("open", "waived"))
    assert not any("baselineState" in result for result in run(sample(findings=alone))["results"])


def test_fingerprints_stay_when_the_line_moves() -> None:
    before = sample().findings
    moved = tuple(msgspec.structs.replace(f, location=Location(file="boundaries.yaml", line=999)) for f in before)
    fingerprints = [r.get("partialFingerprints") for r in run(sample())["results"]]
    assert fingerprints == [r.get("partialFingerprints") for r in run(sample(findings=moved))["results"]]
    assert fingerprints[0] == {"limen/v1": f"{4:032x}"}


def test_a_witness_is_a_code_flow_through_components() -> None:
    result = of(run(sample()), "classification.clearance", "exposure:clinical-db%2Fsubmission")
    steps = result["codeFlows"][0]["threadFlows"][0]["locations"]
    assert [step["location"]["logicalLocations"][0]["fullyQualifiedName"] for step in steps] == [
        "component:site-portal", "component:gateway", "component:automation", "component:clinical-db",
    ]  # fmt: skip


def test_controls_are_taxa_and_rules_relate_to_them() -> None:
    found = run(sample())
    rule = found["tool"]["driver"]["rules"][0]
    named = [
        (found["taxonomies"][r["target"]["toolComponent"]["index"]]["name"],
         found["taxonomies"][r["target"]["toolComponent"]["index"]]["taxa"][r["target"]["index"]]["id"])
        for r in rule["relationships"]
    ]  # fmt: skip
    assert named == [("nist-800-53r5", "SC-8(1)"), ("21-cfr-11", "11.10(e)")]


def test_notes_deviations_and_partiality_are_notifications() -> None:
    [invocation] = run(sample(partial="only rule x"))["invocations"]
    said = [notification["message"]["text"] for notification in invocation["toolExecutionNotifications"]]
    assert said == [
        "1 unattested waiver",
        "Deviation from zero-trust: tls_minimum of transit.tls_minimum is 1.2 in place of 1.3",
        "This is a partial assessment: only rule x",
    ]
    assert invocation["exitCode"] == 1


def test_values_are_kept_as_they_are_however_large() -> None:
    finding = msgspec.structs.replace(
        sample().findings[2], actual=b"123456789012345678901234567890", required=b'"\\ud800"'
    )
    [result] = [r for r in run(sample(findings=(finding,)))["results"] if r["kind"] == "fail"]
    assert result["properties"]["actual"] == 123456789012345678901234567890
