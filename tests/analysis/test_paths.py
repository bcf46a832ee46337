"""Paths from untrusted zones to stores: by hand, against networkx, and the algorithms beneath."""

from __future__ import annotations

from typing import Any

import networkx
from hypothesis import given
from hypothesis import strategies as st

from limen.analysis.dominators import dominators, strict_dominators
from limen.analysis.graph import component_graph, graph
from limen.analysis.network import build_network
from tests.analysis.subjects import detail, facts_of, inputs, some
from tests.analysis.systems import converted, declared_systems, system

ZONES: dict[str, Any] = {
    "outside": {"trust": 0},
    "partner": {"trust": 0},
    "middle": {"trust": 1},
    "inside": {"trust": 3},
}
COMPONENTS: dict[str, Any] = {
    "portal": {"zone": "outside"},
    "kiosk": {"zone": "outside"},
    "lab": {"zone": "partner"},
    "gateway": {"zone": "middle", "ingress": {"validates": ["record"]}},
    "worker": {"zone": "middle"},
    "db": {"zone": "inside", "stores": ["record"]},
    "book": {"zone": "inside", "kind": "ledger"},
}
AUDIT = {"audit": {"ledger": "book", "by": "from"}}
UPLOAD = {"id": "upload", "from": "portal", "to": "gateway", "carries": ["record"]}
HAND = {"id": "hand", "from": "gateway", "to": "worker", "carries": ["record"]}
KEEP = {"id": "keep", "from": "worker", "to": "db", "carries": ["record"], **AUDIT}
WRITE = {"id": "write", "from": "worker", "to": "book", "carries": ["entry"]}
PULL = {"id": "pull", "from": "worker", "to": "kiosk", "carries": [], "returns": ["record"]}
LEAK = {"id": "leak", "from": "lab", "to": "db", "carries": ["record"]}
SECTIONS: dict[str, Any] = {
    "zones": ZONES,
    "data": {"record": {"label": {"level": "secret"}}, "entry": {}},
    "ledgers": {"book": {"component": "book"}},
}
SECRET = {"level": 2, "compartments": [], "text": "secret"}


def test_every_zone_and_store_between_which_there_is_a_way() -> None:
    found = facts_of(COMPONENTS, [UPLOAD, HAND, KEEP, WRITE, LEAK], **SECTIONS)
    table = found.tables["path"]
    assert inputs(table) == {
        "outside/db": {
            "hops": 3,
            "avoids_ingress": False,
            "avoids_audit": False,
            "unaudited_crossings": 1,
            "label": SECRET,
            "choke_points": 2,
        },
        # A flow into a ledger records itself.
        "outside/book": {
            "hops": 3,
            "avoids_ingress": False,
            "avoids_audit": False,
            "unaudited_crossings": 1,
            "label": {"level": 0, "compartments": [], "text": "public"},
            "choke_points": 2,
        },
        "partner/db": {
            "hops": 1,
            "avoids_ingress": True,
            "avoids_audit": True,
            "unaudited_crossings": 1,
            "label": SECRET,
            "choke_points": 0,
        },
    }
    known = detail(table, "outside/db")
    assert (known.path, known.title) == (("components", "db"), "zone outside to db")
    assert [(step.component, step.flow) for step in known.witness] == [
        ("portal", ""),
        ("gateway", "upload"),
        ("worker", "hand"),
        ("db", "keep"),
    ]
    assert known.peers == ("gateway", "worker")


def test_an_answer_from_outside_is_a_way_in_and_the_witness_shows_the_worst() -> None:
    found = facts_of(COMPONENTS, [UPLOAD, HAND, KEEP, WRITE, PULL], **SECTIONS)
    path = inputs(found.tables["path"])["outside/db"]
    assert some(path, "hops", "avoids_ingress", "choke_points") == {
        "hops": 2,
        "avoids_ingress": True,
        "choke_points": 1,
    }
    assert [
        (step.component, step.flow, step.action) for step in detail(found.tables["path"], "outside/db").witness
    ] == [
        ("kiosk", "", ""),
        ("worker", "pull", "returns"),
        ("db", "keep", "flows"),
    ]


def test_a_hop_in_front_that_checks_counts_as_ingress() -> None:
    via = {"via": [{"component": "gateway", "tls": "terminate"}]}
    path = inputs(facts_of(COMPONENTS, [{**LEAK, **via}], **SECTIONS).tables["path"])
    assert path["partner/db"]["avoids_ingress"] is False
    passed = {"via": [{"component": "gateway", "tls": "passthrough"}]}
    path = inputs(facts_of(COMPONENTS, [{**LEAK, **passed}], **SECTIONS).tables["path"])
    assert path["partner/db"]["avoids_ingress"] is True


def test_an_untrusted_checker_and_an_unreachable_ledger_count_for_nothing() -> None:
    components = {**COMPONENTS, "lab": {"zone": "partner", "ingress": {"validates": ["record"]}}}
    recorded = {**LEAK, "audit": {"ledger": "book", "by": "from"}}
    path = inputs(facts_of(components, [recorded], **SECTIONS).tables["path"])["partner/db"]
    assert some(path, "avoids_ingress", "avoids_audit", "unaudited_crossings") == {
        "avoids_ingress": True,
        "avoids_audit": True,
        "unaudited_crossings": 1,
    }
    reached = [recorded, {"id": "log", "from": "lab", "to": "book", "carries": ["entry"]}]
    path = inputs(facts_of(components, reached, **SECTIONS).tables["path"])["partner/db"]
    assert some(path, "avoids_audit", "unaudited_crossings") == {"avoids_audit": False, "unaudited_crossings": 0}


def test_of_two_shortest_ways_the_one_with_more_unrecorded_crossings_counts() -> None:
    other = {"id": "other", "from": "lab", "to": "worker", "carries": ["record"]}
    logged = {
        "id": "logged",
        "from": "lab",
        "to": "worker",
        "carries": ["record"],
        "audit": {"ledger": "book", "by": "to"},
    }
    for flows in ([other, logged, KEEP, WRITE], [logged, other, KEEP, WRITE]):
        path = inputs(facts_of(COMPONENTS, flows, **SECTIONS).tables["path"])["partner/db"]
        assert path["unaudited_crossings"] == 1


def test_a_way_or_a_weakness_that_is_only_assumed_names_the_flow() -> None:
    vague = {"id": "vague", "from": "portal", "to": "worker"}
    for flows, expected in (
        ([vague, KEEP, WRITE], "vague"),
        ([UPLOAD, HAND, KEEP, WRITE, vague], "vague"),
        ([UPLOAD, HAND, KEEP, WRITE, vague, PULL], ""),
    ):
        table = facts_of(COMPONENTS, flows, **SECTIONS).tables["path"]
        assert inputs(table)["outside/db"]["avoids_ingress"] is True
        names = [table.name(index) for index in range(table.size)]
        assert table.assumed_flow(names.index("path:outside/db")) == expected


@given(
    st.integers(1, 8).flatmap(
        lambda count: st.tuples(
            st.lists(st.lists(st.integers(0, count - 1), max_size=3), min_size=count, max_size=count),
            st.sets(st.integers(0, count - 1), min_size=1),
        )
    )
)
def test_dominators_against_networkx(drawn: tuple[list[list[int]], set[int]]) -> None:
    successors, starts = drawn
    other: networkx.DiGraph[int] = networkx.DiGraph()
    other.add_nodes_from(range(-1, len(successors)))
    other.add_edges_from((node, successor) for node, out in enumerate(successors) for successor in out)
    other.add_edges_from((-1, start) for start in starts)
    expected = networkx.immediate_dominators(other, -1)
    found = dominators(successors, starts)
    assert found == [expected.get(node, -2) for node in range(len(successors))]
    for node in range(len(successors)):
        chain, above = [], expected.get(node, -1)
        while above is not None and above >= 0:
            chain.append(above)
            above = expected[above]
        assert strict_dominators(found, node) == chain


@given(declared_systems())
def test_ways_against_networkx(declared: dict[str, Any]) -> None:
    for flow in declared["flows"]:
        # Hops are places to come to as well, which a plain graph does not have.
        flow.pop("via", None)
    declaration = converted(declared)
    from tests.analysis.subjects import facts_on

    table = facts_on(declaration).tables["path"]
    paths = inputs(table)
    plain = component_graph(declaration)
    untrusted = [name for name, component in declaration.components.items() if component.zone == "outside"]
    stores = [
        name for name, component in declaration.components.items() if component.stores and component.zone != "outside"
    ]
    lengths = networkx.multi_source_dijkstra_path_length(plain, set(untrusted)) if untrusted else {}
    known = networkx.DiGraph(
        [(source, target) for source, target, edge in graph(declaration).edges(data=True) if not edge["assumed"]]
    )
    known.add_nodes_from(plain)
    sure = networkx.multi_source_dijkstra_path_length(known, set(untrusted)) if untrusted else {}
    reached = {store for store in stores if store in lengths}
    assert set(paths) == {f"outside/{store}" for store in reached}
    for store in reached:
        without = [
            name
            for name in plain
            if name not in untrusted
            and name != store
            and not any(networkx.has_path(plain.subgraph(set(plain) - {name}), start, store) for start in untrusted)
        ]
        assert paths[f"outside/{store}"]["choke_points"] == len(without)
        assert sorted(detail(table, f"outside/{store}").peers) == sorted(without)
        # The shortest way counts over flows that say what they carry, where there is one.
        assert paths[f"outside/{store}"]["hops"] == sure.get(store, lengths[store])


def test_the_graph_for_library_users() -> None:
    declaration = system(
        {"a": {"zone": "outside", "tenant": "east"}, "b": {"kind": "broker"}},
        [
            {"id": "one", "from": "a", "to": "b", "carries": ["record"], "returns": ["receipt"]},
            {"id": "two", "from": "a", "to": "b", "carries": ["record"]},
            {"id": "vague", "from": "b", "to": "a"},
            {"id": "still", "from": "b", "to": "a", "carries": []},
        ],
        tenants={"east": {"kind": "site"}},
    )
    found = graph(declaration)
    assert dict(found.nodes(data=True)) == {
        "a": {"zone": "outside", "trust": 0, "tenant": "east", "kind": "service"},
        "b": {"zone": "inside", "trust": 3, "tenant": None, "kind": "broker"},
    }
    assert {
        (source, target, *key, edge["items"], edge["assumed"])
        for source, target, key, edge in found.edges(keys=True, data=True)
    } == {
        ("a", "b", "one", "carries", ("record",), False),
        ("b", "a", "one", "returns", ("receipt",), False),
        ("a", "b", "two", "carries", ("record",), False),
        ("b", "a", "vague", "carries", (), True),
        ("a", "b", "vague", "returns", (), True),
    }
    assert networkx.utils.graphs_equal(found, graph(build_network(declaration)))
    assert component_graph(declaration).edges["a", "b"]["flows"] == ["one", "two", "vague"]
