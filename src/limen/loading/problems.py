"""Every problem of one loading, in the order of the text, up to a bound."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from limen.errors import DeclarationError, Location, Problem
from limen.loading import sections
from limen.loading.building import Trouble
from limen.loading.sources import Source
from limen.loading.wording import quote

Path = tuple[str | int, ...]

PROBLEM_LIMIT = 1000
"""Problems that are listed; nobody reads more, and finding each costs time."""


class Problems:
    """Gathers problems; raises them all at once."""

    def __init__(self) -> None:
        """Start without problems."""
        self.found: list[Problem] = []
        self.more = False
        self.unsure: set[str] = set()
        """Sections of which names may be missing, because something that may have declared them could not be read."""

    @property
    def full(self) -> bool:
        """Whether no further problem would be listed, so that looking for more is useless."""
        return len(self.found) >= PROBLEM_LIMIT

    def add(self, message: str, location: Location | None, hint: str = "") -> None:
        """Add one problem; beyond the bound only note that there are more."""
        if self.full:
            self.more = True
        else:
            self.found.append(Problem(message=message, location=location, hint=hint))

    def add_trouble(self, trouble: Trouble, source: Source) -> None:
        """Add a trouble of a text at its place."""
        message = trouble.message
        if trouble.section:
            self.unsure.add(trouble.section)
        if trouble.other >= 0:
            message += f"; first on line {source.place(trouble.other, trouble.other).line}"
        self.add(message, source.place(trouble.start, max(trouble.end, trouble.start)), trouble.hint)

    def add_misfits(self, plain: Any, kind: Any, shown: str, locate: Callable[..., Location], first: str) -> list[Path]:
        """Add all that keeps a plain value from being of a type, each at its place; return the paths of the misfits.

        `shown` is what messages call the value; `first` is what msgspec said, in case that the schema finds nothing.
        """
        if self.full:
            self.more = True
            return []
        from limen.loading.shape import misfits

        before = len(self.found)
        paths: list[Path] = []
        for misfit in misfits(plain, kind):
            steps = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in misfit.path)
            where = quote((shown + steps).removeprefix("."))[1:-1]
            message = f"{where}: {misfit.message}" if where else misfit.message
            self.add(message, locate(*misfit.path, key=misfit.key), misfit.hint)
            paths.append(misfit.path)
            if self.full:
                self.more = True
                break
        if len(self.found) == before and not before:
            self.add(f"{quote(shown)[1:-1]}: {first}" if shown else first, locate())
        return paths

    def add_error(self, error: DeclarationError) -> None:
        """Add all problems of an error."""
        for problem in error.problems:
            self.add(problem.message, problem.location, problem.hint)

    def doubt_all(self) -> None:
        """Note that a file could not be read that may have declared anything."""
        self.unsure.update((*sections.NAMED, *sections.IDENTIFIED, *sections.SINGLE))

    def check(self) -> None:
        """Raise DeclarationError with everything found, sorted by place; return where there is nothing."""
        if not self.found:
            return
        self.found.sort(key=_place)
        if self.more:
            self.found.append(Problem(message=f"more problems follow; these are the first {PROBLEM_LIMIT}"))
        raise DeclarationError(self.found)


def _place(problem: Problem) -> tuple[str, int, int]:
    at = problem.location
    return (at.file, at.line, at.column) if at is not None else ("", 0, 0)
