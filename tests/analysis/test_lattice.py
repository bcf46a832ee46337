"""The lattice of labels: its order, its words, and what isn't declared."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET

from limen.analysis.lattice import BOTTOM, Lattice, Point, below, join
from limen.model.data import Clearance, Label, Labels

LATTICE = Lattice(Labels(levels=("public", "internal", "secret"), compartments=("trial", "phi")))
POINTS = st.builds(Point, st.integers(0, 3), st.integers(0, 15))


@pytest.mark.parametrize(
    ("level", "compartments", "text"),
    [
        ("public", (), "public"),
        ("secret", ("phi",), "secret {phi}"),
        ("internal", ("trial", "phi"), "internal {phi, trial}"),
        ("internal", ("phi", "trial"), "internal {phi, trial}"),
    ],
)
def test_labels_in_words(level: str, compartments: tuple[str, ...], text: str) -> None:
    point = LATTICE.label(Label(level=level, compartments=compartments))
    part = LATTICE.part(point)
    assert part.text == LATTICE.text(point) == text
    assert part.level == ("public", "internal", "secret").index(level)
    assert part.compartments == tuple(sorted(compartments))


def test_what_is_missing_or_unknown_is_never_safe() -> None:
    top = Point(2, 3)
    assert LATTICE.top == top
    assert LATTICE.label(UNSET) == top
    assert LATTICE.label(Label(level="odd")) == top
    assert LATTICE.label(Label(level="public", compartments=("odd",))) == top
    assert LATTICE.clearance(UNSET) == BOTTOM
    assert LATTICE.clearance(Clearance(level="odd")) == BOTTOM
    assert LATTICE.clearance(Clearance(level="secret", compartments=("odd",))) == BOTTOM


def test_without_labels_there_is_one_point() -> None:
    lattice = Lattice(UNSET)
    assert lattice.label(Label(level="secret")) == lattice.top == BOTTOM
    assert lattice.text(BOTTOM) == "undeclared"


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [((0, 0), (2, 3), True), ((1, 1), (1, 1), True), ((2, 0), (1, 3), False), ((0, 2), (2, 1), False)],
)
def test_order(low: tuple[int, int], high: tuple[int, int], expected: bool) -> None:
    assert below(Point(*low), Point(*high)) is expected


@given(POINTS, POINTS, POINTS)
def test_join_is_the_least_upper_bound(one: Point, other: Point, third: Point) -> None:
    both = join((one, other))
    assert below(one, both)
    assert below(other, both)
    assert not (below(one, third) and below(other, third)) or below(both, third)
    assert join(()) == BOTTOM
