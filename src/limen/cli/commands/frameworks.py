"""List law and standards, and how far the rules cover them.

Without an ID: a row a framework, with numbers. With IDs: each requirement of these, what it asks, whether it is in
force, the rules that judge it, and what none of them can judge. --matrix: a row a requirement.
"""

from __future__ import annotations

import argparse
import datetime

from limen.cli.console import Console
from limen.cli.policies import add_policies, catalog
from limen.cli.selecting import day

SUMMARY = "list law and standards, and how far the rules cover them"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("framework", nargs="*", metavar="ID", help="a framework, such as 21cfr11")
    parser.add_argument(
        "--matrix", action="store_true", help="one row a requirement: framework, control, rules, verdict"
    )
    parser.add_argument(
        "--profile", action="append", default=[], metavar="NAME", help="count only the rules that this profile selects"
    )
    parser.add_argument(
        "--as-of", type=day, metavar="DATE", help="what is in force on this day, YYYY-MM-DD (default: today, UTC)"
    )
    add_policies(parser)
    parser.add_argument(
        "-f", "--format", choices=("text", "json", "markdown", "csv"), default="text", help="default: text"
    )


def run(options: argparse.Namespace, console: Console) -> int:
    """Print the frameworks, the requirements of some, or the matrix."""
    from limen.cli import coverage_formats
    from limen.policy.coverage import coverage, load_frameworks
    from limen.policy.selection import select

    as_of = options.as_of or datetime.datetime.now(datetime.UTC).date()
    known = catalog(options)
    selected = select(known, options.profile, as_of=as_of).rules if options.profile else known.rules
    frameworks = coverage_formats.chosen(load_frameworks(known.places), options.framework)
    covered = coverage(frameworks, known.rules, selected, as_of.isoformat())
    if options.format == "json":
        console.out_bytes(coverage_formats.as_json(covered, as_of.isoformat(), tuple(options.profile)))
    elif options.format == "csv":
        console.out(coverage_formats.as_csv(covered).rstrip("\n"))
    elif options.format == "markdown":
        console.out(coverage_formats.as_markdown(covered, matrix=bool(options.matrix or options.framework)))
    elif options.matrix:
        coverage_formats.print_matrix(covered, console)
    elif options.framework:
        coverage_formats.print_requirements(covered, console)
    else:
        coverage_formats.print_summary(covered, console)
    return 0
