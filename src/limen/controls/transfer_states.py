"""Where a transfer stands, by the ledger alone: a pure fold over its entries.

    proposed -> announced -> reconciled | mismatched        both may also become: cancelled | expired

Reconciled has one way: the sender's order, its announcement, and an acknowledgement of the receiver's tenant under
another key and by somebody else, with the same NDC, lot and quantity, recorded by the deadline. Whatever does not
follow from what is before makes a transfer contradictory, which nothing follows.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Literal

import msgspec

from limen.integrity import tokens

if TYPE_CHECKING:
    from limen.controls.ledger import Line

State = Literal["proposed", "announced", "reconciled", "mismatched", "cancelled", "expired", "contradictory"]
OPEN: frozenset[State] = frozenset(("proposed", "announced"))
"""States that something can follow."""
PREFIX = "transfer:"
"""How the actions of a transfer's entries begin."""
PROPOSED, ANNOUNCED, ACKNOWLEDGED, CANCELLED, EXPIRED, REFUSED = (
    PREFIX + name for name in ("proposed", "announced", "acknowledged", "cancelled", "expired", "refused")
)


class Goods(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is sent or counted: tokens for identifiers, and a number."""

    ndc: str
    lot: str
    quantity: int

    def agrees(self, other: Goods) -> bool:
        """Return whether both are the same goods."""
        same = tokens.same(self.ndc, other.ndc) and tokens.same(self.lot, other.lot)
        return same and self.quantity == other.quantity


class Proposal(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Details of a proposal's entry."""

    receiver: str
    """The receiver's tenant id; the sender's is the entry's own."""
    within: int
    """Seconds that each step may take."""
    goods: Goods
    schedule: str
    message: str
    """SHA-256 of the signed order, its signature included, so that it tells nothing of the content."""
    key: str
    """Id of the key that signed it."""


class Announcement(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Details of an announcement's entry."""

    token_key: str
    """Id of the key that the token is made with."""


class Acknowledgement(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Details of an acknowledgement's entry."""

    goods: Goods
    counted_at: str
    message: str
    """SHA-256 of the signed acknowledgement."""
    key: str
    """Id of the key that signed it."""


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """Where a transfer stands; holds no identifier."""

    record: str
    state: State
    sender: str
    """Tenant's id."""
    proposed_by: str
    """The principal that sent the order."""
    proposal: Proposal
    deadline: datetime
    """When the next step must have been recorded."""
    since: datetime
    """When the last entry was recorded."""
    entry: int
    """Number of the last entry in the ledger."""
    announced_at: datetime | None = None
    token_key: str = ""
    acknowledgement: Acknowledgement | None = None

    def at(self, now: datetime) -> State:
        """Return the state at a time: what is open beyond its deadline has expired, recorded or not."""
        return "expired" if self.state in OPEN and now > self.deadline else self.state


class Standings:
    """Every transfer of a ledger, by its record."""

    def __init__(self) -> None:
        """Begin without any."""
        self._all: dict[str, Standing] = {}
        self._numbers: dict[str, str] = {}

    def get(self, record: str) -> Standing | None:
        """Return where a transfer stands; None where there is none."""
        return self._all.get(record)

    def numbered(self, record: str) -> Standing | None:
        """Return the transfer that has a record's number, be it on another order form; None where there is none."""
        return self._all.get(self._numbers.get(_number(record), record))

    def every(self) -> Iterable[Standing]:
        """Return every transfer, in the order of their proposals."""
        return tuple(self._all.values())

    def take(self, line: Line) -> None:
        """Take a record of the ledger in; what is of no transfer, or refused only, is passed over."""
        if not line.action.startswith(PREFIX) or line.action == REFUSED:
            return
        before = self._all.get(line.record)
        try:
            after = followed(before, line)
        except (msgspec.ValidationError, ValueError, OverflowError):
            after = None
        if after is not None:
            self._all[line.record] = after
            self._numbers.setdefault(_number(line.record), line.record)
        elif before is not None:
            self._all[line.record] = msgspec.structs.replace(before, state="contradictory", entry=line.seq)


def _number(record: str) -> str:
    """Return a record's transfer and number, without the order form."""
    return "/".join(record.split("/", 2)[:2])


def followed(before: Standing | None, line: Line) -> Standing | None:
    """Return where a transfer stands after an entry; None where the entry does not follow from what is before.

    Raises ValueError (msgspec.ValidationError) where its details are none.
    """
    at = datetime.fromisoformat(line.time)
    if line.action == PROPOSED:
        return _proposed(line, at) if before is None else None
    if before is None or before.state not in OPEN:
        return None
    late = at > before.deadline
    base = msgspec.structs.replace(before, since=at, entry=line.seq)
    if line.action == EXPIRED:  # whoever says so early does no harm: the goods are simply not received
        return msgspec.structs.replace(base, state="expired")
    if line.action == CANCELLED:
        return msgspec.structs.replace(base, state="cancelled") if line.tenant == before.sender else None
    if line.action == ANNOUNCED and before.state == "proposed" and line.tenant == before.proposal.receiver:
        said = msgspec.convert(line.details, Announcement)
        if late:
            return msgspec.structs.replace(base, state="expired")
        deadline = at + timedelta(seconds=before.proposal.within)
        return msgspec.structs.replace(
            base, state="announced", announced_at=at, deadline=deadline, token_key=said.token_key
        )
    if line.action == ACKNOWLEDGED and before.state == "announced" and line.tenant == before.proposal.receiver:
        answer = msgspec.convert(line.details, Acknowledgement)
        if answer.key == before.proposal.key or line.actor == before.proposed_by:
            return None
        agrees = answer.goods.agrees(before.proposal.goods)
        state: State = "expired" if late else "reconciled" if agrees else "mismatched"
        return msgspec.structs.replace(base, state=state, acknowledgement=answer)
    return None


def _proposed(line: Line, at: datetime) -> Standing | None:
    proposal = msgspec.convert(line.details, Proposal)
    if proposal.receiver == line.tenant or proposal.goods.quantity < 1 or proposal.within < 1:
        return None
    return Standing(
        record=line.record,
        state="proposed",
        sender=line.tenant,
        proposed_by=line.actor,
        proposal=proposal,
        deadline=at + timedelta(seconds=proposal.within),
        since=at,
        entry=line.seq,
    )
