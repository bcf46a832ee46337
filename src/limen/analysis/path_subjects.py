"""Subjects of kind path: an untrusted zone and a store of a trusted one, with all ways between them."""

from __future__ import annotations

from typing import NamedTuple

from msgspec import UNSET

from limen.analysis.borders import Borders
from limen.analysis.dominators import dominators, strict_dominators
from limen.analysis.kinds.structure import PathSubject
from limen.analysis.lattice import BOTTOM
from limen.analysis.recording import Recording
from limen.analysis.tables import TableBuilder
from limen.analysis.ways import Edge, Search, Ways, first_assumed, search, steps_of
from limen.records.subjects import ABSENT, Detail, SubjectTable


def path_table(ways: Ways, borders: Borders, recording: Recording) -> SubjectTable:
    """Return the table of paths: every pair between which there is a way, zones and stores in declaration order."""
    return _Paths(ways, borders, recording).table()


class _Reach(NamedTuple):
    """What can be reached from one zone over some edges."""

    ways: Search
    """Ways over all edges; weights are unrecorded crossings."""
    past_ingress: Search
    """Ways that avoid every component that checks what enters."""
    past_audit: Search
    """Ways without a recorded crossing."""


class _Paths:
    """The paths of one network; one use."""

    def __init__(self, ways: Ways, borders: Borders, recording: Recording) -> None:
        self.ways = ways
        self.network = network = ways.network
        self.recorded = bytearray(len(network.flows))
        self.unrecorded = bytearray(len(network.flows))
        borders_of = list(zip(network.zone_of, network.tenant_of, strict=True))
        for flow, (source, target, code) in enumerate(
            zip(network.source, network.target, recording.codes, strict=True)
        ):
            if borders_of[source] != borders_of[target]:
                (self.recorded if code & 3 else self.unrecorded)[flow] = 1
        self.members: dict[int, list[int]] = {}
        for component, zone in enumerate(network.zone_of):
            if not network.trust[component]:
                self.members.setdefault(zone, []).append(component)
        self.checkers = [
            index
            for index, component in enumerate(network.components)
            if network.trust[index]
            and component.ingress is not UNSET
            and (component.ingress.validates or component.ingress.classifies)
        ]
        self.stores = [
            index
            for index, trust in enumerate(network.trust)
            if trust and (network.stored[index] or index in recording.keepers)
        ]
        self.pairs: list[tuple[int, int]] = []
        self.last: tuple[int, _Reach, _Reach] | None = None
        self.immediate: dict[int, list[int]] = {}
        """Immediate dominators of all components, by the zone from which ways start."""

    def table(self) -> SubjectTable:
        """Return the table."""
        network = self.network
        builder = TableBuilder("path", 2)
        memo: dict[tuple[int, ...], int] = {}
        flows: dict[str, int] = {}
        zones = sorted(self.members) if self.stores else []
        successors = _successors(self.ways.every) if zones else []
        for zone in zones:
            certain, every = self.reach(zone)
            immediate = self.immediate[zone] = dominators(successors, self.members[zone])
            chokes = _depths(immediate, set(self.members[zone]))
            for store in self.stores:
                if every.ways.distance[store] < 0:
                    continue
                known = certain.ways.distance[store] >= 0
                best = certain.ways if known else every.ways
                facts = (
                    best.distance[store],
                    every.past_ingress.distance[store] >= 0,
                    every.past_audit.distance[store] >= 0,
                    best.weight[store],
                    chokes[store],
                )
                key = (*facts, *(network.label_of(network.stored[store]) if network.stored[store] else BOTTOM))
                shape = memo.get(key)
                if shape is None:
                    shape = memo[key] = builder.shape(self.subject(store, *facts))
                assumed = ABSENT
                if certain is not every and self.weakness(certain, store) != self.weakness(every, store):
                    assumed = flows.setdefault(self.assumed_flow(certain, every, store), len(flows))
                builder.add(shape, zone, store, assumed=assumed)
                self.pairs.append((zone, store))
        return builder.finish([network.zone_names, network.component_names], self.details, tuple(flows))

    def subject(
        self, store: int, hops: int, avoids_ingress: bool, avoids_audit: bool, unaudited: int, choke_points: int
    ) -> PathSubject:
        """Return a path as rules see it."""
        network = self.network
        stored = network.stored[store]
        return PathSubject(
            hops=hops,
            avoids_ingress=avoids_ingress,
            avoids_audit=avoids_audit,
            unaudited_crossings=unaudited,
            label=network.lattice.part(network.label_of(stored) if stored else BOTTOM),
            choke_points=choke_points,
        )

    def reach(self, zone: int) -> tuple[_Reach, _Reach]:
        """Return what can be reached from a zone over edges of declared carriage, and over all."""
        if self.last is None or self.last[0] != zone:
            certain = self.reach_over(self.ways.certain, zone)
            every = certain if self.ways.every is self.ways.certain else self.reach_over(self.ways.every, zone)
            self.last = (zone, certain, every)
        return self.last[1], self.last[2]

    def reach_over(self, edges: list[list[Edge]], zone: int) -> _Reach:
        """Return what can be reached from a zone over some edges."""
        starts = self.members[zone]
        return _Reach(
            search(edges, starts, weights=self.unrecorded),
            search(edges, starts, blocked=self.checkers),
            search(edges, starts, closed=self.recorded),
        )

    def weakness(self, reach: _Reach, store: int) -> tuple[bool, bool, bool]:
        """Return whether there is a way, one past the checks and one past the records."""
        return (
            reach.ways.distance[store] >= 0,
            reach.past_ingress.distance[store] >= 0,
            reach.past_audit.distance[store] >= 0,
        )

    def assumed_flow(self, certain: _Reach, every: _Reach, store: int) -> str:
        """Return the first flow of a way that is there only by assumption; there must be one."""
        found = next(
            over_all
            for known, over_all in zip(certain, every, strict=True)
            if known.distance[store] < 0 <= over_all.distance[store]
        )
        return first_assumed(steps_of(self.network, found, store, found.before[store]))

    def details(self, index: int) -> Detail:
        """Return the way that shows the worst of a path: past the checks, past the records, else the shortest."""
        network = self.network
        zone, store = self.pairs[index]
        certain, every = self.reach(zone)
        shown = next(
            (
                way
                for reach in (certain, every)
                for way in (reach.past_ingress, reach.past_audit)
                if way.distance[store] >= 0
            ),
            certain.ways if certain.ways.distance[store] >= 0 else every.ways,
        )
        chokes = strict_dominators(self.immediate[zone], store)
        passed = [network.component_names[choke] for choke in reversed(chokes) if choke not in self.members[zone]]
        name = network.component_names[store]
        return Detail(
            path=("components", name),
            title=f"zone {network.zone_names[zone]} to {name}",
            witness=steps_of(network, shown, store, shown.before[store]),
            provenance={"choke_points": ", ".join(passed)} if passed else {},
            peers=tuple(passed),
        )


def _successors(edges: list[list[Edge]]) -> list[list[int]]:
    """Return where edges lead to, each component once; a hop that ends TLS is a place to come to, not a choke point."""
    return [list(dict.fromkeys(receiver for receivers, _ in out for receiver in receivers)) for out in edges]


def _depths(immediate: list[int], members: set[int]) -> list[int]:
    """Return for each node how many nodes outside the start dominate it; each node is counted once."""
    found = [-1] * len(immediate)
    for start in range(len(immediate)):
        chain, node = [], start
        while node >= 0 and found[node] < 0:
            chain.append(node)
            node = immediate[node]
        for low in reversed(chain):
            above = immediate[low]
            found[low] = 0 if above < 0 else found[above] + (above not in members)
    return found
