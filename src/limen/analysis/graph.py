"""The declaration as a networkx graph, for library users: components are nodes, flows are edges."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec import UNSET

from limen.analysis.network import NONE, Network, build_network
from limen.model.declaration import Declaration

if TYPE_CHECKING:
    import networkx


def graph(system: Declaration | Network) -> networkx.MultiDiGraph[str]:
    """Return a multigraph with an edge for each direction of each flow that carries data; parallel flows stay apart.

    Nodes have `zone`, `trust`, `tenant` (None for none) and `kind`; edges have the key ``(flow, "carries")`` or
    ``(flow, "returns")`` and `flow`, `way`, `items` and `assumed`, which is True where the flow does not say what it
    moves. A flow that carries and returns nothing has no edge. Raises KeyError for a flow whose end is no component.
    """
    import networkx

    network = system if isinstance(system, Network) else build_network(system)
    found: networkx.MultiDiGraph[str] = networkx.MultiDiGraph()
    for index, (name, component) in enumerate(zip(network.component_names, network.components, strict=True)):
        tenant = network.tenant_of[index]
        found.add_node(
            name,
            zone=component.zone,
            trust=network.trust[index],
            tenant=None if tenant == NONE else network.tenant_names[tenant],
            kind=component.kind,
        )
    for index, flow in enumerate(network.flows):
        ways: tuple[tuple[str, str, str, Any, bool], ...] = (
            ("carries", flow.source, flow.target, flow.carries, not network.carriage_declared[index]),
            ("returns", flow.target, flow.source, flow.returns, bool(network.assumed_back[index])),
        )
        for way, source, target, items, assumed in ways:
            if assumed or (items is not UNSET and items):
                moved = () if assumed else items
                found.add_edge(source, target, (flow.id, way), flow=flow.id, way=way, items=moved, assumed=assumed)
    return found


def component_graph(system: Declaration | Network) -> networkx.DiGraph[str]:
    """Return the same graph with one edge between two components at most, for networkx's algorithms.

    Each edge has `flows`, the flows that move data that way, in order.
    """
    import networkx

    found: networkx.DiGraph[str] = networkx.DiGraph()
    many = graph(system)
    found.add_nodes_from(many.nodes(data=True))
    for source, target, edge in many.edges(data=True):
        if not found.has_edge(source, target):
            found.add_edge(source, target, flows=[])
        found.edges[source, target]["flows"].append(edge["flow"])
    return found
