"""Judge the enclosed inputs of a pack again, by two engines, and compare every byte of what comes of it.

Nothing is read but the pack: its declaration, rules, profiles, frameworks and recordings stand for those of this
machine. The files of core that follow from them must be those of the pack, byte for byte. The rules, profiles and
frameworks that limen brings are then held against those of this installation: whoever changed them would get what they
ask for.

Exit codes: 0 they are, on every engine; 1 something differs, and the first difference of each file is named; 2 no pack;
3 the pack is redacted, its inputs can't be judged by this limen, they hold other rules of limen's than this limen has
(compare them with those of the version that made it), or OPA is missing (--engine embedded does without).
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from limen.cli.console import Console
from limen.errors import UnassessedError
from limen.records.statuses import EXIT_CONFORMING, EXIT_FINDINGS, EXIT_UNASSESSED, worst_exit

if TYPE_CHECKING:
    from limen.assess.reperforming import Reperformed

_SHOWN = 20
"""Files that are named."""
SUMMARY = "judge a pack's inputs again, and compare every byte"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the pack and the engines."""
    from limen.policy.engines import ENGINES, TIMEOUT

    parser.add_argument("pack", type=Path, metavar="PACK", help="folder or zip")
    parser.add_argument(
        "--engine", action="append", default=[], choices=ENGINES,
        help="judge by this engine only; repeated for several (default: embedded, and OPA's program)",
    )  # fmt: skip
    parser.add_argument("--engine-url", default="", metavar="URL", help="the OPA server, for --engine opa")
    parser.add_argument(
        "--engine-timeout", type=float, default=TIMEOUT, metavar="SECONDS",
        help=f"time for one chunk of subjects (default: {TIMEOUT:g})",
    )  # fmt: skip


def run(options: argparse.Namespace, console: Console) -> int:
    """Judge again, print what differs, and return 0 or 1."""
    from limen.assess.reperforming import reperform
    from limen.cli.selecting import quiet_libraries
    from limen.policy.engines import EngineOptions

    quiet_libraries()
    names = list(dict.fromkeys(options.engine)) or ["embedded", "opa-cli"]
    engines = [
        EngineOptions(engine=name, url=options.engine_url if name == "opa" else "", timeout=options.engine_timeout)
        for name in names
    ]
    codes = [EXIT_CONFORMING]
    done: list[Reperformed] = []
    try:
        with console.progress() as say:
            for one in reperform(options.pack, engines, say):
                done.append(one)
                codes.append(EXIT_FINDINGS if one.differences else EXIT_CONFORMING)
    except UnassessedError as error:  # what one engine says holds whatever becomes of the other
        console.problems(error)
        codes.append(EXIT_UNASSESSED)
    for one in done:
        _print(one, console)
    if done:
        codes.append(_foreign(options.pack, console))
    return worst_exit(*codes)


def _foreign(pack: Path, console: Console) -> int:
    """Print which of the enclosed rules are not those of this limen; return 3 where some are."""
    from limen import __version__
    from limen.assess.enclosed import foreign

    found = foreign(pack)
    if not found:
        return EXIT_CONFORMING
    many = "file of limen's rules and profiles is not that" if len(found) == 1 else "files of limen's are not those"
    console.error(f"{len(found)} enclosed {many} of this limen ({__version__}): of another version, or changed")
    for name in found[:_SHOWN]:
        console.error(f"  {name}")
    if len(found) > _SHOWN:
        console.error(f"  and {len(found) - _SHOWN} more")
    return EXIT_UNASSESSED


def _print(one: Reperformed, console: Console) -> None:
    made = f"{one.files} files of core with {one.records:,} records"
    if not one.differences:
        console.out(f"{one.engine}: {made} follow from the enclosed inputs, byte for byte")
        return
    count = len(one.differences)
    console.out(f"{one.engine}: {made} were made again, and {count} {'file is' if count == 1 else 'files are'} amiss")
    for difference in one.differences:
        record = "" if difference.record is None else f", record {difference.record}"
        console.out(f"  {difference.file}{record}: {difference.what}")
