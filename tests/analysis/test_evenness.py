"""Flows that move the same items between the same zones, compared."""

from __future__ import annotations

from typing import Any

from limen.analysis.evenness import uneven
from limen.analysis.exposure import exposures
from limen.analysis.movement import movement
from limen.analysis.network import build_network
from limen.analysis.wire import wires
from tests.analysis.systems import system

COMPONENTS: dict[str, Any] = {
    "portal": {"zone": "outside", "originates": ["record", "report"]},
    "partner": {"zone": "outside", "originates": ["record", "report"]},
    "gateway": {"zone": "middle"},
    "store": {"zone": "inside"},
}
SECTIONS: dict[str, Any] = {
    "keys": {"outer": {}, "inner": {}},
    "data": {"record": {"fields": ["name", "dose"]}, "report": {}},
}
FULL: dict[str, Any] = {
    "carries": ["record"],
    "protection": {"record": [{"sealed": "outer"}, {"signed": "inner"}]},
    "authz": {"permission": "record:put"},
    "via": [{"component": "store", "tls": "passthrough"}],
    "fields": {"record": ["name"]},
}


def found(*flows: dict[str, Any]) -> list[tuple[str, ...]]:
    """What is uneven about each flow into the gateway, by turns from portal and partner."""
    given = [{"from": ("portal", "partner")[number % 2], "to": "gateway", **flow} for number, flow in enumerate(flows)]
    network = build_network(system(COMPONENTS, given, **SECTIONS))
    places = exposures(network)
    return uneven(movement(network, wires(network, places)))


def test_other_keys_are_no_difference() -> None:
    other = {**FULL, "protection": {"record": [{"sealed": "inner"}, {"signed": "outer"}]}}
    assert found(FULL, other) == [(), ()]


def test_the_weaker_of_two_is_behind() -> None:
    assert found(FULL, {**FULL, "protection": {"record": [{"sealed": "outer"}]}}) == [(), ("protection",)]
    assert found(FULL, {**FULL, "protection": {"record": [{"signed": "inner"}]}}) == [(), ("protection",)]
    assert found(FULL, {**FULL, "protection": {}}) == [(), ("protection",)]
    assert found(FULL, {**FULL, "fields": {"record": ["name", "dose"]}}) == [(), ("fields",)]
    assert found(FULL, {**FULL, "fields": {}}) == [(), ("fields",)]


def test_another_way_or_permission_sets_both_apart() -> None:
    assert found(FULL, {**FULL, "via": []}) == [("via",), ("via",)]
    assert found(FULL, {**FULL, "authz": {"permission": "record:take"}}) == [("authz.permission",)] * 2
    assert found(FULL, {**FULL, "authz": {}}) == [("authz.permission",)] * 2


def test_everything_at_once_is_sorted() -> None:
    bare = {"carries": ["record"]}
    assert found(FULL, FULL, bare)[2] == ("authz.permission", "fields", "protection", "via")


def test_other_items_or_zones_are_no_peers() -> None:
    assert found(FULL, {"carries": ["report"]}, {"carries": ["record"], "to": "store"}) == [(), (), ()]
    assert found(FULL, {"carries": ["record"], "returns": ["report"]}) == [(), ()]


def test_items_that_go_one_way_are_signed_together() -> None:
    both = {"carries": ["record", "report"]}
    signed, bare = [{"sealed": "outer"}, {"signed": "inner"}], [{"sealed": "outer"}]
    assert found({**both, "protection": {"record": signed, "report": bare}}) == [("protection",)]
    assert found({**both, "protection": {"record": signed, "report": signed}}) == [()]
    assert found({**both, "protection": {"record": bare, "report": bare}}) == [()]
    there_and_back = {"carries": ["record"], "returns": ["report"]}
    assert found({**there_and_back, "protection": {"record": signed, "report": bare}}) == [()]


def test_partly_signed_and_behind_are_told_together() -> None:
    both = {"carries": ["record", "report"]}
    signed, bare = [{"sealed": "outer"}, {"signed": "inner"}], [{"sealed": "outer"}]
    peer = {**both, "protection": {"record": signed, "report": signed}, "authz": {"permission": "record:put"}}
    assert found(peer, {**both, "protection": {"record": signed, "report": bare}}) == [
        ("authz.permission",),
        ("authz.permission", "protection"),
    ]
