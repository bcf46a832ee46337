"""What a verifier brings: a trust file, a head of the run log, a moment; each read with every problem in words."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from limen.errors import Location, Problem, UsageError

if TYPE_CHECKING:
    from limen.integrity.notes import Checkpoint
    from limen.integrity.trust import Trust

_MOST = 1 << 20
"""Bytes of a checkpoint."""


def trust_of(path: Path) -> Trust:
    """Return a trust file, JSON or YAML; raises UsageError with everything that is wrong with it."""
    from limen.integrity.trust import TrustError, trust_from
    from limen.policy.documents import read

    document = read(path, str(path), UsageError)
    try:
        return trust_from(document.data)
    except TrustError as error:
        place = Location(file=str(path))
        raise UsageError([Problem(message=one, location=place) for one in error.problems]) from None


def head_of(path: Path, trust: Trust | None) -> Checkpoint:
    """Return a checkpoint that is held; raises UsageError where it is none, or its log did not sign it."""
    from limen.integrity.notes import read_checkpoint, read_note, verify_note

    place = Location(file=str(path))
    try:
        with path.open("rb") as file:
            note = read_note(file.read(_MOST))
        head = read_checkpoint(note.text)
    except OSError as error:
        raise UsageError(Problem(message=f"can't read the file: {error.strerror or error}", location=place)) from None
    except ValueError as error:
        hint = "expected a checkpoint, such as envelope/checkpoint.txt of an earlier pack"
        raise UsageError(Problem(message=str(error), location=place, hint=hint)) from None
    keys = [log.key for log in trust.logs if log.origin == head.origin] if trust else []
    if keys and not any(verify_note(note, head.origin, key) for key in keys):
        raise UsageError(Problem(message=f"the log {head.origin} did not sign it", location=place))
    return head


def moment_of(text: str) -> datetime.datetime:
    """Return a moment as --at takes it; raises ValueError where it is none."""
    from limen.policy.moments import moment

    return moment(text)
