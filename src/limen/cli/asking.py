"""Questions on a terminal: one line each, with a default, asked again until the answer will do."""

from __future__ import annotations

import sys
from collections.abc import Callable

from limen.cli.console import Console
from limen.errors import Problem, UsageError


def can_ask() -> bool:
    """Return whether somebody sits there: both ends of the conversation are a terminal."""
    return sys.stdin is not None and sys.stdin.isatty() and sys.stderr.isatty()


def ask(console: Console, question: str, default: str, check: Callable[[str], str]) -> str:
    """Ask until `check` has nothing to say against the answer; an empty answer is the default.

    Raises UsageError at the end of input, KeyboardInterrupt on Ctrl-C.
    """
    while True:
        shown = f" [{default}]" if default else ""
        console.stderr.write(f"{question}{shown}: ")
        console.stderr.flush()
        line = sys.stdin.readline()
        if not line:
            console.stderr.write("\n")
            raise UsageError(Problem(message="no answer: the input ended", hint="give --id, --owner and --profile"))
        answer = line.strip() or default
        objection = check(answer)
        if not objection:
            return answer
        console.note(f"  {objection}")
