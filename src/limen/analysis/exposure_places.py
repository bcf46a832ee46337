"""The facts of each component and origin tenant, as sets of items: where exposures' subjects come from."""

from __future__ import annotations

import msgspec

from limen.analysis.arrivals import arrived, outside_transfers
from limen.analysis.exposure import PLAINTEXT, Exposures
from limen.analysis.integrity import Integrity
from limen.analysis.lattice import below
from limen.analysis.network import NONE, bits

FACTS = (
    "origin",
    "arrival",
    "plaintext",
    "arrives_plaintext",
    "sealed",
    "stored",
    "foreign",
    "outside_transfer",
    "broker",
    "below_effective",
    "independent",
    "too_many_states",
)
"""Fields of the subject that are sets of items at a place."""


class Place(msgspec.Struct, frozen=True):
    """One component and origin tenant."""

    items: int
    """The items that can be there."""
    facts: tuple[int, ...]
    """For each of FACTS the items of which it is true; may hold items that can't be there."""
    integrity: list[tuple[int, int]]
    """Integrity, each value with its items."""

    def fact(self, name: str) -> int:
        """Return the items of which one of FACTS is true."""
        return self.items & self.facts[FACTS.index(name)]

    def groups(self, items: int) -> list[tuple[int, int, int]]:
        """Return some items in groups that agree in everything: facts as bits, integrity, items."""
        here = items & self.items
        shared, groups = 0, [(0, here)]
        for bit, fact in enumerate(self.facts):
            true = fact & here
            if true == here:
                shared |= 1 << bit
            elif true:
                groups = [
                    (flags | value << bit, both)
                    for flags, some in groups
                    for value, both in ((1, some & fact), (0, some & ~fact))
                    if both
                ]
        return [
            (flags | shared, value, both)
            for flags, some in groups
            for value, least in self.integrity
            if (both := some & least)
        ]


class Places:
    """Computes the places of one network, by certain facts or by all."""

    def __init__(self, exposures: Exposures, integrity: Integrity, *, assumed: bool) -> None:
        """Find first what arrives outside transfers, which is a fact of edges."""
        self.exposures = exposures
        self.network = exposures.network
        self.assumed = assumed
        self.values = integrity.every if assumed else integrity.certain
        self.outside = outside_transfers(exposures, assumed=assumed)
        self.relayed = _relayed(exposures, assumed=assumed)
        self._lower: dict[tuple[int, int], int] = {}

    def place(self, component: int, tenant: int) -> Place:
        """Return the facts of one place."""
        exposures, network = self.exposures, self.network
        instances = exposures.instances(component, assumed=self.assumed)
        plain, items = instances.get(tenant, (0, 0))
        come = arrived(exposures, component, tenant, assumed=self.assumed)
        starts = self._starts(component, tenant, instances)
        opened, closed = self._sealed(component, tenant)
        home = network.tenant_of[component]
        originated = network.originated[component] if home == tenant else 0
        declared = network.components[component].independent
        handled = exposures.starts[component] | opened
        for product in exposures.products[component]:
            handled |= 1 << product.item
        return Place(
            items,
            (
                starts,
                come.items,
                plain,
                come.plain,
                closed,
                network.stored[component],
                items if NONE not in (tenant, home) and tenant != home else 0,
                self.outside.get((component, tenant), 0),
                items & ~handled & self.relayed[component],
                self._below_effective(component, originated) if originated else 0,
                network.mask(name for name in declared if name in network.item_index) if declared else 0,
                exposures.too_many[self.assumed].get((component, tenant), 0),
            ),
            self.values.get((component, tenant), []),
        )

    def _starts(self, component: int, tenant: int, instances: dict[int, tuple[int, int]]) -> int:
        """Return the items that originate, are stored or are made at a component for a tenant."""
        found = self.exposures.starts[component] if self.network.tenant_of[component] == tenant else 0
        own, shared = instances.get(tenant, (0, 0))[0], instances.get(NONE, (0, 0))[0]
        for product in self.exposures.products[component]:
            if not product.sources & ~(own | shared) and product.sources & own:
                found |= 1 << product.item
        return found

    def _sealed(self, component: int, tenant: int) -> tuple[int, int]:
        """Return the items that can be sealed at a place, those first that the component opens."""
        exposures = self.exposures
        opens = exposures.opens[self.assumed][component]
        opened = closed = 0
        for node in exposures.nodes[component]:
            state = exposures.state[node]
            if state != PLAINTEXT and exposures.tenant[node] == tenant:
                stack = exposures.states[state]
                here = exposures.items(node, assumed=self.assumed)
                closed |= here
                if opens >> stack[0] & 1:
                    opened |= here
        return opened, closed

    def _below_effective(self, component: int, originated: int) -> int:
        """Return the originated items whose label is not above all that can be in plaintext at their component."""
        plain = self.exposures.plaintext(component, assumed=self.assumed)
        found = self._lower.get((originated, plain))
        if found is None:
            effective, found = self.network.label_of(plain), 0
            for item in bits(originated):
                if not below(effective, self.network.labels[item]):
                    found |= 1 << item
            self._lower[originated, plain] = found
        return found


def _relayed(exposures: Exposures, *, assumed: bool) -> list[int]:
    """Return for each component the items that leave it, or pass it where a flow's transport ends on the way."""
    edges, found = exposures.edges, [0] * len(exposures.network.components)
    both = ((edges.plain, edges.special), (edges.assumed_plain, edges.assumed_special))
    for all_plain, all_special in both if assumed else both[:1]:
        for sender, (plain, special) in enumerate(zip(all_plain, all_special, strict=True)):
            here = found[sender]
            for mask, _, _ in plain:
                here |= mask
            found[sender] = here
            for edge in special:
                for component in (sender, *edge.receivers[:-1]):
                    found[component] |= edge.mask
    return found
