"""Integrity, one small system for each sentence of its semantics (model.md, Analysis 5)."""

from __future__ import annotations

from typing import Any

import pytest

from limen.analysis.integrity import by_item, least
from tests.analysis.systems import Analysed, system

ZONES = {f"trust{value}": {"trust": value} for value in range(6)}


def values(components: dict[str, Any], flows: list[dict[str, Any]], **sections: Any) -> dict[str, int]:
    """Integrity by `component/item` of what is of no tenant, by certain facts."""
    found = Analysed(system(components, flows, zones=ZONES, **sections))
    return {f"{place}/{item}": value for (place, item, tenant), value in found.values().items() if tenant is None}


def test_an_origin_has_the_trust_of_its_zone() -> None:
    components = {"a": {"zone": "trust4", "originates": ["record"]}, "b": {"zone": "trust2", "stores": ["report"]}}
    assert values(components, [{"from": "a", "to": "b", "carries": []}]) == {"a/record": 4, "b/report": 2}


def test_an_arrival_has_the_least_trust_of_all_its_paths() -> None:
    components = {
        "a": {"zone": "trust5", "originates": ["record"]},
        "good": {"zone": "trust4"},
        "bad": {"zone": "trust1"},
        "b": {"zone": "trust5"},
    }
    flows = [
        {"from": "a", "to": "good", "carries": ["record"]},
        {"from": "good", "to": "b", "carries": ["record"]},
    ]
    assert values(components, flows) == {"a/record": 5, "good/record": 5, "b/record": 4}
    flows += [{"from": "a", "to": "bad", "carries": ["record"]}, {"from": "bad", "to": "b", "carries": ["record"]}]
    assert values(components, flows) == {"a/record": 5, "good/record": 5, "bad/record": 5, "b/record": 1}


def test_what_returns_has_the_trust_of_who_answers() -> None:
    components = {"a": {"zone": "trust5"}, "b": {"zone": "trust1", "originates": ["receipt"]}}
    assert values(components, [{"from": "a", "to": "b", "carries": [], "returns": ["receipt"]}])["a/receipt"] == 1


def test_a_terminating_hop_lowers_what_comes_after_it() -> None:
    components = {
        "a": {"zone": "trust4", "originates": ["record"]},
        "proxy": {"zone": "trust2"},
        "switch": {"zone": "trust0"},
        "b": {"zone": "trust5", "originates": ["receipt"]},
    }
    via = [{"component": "proxy", "tls": "terminate"}, {"component": "switch", "tls": "passthrough"}]
    flows = [{"from": "a", "to": "b", "carries": ["record"], "returns": ["receipt"], "via": via}]
    found = values(components, flows)
    assert (found["proxy/record"], found["b/record"]) == (4, 2)
    assert (found["proxy/receipt"], found["a/receipt"]) == (5, 2)


def test_validation_raises_to_the_trust_of_the_target() -> None:
    components = {
        "a": {"zone": "trust0", "originates": ["record", "report"]},
        "gateway": {"zone": "trust2", "ingress": {"validates": ["record"]}},
        "b": {"zone": "trust5"},
    }
    flows = [
        {"from": "a", "to": "gateway", "carries": ["record", "report"]},
        {"from": "gateway", "to": "b", "carries": ["record", "report"]},
    ]
    found = values(components, flows)
    assert (found["gateway/record"], found["gateway/report"]) == (2, 0)
    assert (found["b/record"], found["b/report"]) == (2, 0)


def test_validation_never_lowers() -> None:
    components = {
        "a": {"zone": "trust5", "originates": ["record"]},
        "b": {"zone": "trust1", "ingress": {"validates": ["record"]}},
    }
    assert values(components, [{"from": "a", "to": "b", "carries": ["record"]}])["b/record"] == 5


@pytest.mark.parametrize(
    ("signs", "verifies", "expected"),
    [(["seal"], ["seal"], 4), (["seal"], [], 0), ([], ["seal"], 0), (["other"], ["other"], 0)],
)
def test_a_verified_signature_raises_to_the_trust_of_the_target(
    signs: list[str], verifies: list[str], expected: int
) -> None:
    components = {
        "a": {"zone": "trust0", "originates": ["record"], "signs_with": signs},
        "b": {"zone": "trust4", "verifies_with": verifies},
    }
    layers = {"record": [{"signed": "seal"}]}
    found = values(components, [{"from": "a", "to": "b", "carries": ["record"], "protection": layers}])
    assert found["b/record"] == expected


def test_circles_end_at_what_comes_in() -> None:
    components = {
        "a": {"zone": "trust1", "originates": ["record"]},
        "b": {"zone": "trust3"},
        "c": {"zone": "trust4"},
    }
    flows = [
        {"from": "a", "to": "b", "carries": ["record"]},
        {"from": "b", "to": "c", "carries": ["record"], "returns": ["record"]},
    ]
    assert values(components, flows) == {"a/record": 1, "b/record": 1, "c/record": 1}


def test_a_product_is_as_good_as_its_worst_source() -> None:
    components = {
        "a": {"zone": "trust1", "originates": ["record"]},
        "b": {"zone": "trust4", "originates": ["report"], "produces": [{"data": "sum", "from": ["record", "report"]}]},
    }
    assert values(components, [{"from": "a", "to": "b", "carries": ["record"]}])["b/sum"] == 1


def test_tenants_instances_are_kept_apart() -> None:
    components = {
        "east": {"zone": "trust1", "tenant": "east", "originates": ["record"]},
        "west": {"zone": "trust3", "tenant": "west", "originates": ["record"]},
        "hub": {"zone": "trust4"},
    }
    flows = [{"from": name, "to": "hub", "carries": ["record"]} for name in ("east", "west")]
    found = Analysed(system(components, flows, zones=ZONES)).values()
    assert (found["hub", "record", "east"], found["hub", "record", "west"]) == (1, 3)


def test_an_assumed_flow_lowers_only_what_is_assumed() -> None:
    components = {
        "a": {"zone": "trust4", "originates": ["record"]},
        "bad": {"zone": "trust0", "originates": ["record"]},
        "b": {"zone": "trust5"},
    }
    flows = [{"from": "a", "to": "b", "carries": ["record"]}, {"from": "bad", "to": "b", "returns": []}]
    found = Analysed(system(components, flows, zones=ZONES))
    assert found.values()["b", "record", None] == 4
    assert found.values(assumed=True)["b", "record", None] == 0


def test_questions() -> None:
    components = {
        "a": {"zone": "trust1", "originates": ["record", "report"]},
        "b": {"zone": "trust4", "originates": ["report"], "ingress": {"validates": ["report"]}},
    }
    found = Analysed(system(components, [{"from": "a", "to": "b", "carries": ["record", "report"]}], zones=ZONES))
    network, result = found.network, found.integrity
    record, report = network.item_index["record"], network.item_index["report"]
    assert (result.of(1, -1, record), result.of(1, -1, report)) == (1, 4)
    assert result.least_arrival == [None, 1]
    assert by_item(result.certain[1, -1]) == {record: 1, report: 4}
    assert least(result.certain[1, -1], 1 << report) == 4
    assert least(result.certain[1, -1], 0) is None
    with pytest.raises(KeyError):
        result.of(1, 0, record)
