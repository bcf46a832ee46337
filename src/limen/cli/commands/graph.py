"""Draw the boundary map: zones by trust, components with their effective label, and flows.

Crossings stand out, dashed flows have no encrypted transport, flows with findings are red.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from limen.cli.console import Console
from limen.cli.selecting import add_selection, assessed
from limen.records.assessment import BoundaryMap

SUMMARY = "draw the boundary map as Mermaid, DOT or SVG"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    add_selection(parser)
    parser.add_argument("-f", "--format", choices=("mermaid", "dot", "svg"), default="mermaid", help="default: mermaid")
    parser.add_argument("-o", "--output", type=Path, metavar="FILE", help="write it there (default: standard output)")


def run(options: argparse.Namespace, console: Console) -> int:
    """Draw; 0 whatever the findings are, since this shows and does not judge."""
    assessment = assessed(options, console).assessment
    bad = {f.crossing: f.rule for f in reversed(assessment.findings) if f.crossing and f.disposition == "open"}
    content = _drawn(options.format, assessment.map, bad).encode()
    if options.output is None:
        console.out_bytes(content)
    else:
        from limen.cli.writing import write_file

        write_file(options.output, content)
    return 0


def _drawn(form: str, boundary_map: BoundaryMap, bad: dict[str, str]) -> str:
    if form == "svg":
        from limen.reports.maps.svg import svg

        return svg(boundary_map, bad)
    if form == "dot":
        from limen.reports.maps.dot import dot

        return dot(boundary_map, bad)
    from limen.reports.maps.mermaid import mermaid

    return mermaid(boundary_map, bad)
