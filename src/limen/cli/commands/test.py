"""Run the tests of the rules: every rule in Rego whose name starts with test_, with coverage a rule."""

from __future__ import annotations

import argparse
from pathlib import Path

from limen.cli.console import Console
from limen.reports._words import one_line

SUMMARY = "run the rules' own tests"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument(
        "--policies", action="append", default=[], type=Path, metavar="DIR", help="folder with rules of your own"
    )
    parser.add_argument("-v", "--verbose", action="store_true", help="print passed tests too")


def run(options: argparse.Namespace, console: Console) -> int:
    """Run the tests; 1 where one failed, 3 where there was none or one could not be run."""
    from limen.policy.catalog import load_catalog
    from limen.policy.tests import run_tests

    results = run_tests(load_catalog(tuple(options.policies)))
    for result in results.tests:
        if result.status != "pass" or options.verbose:
            style = "green" if result.status == "pass" else "red"
            because = f": {one_line(result.message)}" if result.message else ""
            console.out(f"{console.styled(result.status.upper(), style)} {result.name}{because}")
    for rule in results.untested:
        console.out(f"{console.styled('NO TEST', 'red')} {rule}")
    failed = sum(result.status == "fail" for result in results.tests)
    errors = sum(result.status == "error" for result in results.tests)
    passed = len(results.tests) - failed - errors
    console.out(f"{passed} passed, {failed} failed, {errors} in error, {len(results.untested)} rules without a test")
    if failed:
        return 1
    return 3 if errors or results.untested or not results.tests else 0
