"""Check `statement`: the Statement is of this pack, and says what the summary, the files and the log say."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from limen.evidence import layout
from limen.evidence.checks.forms import Linked, Predicate
from limen.evidence.checks.interface import Check, broken, or_ok
from limen.evidence.checks.pack import SMALL, Pack, ReadStatement
from limen.evidence.checks.sums import digest
from limen.evidence.reading import UnreadableError
from limen.integrity.instants import instant

_REPEATED = ("system", "assessed_at", "as_of", "scope", "partial", "verdict", "exit_code", "counts")


class _Previous(msgspec.Struct, frozen=True):
    root: str
    tree_size: int


def check(pack: Pack) -> Iterator[Check]:
    """Yield what is wrong with the Statement, signatures aside."""
    return or_ok("statement", _found(pack), "it says what the pack holds")


def _found(pack: Pack) -> Iterator[Check]:
    statement = pack.statement
    if isinstance(statement, ValueError):
        yield broken("statement", str(statement), layout.STATEMENT)
        return
    yield from _subjects(pack, statement)
    said = statement.said.predicate
    yield from _predicate(said)
    if not isinstance(pack.assessment, ValueError):
        for field in _REPEATED:
            if getattr(said, field) != getattr(pack.assessment, field):
                what = f"its {field} is not that of {layout.ASSESSMENT}"
                yield broken("statement", what, layout.STATEMENT)
    yield from _previous(pack, said)


def _subjects(pack: Pack, statement: ReadStatement) -> Iterator[Check]:
    names = tuple(one.name for one in statement.said.subject)
    if names != layout.SUBJECTS_OF_STATEMENT:
        what = f"its subjects are {', '.join(names)[:200]}, and must be {', '.join(layout.SUBJECTS_OF_STATEMENT)}"
        yield broken("statement", what, layout.STATEMENT)
        return
    for one in statement.said.subject:
        if one.name == layout.CORE_SUBJECT or (pack.redacted and one.name == layout.SUMS):
            continue
        try:
            if digest(pack.files, one.name) != one.digest.sha256:
                yield broken("statement", "it is not the file that the Statement is about", one.name)
        except UnreadableError as error:
            yield broken("statement", error.what, error.name)


def _predicate(said: Predicate) -> Iterator[Check]:
    try:
        instant(said.assessed_at)
    except ValueError as error:
        yield broken("statement", f"assessed_at: {error}", layout.STATEMENT)


def _previous(pack: Pack, said: Predicate) -> Iterator[Check]:
    """Hold the link to the previous pack against what was enclosed of it."""
    if pack.redacted and layout.PREVIOUS not in pack.files:
        return
    if layout.PREVIOUS not in pack.files:
        if said.previous is not None:
            yield broken("statement", "it names a previous pack, and none is enclosed", layout.STATEMENT)
        return
    try:
        found = msgspec.json.decode(pack.files.read(layout.PREVIOUS, 16 * SMALL), type=_Previous)
    except UnreadableError as error:
        yield broken("statement", error.what, error.name)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        yield broken("statement", f"it is no previous pack: {error}"[:300], layout.PREVIOUS)
    else:
        if said.previous != Linked(root=found.root, tree_size=found.tree_size):
            yield broken("statement", f"its previous pack is not that of {layout.PREVIOUS}", layout.STATEMENT)
