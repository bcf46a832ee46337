"""Verify an evidence pack: that nothing in it was changed, who vouches for it, and since when.

Every check is told. Whom to believe comes from you, never from the pack: --trust names a file of yours with keys, logs,
witnesses and timestamp authorities (docs/verifying.md). Without it the answer is "intact, unauthenticated", exit 3.

--since holds the pack's run log against a checkpoint that you kept, such as envelope/checkpoint.txt of an earlier pack;
--previous asks that this pack follows another one. `limen reperform` judges again from the enclosed inputs.

exit codes: 0 verified; 1 something is broken, and named; 2 no pack; 3 intact, but not all of it could be checked.
"""

from __future__ import annotations

import argparse
import contextlib
import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from limen.cli.console import Console
from limen.errors import Problem, UsageError

if TYPE_CHECKING:
    from limen.evidence.checks.interface import Check
    from limen.evidence.verifying import Report

SUMMARY = "verify an evidence pack"
_MOST_RUNS = 50
"""Runs that are listed at most, the last ones; -f json has all."""
_STYLES = {"ok": "green", "broken": "red", "unchecked": "yellow"}


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("pack", type=Path, metavar="PACK", help="a pack: folder or zip")
    parser.add_argument("--trust", type=Path, metavar="FILE", help="whom you trust: JSON or YAML, limen-trust-1")
    parser.add_argument("--since", type=Path, metavar="FILE", help="a checkpoint of the run log that you hold")
    parser.add_argument("--previous", type=Path, metavar="PACK", help="the pack that must come before this one")
    parser.add_argument("--at", metavar="MOMENT", help="judge as of this time (UTC), not by the clock")
    parser.add_argument(
        "--retention",
        action="append",
        default=[],
        metavar="DURATION",
        help="how long it must be kept, such as P6Y, beside what is declared (repeatable)",
    )
    parser.add_argument("-f", "--format", choices=("text", "json"), default="text", help="default: text")


def run(options: argparse.Namespace, console: Console) -> int:
    """Verify, tell every check, and return 0, 1 or 3."""
    from limen.cli.trusting import head_of, trust_of
    from limen.evidence.reading import open_pack
    from limen.evidence.verifying import verified

    now, retention = _now(options.at), _retentions(options.retention)
    trust = None if options.trust is None else trust_of(options.trust)
    since = None if options.since is None else head_of(options.since, trust)
    with contextlib.ExitStack() as opened, console.progress() as say:
        say("verifying")
        files = opened.enter_context(open_pack(options.pack))
        before = None if options.previous is None else opened.enter_context(open_pack(options.previous))
        report = verified(files, trust, now, since=since, previous_files=before, retention=retention)
    if options.format == "json":
        console.out_bytes(_json(report))
    else:
        _print(report, console)
    return report.outcome


def _now(text: str | None) -> datetime.datetime:
    from limen.cli.trusting import moment_of

    if text is None:
        return datetime.datetime.now(datetime.UTC)
    try:
        return moment_of(text)
    except ValueError:
        hint = "expected UTC such as 2026-11-22 or 2026-11-22T10:00:00Z"
        raise UsageError(Problem(message=f"--at: {text!r} is no moment", hint=hint)) from None


def _retentions(given: list[str]) -> list[str]:
    from limen.model.scalars import duration_seconds

    for one in given:
        try:
            duration_seconds(one)
        except ValueError:
            hint = "expected ISO 8601, such as P6Y or P365D"
            raise UsageError(Problem(message=f"--retention: {one!r} is no duration", hint=hint)) from None
    return given


def _json(report: Report) -> bytes:
    import msgspec
    import orjson

    plain = {
        "format": "limen-verification-1",
        "outcome": report.words,
        "exit_code": report.outcome,
        **msgspec.to_builtins(report),
    }
    return orjson.dumps(plain, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS) + b"\n"


def _print(report: Report, console: Console) -> None:
    from limen.reports._words import one_line

    if report.system:
        console.out(one_line(f"{report.system}, assessed {report.assessed_at}: {report.verdict}"))
        console.out("")
    for check in report.checks:
        mark = console.styled(f"{check.status:<9}", _STYLES[check.status])
        console.out(f"{mark}  {check.name:<19}  {one_line(_words(check))}")
    for line in _told(report):
        console.out(one_line(line) if line[:1] != " " else "  " + one_line(line))
    console.out("")
    for line in _future(report):
        console.out(one_line(line))
    colour = {0: "green", 1: "red"}.get(report.outcome, "yellow")
    console.out(console.styled(one_line(report.words), "bold", colour))


def _told(report: Report) -> list[str]:
    """Return what the log tells of other runs: all that have no pack, and how many have another one."""
    from limen.evidence.log_entries import NO_END
    from limen.reports._words import plural

    lost = [run for run in report.runs if run.state in ("failed", "unfinished")]
    others = [run for run in report.runs if run.state == "another pack"]
    lines = []
    if others:
        last = others[-1]
        lines += [
            "",
            f"{plural(len(others), 'other run')} in the log ended with a pack of its own, the last at {last.at}",
        ]
    if lost:
        lines += ["", f"{plural(len(lost), 'run')} in the log without a pack:"]
    for run in lost[-_MOST_RUNS:]:
        detail = f" ({run.detail[:64]})" if run.detail else ""
        lines.append(f"  {run.run} started {run.started or 'never'}, {run.state}{detail} at {run.at}")
    gaps = [gap for gap in report.gaps if NO_END not in gap]
    if gaps:
        lines += ["", "what else the log does not account for:", *(f"  {gap}" for gap in gaps[-_MOST_RUNS:])]
    return lines


def _words(check: Check) -> str:
    place = check.file if check.record is None else f"{check.file}, record {check.record}"
    return f"{place}: {check.what}" if place else check.what


def _future(report: Report) -> list[str]:
    """Return until when the pack proves what it says, and until when it must."""
    proof = report.proof
    if report.outcome == 1:
        return []
    lines = []
    if proof.until:
        lines.append(f"the proof holds until {proof.until}, when this ends: {proof.by}")
    if proof.duty:
        lines.append(f"it must be kept until {proof.duty} (retention {proof.retention})")
        if proof.short and proof.until:
            lines.append(f"renew it before {proof.until}: limen timestamp PACK")
    return lines
