"""Arguments that say how an assessment is reported, and reporting it so: shared by `check` and `probe`."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from limen.cli.console import Console
from limen.errors import Problem, UsageError
from limen.records.verdict import exit_code
from limen.reports import Options, binary, everyday, files, formats, lacks, report

if TYPE_CHECKING:
    from limen.records.assessment import Assessment

FILE_STEM = "limen"
BY_NAME = ("oscal", "pdf", "xlsx")
"""Formats that `all` leaves out, for the help, which loads none of them; a test holds it against the formats."""


def add_reporting(parser: argparse._ActionsContainer) -> None:
    """Add the formats, where they go, and what of a partial assessment."""
    parser.add_argument(
        "-f", "--format", action="append", default=[], metavar="FORMAT",
        help=f"report format, repeated or by commas: {', '.join(formats())}; all for every one but the auditors' "
        f"documents {', '.join(BY_NAME)} (default: text)",
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


def wanted_formats(options: argparse.Namespace, console: Console) -> list[str]:
    """Return the formats asked for, each once, in order.

    Raises UsageError naming every one that is unknown, can't be made here or is nothing for a terminal, and where
    several have no folder to go to.
    """
    words = [word.strip() for item in options.format for word in item.split(",") if word.strip()] or ["text"]
    wanted = list(dict.fromkeys(name for word in words for name in (everyday() if word == "all" else (word,))))
    problems = [problem for word in wanted for problem in _problems(word, options, console)]
    if problems:
        raise UsageError(problems)
    if len(wanted) > 1 and options.output is None:
        raise UsageError(
            Problem(message=f"{len(wanted)} formats need a folder", hint="add --output FOLDER, or ask for one format")
        )
    return wanted


def _problems(word: str, options: argparse.Namespace, console: Console) -> list[Problem]:
    """Return why a format can't be had, before anything is assessed for it."""
    known = formats()
    if word not in known:
        from difflib import get_close_matches

        close = get_close_matches(word, known, 1)
        hint = f'did you mean "{close[0]}"?' if close else f"formats: {', '.join(known)}, all"
        return [Problem(message=f"there is no format {word!r}", hint=hint)]
    missing = lacks(word)
    if missing:
        return [Problem(message=f"{word} needs the package {missing}", hint="pip install 'limen[evidence]'")]
    if binary(word) and options.output is None and console.stdout.isatty():
        return [Problem(message=f"{word} is no text, and this is a terminal", hint="add --output FILE, or redirect it")]
    return []


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
    if len(wanted) == 1 and not output.is_dir():
        write_files([(output, report(wanted[0]).render(assessment, plain))])
        return
    rendered = []
    for name in wanted:
        stem = f"{FILE_STEM}-github" if name == "github" else FILE_STEM  # text and github share an ending
        rendered += [(output / file, content) for file, content in files(name, assessment, plain, stem).items()]
    write_files(rendered)
