"""Judge the declaration.

Builds the graph, computes who can reach what in plaintext, and judges every crossing by the profiles' rules.

PATH is a boundaries.yaml or its folder; without it, boundaries.yaml is looked for here and upwards.
Several formats at once go into the folder named by --output, one file each; the text is printed too.
oscal, pdf and xlsx are documents for auditors: all leaves them out, so name them. As a file or on standard output
oscal is the assessment results; in a folder the assessment plan and the component definition lie beside them.
"""

from __future__ import annotations

import argparse

from limen.cli.console import Console
from limen.cli.reporting import add_reporting, reported, wanted_formats
from limen.cli.selecting import add_selection, assessed

SUMMARY = "judge the declaration by its profiles' rules"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    add_selection(parser)
    add_reporting(parser)


def run(options: argparse.Namespace, console: Console) -> int:
    """Assess, report and return 0, 1 or 3."""
    wanted = wanted_formats(options, console)
    return reported(options, console, wanted, assessed(options, console).assessment)
