"""Routes flows over a laid-out map: curves in the gutters, straight lanes between components, never over one."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from limen.records.assessment import BoundaryMap, MapEdge
from limen.reports.maps.layout import HEAD, NODE_WIDTH, Layout

LANE = 6
"""Pixels between two flows that pass a column side by side."""
CLEAR = 6
"""Pixels kept free around what a flow passes."""


class Route(msgspec.Struct, frozen=True, kw_only=True):
    """One flow's way, as points at the borders of columns, and the column of a flow that turns back in its gutter."""

    points: tuple[tuple[float, float], ...]
    turns: float = 0
    """How far the curve of a flow between two components of one column swings out, in pixels; 0 for all others."""

    def path(self) -> str:
        """Return SVG path data: straight inside columns, a curve with level ends in each gutter."""
        (x, y), *rest = self.points
        parts = [f"M{x:.0f} {y:.1f}"]
        if self.turns:
            ((right, end),) = rest
            parts.append(f"C{x + self.turns:.0f} {y:.1f} {right + self.turns:.0f} {end:.1f} {right:.0f} {end:.1f}")
            return "".join(parts)
        for number, (to_x, to_y) in enumerate(rest):
            if number % 2 == 0:
                half = (x + to_x) / 2
                parts.append(f"C{half:.0f} {y:.1f} {half:.0f} {to_y:.1f} {to_x:.0f} {to_y:.1f}")
            else:
                parts.append(f"H{to_x:.0f}")
            x, y = to_x, to_y
        return "".join(parts)


def routes(boundary_map: BoundaryMap, places: Layout) -> list[Route]:
    """Return the way of each flow, in the map's order."""
    lanes = _Lanes(places)
    ways: list[list[tuple[int, float]]] = [[] for _ in boundary_map.edges]
    length = [abs(places.column[e.source] - places.column[e.target]) for e in boundary_map.edges]
    for number in sorted(range(len(ways)), key=lambda n: length[n]):
        ways[number] = lanes.way(boundary_map.edges[number])
    ports = _ports(boundary_map.edges, ways, places)
    return [
        _route(edge, ways[number], ports[number, 0], ports[number, 1], places)
        for number, edge in enumerate(boundary_map.edges)
    ]


class _Lanes:
    """What is free in each column, and what has been taken."""

    def __init__(self, places: Layout) -> None:
        self.places = places
        self.free: list[list[float]] = []
        for column, left in enumerate(places.lefts):
            blocked = [
                (box.y - CLEAR, box.bottom + CLEAR)
                for name, box in places.nodes.items()
                if places.column[name] == column
            ]
            blocked += [  # names of zones
                (box.y - 2, box.y + HEAD)
                for box in places.zones.values()
                if box.x < left < box.x + NODE_WIDTH + places.gutter
            ]
            self.free.append(_free(blocked, places.height))

    def way(self, edge: MapEdge) -> list[tuple[int, float]]:
        """Take a lane in each column that a flow passes; return columns and heights."""
        start, end = self.places.column[edge.source], self.places.column[edge.target]
        y, goal = self.places.nodes[edge.source].middle, self.places.nodes[edge.target].middle
        step = 1 if end > start else -1
        way = []
        for column in range(start + step, end, step) if start != end else ():
            free = self.free[column]
            if not free:  # a column without any room: over everything
                continue
            y = min(free, key=lambda lane: abs(lane - y) + 0.6 * abs(lane - goal))
            free.remove(y)
            way.append((column, y))
        return way


def _free(blocked: list[tuple[float, float]], height: float) -> list[float]:
    lanes = []
    y = 4.0
    while y < height - 2:
        hit = next((bottom for top, bottom in blocked if top < y < bottom), None)
        if hit is None:
            lanes.append(y)
        y += LANE
    return lanes


def _ports(
    edges: Iterable[MapEdge], ways: list[list[tuple[int, float]]], places: Layout
) -> dict[tuple[int, int], tuple[float, float]]:
    """Return where each flow leaves (0) and reaches (1) its ends: spread over the side that faces its way."""
    sides: dict[tuple[str, bool], list[tuple[float, int, int]]] = {}
    for number, edge in enumerate(edges):
        way = [places.nodes[edge.source].middle, *(y for _, y in ways[number]), places.nodes[edge.target].middle]
        start, end = places.column[edge.source], places.column[edge.target]
        sides.setdefault((edge.source, end >= start), []).append((way[1], number, 0))
        sides.setdefault((edge.target, start >= end), []).append((way[-2], number, 1))
    ports = {}
    for (name, right), ends in sides.items():
        box = places.nodes[name]
        for place, (_, number, which) in enumerate(sorted(ends)):
            y = box.y + box.height * (place + 1) / (len(ends) + 1)
            ports[number, which] = (box.x + box.width if right else box.x, y)
    return ports


def _route(
    edge: MapEdge,
    way: list[tuple[int, float]],
    start: tuple[float, float],
    end: tuple[float, float],
    places: Layout,
) -> Route:
    first, last = places.column[edge.source], places.column[edge.target]
    if first == last:
        return Route(points=(start, end), turns=min(places.gutter * 0.9, 24 + abs(start[1] - end[1]) * 0.18))
    points = [start]
    for column, y in way:
        left = places.lefts[column]
        ends = (left - 4, left + NODE_WIDTH + 4)
        points += [(ends[0], y), (ends[1], y)] if last > first else [(ends[1], y), (ends[0], y)]
    points.append(end)
    return Route(points=tuple(points))
