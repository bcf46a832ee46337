"""The lattice of labels (Denning 1976): a label is a level's rank and a bitmask of compartments.

What isn't known is never green: a missing label is the top, a missing clearance the bottom.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from msgspec import UNSET, UnsetType

from limen.analysis.kinds.common import LabelPart
from limen.model.data import Clearance, Label, Labels


class Point(NamedTuple):
    """A point of the lattice; labels and clearances alike."""

    rank: int
    """Rank of the level, from 0."""
    compartments: int
    """Bitmask over `Lattice.compartments`."""


BOTTOM = Point(0, 0)
"""The lowest level without compartments: what a place without a clearance may hold."""


class Lattice:
    """The levels and compartments of one declaration, and the order between their points."""

    def __init__(self, labels: Labels | UnsetType) -> None:
        """Read the declared lattice; without a `labels` section it has one point, which is top and bottom."""
        self.levels: tuple[str, ...] = () if labels is UNSET else labels.levels
        """Names of the levels, lowest first."""
        self.compartments: tuple[str, ...] = () if labels is UNSET else tuple(sorted(labels.compartments))
        """Names of the compartments, sorted; bit i of a mask is compartment i."""
        self._ranks = {name: rank for rank, name in enumerate(self.levels)}
        self._bits = {name: 1 << bit for bit, name in enumerate(self.compartments)}
        self.top = Point(max(0, len(self.levels) - 1), (1 << len(self.compartments)) - 1)
        """The highest level with all compartments: what data without a label count as."""
        self._parts: dict[Point, LabelPart] = {}

    def label(self, declared: Label | UnsetType) -> Point:
        """Return the point of a data item's label; the top where it is missing or names what isn't declared."""
        return self._point(declared, self.top)

    def clearance(self, declared: Clearance | UnsetType) -> Point:
        """Return the point of a clearance; the bottom where it is missing or names what isn't declared."""
        return self._point(declared, BOTTOM)

    def _point(self, declared: Label | Clearance | UnsetType, otherwise: Point) -> Point:
        if declared is UNSET or declared.level not in self._ranks:
            return otherwise
        mask = 0
        for name in declared.compartments:
            if name not in self._bits:
                return otherwise
            mask |= self._bits[name]
        return Point(self._ranks[declared.level], mask)

    def part(self, point: Point) -> LabelPart:
        """Return a point as rules compare it."""
        found = self._parts.get(point)
        if found is None:
            names = tuple(name for name in self.compartments if point.compartments & self._bits[name])
            found = self._parts[point] = LabelPart(level=point.rank, compartments=names, text=self.text(point))
        return found

    def text(self, point: Point) -> str:
        """Return a point in words, such as ``restricted {phi, regulatory}``."""
        level = self.levels[point.rank] if self.levels else "undeclared"
        names = [name for name in self.compartments if point.compartments & self._bits[name]]
        return f"{level} {{{', '.join(names)}}}" if names else level


def below(low: Point, high: Point) -> bool:
    """Return whether `low` may flow to `high`: no higher level and no compartment more."""
    return low.rank <= high.rank and not low.compartments & ~high.compartments


def join(points: Iterable[Point]) -> Point:
    """Return the least point above all given ones; the bottom where there are none."""
    rank = mask = 0
    for point in points:
        rank = max(rank, point.rank)
        mask |= point.compartments
    return Point(rank, mask)
