"""Directed movements of items between components: what leaves whom, to whom, and with which keys around it.

A flow gives one edge for each direction that can carry something. Most edges are plain: they move items as they
are. A special edge adds keys, keeps tenants apart, or passes hops that see what moves. The number of an edge is
twice its flow's, plus one for the way back.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
from msgspec import UNSET

from limen.analysis.network import NONE, Network

EVERYTHING = -1
"""A mask of all items, or of all tenants."""

Plain = tuple[int, int, int]
"""The items that may move, the receiving component and the number of the edge."""

Pushes = tuple[tuple[int, tuple[int, ...]], ...]
"""Disjoint sets of items, each with the keys that the sender puts around them, innermost first."""


class Special(msgspec.Struct, frozen=True, gc=False):
    """An edge that does more than to move items."""

    mask: int
    """The items that may move."""
    number: int
    """The number of the edge."""
    receivers: tuple[int, ...]
    """Components that see what is on the wire: terminating hops in order, then the far end."""
    tenants: int
    """Bitmask of the tenants whose instances pass; `EVERYTHING` where the sender keeps nobody apart."""
    pushes: Pushes
    """What the sender puts around which items; items that get nothing are left out."""
    pushed: int
    """All items of `pushes`."""

    def passes(self, tenant: int) -> bool:
        """Return whether an instance of a tenant may leave over this edge; one of no tenant always does."""
        return tenant == NONE or bool(self.tenants >> tenant & 1)


class Edges(msgspec.Struct, frozen=True):
    """All edges, by sending component."""

    plain: list[list[Plain]]
    """Edges of declared carriage that only move items."""
    special: list[list[Special]]
    """The other edges of declared carriage."""
    assumed_plain: list[list[Plain]]
    """Plain edges of flows that do not say what they carry."""
    assumed_special: list[list[Special]]
    """The other edges of flows that do not say what they carry."""
    any_assumed: bool
    """Whether there is an assumed edge."""

    def outgoing(self, component: int) -> Iterator[tuple[Special, bool]]:
        """Return all edges out of a component as special ones, each with whether it is assumed."""
        for assumed, plain, special in (
            (False, self.plain, self.special),
            (True, self.assumed_plain, self.assumed_special),
        ):
            for mask, target, number in plain[component]:
                yield Special(mask, number, (target,), EVERYTHING, (), 0), assumed
            for edge in special[component]:
                yield edge, assumed


def build_edges(network: Network) -> Edges:
    """Return the edges of all flows, in the order of the declaration."""
    count = len(network.components)
    plain: list[list[Plain]] = [[] for _ in range(count)]
    special: list[list[Special]] = [[] for _ in range(count)]
    assumed_plain: list[list[Plain]] = [[] for _ in range(count)]
    assumed_special: list[list[Special]] = [[] for _ in range(count)]
    found = Edges(plain, special, assumed_plain, assumed_special, not all(network.carriage_declared))
    slow = _Slow(network, found)
    source, target, carried, returned = network.source, network.target, network.carried, network.returned
    declared = network.carriage_declared
    partitioned = [component.partitions_by is not UNSET for component in network.components]
    for flow, written in enumerate(network.flows):
        start, end = source[flow], target[flow]
        simple = not written.protection and not written.via and written.of is UNSET
        if simple and declared[flow] and not partitioned[start] and not partitioned[end]:
            # By far the most flows.
            if mask := carried[flow]:
                plain[start].append((mask, end, flow * 2))
            if mask := returned[flow]:
                plain[end].append((mask, start, flow * 2 + 1))
        else:
            slow.add(flow, 0, simple=simple and not partitioned[start])
            slow.add(flow, 1, simple=simple and not partitioned[end])
    return found


class _Slow:
    """Adds the edges that take some thought."""

    def __init__(self, network: Network, edges: Edges) -> None:
        self.network = network
        self.edges = edges
        self.protection = _Protection(network)

    def add(self, flow: int, way: int, *, simple: bool) -> None:
        """Add the edge of one direction of a flow, if it can carry something."""
        network, edges = self.network, self.edges
        if way:
            sender, receiver, mask = network.target[flow], network.source[flow], network.returned[flow]
            known = not network.assumed_back[flow]
        else:
            sender, receiver, mask = network.source[flow], network.target[flow], network.carried[flow]
            known = bool(network.carriage_declared[flow])
        if known and not mask:
            return
        number = flow * 2 + way
        if not known:
            mask = EVERYTHING
        if simple:
            (edges.plain if known else edges.assumed_plain)[sender].append((mask, receiver, number))
            return
        receivers: tuple[int, ...] = (receiver,)
        if hops := network.hops.get(flow):
            seen = [hop.component for hop in (reversed(hops) if way else hops) if hop.terminates]
            receivers = (*seen, receiver)
        partitioned = network.components[sender].partitions_by is not UNSET
        tenants = _tenants(network, flow) if partitioned else EVERYTHING
        pushes, pushed = self.protection.pushes(flow, sender, way)
        edge = Special(mask, number, receivers, tenants, pushes, pushed)
        (edges.special if known else edges.assumed_special)[sender].append(edge)


def _tenants(network: Network, flow: int) -> int:
    """Return the tenants whose instances a sender that keeps them apart lets pass; a flow of no tenant passes all."""
    if not network.flow_tenants[flow]:
        return EVERYTHING
    return network.flow_tenants[flow] | network.transfer_senders.get(flow, 0)


class _Protection:
    """The keys that senders put around items, computed once for flows and senders that are alike."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self._memo: dict[tuple[int, tuple[str, ...], int, int], tuple[Pushes, int]] = {}

    def pushes(self, flow: int, sender: int, way: int) -> tuple[Pushes, int]:
        """Return disjoint sets of items with the keys around them, and all these items."""
        network = self._network
        declaration = network.flows[flow]
        medium, kept = NONE, 0
        if declaration.of is not UNSET and not way and network.at_rest_keys[sender] != NONE:
            medium, kept = network.at_rest_keys[sender], network.stored[sender]
        if not declaration.protection and medium == NONE:
            return (), 0
        memo = (id(declaration.protection), network.components[sender].seals_with, medium, kept)
        found = self._memo.get(memo)
        if found is None:
            pushes = self._groups(flow, sender, medium, kept)
            pushed = 0
            for mask, _ in pushes:
                pushed |= mask
            found = self._memo[memo] = pushes, pushed
        return found

    def _groups(self, flow: int, sender: int, medium: int, kept: int) -> Pushes:
        network = self._network
        seals_with = network.components[sender].seals_with
        groups: dict[tuple[int, ...], int] = {}
        layers = network.layers(flow)
        if medium != NONE:
            groups[(medium,)] = kept & ~sum(1 << item for item in layers)
        for item, protection in layers.items():
            first = (medium,) if kept >> item & 1 else ()
            held = (key for key in protection.seals if network.key_names[key] in seals_with)
            keys = tuple(dict.fromkeys((*first, *held)))
            groups[keys] = groups.get(keys, 0) | 1 << item
        return tuple((mask, keys) for keys, mask in groups.items() if keys and mask)
