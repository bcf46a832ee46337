"""Crossings as reports and `limen crossings` show them, and the boundary map."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import UNSET

from limen.analysis.borders import Borders
from limen.analysis.facts import Facts
from limen.analysis.lattice import BOTTOM
from limen.analysis.movement import Movement
from limen.analysis.network import NONE
from limen.analysis.posture import TRANSIT_PATHS, Locate, words
from limen.records.assessment import BoundaryMap, CrossingRow, MapEdge, MapNode, MapZone
from limen.records.lazy import Lazy

PROTECTED_CHANNELS = frozenset({"tls", "ssh"})
"""Channels that are encrypted."""


def crossing_rows(facts: Facts, locate: Locate) -> Sequence[CrossingRow]:
    """Return every flow whose ends lie in different zones or tenants, in the order of the declaration.

    Each is described and located in the text when it is asked for.
    """
    borders = facts.borders
    crossing = [flow for flow in range(len(facts.network.flows)) if borders.crosses(flow)]
    return Lazy(len(crossing), lambda index: _row(facts, borders, crossing[index], locate))


def _row(facts: Facts, borders: Borders, index: int, locate: Locate) -> CrossingRow:
    network, movement = facts.network, facts.movement
    flow = network.flows[index]
    source, target = network.source[index], network.target[index]
    zones = network.zone_names[network.zone_of[source]], network.zone_names[network.zone_of[target]]
    transit = network.postures.transit(flow, *zones)
    posture = {"in_transit.channel": transit.part.channel}
    posture |= {path: words(value) for path, value in zip(TRANSIT_PATHS, transit.values, strict=True)}
    provenance = dict(network.postures.transit_provenance(flow, *zones))
    for path, value in (
        ("authn.method", UNSET if flow.authn is UNSET else flow.authn.method),
        ("audit.ledger", UNSET if flow.audit is UNSET else flow.audit.ledger),
    ):
        if value is not UNSET:
            posture[path], provenance[path] = value, f"declared on flow {flow.id}"
    moved = movement.both(index)
    return CrossingRow(
        flow=flow.id,
        source=flow.source,
        target=flow.target,
        source_zone=zones[0],
        target_zone=zones[1],
        crosses=borders.in_words(index),
        trust_change=network.trust[target] - network.trust[source],
        carries=tuple(network.names(movement.forward(index))),
        returns=tuple(network.names(movement.backward(index))),
        assumed=flow.carries is UNSET,
        label=network.lattice.text(network.label_of(moved) if moved else BOTTOM),
        posture=posture,
        provenance=provenance,
        location=locate(("flows", flow.id)),
    )


def boundary_map(facts: Facts) -> BoundaryMap:
    """Return zones, components and flows, for drawing; zones that are used but not declared count as untrusted."""
    network = facts.network
    zones = []
    for name, zone in zip(network.zone_names, network.zones, strict=True):
        title = name if zone is None or zone.title is UNSET else zone.title
        within = "" if zone is None or zone.within is UNSET else zone.within
        zones.append(MapZone(id=name, title=title, trust=0 if zone is None else zone.trust, within=within))
    return BoundaryMap(
        zones=tuple(zones),
        nodes=Lazy(len(network.components), lambda index: _node(facts, index)),
        edges=Lazy(len(network.flows), lambda index: _edge(facts, facts.movement, index)),
    )


def _node(facts: Facts, index: int) -> MapNode:
    network = facts.network
    name, component = network.component_names[index], network.components[index]
    tenant = network.tenant_of[index]
    plain = facts.exposures.plaintext(index, assumed=True)
    return MapNode(
        id=name,
        title=name if component.title is UNSET else component.title,
        kind=component.kind,
        zone=component.zone,
        tenant="" if tenant == NONE else network.tenant_names[tenant],
        label=network.lattice.text(network.label_of(plain)) if plain else "",
    )


def _edge(facts: Facts, movement: Movement, index: int) -> MapEdge:
    network = facts.network
    flow = network.flows[index]
    zones = [network.zone_names[network.zone_of[end[index]]] for end in (network.source, network.target)]
    part = network.postures.transit(flow, *zones).part
    return MapEdge(
        id=flow.id,
        source=flow.source,
        target=flow.target,
        crossing=facts.borders.crosses(index),
        protocol=words(part.protocol) if part.protocol is not UNSET else "",
        protected=part.channel in PROTECTED_CHANNELS,
        items=tuple(network.names(movement.both(index))),
    )
