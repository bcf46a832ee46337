"""Write baseline.json: today's findings, which then gate no longer until the baseline expires.

They stay visible in every report, packs ignore them, and a finding that worsens gates again.
"""

from __future__ import annotations

import argparse
import datetime
from pathlib import Path

from limen.cli.console import Console
from limen.cli.selecting import add_selection, assessed
from limen.errors import Problem, UsageError
from limen.reports._words import plural

SUMMARY = "write today's findings to baseline.json"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    add_selection(parser)
    parser.add_argument(
        "--expires", required=True, metavar="DATE", help="UTC date from which they gate again, YYYY-MM-DD"
    )


def run(options: argparse.Namespace, console: Console) -> int:
    """Assess and write the open findings' fingerprints; a finding on a waiver is none that a baseline can hold."""
    import msgspec
    import orjson

    from limen.cli.writing import write_file
    from limen.loading import find
    from limen.policy.waivers import TITLES
    from limen.records.waivers import Baseline

    target: Path | None = options.baseline
    if target is not None and not target.exists():
        options.baseline = None  # it is about to be made
    assessment = assessed(options, console).assessment
    if assessment.partial:
        hint = "leave --rule, --only and --only-profile out"
        raise UsageError(Problem(message="a partial assessment makes no baseline", hint=hint))
    expires = _later(options.expires, assessment.assessed_at)
    failed = [
        f for f in assessment.findings if f.status == "fail" and f.disposition != "waived" and f.rule not in TITLES
    ]
    fingerprints = tuple(sorted({finding.fingerprint for finding in failed}))
    baseline = Baseline(expires=expires, created=assessment.assessed_at, fingerprints=fingerprints)
    path = target or find(options.path or Path()).parent / "baseline.json"
    write_file(path, orjson.dumps(msgspec.to_builtins(baseline), option=orjson.OPT_INDENT_2) + b"\n")
    console.out(f"{path}: {plural(len(fingerprints), 'finding')} accepted until {expires}")
    gaps = sum(finding.status != "fail" for finding in assessment.findings)
    waivers = sum(finding.rule in TITLES for finding in assessment.findings)
    for count, noun, what in ((gaps, "decision", "not assessed or in error"), (waivers, "finding", "on waivers")):
        if count:
            console.note(f"{plural(count, noun)} {what}: no baseline can hold those, they still gate")
    return 0


def _later(text: str, assessed_at: str) -> str:
    try:
        day = datetime.date.fromisoformat(text)
    except ValueError:
        raise UsageError(Problem(message=f"{text!r} is no date", hint="expected YYYY-MM-DD")) from None
    if day.isoformat() <= assessed_at[:10]:
        raise UsageError(Problem(message=f"{text} is not in the future", hint="name a later day"))
    return day.isoformat()
