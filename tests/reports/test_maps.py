"""The boundary map: no flow runs over a component it does not touch, whatever the system looks like."""

from __future__ import annotations

import itertools
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from limen.records.assessment import BoundaryMap, MapEdge, MapNode, MapZone
from limen.reports.maps.layout import Box, layout
from limen.reports.maps.routes import Route, routes
from limen.reports.maps.svg import MOST_NODES, svg
from tests.reports.building import boundary_map


def system(zones: list[tuple[int, str]], nodes: list[str], edges: list[tuple[int, int]]) -> BoundaryMap:
    """Return a map: zones by trust and outer zone, components by zone, flows by the numbers of their ends."""
    return BoundaryMap(
        zones=tuple(MapZone(id=f"z{n}", title="", trust=t, within=w) for n, (t, w) in enumerate(zones)),
        nodes=tuple(
            MapNode(id=f"c{n}", title="", kind="service", zone=z, tenant="", label="") for n, z in enumerate(nodes)
        ),
        edges=tuple(
            MapEdge(id=f"f{n}", source=f"c{s}", target=f"c{t}", crossing=True, protocol="", protected=True, items=())
            for n, (s, t) in enumerate(edges)
        ),
    )  # fmt: skip


@st.composite
def systems(draw: st.DrawFn) -> BoundaryMap:
    count = draw(st.integers(1, 7))
    zones = [
        (draw(st.integers(0, 3)), draw(st.sampled_from(["", *(f"z{inner}" for inner in range(number))])))
        for number in range(count)
    ]
    nodes = draw(st.lists(st.integers(0, count - 1).map(lambda zone: f"z{zone}"), min_size=1, max_size=40))
    ends = st.integers(0, len(nodes) - 1)
    return system(zones, nodes, draw(st.lists(st.tuples(ends, ends), max_size=60)))


def overlap(first: Box, second: Box) -> bool:
    return (
        first.x < second.x + second.width
        and second.x < first.x + first.width
        and first.y < second.bottom
        and second.y < first.bottom
    )


def inside(inner: Box, outer: Box) -> bool:
    return (
        outer.x <= inner.x
        and outer.y <= inner.y
        and inner.x + inner.width <= outer.x + outer.width
        and inner.bottom <= outer.bottom
    )


@given(systems())
def test_components_lie_inside_their_zone_and_overlap_nothing(drawn: BoundaryMap) -> None:
    places = layout(drawn)
    assert set(places.nodes) == {node.id for node in drawn.nodes}
    assert set(places.zones) == {zone.id for zone in drawn.zones}
    boxes = list(places.nodes.values())
    assert not any(overlap(a, b) for n, a in enumerate(boxes) for b in boxes[n + 1 :])
    for node in drawn.nodes:
        assert inside(places.nodes[node.id], places.zones[node.zone])
    for zone in drawn.zones:
        assert inside(places.zones[zone.id], Box(x=0, y=0, width=places.width, height=places.height))
        if zone.within:
            assert inside(places.zones[zone.id], places.zones[zone.within])


@given(systems())
def test_zones_overlap_only_where_one_is_within_the_other(drawn: BoundaryMap) -> None:
    places = layout(drawn)
    outer = {zone.id: zone.within for zone in drawn.zones}

    def around(zone: str) -> set[str]:
        found = set()
        while zone := outer[zone]:
            found.add(zone)
        return found

    names = list(places.zones)
    for number, first in enumerate(names):
        for second in names[number + 1 :]:
            if first not in around(second) and second not in around(first):
                assert not overlap(places.zones[first], places.zones[second]), (first, second)


def straights(route: Route) -> list[tuple[float, float, float]]:
    """Return the parts that run inside columns: from x, to x, y."""
    points = route.points
    return [
        (min(a[0], b[0]), max(a[0], b[0]), a[1])
        for number, (a, b) in enumerate(itertools.pairwise(points))
        if number % 2 == 1
    ]


@given(systems())
def test_no_flow_runs_over_a_component(drawn: BoundaryMap) -> None:
    places = layout(drawn)
    for edge, route in zip(drawn.edges, routes(drawn, places), strict=True):
        for left, right, y in straights(route):
            for name, box in places.nodes.items():
                assert not (box.x < right and left < box.x + box.width and box.y <= y <= box.bottom), (edge.id, name)


@given(systems())
def test_flows_begin_and_end_at_the_border_of_their_components(drawn: BoundaryMap) -> None:
    places = layout(drawn)
    for edge, route in zip(drawn.edges, routes(drawn, places), strict=True):
        for (x, y), name in ((route.points[0], edge.source), (route.points[-1], edge.target)):
            box = places.nodes[name]
            assert x in (box.x, box.x + box.width)
            assert box.y < y < box.bottom


@given(systems())
def test_no_two_flows_share_a_lane(drawn: BoundaryMap) -> None:
    places = layout(drawn)
    taken = [part for route in routes(drawn, places) for part in straights(route)]
    assert len(taken) == len(set(taken))


def test_parallel_flows_pass_a_column_in_lanes_of_their_own() -> None:
    drawn = system([(0, ""), (1, ""), (2, "")], ["z0", "z1", "z2"], [(0, 2), (0, 2), (2, 0)])
    parts = [part for route in routes(drawn, layout(drawn)) for part in straights(route)]
    assert len(parts) == len({y for _, _, y in parts}) == 3


def test_trust_rises_to_the_right() -> None:
    places = layout(boundary_map())
    lefts = [places.zones[zone].x for zone in ("untrusted", "ingress", "processing")]
    assert lefts == sorted(lefts)
    assert places.column["sponsor"] == places.column["site-portal"] == 0


def test_zones_of_equal_trust_stand_side_by_side_where_flows_lead_from_one_to_the_other() -> None:
    places = layout(system([(1, ""), (1, "")], ["z0", "z1"], [(1, 0)]))
    assert places.column == {"c1": 0, "c0": 1}


def test_more_components_than_anybody_can_read_become_a_sentence() -> None:
    drawn = svg(system([(0, "")], ["z0"] * (MOST_NODES + 1), []))
    assert "401 components: too many for a picture" in drawn
    assert "<rect" not in drawn


def test_a_map_without_components_says_so() -> None:
    assert "no components" in svg(system([], [], []))


@pytest.mark.parametrize("count", [40, MOST_NODES])
def test_a_large_map_is_drawn_fast(count: int) -> None:
    zones = [(n % 4, "") for n in range(8)]
    drawn = system(zones, [f"z{n % 8}" for n in range(count)], [(n, (n * 7 + 3) % count) for n in range(count)] * 2)
    started = time.process_time()
    assert svg(drawn).count('class="node"') == count
    assert time.process_time() - started < 5  # about 0.01 s and 0.5 s


def test_a_route_between_columns_is_level_at_both_ends() -> None:
    assert Route(points=((0, 10), (50, 30))).path() == "M0 10.0C25 10.0 25 30.0 50 30.0"
    assert Route(points=((0, 10), (10, 20)), turns=30).path() == "M0 10.0C30 10.0 40 20.0 10 20.0"
