"""Ask reality: run the declared probes, and hold the declaration against what they observe.

limen probe                  runs every probe of boundaries.yaml, then judges the declaration by what was seen
limen probe tls kms          runs these only; the rest was not observed, and the verdict says so
limen probe --plan           prints every connection that it would make, and makes none
limen probe tls HOST:PORT    asks one target, without a declaration, and prints the facts: no verdict
limen probe --replay DIR     judges what --record DIR kept: the same decisions, on any machine

NAME is a probe. PATH is a boundaries.yaml or its folder; without it, it is looked for here and upwards. TARGET is
host:port, a URL or a path, whatever the probe asks; it is typed, so it never counts in an assessment. After the names
secrets, code, ledger and leak, which ask files, only a file called boundaries.yaml is a declaration.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from limen.cli.attesting import add_attesting
from limen.cli.console import Console
from limen.cli.reporting import add_reporting
from limen.cli.selecting import add_judging

SUMMARY = "ask reality, and hold the declaration against the answers"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("words", nargs="*", metavar="NAME|TARGET|PATH", help="probes; a target; a declaration")
    asking = parser.add_argument_group("asking")
    asking.add_argument("--plan", action="store_true", help="print every connection, and make none")
    add_limits(asking)
    asking.add_argument("--record", type=Path, metavar="DIR", help="keep what was seen in a new folder")
    add_attesting(asking)
    asking.add_argument("--replay", type=Path, metavar="DIR", help="ask nobody: judge what --record kept")
    add_typed(parser.add_argument_group("a typed TARGET"))
    judging = parser.add_argument_group("judging")
    add_judging(judging, only="ask and report on this flow only: partial")
    add_reporting(judging)


def add_limits(parser: argparse._ActionsContainer) -> None:
    """Add what a run may take."""
    parser.add_argument(
        "--timeout", type=_seconds, default=30.0, metavar="SECONDS", help="time for each attempt (default: 30)"
    )
    parser.add_argument(
        "--deadline", type=_seconds, default=None, metavar="SECONDS", help="time for the whole run (default: none)"
    )
    parser.add_argument("--concurrency", type=_count, default=8, metavar="N", help="attempts at once (default: 8)")
    parser.add_argument(
        "--rate",
        type=_rate,
        default=50.0,
        metavar="N",
        help="contacts a second with one host; 0 for any number (default: 50)",
    )


def add_typed(parser: argparse._ActionsContainer) -> None:
    """Add what is said of a target that no declaration describes."""
    parser.add_argument(
        "--credential", default="", metavar="REF", help="env:NAME, file:PATH or vault:PATH#FIELD; never the value"
    )
    parser.add_argument(
        "--option",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="option of the probe, as in probes.options of a declaration",
    )


def run(options: argparse.Namespace, console: Console) -> int:
    """Probe, print and return the assessment's exit code; for typed targets 0 where every attempt completed, else 3."""
    from limen.cli.probing import probed

    return probed(options, console)


def _seconds(text: str) -> float:
    return _number(text, "a number of seconds above 0", least=0.001, most=7 * 86_400)


def _rate(text: str) -> float:
    return _number(text, "a number of contacts, or 0", least=0, most=1e6)


def _count(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 256:
        raise argparse.ArgumentTypeError(f"{text!r} is no number from 1 to 256")
    return int(text)


def _number(text: str, expected: str, *, least: float, most: float) -> float:
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not least <= value <= most:
        raise argparse.ArgumentTypeError(f"{text!r} is not {expected}")
    return value
