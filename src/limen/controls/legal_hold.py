"""Legal holds: what may not be deleted while a dispute or an inspection lasts, whatever its age.

A hold is an entry of the ledger itself: who placed it, why, and over what; releasing it is another. What a hold covers,
and the entry that placed it, stays. Serves NIST SP 800-53 AU-11 and SI-12, 21 CFR 11.10(c), and the duty to preserve of
FRCP 37(e).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from limen.controls.ledger import Entry, Head, HeadMovedError, Ledger, Line
from limen.controls.refusals import RefusedError
from limen.errors import Problem

PLACED, RELEASED = "hold.placed", "hold.released"
"""Actions of the entries."""
_LONGEST = 1000
"""Characters of a reason."""


class Hold(msgspec.Struct, frozen=True, kw_only=True):
    """One hold that is in force. Without a range, a record or a tenant it is over the whole ledger."""

    id: str
    by: str
    """Who placed it."""
    reason: str
    seq: int
    """Number of the entry that placed it, which stays as long as the hold."""
    first: int = 0
    """Number of the first record that is held; 0 for no range."""
    last: int = 0
    record: str = ""
    """Id of what was acted on, whose entries are held; empty for no record."""
    tenant: str = ""
    """The tenant whose entries are held; empty for no tenant."""

    def covers(self, line: Line) -> bool:
        """Return whether an entry may not be deleted because of this hold."""
        if line.seq == self.seq:
            return True
        if not (self.first or self.record or self.tenant):
            return True
        return (
            (not self.first or self.first <= line.seq <= self.last)
            and (not self.record or line.record == self.record)
            and (not self.tenant or line.tenant == self.tenant)
        )


class _Details(msgspec.Struct, frozen=True, kw_only=True):
    by: str
    reason: str
    first: int = 0
    last: int = 0
    record: str = ""
    tenant: str = ""


def holds_of(lines: Iterable[Line]) -> tuple[Hold, ...]:
    """Return the holds that are in force after some entries, in the order of their ids; several may bear one.

    An entry that says it places a hold and can't be read places one over everything. One that says it releases a hold
    ends the one that it names by id and number, and no other of that id.
    """
    found: list[Hold] = []
    for line in lines:
        if line.action == PLACED:
            found.append(_hold(line))
        elif line.action == RELEASED:
            found = [hold for hold in found if not _releases(line, hold)]
    return tuple(sorted(found, key=lambda hold: (hold.id, hold.seq)))


class Holds:
    """The holds of one ledger."""

    def __init__(self, ledger: Ledger, *, tenant: str = "", actor: str = "limen") -> None:
        """Keep the ledger; `tenant` and `actor` are those of the entries."""
        self._ledger, self._tenant, self._actor = ledger, tenant, actor

    @property
    def ledger(self) -> Ledger:
        """The ledger whose holds they are."""
        return self._ledger

    def active(self) -> tuple[Hold, ...]:
        """Return the holds that are in force; raises LedgerError where the ledger can't be read or is broken."""
        return holds_of(self._ledger.read())

    def place(
        self, id: str, *, by: str, reason: str, first: int = 0, last: int = 0, record: str = "", tenant: str = ""
    ) -> Hold:
        """Place a hold over a range of numbers, a record, a tenant, or what is all of those; over everything without.

        Raises RefusedError where it says nothing or is in force already, LedgerError where it can't be recorded: then
        there is no hold, and whoever placed it must know.
        """
        while True:
            head = self._ledger.head()
            self._placeable(id, by, reason, first, last)
            details: dict[str, Any] = {"by": by, "reason": reason, "first": first, "last": last}
            details |= {"record": record, "tenant": tenant}
            try:
                (made,) = self._append(PLACED, id, [details], head)
            except HeadMovedError:
                continue  # perhaps by a hold of the same id
            return Hold(id=id, by=by, reason=reason, seq=made, first=first, last=last, record=record, tenant=tenant)

    def _placeable(self, id: str, by: str, reason: str, first: int, last: int) -> None:
        problems = _stated(id, by, reason)
        if _no_range(first, last):
            problems.append(Problem(message="the range of a hold is none", hint="first and last, from 1"))
        if any(one.id == id for one in self.active()):
            problems.append(Problem(message="a hold of that id is in force", hint="give the new one an id of its own"))
        if problems:
            raise RefusedError(problems, reason="content_refused")

    def release(self, id: str, *, by: str, reason: str) -> None:
        """Release a hold: what bore the id when this was called, and nothing that was placed under it since.

        Raises RefusedError where there is none or no reason is given, or where another was placed under the id
        meanwhile; LedgerError as `place`.
        """
        meant: list[int] | None = None
        while True:
            head = self._ledger.head()
            found = [one.seq for one in self.active() if one.id == id]
            meant = found if meant is None else meant
            self._releasable(id, by, reason, meant, found)
            details = [{"by": by, "reason": reason, "seq": seq} for seq in meant]
            try:
                self._append(RELEASED, id, details, head)
            except HeadMovedError:
                continue  # perhaps by a release, and another hold of the same id
            return

    def _releasable(self, id: str, by: str, reason: str, meant: list[int], found: list[int]) -> None:
        problems = _stated(id, by, reason)
        if not found:
            problems.append(Problem(message="no hold of that id is in force", hint="it was released, or never placed"))
        elif found != meant:
            hint = "look at the holds that are in force, and decide anew"
            problems.append(Problem(message="another hold was placed under that id meanwhile", hint=hint))
        if problems:
            raise RefusedError(problems, reason="content_refused")

    def _append(self, action: str, id: str, details: list[dict[str, Any]], after: Head) -> list[int]:
        entries = [
            Entry(tenant=self._tenant, actor=self._actor, action=action, record=id, details=one) for one in details
        ]
        return [one.seq for one in self._ledger.append_all(entries, after=after)]


def _stated(id: str, by: str, reason: str) -> list[Problem]:
    return [
        Problem(message=f"a hold needs {what}", hint=f"up to {_LONGEST} characters")
        for what, text in (("an id", id), ("somebody who answers for it", by), ("a reason", reason))
        if not text.strip() or len(text) > _LONGEST
    ]


def _no_range(first: int, last: int) -> bool:
    return bool(first or last) and not 1 <= first <= last


def _releases(line: Line, hold: Hold) -> bool:
    seq = line.details.get("seq")
    return line.record == hold.id and type(seq) is int and seq == hold.seq


def _hold(line: Line) -> Hold:
    everything = Hold(id=line.record, by="", reason="", seq=line.seq)
    try:
        said = msgspec.convert(line.details, _Details)
    except msgspec.ValidationError:
        return everything
    if _no_range(said.first, said.last):
        return everything  # it was to cover something, and does not say what
    return Hold(id=line.record, seq=line.seq, **msgspec.structs.asdict(said))
