"""Check `files`: what must be there is, nothing else is, and all of it is plain files of sane names."""

from __future__ import annotations

from collections.abc import Iterator

from limen.evidence.checks.interface import Check, broken, or_ok
from limen.evidence.checks.pack import Pack
from limen.evidence.layout import (
    ALWAYS,
    DECLARATION,
    FULL,
    LEAVES,
    REDACTED,
    REDACTION,
    REPORTS,
    SECRET,
    SUMS,
    is_known,
)


def check(pack: Pack) -> Iterator[Check]:
    """Yield what is wrong with the files of a pack."""
    return or_ok("files", _found(pack), f"{len(pack.files.names())} files, none of them odd or unknown")


def _found(pack: Pack) -> Iterator[Check]:
    faulty = set()
    for fault in pack.files.faults:
        faulty.add(fault.name)
        yield broken("files", fault.what, fault.name)
    names = pack.files.names()
    for name in names:
        if not is_known(name):
            yield broken("files", "a pack has no file of this name", name)
        elif pack.redacted and (name in {SUMS, SECRET} or name.startswith(REPORTS)):
            yield broken("files", "a redacted pack must not hold it", name)
        elif not pack.redacted and name in {LEAVES, REDACTION}:
            yield broken("files", "a pack that is whole does not hold it", name)
    for name in (*ALWAYS, *(REDACTED if pack.redacted else FULL)):
        if name not in pack.files and name not in faulty:
            yield broken("files", "it is missing", name)
    if not pack.redacted and not any(name.startswith(DECLARATION) for name in names):
        yield broken("files", "the declaration is missing", DECLARATION)
