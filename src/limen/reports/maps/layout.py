"""Places zones and components of a boundary map on a plane: trust rises to the right, nested zones lie inside."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from limen.records.assessment import BoundaryMap, MapNode, MapZone

NODE_WIDTH = 150
NODE_HEIGHT = 36
PORT = 7
"""Pixels between two flows at the border of a component; one with many flows is taller."""
ROW_GAP = 22
GUTTER = 86
"""Between columns, at least: flows bend there, so that none runs over a component."""
HEAD = 26
"""Height of a zone's name."""
PAD = 11
MOST_ROWS = 9
"""Components of a zone below one another before another column is begun."""
SWEEPS = 6
"""Rounds of putting neighbours beside one another."""


class Box(msgspec.Struct, frozen=True, kw_only=True):
    """A rectangle, in pixels from the top left."""

    x: float
    y: float
    width: float
    height: float

    @property
    def middle(self) -> float:
        """Half-way down."""
        return self.y + self.height / 2

    @property
    def bottom(self) -> float:
        """The lower border."""
        return self.y + self.height


class Layout(msgspec.Struct, frozen=True, kw_only=True):
    """Where everything is."""

    width: float
    height: float
    zones: dict[str, Box]
    """Outer zones before inner ones."""
    nodes: dict[str, Box]
    column: dict[str, int]
    """Column of each component, from 0 at the left."""
    lefts: tuple[float, ...]
    """Left border of the components of each column."""
    gutter: float
    """Between columns; wider where zones are nested deeply."""


class _Block:
    """A zone with what is in it: its own components, then the columns of its inner zones."""

    columns: int
    depth: int

    def __init__(self, zone: MapZone, nodes: list[MapNode], inner: list[list[_Block]]) -> None:
        self.zone, self.inner = zone, inner
        self.order = [node.id for node in nodes]
        self.own_columns = max(1 if not inner else 0, -(-len(nodes) // MOST_ROWS))
        self.columns = self.own_columns + sum(max(b.columns for b in group) for group in inner)
        self.depth = 1 + max((b.depth for group in inner for b in group), default=0)

    def members(self) -> Iterable[str]:
        yield from self.order
        for group in self.inner:
            for block in group:
                yield from block.members()

    def sort(self, heights: dict[str, float]) -> None:
        """Put everything in the order of the mean height of its neighbours."""
        self.order.sort(key=lambda name: heights.get(name, 0.0))
        for group in self.inner:
            _sort(group, heights)


class _Placing:
    """Gives every block and component its rectangle."""

    def __init__(self, tall: dict[str, float], depth: int) -> None:
        self.tall, self.depth = tall, depth
        self.gutter = max(GUTTER, 2 * PAD * (depth + 1))
        self.zones: dict[str, Box] = {}
        self.nodes: dict[str, Box] = {}
        self.column: dict[str, int] = {}

    def left(self, column: int) -> float:
        """Return the left border of a column's components."""
        return PAD * (self.depth + 1) + column * (NODE_WIDTH + self.gutter)

    def columns(self, groups: list[list[_Block]], column: int, y: float, lower: list[float] | None = None) -> float:
        """Place columns of blocks from a column on, each by so much lower; return how far down they reach."""
        lowest = y
        for number, group in enumerate(groups):
            below = y + (lower[number] if lower else 0)
            for block in group:
                below = self.block(block, column, below) + 2 * PAD
            lowest = max(lowest, below - 2 * PAD)
            column += max(block.columns for block in group)
        return lowest

    def block(self, block: _Block, column: int, y: float) -> float:
        """Place a zone with all that is in it; return its lower border."""
        inset = PAD * block.depth
        self.zones[block.zone.id] = Box(x=0, y=0, width=0, height=0)  # keeps outer zones before inner ones
        top = y + HEAD + PAD
        rows = -(-len(block.order) // block.own_columns) if block.own_columns else 0
        lowest = top
        for number, name in enumerate(block.order):
            step, row = divmod(number, rows)
            if row == 0:
                below = top
            box = Box(x=self.left(column + step), y=below, width=NODE_WIDTH, height=self.tall[name])
            self.nodes[name], self.column[name] = box, column + step
            below = box.bottom + ROW_GAP
            lowest = max(lowest, box.bottom)
        lowest = max(lowest, self.columns(block.inner, column + block.own_columns, y + HEAD))
        left, right = self.left(column), self.left(column + block.columns - 1) + NODE_WIDTH
        self.zones[block.zone.id] = Box(
            x=left - inset, y=y, width=right - left + 2 * inset, height=max(lowest + PAD, top + NODE_HEIGHT) - y
        )
        return self.zones[block.zone.id].bottom


def layout(boundary_map: BoundaryMap) -> Layout:
    """Return places for all zones and components."""
    groups = _groups(boundary_map)
    neighbours: dict[str, list[str]] = {node.id: [] for node in boundary_map.nodes}
    for edge in boundary_map.edges:
        neighbours[edge.source].append(edge.target)
        neighbours[edge.target].append(edge.source)
    tall = {name: max(NODE_HEIGHT, PORT * (len(others) * 0.7 + 1)) for name, others in neighbours.items()}
    lower = [0.0 for _ in groups]
    placing = _place(groups, tall, lower)
    for _ in range(SWEEPS):
        middles = {name: box.middle for name, box in placing.nodes.items()}
        means = {n: sum(middles[o] for o in others) / len(others) for n, others in neighbours.items() if others}
        heights = {name: means.get(name, middles[name]) for name in middles}
        for group in groups:
            _sort(group, heights)
        lower = _lower(groups, _place(groups, tall, [0.0 for _ in groups]), heights)
        placing = _place(groups, tall, lower)
    count = max(placing.column.values(), default=0) + 1
    right = max((box.x + box.width for box in placing.zones.values()), default=0.0)
    return Layout(
        width=max(right + placing.gutter / 2, 200.0),
        height=max((box.bottom for box in placing.zones.values()), default=80.0) + PAD,
        zones=placing.zones,
        nodes=placing.nodes,
        column=placing.column,
        lefts=tuple(placing.left(column) for column in range(count)),
        gutter=placing.gutter,
    )


def _place(groups: list[list[_Block]], tall: dict[str, float], lower: list[float]) -> _Placing:
    placing = _Placing(tall, max((block.depth for group in groups for block in group), default=1))
    placing.columns(groups, 0, PAD, lower)
    return placing


def _lower(groups: list[list[_Block]], placing: _Placing, heights: dict[str, float]) -> list[float]:
    """Return by how much each column is to be lower, to lie level with its neighbours; none makes the map taller."""
    bottom = max((box.bottom for box in placing.zones.values()), default=0.0)
    lower = []
    for group in groups:
        room = bottom - max(placing.zones[block.zone.id].bottom for block in group)
        members = [name for block in group for name in block.members()]
        drift = sum(heights[name] - placing.nodes[name].middle for name in members) / max(1, len(members))
        lower.append(min(max(drift, 0.0), room))
    return lower


def _sort(group: list[_Block], heights: dict[str, float]) -> None:
    for block in group:
        block.sort(heights)

    def mean(block: _Block) -> float:
        members = [heights[name] for name in block.members() if name in heights]
        return sum(members) / len(members) if members else 0.0

    group.sort(key=mean)


def _groups(boundary_map: BoundaryMap) -> list[list[_Block]]:
    """Return the outermost zones in columns; a component in an unknown zone would be an error of the loader."""
    members: dict[str, list[MapNode]] = {}
    for node in boundary_map.nodes:
        members.setdefault(node.zone, []).append(node)
    inner: dict[str, list[MapZone]] = {}
    for zone in boundary_map.zones:
        inner.setdefault(zone.within, []).append(zone)
    flows: dict[tuple[str, str], int] = {}
    outer = {zone.id: zone.within for zone in boundary_map.zones}
    zone_of = {node.id: node.zone for node in boundary_map.nodes}
    for edge in boundary_map.edges:
        for source in _lineage(zone_of[edge.source], outer):
            for target in _lineage(zone_of[edge.target], outer):
                flows[source, target] = flows.get((source, target), 0) + 1

    def blocks(within: str) -> list[list[_Block]]:
        groups: list[list[_Block]] = []
        zones = inner.get(within, [])
        for trust in sorted({zone.trust for zone in zones}):
            layers = _layers([zone for zone in zones if zone.trust == trust], flows)
            groups += [[_Block(zone, members.get(zone.id, []), blocks(zone.id)) for zone in layer] for layer in layers]
        return groups

    return blocks("")


def _lineage(zone: str, outer: dict[str, str]) -> list[str]:
    """Return a zone and the zones around it."""
    found = []
    while zone:
        found.append(zone)
        zone = outer.get(zone, "")
    return found


def _layers(zones: list[MapZone], flows: dict[tuple[str, str], int]) -> list[list[MapZone]]:
    """Return zones of equal trust in columns, so that most flows between them go to the right."""
    before: dict[str, list[str]] = {zone.id: [] for zone in zones}
    for first in zones:
        for second in zones:
            there, back = flows.get((first.id, second.id), 0), flows.get((second.id, first.id), 0)
            if there > back:
                before[second.id].append(first.id)
    depth: dict[str, int] = {}

    def deep(name: str, above: frozenset[str]) -> int:
        if name not in depth:
            depth[name] = max((deep(n, above | {name}) + 1 for n in before[name] if n not in above), default=0)
        return depth[name]

    for zone in zones:
        deep(zone.id, frozenset({zone.id}))
    layers = max(depth.values(), default=-1) + 1
    return [[zone for zone in zones if depth[zone.id] == layer] for layer in range(layers)]
