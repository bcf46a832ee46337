"""Encryption boundaries of small systems."""

from __future__ import annotations

from typing import Any

import msgspec

from limen.analysis.transformation_subjects import transformation_table
from limen.records.subjects import SubjectTable
from tests.analysis.systems import Analysed, system

SEALED = {"record": [{"sealed": "outer"}, {"sealed": "inner"}]}
DATA = {
    "record": {"label": {"level": "secret", "compartments": ["phi"]}},
    "report": {"label": {"level": "internal"}},
    "token": {"label": {"level": "public"}, "token": True},
}


def table(components: dict[str, Any], flows: list[dict[str, Any]]) -> SubjectTable:
    return transformation_table(Analysed(system(components, flows, data=DATA)).wires)


def subjects(found: SubjectTable) -> dict[str, dict[str, Any]]:
    """Each subject's input by its name."""
    return {
        name.removeprefix("transformation:"): msgspec.json.decode(found.json(at))
        for at, name in enumerate(found.names())
    }


def test_seals_and_opens() -> None:
    components = {
        "a": {"originates": ["record"], "seals_with": ["inner", "outer"]},
        "b": {"opens_with": ["outer"]},
        "c": {"opens_with": ["inner"]},
    }
    flows = [
        {"from": "a", "to": "b", "carries": ["record"], "protection": SEALED},
        {"from": "b", "to": "c", "carries": ["record"]},
    ]
    found = table(components, flows)
    assert list(subjects(found)) == [
        "a/seal/record/inner",
        "a/seal/record/outer",
        "b/open/record/outer",
        "c/open/record/inner",
    ]
    label = {"level": 2, "compartments": ["phi"], "text": "secret {phi}"}
    assert subjects(found)["b/open/record/outer"] == {
        "action": "open",
        "lowers": False,
        "approved": False,
        "keyed": True,
        "tokens": False,
        "declassifies": False,
        "before": label,
        "after": label,
        "trust": 3,
        "possible": True,
    }
    assert [step.component for step in found.details(2).witness] == ["a", "a", "b"]
    assert (found.details(2).path, found.details(2).title) == (("components", "b"), "b: open record (outer)")


def test_a_relay_that_adds_nothing_changes_nothing() -> None:
    components = {
        "a": {"originates": ["record"], "seals_with": ["inner", "outer"]},
        "b": {"seals_with": ["inner", "outer"]},
        "c": {},
    }
    flows = [
        {"from": "a", "to": "b", "carries": ["record"], "protection": SEALED},
        {"from": "b", "to": "c", "carries": ["record"], "protection": SEALED},
    ]
    assert {name.split("/")[0] for name in subjects(table(components, flows))} == {"a"}


def test_the_medium_seals() -> None:
    at_rest = {"algorithm": "AES-256-GCM", "key": "disk"}
    components = {"db": {"stores": ["record"], "at_rest": at_rest}, "backup": {}}
    found = table(components, [{"from": "db", "to": "backup", "carries": ["record"], "of": "storage"}])
    assert list(subjects(found)) == ["db/seal/record/disk"]


def test_hops() -> None:
    via = [
        {"component": "p", "tls": "terminate", "reestablishes": True},
        {"component": "q", "tls": "passthrough"},
        {"component": "r", "tls": "terminate"},
    ]
    components = {"a": {"originates": ["record"]}, "b": {"originates": ["report"]}, "p": {}, "q": {}, "r": {}}
    found = table(components, [{"from": "a", "to": "b", "carries": ["record"], "returns": ["report"], "via": via}])
    assert sorted(subjects(found)) == [
        "p/reestablish/record/f0",
        "p/reestablish/report/f0",
        "p/terminate/record/f0",
        "p/terminate/report/f0",
        "r/terminate/record/f0",
        "r/terminate/report/f0",
    ]
    index = list(found.names()).index("transformation:p/terminate/record/f0")
    assert [step.action for step in found.details(index).witness] == ["originates", "terminates"]


def test_products() -> None:
    made = [
        {"data": "report", "from": ["record"], "how": "redact", "approved_by": "officer"},
        {"data": "token", "from": ["report", "record"], "how": "tokenise", "key": "outer"},
        {"data": "report", "from": ["record"]},
        {"data": "record", "from": ["token"], "how": "reverse", "reverses": True},
    ]
    components = {"a": {"originates": ["record"]}, "b": {"produces": made}, "c": {"produces": made[:1]}}
    found = table(components, [{"from": "a", "to": "b", "carries": ["record"]}])
    assert list(subjects(found)) == [
        "b/produce/report/record",
        "b/produce/token/record%2Breport",
        "b/produce/report/record%232",
        "b/reverse/record/token",
        "c/produce/report/record",
    ]
    facts = {
        name: [subject.get(field) for field in ("how", "lowers", "approved", "keyed", "declassifies", "possible")]
        for name, subject in subjects(found).items()
    }
    assert facts == {
        "b/produce/report/record": ["redact", True, True, False, True, True],
        "b/produce/token/record%2Breport": ["tokenise", True, False, True, True, True],
        "b/produce/report/record%232": [None, True, False, False, False, True],
        "b/reverse/record/token": ["reverse", False, False, False, False, True],
        "c/produce/report/record": ["redact", True, True, False, True, False],
    }
    token = subjects(found)["b/produce/token/record%2Breport"]
    assert (token["before"]["text"], token["after"]["text"]) == ("secret {phi}", "public")
    assert found.details(0).path == ("components", "b", "produces", 0)
    assert [step.component for step in found.details(0).witness] == ["a", "b"]
    assert found.details(4).witness == ()


def test_what_only_assumptions_make_possible() -> None:
    components = {
        "a": {"originates": ["record"], "seals_with": ["inner", "outer"]},
        "b": {"opens_with": ["outer"], "produces": [{"data": "report", "from": ["record"]}]},
        "c": {"originates": ["record"]},
    }
    flows = [
        {"from": "a", "to": "b", "returns": [], "protection": SEALED},
        {"from": "c", "to": "b", "returns": []},
    ]
    found = table(components, flows)
    assert {name: found.assumed_flow(at) for at, name in enumerate(subjects(found))} == {
        "a/seal/record/inner": "f0",
        "a/seal/record/outer": "f0",
        "b/open/record/outer": "f0",
        "b/produce/report/record": "f1",
    }
    assert subjects(found)["b/produce/report/record"]["possible"]
