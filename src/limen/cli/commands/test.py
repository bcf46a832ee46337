"""Run the tests of the rules: every rule in Rego whose name starts with test_, with coverage a rule.

A test passes where it is true, and nothing else. One that fails is shown with the statement that does not hold, the
difference between its two sides, and what the test was given. A rule without a test gates, as does, with
--coverage-at-least, one of whose lines too few ran. Coverage comes from the embedded engine only.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from limen.cli.console import Console
from limen.cli.engine_options import add_engine, engine_of
from limen.cli.policies import add_policies, catalog
from limen.errors import Problem, UsageError

if TYPE_CHECKING:
    from limen.policy.tests import Coverage, TestRun

SUMMARY = "run the rules' own tests"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    add_policies(parser)
    parser.add_argument(
        "--rule",
        action="append",
        default=[],
        metavar="ID",
        help="test this rule or library only (transit.* for a category, lib.sets for a library)",
    )
    parser.add_argument(
        "--coverage-at-least",
        type=_percent,
        metavar="PERCENT",
        help="exit 1 where fewer of a rule's lines ran (the embedded engine only)",
    )
    parser.add_argument("-f", "--format", choices=("text", "json", "junit"), default="text", help="default: text")
    parser.add_argument(
        "-o", "--output", type=Path, metavar="FILE", help="write the format there, and print the text, too"
    )
    parser.add_argument("-v", "--verbose", action="store_true", help="print passed tests and each rule's coverage too")
    add_engine(parser)


def run(options: argparse.Namespace, console: Console) -> int:
    """Run the tests; 1 where one failed or coverage is too low, 3 where there was none or one could not be run."""
    from limen.assess import moment
    from limen.policy.engines import open_engine
    from limen.policy.tests import run_tests

    if options.coverage_at_least is not None and options.engine != "embedded":
        hint = "leave --coverage-at-least or --engine out"
        raise UsageError(Problem(message=f"the engine {options.engine} does not say which lines ran", hint=hint))
    started = f"{moment(None):%Y-%m-%dT%H:%M:%SZ}"
    policies = catalog(options)
    with console.progress() as say, open_engine(engine_of(options)) as engine:
        say("running the rules' tests")
        tested = run_tests(policies, engine, rules=options.rule)
    below = [one for one in tested.coverage or () if one.percent < (options.coverage_at_least or 0)]
    code = exit_code(tested, below)
    report = _report(options.format, tested, started, below, code)
    if report is not None and options.output is None:
        console.out_bytes(report)
        return code
    if options.output is not None:
        from limen.cli.writing import write_file

        write_file(options.output, report if report is not None else _plain(tested, below, options.verbose))
    _print(tested, below, options.verbose, console)
    return code


def exit_code(tested: TestRun, below: list[Coverage]) -> Literal[0, 1, 3]:
    """Return 1 where a test failed or coverage is too low, 3 where something could not be judged, else 0."""
    if below or any(test.status == "fail" for test in tested.tests):
        return 1
    if tested.untested or not tested.tests or any(test.status == "error" for test in tested.tests):
        return 3
    return 0


def _report(kind: str, tested: TestRun, started: str, below: list[Coverage], code: Literal[0, 1, 3]) -> bytes | None:
    if kind == "json":
        from limen.testing import tests_document

        return tests_document.render(tested, started, code)
    if kind == "junit":
        from limen.testing import tests_junit

        return tests_junit.render(tested, started, below)
    return None


def _print(tested: TestRun, below: list[Coverage], verbose: bool, console: Console) -> None:
    from limen.testing.tests_text import lines

    for line in lines(tested, below, verbose=verbose, width=console.width, style=console.styled):
        console.out(line)


def _plain(tested: TestRun, below: list[Coverage], verbose: bool) -> bytes:
    from limen.testing.tests_text import lines

    return "".join(f"{line}\n" for line in lines(tested, below, verbose=verbose)).encode()


def _percent(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value <= 100:
        raise argparse.ArgumentTypeError(f"{text!r} is no percentage; expected 0 to 100")
    return value
