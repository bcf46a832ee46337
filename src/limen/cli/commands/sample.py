"""Draw a random sample of a pack's decisions, which anybody can draw again.

The auditor makes up the nonce once the pack is there, so that whoever made the pack could not know the sample:
seed = SHA-256(root of the pack, nonce), and those decisions are drawn whose SHA-256("seed:number") is smallest.
The steps that draw the same decisions with sha256sum, sort and head are printed too.

PACK may be redacted: what is drawn from is public. limen verify tells whether the pack is intact.
`limen redact --keep decision:NUMBER` then shows what was drawn, and proves it.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from limen.cli.console import Console

if TYPE_CHECKING:
    from limen.evidence.sampling import Sample

SUMMARY = "draw a reproducible audit sample of a pack"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("pack", type=Path, metavar="PACK", help="a pack: folder or zip")
    parser.add_argument("--size", type=int, required=True, metavar="N", help="how many decisions to draw")
    parser.add_argument("--nonce", required=True, metavar="TEXT", help="the auditor's own text, made up after the pack")
    parser.add_argument(
        "--status", action="append", default=[], metavar="STATUS", help="only decisions that ended so (repeatable)"
    )
    parser.add_argument(
        "--rule", action="append", default=[], metavar="ID", help="only decisions by this rule (repeatable)"
    )
    parser.add_argument(
        "--stratify", choices=("rule", "status"), help="draw from each: one at least, the rest by their shares"
    )
    parser.add_argument("-f", "--format", choices=("text", "json"), default="text", help="default: text")


def run(options: argparse.Namespace, console: Console) -> int:
    """Draw and print; 0."""
    from limen.evidence.drawing import draw
    from limen.evidence.sampling import Wanted

    wanted = Wanted(
        size=options.size,
        nonce=options.nonce,
        statuses=tuple(dict.fromkeys(options.status)),
        rules=tuple(dict.fromkeys(options.rule)),
        stratify=options.stratify,
    )
    made, subjects = draw(options.pack, wanted)
    if options.format == "json":
        import orjson

        from limen.evidence.drawing import as_data

        console.out_bytes(orjson.dumps(as_data(made, subjects), option=orjson.OPT_INDENT_2) + b"\n")
    else:
        _print(made, subjects, console)
    return 0


def _print(made: Sample, subjects: dict[int, str], console: Console) -> None:
    from limen.cli.tables import table
    from limen.evidence.sample_recipe import recipe

    of = "" if made.population == made.decisions else f" of {made.decisions} decisions"
    console.out(f"population  {made.population}{of}")
    console.out(f"drawn       {len(made.rows)}")
    console.out(f"root        {made.root}")
    console.out(f"seed        {made.seed}")
    if made.wanted.size > made.population:
        console.out(f"{made.wanted.size} were asked for, which is more than there are: all of them are drawn")
    console.out("")
    rows = [
        (
            str(row.decision.index), row.decision.status, row.decision.severity, row.decision.rule,
            subjects.get(row.decision.index, "(withheld)"), row.rank[:16],
        )
        for row in made.rows
    ]  # fmt: skip
    table(console, ("decision", "status", "severity", "rule", "subject", "rank"), rows)
    if made.strata:
        console.out("")
        counted = [(name, str(size), str(share)) for name, (size, share) in made.strata.items()]
        table(console, (str(made.wanted.stratify), "population", "drawn"), counted)
    console.out("\nto draw it again, in the folder of the pack:\n")
    for line in recipe(made):
        console.out(line)
