"""What was decided before an engine was lost, kept beside the declaration for --resume."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from limen.errors import LimenError, Problem, UnassessedError, UsageError

if TYPE_CHECKING:
    from limen.policy.journal import Journal

JOURNAL = ".limen/answers.json"
"""Where answers are kept, beside the declaration."""
_MOST = 1 << 30
"""Bytes beyond which no journal is read."""


@contextlib.contextmanager
def kept(declaration: Path | None, *, resume: bool) -> Iterator[Journal]:
    """Yield the journal of a run: empty, or with what an earlier one kept; write it where an engine is lost.

    What was used to the end is removed. Raises UsageError where there is a journal that can't be read.
    """
    from limen.cli.writing import write_file
    from limen.loading import find
    from limen.policy.journal import Journal

    path = find(declaration or Path()).parent / JOURNAL
    journal = Journal.read(_content(path), str(path)) if resume and path.exists() else Journal()
    try:
        yield journal
    except UnassessedError as lost:
        if not journal.kept:
            raise
        try:
            if path.is_symlink():  # a folder of somebody else's could have any file overwritten
                raise UsageError(Problem(message=f"{path} is a link, which is not followed", hint="remove it"))
            write_file(path, journal.content())
            hint = f"{len(journal.kept):,} answers are kept in {path}; the same command with --resume goes on from them"
        except LimenError as error:
            hint = f"what was decided is lost, too: {error}"
        last = lost.problems[-1]
        hint = f"{last.hint}\n{hint}" if last.hint else hint
        raise UnassessedError([*lost.problems[:-1], msgspec.structs.replace(last, hint=hint)]) from None
    if resume:
        with contextlib.suppress(OSError):
            path.unlink(missing_ok=True)
            path.parent.rmdir()


def _content(path: Path) -> bytes:
    try:
        if not path.is_file():  # a pipe would be waited for
            raise UsageError(Problem(message=f"{path} is no file", hint="leave out --resume, or remove it"))
        if path.stat().st_size > _MOST:
            raise UsageError(Problem(message=f"{path} is larger than any journal", hint="remove it"))
        return path.read_bytes()
    except OSError as error:
        message = f"{path} can't be read: {error.strerror}"
        raise UsageError(Problem(message=message, hint="leave out --resume, or remove it")) from None
