"""The boundary map on paper: as large as it has to be to be read."""

from __future__ import annotations

import io

import msgspec
import pytest
from pypdf import PdfReader

from limen.records.assessment import BoundaryMap, MapEdge, MapNode, MapZone
from limen.reports import Options
from limen.reports.pdf import render
from tests.reports.building import boundary_map, sample
from tests.reports.kinds import readable


def chain(length: int) -> BoundaryMap:
    """Return a map as wide as the number of its zones."""
    numbers = range(length)
    return BoundaryMap(
        zones=tuple(MapZone(id=f"z{n}", title="", trust=1, within="") for n in numbers),
        nodes=tuple(
            MapNode(id=f"n{n}", title="", kind="service", zone=f"z{n}", tenant="", label="public") for n in numbers
        ),
        edges=tuple(
            MapEdge(id=f"f{n}", source=f"n{n}", target=f"n{n + 1}", crossing=True, protocol="https", protected=True,
                    items=()) for n in numbers[:-1]
        ),
    )  # fmt: skip


@pytest.mark.parametrize(("length", "width"), [(3, 842), (12, 1191)])
def test_a_wide_map_has_a_larger_sheet(length: int, width: int) -> None:
    pages = PdfReader(io.BytesIO(render(sample(map=chain(length)), Options()))).pages
    assert [round(page.mediabox.width) for page in pages][:3] == [595, width, 595]
    drawn_there = pages[1].extract_text()
    assert f"z{length - 1} · trust 1" in drawn_there


def test_a_map_of_too_many_is_a_sentence() -> None:
    crowd = msgspec.structs.replace(boundary_map(), nodes=boundary_map().nodes * 60)
    said = "420 components: too many for a picture; limen graph --format dot draws it elsewhere"
    assert said in readable("pdf", render(sample(map=crowd), Options()))
