"""OSCAL against the official schema, NIST's ids, compliance-trestle, and a resolver of every reference."""

from __future__ import annotations

import copy
import json
import os
import re
import subprocess
import sys
import uuid
from array import array
from collections import Counter
from functools import lru_cache
from pathlib import Path
from typing import Any

import jsonschema_rs
import msgspec
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from limen.records.assessment import Assessment
from limen.records.statuses import STATUSES, Status
from limen.records.subjects import Detail
from limen.reports import Options, oscal
from limen.reports._oscal_failures import MOST_FAILURES
from limen.reports._oscal_text import token
from tests.needs import need_data
from tests.reports.building import HOSTILE, conforming, decided, finding, many, rule, sample, table
from tests.reports.hostility import around, hostile
from tests.reports.observed import observed
from tests.reports.oscal_references import each, unresolved

GOLDEN = Path(__file__).parent / "golden"
FILES = frozenset((*oscal.ALWAYS, "core/inputs/declaration/boundaries.yaml"))
SC8, AC3, PART11 = "sc-8.1", "ac-3", "_21-cfr-11_11.10.e"


@lru_cache(1)
def validator() -> jsonschema_rs.Validator:
    schema = json.loads(need_data("oscal/oscal_complete_schema-1-2-2.json").read_bytes())
    return jsonschema_rs.validator_for(schema, validate_formats=True)


def three(assessment: Assessment) -> dict[str, Any]:
    return {name: json.loads(content) for name, content in oscal.documents(assessment).items()}


def alone(assessment: Assessment) -> dict[str, Any]:
    return {"alone.json": json.loads(oscal.render(assessment, Options()))}


def result(assessment: Assessment) -> dict[str, Any]:
    found: dict[str, Any] = three(assessment)["oscal-results.json"]["assessment-results"]["results"][0]
    return found


def value(thing: dict[str, Any], name: str) -> str:
    """Return the one property of a name."""
    [found] = [prop["value"] for prop in thing["props"] if prop["name"] == name]
    assert isinstance(found, str)
    return found


def values(thing: dict[str, Any], name: str) -> list[str]:
    return [prop["value"] for prop in thing.get("props", []) if prop["name"] == name]


def states(assessment: Assessment) -> dict[str, tuple[str, str]]:
    """Return state and reason of each control's objective."""
    return {
        finding["target"]["target-id"].removesuffix("_limen"): (
            finding["target"]["status"]["state"],
            finding["target"]["status"]["reason"],
        )
        for finding in result(assessment)["findings"]
        if values(finding, "control")
    }


ASSESSMENTS = {
    "sample": sample(),
    "conforming": conforming(),
    "many": many(50),
    "partial": sample(partial="only rule x"),
    "nobody": sample(owner=""),
    "nothing": sample(decisions={}, findings=(), controls={}, counts=dict.fromkeys(STATUSES, 0), tables={}),
    "observed": observed(),
    "no map": sample(map=msgspec.structs.replace(sample().map, nodes=(), edges=())),
}


@pytest.mark.parametrize("assessment", ASSESSMENTS.values(), ids=ASSESSMENTS)
def test_all_documents_validate_against_the_official_schema(assessment: Assessment) -> None:
    for document in (three(assessment) | alone(assessment)).values():
        validator().validate(document)


def test_the_schema_refuses_a_state_that_there_is_not() -> None:
    document = three(sample())["oscal-results.json"]
    document["assessment-results"]["results"][0]["findings"][0]["target"]["status"]["state"] = "unknown"
    assert not validator().is_valid(document)


@pytest.mark.parametrize("assessment", ASSESSMENTS.values(), ids=ASSESSMENTS)
def test_every_reference_resolves(assessment: Assessment) -> None:
    assert unresolved(three(assessment), FILES) == []
    assert unresolved(alone(assessment)) == []


def _without_component(documents: dict[str, Any]) -> None:
    documents["oscal-plan.json"]["assessment-plan"]["local-definitions"]["components"].clear()


def _without_tool(documents: dict[str, Any]) -> None:
    documents["oscal-plan.json"]["assessment-plan"]["assessment-assets"]["components"].clear()


def _without_observation(documents: dict[str, Any]) -> None:
    del documents["oscal-results.json"]["assessment-results"]["results"][0]["observations"][0]


def _without_risks(documents: dict[str, Any]) -> None:
    del documents["oscal-results.json"]["assessment-results"]["results"][0]["risks"]


def _without_resources(documents: dict[str, Any]) -> None:
    for document in documents.values():
        next(iter(document.values())).pop("back-matter", None)


def _without_objectives(documents: dict[str, Any]) -> None:
    del documents["oscal-plan.json"]["assessment-plan"]["local-definitions"]["objectives-and-methods"][0]


def _without_activity(documents: dict[str, Any]) -> None:
    del documents["oscal-plan.json"]["assessment-plan"]["local-definitions"]["activities"][0]


def _without_task(documents: dict[str, Any]) -> None:
    del documents["oscal-plan.json"]["assessment-plan"]["tasks"]


def _without_party(documents: dict[str, Any]) -> None:
    del documents["oscal-component.json"]["component-definition"]["metadata"]["parties"]


def _without_plan(documents: dict[str, Any]) -> None:
    del documents["oscal-plan.json"]


@pytest.mark.parametrize(
    "damage",
    [_without_component, _without_tool, _without_observation, _without_risks, _without_resources, _without_objectives,
     _without_activity, _without_task, _without_party, _without_plan],
)  # fmt: skip
def test_the_resolver_sees_what_is_missing(damage: Any) -> None:
    documents = copy.deepcopy(three(sample()))
    damage(documents)
    assert unresolved(documents, FILES)


def test_the_resolver_sees_a_file_that_is_not_in_the_pack() -> None:
    assert unresolved(three(sample()), FILES - {"core/decisions.jsonl"})


def test_only_files_that_are_there_are_linked() -> None:
    files = {"core/inputs/policies/policies/frameworks/nist-800-53r5.yaml", "core/decisions.jsonl"}
    documents = {name: json.loads(content) for name, content in oscal.documents(sample(), files).items()}
    linked = {v for document in documents.values() for path, v in each(document)
              if path[-1:] == ("href",) and not v.startswith("#")}  # fmt: skip
    assert linked == {f"../{name}" for name in files} | {"oscal-plan.json"}
    assert unresolved(documents, files) == []


def test_by_itself_it_links_to_no_file() -> None:
    [document] = alone(sample()).values()
    assert all(v.startswith("#") for path, v in each(document) if path[-1:] == ("href",))


def test_a_file_name_becomes_a_reference() -> None:
    file = msgspec.structs.replace(sample().files[0], path="flows/a b#c.yaml")
    documents = three(sample(files=(file,)))
    assert unresolved(documents, FILES | {"core/inputs/declaration/flows/a b#c.yaml"}) == []
    assert "../core/inputs/declaration/flows/a%20b%23c.yaml" in json.dumps(documents)


def test_each_of_the_six_statuses_is_counted_by_rule() -> None:
    counted: Counter[str] = Counter()
    for observation in result(sample())["observations"]:
        if observation["types"] == ["control-objective"]:
            counted.update({s: int(n) for s in STATUSES for n in values(observation, s.replace("_", "-"))})
    assert counted == Counter(decision.status for decision in sample().each_decision())
    assert set(counted) == set(STATUSES)


def test_controls_end_as_their_worst_decision_does() -> None:
    assert states(sample()) == {
        PART11: ("not-satisfied", "fail"),
        AC3: ("not-satisfied", "fail"),
        SC8: ("not-satisfied", "fail"),
        "_iso-27001_A.8.24".removeprefix("_"): ("not-satisfied", "other"),  # in error
        "limen_conformance.observed": ("not-satisfied", "other"),  # nothing was observed
        "limen_waiver.expired": ("not-satisfied", "fail"),
    }
    assert states(conforming()) == {SC8: ("satisfied", "pass")}


def of_statuses(*statuses: Status, **changes: object) -> Assessment:
    """Return an assessment of one rule with these decisions."""
    names = [f"f{number}" for number in range(len(statuses))]
    selected = rule("transit.tls_minimum", "flow", "high", ("nist-800-53r5:SC-8(1)",))
    outcome = decided(selected, statuses)
    counts = dict.fromkeys(STATUSES, 0) | Counter(statuses)
    flows = table("flow", names, lambda index: Detail(path=("flows", names[index])))
    values: dict[str, object] = {
        "tables": {"flow": flows}, "decisions": {"transit.tls_minimum": outcome}, "counts": counts, "findings": (),
    }  # fmt: skip
    return sample(**(values | changes))


@given(st.lists(st.sampled_from(STATUSES), max_size=4), st.sampled_from(["", "only rule x"]))
@example([], "")
@example(["pass", "out_of_scope"], "")
@example(["pass", "not_assessed"], "")
@example(["not_applicable"], "")
@example(["pass"], "only rule x")
def test_only_what_was_judged_and_passed_throughout_is_satisfied(statuses: list[Status], partial: str) -> None:
    assessment = of_statuses(*statuses, partial=partial)
    good = "pass" in statuses and not {"fail", "error", "not_assessed"} & set(statuses) and not partial
    reason = "pass" if good else "fail" if "fail" in statuses else "other"
    assert states(assessment) == {SC8: ("satisfied" if good else "not-satisfied", reason)}


def test_what_was_not_assessed_says_so() -> None:
    def said(*statuses: Status) -> dict[str, Any]:
        found: dict[str, Any] = result(of_statuses(*statuses))["findings"][0]["target"]
        return found

    nothing = said("not_applicable")
    assert nothing["implementation-status"] == {"state": "not-applicable"}
    assert nothing["status"]["remarks"].startswith("nothing was assessed: no subject")
    unseen = said("out_of_scope")
    assert "implementation-status" not in unseen
    assert unseen["status"]["remarks"].startswith("nothing was assessed: it takes observations")
    assert "nobody knows" in said("pass", "error")["status"]["remarks"]


def test_an_assessment_without_rules_satisfies_nothing() -> None:
    assert states(ASSESSMENTS["nothing"]) == {"limen_nothing": ("not-satisfied", "other")}
    [one] = result(ASSESSMENTS["nothing"])["findings"]
    assert one["target"]["status"]["remarks"] == "nothing was assessed: no rule was selected"


def test_every_reviewed_control_has_one_finding() -> None:
    found = result(sample())
    reviewed = [entry["control-id"] for selection in found["reviewed-controls"]["control-selections"]
                for entry in selection["include-controls"]]  # fmt: skip
    assert sorted(states(sample())) == sorted(reviewed)


def failures(assessment: Assessment) -> dict[str, dict[str, Any]]:
    return {
        f"{value(one, 'rule')}::{value(one, 'subject')}": one
        for one in result(assessment)["findings"]
        if not values(one, "control")
    }


def test_every_failed_and_unjudged_decision_has_a_finding_that_is_not_satisfied() -> None:
    found = failures(sample())
    assert {
        name: (one["target"]["status"]["state"], one["target"]["status"]["reason"]) for name, one in found.items()
    } == {
        "keys.rotation::key:phi-data-key": ("not-satisfied", "other"),
        "classification.clearance::exposure:clinical-db%2Fsubmission": ("not-satisfied", "fail"),
        "classification.clearance::exposure:gateway%2Fsubmission": ("not-satisfied", "other"),
        "transit.tls_minimum::flow:site-upload": ("not-satisfied", "fail"),
        "transit.tls_minimum::flow:store": ("not-satisfied", "fail"),
        "access.role::component:sponsor": ("not-satisfied", "fail"),
        "access.role::component:gateway": ("not-satisfied", "fail"),
        f"waiver.expired::waiver:{7:032x}": ("not-satisfied", "fail"),
    }


def test_a_finding_has_its_observation_and_its_risk() -> None:
    found = result(sample())
    one = failures(sample())["transit.tls_minimum::flow:site-upload"]
    observations = {o["uuid"]: o for o in found["observations"]}
    own, of_rule = (observations[o["observation-uuid"]] for o in one["related-observations"])
    assert own["types"] == ["finding"]
    assert of_rule["types"] == ["control-objective"]
    assert value(of_rule, "rule") == "transit.tls_minimum"
    [risk] = [r for r in found["risks"] if r["uuid"] == one["related-risks"][0]["risk-uuid"]]
    assert risk["status"] == "open"
    assert risk["characterizations"][0]["facets"][0]["value"] == "high"
    assert one["target"]["target-id"] == "sc-8.1_limen.transit.tls_minimum"
    assert values(one, "also-control") == ["21-cfr-11:11.10(e)"]


def test_the_number_of_a_decision_is_its_line_in_the_pack() -> None:
    decisions = [decision.id for decision in sample().each_decision()]
    evidence = [o for o in result(sample())["observations"] if values(o, "decision")]
    assert len(evidence) == 7
    for one in evidence:
        number = int(value(one, "decision"))
        assert decisions[number] == f"{value(one, 'rule')}::{value(one, 'subject')}"
        assert one["relevant-evidence"][0]["description"] == f"Line {number + 1:,}, as in core/decisions.jsonl."


def test_lines_of_a_rule_are_its_decisions() -> None:
    decisions = [decision.rule for decision in sample().each_decision()]
    for one in result(sample())["observations"]:
        for evidence in one.get("relevant-evidence", []) if one["types"] == ["control-objective"] else []:
            first, last = map(int, re.findall(r"\d+", evidence["description"])[:2])
            assert set(decisions[first - 1 : last]) == {value(one, "rule")}
            assert decisions.count(value(one, "rule")) == last - first + 1


def test_a_waiver_is_a_response_to_the_risk_and_satisfies_nothing() -> None:
    one = failures(sample())["transit.tls_minimum::flow:store"]
    [risk] = [r for r in result(sample())["risks"] if r["uuid"] == one["related-risks"][0]["risk-uuid"]]
    assert risk["status"] == "deviation-approved"
    recommended, accepted = risk["remediations"]
    assert recommended["lifecycle"] == "recommendation"
    assert accepted["lifecycle"] == "completed"
    assert {"name": "type", "value": "accept"} in accepted["props"]
    assert accepted["description"] == "approved by ciso until 2027-01-01: legacy"
    only = finding("transit.tls_minimum", "flow:f0", number=1, disposition="waived")
    assert states(of_statuses("fail", findings=(only,))) == {SC8: ("not-satisfied", "fail")}


def test_a_decision_with_one_waived_and_one_open_finding_is_an_open_risk() -> None:
    waived = finding("transit.tls_minimum", "flow:f0", number=1, disposition="waived")
    second = msgspec.structs.replace(waived, disposition="open", path="in_transit.tls.mutual", fingerprint=f"{9:032x}")
    [risk] = result(of_statuses("fail", findings=(second, waived)))["risks"]
    assert risk["status"] == "open"


def test_nobody_approved_what_was_there_before() -> None:
    risks = result(sample())["risks"]
    known = [r for r in risks if values(r, "disposition")]
    assert [value(r, "disposition").split(":")[0] for r in known] == ["baseline", "inherited"]
    assert {r["status"] for r in known} == {"open"}


def test_a_failure_names_the_components_at_both_ends_of_its_flow() -> None:
    plan = three(sample())["oscal-plan.json"]["assessment-plan"]
    names = {
        c["uuid"]: value(c, "component") for c in plan["local-definitions"]["components"] if values(c, "component")
    }
    [one] = [o for o in result(sample())["observations"] if o["title"] == "transit.tls_minimum of flow:site-upload"]
    assert [names[s["subject-uuid"]] for s in one["subjects"]] == ["gateway", "site-portal"]
    [key] = [o for o in result(sample())["observations"] if o["title"] == "keys.rotation of key:phi-data-key"]
    assert [s["subject-uuid"] for s in key["subjects"]] == [plan["local-definitions"]["components"][0]["uuid"]]


def test_methods_follow_the_rule_s_scope() -> None:
    seen = rule("conformance.observed", "claim", "high", (SC8,))
    seen = msgspec.structs.replace(seen, rule=msgspec.structs.replace(seen.rule, scope="conformance"))
    assessment = sample(decisions={"conformance.observed": decided(seen, ["pass"])}, findings=())
    assert [o["methods"] for o in result(assessment)["observations"]] == [["TEST"]]
    assert result(conforming())["observations"][0]["methods"] == ["EXAMINE"]


def test_a_component_has_the_controls_that_rules_judged_there() -> None:
    document = three(sample())["oscal-component.json"]["component-definition"]
    components = {value(c, "component"): c for c in document["components"] if values(c, "component")}
    assert set(components) == {node.id for node in sample().map.nodes}
    judged = {
        r["control-id"]: value(r, "verdict")
        for i in components["gateway"]["control-implementations"]
        for r in i["implemented-requirements"]
    }
    # site-upload fails, intake passes, access.role fails at the gateway, what it holds in plaintext is not assessed
    assert judged == {SC8: "not met", PART11: "not met", AC3: "not met"}
    log = {
        r["control-id"]: value(r, "verdict")
        for i in components["crossing-log"]["control-implementations"]
        for r in i["implemented-requirements"]
    }
    assert log == {AC3: "met as far as judged"}  # its one flow is none of the TLS rule's business
    assert {p["value"] for i in components["gateway"]["control-implementations"] for p in i["props"]} == {
        "nist-800-53r5", "21-cfr-11",
    }  # fmt: skip


def test_the_system_has_every_control() -> None:
    whole = three(sample())["oscal-component.json"]["component-definition"]["components"][0]
    known = [r["control-id"] for i in whole["control-implementations"] for r in i["implemented-requirements"]]
    assert sorted(known) == sorted([PART11, AC3, SC8, "iso-27001_A.8.24"])


def test_ids_of_nist_are_those_of_its_own_catalog() -> None:
    rows = need_data("nist-800-53r5-high.tsv").read_text("utf-8").splitlines()
    listed = [row.split("\t")[:2] for row in rows if re.match(r"[a-z]{2}-\d+(\.\d+)?\t", row)]
    assert len(listed) > 300
    for official, label in listed:
        assert token(label.lower()) == official


@given(st.text(max_size=20))
def test_a_token_is_one_whatever_the_name(text: str) -> None:
    assert re.fullmatch(r"[A-Za-z_][A-Za-z0-9._-]*", token(text))


def test_two_controls_never_share_an_id() -> None:
    names = ("own:a(1)", "own:a.1", "own:a(1", "nist-800-53r5:SC-8(1)")
    selected = rule("transit.tls_minimum", "flow", "high", names)
    flows = table("flow", ["f"], lambda index: Detail(path=("flows", "f")))
    assessment = sample(decisions={"transit.tls_minimum": decided(selected, ["pass"])}, tables={"flow": flows},
                        findings=(), controls={})  # fmt: skip
    assert len(states(assessment)) == 4
    assert SC8 in states(assessment)
    assert unresolved(three(assessment), FILES) == []


def test_the_same_assessment_gives_the_same_bytes_and_another_one_other_observations() -> None:
    assert oscal.documents(sample()) == oscal.documents(sample())
    first, later = three(sample()), three(sample(assessed_at="2026-11-23T05:00:00Z"))

    def uuids(documents: dict[str, Any], part: str) -> set[str]:
        found = documents["oscal-results.json"]["assessment-results"]["results"][0][part]
        return {one["uuid"] for one in found}

    assert uuids(first, "findings") == uuids(later, "findings")  # the same findings, seen again
    assert not uuids(first, "observations") & uuids(later, "observations")
    assert all(uuid.UUID(one).version == 5 for one in uuids(first, "observations") | uuids(first, "risks"))


def test_the_hash_seed_and_the_time_zone_change_nothing() -> None:
    script = (
        "import hashlib\nfrom limen.reports import oscal\nfrom tests.reports.building import sample\n"
        "print(hashlib.sha256(b''.join(oscal.documents(sample()).values())).hexdigest())\n"
    )
    said = {
        subprocess.run(
            [sys.executable, "-c", script], cwd=Path(__file__).parents[2], capture_output=True, text=True, check=True,
            env={**os.environ, "PYTHONHASHSEED": seed, "TZ": zone},
        ).stdout
        for seed, zone in (("1", "UTC"), ("2", "Asia/Kathmandu"))
    }  # fmt: skip
    assert len(said) == 1


MARKUP = ("title", "description", "prose", "remarks", "statement", "purpose")


@settings(max_examples=30)
@given(hostile)
@example("".join(HOSTILE))
@example("{{ insert: param, x }} _a_ __b__ www.evil.example")
def test_it_validates_whatever_text_holds_and_no_text_is_markup(text: str) -> None:
    markdown = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    for document in (alone(sample(around(text))) | alone(observed(around(text)))).values():
        validator().validate(document)
        said = {v for path, v in each(document) if path and path[-1] in MARKUP and isinstance(v, str)}
        for one in said:
            tokens = markdown.parse(one)
            assert {t.type for t in tokens} <= {"paragraph_open", "inline", "paragraph_close"}, one
            inner = {child.type for t in tokens for child in t.children or ()}
            assert inner <= {"text", "text_special", "softbreak"}, one
            assert "{{" not in one


@settings(max_examples=20)
@given(hostile)
def test_hostile_text_changes_no_structure(text: str) -> None:
    def shape(document: Any) -> list[Any]:
        return [tuple(path) for path, found in each(document) if not isinstance(found, str)]

    assert shape(alone(sample(around(text)))) == shape(alone(sample()))


def test_the_rest_of_many_failures_is_counted() -> None:
    assessment = many(MOST_FAILURES + 20)
    content = oscal.documents(assessment)
    assert sum(map(len, content.values())) < 25_000_000
    found = json.loads(content["oscal-results.json"])["assessment-results"]["results"][0]
    assert len([f for f in found["findings"] if not values(f, "control")]) == MOST_FAILURES
    assert value(found, "failures-left-out") == "20"
    assert "20 failed or unjudged decisions have no finding of their own here" in found["remarks"]
    [control] = [f for f in found["findings"] if values(f, "control") == ["nist-800-53r5:SC-8(1)"]]
    assert f"{MOST_FAILURES + 20:,} decisions failed" in control["description"]


class _Untouched(tuple):  # type: ignore[type-arg]
    """Findings of which only the first may be looked at."""

    __slots__ = ()

    def __iter__(self) -> Any:
        for number, one in enumerate(super().__iter__()):
            assert number <= MOST_FAILURES
            yield one


def test_findings_that_are_not_shown_are_not_made() -> None:
    base = many(MOST_FAILURES + 50)
    oscal.documents(msgspec.structs.replace(base, findings=_Untouched(base.findings)))


def test_attempts_are_the_log_and_claims_are_observations() -> None:
    found = result(observed())
    entries = found["assessment-log"]["entries"]
    assert [entry["title"] for entry in entries] == [
        "Assessed", "tls of flow weak: completed", "tls of flow broken: error", "tls of flow idle: none",
        "tls of flow later: not\\_scheduled".replace("\\", ""), "tls of flow moved: completed",
    ]  # fmt: skip
    assert "connection refused" in entries[2]["description"]
    assert entries[1]["start"] == "2026-11-22T05:00:00Z"
    assert "did not" in entries[4]["description"]
    claims = {value(o, "claim"): (value(o, "state"), o["methods"]) for o in found["observations"] if values(o, "claim")}
    assert claims["claim:flow/weak/in_transit.tls.min"] == ("contradicted", ["TEST"])
    assert claims["claim:flow/broken/in_transit.tls.min"] == ("error", ["UNKNOWN"])
    assert claims["claim:key/phi-key/grantees"] == ("unseeable", ["UNKNOWN"])
    assert len(claims) == 8


def test_a_time_beyond_oscal_s_years_is_said_in_words() -> None:
    late = msgspec.structs.replace(observed().attempts[0], started_at=10**12)
    [document] = alone(observed(attempts=(late,))).values()
    validator().validate(document)
    entry = document["assessment-results"]["results"][0]["assessment-log"]["entries"][1]
    assert "not known" in entry["description"]


TRESTLE = {
    "oscal-plan.json": ("assessment_plan", "AssessmentPlan"),
    "oscal-results.json": ("assessment_results", "AssessmentResults"),
    "oscal-component.json": ("component", "ComponentDefinition"),
    "alone.json": ("assessment_results", "AssessmentResults"),
}


@pytest.mark.parametrize("assessment", [sample(), observed()], ids=["sample", "observed"])
def test_compliance_trestle_loads_all_of_them_and_writes_the_same(assessment: Assessment, tmp_path: Path) -> None:
    """Trestle 5.2 is made for OSCAL 1.2.1 and its check of the version is switched off: our 1.2.2 stays as it is."""
    from importlib import import_module

    contents = oscal.documents(assessment) | {"alone.json": oscal.render(assessment, Options())}
    for name, content in contents.items():
        path = tmp_path / name
        path.write_bytes(content)
        module, model = TRESTLE[name]
        loaded = getattr(import_module(f"trestle.oscal.{module}"), model).oscal_read(path)
        assert loaded.metadata.oscal_version.root.root == "1.2.2"
        assert _plain(json.loads(loaded.oscal_serialize_json())) == _plain(json.loads(content))


def _plain(document: Any) -> Any:
    """Return a document with times as trestle writes them."""
    return json.loads(re.sub(r'(T\d\d:\d\d:\d\d)Z"', r'\1+00:00"', json.dumps(document)))


def test_trestle_validates_all_of_them_in_a_workspace(tmp_path: Path) -> None:
    program = Path(sys.executable).parent / "trestle"

    def trestle(*arguments: str) -> str:
        done = subprocess.run([program, *arguments], cwd=tmp_path / "work", capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout + done.stderr

    (tmp_path / "work").mkdir()
    trestle("init", "--local")
    places = {
        "oscal-plan.json": "assessment-plans/limen/assessment-plan.json",
        "oscal-results.json": "assessment-results/limen/assessment-results.json",
        "oscal-component.json": "component-definitions/limen/component-definition.json",
    }
    for name, content in oscal.documents(sample()).items():
        place = tmp_path / "work" / places[name]
        place.parent.mkdir(parents=True)
        place.write_bytes(content)
    assert trestle("validate", "-a").count("VALID: Model") == 3


def test_the_documents_of_the_sample() -> None:
    for name, content in oscal.documents(sample()).items():
        path = GOLDEN / f"pack-{name}"
        if os.environ.get("LIMEN_WRITE_GOLDEN"):
            path.write_bytes(content)
        assert content.decode().splitlines() == path.read_bytes().decode().splitlines()


def test_an_assumed_witness_that_became_a_gap_is_no_pass() -> None:
    """A failure whose only witness is assumed is not assessed: the counts by component must say so too."""
    base = of_statuses("fail", "pass")
    flows = msgspec.structs.replace(base.tables["flow"], assumed=array("i", [0, -1]), assumed_flows=["f0"])
    outcome = base.decisions["transit.tls_minimum"]
    gap = decided(outcome.selected, ["fail", "not_assessed", "pass"])
    known = {one.status: code for code, one in enumerate(gap.outcomes)}
    changed = msgspec.structs.replace(
        gap, codes=array("I", [known["fail"], known["pass"]]), assumed={known["fail"]: known["not_assessed"]}
    )
    assessment = of_statuses("fail", "pass", tables={"flow": flows}, decisions={"transit.tls_minimum": changed},
                             counts=dict.fromkeys(STATUSES, 0) | {"not_assessed": 1, "pass": 1})  # fmt: skip
    assert states(assessment) == {SC8: ("not-satisfied", "other")}
