"""Borders, crossings as rows, and the boundary map."""

from __future__ import annotations

from typing import Any

from limen.analysis.borders import Borders
from limen.analysis.crossings import boundary_map, crossing_rows
from limen.analysis.network import build_network
from limen.errors import Location
from limen.records.assessment import CrossingRow, MapEdge, MapNode, MapZone
from tests.analysis.subjects import facts_of
from tests.analysis.systems import system

ZONES: dict[str, Any] = {
    "outside": {"trust": 0, "title": "The world"},
    "middle": {"trust": 1, "posture": {"in_transit": {"tls": {"min": "1.3"}}}},
    "inside": {"trust": 3, "posture": {"in_transit": {"tls": {"min": "1.2"}}}},
    "core": {"trust": 5, "within": "inside"},
    "vault": {"trust": 6, "within": "inside"},
}
COMPONENTS: dict[str, Any] = {
    "portal": {"zone": "outside", "tenant": "east", "originates": ["record"], "title": "Portal"},
    "gateway": {"zone": "middle"},
    "clinic": {"zone": "middle", "tenant": "west"},
    "worker": {"zone": "inside"},
    "db": {"zone": "core", "kind": "datastore"},
    "keys": {"zone": "vault"},
}
FLOWS: list[dict[str, Any]] = [
    {"id": "upload", "from": "portal", "to": "gateway", "carries": ["record"], "returns": ["receipt"]},
    {"id": "share", "from": "gateway", "to": "clinic", "carries": []},
    {"id": "hand", "from": "gateway", "to": "worker", "carries": ["receipt"], "in_transit": {"protocol": "https"}},
    {"id": "deep", "from": "db", "to": "keys"},
    {"id": "local", "from": "worker", "to": "worker", "carries": [], "in_transit": {"protocol": "unix"}},
]
SECTIONS: dict[str, Any] = {
    "zones": ZONES,
    "data": {"record": {"label": {"level": "secret"}}, "receipt": {"label": {"level": "internal"}}},
    "tenants": {"east": {"kind": "site"}, "west": {"kind": "site"}},
}


def locate(path: tuple[str | int, ...]) -> Location:
    """A place that shows what was asked for."""
    return Location(file="/".join(map(str, path)))


def test_borders() -> None:
    network = build_network(system(COMPONENTS, FLOWS, **SECTIONS))
    borders = Borders(network)
    zone = network.zone_index
    names = {
        (source, target): [
            [network.zone_names[each] for each in side] for side in borders.between(zone[source], zone[target])
        ]
        for source, target in (
            ("outside", "core"),
            ("core", "inside"),
            ("inside", "core"),
            ("core", "vault"),
            ("core", "core"),
        )
    }
    assert names == {
        ("outside", "core"): [["outside"], ["inside", "core"]],
        ("core", "inside"): [["core"], []],
        ("inside", "core"): [[], ["core"]],
        ("core", "vault"): [["core"], ["vault"]],
        ("core", "core"): [[], []],
    }
    assert [flow.id for index, flow in enumerate(network.flows) if borders.crosses(index)] == [
        "upload",
        "share",
        "hand",
        "deep",
    ]


def test_zones_in_a_circle_end() -> None:
    zones = {"a": {"trust": 1, "within": "b"}, "b": {"trust": 1, "within": "a"}, "c": {"trust": 1, "within": "gone"}}
    network = build_network(system({"x": {"zone": "a"}, "y": {"zone": "c"}}, [], zones=zones))
    borders = Borders(network)
    assert borders.around == [(0, 1), (1, 0), (2,)]
    assert borders.between(2, 0).entered == (1, 0)


def test_crossing_rows() -> None:
    rows = {row.flow: row for row in crossing_rows(facts_of(COMPONENTS, FLOWS, **SECTIONS), locate)}
    assert list(rows) == ["upload", "share", "hand", "deep"]
    assert rows["hand"] == CrossingRow(
        flow="hand",
        source="gateway",
        target="worker",
        source_zone="middle",
        target_zone="inside",
        crosses=("leaves zone middle", "enters zone inside"),
        trust_change=2,
        carries=("receipt",),
        returns=(),
        assumed=False,
        label="internal",
        posture={
            "in_transit.channel": "tls",
            "in_transit.protocol": "https",
            "in_transit.tls.min": "1.2",
            "in_transit.tls.mutual": "absent",
            "in_transit.tls.suites": "absent",
            "in_transit.tls.key_exchange": "absent",
            "in_transit.tls.pins": "absent",
        },
        provenance={
            "in_transit.channel": "derived from protocol https, zones' TLS",
            "in_transit.protocol": "declared on flow hand",
            "in_transit.tls.min": "weaker of zone middle (1.3) and zone inside (1.2)",
            "in_transit.tls.mutual": "not declared",
            "in_transit.tls.suites": "not declared",
            "in_transit.tls.key_exchange": "not declared",
            "in_transit.tls.pins": "not declared",
        },
        location=Location(file="flows/hand"),
    )
    assert rows["upload"].crosses == ("leaves zone outside", "enters zone middle", "from tenant east to no tenant")
    assert rows["share"].crosses == ("from no tenant to tenant west",)
    assert (rows["share"].label, rows["share"].assumed, rows["deep"].assumed) == ("public", False, True)
    assert (rows["upload"].label, rows["upload"].carries, rows["upload"].returns) == (
        "secret",
        ("record",),
        ("receipt",),
    )


def test_the_boundary_map() -> None:
    drawn = boundary_map(facts_of(COMPONENTS, FLOWS, **SECTIONS))
    assert drawn.zones[0] == MapZone(id="outside", title="The world", trust=0, within="")
    assert drawn.zones[3] == MapZone(id="core", title="core", trust=5, within="inside")
    assert drawn.nodes[0] == MapNode(
        id="portal", title="Portal", kind="service", zone="outside", tenant="east", label="secret"
    )
    assert drawn.nodes[3] == MapNode(id="worker", title="worker", kind="service", zone="inside", tenant="", label="")
    assert drawn.edges[0] == MapEdge(
        id="upload",
        source="portal",
        target="gateway",
        crossing=True,
        protocol="",
        protected=False,
        items=("record", "receipt"),
    )
    assert [(edge.id, edge.crossing, edge.protected, edge.protocol) for edge in drawn.edges[2:]] == [
        ("hand", True, True, "https"),
        ("deep", True, False, ""),
        ("local", False, False, "unix"),
    ]


def test_a_zone_that_is_not_declared_counts_as_untrusted() -> None:
    drawn = boundary_map(facts_of({"a": {"zone": "gone"}}, []))
    assert MapZone(id="gone", title="gone", trust=0, within="") in drawn.zones
