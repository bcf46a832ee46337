"""Accept a finding: append a waiver to waivers.yaml, for review with the change that adds it.

FINDING is a fingerprint (or its beginning) or rule::subject::path as `limen check` prints it. A waiver needs
an owner, a requester and another person as approver, a reason, a compensating control that passes in each
run, and a day on which it ends. It takes effect once the file is there; the finding is then shown as waived.
"""

from __future__ import annotations

import argparse
import re
from pathlib import Path

from limen.cli.console import Console
from limen.cli.finding import finding_named
from limen.cli.selecting import add_selection, assessed
from limen.errors import Problem, UsageError
from limen.policy.moments import moment
from limen.policy.waivers import read_waivers
from limen.records.assessment import Assessment, Finding
from limen.records.waivers import Waiver

_ITEM = re.compile(r"^( *)- ", re.MULTILINE)
WAIVERS_FILE = "waivers.yaml"
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
    from limen.cli.writing import write_file
    from limen.loading import find

    target: Path | None = options.waivers
    if target is not None and not target.exists():
        options.waivers = None  # it is about to be made
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
    path = target or find(options.path or Path()).parent / WAIVERS_FILE
    problems = _problems(given, finding, whole.assessment)
    if path.exists() and any(waiver.fingerprint == finding.fingerprint for waiver in read_waivers(path).file.waivers):
        problems.append(Problem(message=f"{finding.fingerprint} has a waiver already", hint=f"edit {path}"))
    if problems:
        raise UsageError(problems)
    write_file(path, appended(path, given, finding.id).encode())
    console.out(f"{path}: waiver of {finding.id} added; it counts once the change is reviewed and merged")
    return 0


def _problems(given: dict[str, str], finding: Finding, assessment: Assessment) -> list[Problem]:
    """Return everything for which this waiver would not count."""
    import difflib

    import msgspec

    problems = []
    if finding.status != "fail":
        message = f"{finding.id} is {finding.status}: only a failed check can be waived"
        problems.append(Problem(message=message, hint="mend what keeps it from being judged"))
    if given["approved_by"].strip().casefold() == given["requested_by"].strip().casefold():
        problems.append(Problem(message="requester and approver are the same", hint="somebody else must approve"))
    control = given["compensating_control"]
    if control not in assessment.decisions:
        close = difflib.get_close_matches(control, list(assessment.decisions), 1)
        hint = f'did you mean "{close[0]}"?' if close else "limen rules lists them"
        problems.append(Problem(message=f"there is no selected rule {control!r}", hint=hint))
    try:
        if moment(given["expires"]) <= moment(assessment.assessed_at):
            problems.append(Problem(message=f"{given['expires']} is not in the future", hint="name a later day"))
        msgspec.convert(given, Waiver)
    except msgspec.ValidationError as error:
        problems.append(Problem(message=f"the waiver is malformed: {error}", hint="limen waive --help"))
    except ValueError:
        problems.append(Problem(message=f"{given['expires']!r} is no date", hint="expected YYYY-MM-DD"))
    return problems


def appended(path: Path, given: dict[str, str], finding: str) -> str:
    """Return the waiver file with one more waiver, comments and all; raises UsageError where its style forbids it."""
    import yaml

    from limen.cli.quoting import quoted

    before = path.read_text(encoding="utf-8") if path.exists() else ""
    old = (yaml.safe_load(before) or {}).get("waivers") or []
    if not old:
        before = "".join(line for line in before.splitlines(keepends=True) if line.startswith("#")) + "waivers:"
    dash = _ITEM.search(before)
    margin = dash[1] if dash else "  "
    lines = [f"{name}: {quoted(value)}" for name, value in given.items()]
    entry = f"{margin}# {finding}\n{margin}- " + f"\n{margin}  ".join(lines) + "\n"
    text = before.rstrip("\n") + "\n" + entry
    try:
        fits = yaml.safe_load(text) == {"waivers": [*old, given]}
    except yaml.YAMLError:
        fits = False
    if not fits:
        raise UsageError(
            Problem(message=f"{path} is written in a style that can't be added to", hint=f"add by hand:\n{entry}")
        )
    return text
