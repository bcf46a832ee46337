"""Witness paths of small systems, step by step."""

from __future__ import annotations

from typing import Any

import pytest

from limen.analysis.network import NONE
from limen.analysis.witness import assumed_flow, record_of, witness
from tests.analysis.systems import Analysed, system

SEALED = {"record": [{"sealed": "outer"}]}


def way(
    found: Analysed, component: str, item: str, state: tuple[str, ...] = (), tenant: str | None = None
) -> list[str]:
    """A witness as words: component, item where it changes, action, flow, state, `!` where it is assumed."""
    network = found.network
    steps = witness(
        found.exposures,
        network.component_index[component],
        network.item_index[item],
        NONE if tenant is None else network.tenant_index[tenant],
        tuple(network.key_index[key] for key in state),
    )
    return [
        " ".join(
            filter(None, (step.component, step.action, step.item, step.flow, "/".join(step.state), "!" * step.assumed))
        )
        for step in steps
    ]


def analysed(components: dict[str, Any], flows: list[dict[str, Any]], **sections: Any) -> Analysed:
    return Analysed(system(components, flows, **sections))


def test_origins() -> None:
    found = analysed(
        {"a": {"originates": ["record"]}, "b": {"stores": ["report"]}}, [{"from": "a", "to": "b", "carries": []}]
    )
    assert way(found, "a", "record") == ["a originates record"]
    assert way(found, "b", "report") == ["b stores report"]


def test_the_shortest_of_several_ways() -> None:
    flows = [
        {"from": "a", "to": "b", "carries": ["record"]},
        {"from": "b", "to": "c", "carries": ["record"]},
        {"from": "c", "to": "d", "carries": ["record"]},
        {"from": "a", "to": "d", "carries": ["record"]},
    ]
    found = analysed({"a": {"originates": ["record"]}, "b": {}, "c": {}, "d": {}}, flows)
    assert way(found, "d", "record") == ["a originates record", "d flows f3"]
    assert way(found, "c", "record") == ["a originates record", "b flows f0", "c flows f1"]


def test_returns() -> None:
    found = analysed(
        {"a": {}, "b": {"stores": ["record"]}}, [{"from": "a", "to": "b", "carries": [], "returns": ["record"]}]
    )
    assert way(found, "a", "record") == ["b stores record", "a returns f0"]


def test_seals_hops_and_opens() -> None:
    components = {
        "a": {"originates": ["record"], "seals_with": ["outer"]},
        "proxy": {"opens_with": ["outer"]},
        "b": {"opens_with": ["outer"]},
    }
    via = [{"component": "proxy", "tls": "terminate"}]
    found = analysed(components, [{"from": "a", "to": "b", "carries": ["record"], "via": via, "protection": SEALED}])
    assert way(found, "b", "record") == ["a originates record", "a seals f0 outer", "b flows f0 outer", "b opens"]
    assert way(found, "proxy", "record") == [
        "a originates record",
        "a seals f0 outer",
        "proxy terminates f0 outer",
        "proxy opens",
    ]
    assert way(found, "b", "record", ("outer",)) == ["a originates record", "a seals f0 outer", "b flows f0 outer"]


def test_a_key_that_comes_later_is_the_way() -> None:
    components = {"a": {"originates": ["record"], "seals_with": ["outer"]}, "b": {}, "vault": {}, "relay": {}}
    flows = [
        {"from": "a", "to": "b", "carries": ["record"], "protection": SEALED},
        {"from": "vault", "to": "relay", "carries": ["key:outer"]},
        {"from": "relay", "to": "b", "carries": ["key:outer"]},
    ]
    found = analysed(components, flows, keys={"outer": {"held_by": "vault"}})
    assert way(found, "b", "record") == ["vault stores key:outer", "relay flows f1", "b flows f2", "b opens record"]


def test_a_product_is_shown_by_its_last_source() -> None:
    components = {
        "a": {"originates": ["record"]},
        "relay": {},
        "b": {"originates": ["report"], "produces": [{"data": "sum", "from": ["report", "record"]}]},
        "c": {},
    }
    flows = [
        {"from": "a", "to": "relay", "carries": ["record"]},
        {"from": "relay", "to": "b", "carries": ["record"]},
        {"from": "b", "to": "c", "carries": ["sum"]},
    ]
    assert way(analysed(components, flows), "c", "sum") == [
        "a originates record", "relay flows f0", "b flows f1", "b produces sum", "c flows f2",
    ]  # fmt: skip


def test_assumed_steps_are_marked() -> None:
    flows = [{"from": "a", "to": "b", "returns": []}, {"from": "b", "to": "c", "carries": ["record"]}]
    found = analysed({"a": {"originates": ["record"]}, "b": {}, "c": {}}, flows)
    assert way(found, "c", "record") == ["a originates record", "b flows f0 !", "c flows f1"]


def test_nothing_there_has_no_witness() -> None:
    found = analysed({"a": {"originates": ["record"]}, "b": {}}, [{"from": "a", "to": "b", "carries": []}])
    with pytest.raises(KeyError):
        way(found, "b", "record")
    with pytest.raises(KeyError):
        witness(found.exposures, 0, found.network.item_index["record"], 3, ())


RELAYED = [
    {"from": "a", "to": "r", "carries": ["record"], "protection": SEALED},
    {"from": "r", "to": "s", "carries": ["record"]},
    {"from": "s", "to": "b", "carries": ["record"]},
]


def premise(found: Analysed, component: str, item: str) -> str:
    """The flow without `carries` that an item in plaintext rests on."""
    network, result = found.network, found.exposures
    node = result.node(network.component_index[component], NONE, ())
    flow = assumed_flow(result, node, network.item_index[item])
    return network.flows[flow].id if flow >= 0 else ""


def test_a_product_of_an_assumed_source_that_came_before_a_certain_one() -> None:
    components = {
        "a": {"originates": ["record"]},
        "r": {},
        "s": {},
        "c": {"originates": ["report"]},
        "b": {"produces": [{"data": "sum", "from": ["record", "report"]}]},
    }
    found = analysed(components, [*RELAYED, {"from": "c", "to": "b", "returns": []}])
    assert [step.component for step in witness(found.exposures, 4, found.network.item_index["sum"], NONE, ())] == [
        "a", "r", "s", "b", "b",
    ]  # fmt: skip
    assert premise(found, "b", "sum") == "f3"
    assert premise(found, "b", "record") == ""


def test_an_item_that_an_assumed_key_opens_when_it_comes() -> None:
    components = {
        "a": {"originates": ["record"], "seals_with": ["outer"]},
        "r": {},
        "s": {},
        "vault": {"originates": ["key:root"]},
        "b": {},
    }
    keys = {"outer": {"wrapped_by": "root"}, "root": {}}
    found = analysed(components, [*RELAYED, {"from": "vault", "to": "b", "returns": []}], keys=keys)
    assert way(found, "b", "record") == [
        "a originates record",
        "a seals f0 outer",
        "r flows f0 outer",
        "s flows f1 outer",
        "b flows f2 outer",
        "b opens",
    ]
    assert premise(found, "b", "record") == "f3"


def test_an_assumed_item_that_a_certain_key_opens_when_it_comes() -> None:
    components = {
        "a": {"originates": ["record"], "seals_with": ["outer"]},
        "vault": {"originates": ["key:outer"]},
        "r": {},
        "b": {},
    }
    flows = [
        {"from": "a", "to": "b", "returns": [], "protection": SEALED},
        {"from": "vault", "to": "r", "carries": ["key:outer"]},
        {"from": "r", "to": "b", "carries": ["key:outer"]},
    ]
    found = analysed(components, flows)
    assert way(found, "b", "record") == ["vault originates key:outer", "r flows f1", "b flows f2", "b opens record"]
    assert premise(found, "b", "record") == "f0"
    assert premise(found, "b", "key:outer") == ""


def test_nobody_has_what_is_asked_for() -> None:
    found = analysed({"a": {"originates": ["record"]}, "b": {}}, [{"from": "a", "to": "b", "carries": ["record"]}])
    with pytest.raises(KeyError):
        record_of(found.exposures, 0, 7)
