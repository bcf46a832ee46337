"""The committed list of fields whose mutants may be equivalent, and the proof that each run computes anew."""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Iterable
from functools import cached_property
from pathlib import Path
from typing import Literal

import msgspec

from limen.analysis.facts import facts
from limen.errors import PolicyError, Problem
from limen.model.declaration import Declaration
from limen.policy.documents import Document, convert, read
from limen.testing.declaration_orders import ORDERS

FILE = Path(__file__).with_name("declaration_equivalents.yaml")
"""The list that is shipped."""

Proof = Literal["words", "spelling"]


class Equivalent(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One field whose values people read and rules do not."""

    field: str
    """A field of the model, such as System.title."""
    proof: Proof
    """words: all subjects stay the same. spelling: they do once the old spelling is put back for the new one."""
    reason: str
    """Why no rule need judge it."""


class _File(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    equivalents: tuple[Equivalent, ...]


class Equivalents:
    """The list as it was read, with the place of each entry."""

    def __init__(self, path: Path = FILE) -> None:
        """Read the list; raises PolicyError where it can't be read, or names a field twice or one that is none."""
        self._document: Document = read(path, path.name, PolicyError)
        self.entries: dict[str, Equivalent] = {}
        problems = []
        for number, entry in enumerate(convert(self._document, _File, PolicyError).equivalents):
            if entry.field not in ORDERS or entry.field in self.entries:
                what = "stands here twice" if entry.field in self.entries else "is no field of the model"
                where = self._document.location(("equivalents", number, "field"))
                problems.append(Problem(message=f"{entry.field} {what}", location=where, hint="remove the entry"))
            self.entries[entry.field] = entry
        if problems:
            raise PolicyError(problems)

    @cached_property
    def text(self) -> str:
        """The list as one text, for digests."""
        return msgspec.json.encode(list(self.entries.values())).decode()

    def problems(self, declared: Iterable[str], needed: Iterable[str], broken: Iterable[str]) -> list[Problem]:
        """Return what is wrong with the list: each entry that is not as it says.

        `declared` are the fields that have mutants, `needed` those with one that its entry excused, `broken` those
        with one that was not noticed and whose subjects differ all the same.
        """
        found = []
        numbers = {field: number for number, field in enumerate(self.entries)}
        for field in sorted(set(broken)):
            message = (
                f"{field} is listed as {self.entries[field].proof}, but a mutant of it changes what rules may read"
            )
            found.append(self._problem(numbers[field], message, "remove the entry and let a rule judge the field"))
        for field in sorted(set(declared) & set(self.entries) - set(needed) - set(broken)):
            message = f"{field} is listed, but every mutant of it is noticed"
            found.append(self._problem(numbers[field], message, "remove the entry"))
        return found

    def _problem(self, number: int, message: str, hint: str) -> Problem:
        return Problem(message=message, location=self._document.location(("equivalents", number)), hint=hint)


def subjects_digest(declaration: Declaration, as_of: datetime.date, spelling: tuple[str, str] | None = None) -> str:
    """Return a digest of all subjects of a declaration, names and all, after putting back a spelling (new, old).

    Raises DeclarationError as `facts` does.
    """
    new, old = (spelling[0].encode(), spelling[1].encode()) if spelling else (b"", b"")
    whole = hashlib.sha256()
    for kind, table in facts(declaration, as_of=as_of).tables.items():
        subjects = [table.name(number).encode() + b" " + table.json(number) for number in range(table.size)]
        if spelling:
            subjects = [subject.replace(new, old) for subject in subjects]
        whole.update(b"%s %d\n" % (kind.encode(), len(subjects)))
        for subject in sorted(subjects):
            whole.update(b"%d:%s" % (len(subject), subject))
    return whole.hexdigest()
