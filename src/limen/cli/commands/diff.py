"""Say what changed from one pack to another in what they mean: what got worse, what got better.

A and B are packs, folder or zip; A is the older one. Compared are the rules and their parameters, the subjects and
their facts, how each decision ended, findings, what was observed, and what a pack demands of itself: scope, profiles,
deviations, signers, signing policy. Both must have the root that their Statements say; limen verify tells the rest.

Worse is: a decision that passed and does not, or is judged no more; a new finding or one that is open again; a rule, a
profile or a signer that is gone; a parameter that is weaker; an observation that is lost or contradicts.

exit codes:
  0  the same, or better
  1  something got worse
  2  bad usage, or a pack that is damaged
  3  nothing is known to be worse, but something is withheld, not judged any more, or judged by another text of its
     rule or by a parameter of which nobody can say which value is stricter
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from limen.cli.console import Console

if TYPE_CHECKING:
    from limen.evidence.differing import Difference
    from limen.evidence.worsening import Change, Turn

SUMMARY = "say what changed from one pack to another"
_SHOWN = 20
_STYLES: dict[Turn, str] = {"worse": "red", "better": "green", "other": "dim"}
_MARKS: dict[Turn, str] = {"worse": "worse ", "better": "better", "other": "      "}


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("before", type=Path, metavar="A", help="the older pack: folder or zip")
    parser.add_argument("after", type=Path, metavar="B", help="the newer pack: folder or zip")
    parser.add_argument("-f", "--format", choices=("text", "json"), default="text", help="default: text")
    parser.add_argument(
        "--all", action="store_true", help=f"in the text, show all of each sort, not the first {_SHOWN}"
    )


def run(options: argparse.Namespace, console: Console) -> int:
    """Compare, print and return 0, 1 or 3."""
    from limen.evidence.differing import differences
    from limen.evidence.reading import open_pack
    from limen.records.statuses import EXIT_CONFORMING, EXIT_FINDINGS, EXIT_UNASSESSED

    with open_pack(options.before) as before, open_pack(options.after) as after:
        found = differences(before, after)
    code = EXIT_FINDINGS if found.worse else EXIT_UNASSESSED if found.unknown else EXIT_CONFORMING
    if options.format == "json":
        import msgspec
        import orjson

        data = {"format": "limen-diff-1", "worse": found.worse, "exit_code": code, **msgspec.to_builtins(found)}
        console.out_bytes(orjson.dumps(data, option=orjson.OPT_INDENT_2) + b"\n")
    else:
        _print(found, console, None if options.all else _SHOWN)
    return code


def _print(found: Difference, console: Console, most: int | None) -> None:
    for title, changes in (
        ("the packs themselves", found.head),
        ("rules", found.rules),
        ("parameters", found.parameters),
        ("decisions", found.decisions),
        ("decisions by number, since something is withheld", found.counts),
        ("claims", found.claims),
    ):
        _print_changes(title, changes, console, most)
    findings = found.findings
    lists: tuple[tuple[str, Turn, Sequence[str]], ...] = (
        ("findings that are new", "worse", findings.new),
        ("findings that are open again", "worse", findings.reopened),
        ("findings that are mended", "better", findings.mended),
        ("findings that were accepted", "other", findings.accepted),
        ("findings that are still there, with another value", "other", findings.changed),
        ("findings whose subject or rule is gone", "other", findings.gone),
        ("findings of which nobody knows any more", "other", findings.unknown),
        ("subjects that are gone", "other", found.subjects_gone),
        ("subjects that are new", "other", found.subjects_new),
        ("facts that changed", "other", [f"{one.subject}  {', '.join(one.fields)}" for one in found.facts]),
    )
    for title, turn, names in lists:
        _print_names(title, turn, names, console, most)
    if any(found.withheld):
        console.out(f"withheld and not compared: {found.withheld[0]} records of A, {found.withheld[1]} of B")
    if found.verdicts[0] != found.verdicts[1]:
        console.out(f"A {found.verdicts[0]}\nB {found.verdicts[1]}")
    words = f"{found.worse} worse" if found.worse else "nothing known is worse" if found.unknown else "nothing is worse"
    same = " (the same pack)" if found.before == found.after else ""
    console.out(f"{words}; {len(findings.still)} findings are still there{same}")


def _print_changes(title: str, changes: Sequence[Change], console: Console, most: int | None) -> None:
    from limen.reports._words import one_line

    if not changes:
        return
    console.out(console.styled(title, "bold") + f"  {len(changes)}")
    ordered = sorted(changes, key=lambda one: ("worse", "better", "other").index(one.turn))
    for one in ordered[:most]:
        mark = console.styled(_MARKS[one.turn], _STYLES[one.turn])
        console.out(f"  {mark}  {one_line(one.what)}: {one_line(one.before) or '-'} → {one_line(one.after) or '-'}")
    _print_rest(len(ordered), console, most)


def _print_names(title: str, turn: Turn, names: Sequence[str], console: Console, most: int | None) -> None:
    from limen.reports._words import one_line

    if not names:
        return
    console.out(console.styled(title, "bold") + f"  {len(names)}")
    for name in names[:most]:
        console.out(f"  {console.styled(_MARKS[turn], _STYLES[turn])}  {one_line(name)}")
    _print_rest(len(names), console, most)


def _print_rest(size: int, console: Console, most: int | None) -> None:
    if most is not None and size > most:
        console.out(f"          and {size - most} more; --all shows them")
