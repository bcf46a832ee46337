"""Ways: which components data can go to from a component, over one flow or several, whatever the items are.

A way over a flow passes the hops that end TLS, in order; a hop that is blocked ends the way there.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

import msgspec

from limen.analysis.borders import Borders
from limen.analysis.edges import Edges
from limen.analysis.network import Network
from limen.records.subjects import Step

Edge = tuple[tuple[int, ...], int]
"""The components that an edge brings data to, hops first, and its number: twice the flow's, plus one for back."""


class Ways(msgspec.Struct, frozen=True):
    """The edges over which data moves, by sending component."""

    network: Network
    """The network."""
    certain: list[list[Edge]]
    """Edges of declared carriage."""
    every: list[list[Edge]]
    """All edges; the same object where no carriage is assumed."""


class Search(msgspec.Struct, frozen=True):
    """What a search from some components found."""

    distance: list[int]
    """Flows on a shortest way to each component; 0 for a start, -1 where there is no way."""
    weight: list[int]
    """Sum of the weights on the heaviest of the shortest ways."""
    before: list[tuple[int, int]]
    """The component before on that way, and the edge taken; (-1, -1) for a start."""


def build_ways(network: Network, edges: Edges) -> Ways:
    """Return the ways of a network."""
    certain: list[list[Edge]] = []
    for plain, special in zip(edges.plain, edges.special, strict=True):
        found: list[Edge] = [((target,), number) for _, target, number in plain]
        found += [(edge.receivers, edge.number) for edge in special]
        certain.append(found)
    if not edges.any_assumed:
        return Ways(network, certain, certain)
    every = []
    for known, plain, special in zip(certain, edges.assumed_plain, edges.assumed_special, strict=True):
        found = [*known, *(((target,), number) for _, target, number in plain)]
        every.append(found + [(edge.receivers, edge.number) for edge in special])
    return Ways(network, certain, every)


def search(
    edges: list[list[Edge]],
    starts: Iterable[int],
    *,
    blocked: Collection[int] = (),
    closed: bytearray | None = None,
    weights: bytearray | None = None,
) -> Search:
    """Search breadth first from the starts that are not blocked.

    Blocked components are never entered; `closed` and `weights` are by flow: a 1 closes it, or counts on the way.
    """
    count = len(edges)
    distance, weight, before = [-1] * count, [0] * count, [(-1, -1)] * count
    walls = bytearray(count)
    for component in blocked:
        walls[component] = 1
    level = [component for component in dict.fromkeys(starts) if not walls[component]]
    for component in level:
        distance[component] = 0
    steps = 0
    while level:
        steps += 1
        ahead = []
        for component in level:
            here = weight[component]
            for receivers, number in edges[component]:
                if closed is not None and closed[number >> 1]:
                    continue
                heavy = here if weights is None else here + weights[number >> 1]
                for receiver in receivers:
                    if walls[receiver]:
                        break
                    if distance[receiver] < 0:
                        distance[receiver] = steps
                        ahead.append(receiver)
                    elif distance[receiver] != steps or heavy <= weight[receiver]:
                        continue
                    weight[receiver] = heavy
                    before[receiver] = (component, number)
        level = ahead
    return Search(distance, weight, before)


def round_trip(
    edges: list[list[Edge]], starts: Collection[int], ends: Collection[int], blocked: Collection[int]
) -> tuple[int, tuple[int, int]] | None:
    """Return the nearest of the ends, and the last component and edge before it; None where there is no way.

    A way has at least one flow, so that an end that is a start too needs a way back to itself.
    """
    found = search(edges, starts, blocked=blocked)
    open_ends = set(ends) - set(blocked)
    near = [end for end in sorted(open_ends) if found.distance[end] > 0]
    best: tuple[int, int, tuple[int, int]] | None = None
    for end in near:
        if best is None or found.distance[end] < best[0]:
            best = (found.distance[end], end, found.before[end])
    for component in range(len(edges)) if open_ends & set(starts) else ():
        if found.distance[component] < 0 or (best is not None and found.distance[component] + 1 >= best[0]):
            continue
        for receivers, number in edges[component]:
            for receiver in receivers:
                if receiver in blocked:
                    break
                if receiver in open_ends and found.distance[receiver] == 0:
                    best = (found.distance[component] + 1, receiver, (component, number))
                    break
    return None if best is None else (best[1], best[2])


def steps_of(network: Network, found: Search, last: int, before: tuple[int, int]) -> tuple[Step, ...]:
    """Return the way to a component as the steps of a witness, its start first."""
    steps: list[Step] = []
    component = last
    while before[0] >= 0:
        previous, number = before
        steps.append(_step(network, component, number))
        component, before = previous, found.before[previous]
    steps.append(Step(component=network.component_names[component]))
    return tuple(reversed(steps))


def _step(network: Network, component: int, number: int) -> Step:
    flow, back = number >> 1, number & 1
    far = (network.source if back else network.target)[flow]
    action = "terminates" if component != far else "returns" if back else "flows"
    assumed = network.assumed_back[flow] if back else not network.carriage_declared[flow]
    return Step(
        component=network.component_names[component],
        flow=network.flows[flow].id,
        action=action,
        assumed=bool(assumed),
    )


def is_assumed(network: Network, number: int) -> bool:
    """Return whether an edge rests on a flow that does not say what it moves that way."""
    return bool(network.assumed_back[number >> 1] if number & 1 else not network.carriage_declared[number >> 1])


def place(network: Network, borders: Borders, reference: str) -> set[int] | None:
    """Return the components of a place: one component, or all of a zone and the zones within it; None for no place."""
    sort, _, name = reference.rpartition(":")
    found: set[int] | None = None
    if sort in ("", "zone") and name in network.declaration.zones:
        zone = network.zone_index[name]
        found = {index for index, home in enumerate(network.zone_of) if zone in borders.around[home]}
    if sort in ("", "component") and name in network.component_index:
        found = (found or set()) | {network.component_index[name]}
    return found


def first_assumed(steps: tuple[Step, ...]) -> str:
    """Return the first flow of a witness that does not say what it carries, or an empty text."""
    return next((step.flow for step in steps if step.assumed), "")
