"""Arguments that say what is assessed, shared by the commands that assess."""

from __future__ import annotations

import argparse
import contextlib
import datetime
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from limen.cli.console import Console
from limen.cli.engine_options import add_engine, add_verification, engine_of, second_engine_of
from limen.cli.policies import add_policies, trust
from limen.records.statuses import SEVERITIES

if TYPE_CHECKING:
    from limen.assess import Assessed, Request


def add_selection(parser: argparse.ArgumentParser) -> None:
    """Add the declaration's path, what was observed, and everything that selects rules, law and thresholds."""
    parser.add_argument(
        "path", nargs="?", type=Path, metavar="PATH", help="boundaries.yaml or its folder (default: looked for upwards)"
    )
    parser.add_argument(
        "--observations",
        type=Path,
        metavar="DIR",
        help="also hold the declaration against what limen probe --record DIR observed",
    )
    add_judging(parser)


def add_judging(parser: argparse._ActionsContainer, only: str = "report on this flow only: partial") -> None:
    """Add what selects rules, law, thresholds and the engine; `only` says what one flow is chosen for."""
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
    parser.add_argument("--only", action="append", default=[], metavar="FLOW", help=only)
    add_policies(parser)
    parser.add_argument(
        "--as-of",
        type=day,
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
    add_engine(parser)
    add_verification(parser)


def day(text: str) -> datetime.date:
    """Return the date of an argument; raises ArgumentTypeError where it is none."""
    try:
        return datetime.date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no date; expected YYYY-MM-DD") from None


def assessed(options: argparse.Namespace, console: Console) -> Assessed:
    """Assess as the arguments say; progress goes to a terminal's standard error only."""
    return judged(request_of(options), options, console)


def request_of(options: argparse.Namespace) -> Request:
    """Return what is to be assessed as the arguments say."""
    from limen.assess import Request

    if options.observations is not None:
        quiet_libraries()  # they read certificates again
    return Request(
        path=options.path,
        profiles=tuple(options.profile),
        only_profiles=tuple(options.only_profile),
        rules=tuple(options.rule),
        flows=tuple(options.only),
        policies=tuple(options.policies),
        trust=trust(options),
        as_of=options.as_of,
        fail_on=options.fail_on,
        waivers=options.waivers,
        baseline=options.baseline,
        memo=not options.no_memo,
        engine=engine_of(options),
        second=second_engine_of(options),
        sample=options.verify_sample,
        observations=options.observations,
    )


def judged(request: Request, options: argparse.Namespace, console: Console) -> Assessed:
    """Assess a request, with what the arguments say of earlier findings and of a lost engine."""
    from limen.assess import assess
    from limen.cli.reference import inherited_fingerprints

    with console.progress() as say, journalled_run(request, resume=options.resume) as journalled:
        if options.baseline_from is None:
            return assess(journalled, say)
        import msgspec

        say(f"assessing {options.baseline_from}")
        inherited = inherited_fingerprints(journalled, options.baseline_from)
        return assess(msgspec.structs.replace(journalled, inherited=inherited), say)


@contextlib.contextmanager
def journalled_run(request: Request, *, resume: bool) -> Iterator[Request]:
    """Yield a request whose answers are kept where an engine outside limen may be lost."""
    if request.engine.engine == "embedded" and (request.second is None or request.second.engine == "embedded"):
        yield request
        return
    import msgspec

    from limen.cli.resuming import kept

    with kept(request.path, resume=resume) as journal:
        yield msgspec.structs.replace(request, journal=journal)


def quiet_libraries() -> None:
    """Keep what libraries warn their developers of out of the output; PYTHONWARNINGS and -W bring it back."""
    import sys
    import warnings

    if not sys.warnoptions:
        warnings.simplefilter("ignore")
