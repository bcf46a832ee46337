"""Borders: which zones a flow leaves and enters, and whether it goes from one tenant to another.

A zone may lie within others; whoever enters it from outside crosses each of them on the way.
"""

from __future__ import annotations

from typing import NamedTuple

from msgspec import UNSET

from limen.analysis.network import NONE, Network


class Border(NamedTuple):
    """What lies between two zones."""

    left: tuple[int, ...]
    """Zones left, innermost first."""
    entered: tuple[int, ...]
    """Zones entered, outermost first."""


class Borders:
    """The borders of one network, each worked out once."""

    def __init__(self, network: Network) -> None:
        """Read which zone lies within which; a circle of zones ends where it closes."""
        self.network = network
        self.around: list[tuple[int, ...]] = []
        """For each zone itself and the zones around it, innermost first."""
        for start in range(len(network.zones)):
            chain = [start]
            while (zone := network.zones[chain[-1]]) is not None and zone.within is not UNSET:
                outer = network.zone_index.get(zone.within)
                if outer is None or outer in chain:
                    break
                chain.append(outer)
            self.around.append(tuple(chain))
        self._between: dict[tuple[int, int], Border] = {}

    def between(self, source: int, target: int) -> Border:
        """Return what lies between two zones, from one component's zone to another's."""
        found = self._between.get((source, target))
        if found is None:
            here, there = self.around[source], self.around[target]
            found = self._between[(source, target)] = Border(
                tuple(zone for zone in here if zone not in there),
                tuple(zone for zone in reversed(there) if zone not in here),
            )
        return found

    def crosses_tenants(self, source: int, target: int) -> bool:
        """Return whether two components belong to different tenants, or one to none."""
        return self.network.tenant_of[source] != self.network.tenant_of[target]

    def crosses(self, flow: int) -> bool:
        """Return whether a flow's ends lie in different zones or tenants."""
        network = self.network
        source, target = network.source[flow], network.target[flow]
        return network.zone_of[source] != network.zone_of[target] or self.crosses_tenants(source, target)

    def in_words(self, flow: int) -> tuple[str, ...]:
        """Return what a flow crosses, in order: zones left, zones entered, tenants."""
        network = self.network
        source, target = network.source[flow], network.target[flow]
        left, entered = self.between(network.zone_of[source], network.zone_of[target])
        found = [f"leaves zone {network.zone_names[zone]}" for zone in left]
        found += [f"enters zone {network.zone_names[zone]}" for zone in entered]
        if self.crosses_tenants(source, target):
            ends = (network.tenant_of[source], network.tenant_of[target])
            names = ["no tenant" if end == NONE else f"tenant {network.tenant_names[end]}" for end in ends]
            found.append(f"from {names[0]} to {names[1]}")
        return tuple(found)
