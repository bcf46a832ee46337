"""Exposure, one small system for each sentence of its semantics (model.md, Analysis 2)."""

from __future__ import annotations

from typing import Any

import pytest

from limen.analysis.exposure import STATE_LIMIT
from limen.analysis.exposure_subjects import exposure_table
from limen.analysis.network import build_network
from tests.analysis.systems import Analysed, system

SEALED = {"record": [{"sealed": "outer"}]}


def analysed(components: dict[str, Any], flows: list[dict[str, Any]], **sections: Any) -> Analysed:
    return Analysed(system(components, flows, **sections))


def test_items_start_where_they_originate_or_are_stored() -> None:
    found = analysed(
        {"a": {"originates": ["record"]}, "b": {"stores": ["report"]}}, [{"from": "a", "to": "b", "carries": []}]
    )
    assert found.at("a") == {"record"}
    assert found.at("b") == {"report"}


def test_a_flow_moves_what_it_carries_and_returns() -> None:
    found = analysed(
        {"a": {"originates": ["record", "other"]}, "b": {"originates": ["report", "receipt"]}},
        [{"from": "a", "to": "b", "carries": ["record"], "returns": ["receipt"]}],
    )
    assert found.at("a") == {"record", "other", "receipt"}
    assert found.at("b") == {"report", "receipt", "record"}


def test_what_arrived_moves_on_also_in_circles() -> None:
    flows = [
        {"from": "a", "to": "b", "carries": ["record"]},
        {"from": "b", "to": "c", "carries": ["record"]},
        {"from": "c", "to": "a", "carries": ["record"]},
    ]
    found = analysed({"a": {"originates": ["record"]}, "b": {}, "c": {}}, flows)
    assert [found.at(name) for name in "abc"] == [{"record"}] * 3


def test_the_sender_seals_innermost_first() -> None:
    layers = {"record": [{"sealed": "outer"}, {"sealed": "inner"}]}
    found = analysed(
        {"a": {"originates": ["record"], "seals_with": ["inner", "outer"]}, "b": {}},
        [{"from": "a", "to": "b", "carries": ["record"], "protection": layers}],
    )
    assert found.at("b") == {"record under outer/inner"}


def test_a_key_that_the_sender_does_not_hold_leaves_the_state_without_it() -> None:
    layers = {"record": [{"sealed": "outer"}, {"sealed": "inner"}]}
    found = analysed(
        {"a": {"originates": ["record"], "seals_with": ["inner"]}, "b": {}},
        [{"from": "a", "to": "b", "carries": ["record"], "protection": layers}],
    )
    assert found.at("b") == {"record under inner"}


def test_a_key_in_the_stack_is_not_put_twice_and_relaying_needs_none() -> None:
    flows = [
        {"from": "a", "to": "b", "carries": ["record"], "protection": SEALED},
        {"from": "b", "to": "c", "carries": ["record"], "protection": SEALED},
    ]
    found = analysed({"a": {"originates": ["record"], "seals_with": ["outer"]}, "b": {}, "c": {}}, flows)
    assert found.at("b") == found.at("c") == {"record under outer"}


def test_a_sender_with_both_states_sends_only_sealed_ones() -> None:
    flows = [
        {"from": "a", "to": "b", "carries": ["record"], "protection": SEALED},
        {"from": "b", "to": "c", "carries": ["record"], "protection": SEALED},
    ]
    components = {
        "a": {"originates": ["record"], "seals_with": ["outer"]},
        "b": {"opens_with": ["outer"], "seals_with": ["outer"]},
        "c": {},
    }
    found = analysed(components, flows)
    assert found.at("b") == {"record under outer", "record"}
    assert found.at("c") == {"record under outer"}


def test_signatures_change_no_state() -> None:
    found = analysed(
        {"a": {"originates": ["record"], "signs_with": ["outer"]}, "b": {}},
        [{"from": "a", "to": "b", "carries": ["record"], "protection": {"record": [{"signed": "outer"}]}}],
    )
    assert found.at("b") == {"record"}


@pytest.mark.parametrize(
    ("fields", "expected"),
    [(["name"], "record under outer"), (["name", "city"], "record under outer"), (["city"], "record")],
)
def test_field_encryption_seals_where_it_covers_all_sensitive_fields(fields: list[str], expected: str) -> None:
    layers = {"record": [{"field_encrypted": {"key": "outer", "fields": fields}}]}
    found = analysed(
        {"a": {"originates": ["record"], "seals_with": ["outer"]}, "b": {}},
        [{"from": "a", "to": "b", "carries": ["record"], "protection": layers}],
    )
    assert found.at("b") == {expected}


def test_field_encryption_of_an_item_without_sensitive_fields_seals_nothing() -> None:
    layers = {"report": [{"field_encrypted": {"key": "outer", "fields": ["name"]}}]}
    found = analysed(
        {"a": {"originates": ["report"], "seals_with": ["outer"]}, "b": {}},
        [{"from": "a", "to": "b", "carries": ["report"], "protection": layers}],
    )
    assert found.at("b") == {"report"}


def test_a_component_opens_the_top_and_then_what_is_below() -> None:
    layers = {"record": [{"sealed": "outer"}, {"sealed": "inner"}]}
    components = {
        "a": {"originates": ["record"], "seals_with": ["inner", "outer"]},
        "b": {"opens_with": ["outer"]},
        "c": {"opens_with": ["inner"]},
        "d": {"opens_with": ["inner", "outer"]},
    }
    flows = [{"from": "a", "to": name, "carries": ["record"], "protection": layers} for name in "bcd"]
    found = analysed(components, flows)
    assert found.at("b") == {"record under outer/inner", "record under inner"}
    assert found.at("c") == {"record under outer/inner"}
    assert found.at("d") == {"record under outer/inner", "record under inner", "record"}


def test_opening_a_key_opens_what_it_wraps() -> None:
    keys = {"outer": {"wrapped_by": "middle"}, "middle": {"wrapped_by": "root"}, "root": {}}
    found = analysed(
        {"a": {"originates": ["record"], "seals_with": ["outer"]}, "b": {"opens_with": ["root"]}},
        [{"from": "a", "to": "b", "carries": ["record"], "protection": SEALED}],
        keys=keys,
    )
    assert found.at("b") == {"record under outer", "record"}


def test_keys_that_wrap_one_another_end() -> None:
    keys = {"outer": {"wrapped_by": "root"}, "root": {"wrapped_by": "outer"}}
    found = analysed(
        {"a": {"originates": ["record"], "seals_with": ["outer"]}, "b": {"opens_with": ["root"]}},
        [{"from": "a", "to": "b", "carries": ["record"], "protection": SEALED}],
        keys=keys,
    )
    assert found.at("b") == {"record under outer", "record"}


@pytest.mark.parametrize("moved", [True, False])
def test_a_key_that_is_moved_opens_where_it_arrives(moved: bool) -> None:
    flows = [{"from": "a", "to": "b", "carries": ["record"], "protection": SEALED}]
    if moved:
        flows.append({"from": "vault", "to": "b", "carries": ["key:outer"]})
    components = {"a": {"originates": ["record"], "seals_with": ["outer"]}, "b": {}, "vault": {}}
    found = analysed(components, flows, keys={"outer": {"held_by": "vault"}})
    assert found.at("vault") == ({"key:outer"} if moved else set())
    assert found.at("b") == ({"record under outer", "record", "key:outer"} if moved else {"record under outer"})


def test_a_key_that_is_moved_opens_what_it_wraps() -> None:
    flows = [
        {"from": "vault", "to": "b", "carries": ["key:root"]},
        {"from": "a", "to": "b", "carries": ["record"], "protection": SEALED},
    ]
    components = {"a": {"originates": ["record"], "seals_with": ["outer"]}, "b": {}, "vault": {"stores": ["key:root"]}}
    found = analysed(components, flows, keys={"outer": {"wrapped_by": "root"}, "root": {}})
    assert found.at("b") == {"record under outer", "record", "key:root"}


def test_a_sealed_key_opens_nothing() -> None:
    flows = [
        {"from": "vault", "to": "b", "carries": ["key:outer"], "protection": {"key:outer": [{"sealed": "root"}]}},
        {"from": "a", "to": "b", "carries": ["record"], "protection": SEALED},
    ]
    components = {
        "a": {"originates": ["record"], "seals_with": ["outer"]},
        "b": {},
        "vault": {"originates": ["key:outer"], "seals_with": ["root"]},
    }
    assert analysed(components, flows).at("b") == {"record under outer", "key:outer under root"}


def test_storage_moves_under_the_key_of_the_medium() -> None:
    at_rest = {"algorithm": "AES-256-GCM", "key": "disk"}
    components = {
        "a": {"originates": ["report"]},
        "db": {"stores": ["record"], "at_rest": at_rest},
        "backup": {},
    }
    flows = [
        {"from": "a", "to": "db", "carries": ["report"]},
        {"from": "db", "to": "backup", "carries": ["record", "report"], "of": "storage"},
    ]
    assert analysed(components, flows).at("backup") == {"record under disk", "report"}


@pytest.mark.parametrize("at_rest", [{"algorithm": "none", "key": "disk"}, {"algorithm": "AES-256-GCM"}, {}])
def test_storage_without_a_key_moves_plaintext(at_rest: dict[str, str]) -> None:
    components = {"db": {"stores": ["record"], "at_rest": at_rest}, "backup": {}}
    found = analysed(components, [{"from": "db", "to": "backup", "carries": ["record"], "of": "storage"}])
    assert found.at("backup") == {"record"}


def test_storage_uses_the_zones_key_and_does_not_hide_from_readers() -> None:
    zones = {"inside": {"trust": 3, "posture": {"at_rest": {"algorithm": "AES-256-GCM", "key": "disk"}}}}
    components = {"db": {"stores": ["record"]}, "backup": {}, "reader": {}}
    flows = [
        {"from": "db", "to": "backup", "carries": ["record"], "of": "storage"},
        {"from": "db", "to": "reader", "carries": ["record"]},
    ]
    found = analysed(components, flows, zones=zones)
    assert found.at("backup") == {"record under disk"}
    assert found.at("reader") == {"record"}


def test_products_need_all_sources_in_plaintext() -> None:
    made = {"produces": [{"data": "summary", "from": ["record", "report"]}]}
    components = {
        "a": {"originates": ["record", "report"], "seals_with": ["outer"]},
        "b": made,
        "c": {**made, "opens_with": ["outer"]},
        "d": {},
    }
    flows = [
        *({"from": "a", "to": name, "carries": ["record", "report"], "protection": SEALED} for name in "bc"),
        {"from": "c", "to": "d", "carries": ["summary"]},
    ]
    found = analysed(components, flows)
    assert found.at("b") == {"record under outer", "report"}
    assert found.at("c") == {"record under outer", "record", "report", "summary"}
    assert found.at("d") == {"summary"}


def test_reversing_a_token_restores_the_item() -> None:
    components = {
        "a": {"originates": ["token"]},
        "b": {"produces": [{"data": "record", "from": ["token"], "how": "reverse", "reverses": True}]},
    }
    found = analysed(components, [{"from": "a", "to": "b", "carries": ["token"]}])
    assert found.at("b") == {"token", "record"}


def test_a_terminating_hop_is_exposed_and_opens_and_sends_on() -> None:
    components = {
        "a": {"originates": ["record"], "seals_with": ["outer"]},
        "b": {},
        "proxy": {"opens_with": ["outer"]},
        "switch": {"opens_with": ["outer"]},
        "log": {},
    }
    via = [{"component": "switch", "tls": "passthrough"}, {"component": "proxy", "tls": "terminate"}]
    flows = [
        {"from": "a", "to": "b", "carries": ["record"], "via": via, "protection": SEALED},
        {"from": "proxy", "to": "log", "carries": ["record"]},
    ]
    found = analysed(components, flows)
    assert found.at("switch") == set()
    assert found.at("proxy") == {"record under outer", "record"}
    assert found.at("b") == {"record under outer"}
    assert found.at("log") == {"record under outer", "record"}


def test_a_terminating_hop_sees_what_returns() -> None:
    components = {"a": {}, "b": {"originates": ["receipt"]}, "proxy": {}}
    via = [{"component": "proxy", "tls": "terminate"}]
    found = analysed(components, [{"from": "a", "to": "b", "carries": [], "returns": ["receipt"], "via": via}])
    assert found.at("proxy") == found.at("a") == {"receipt"}


def test_a_product_has_the_tenant_of_its_sources() -> None:
    made = {"produces": [{"data": "summary", "from": ["record", "report"]}]}
    components = {
        "east": {"originates": ["record"], "tenant": "east"},
        "west": {"originates": ["report"], "tenant": "west"},
        "common": {"originates": ["report"]},
        "hub": made,
    }
    flows = [
        {"from": "east", "to": "hub", "carries": ["record"]},
        {"from": "west", "to": "hub", "carries": ["report"]},
        {"from": "common", "to": "hub", "carries": ["report"]},
    ]
    assert analysed(components, flows).at("hub") == {"record of east", "report of west", "report", "summary of east"}
    assert analysed(components, flows[:2]).at("hub") == {"record of east", "report of west"}


def test_a_component_that_partitions_passes_a_tenant_only_on_its_own_flows() -> None:
    components = {
        "east": {"originates": ["record"], "tenant": "east"},
        "hub": {"originates": ["report"], "partitions_by": "tenant_id"},
        "west": {"tenant": "west"},
        "eastern": {"tenant": "east"},
        "office": {},
        "courier": {},
    }
    flows = [
        {"from": "east", "to": "hub", "carries": ["record"]},
        *({"from": "hub", "to": name, "carries": ["record", "report"]} for name in ("west", "eastern", "office")),
        {"from": "hub", "to": "courier", "carries": ["record"], "tenant": "west"},
    ]
    found = analysed(components, flows)
    assert found.at("west") == {"report"}
    assert found.at("eastern") == {"record of east", "report"}
    assert found.at("office") == {"record of east", "report"}
    assert found.at("courier") == set()
    components["hub"].pop("partitions_by")
    assert analysed(components, flows).at("west") == {"record of east", "report"}


def test_a_transfer_passes_its_senders_instances() -> None:
    components = {
        "east": {"originates": ["record"], "tenant": "east"},
        "north": {"originates": ["record"], "tenant": "north"},
        "hub": {"partitions_by": "tenant_id"},
        "west": {"tenant": "west"},
    }
    flows = [
        {"from": "east", "to": "hub", "carries": ["record"]},
        {"from": "north", "to": "hub", "carries": ["record"]},
        {"from": "hub", "to": "west", "carries": ["record"]},
    ]
    found = analysed(components, flows, transfers=[{"id": "t", "flows": ["f0", "f2"]}])
    assert found.at("hub") == {"record of east", "record of north"}
    assert found.at("west") == {"record of east"}


def test_a_flow_without_carries_moves_everything_as_an_assumption() -> None:
    components = {
        "a": {"originates": ["record", "report"], "seals_with": ["outer"]},
        "b": {"originates": ["receipt"]},
        "c": {},
    }
    flows = [
        {"from": "a", "to": "b", "protection": SEALED, "returns": []},
        {"from": "b", "to": "c", "carries": ["report"]},
    ]
    found = analysed(components, flows)
    assert (found.at("b"), found.at("c")) == ({"receipt"}, set())
    assert found.at("b", assumed=True) == {"receipt", "report", "record under outer"}
    assert found.at("c", assumed=True) == {"report"}


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({}, {"record", "receipt"}),
        ({"in_transit": {"protocol": "https"}}, {"record", "receipt"}),
        ({"in_transit": {"protocol": "udp"}}, {"record"}),
        ({"returns": []}, {"record"}),
    ],
)
def test_the_way_back_is_assumed_too_unless_it_is_declared_or_there_is_none(
    more: dict[str, Any], expected: set[str]
) -> None:
    components = {"a": {"originates": ["record"]}, "b": {"originates": ["receipt"]}}
    found = analysed(components, [{"from": "a", "to": "b", **more}])
    assert found.at("a", assumed=True) == expected
    assert found.at("a") == {"record"}


def test_more_states_than_the_limit_count_as_plaintext() -> None:
    keys = [f"k{number}" for number in range(STATE_LIMIT + 1)]
    components = {"a": {"originates": ["record"], "seals_with": keys}, "b": {}, "c": {}}
    flows = [
        {"from": "a", "to": "b", "carries": ["record"], "protection": {"record": [{"sealed": key}]}} for key in keys
    ]
    within = analysed(components, [*flows[:-1], {"from": "b", "to": "c", "carries": ["record"]}])
    assert within.at("b") == {f"record under {key}" for key in keys[:-1]}
    beyond = analysed(components, [*flows, {"from": "b", "to": "c", "carries": ["record"]}])
    assert beyond.at("b") == {"record", *(f"record under {key}" for key in keys[:-1])}
    assert "record" in beyond.at("c")
    for found, expected in ((within, b'"too_many_states":false'), (beyond, b'"too_many_states":true')):
        table = exposure_table(found.exposures, found.integrity)
        names = list(table.names())
        assert expected in table.json(names.index("exposure:b/record"))


def test_states_that_multiply_end() -> None:
    keys = [f"k{number}" for number in range(12)]
    names = [f"c{number}" for number in range(6)]
    components = {name: {"seals_with": keys, "opens_with": keys[:3]} for name in names}
    components["c0"]["originates"] = ["record"]
    flows = [
        {
            "from": one,
            "to": other,
            "carries": ["record"],
            "protection": {"record": [{"sealed": keys[(at * 7 + to) % 12]}]},
        }
        for at, one in enumerate(names)
        for to, other in enumerate(names)
    ]
    found = analysed(components, flows)
    assert all("record" in found.at(name) for name in names)
    assert len(found.exposures.have) < 6 * 40


def test_names_that_are_declared_nowhere_are_held_by_name_only() -> None:
    components = {"a": {"originates": ["record"], "seals_with": ["outer"]}, "b": {}, "c": {"opens_with": ["outer"]}}
    flows = [{"from": "a", "to": name, "carries": ["record"], "protection": SEALED} for name in "bc"]
    declaration = system(components, flows)
    assert not declaration.keys
    network = build_network(declaration)
    assert network.key_names == ("outer",)
    found = Analysed(declaration)
    assert found.at("b") == {"record under outer"}
    assert found.at("c") == {"record under outer", "record"}


def test_key_material_is_worth_what_it_seals() -> None:
    data = {
        "record": {"label": {"level": "secret", "compartments": ["phi"]}},
        "report": {"label": {"level": "internal"}},
        "draft": {},
    }
    components = {
        "a": {"originates": ["record"]},
        "db": {"stores": ["report"], "at_rest": {"algorithm": "AES-256-GCM", "key": "disk"}},
    }
    layers = {"record": [{"sealed": "outer"}], "draft": [{"sealed": "rough"}]}
    keys = {"outer": {"wrapped_by": "root"}, "disk": {"wrapped_by": "root"}, "root": {}, "idle": {}, "rough": {}}
    network = build_network(
        system(
            components, [{"from": "a", "to": "db", "carries": ["record"], "protection": layers}], data=data, keys=keys
        )
    )
    words = {
        name: network.lattice.text(network.labels[item]) if network.labelled >> item & 1 else "unlabelled"
        for name, item in network.item_index.items()
        if name.startswith("key:")
    }
    assert words == {
        "key:outer": "secret {phi}",
        "key:disk": "internal",
        "key:root": "secret {phi}",
        "key:idle": "unlabelled",
        "key:rough": "unlabelled",
    }
