"""JUnit against the schema by which Jenkins reads it; unknown is an error, never skipped."""

from __future__ import annotations

from pathlib import Path
from xml.etree.ElementTree import Element

import msgspec
import pytest
from hypothesis import given
from lxml import etree

from limen.records.assessment import Assessment
from limen.reports import Options
from limen.reports.junit import render
from tests.reports.building import conforming, decided, finding, many, rule, sample
from tests.reports.hostility import around, hostile

SCHEMA = etree.XMLSchema(etree.parse(Path(__file__).parent / "data" / "junit-10.xsd"))


def tree(assessment: Assessment) -> Element:
    return etree.fromstring(render(assessment, Options()))  # type: ignore[return-value]


def case(root: Element, rule_id: str, name: str) -> Element:
    [found] = [c for c in root.iter("testcase") if (c.get("classname"), c.get("name")) == (f"limen.{rule_id}", name)]
    return found


@pytest.mark.parametrize("assessment", [sample(), conforming(), many(50), sample(findings=())])
def test_it_validates(assessment: Assessment) -> None:
    SCHEMA.assertValid(tree(assessment))


def test_the_schema_refuses_a_suite_without_numbers() -> None:
    root = tree(sample())
    del root[0].attrib["errors"]
    assert not SCHEMA.validate(root)


@given(hostile)
def test_it_validates_whatever_text_holds(text: str) -> None:
    SCHEMA.assertValid(tree(sample(around(text))))


def test_what_was_not_assessed_is_an_error_and_never_skipped() -> None:
    ended = case(tree(sample()), "classification.clearance", "exposure:gateway%2Fsubmission")
    assert [(child.tag, child.get("type")) for child in ended] == [("error", "not_assessed")]


def test_only_what_was_accepted_as_a_whole_is_skipped() -> None:
    ended = case(tree(sample()), "transit.tls_minimum", "flow:store")
    assert [(child.tag, child.get("message")) for child in ended] == [
        ("skipped", "waived: approved by ciso until 2027-01-01: legacy")
    ]


def test_a_decision_with_one_waived_and_one_open_finding_fails() -> None:
    waived = finding("transit.tls_minimum", "flow:site-upload", number=1, disposition="waived")
    second = msgspec.structs.replace(waived, disposition="open", path="in_transit.tls.mutual", fingerprint=f"{9:032x}")
    for findings in ((waived, second), (second, waived)):
        ended = case(tree(sample(findings=findings)), "transit.tls_minimum", "flow:site-upload")
        assert [child.tag for child in ended] == ["failure"]


def test_findings_on_waivers_fail_in_suites_of_their_own() -> None:
    root = tree(sample())
    ended = case(root, "waiver.expired", f"waiver:{7:032x}")
    assert [child.tag for child in ended] == ["failure"]
    assert [s.get("name") for s in root if s.get("name", "").startswith("waiver")] == ["waiver.expired"]


def test_every_selected_rule_has_a_suite_and_the_numbers_add_up() -> None:
    root = tree(sample())
    assert {suite.get("name") for suite in root} == {*sample().decisions, "waiver.expired"}
    for number, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        for suite in root:
            assert int(suite.get(number, "")) == len(list(suite.iter(tag)))
    assert int(root.get("tests", "")) == len(list(root.iter("testcase"))) == 19
    assert (root.get("failures"), root.get("errors")) == ("3", "2")


def test_a_rule_without_subjects_is_one_skipped_case() -> None:
    only = {"audit.chained": decided(rule("audit.chained", "ledger"), [])}
    root = tree(sample(decisions=only, findings=()))
    assert [(c.get("name"), [child.get("message") for child in c]) for c in root.iter("testcase")] == [
        ("no subject of kind ledger", ["not applicable: no subject of kind ledger"])
    ]


def test_the_verdict_is_in_the_name() -> None:
    assert (
        tree(sample(partial="only rule x"))
        .get("name", "")
        .startswith("limen rx-trace: partial assessment (only rule x)")
    )
