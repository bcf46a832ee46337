"""What a check says: its name, how it ended, and what broke where."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal

import msgspec

Name = Literal[
    "files",
    "sums",
    "core-format",
    "tree",
    "redaction",
    "population",
    "statement",
    "signatures-producer",
    "policy",
    "e-signatures",
    "manifestation",
    "timestamps",
    "time",
    "log",
    "checkpoint",
    "witnesses",
    "since",
    "previous",
]
Status = Literal["ok", "broken", "unchecked"]
"""unchecked is what could not be judged: it is never good."""
MOST_SHOWN = 20
"""How many breaks of one check are told; the rest is counted."""


class Check(msgspec.Struct, frozen=True, kw_only=True):
    """One answer of one check."""

    name: Name
    status: Status
    what: str
    """In words."""
    file: str = ""
    """The file of the pack that it is about; empty for all of it."""
    record: int | None = None
    """The line of that file, from 0; None for all of it."""


def ok(name: Name, what: str) -> Check:
    """Return that a check holds."""
    return Check(name=name, status="ok", what=what)


def broken(name: Name, what: str, file: str = "", record: int | None = None) -> Check:
    """Return that a check does not hold."""
    return Check(name=name, status="broken", what=what, file=file, record=record)


def unchecked(name: Name, what: str, file: str = "") -> Check:
    """Return that a check could not be made."""
    return Check(name=name, status="unchecked", what=what, file=file)


def or_ok(name: Name, found: Iterable[Check], what: str) -> Iterator[Check]:
    """Yield the answers of a check, the first MOST_SHOWN of them, and that it holds where there are none."""
    count = 0
    for count, one in enumerate(found, 1):
        if count <= MOST_SHOWN:
            yield one
    if count > MOST_SHOWN:
        yield broken(name, f"{count - MOST_SHOWN} more of the kind")
    if not count:
        yield ok(name, what)
