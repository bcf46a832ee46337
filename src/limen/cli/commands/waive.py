"""Accept a finding: append a waiver to waivers.yaml, for review with the change that adds it.

FINDING is a fingerprint (or its beginning) or rule::subject::path as `limen check` prints it. A waiver needs
an owner, a requester and another person as approver, a reason, a compensating control that passes in each
run, and a day on which it ends. It takes effect once the file is there; the finding is then shown as waived.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from limen.cli.console import Console
from limen.cli.finding import finding_named
from limen.cli.selecting import add_selection, assessed
from limen.errors import Problem, UsageError
from limen.records.waivers import Waiver

SUMMARY = "accept a finding in waivers.yaml"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("finding", metavar="FINDING", help="fingerprint or rule::subject::path")
    add_selection(parser)
    for name, text in (
        ("owner", "who answers for the risk"),
        ("requested-by", "who asks for it"),
        ("approved-by", "who approves it; somebody else than who asks"),
        ("reason", "why the finding is accepted"),
        ("compensating-control", "a rule that must pass everywhere in each run"),
        ("expires", "UTC date on which it ends, YYYY-MM-DD"),
    ):
        parser.add_argument(f"--{name}", required=True, metavar="TEXT" if name != "expires" else "DATE", help=text)


def run(options: argparse.Namespace, console: Console) -> int:
    """Check the waiver against today's findings and append it to the file."""
    import msgspec

    from limen.cli.writing import write_file
    from limen.loading import find
    from limen.policy.waivers import read_waivers

    whole = assessed(options, console)
    finding = finding_named(whole.assessment, options.finding)
    given = {
        "fingerprint": finding.fingerprint,
        "owner": options.owner,
        "requested_by": options.requested_by,
        "approved_by": options.approved_by,
        "reason": options.reason,
        "compensating_control": options.compensating_control,
        "expires": options.expires,
    }
    problems = []
    if finding.status != "fail":
        problems.append(Problem(message=f"{finding.id} is {finding.status}: only a failed check can be waived", hint="mend what keeps it from being judged"))
    if options.approved_by.strip().casefold() == options.requested_by.strip().casefold():
        problems.append(Problem(message="requester and approver are the same", hint="somebody else must approve"))
    if options.compensating_control not in whole.assessment.decisions:
        problems.append(Problem(message=f"there is no selected rule {options.compensating_control!r}", hint="limen rules lists them"))
    if options.expires <= whole.assessment.assessed_at[:10]:
        problems.append(Problem(message=f"{options.expires} is not in the future", hint="name a later day"))
    try:
        msgspec.convert(given, Waiver)
    except msgspec.ValidationError as error:
        problems.append(Problem(message=f"the waiver is malformed: {error}", hint="limen waive --help"))
    path = options.waivers or find(options.path or Path()).parent / "waivers.yaml"
    before = ""
    if path.exists():
        held = read_waivers(path)  # refuses what is malformed before anything is added
        before = path.read_text(encoding="utf-8").rstrip("\n")
        if any(waiver.fingerprint == finding.fingerprint for waiver in held.file.waivers):
            problems.append(Problem(message=f"{finding.fingerprint} has a waiver already", hint=f"edit {path}"))
    if problems:
        raise UsageError(problems)
    write_file(path, f"{before or 'waivers:'}\n{_entry(given, finding.id)}".encode())
    console.out(f"{path}: waiver of {finding.id} added; it counts once the change is reviewed and merged")
    return 0


def _entry(given: dict[str, str], finding: str) -> str:
    """Return one waiver as YAML; texts are JSON strings, which YAML reads alike."""
    import orjson

    lines = [f"{name}: {orjson.dumps(value).decode()}" for name, value in given.items()]
    return f"  # {finding}\n  - " + "\n    ".join(lines) + "\n"
