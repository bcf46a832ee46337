"""Cuts: a smallest set of flows whose removal leaves no way between places, as the remedy of a broken assertion."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from limen.analysis.network import Network

Hop = tuple[int, tuple[int, ...], int]
"""A sender, the components that an edge brings data to (hops first), and the edge's number."""


def smallest_cut(
    network: Network,
    edges: Iterable[Hop],
    starts: Collection[int],
    ends: Collection[int],
    blocked: Collection[int] = (),
) -> tuple[str, ...]:
    """Return the flows to remove, sorted; empty where a start is an end, which no removal mends."""
    if set(starts) & set(ends):
        return ()
    import networkx

    graph: networkx.DiGraph[Any] = networkx.DiGraph()
    graph.add_nodes_from(("start", "end"))
    graph.add_edges_from(("start", start) for start in starts)
    graph.add_edges_from((end, "end") for end in ends)
    for sender, receivers, number in edges:
        node: Any = sender
        for place, receiver in enumerate(receivers):
            if receiver in blocked:
                break
            # Hops are nodes of their own for each flow: what passes one does not mix with other flows there.
            passed: Any = receiver if place == len(receivers) - 1 else (number, place)
            _add(graph, node, passed, number >> 1)
            if passed != receiver:
                graph.add_edge(passed, receiver)
            node = passed
    _, (near, _) = networkx.minimum_cut(graph, "start", "end")
    removed = {
        flow
        for node in near
        for passed, edge in graph.adj[node].items()
        if passed not in near
        for flow in edge.get("flows", ())
    }
    return tuple(sorted(network.flows[flow].id for flow in removed))


def _add(graph: Any, node: Any, passed: Any, flow: int) -> None:
    """Add one flow to the edge between two nodes; its capacity is the number of flows that would have to go."""
    edge = graph.get_edge_data(node, passed)
    if edge is None:
        graph.add_edge(node, passed, capacity=1, flows={flow})
    elif flow not in edge["flows"]:
        edge["flows"].add(flow)
        edge["capacity"] += 1
