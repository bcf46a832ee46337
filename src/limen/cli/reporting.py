"""Arguments that say how an assessment is reported, and reporting it so: shared by `check` and `probe`."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from limen.cli.console import Console
from limen.errors import Problem, UsageError
from limen.records.verdict import exit_code
from limen.reports import Options, formats, report

if TYPE_CHECKING:
    from limen.records.assessment import Assessment

FILE_STEM = "limen"


def add_reporting(parser: argparse._ActionsContainer) -> None:
    """Add the formats, where they go, and what of a partial assessment."""
    parser.add_argument(
        "-f", "--format", action="append", default=[], metavar="FORMAT",
        help=f"report format, repeated or by commas: {', '.join(formats())}; all for every one (default: text)",
    )  # fmt: skip
    parser.add_argument(
        "-o",
        "--output",
        type=Path,
        metavar="PATH",
        help="file for one format, folder for several (default: standard output)",
    )
    parser.add_argument("-q", "--quiet", action="store_true", help="print only findings and the verdict")
    parser.add_argument(
        "--partial", action="store_true", help="let a partial assessment (--rule, --only, --only-profile) exit 0"
    )


def wanted_formats(options: argparse.Namespace) -> list[str]:
    """Return the formats asked for, each once, in order.

    Raises UsageError naming every unknown one, and where several have no folder to go to.
    """
    words = [word.strip() for item in options.format for word in item.split(",") if word.strip()] or ["text"]
    known = formats()
    wanted = list(known) if words == ["all"] else list(dict.fromkeys(words))
    problems = []
    for word in wanted:
        if word not in known:
            from difflib import get_close_matches

            close = get_close_matches(word, known, 1)
            hint = f'did you mean "{close[0]}"?' if close else f"formats: {', '.join(known)}, all"
            problems.append(Problem(message=f"there is no format {word!r}", hint=hint))
    if problems:
        raise UsageError(problems)
    if len(wanted) > 1 and options.output is None:
        raise UsageError(
            Problem(message=f"{len(wanted)} formats need a folder", hint="add --output FOLDER, or ask for one format")
        )
    return wanted


def reported(options: argparse.Namespace, console: Console, wanted: list[str], assessment: Assessment) -> int:
    """Report an assessment in the formats that are wanted, and return 0, 1 or 3."""
    drawn = console.options(quiet=options.quiet)
    if options.output is None:
        console.out_bytes(report(wanted[0]).render(assessment, drawn))
    else:
        _write(options.output, wanted, assessment)
        console.out_bytes(report("text").render(assessment, drawn))
    return exit_code(assessment, partial_accepted=options.partial)


def _write(output: Path, wanted: list[str], assessment: Assessment) -> None:
    """Render everything first, then write all or nothing: no half set of reports is left behind."""
    from limen.cli.writing import write_files

    plain = Options()  # a file looks the same whatever terminal made it
    folder = len(wanted) > 1 or output.is_dir()
    rendered = []
    for name in wanted:
        module = report(name)
        path = output / f"{FILE_STEM}{'-github' if name == 'github' else ''}.{module.EXTENSION}" if folder else output
        rendered.append((path, module.render(assessment, plain)))
    write_files(rendered)
