"""See what is there, and what a declaration would have to say of it.

limen observe tls HOST:PORT             asks one target and prints the facts
limen observe tls HOST:PORT --propose   prints the part of a declaration that would be true of it, as YAML
limen observe --observations DIR --propose
                                        the same of everything that limen probe --record DIR kept

Nothing is judged, and no declaration is read: what is proposed is what was seen, strong or weak. Review it, and write
what ought to be.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from limen.cli.commands.probe import add_limits, add_typed
from limen.cli.console import Console

SUMMARY = "see what is there, and what a declaration would have to say"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("words", nargs="*", metavar="PROBE|TARGET", help="a probe, and what it is to ask")
    parser.add_argument(
        "--propose", action="store_true", help="print the part of a declaration that would be true, as YAML"
    )
    parser.add_argument("--observations", type=Path, metavar="DIR", help="ask nobody: what limen probe --record kept")
    parser.add_argument(
        "-f", "--format", choices=("text", "json"), default="text", help="of facts and proposals (default: text)"
    )
    add_limits(parser)
    add_typed(parser)


def run(options: argparse.Namespace, console: Console) -> int:
    """Print facts or a proposal; 0 where every attempt completed, else 3."""
    from limen.cli.observing import observed

    return observed(options, console)
