"""`limen explain`: findings, passes, gaps and flows, each with its reasons."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import FINDING, declaration
from tests.cli.hostile import UNDEFINED, write_rule
from tests.cli.support import limen
from tests.cli.test_waive import waive

Capsys = pytest.CaptureFixture[str]


def test_a_finding(weak: Path, capsys: Capsys) -> None:
    said = limen(capsys, "explain", FINDING, weak)
    assert said.code == 0
    lines = said.out.splitlines()
    assert lines[0] == FINDING
    assert lines[1] == "high: the TLS minimum is 1.2; the profile requires 1.3"
    assert lines[2] == "on gateway → service"
    assert lines[3].startswith(f"at {weak / 'boundaries.yaml'}:")
    assert lines[3].endswith("(declared on flow hand-over)")
    assert 'in_transit: {protocol: grpcs, tls: {min: "1.2"}}' in lines[4]
    assert "rule transit.tls_minimum: TLS is at least the profile's minimum" in lines
    assert any(line.startswith("fix: Raise in_transit.tls.min") for line in lines)
    assert "parameter tls_minimum = 1.3" in lines
    assert any("SC-8(1)" in line for line in lines if line.startswith("controls: "))
    assert "  package limen.rules.transit.tls_minimum" in lines


@pytest.mark.parametrize("length", [6, 12, 32])
def test_a_finding_by_the_beginning_of_its_fingerprint(weak: Path, length: int, capsys: Capsys) -> None:
    fingerprint = json.loads(limen(capsys, "check", weak, "-f", "json").out)["findings"][0]["fingerprint"]
    said = limen(capsys, "explain", fingerprint[:length], weak)
    assert said.out.splitlines()[0] == FINDING
    assert f"fingerprint {fingerprint}; open" in said.out


def test_five_digits_name_no_finding(weak: Path, capsys: Capsys) -> None:
    fingerprint = json.loads(limen(capsys, "check", weak, "-f", "json").out)["findings"][0]["fingerprint"]
    assert limen(capsys, "explain", fingerprint[:5], weak).code == 2


def test_a_pass_shows_actual_and_required(system: Path, capsys: Capsys) -> None:
    said = limen(capsys, "explain", "transit.tls_minimum::flow:hand-over", system)
    assert said.code == 0
    assert said.out.splitlines()[0] == "transit.tls_minimum::flow:hand-over: pass"
    assert "  pass: in_transit.tls.min is 1.3; required 1.3 (zones ingress and processing)" in said.out.splitlines()


def test_a_decision_that_does_not_apply_says_why(system: Path, capsys: Capsys) -> None:
    said = limen(capsys, "explain", "transit.fallback::flow:hand-over", system)
    assert said.code == 0
    assert said.out.splitlines()[0] == "transit.fallback::flow:hand-over: not applicable"
    assert said.out.splitlines()[3] == "the flow replaces no other"


def test_an_error_says_why(tmp_path: Path, capsys: Capsys) -> None:
    (tmp_path / "boundaries.yaml").write_text(declaration("hostile"), encoding="utf-8")
    policies = write_rule(tmp_path / "policies", UNDEFINED)
    said = limen(capsys, "explain", "ours.mine::flow:submit", tmp_path, "--policies", policies)
    assert said.code == 0
    assert "the check is undefined" in said.out


def test_a_crossing(weak: Path, capsys: Capsys) -> None:
    said = limen(capsys, "explain", "hand-over", weak)
    assert said.code == 0
    lines = said.out.splitlines()
    assert lines[0] == "hand-over: gateway → service"
    assert lines[2].startswith("leaves zone ingress, enters zone processing; trust +1; label restricted")
    assert lines[3] == "carries record; returns nothing"
    assert "  in_transit.tls.min = 1.2  (declared on flow hand-over)" in lines
    assert "  in_transit.tls.mutual = required  (zones ingress and processing)" in lines
    assert "  fail          transit.tls_minimum::flow:hand-over" in lines
    assert "  pass          transit.weak_suites::flow:hand-over" in lines


def test_a_flow_inside_one_zone(system: Path, capsys: Capsys) -> None:
    said = limen(capsys, "explain", "reject", system)
    assert said.code == 0
    assert "no crossing: both ends lie in one zone and tenant; it is judged all the same" in said.out
    assert "pass          transit.intra_zone_trusted::flow:reject" in said.out


def test_an_exposure_shows_its_witness(system: Path, capsys: Capsys) -> None:
    root = system / "boundaries.yaml"
    text = root.read_text(encoding="utf-8")
    wrong = text.replace(
        "opens_with: [record-key]\n    at_rest",
        "opens_with: [record-key]\n    clearance: {level: internal, basis: None}\n    at_rest",
    )
    assert wrong != text
    root.write_text(wrong, encoding="utf-8")
    found = json.loads(limen(capsys, "check", system, "-f", "json").out)["findings"]
    names = [f["id"] for f in found if f["rule"] == "classification.clearance"]
    assert len(names) == 1
    said = limen(capsys, "explain", names[0], system)
    witness = said.out[said.out.index("\nwitness, ") :].splitlines()[2:]
    assert witness[0].startswith("  1. portal originates record")
    assert [line for line in witness if "store" in line]


def test_a_waived_finding_names_who_approved(weak: Path, capsys: Capsys) -> None:
    waive(capsys, weak)
    said = limen(capsys, "explain", FINDING, weak)
    assert "; waived; approved by joan until 2999-01-01" in said.out


def test_a_finding_on_a_waiver(weak: Path, capsys: Capsys) -> None:
    waive(capsys, weak)
    path = weak / "waivers.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("2999-01-01", "2020-01-01"), encoding="utf-8")
    found = json.loads(limen(capsys, "check", weak, "-f", "json").out)["findings"]
    name = next(f["id"] for f in found if f["rule"] == "waiver.expired")
    said = limen(capsys, "explain", name, weak)
    assert said.code == 0
    assert "the waiver expired on 2020-01-01" in said.out
    assert "fix: Mend the finding, or have the waiver approved anew" in said.out


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("hand-ovr", "did you mean hand-over?"),
        ("transit.tls_minimum::flow:hand-ovr", "did you mean transit.tls_minimum::flow:hand-over"),
        ("transit.tls_minimun::flow:submit", "transit.tls_minimum"),
        ("xyzzy", "limen crossings list"),
        ("", "name a fingerprint"),
    ],
)
def test_what_is_nothing_is_refused_with_a_suggestion(weak: Path, name: str, hint: str, capsys: Capsys) -> None:
    said = limen(capsys, "explain", name, weak)
    assert (said.code, said.out) == (2, "")
    assert f"there is no finding, decision or flow '{name}'" in said.err
    assert hint in said.err


def test_a_misspelt_rule_far_from_all_others(weak: Path, capsys: Capsys) -> None:
    said = limen(capsys, "explain", "tls_minimum::flow:somewhere-else-entirely", weak)
    assert (said.code, said.out) == (2, "")
    assert "transit.tls_minimum::flow:somewhere-else-entirely" in said.err


def test_peers_are_named(system: Path, capsys: Capsys) -> None:
    root = system / "boundaries.yaml"
    text = root.read_text(encoding="utf-8")
    hop = "    to: service\n    via: [{component: quarantine, tls: terminate}]\n"
    root.write_text(text.replace("    to: service\n", hop), encoding="utf-8")
    found = json.loads(limen(capsys, "check", system, "-f", "json").out)["findings"]
    (name,) = [f["id"] for f in found if f["rule"] == "transit.tls_terminated"]
    assert "\nsee quarantine\n" in limen(capsys, "explain", name, system).out
    decision = limen(capsys, "explain", "transit.tls_terminated::flow:hand-over", system).out
    assert "  fail: via[0] is terminate\n" in decision
    assert "\n    see quarantine\n" in decision


def test_a_rule_alone_is_no_decision_and_leads_to_one(weak: Path, capsys: Capsys) -> None:
    said = limen(capsys, "explain", "transit.tls_minimum", weak)
    assert said.code == 2
    assert said.err.splitlines() == [
        "error: transit.tls_minimum is a rule, of which only what it decided can be explained",
        f"  = name a decision, such as {FINDING}; limen rules transit.tls_minimum shows the rule",
    ]
    assert limen(capsys, "explain", FINDING, weak).code == 0


def test_a_rule_without_findings_leads_to_a_decision(system: Path, capsys: Capsys) -> None:
    said = limen(capsys, "explain", "transit.tls_minimum", system)
    assert "name a decision, such as transit.tls_minimum::flow:submit; " in said.err
    assert limen(capsys, "explain", "transit.tls_minimum::flow:submit", system).code == 0
