"""Exposures of small systems: which subjects there are, and what each says."""

from __future__ import annotations

from typing import Any

import msgspec

from limen.analysis.exposure_subjects import exposure_table
from limen.records.subjects import SubjectTable
from tests.analysis.systems import Analysed, system

SEALED = {"record": [{"sealed": "outer"}]}
DATA = {
    "record": {"label": {"level": "secret", "compartments": ["phi"]}, "identifiers": ["name"], "requires_integrity": 2},
    "report": {"label": {"level": "internal"}},
    "token": {"label": {"level": "public"}, "token": True},
}


def table(components: dict[str, Any], flows: list[dict[str, Any]], **sections: Any) -> SubjectTable:
    found = Analysed(system(components, flows, **{"data": DATA, **sections}))
    return exposure_table(found.exposures, found.integrity)


def subjects(found: SubjectTable) -> dict[str, dict[str, Any]]:
    """Each subject's input by its name."""
    return {
        name.removeprefix("exposure:"): msgspec.json.decode(found.json(at)) for at, name in enumerate(found.names())
    }


def of(found: SubjectTable, field: str) -> dict[str, Any]:
    """One field of every subject."""
    return {name: subject.get(field) for name, subject in subjects(found).items()}


def test_identities_and_all_fields() -> None:
    components = {
        "a": {"originates": ["record"], "seals_with": ["outer"], "tenant": "east"},
        "b": {"zone": "middle", "opens_with": ["outer"]},
    }
    found = subjects(table(components, [{"from": "a", "to": "b", "carries": ["record"], "protection": SEALED}]))
    assert list(found) == ["a/record/east", "b/record/east"]
    assert found["b/record/east"] == {
        "origin": False,
        "arrival": True,
        "plaintext": True,
        "arrives_plaintext": True,
        "sealed": True,
        "stored": False,
        "label": {"level": 2, "compartments": ["phi"], "text": "secret {phi}"},
        "labelled": True,
        "clearance": {"level": 1, "compartments": ["phi"], "text": "internal {phi}"},
        "cleared": True,
        "basis": False,
        "own_clearance": False,
        "excess": True,
        "trust": 1,
        "foreign": False,
        "outside_transfer": False,
        "integrity": 3,
        "requires_integrity": 2,
        "ledger": False,
        "identifiers": 1,
        "token": False,
        "broker": False,
        "below_effective": False,
        "independent": False,
        "too_many_states": False,
    }


def test_a_components_clearance_replaces_its_zones() -> None:
    components = {
        "a": {"originates": ["record"]},
        "b": {"zone": "middle", "clearance": {"level": "secret", "compartments": ["phi"], "basis": "contract"}},
        "c": {"zone": "outside", "clearance": {"level": "public"}},
        "d": {"zone": "outside"},
    }
    found = table(components, [{"from": "a", "to": name, "carries": ["record"]} for name in "bcd"])
    assert of(found, "excess") == {"a/record": False, "b/record": False, "c/record": True, "d/record": True}
    assert of(found, "own_clearance") == {"a/record": False, "b/record": True, "c/record": True, "d/record": False}
    assert of(found, "basis") == {"a/record": False, "b/record": True, "c/record": False, "d/record": False}
    assert of(found, "cleared") == {"a/record": True, "b/record": True, "c/record": True, "d/record": None}
    assert subjects(found)["d/record"]["clearance"] == {"level": 0, "compartments": [], "text": "public"}


def test_an_unlabelled_item_counts_as_the_top() -> None:
    found = table(
        {"a": {"originates": ["odd"]}, "b": {"zone": "middle"}}, [{"from": "a", "to": "b", "carries": ["odd"]}]
    )
    assert of(found, "labelled") == {"a/odd": None, "b/odd": None}
    assert of(found, "excess") == {"a/odd": False, "b/odd": True}
    assert subjects(found)["b/odd"]["label"]["text"] == "secret {phi, trial}"


def test_an_origin_that_also_arrives() -> None:
    components = {
        "a": {"originates": ["record"]},
        "b": {"originates": ["record"]},
        "c": {"originates": ["record"], "seals_with": ["outer"]},
    }
    flows = [
        {"from": "a", "to": "b", "carries": ["record"]},
        {"from": "c", "to": "a", "carries": ["record"], "protection": SEALED},
    ]
    found = table(components, flows)
    assert of(found, "origin") == {"a/record": True, "b/record": True, "c/record": True}
    assert of(found, "arrival") == {"a/record": True, "b/record": True, "c/record": False}
    assert of(found, "arrives_plaintext") == {"a/record": False, "b/record": True, "c/record": False}
    assert of(found, "plaintext") == {"a/record": True, "b/record": True, "c/record": True}
    names = list(found.names())
    # The witness is the arrival, not the origin, for that is what clearance judges.
    assert [step.action for step in found.details(names.index("exposure:b/record")).witness] == ["originates", "flows"]
    assert [step.action for step in found.details(names.index("exposure:a/record")).witness] == ["originates"]


def test_brokers_only_relay() -> None:
    components = {
        "a": {"originates": ["record"], "seals_with": ["outer"]},
        "queue": {},
        "opener": {"opens_with": ["outer"]},
        "store": {"stores": ["record"]},
    }
    flows = [
        {"from": "a", "to": name, "carries": ["record"], "protection": SEALED} for name in ("queue", "opener", "store")
    ]
    flows += [{"from": name, "to": "end", "carries": ["record"]} for name in ("queue", "opener", "store")]
    assert of(table({**components, "end": {}}, flows), "broker") == {
        "a/record": False,
        "queue/record": True,
        "opener/record": False,
        "store/record": False,
        "end/record": False,  # it passes nothing on
    }


def test_a_hop_where_tls_ends_relays() -> None:
    flow = {"from": "a", "to": "b", "carries": ["record"], "via": [{"component": "hop", "tls": "terminate"}]}
    found = of(table({"a": {"originates": ["record"]}, "hop": {}, "b": {}}, [flow]), "broker")
    assert found == {"a/record": False, "hop/record": True, "b/record": False}


def test_originating_below_what_is_held_in_plaintext() -> None:
    components = {
        "a": {"originates": ["record"], "seals_with": ["outer"]},
        "b": {"originates": ["report", "token"], "independent": {"token": "drawn at random"}},
        "c": {"originates": ["report"]},
    }
    flows = [
        {"from": "a", "to": "b", "carries": ["record"]},
        {"from": "a", "to": "c", "carries": ["record"], "protection": SEALED},
    ]
    found = table(components, flows)
    assert of(found, "below_effective") == {
        "a/record": False,
        "b/report": True,
        "b/token": True,
        "b/record": False,
        "c/report": False,
        "c/record": False,
    }
    assert [name for name, value in of(found, "independent").items() if value] == ["b/token"]
    assert [name for name, value in of(found, "token").items() if value] == ["b/token"]


def test_ledgers() -> None:
    ledgers = {"log": {"component": "b"}}
    found = table(
        {"a": {"originates": ["report"]}, "b": {}}, [{"from": "a", "to": "b", "carries": ["report"]}], ledgers=ledgers
    )
    assert of(found, "ledger") == {"a/report": False, "b/report": True}


TENANTS = {
    "east": {"originates": ["record"], "tenant": "east"},
    "hub": {"originates": ["report"]},
    "west": {"tenant": "west"},
}
THROUGH_THE_HUB = [
    {"from": "east", "to": "hub", "carries": ["record"]},
    {"from": "hub", "to": "west", "carries": ["record", "report"]},
]


def test_foreign_instances_outside_a_transfer() -> None:
    found = table(TENANTS, THROUGH_THE_HUB)
    assert [name for name, value in of(found, "foreign").items() if value] == ["west/record/east"]
    assert [name for name, value in of(found, "outside_transfer").items() if value] == ["west/record/east"]
    detail = found.details(list(found.names()).index("exposure:west/record/east"))
    assert (detail.title, detail.crossing) == ("record at west, of east", "f1")
    assert [step.component for step in detail.witness] == ["east", "hub", "west"]


def test_a_transfer_of_the_sender_makes_it_lawful() -> None:
    found = table(TENANTS, THROUGH_THE_HUB, transfers=[{"id": "t", "flows": ["f0", "f1"]}])
    assert [name for name, value in of(found, "foreign").items() if value] == ["west/record/east"]
    assert not any(of(found, "outside_transfer").values())


def test_a_transfer_of_another_sender_does_not() -> None:
    components = {**TENANTS, "north": {"tenant": "north"}}
    flows = [*THROUGH_THE_HUB, {"from": "north", "to": "hub", "carries": ["record"]}]
    found = table(components, flows, transfers=[{"id": "t", "flows": ["f2", "f1"]}])
    assert [name for name, value in of(found, "outside_transfer").items() if value] == ["west/record/east"]


def test_own_instances_that_come_back_are_not_foreign() -> None:
    components = {"east": {"originates": ["record"], "tenant": "east"}, "hub": {}}
    found = table(components, [{"from": "east", "to": "hub", "carries": ["record"], "returns": ["record"]}])
    assert not any(of(found, "foreign").values())
    assert not any(of(found, "outside_transfer").values())


def test_what_a_tenant_passes_on_without_knowing_whose_it_is() -> None:
    components = {"hub": {"originates": ["record"]}, "east": {"tenant": "east"}, "west": {"tenant": "west"}}
    flows = [
        {"from": "hub", "to": "east", "carries": ["record"]},
        {"from": "east", "to": "west", "carries": ["record"]},
    ]
    found = table(components, flows)
    assert not any(of(found, "foreign").values())
    assert [name for name, value in of(found, "outside_transfer").items() if value] == ["west/record"]


def test_hops_of_other_tenants_get_foreign_instances() -> None:
    components = {
        "east": {"originates": ["record"], "tenant": "east"},
        "proxy": {"tenant": "west"},
        "eastern": {"tenant": "east"},
    }
    via = [{"component": "proxy", "tls": "terminate"}]
    found = table(components, [{"from": "east", "to": "eastern", "carries": ["record"], "via": via}])
    assert [name for name, value in of(found, "outside_transfer").items() if value] == ["proxy/record/east"]


def test_assumed_facts_are_further_subjects() -> None:
    components = {
        "a": {"originates": ["record"], "seals_with": ["outer"]},
        "b": {"zone": "outside"},
        "c": {"originates": ["record"]},
    }
    flows = [
        {"from": "a", "to": "b", "carries": ["record"], "protection": SEALED},
        {"from": "c", "to": "b", "returns": []},
        {"from": "b", "to": "a", "carries": []},
    ]
    found = table(components, flows)
    assert of(found, "plaintext") == {
        "a/record": True,
        "b/record": False,
        "b/record//assumed": True,
        "c/record": True,
    }
    assert [found.assumed_flow(at) for at in range(found.size)] == ["", "", "f1", ""]
    assert [step.assumed for step in found.details(2).witness] == [False, True]
    assert [step.component for step in found.details(1).witness] == ["a", "a", "b"]


def test_an_assumed_arrival_at_an_origin_is_a_further_subject() -> None:
    components = {"a": {"originates": ["record"]}, "b": {"originates": ["record"]}}
    found = table(components, [{"from": "a", "to": "b", "returns": []}])
    assert of(found, "arrives_plaintext") == {"a/record": False, "b/record": False, "b/record//assumed": True}
    assert [found.assumed_flow(at) for at in range(found.size)] == ["", "", "f0"]


def test_assumed_lower_integrity_is_a_further_subject_where_the_item_requires_it() -> None:
    components = {
        "a": {"originates": ["record", "report"]},
        "b": {},
        "low": {"zone": "outside", "originates": ["record", "report"]},
    }
    flows = [{"from": "a", "to": "b", "carries": ["record", "report"]}, {"from": "low", "to": "b", "returns": []}]
    found = of(table(components, flows), "integrity")
    assert {name: value for name, value in found.items() if name.startswith("b/")} == {
        "b/record": 3,
        "b/report": 3,
        "b/record//assumed": 0,
    }


def test_provenance() -> None:
    components = {
        "a": {"originates": ["odd"]},
        "b": {"clearance": {"level": "secret", "basis": "x"}},
        "c": {"zone": "outside"},
    }
    found = table(components, [{"from": "a", "to": name, "carries": ["odd"]} for name in "bc"])
    details = [found.details(at) for at in range(found.size)]
    assert [detail.path for detail in details] == [("components", name) for name in "abc"]
    assert [detail.provenance["clearance"] for detail in details] == [
        "zone inside",
        "declared on component b",
        "not declared",
    ]
    assert {detail.provenance["label"] for detail in details} == {"not declared"}
