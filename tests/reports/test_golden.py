"""Every format of the sample, byte by byte; of what is no text, its words. LIMEN_WRITE_GOLDEN=1 writes them anew.

The diff is then reviewed.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from limen.records.assessment import Assessment
from limen.reports import Options, formats, report
from limen.reports.maps.dot import dot
from limen.reports.maps.mermaid import mermaid
from limen.reports.maps.svg import svg
from tests.reports.building import boundary_map, conforming, sample
from tests.reports.kinds import golden_content, golden_name
from tests.reports.observed import observed

GOLDEN = Path(__file__).parent / "golden"


def _compare(name: str, content: bytes) -> None:
    path = GOLDEN / name
    if os.environ.get("LIMEN_WRITE_GOLDEN"):
        path.write_bytes(content)
    assert content.decode().splitlines() == path.read_bytes().decode().splitlines()
    assert content == path.read_bytes()


@pytest.mark.parametrize("name", formats())
@pytest.mark.parametrize(
    ("kind", "assessment"), [("sample", sample()), ("conforming", conforming()), ("observed", observed())]
)
def test_formats(name: str, kind: str, assessment: Assessment) -> None:
    _compare(golden_name(kind, name), golden_content(name, report(name).render(assessment, Options())))


@pytest.mark.parametrize(
    ("kind", "options"),
    [("color", Options(color=True)), ("narrow", Options(width=60)), ("quiet", Options(quiet=True))],
)
def test_text(kind: str, options: Options) -> None:
    _compare(f"sample-text-{kind}.txt", report("text").render(sample(), options))


def test_maps() -> None:
    bad = {"site-upload": "2 findings", "clinical-db": "1 finding"}
    _compare("map.dot", dot(boundary_map(), bad).encode())
    _compare("map.mmd", mermaid(boundary_map(), bad).encode())
    _compare("map.svg", (svg(boundary_map(), bad) + "\n").encode())


def test_no_golden_file_is_left_over() -> None:
    kinds = ("sample", "conforming", "observed")
    expected = {golden_name(kind, name) for kind in kinds for name in formats()}
    expected |= {f"pack-oscal-{name}.json" for name in ("plan", "results", "component")}
    expected |= {f"sample-text-{kind}.txt" for kind in ("color", "narrow", "quiet")} | {"map.dot", "map.mmd", "map.svg"}
    assert {path.name for path in GOLDEN.iterdir()} == expected
