"""Arguments that say what is assessed, shared by the commands that assess."""

from __future__ import annotations

import argparse
import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from limen.cli.console import Console
from limen.records.statuses import SEVERITIES

if TYPE_CHECKING:
    from limen.assess import Assessed


def add_selection(parser: argparse.ArgumentParser) -> None:
    """Add the declaration's path and everything that selects rules, law and thresholds."""
    parser.add_argument(
        "path", nargs="?", type=Path, metavar="PATH", help="boundaries.yaml or its folder (default: looked for upwards)"
    )
    parser.add_argument(
        "--profile", action="append", default=[], metavar="NAME", help="add a profile to the declaration's own"
    )
    parser.add_argument(
        "--only-profile",
        action="append",
        default=[],
        metavar="NAME",
        help="use this profile in place of the declaration's own: partial",
    )
    parser.add_argument(
        "--rule",
        action="append",
        default=[],
        metavar="ID",
        help="judge by this rule only, of those selected (transit.* for a category): partial",
    )
    parser.add_argument("--only", action="append", default=[], metavar="FLOW", help="report on this flow only: partial")
    parser.add_argument(
        "--policies",
        action="append",
        default=[],
        type=Path,
        metavar="DIR",
        help="folder with rules and profiles of your own",
    )
    parser.add_argument(
        "--as-of",
        type=_date,
        metavar="DATE",
        help="judge by the law in force on this day, YYYY-MM-DD (default: today, UTC)",
    )
    parser.add_argument(
        "--fail-on",
        choices=SEVERITIES,
        default="low",
        help="least severity that makes exit code 1 (default: low, so any)",
    )
    parser.add_argument(
        "--waivers", type=Path, metavar="FILE", help="waiver file (default: waivers.yaml beside the declaration)"
    )
    parser.add_argument(
        "--baseline", type=Path, metavar="FILE", help="baseline (default: baseline.json beside the declaration)"
    )
    parser.add_argument(
        "--baseline-from", metavar="REF", help="gate only on what is new since this git reference; the rest is shown"
    )
    parser.add_argument(
        "--no-memo", action="store_true", help="decide every subject by itself, sharing nothing (slow; for doubters)"
    )


def _date(text: str) -> datetime.date:
    try:
        return datetime.date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no date; expected YYYY-MM-DD") from None


def assessed(options: argparse.Namespace, console: Console) -> Assessed:
    """Assess as the arguments say; progress goes to a terminal's standard error only."""
    from limen.assess import Request, assess
    from limen.cli.reference import inherited_fingerprints

    request = Request(
        path=options.path,
        profiles=tuple(options.profile),
        only_profiles=tuple(options.only_profile),
        rules=tuple(options.rule),
        flows=tuple(options.only),
        policies=tuple(options.policies),
        as_of=options.as_of,
        fail_on=options.fail_on,
        waivers=options.waivers,
        baseline=options.baseline,
        memo=not options.no_memo,
    )
    with console.progress() as say:
        if options.baseline_from is not None:
            import msgspec

            say(f"assessing {options.baseline_from}")
            request = msgspec.structs.replace(request, inherited=inherited_fingerprints(request, options.baseline_from))
        return assess(request, say)
