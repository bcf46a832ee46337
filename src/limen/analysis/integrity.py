"""Integrity (Biba 1977): the least trust that an item's instance went through on any of its ways to a component.

An item has the trust of the zone where it starts. On its way it sinks to the trust of whoever sends it or sees it
at a terminating hop, and rises again only to the trust of a zone that endorses it: where a component validates it,
or verifies a signature of the sender. A product is as good as the worst of its sources.

This is a must-fact, so it is the greatest fixpoint. Values are found from the least to the greatest, each once.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
from msgspec import UNSET

from limen.analysis.edges import Special
from limen.analysis.exposure import Exposures
from limen.analysis.network import NONE, Network, bits

_NOTHING = 1 << 30
"""Above every trust."""

Values = dict[tuple[int, int], list[tuple[int, int]]]
"""For a component and tenant: integrity, ascending, each with the items that have it."""


class Integrity(msgspec.Struct, frozen=True):
    """The integrity of every exposure."""

    certain: Values
    """By declared carriage alone."""
    every: Values
    """By all facts, assumed ones too."""
    least_arrival: list[int | None]
    """For each component the least integrity of what flows bring, by declared carriage; None where nothing."""

    def of(self, component: int, tenant: int, item: int, *, assumed: bool = False) -> int:
        """Return the integrity of an instance; raises KeyError where it can't be there."""
        for value, items in (self.every if assumed else self.certain).get((component, tenant), ()):
            if items >> item & 1:
                return value
        raise KeyError((component, tenant, item))


def integrity(network: Network, exposures: Exposures) -> Integrity:
    """Return the integrity of every exposure of a network."""
    certain = _Descent(network, exposures, assumed=False)
    values = certain.run()
    every = _Descent(network, exposures, assumed=True).run() if exposures.edges.any_assumed else values
    return Integrity(values, every, [None if value == _NOTHING else value for value in certain.least_arrival])


class _Descent:
    """One fixpoint; one use."""

    def __init__(self, network: Network, exposures: Exposures, *, assumed: bool) -> None:
        self.network = network
        self.exposures = exposures
        self.assumed = assumed
        self.facts = [exposures.instances(component, assumed=assumed) for component in range(len(network.components))]
        self.validated = [
            0 if component.ingress is UNSET else network.mask(component.ingress.validates)
            for component in network.components
        ]
        self.found: dict[tuple[int, int], int] = {}
        self.values: Values = {}
        self.waiting: dict[int, dict[tuple[int, int], int]] = {}
        self.least_arrival = [_NOTHING] * len(network.components)
        edges = exposures.edges
        self.plain = [edges.plain, edges.assumed_plain] if assumed else [edges.plain]
        specials = [edges.special, edges.assumed_special] if assumed else [edges.special]
        self.special = [
            [end for kind in specials for edge in kind[component] for end in self.ends(edge, component)]
            for component in range(len(network.components))
        ]

    def ends(self, edge: Special, sender: int) -> Iterator[tuple[int, int, int, int, int]]:
        """Return for each receiver: what moves, tenants, the receiver, least trust on the way, what is endorsed."""
        network = self.network
        least = network.trust[sender]
        signs_with = network.components[sender].signs_with
        for receiver in edge.receivers:
            endorsed = self.validated[receiver]
            if signs_with and network.components[receiver].verifies_with:
                endorsed |= self.signed(edge.number >> 1, sender, receiver)
            yield edge.mask, edge.tenants, receiver, least, endorsed
            if network.trust[receiver] < least:
                least = network.trust[receiver]

    def signed(self, flow: int, sender: int, receiver: int) -> int:
        """Return the items over which a flow carries a signature of the sender that the receiver verifies."""
        network, found = self.network, 0
        signs_with = network.components[sender].signs_with
        verifies_with = network.components[receiver].verifies_with
        for item, protection in network.layers(flow).items():
            names = [network.key_names[key] for key in protection.signs]
            if any(name in signs_with and name in verifies_with for name in names):
                found |= 1 << item
        return found

    def run(self) -> Values:
        """Return the values."""
        trust = self.network.trust
        for component, items in enumerate(self.exposures.starts):
            if items:
                self.wait(component, self.network.tenant_of[component], items, trust[component])
            for tenant, (_, here) in self.facts[component].items():
                # Whatever leaves has at most the trust of the sender.
                self.send(component, tenant, here, None)
        while self.waiting:
            value = min(self.waiting)
            while level := self.waiting.pop(value, None):
                for (component, tenant), items in level.items():
                    known = self.found.get((component, tenant), 0)
                    new = items & ~known
                    if new:
                        self.found[component, tenant] = known | new
                        self.values.setdefault((component, tenant), []).append((value, new))
                        self.send(component, tenant, new, value)
                        if self.exposures.products[component]:
                            self.make(component, tenant, new, value)
        return {place: _merged(values) for place, values in self.values.items()}

    def wait(self, component: int, tenant: int, items: int, value: int) -> None:
        """Note that items at a place have at most a value."""
        level = self.waiting.setdefault(value, {})
        level[component, tenant] = level.get((component, tenant), 0) | items

    def arrive(self, component: int, tenant: int, items: int, value: int, endorsed: int) -> None:
        """Note an arrival, raised where the receiver endorses it."""
        raised = items & endorsed
        trust = self.network.trust[component]
        for moved, limit in ((items & ~raised, value), (raised, max(value, trust))):
            if moved:
                self.wait(component, tenant, moved, limit)
                self.least_arrival[component] = min(limit, self.least_arrival[component])

    def send(self, component: int, tenant: int, items: int, value: int | None) -> None:
        """Pass a value on; None for the limit that the way itself sets, which is passed on once, at the start."""
        trust = self.network.trust[component]
        limit = trust if value is None else value
        level = self.waiting.setdefault(limit, {})
        validated, least_arrival = self.validated, self.least_arrival
        for plain in self.plain if value is None or value < trust else ():
            for mask, target, _ in plain[component]:
                moved = items & mask
                if not moved:
                    continue
                if moved & validated[target]:
                    self.arrive(target, tenant, moved, limit, validated[target])
                else:
                    place = (target, tenant)
                    level[place] = level.get(place, 0) | moved
                    if limit < least_arrival[target]:
                        least_arrival[target] = limit
        for mask, tenants, target, lowest, endorsed in self.special[component]:
            moved = items & mask
            if not moved or (tenant != NONE and not tenants >> tenant & 1) or (value is not None and value >= lowest):
                continue
            if (value is None and lowest != limit) or moved & endorsed:
                self.arrive(target, tenant, moved, lowest if value is None else value, endorsed)
                continue
            place = (target, tenant)
            level[place] = level.get(place, 0) | moved
            if limit < least_arrival[target]:
                least_arrival[target] = limit

    def make(self, component: int, tenant: int, items: int, value: int) -> None:
        """Pass a value on to what is made of the items here in plaintext."""
        plain = {of: items_here for of, (items_here, _) in self.facts[component].items()}
        items &= plain.get(tenant, 0)
        shared = plain.get(NONE, 0)
        for product in self.exposures.products[component]:
            if not items & product.sources:
                continue
            for of in plain if tenant == NONE else (tenant,):
                own = plain[of]
                if not product.sources & ~(own | shared) and product.sources & own:
                    self.wait(component, of, 1 << product.item, value)


def _merged(values: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return values with their items, each value once, ascending."""
    found: dict[int, int] = {}
    for value, items in values:
        found[value] = found.get(value, 0) | items
    return list(found.items())


def least(values: list[tuple[int, int]], items: int) -> int | None:
    """Return the least value of a set of items; None where none of them is there."""
    return next((value for value, here in values if here & items), None)


def by_item(values: list[tuple[int, int]]) -> dict[int, int]:
    """Return the value of each item."""
    return {item: value for value, items in values for item in bits(items)}
