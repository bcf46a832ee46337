"""Draw the boundary map: zones by trust, components with their effective label, flows; crossings stand out,
dashed flows have no encrypted transport, flows with findings are red.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from limen.cli.console import Console
from limen.cli.selecting import add_selection, assessed

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
    if options.format == "svg":
        from limen.reports.maps.svg import svg as draw
    elif options.format == "dot":
        from limen.reports.maps.dot import dot as draw
    else:
        from limen.reports.maps.mermaid import mermaid as draw
    content = draw(assessment.map, bad).encode()
    if options.output is None:
        console.out_bytes(content)
    else:
        from limen.cli.writing import write_file

        write_file(options.output, content)
    return 0
