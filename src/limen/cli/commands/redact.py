"""Write a pack in which some records are withheld, and proven to be there.

What a pattern matches is kept; everything else that is private becomes a bare hash in the tree, from which nobody can
guess what it was. How many decisions there are, by which rules and how each ended is public and always stays. A pack
that is redacted can be redacted further. It is not re-performable, and has no reports.

A pattern is one of these; `*` stands for any text, `?` for one character:

  core/PATH            a file of the pack, or all records of one: core/findings.jsonl, core/inputs/*
  rule:ID              decisions by a rule with their findings and waivers: rule:transit.*
  subject:KIND:NAME    a subject, and what was decided, found, claimed, tried and crosses about it:
                       subject:flow:site-upload, subject:key:*
  control:NAME         decisions by rules that serve a control, with their findings: control:nist-800-53r5:SC-8
  status:STATUS        decisions that ended so, and findings: status:fail
  decision:NUMBER      one decision, as `limen sample` numbers them

Several with `&` between them must all hold: 'rule:transit.* & subject:flow:site-upload'. --keep may be given again.
Without any, all that is private is withheld.
"""

from __future__ import annotations

import argparse
import datetime
from pathlib import Path

from limen.cli.console import Console
from limen.errors import Location, Problem, UsageError

SUMMARY = "withhold records of a pack, and prove that they are there"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("pack", type=Path, metavar="PACK", help="a pack: folder or zip")
    parser.add_argument(
        "--keep", action="append", default=[], metavar="PATTERN", help="what to keep (repeatable; default: nothing)"
    )
    parser.add_argument(
        "-o", "--output", type=Path, required=True, metavar="PATH", help="where to write: a new folder, or NAME.zip"
    )


def run(options: argparse.Namespace, console: Console) -> int:
    """Verify, withhold, write; 0."""
    from limen.evidence.keeping import read_patterns
    from limen.evidence.reading import open_pack
    from limen.evidence.redaction import redacted, write_redacted
    from limen.evidence.verifying import verified
    from limen.evidence.writing import check_free

    patterns = read_patterns(options.keep)
    check_free(options.output)
    with open_pack(options.pack) as files:
        report = verified(files, None, datetime.datetime.now(datetime.UTC))
        problems = [
            Problem(message=check.what, location=Location(file=check.file) if check.file else None)
            for check in report.checks
            if check.status == "broken"
        ]
        if problems:
            hint = "limen verify says the same; redact a pack that is intact"
            raise UsageError([Problem(message=f"{options.pack} is damaged", hint=hint), *problems])
        made = redacted(files, patterns)
        write_redacted(made, options.output)
    console.out(f"{options.output}: {made.shown} records kept, {made.withheld} withheld; not re-performable")
    return 0
