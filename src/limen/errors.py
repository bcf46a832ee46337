"""LimenError and its five families; each family is one exit code.

An error carries every problem that was found, not the first one: whoever mends a declaration
wants the whole list. A problem says where, what was expected and what to do.
"""

from __future__ import annotations

import msgspec


class Location(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A place in a text that a person wrote."""

    file: str
    """Path as the user would type it, relative to the declaration's root where possible."""
    line: int = 0
    """Line, from 1; 0 when only the file is known."""
    column: int = 0
    """Column in characters, from 1; 0 when only the line is known."""
    length: int = 0
    """Number of characters meant, on that line; 0 when unknown."""
    excerpt: str = ""
    """The line itself, without its newline; empty when unknown."""

    def __str__(self) -> str:
        """Return ``file:line:column`` with the parts that are known."""
        if not self.line:
            return self.file
        if not self.column:
            return f"{self.file}:{self.line}"
        return f"{self.file}:{self.line}:{self.column}"


class Problem(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One thing that is wrong, where, and what to do about it."""

    message: str
    """What is wrong, in one sentence; may quote what the user wrote."""
    location: Location | None = None
    """Where it is wrong; None for a target that is no text."""
    hint: str = ""
    """What was expected or what to do, such as ``did you mean "gateway"?``; may be empty."""


class LimenError(Exception):
    """Anything that limen refuses to do, with every problem found and the exit code it means."""

    exit_code = 4
    noted = True
    """Whether a traceback shows places and hints; not of errors whose hints may hold what no log may have."""

    def __init__(self, problems: str | Problem | list[Problem] | tuple[Problem, ...]) -> None:
        """Keep the problems; a bare text becomes one problem without a place.

        `str()` has the messages. Where it is `noted`, places and hints are notes, so that a traceback shows them below.
        """
        if isinstance(problems, str):
            problems = (Problem(message=problems),)
        elif isinstance(problems, Problem):
            problems = (problems,)
        self.problems: tuple[Problem, ...] = tuple(problems)
        super().__init__("; ".join(problem.message for problem in self.problems))
        for problem in self.problems:
            if self.noted and (note := _note(problem, named=len(self.problems) > 1)):
                self.add_note(note)


def _note(problem: Problem, *, named: bool) -> str:
    """Return place and hint of a problem, below its message where it is one of several; empty where it has neither."""
    lines = [f"at {problem.location}"] if problem.location is not None else []
    lines += [f"hint: {problem.hint}"] if problem.hint else []
    if lines and named:
        lines.insert(0, problem.message)
    return "\n  ".join(lines)


class DeclarationError(LimenError):
    """The declaration, a waiver file or a baseline is unreadable, malformed or contradicts itself."""

    exit_code = 2


class PolicyError(LimenError):
    """A rule, profile or framework can't be used: syntax, an unknown path, a missing parameter."""

    exit_code = 2


class UsageError(LimenError):
    """The command line asks for something that does not exist or can't be combined."""

    exit_code = 2


class UnassessedError(LimenError):
    """Something that was required could not be judged: the engine died, a deadline passed."""

    exit_code = 3


class InternalError(LimenError):
    """limen contradicted itself; a bug of limen, never of the user."""

    exit_code = 4
