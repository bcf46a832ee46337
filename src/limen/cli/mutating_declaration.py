"""Weaken, drop or widen every declared value once, and list what no rule notices.

Each scalar and each list entry of the declaration, its included files too, is a place. Its mutants are
declarations that somebody could have written: the weakest value of its kind, nothing, or one more that is let in. A
place is watched where every mutant raises a finding that was not there before, or is refused when it is loaded. What
remains are blind spots of the rules, each with its place.

Exit codes: 0 the score reaches --at-least, 1 it does not, 2 unusable input, 3 only a part was asked for (--only)
without --partial, nothing of it can be made weaker, or the engine was lost.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from limen.cli.console import Console
from limen.cli.policies import add_policies, trust
from limen.cli.selecting import day
from limen.errors import PolicyError
from limen.records.statuses import EXIT_CONFORMING, EXIT_FINDINGS, EXIT_UNASSESSED

if TYPE_CHECKING:
    from limen.testing.declaration_score import Score
    from limen.testing.declaration_trial import Trial

AT_LEAST = 98.0
"""Per cent of places that must be watched."""
JOURNAL = Path(".limen") / "mutate-declaration.jsonl"
"""Where what was judged is kept until the run is complete, from the declaration's folder."""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add what is mutated, how much must be noticed, and how."""
    parser.add_argument(
        "path", nargs="?", type=Path, metavar="PATH", help="boundaries.yaml or its folder (default: looked for upwards)"
    )
    parser.add_argument("--profile", action="append", default=[], metavar="NAME", help="add a profile")
    add_policies(parser)
    parser.add_argument(
        "--as-of", type=day, metavar="DATE", help="judge by the law in force on this day (default: today, UTC)"
    )
    parser.add_argument(
        "--only", action="append", default=[], metavar="PLACE",
        help="only this section or place and what is below it, such as keys or flows/submit/in_transit: partial",
    )  # fmt: skip
    parser.add_argument("--partial", action="store_true", help="let a partial run (--only) exit 0")
    parser.add_argument(
        "--at-least", type=_percent, default=AT_LEAST, metavar="PERCENT",
        help="share of places that must be watched (default: 98)",
    )  # fmt: skip
    parser.add_argument("-j", "--jobs", type=int, metavar="N", help="processes (default: as many as there are cores)")
    parser.add_argument("--resume", action="store_true", help="go on where an earlier run was interrupted")
    parser.add_argument("--journal", type=Path, metavar="FILE", help=f"default: {JOURNAL} beside the declaration")
    parser.add_argument("-f", "--format", choices=("text", "json"), default="text", help="default: text")


def run(options: argparse.Namespace, console: Console) -> int:
    """Mutate, print the score and every survivor, and return 0, 1 or 3."""
    import datetime
    import os

    from limen.assess import moment
    from limen.testing.declaration_run import mutate
    from limen.testing.declaration_trial import Setting, Trial

    setting = Setting(
        path=options.path,
        profiles=tuple(options.profile),
        policies=tuple(options.policies),
        trust=trust(options),
        as_of=options.as_of or moment(None).astimezone(datetime.UTC).date(),
    )
    jobs = options.jobs or len(os.sched_getaffinity(0))
    with Trial(setting) as trial:
        numbers = trial.numbers(options.only)
        journal = options.journal or trial.path.parent / JOURNAL
        with console.progress() as say:
            result = mutate(trial, numbers, journal=journal, resume=options.resume, jobs=jobs, progress=say)
        partial = len(numbers) < len(trial.places)
        if options.format == "json":
            import orjson

            data = as_data(trial, result, partial=partial, at_least=options.at_least)
            console.out_bytes(orjson.dumps(data, option=orjson.OPT_INDENT_2) + b"\n")
        else:
            _print(console, trial, result, partial=partial, at_least=options.at_least)
    if result.problems:
        raise PolicyError(result.problems)
    if result.share is None:
        return EXIT_UNASSESSED
    if 100 * result.share < options.at_least:
        return EXIT_FINDINGS
    return EXIT_UNASSESSED if partial and not options.partial else EXIT_CONFORMING


def as_data(trial: Trial, result: Score, *, partial: bool, at_least: float) -> dict[str, Any]:
    """Return a score as plain data for `--format json`."""
    import msgspec

    return {
        "declaration": trial.path.as_posix(),
        "system": trial.loaded.declaration.system.id,
        "partial": partial,
        "score": None if result.share is None else round(result.share, 6),
        "at_least": at_least / 100,
        "known_findings": sorted(trial.known),
        **msgspec.to_builtins(result),
    }


def _print(console: Console, trial: Trial, result: Score, *, partial: bool, at_least: float) -> None:
    for one in result.survivors:
        console.out(f"{console.styled(str(one.location), 'bold')}: {one.mutant}")
        console.out(f"    nothing noticed; {one.field}: {one.control}")
    if trial.known:
        console.out(f"{len(trial.known)} findings are there without any mutant; only others count as noticing one")
    survived = (
        f"{result.survived} places survive ({len(result.survivors)} mutants)" if result.survived else "none survives"
    )
    console.out(
        f"{result.places} places, {result.mutants} mutants: {result.caught} places watched ({result.refused} by the "
        f"loader alone), {result.equivalent} can't be weakened, {survived}"
    )
    if result.share is None:
        console.out(console.styled("no score: nothing that was asked for can be made weaker", "red"))
        return
    share = 100 * result.share
    verdict = "reaches" if share >= at_least else "is below"
    style = "green" if share >= at_least else "red"
    text = f"score {_down(share)} %, which {verdict} {at_least:g} %" + (
        "; only a part was asked for" if partial else ""
    )
    console.out(console.styled(text, style))


def _down(share: float) -> str:
    """Return per cent with two digits, rounded down, so that 97.999 is never shown as 98."""
    return f"{int(share * 100) / 100:.2f}"


def _percent(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value <= 100:
        raise argparse.ArgumentTypeError(f"{text!r} is no share; expected per cent from 0 to 100")
    return value
