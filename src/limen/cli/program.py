"""Finds the command, parses its arguments, runs it and turns every error into words and an exit code."""

from __future__ import annotations

import argparse
import contextlib
import errno
import gc
import os
import pkgutil
import re
import signal
import sys
from collections.abc import Iterable
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, NoReturn, Protocol, cast

from limen.cli.console import Console
from limen.errors import LimenError, Problem, UsageError
from limen.records.statuses import EXIT_INTERNAL, EXIT_USAGE

if TYPE_CHECKING:
    from _typeshed import SupportsWrite

_EXIT_SIGNALLED = 128
"""What shells add to the number of the signal that ended a program."""
DESCRIPTION = """\
Is every place where regulated data crosses a boundary authenticated, authorised, classified,
encrypted and logged, as declared, as required, and in reality?"""

EPILOG = """\
exit codes:
  0  conforming
  1  findings at or above --fail-on
  2  bad declaration or usage
  3  something required was not assessed
  4  internal error
where several hold: 4, 2, 1, 3, 0"""


_CHOICE = re.compile(r"argument .*: invalid choice: '(?P<given>.*)' \(choose from (?P<known>.*)\)\Z", re.DOTALL)
"""How argparse words a value that is none of the choices."""


class Command(Protocol):
    """What a module of limen.cli.commands offers."""

    SUMMARY: str
    """One line for `limen --help`."""

    def arguments(self, parser: argparse.ArgumentParser) -> None:
        """Add the command's arguments."""

    def run(self, options: argparse.Namespace, console: Console) -> int:
        """Do it and return the exit code; raises LimenError."""


class Parser(argparse.ArgumentParser):
    """An argument parser whose errors are ours: said with a suggestion, exit 2."""

    def error(self, message: str) -> NoReturn:
        """Raise UsageError instead of printing and leaving."""
        hint = f"try: {self.prog} --help"
        if choice := _CHOICE.match(message):
            close = _close(choice["given"], re.findall(r"[\w-]+", choice["known"]))
            hint = f'did you mean "{close[0]}"? {hint}' if close else hint
        elif message.startswith("argument -") and "expected one argument" in message:
            hint = f"give it a value; {hint}"
        raise UsageError(Problem(message=message, hint=hint))

    def _print_message(self, message: str, file: SupportsWrite[str] | None = None) -> None:
        """Write help or the version; argparse itself would pass over what can't be written."""
        (file or sys.stderr).write(message)

    def gathered(self, options: argparse.Namespace, unknown: list[str]) -> list[str]:
        """Add words that came after an option to those before it, where any number of words is taken.

        argparse stops at the first option. Returns what is left.
        """
        many = next((one for one in self._actions if not one.option_strings and one.nargs in ("*", "+")), None)
        if many is None or any(word.startswith("-") for word in unknown):
            return unknown
        setattr(options, many.dest, [*(getattr(options, many.dest) or []), *unknown])
        return []

    def refuse_unknown(self, unknown: list[str]) -> None:
        """Raise UsageError naming every argument that means nothing here, each with the option that is close."""
        known = [name for action in self._actions for name in action.option_strings]
        problems = []
        for word in unknown:
            close = _close(word.split("=")[0], known) if word.startswith("-") else []
            what = "option" if word.startswith("-") else "argument"
            hint = f"did you mean {close[0]}?" if close else f"try: {self.prog} --help"
            problems.append(Problem(message=f"there is no {what} {word!r} here", hint=hint))
        if problems:
            raise UsageError(problems)


def _close(word: str, known: Iterable[str]) -> list[str]:
    """Return the known word that is nearest, if one is near."""
    from difflib import get_close_matches

    return get_close_matches(word, list(known), 1)


def command_names() -> tuple[str, ...]:
    """Return the names of all commands, found by location."""
    from limen.cli import commands

    return tuple(sorted(module.name for module in pkgutil.iter_modules(commands.__path__)))


def command(name: str) -> Command:
    """Return the module of a command; raises ModuleNotFoundError for a name that is none."""
    module: ModuleType = import_module(f"limen.cli.commands.{name}")
    return cast(Command, module)


def parser(names: tuple[str, ...] | None = None) -> Parser:
    """Return the parser with some commands (default: all); a run needs one, `--help` and completion all."""
    from limen import __version__

    whole = Parser(
        prog="limen",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    whole.add_argument("-V", "--version", action="version", version=f"limen {__version__}", help="print the version")
    subparsers = whole.add_subparsers(title="commands", dest="command", metavar="COMMAND", parser_class=Parser)
    for name in names or command_names():
        module = command(name)
        sub = subparsers.add_parser(
            name,
            help=module.SUMMARY,
            description=(import_module(f"limen.cli.commands.{name}").__doc__ or "").strip(),
            formatter_class=argparse.RawDescriptionHelpFormatter,
            allow_abbrev=False,
        )
        module.arguments(sub)
        sub.add_argument(
            "--no-color", action="store_true", help="no colour, even on a terminal (NO_COLOR does the same)"
        )
        sub.set_defaults(run=module.run, parser=sub)
    return whole


def run(given: list[str]) -> int:
    """Run one command line and return its exit code; every error is printed in words, never as a traceback."""
    gc.disable()  # a run is short and its data lives to the end: collecting only costs
    console = Console.of_process("--no-color" in given)
    try:
        code = _run(given, console)
        console.stdout.flush()  # here, where a full disk or a closed pipe can still be told
    except LimenError as error:
        console.problems(error)
        return error.exit_code
    except KeyboardInterrupt as ended:  # with the number of any signal but Ctrl-C's
        console.error("interrupted: nothing was decided")
        return _EXIT_SIGNALLED + int(ended.args[0] if ended.args else signal.SIGINT)
    except BrokenPipeError:
        # The reader left (`limen check | head`). What it did not read it can't rely on.
        _forget_output()
        return EXIT_INTERNAL
    except Exception as error:  # the last line of defence: a bug must not look like a verdict
        if os.environ.get("LIMEN_DEBUG"):
            raise
        if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EBADF):
            _forget_output()
            console.error(f"the result can't be written: {error.strerror}")
            return EXIT_INTERNAL
        console.error(f"internal error: {type(error).__name__}: {error}")
        console.error("this is a bug of limen, not of your declaration; LIMEN_DEBUG=1 shows where")
        return EXIT_INTERNAL
    return code


def _forget_output() -> None:
    """Let the interpreter's last flush go nowhere, since where it should go is gone."""
    with contextlib.suppress(OSError, ValueError, AttributeError):  # one that is no file, or none, has no number
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)


def _run(given: list[str], console: Console) -> int:
    name = next((word for word in given if not word.startswith("-")), None)
    if not given:
        console.note(parser().format_help().rstrip())
        return EXIT_USAGE
    if name is None:
        whole = parser()
    elif name in command_names():
        whole = parser((name,))
    else:
        close = _close(name, command_names())
        known = ", ".join(command_names())
        hint = f'did you mean "{close[0]}"?' if close else f"commands: {known}"
        raise UsageError(Problem(message=f"there is no command {name!r}", hint=hint))
    try:
        options, unknown = whole.parse_known_args(given)
    except SystemExit as leaving:  # --help and --version leave by themselves
        return int(leaving.code or 0)
    chosen: Parser = getattr(options, "parser", whole)
    left = chosen.gathered(options, unknown)
    chosen.refuse_unknown(left)  # where no command is named, options are all that there can be
    return int(options.run(options, console))
