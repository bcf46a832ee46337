"""Arrivals: what edges bring to a component, in plaintext or opened there, and from whom.

Whoever originates an item may also get it from elsewhere; clearance and isolation judge that second way.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

import msgspec

from limen.analysis.edges import EVERYTHING, Special
from limen.analysis.exposure import PLAINTEXT, Exposures, sealed
from limen.analysis.network import NONE
from limen.analysis.witness import assumed_flow, is_assumed, witness_of
from limen.records.subjects import Step


class Arrived(msgspec.Struct, frozen=True):
    """What edges bring to one component, of one tenant."""

    items: int
    """All items that come, in any state."""
    plain: int
    """Those of them that come in plaintext, or sealed so that the component opens them."""


def arrived(exposures: Exposures, component: int, tenant: int, *, assumed: bool) -> Arrived:
    """Return what comes to a component, by certain facts or by all."""
    every = plain = 0
    opens = exposures.opens[assumed][component]
    brought = exposures.arrived[assumed]
    for node in exposures.nodes[component]:
        if exposures.tenant[node] != tenant or node >= len(brought) or not brought[node]:
            continue
        every |= brought[node]
        if all(opens >> key & 1 for key in exposures.states[exposures.state[node]]):
            plain |= brought[node]
    return Arrived(every, plain | every & exposures.too_many[assumed].get((component, tenant), 0))


def outside_transfers(exposures: Exposures, *, assumed: bool) -> dict[tuple[int, int], int]:
    """Return, by component and origin tenant, the items that come there outside a transfer of that tenant.

    They come from a component of another tenant or of none, and are foreign instances; or they are instances of no
    tenant that a tenant's component passes to another tenant's, so that nobody knows whose they are.
    """
    found: dict[tuple[int, int], int] = {}
    network = exposures.network
    if not network.tenant_names:
        return found
    tenant_of = network.tenant_of
    for edge, sender in _between_tenants(exposures, assumed=assumed):
        for receiver in edge.receivers:
            if tenant_of[receiver] in (NONE, tenant_of[sender]):
                continue
            for node in exposures.nodes[sender]:
                items = exposures.items(node, assumed=assumed) & edge.mask
                tenant = exposures.tenant[node]
                if items and edge.passes(tenant) and _outside(exposures, edge, sender, receiver, tenant):
                    found[receiver, tenant] = found.get((receiver, tenant), 0) | items
    return found


def _between_tenants(exposures: Exposures, *, assumed: bool) -> Iterator[tuple[Special, int]]:
    """Return the edges that may bring something to a tenant's component from elsewhere, with their senders."""
    edges, tenant_of = exposures.edges, exposures.network.tenant_of
    both = ((edges.plain, edges.special), (edges.assumed_plain, edges.assumed_special))
    for all_plain, all_special in both if assumed else both[:1]:
        for sender, (plain, special) in enumerate(zip(all_plain, all_special, strict=True)):
            home = tenant_of[sender]
            for mask, target, number in plain:
                if tenant_of[target] not in (NONE, home):
                    yield Special(mask, number, (target,), EVERYTHING, (), 0), sender
            for edge in special:
                yield edge, sender


def _outside(exposures: Exposures, edge: Special, sender: int, receiver: int, tenant: int) -> bool:
    """Return whether an instance that an edge brings to a tenant's component is there outside a transfer."""
    network = exposures.network
    if tenant == network.tenant_of[receiver]:
        return False
    from_tenant = network.tenant_of[sender] if tenant == NONE else tenant
    return from_tenant != NONE and not network.transfer_senders.get(edge.number >> 1, 0) >> from_tenant & 1


class Ways:
    """The ways by which items come to components; made late, for what is shown."""

    def __init__(self, exposures: Exposures) -> None:
        """Keep what is asked for the ways; the edges are indexed at the first question."""
        self.exposures = exposures

    @cached_property
    def edges(self) -> dict[int, list[tuple[Special, int]]]:
        """For each component the edges that bring something there, with their senders."""
        found: dict[int, list[tuple[Special, int]]] = {}
        for sender in range(len(self.exposures.network.components)):
            for edge, _ in self.exposures.edges.outgoing(sender):
                for receiver in dict.fromkeys(edge.receivers):
                    found.setdefault(receiver, []).append((edge, sender))
        return found

    def arrivals(
        self, component: int, item: int, tenant: int, *, assumed: bool, outside: bool, plain: bool
    ) -> list[tuple[int, int, int]]:
        """Return the node at the sender, the edge and the state on the wire of each arrival of an instance.

        `outside` asks only for those outside a transfer, `plain` for those in plaintext or opened there.
        """
        exposures = self.exposures
        opens = exposures.opens[assumed][component]
        found = []
        for edge, sender in self.edges.get(component, ()):
            if (
                not edge.mask >> item & 1
                or not edge.passes(tenant)
                or (is_assumed(exposures, edge.number) and not assumed)
            ):
                continue
            if outside and not _outside(exposures, edge, sender, component, tenant):
                continue
            for node in exposures.nodes[sender]:
                if exposures.tenant[node] != tenant or not exposures.items(node, assumed=assumed) >> item & 1:
                    continue
                stack = exposures.states[exposures.state[node]]
                for pushed, keys in edge.pushes:
                    if pushed >> item & 1:
                        stack = sealed(stack, keys)
                if not plain or all(opens >> key & 1 for key in stack):
                    found.append((node, edge.number, exposures.state_number[stack]))
        return found

    def witness(
        self, component: int, item: int, tenant: int, *, assumed: bool, outside: bool, plain: bool
    ) -> tuple[Step, ...]:
        """Return a shortest way of an arrival, opened where `plain` asks so; empty where there is none."""
        best: tuple[Step, ...] = ()
        for arrival in self.arrivals(component, item, tenant, assumed=assumed, outside=outside, plain=plain):
            steps = arrival_steps(self.exposures, component, item, arrival, plain=plain)
            if not best or len(steps) < len(best):
                best = steps
        return best

    def assumed_flow(self, component: int, item: int, tenant: int) -> int:
        """Return a flow that does not say what it carries and that an arrival rests on; -1 for none."""
        arrivals = self.arrivals(component, item, tenant, assumed=True, outside=False, plain=False)
        for _, edge, _ in arrivals:
            if is_assumed(self.exposures, edge):
                return edge >> 1
        for node, _, _ in arrivals:
            if not self.exposures.items(node, assumed=False) >> item & 1:
                return assumed_flow(self.exposures, node, item)
        return -1


def arrival_steps(
    exposures: Exposures, component: int, item: int, arrival: tuple[int, int, int], *, plain: bool
) -> tuple[Step, ...]:
    """Return a shortest way to the sender's node of an arrival, and on to the receiver; opened there if `plain`.

    An arrival is the node at the sender, the edge and the state on the wire.
    """
    network = exposures.network
    node, edge, state = arrival
    stack = tuple(network.key_names[key] for key in exposures.states[state])
    flow, back = network.flows[edge >> 1].id, edge & 1
    steps = list(witness_of(exposures, node, item))
    if state not in (PLAINTEXT, exposures.state[node]):
        sender = network.component_names[exposures.component[node]]
        steps.append(Step(component=sender, state=stack, flow=flow, action="seals"))
    far = (network.source if back else network.target)[edge >> 1]
    place = network.component_names[component]
    action = "terminates" if component != far else "returns" if back else "flows"
    steps.append(Step(component=place, state=stack, flow=flow, action=action, assumed=is_assumed(exposures, edge)))
    if plain:
        steps.extend(Step(component=place, state=stack[depth:], action="opens") for depth in range(1, len(stack) + 1))
    return tuple(steps)
