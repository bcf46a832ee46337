"""The terminal: colour where it is one, plain text where it is not, errors with the offending text underlined."""

from __future__ import annotations

import contextlib
import errno
import io
import os
import shutil
import sys
from collections.abc import Callable
from typing import TextIO

import msgspec

from limen.errors import LimenError, Problem
from limen.reports import Options
from limen.reports._words import one_line, printable

STYLES = {
    "bold": "1",
    "dim": "2",
    "red": "31",
    "green": "32",
    "yellow": "33",
    "blue": "34",
    "cyan": "36",
    "underline": "4",
}


class _Closed(io.StringIO):
    """Stands for a standard output that is not open: whatever is written to it fails as on a closed file."""

    def write(self, text: str, /) -> int:
        """Raise OSError, since nobody can read it."""
        raise OSError(errno.EBADF, "standard output is closed")


class Console(msgspec.Struct, frozen=True, kw_only=True):
    """Where a command prints."""

    stdout: TextIO
    stderr: TextIO
    color: bool
    """Whether standard output takes colour."""
    error_color: bool
    """Whether standard error takes colour."""
    width: int

    @classmethod
    def of_process(cls, no_color: bool) -> Console:
        """Return the process's console; NO_COLOR, TERM=dumb and pipes are plain, FORCE_COLOR is not."""
        # A standard stream that was closed (`limen check >&-`) is None. A verdict that can't be printed is an error, as
        # on a full disk; without standard error there is nobody to tell, and the exit code says all.
        stdout = sys.stdout if sys.stdout is not None else _Closed()
        stderr = sys.stderr if sys.stderr is not None else io.StringIO()
        plain = no_color or bool(os.environ.get("NO_COLOR")) or os.environ.get("TERM") == "dumb"
        forced = bool(os.environ.get("FORCE_COLOR"))
        for stream in (stdout, stderr):
            if hasattr(stream, "reconfigure"):
                stream.reconfigure(encoding="utf-8", errors="backslashreplace")
        return cls(
            stdout=stdout,
            stderr=stderr,
            color=not plain and (forced or stdout.isatty()),
            error_color=not plain and (forced or stderr.isatty()),
            width=shutil.get_terminal_size((100, 24)).columns,
        )

    def options(self, quiet: bool = False) -> Options:
        """Return how reports for people are drawn here."""
        return Options(color=self.color, width=self.width, quiet=quiet)

    def out(self, text: str) -> None:
        """Print a line of result."""
        self.stdout.write(text + "\n")

    def out_bytes(self, content: bytes) -> None:
        """Print a report as it is."""
        self.stdout.flush()
        buffer = getattr(self.stdout, "buffer", None)
        if buffer is None:
            self.stdout.write(content.decode())
        else:
            buffer.write(content)
            buffer.flush()

    def styled(self, text: str, *styles: str) -> str:
        """Return text in the given styles for standard output, plain where it takes no colour."""
        return _styled(text, styles) if self.color else text

    def error(self, text: str) -> None:
        """Print a line of trouble to standard error."""
        mark = _styled("limen:", ("red", "bold")) if self.error_color else "limen:"
        self.stderr.write(f"{mark} {_indented(text)}\n")

    def note(self, text: str) -> None:
        """Print a line to standard error that is neither result nor trouble."""
        self.stderr.write(printable(text) + "\n")

    def progress(self) -> contextlib.AbstractContextManager[Callable[[str], None]]:
        """Show what is being done on one line of a terminal, after a short while; nothing where it is none."""
        if not (self.error_color and self.stderr.isatty()):
            return contextlib.nullcontext(lambda _: None)
        from limen.cli.progress import progress_on

        return progress_on(self.stderr)

    def problems(self, error: LimenError) -> None:
        """Print every problem of an error, each with its place, the text underlined, and what to do."""
        for problem in error.problems:
            self.stderr.write(self._problem(problem) + "\n")
        if len(error.problems) > 1:
            self.error(f"{len(error.problems)} problems")

    def _problem(self, problem: Problem) -> str:
        def style(text: str, *styles: str) -> str:
            return _styled(text, styles) if self.error_color else text

        place = problem.location
        lead = f"{style(one_line(str(place)), 'bold')}: " if place else ""
        lines = [f"{lead}{style('error:', 'red', 'bold')} {_indented(problem.message)}"]
        if place and place.excerpt and place.line:
            from limen.reports._excerpt import excerpt

            for text, mark in excerpt(place.excerpt, place.line, place.column, place.length, self.width):
                lines.append(text + (style(mark, "red", "bold") if mark else ""))
        if problem.hint:
            lines.append(f"  {style('=', 'cyan', 'bold')} {_indented(problem.hint)}")
        return "\n".join(lines)


def _indented(text: str) -> str:
    """Return printable text whose further lines are indented, so that none of them looks like ours."""
    return printable(text).replace("\n", "\n    ")


def _styled(text: str, styles: tuple[str, ...]) -> str:
    codes = ";".join(STYLES[style] for style in styles)
    return f"\x1b[{codes}m{text}\x1b[0m" if codes else text
