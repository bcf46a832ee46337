"""Declared, inherited, derived and observed stand side by side in every format, and so does what was not seen."""

from __future__ import annotations

import json
import re
from xml.etree import ElementTree

import jsonschema_rs
import pytest
from hypothesis import example, given
from lxml import etree

from limen.records.reconciliation import CLAIM_STATES, claim_state, claim_states
from limen.reports import Options, formats, report
from limen.reports._document import document_schema
from limen.reports._reality import age_words, attempts_line, claims_line, moment_words, shown, side_by_side
from tests.reports.building import HOSTILE, sample
from tests.reports.hostility import around, hostile
from tests.reports.kinds import readable
from tests.reports.observed import observed
from tests.reports.test_escaping import _Outline
from tests.reports.test_junit import SCHEMA as JUNIT


def rendered(name: str, text: str = "") -> str:
    return readable(name, report(name).render(observed(around(text)), Options(width=0)))


def test_every_claim_has_its_state() -> None:
    assessment = observed()
    named = [(row.name, row.claim, claim_state(assessment, i)) for i, row in enumerate(assessment.reconciliation)]
    assert named == [
        ("weak", "in_transit.tls.min", "contradicted"),
        ("broken", "in_transit.tls.min", "error"),
        ("idle", "in_transit.tls.min", "unobserved"),
        ("old", "in_transit.tls.min", "stale"),
        ("good", "in_transit.tls.min", "agrees"),
        ("phi-key", "grantees", "unseeable"),
        ("phi-key", "rotation", "not_asked"),
        ("phi-key", "origin", "contradicted"),
    ]
    assert tuple(claim_states(assessment)) == CLAIM_STATES
    assert claims_line(assessment) == (
        "8 claims: 2 contradicted, 1 in error, 1 not observed, 1 stale, 1 agree, 1 that no probe can see, "
        "1 not asked for"
    )
    assert attempts_line(assessment) == (
        "4 probes: 1 completed, 1 in error, 1 not run, 1 without attempt; 1 attempt that nobody asks for"
    )


def test_what_a_profile_wants_is_unobserved_though_nobody_asks_for_it() -> None:
    """The rule decides, not the request: a claim that must be observed is never merely `not asked for`."""
    assessment = observed()
    assert assessment.reconciliation[6].requested is False
    assert claim_state(assessment, 6) == "not_asked"
    rows = list(assessment.reconciliation)
    rows[6], rows[2] = rows[2], rows[6]
    assert claim_state(observed(reconciliation=tuple(rows)), 2) == "unobserved"


def test_without_the_rules_a_claim_is_judged_by_what_was_seen() -> None:
    assessment = observed(decisions={})
    assert [claim_state(assessment, index) for index in (0, 2, 3, 6)] == [
        "contradicted", "unobserved", "agrees", "not_asked",
    ]  # fmt: skip


def test_the_four_values_are_in_words() -> None:
    first, *_, last = (side_by_side(one) for one in shown(observed(), "contradicted", "stale"))
    assert first == "declared 1.3 · inherited - · derived 1.3 · observed 1.2 60 min ago"
    assert last == "declared - · inherited 1.3 · derived 1.3 · observed 1.3 30 d ago"
    [asked] = shown(observed(), "not_asked")
    assert (asked.derived, asked.observed, asked.age) == ("P90D", "-", "")


@pytest.mark.parametrize("name", formats())
def test_every_format_says_all_of_it(name: str) -> None:
    text = rendered(name)
    for said in ("connection refused", "the deadline of the run came first", "gateway.example:443"):
        assert said.replace(":443", "") in text.replace("&#8203;", "").replace("%3A", ":"), said
    for number in ("8 claims", "1 that no probe can see"):
        assert number in text or name in ("json", "jsonl"), number
    for claim in ("weak", "broken", "idle", "old"):
        assert claim in text
    if name not in ("text", "markdown"):  # which say of the rest only how many there are
        assert "phi-key" in text
        assert "a token keeps no list of grantees" in text


@pytest.mark.parametrize("name", formats())
def test_a_design_assessment_says_nothing_of_it(name: str) -> None:
    text = readable(name, report(name).render(sample(), Options())).lower()
    assert "declared and observed" not in text
    assert "no probe can see" not in text


def test_the_verdict_counts_what_no_probe_can_see() -> None:
    assert observed().verdict().endswith("8 claims, 4 observed, 1 that no probe can see")
    assert observed(unseeable=0).verdict().endswith("8 claims, 4 observed")
    assert sample(unseeable=3).verdict().endswith("74 claims, 0 observed")


def test_text_is_brief_where_much_is_wrong() -> None:
    base = observed()
    rows = tuple(base.reconciliation[1] for _ in range(300))
    many = observed(reconciliation=rows, decisions={}, attempts=tuple(base.attempts[1] for _ in range(300)))
    text = report("text").render(many, Options()).decode()
    assert "… and 480 more: --format json has them all" in text
    assert len(text.splitlines()) < 300


def test_a_quiet_text_is_the_verdict() -> None:
    text = report("text").render(observed(), Options(quiet=True)).decode()
    assert text == observed().verdict() + "\n"


def test_json_validates_and_has_every_value() -> None:
    document = json.loads(rendered("json"))
    jsonschema_rs.validator_for(document_schema()).validate(document)
    first, *_, last = document["reconciliation"]
    assert first == {
        "subject": "claim:flow/weak/in_transit.tls.min",
        "section": "flow",
        "name": "weak",
        "claim": "in_transit.tls.min",
        "probe": "tls",
        "state": "contradicted",
        "declared": 13,
        "inherited": None,
        "derived": 13,
        "observed": 12,
        "agrees": False,
        "age": 3600,
        "attempt": "completed",
        "reason": "",
        "requested": True,
        "observable": True,
        "provenance": "declared on flow weak",
    }
    assert last["observed"] == "software"
    assert document["attempts"][1] == {
        "probe": "tls",
        "version": "1",
        "section": "flow",
        "target": "broken",
        "endpoint": "gateway.example:443",
        "status": "error",
        "reason": "connection refused",
        "started_at": "2026-11-22T05:00:00Z",
        "duration": 0.25,
        "tries": 1,
        "observations": 0,
        "counts": True,
    }
    lines = [json.loads(line) for line in rendered("jsonl").splitlines()]
    assert [line for line in lines if line["type"] == "claim"] == [
        {"type": "claim", **row} for row in document["reconciliation"]
    ]
    assert [line for line in lines if line["type"] == "attempt"] == [
        {"type": "attempt", **row} for row in document["attempts"]
    ]


def test_sarif_has_the_table_and_an_error_for_each_attempt_without_end() -> None:
    [run] = json.loads(rendered("sarif"))["runs"]
    assert run["properties"]["reconciliation"] == json.loads(rendered("json"))["reconciliation"]
    said = [n["message"]["text"] for n in run["invocations"][0]["toolExecutionNotifications"] if n["level"] == "error"]
    assert said == [
        "tls of flow broken at gateway.example:443, in error: connection refused",
        "tls of flow idle at gateway.example:443, without attempt: no attempt was recorded",
        "tls of flow later at gateway.example:443, not run: the deadline of the run came first",
    ]


def test_junit_validates_and_says_it_in_a_suite() -> None:
    root = etree.fromstring(rendered("junit").encode())
    JUNIT.assertValid(root)
    [said] = root.iter("system-out")
    assert len(said.text.splitlines()) == 1 + 8 + 1 + 5
    bare = report("junit").render(observed(decisions={}), Options())
    JUNIT.assertValid(etree.fromstring(bare))
    assert b"8 claims" in bare


@given(hostile)
@example("".join(HOSTILE))
def test_hostile_words_change_no_structure(text: str) -> None:
    assert len(rendered("text", text).split("\n")) == len(rendered("text").split("\n"))
    assert _Outline(rendered("html", text)).elements == _Outline(rendered("html", "x")).elements
    outline = [element.tag for element in ElementTree.fromstring(rendered("junit", text)).iter()]
    assert outline == [element.tag for element in ElementTree.fromstring(rendered("junit", "x")).iter()]
    jsonschema_rs.validator_for(document_schema()).validate(json.loads(rendered("json", text)))
    assert len(rendered("markdown", text)) < 65_536
    commands = re.compile(r"^::\w+", re.MULTILINE)
    assert commands.findall(rendered("github", text)) == commands.findall(rendered("github", "x"))
    assert not any("](" in row["reason"] for row in _reasons(rendered("sarif", text)))


def _reasons(log: str) -> list[dict[str, str]]:
    found: list[dict[str, str]] = json.loads(log)["runs"][0]["properties"]["reconciliation"]
    return found


def test_ages_are_said_as_people_say_them() -> None:
    said = {0: "0 s", 119: "119 s", 120: "2 min", 7_199: "119 min", 7_200: "2 h", 172_799: "47 h", 172_800: "2 d"}
    assert {seconds: age_words(seconds) for seconds in said} == said
    assert age_words(-90) == "-90 s"


def test_moments_are_rfc_3339() -> None:
    assert moment_words(1) == "1970-01-01T00:00:01Z"
    assert moment_words(0) == ""
    assert moment_words(10**15) == "1" + "0" * 15
