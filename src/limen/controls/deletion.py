"""Deletion: only what is expired in every respect, held by nobody, approved by all, witnessed and recorded.

    deletions = Deletions(declaration, "cs-ledger", ledger, approvers=…, holds=holds, anchoring=anchoring)
    request = deletions.request(last=5000, reason="kept for seven years")
    deletions.delete(request, [approval of each function], now)

Only whole segments go, oldest first, so that what remains is a chain from a base that the witness signed and that
`limen probe ledger` accepts for that reason alone. Serves 21 CFR 11.10(c) and (e), 21 CFR 1304.04(a), 45 CFR
164.316(b)(2)(i), NIST SP 800-53 AU-11, AU-9(5), SI-12 and AC-5.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec
from msgspec import UNSET

from limen.controls.anchoring import Anchoring
from limen.controls.deletion_approval import FRESH, Approval, Approver, Objection, Request, judged
from limen.controls.keeping import keeping
from limen.controls.ledger import Entry, HeadMovedError, LedgerError, Line
from limen.controls.legal_hold import PLACED, Holds
from limen.controls.refusals import Reason, RefusedError
from limen.controls.segment_files import DELETED, Segment, State
from limen.controls.segments import SegmentedLedger
from limen.controls.worm import Kept, WormError, WormStore
from limen.errors import DeclarationError, Problem
from limen.integrity.anchors import Anchor
from limen.integrity.limen_v1 import Head
from limen.model.declaration import Declaration

DECIDED = "deletion.decided"
"""Action of the entry that something is to be deleted, with the approvals; `DELETED` records that it is."""
_RECENT = timedelta(days=400)
_STATES: tuple[State, ...] = ("warm", "cold")
_ORDER: tuple[Reason, ...] = (
    "on_hold", "not_expired", "mismatch", "replayed", "late", "signature_refused", "unapproved",
)  # fmt: skip
"""Which reason an error bears where several hold: the first of these."""


class Deletions:
    """What deletes from one ledger."""

    def __init__(
        self,
        declaration: Declaration,
        name: str,
        ledger: SegmentedLedger,
        *,
        approvers: Sequence[Approver],
        holds: Holds,
        anchoring: Anchoring,
        worm: WormStore | None = None,
        fresh: timedelta = FRESH,
        tenant: str = "",
        actor: str = "limen",
    ) -> None:
        """Keep the parts; `approvers` are who may approve, and their keys, `worm` is where locked copies lie.

        Raises DeclarationError where the ledger does not declare tiers, holds, and deletions that are approved and
        recorded, where a function has nobody who could approve, or where holds or anchors are those of another ledger.
        """
        declared = declaration.ledgers.get(name)
        if declared is None or name != ledger.name:
            raise DeclarationError(f"the ledger {ledger.name} is not declared as {name}")
        self._ledger, self._approvers, self._holds, self._anchoring = ledger, tuple(approvers), holds, anchoring
        self._worm, self._fresh, self._tenant, self._actor = worm, fresh, tenant, actor
        self._functions = () if declared.deletion is UNSET else tuple(dict.fromkeys(declared.deletion.approvers))
        self.duty = timedelta(seconds=max(keeping(declaration, name), default=0))
        """How old a record must be before it may be deleted."""
        known = {one.function for one in approvers}
        problems = [
            Problem(message=message, hint=hint)
            for wrong, message, hint in (
                (not declared.tiers, f"the ledger {name} declares no tiers", "tiers: [{name: hot, until: …}]"),
                (len(self._functions) < 2, f"fewer than two functions approve deletions from {name}", "approvers: […]"),
                (
                    declared.deletion is UNSET or declared.deletion.logged is not True,
                    f"deletions from {name} are not declared as recorded",
                    "deletion: {logged: true}",
                ),
                (
                    declared.legal_hold != "supported",
                    f"the ledger {name} does not declare legal holds",
                    "legal_hold: supported",
                ),
                (
                    not known >= set(self._functions),
                    "a function has nobody who could approve",
                    "give an Approver of each",
                ),
                (not ledger.is_also(holds.ledger), f"the holds are not those of the ledger {name}", "Holds(ledger)"),
                (
                    not ledger.is_also(anchoring.ledger),
                    f"the anchors are not those of the ledger {name}",
                    "Anchoring(ledger, …)",
                ),
            )
            if wrong
        ]
        if problems:
            raise DeclarationError(problems)

    def expired(self, now: datetime) -> tuple[Segment, ...]:
        """Return the oldest segments whose every record is old enough, whatever else keeps them; raises LedgerError."""
        found = []
        for segment in self._present():
            if not self._old(segment, now):
                break
            found.append(segment)
        return tuple(found)

    def request(self, last: int, reason: str) -> Request:
        """Return the request to delete all records up to a number, which must end a segment.

        Raises RefusedError where it ends none, or no reason is given.
        """
        present = self._present()
        ends = [segment for segment in present if segment.last == last]
        if not ends or not reason.strip():
            hint = "name the last record of a segment, and say why"
            raise RefusedError(Problem(message="nothing can be deleted up to there", hint=hint), reason="mismatch")
        first = present[0]
        return Request(
            ledger=self._ledger.name,
            first=first.first,
            last=last,
            before=first.before,
            head=ends[0].head,
            reason=reason,
        )

    def delete(self, request: Request, approvals: Sequence[bytes], now: datetime) -> tuple[Segment, ...]:
        """Delete what is requested, if nothing is against it; return the segments that are gone.

        Raises RefusedError with everything that is against it, and nothing is deleted. The decision is recorded, then
        the witness signs the base, then the deletion is recorded, and then the records go: where one of these fails,
        WitnessError or LedgerError is raised, nothing is deleted that is not recorded, and `finish` goes on.
        """
        head = self._ledger.head()
        good, objections = self._judged(request, approvals, self._used(now), now)
        against = [*objections, *self._against(request, now)]
        if against:
            raise _refused(against)
        self._decide(request, approvals, good, head, now)
        return self._carry_out(request, good, now)

    def finish(self, now: datetime) -> tuple[Segment, ...]:
        """Go on with deletions that were decided and did not end; return the segments that were worked on.

        The approvals are verified again, as of when it was decided, and a hold that was placed since keeps what is
        still there. Raises what `delete` raises, but for the refusals, which leave things as they are.
        """
        done: list[Segment] = []
        used: set[str] = set()
        for line in [one for one in self._recent(now) if one.action == DECIDED]:
            try:
                said = msgspec.convert(line.details, _Decision)
            except msgspec.ValidationError:
                continue  # nothing that was decided here
            request, approvals = said.request, [one.encode() for one in said.envelopes]
            at = datetime.fromisoformat(line.time)
            good, objections = self._judged(request, approvals, frozenset(used), at)
            used.update(one.digest for one in good)
            if objections or not self._unfinished(request, now):
                continue
            if self._may_go_on(request, now):
                done += self._carry_out(request, good, now)
        return tuple(done)

    def _decide(
        self, request: Request, approvals: Sequence[bytes], good: tuple[Approval, ...], head: Head, now: datetime
    ) -> None:
        """Record the decision, behind a head up to which nothing was against it; raises RefusedError, LedgerError."""
        details: dict[str, Any] = {
            "request": msgspec.structs.asdict(request),
            "approvals": [one.digest for one in good],
            "envelopes": [one.decode() for one in approvals],
        }

        def against() -> list[Objection]:
            _, objections = self._judged(request, approvals, self._used(now), now)
            return [*objections, *self._against(request, now)]

        self._append_judged(DECIDED, details, head, against)

    def _append_judged(
        self, action: str, details: dict[str, Any], head: Head | None, against: Callable[[], list[Objection]]
    ) -> None:
        """Append an entry behind a head up to which nothing is against it; raises RefusedError, LedgerError.

        Without a head, or where a hold or another decision came since, it is judged anew.
        """
        while True:
            if head is None:
                head = self._ledger.head()
                if objections := against():
                    raise _refused(objections)
            try:
                self._append(action, details, head)
            except HeadMovedError:
                lines = [*self._ledger.read(head.length + 1)]
                if not lines or any(line.action in (PLACED, DECIDED) for line in lines):
                    head = None
                else:
                    head = Head(hash=lines[-1].hash, length=lines[-1].seq)
            else:
                return

    def _carry_out(self, request: Request, good: tuple[Approval, ...], now: datetime) -> tuple[Segment, ...]:
        """Do what was decided, from wherever it stopped."""
        segments = self._named(request)
        last = segments[-1]
        if not any((one.length, one.head, one.base) == (last.last, last.head, "deleted") for one in self._anchors()):
            head = Head(hash=last.head, length=last.last)
            self._anchoring.give_head(head, last.start + last.bytes, now, base="deleted")
        if not any(line.action == DELETED and _ends(line, last) for line in self._recent(now)):
            details: dict[str, Any] = {
                **msgspec.structs.asdict(request),
                "record_time": last.newest,
                "deleted_at": now.isoformat(),
                "approvers": [one.approver.function for one in good],
                "persons": [one.approver.person for one in good],
                "keys": [one.approver.key.id for one in good],
            }
            # A hold that came while the witness was asked still stops it.
            self._append_judged(DELETED, details, None, lambda: [*self._against(request, now)])
        for segment in segments:
            self._remove(segment, now)
        return segments

    def _judged(
        self, request: Request, approvals: Sequence[bytes], used: frozenset[str], now: datetime
    ) -> tuple[tuple[Approval, ...], tuple[Objection, ...]]:
        return judged(
            request,
            approvals,
            functions=self._functions,
            approvers=self._approvers,
            used=used,
            now=now,
            fresh=self._fresh,
        )

    def _named(self, request: Request) -> tuple[Segment, ...]:
        return tuple(one for one in self._ledger.segments() if request.first <= one.first and one.last <= request.last)

    def _gone(self, request: Request) -> bool:
        """Return whether all that was requested is deleted already, but for what may be left of it."""
        noted = self._ledger.files.noted
        return all(noted(one, "deleted") is not None for one in self._named(request))

    def _may_go_on(self, request: Request, now: datetime) -> bool:
        """Return whether nothing is against what is left of a deletion that was decided."""
        last = self._named(request)[-1]
        if not any(line.action == DELETED and _ends(line, last) for line in self._recent(now)):
            return not [*self._against(request, now)]
        noted = self._ledger.files.noted
        left = [one for one in self._named(request) if noted(one, "deleted") is None]
        return all(self._old(one, now) and not self._held(one) for one in left)

    def _unfinished(self, request: Request, now: datetime) -> bool:
        segments = self._named(request)
        return bool(segments) and (not self._gone(request) or any(self._left(one, now) for one in segments))

    def _anchors(self) -> tuple[Anchor, ...]:
        return self._anchoring.kept()

    def _against(self, request: Request, now: datetime) -> Iterator[Objection]:
        """Yield what is against a deletion, whoever approves."""
        segments = tuple(one for one in self._present() if one.last <= request.last)
        if (
            not segments
            or request.ledger != self._ledger.name
            or (request.first, request.before) != (segments[0].first, segments[0].before)
            or (request.last, request.head) != (segments[-1].last, segments[-1].head)
        ):
            yield Objection("mismatch", "only the oldest segments can be deleted, whole and as they are")
            return
        if not request.reason.strip():
            yield Objection("mismatch", "no reason is given")
        for segment in segments:
            if not self._old(segment, now):
                yield Objection("not_expired", f"{segment.stem} must be kept for {self.duty.days} days")
            for hold in self._held(segment):
                yield Objection("on_hold", f"{segment.stem} is under the hold {hold}")
        last = segments[-1]
        if not any((one.length, one.head) == (last.last, last.head) for one in self._anchors() if not one.base):
            yield Objection("mismatch", f"no anchor of the witness names the end of {last.stem}")

    def _held(self, segment: Segment) -> list[str]:
        """Return the ids of the holds that keep a segment; its records are verified."""
        holds = self._holds.active()
        if not holds:
            for _ in self._ledger.read_segment(segment):
                pass
            return []
        lines: list[Line] = list(self._ledger.read_segment(segment))
        return [hold.id for hold in holds if any(hold.covers(line) for line in lines)]

    def _old(self, segment: Segment, now: datetime) -> bool:
        return now - datetime.fromisoformat(segment.newest) >= self.duty

    def _present(self) -> tuple[Segment, ...]:
        return self._ledger.present()

    def _recent(self, now: datetime) -> Iterator[Line]:
        """Yield the entries of the last year and more: a decision is done by then, and its approvals are too old."""
        since, start = now - _RECENT, 1
        for segment in self._ledger.segments():
            if datetime.fromisoformat(segment.newest) < since:
                start = segment.last + 1
        yield from self._ledger.read(start)

    def _used(self, now: datetime) -> frozenset[str]:
        """Return the digests of approvals that served a deletion while they were fresh."""
        used: set[str] = set()
        for line in self._recent(now):
            approvals = line.details.get("approvals")
            if line.action == DECIDED and isinstance(approvals, list):
                used.update(map(str, approvals))
        return frozenset(used)

    def _remove(self, segment: Segment, now: datetime) -> None:
        """Remove a segment's records: first the note that they are, so that no crash leaves a gap unexplained."""
        files = self._ledger.files
        try:
            if files.noted(segment, "deleted") is None:
                files.note(segment, "deleted", {"at": now.isoformat(), "first": segment.first, "last": segment.last})
            for path in (files.body(segment), files.sealed(segment), files.folder / f"{segment.stem}.tsr"):
                path.unlink(missing_ok=True)
            for state in _STATES:
                if self._released(segment, state, now):
                    (files.folder / f"{segment.stem}.{state}").unlink(missing_ok=True)
            files.disk.sync_folder(files.folder)
        except OSError as error:
            raise LedgerError(f"{segment.stem} can't be removed: {error.strerror}") from None

    def _released(self, segment: Segment, state: State, now: datetime) -> bool:
        """Delete the copy that is written once; return whether none is left. A lock that is not over keeps it."""
        noted = self._ledger.files.noted(segment, state)
        if noted is None or noted.get("worm") is None:
            return True
        kept = msgspec.convert(noted["worm"], Kept)
        if self._worm is None or datetime.fromisoformat(kept.until) > now:
            return False
        with contextlib.suppress(WormError):
            self._worm.remove(kept)
            return True
        return False

    def _left(self, segment: Segment, now: datetime) -> bool:
        """Return whether anything is left of a deleted segment that can go now."""
        files = self._ledger.files
        if files.body(segment).exists() or files.sealed(segment).exists():
            return True
        for state in _STATES:
            noted = files.noted(segment, state)
            worm = None if noted is None else noted.get("worm")
            if noted is not None and (worm is None or datetime.fromisoformat(worm["until"]) <= now):
                return True
        return False

    def _append(self, action: str, details: dict[str, Any], after: Head | None) -> None:
        entry = Entry(tenant=self._tenant, actor=self._actor, action=action, record=self._ledger.name, details=details)
        self._ledger.append(entry, after=after)


class _Decision(msgspec.Struct, frozen=True, kw_only=True):
    request: Request
    envelopes: tuple[str, ...]


def _ends(line: Line, segment: Segment) -> bool:
    """Return whether an entry records a deletion that ends with a segment, as it is."""
    return (line.details.get("last"), line.details.get("head")) == (segment.last, segment.head)


def _refused(against: list[Objection]) -> RefusedError:
    reasons = {one.reason for one in against}
    reason = next((one for one in _ORDER if one in reasons), against[0].reason)
    hint = "nothing was deleted"
    return RefusedError(
        [Problem(message=f"deletion refused: {one.words}", hint=hint) for one in against], reason=reason
    )
