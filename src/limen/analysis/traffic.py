"""What comes to and leaves each component, summed over its flows."""

from __future__ import annotations

from collections import Counter

import msgspec

from limen.analysis.movement import Movement
from limen.analysis.network import NONE, bits
from limen.analysis.signing import signed_items


class Traffic(msgspec.Struct, frozen=True, kw_only=True):
    """Bitmasks of items and numbers of flows, by component."""

    arriving: list[int]
    """Items that flows bring."""
    leaving: list[int]
    """Items that flows take away."""
    entering: list[int]
    """Items that flows bring from outside: from trust 0, or from a tenant's component to one of no tenant."""
    departing: list[int]
    """Items that flows take from a trusted zone to trust 0."""
    unsigned: list[int]
    """Of those, the ones that some flow takes without a signature of this component."""
    entry: set[int]
    """Components of trusted zones to which a flow moves something from outside."""
    egress: set[int]
    """Components of trusted zones from which a flow moves something to trust 0."""
    flows: list[int]
    """Number of flows that start or end there, or pass through."""
    reached: set[int]
    """Components that a flow ends at or passes through, or that get an answer."""
    movers: Counter[int]
    """Number of flows that move each item either way."""
    bringers: Counter[int]
    """Number of flows that bring each item from outside into a trusted zone."""


def traffic(movement: Movement) -> Traffic:
    """Return what comes to and leaves each component of a network."""
    network = movement.network
    count = len(network.components)
    found = Traffic(
        arriving=[0] * count,
        leaving=[0] * count,
        entering=[0] * count,
        departing=[0] * count,
        unsigned=[0] * count,
        entry=set(),
        egress=set(),
        flows=[0] * count,
        reached=set(network.target),
        movers=Counter(),
        bringers=Counter(),
    )
    items, trust = movement.items, network.trust
    arriving, leaving = found.arriving, found.leaving
    moved: Counter[int] = Counter()
    brought: Counter[int] = Counter()
    for flow, (source, target) in enumerate(zip(network.source, network.target, strict=True)):
        forward, backward = items[2 * flow], items[2 * flow + 1]
        moved[forward | backward] += 1
        found.flows[source] += 1
        if source != target:
            found.flows[target] += 1
        if forward:
            leaving[source] |= forward
            arriving[target] |= forward
        if backward:
            leaving[target] |= backward
            arriving[source] |= backward
            found.reached.add(source)
        if (not trust[source]) != (not trust[target]):
            _across(found, movement, flow, brought)
        elif trust[source] and (network.tenant_of[source] == NONE) != (network.tenant_of[target] == NONE):
            _from_tenant(found, movement, flow, brought)
    for flow, hops in network.hops.items():
        for component in {hop.component for hop in hops} - {network.source[flow], network.target[flow]}:
            found.flows[component] += 1
            found.reached.add(component)
    _spread(moved, found.movers)
    _spread(brought, found.bringers)
    return found


def _across(found: Traffic, movement: Movement, flow: int, brought: Counter[int]) -> None:
    """Note what a flow between trust 0 and a trusted zone brings in and takes out."""
    network = movement.network
    inward = not network.trust[network.source[flow]]
    inside = network.target[flow] if inward else network.source[flow]
    entering, departing = movement.forward(flow), movement.backward(flow)
    enters, departs = movement.moves_forward(flow), movement.moves_back(flow)
    if not inward:
        entering, departing, enters, departs = departing, entering, departs, enters
    if enters:
        found.entry.add(inside)
        found.entering[inside] |= entering
        brought[entering] += 1
    if departs:
        found.egress.add(inside)
        found.departing[inside] |= departing
        found.unsigned[inside] |= departing & ~signed_items(network, flow, inside)


def _from_tenant(found: Traffic, movement: Movement, flow: int, brought: Counter[int]) -> None:
    """Note what a flow between a tenant and a component of no tenant brings in; both zones are trusted."""
    network = movement.network
    inward = network.tenant_of[network.source[flow]] != NONE
    inside = network.target[flow] if inward else network.source[flow]
    entering = movement.forward(flow) if inward else movement.backward(flow)
    if movement.moves_forward(flow) if inward else movement.moves_back(flow):
        found.entry.add(inside)
        found.entering[inside] |= entering
        brought[entering] += 1


def _spread(masks: Counter[int], into: Counter[int]) -> None:
    """Count items, where sets of them were counted."""
    for mask, number in masks.items():
        for item in bits(mask):
            into[item] += number
