"""Show the run log: its runs, what it does not account for, and that it was never rewritten.

limen log                    lists the runs of the log beside the declaration, and its gaps
limen log --head             prints the signed head: keep it, and hold a later log against it
limen log --since HEAD       proves that the log only grew since a head that you hold, such as
                             envelope/checkpoint.txt of an earlier pack
limen log --trust FILE       holds the log's key and its witnesses against the keys that you trust

PATH is a boundaries.yaml or its folder; without it, boundaries.yaml is looked for here and upwards. --log names the
folder of a log that lies elsewhere, such as a copy: nothing is written.

exit codes:
  0  the entries lead to the head, which nothing contradicts
  1  the log was changed, cut, forked or rolled back, or is not the one that is trusted
  2  bad usage
  3  a run has no end, or what --trust asks for can't be checked
"""

from __future__ import annotations

import argparse
from pathlib import Path

from limen.cli.console import Console

SUMMARY = "list runs, prove that their log only grew, find gaps"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("path", nargs="?", type=Path, metavar="PATH", help="declaration beside which the log lies")
    parser.add_argument("--log", type=Path, metavar="DIR", help="run log (default: .limen/log beside the declaration)")
    parser.add_argument("--head", action="store_true", help="print the signed head, and nothing else")
    parser.add_argument("--since", type=Path, metavar="HEAD", help="prove that the log only grew since this head")
    parser.add_argument("--trust", type=Path, metavar="FILE", help="trust file: keys of logs and witnesses")
    parser.add_argument("-f", "--format", choices=("text", "json"), default="text", help="default: text")


def run(options: argparse.Namespace, console: Console) -> int:
    """Read the log, print and return 0, 1 or 3."""
    from limen.cli.showing_log import shown_log

    return shown_log(options, console)
