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
    protection = _Protection(network)
    hops, source, target = network.hops, network.source, network.target
    carried, returned = network.carried, network.returned
    declared, back = network.carriage_declared, network.assumed_back
    partitioned = [component.partitions_by is not UNSET for component in network.components]
    for flow, declaration in enumerate(network.flows):
        simple = not declaration.protection and not declaration.via and declaration.of is UNSET
        for way, mask, known in (
            (0, carried[flow], declared[flow]),
            (1, returned[flow], not back[flow]),
        ):
            if known and not mask:
                continue
            sender, receiver = (target[flow], source[flow]) if way else (source[flow], target[flow])
            number = flow * 2 + way
            if simple and not partitioned[sender]:
                (plain if known else assumed_plain)[sender].append((mask if known else EVERYTHING, receiver, number))
                continue
            pushes = protection.pushes(flow, sender, way)
            seen = [hop.component for hop in hops.get(flow, ()) if hop.terminates]
            edge = Special(
                mask if known else EVERYTHING,
                number,
                (*(reversed(seen) if way else seen), receiver),
                _tenants(network, flow) if partitioned[sender] else EVERYTHING,
                pushes,
                _union(pushes),
            )
            (special if known else assumed_special)[sender].append(edge)
    return Edges(plain, special, assumed_plain, assumed_special, not all(declared) or any(back))


def _tenants(network: Network, flow: int) -> int:
    """Return the tenants whose instances a sender that keeps them apart lets pass; a flow of no tenant passes all."""
    if not network.flow_tenants[flow]:
        return EVERYTHING
    return network.flow_tenants[flow] | network.transfer_senders.get(flow, 0)


def _union(pushes: Pushes) -> int:
    found = 0
    for mask, _ in pushes:
        found |= mask
    return found


class _Protection:
    """The keys that senders put around items, computed once for flows and senders that are alike."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self._held = [{network.key_index[name] for name in component.seals_with} for component in network.components]
        self._memo: dict[tuple[int, tuple[str, ...], int, int], Pushes] = {}

    def pushes(self, flow: int, sender: int, way: int) -> Pushes:
        """Return disjoint sets of items with the keys around them; items that get none are left out."""
        network = self._network
        declaration = network.flows[flow]
        medium, kept = NONE, 0
        if declaration.of is not UNSET and not way and network.at_rest_keys[sender] != NONE:
            medium, kept = network.at_rest_keys[sender], network.stored[sender]
        if not declaration.protection and medium == NONE:
            return ()
        memo = (id(declaration.protection), network.components[sender].seals_with, medium, kept)
        found = self._memo.get(memo)
        if found is None:
            found = self._memo[memo] = self._groups(flow, sender, medium, kept)
        return found

    def _groups(self, flow: int, sender: int, medium: int, kept: int) -> Pushes:
        held = self._held[sender]
        groups: dict[tuple[int, ...], int] = {}
        layers = self._network.layers(flow)
        if medium != NONE:
            groups[(medium,)] = kept & ~sum(1 << item for item in layers)
        for item, protection in layers.items():
            first = (medium,) if kept >> item & 1 else ()
            keys = tuple(dict.fromkeys((*first, *(key for key in protection.seals if key in held))))
            groups[keys] = groups.get(keys, 0) | 1 << item
        return tuple((mask, keys) for keys, mask in groups.items() if keys and mask)
