"""The HTML page as text: its links lead somewhere, its policy knows its parts, and it loads nothing."""

from __future__ import annotations

import base64
import hashlib
import re

import msgspec
import pytest
from lxml import html

from limen.records.assessment import Assessment
from limen.reports import Options
from limen.reports.html import render
from tests.reports.building import conforming, finding, many, sample

BIG = many(2_500)


def page(assessment: Assessment) -> html.HtmlElement:
    return html.document_fromstring(render(assessment, Options()).decode())


@pytest.mark.parametrize("assessment", [sample(), conforming(), BIG], ids=["sample", "conforming", "big"])
def test_every_link_leads_to_one_element(assessment: Assessment) -> None:
    root = page(assessment)
    ids = [element.get("id") for element in root.iter() if element.get("id")]
    assert len(ids) == len(set(ids))
    links = {element.get("href") for element in root.iter("a")}
    assert links
    assert {link for link in links if link.removeprefix("#") not in ids} == set()


def test_two_checks_with_one_fingerprint_have_two_anchors() -> None:
    twice = (finding("a.b", "flow:x", number=1), finding("a.b", "flow:x", number=1))
    ids = [element.get("id") for element in page(sample(findings=twice)).iter("details")]
    assert ids == [f"finding-{1:032x}", f"finding-{1:032x}-1"]


def test_the_policy_knows_the_script_and_both_styles_and_nothing_else() -> None:
    root = page(sample())
    [policy] = [m.get("content") for m in root.iter("meta") if m.get("http-equiv") == "Content-Security-Policy"]
    parts = [element.text for element in root.iter("script", "style")]
    digests = {base64.b64encode(hashlib.sha256(part.encode()).digest()).decode() for part in parts}
    assert set(re.findall(r"'sha256-([^']+)'", policy)) == digests
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy


def test_no_element_has_a_style_or_a_handler() -> None:
    for element in page(sample()).iter():
        assert not [name for name in element.attrib if name == "style" or name.startswith("on")]


def test_long_lists_are_cut_with_a_count() -> None:
    said = page(BIG).text_content()
    assert "… and 500 more findings: the JSON report has them all." in said


def test_flows_inside_a_zone_have_rows_too() -> None:
    root = page(sample())
    assert root.get_element_by_id("flow-audit").get("data-kind") == "inside"
    assert root.get_element_by_id("flow-store").get("data-kind") == "crossing"


def test_rules_without_subjects_are_shown_as_such() -> None:
    root = page(sample())
    assert root.get_element_by_id("rule-audit.chained").get("data-state") == "empty"
    assert "none declared" in root.get_element_by_id("rule-audit.chained").text_content()


@pytest.mark.parametrize(
    ("control", "verdict"),
    [
        ("nist-800-53r5%3ASC-8%281%29", "not met"),
        ("iso-27001%3AA.8.24", "unknown"),
        ("nist-800-53r5%3AAC-3", "not met"),
        ("21-cfr-11%3A11.10%28e%29", "not met"),
    ],
)
def test_one_bad_decision_spoils_a_control(control: str, verdict: str) -> None:
    assert page(sample()).get_element_by_id(f"control-{control}").get("data-verdict") == verdict


def test_a_control_is_met_only_as_declared() -> None:
    assert page(conforming()).get_element_by_id("control-nist-800-53r5%3ASC-8%281%29").get("data-verdict") == (
        "met as declared"
    )


@pytest.mark.parametrize(("covered", "gap"), [("partly", "Keys of people."), ("", "")])
def test_a_control_that_rules_judge_in_part_is_never_said_to_be_met(covered: str, gap: str) -> None:
    base = conforming()
    controls = {
        name: msgspec.structs.replace(control, covered=covered, gap=gap) for name, control in base.controls.items()
    }
    row = page(conforming(controls=controls)).get_element_by_id("control-nist-800-53r5%3ASC-8%281%29")
    assert row.get("data-verdict") == "met as far as judged"
    assert (f"not judged: {gap}" in row.text_content()) == bool(gap)


def test_only_open_findings_mark_the_map() -> None:
    root = page(sample())
    bad = {edge.get("data-flow") for edge in root.find_class("edge") if "bad" in edge.get("class").split()}
    assert bad == {"site-upload", "store"}
    waived = page(sample(findings=tuple(f for f in sample().findings if f.disposition != "open")))
    assert not [edge for edge in waived.find_class("edge") if "bad" in edge.get("class").split()]
