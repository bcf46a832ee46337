"""Every format of real assessments: the reference system, and the violating twins of the examples."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema_rs
import pytest
from lxml import etree, html

from limen.assess import Request, assess
from limen.records.assessment import Assessment
from limen.reports import Options, report
from limen.reports._document import document_schema
from limen.reports.maps.layout import layout
from limen.reports.maps.routes import routes
from tests.needs import REPOSITORY, need_data

TARGETS = {
    "reference": REPOSITORY,
    **{p.parent.name: p for p in sorted(REPOSITORY.glob("examples/*/violating"))},
}


@pytest.fixture(scope="module", params=TARGETS)
def assessment(request: pytest.FixtureRequest) -> Assessment:
    return assess(Request(path=TARGETS[request.param])).assessment


def rendered(name: str, assessment: Assessment) -> bytes:
    return report(name).render(assessment, Options())


def test_there_are_four() -> None:
    assert set(TARGETS) == {"reference", "pharmacy-network", "serialization", "trial-platform"}


def test_sarif_validates(assessment: Assessment) -> None:
    schema = json.loads(need_data("sarif/sarif-schema-2.1.0.json").read_bytes())
    jsonschema_rs.validator_for(schema).validate(json.loads(rendered("sarif", assessment)))


def test_json_validates_and_adds_up(assessment: Assessment) -> None:
    document = json.loads(rendered("json", assessment))
    jsonschema_rs.validator_for(document_schema()).validate(document)
    assert len(document["decisions"]) == sum(document["counts"].values()) == sum(assessment.counts.values())
    assert len(document["findings"]) == len(assessment.findings)


def test_junit_validates(assessment: Assessment) -> None:
    schema = etree.XMLSchema(etree.parse(Path(__file__).parent / "data" / "junit-10.xsd"))
    root = etree.fromstring(rendered("junit", assessment))
    schema.assertValid(root)
    assert int(root.get("failures")) == assessment.counts["fail"]
    assert int(root.get("errors")) == assessment.counts["error"] + assessment.counts["not_assessed"]


def test_every_link_of_the_page_leads_somewhere(assessment: Assessment) -> None:
    root = html.document_fromstring(rendered("html", assessment).decode())
    ids = {element.get("id") for element in root.iter() if element.get("id")}
    assert {a.get("href") for a in root.iter("a") if a.get("href").removeprefix("#") not in ids} == set()
    assert len(root.find_class("edge")) == len(assessment.map.edges)


def test_text_names_every_finding_and_the_verdict(assessment: Assessment) -> None:
    text = rendered("text", assessment).decode()
    assert {f.fingerprint[:10] for f in assessment.findings if f.fingerprint[:10] not in text} == set()
    assert text.splitlines()[-1] == assessment.verdict()


def test_no_flow_of_the_map_runs_over_a_component(assessment: Assessment) -> None:
    places = layout(assessment.map)
    for edge, route in zip(assessment.map.edges, routes(assessment.map, places), strict=True):
        for (from_x, y), (to_x, _) in list(zip(route.points, route.points[1:], strict=False))[1::2]:
            left, right = min(from_x, to_x), max(from_x, to_x)
            for name, box in places.nodes.items():
                over = box.x < right and left < box.x + box.width and box.y <= y <= box.bottom
                assert not over, (edge.id, name)
