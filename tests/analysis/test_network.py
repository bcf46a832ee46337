"""The declaration as integers."""

from __future__ import annotations

import pytest

from limen.analysis.flow_columns import Hop
from limen.analysis.network import NONE, bits, build_network
from tests.analysis.systems import system

COMPONENTS = {
    "a": {"zone": "outside", "originates": ["record"], "tenant": "east", "clearance": {"level": "internal"}},
    "b": {"zone": "nowhere", "stores": ["report", "key:outer"], "at_rest": {"algorithm": "AES-256-GCM", "key": "disk"}},
    "c": {"tenant": "west"},
}
FLOWS = [
    {"from": "a", "to": "b", "carries": ["record", "odd"], "returns": ["report"]},
    {"from": "b", "to": "c", "tenant": "north"},
    {
        "from": "a",
        "to": "c",
        "carries": [],
        "via": [
            {"component": "b", "tls": "terminate", "reestablishes": False},
            {"component": "a", "tls": "passthrough"},
        ],
    },
]


def test_numbers_and_names() -> None:
    network = build_network(
        system(COMPONENTS, FLOWS, keys={"root": {}}, tenants={"south": {"kind": "site"}}, transfers=[])
    )
    assert network.component_names == ("a", "b", "c")
    assert network.zone_names == ("outside", "middle", "inside", "nowhere")
    assert network.zones[network.zone_index["nowhere"]] is None
    assert network.trust == [0, 0, 3]
    assert network.tenant_names == ("south", "east", "west", "north")
    assert network.tenant_of == [1, NONE, 2]
    # What is declared comes first, then what is only used; key material follows all data.
    assert network.item_names == ("record", "report", "odd", "key:root", "key:outer", "key:disk")
    assert network.data_count == 3
    assert network.key_names == ("root", "outer", "disk")
    assert network.at_rest_keys == [NONE, 2, NONE]
    assert (network.originated, network.stored) == ([1, 0, 0], [0, 0b10010, 0])
    assert network.names(network.stored[1]) == ["report", "key:outer"]
    assert network.mask(["odd", "record"]) == 0b101
    with pytest.raises(KeyError):
        network.mask(["nothing"])


def test_flows() -> None:
    network = build_network(system(COMPONENTS, FLOWS))
    assert (network.source, network.target) == ([0, 1, 0], [1, 2, 2])
    assert (network.carried, network.returned) == ([0b101, 0, 0], [0b010, 0, 0])
    assert (list(network.carriage_declared), list(network.assumed_back)) == ([1, 0, 1], [0, 1, 0])
    assert (network.outgoing, network.incoming) == ([[0, 2], [1], []], [[], [0], [1, 2]])
    assert network.hops == {2: (Hop(1, True, False), Hop(0, False, None))}
    east, west, north = (1 << network.tenant_index[name] for name in ("east", "west", "north"))
    assert network.flow_tenants == [east, north, east | west]


def test_clearances() -> None:
    network = build_network(system(COMPONENTS, FLOWS))
    assert [network.lattice.text(point) for point in network.clearances] == [
        "internal",
        "public",
        "secret {phi, trial}",
    ]
    assert network.cleared == [True, False, True]


def test_senders_of_transfers() -> None:
    transfers = [
        {"id": "one", "flows": ["f0", "f1"]},
        {"id": "two", "flows": ["f1", "f2"]},
        {"id": "gone", "flows": ["nothing", "f2"]},
        {"id": "half", "flows": ["f2", "nothing"]},
    ]
    network = build_network(system(COMPONENTS, FLOWS, transfers=transfers))
    east = 1 << network.tenant_index["east"]
    # b belongs to no tenant, so the second transfer has no sender; the fourth starts at a.
    assert network.transfer_senders == {0: east, 1: east, 2: east}


def test_an_end_that_is_no_component_is_refused() -> None:
    with pytest.raises(KeyError):
        build_network(system({"a": {}}, [{"from": "a", "to": "nowhere", "carries": []}]))


def test_bits() -> None:
    assert list(bits(0)) == []
    assert list(bits(0b1010010)) == [1, 4, 6]
