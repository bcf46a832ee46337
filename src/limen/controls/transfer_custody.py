"""The custody ledger of transfers: where each stands by its entries, and how the next entry comes to stand there.

21 CFR 1304.21(a), 11.10(e) and (f). What is decided is appended only where the ledger still stands as it was decided
on, and what comes of it is read from the ledger again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from limen.controls import transfer_states as states
from limen.controls.followed import Followed
from limen.controls.refusals import RefusedError
from limen.controls.transfer_messages import read_record
from limen.controls.transfer_refusals import TransferError, as_transfer, refuse, refuse_late, refuse_unrecorded
from limen.controls.transfer_states import Standing, Standings
from limen.controls.transfer_ways import Way
from limen.errors import LimenError

if TYPE_CHECKING:
    from limen.controls.ledger import Entry, Ledger, Line

Result = TypeVar("Result")


class Custody:
    """Every transfer that a ledger records, and its next entries."""

    def __init__(self, ledger: Ledger, earlier: Iterable[Line]) -> None:
        """Read the ledger; `earlier` are records that left it for an archive. Raises LedgerError."""
        self._standings = Standings()
        for line in earlier:
            self._standings.take(line)
        self._followed = Followed(ledger, self._standings.take)

    def catch_up(self) -> None:
        """Take what was appended since; raises TransferError (ledger_unavailable)."""
        try:
            self._followed.catch_up()
        except LimenError:
            refuse_unrecorded()

    def get(self, record: str) -> Standing | None:
        """Return where a transfer stands by what was read so far; None where there is none."""
        return self._standings.get(record)

    def pending(self) -> tuple[Standing, ...]:
        """Return the transfers that something can follow, deadlines left aside."""
        return tuple(one for one in self._standings.every() if one.state in states.OPEN)

    def begun(self, record: str, message: str) -> Standing | None:
        """Return the transfer that an order began, by the digest of its message; None where none did.

        Raises TransferError (duplicate) where another order began it.
        """
        known = self._standings.numbered(record)
        if known is not None and (known.record, known.proposal.message) != (record, message):
            hint = "send the same bytes again, or take another number"
            refuse("duplicate", "there is another order of this record or number", hint, known)
        return known

    def answered(self, record: str, message: str) -> Standing | None:
        """Return the transfer that an acknowledgement ended, by the digest of its message; None where it did not."""
        known = self.get(record)
        same = known is not None and known.acknowledgement is not None and known.acknowledgement.message == message
        return known if same else None

    def open(self, record: str, way: Way, now: datetime) -> Standing:
        """Return a transfer that something can follow now; raises TransferError where none is."""
        found = self.get(record)
        if found is None:
            refuse("out_of_order", "there is no order of this record")
        if (found.sender, found.proposal.receiver) != (way.sender.tenant, way.receiver.tenant):
            refuse("undeclared_route", "the transfer is declared between others than it was ordered between", "", found)
        if found.state in ("reconciled", "mismatched"):
            refuse("replayed", "the transfer was acknowledged, and its token with it", "", found)
        if found.state == "contradictory":
            refuse("ledger_broken", "the ledger says of this transfer what can't be", "have the ledger probed", found)
        if found.at(now) == "expired":
            refuse_late(found)
        if found.state not in states.OPEN:
            refuse("out_of_order", f"the transfer was {found.state}", "", found)
        return found

    def recorded(self, record: str, decide: Callable[[], Entry | Standing]) -> Standing:
        """Append what is decided, and return where the transfer stands by the ledger, not by what was hoped.

        `decide` returns an entry, or the standing that makes one needless; it may raise. Raises LedgerError and
        UnassessedError where the ledger can't be used, TransferError (ledger_broken) where it has something else.
        """
        decided = self._followed.append(decide)
        if isinstance(decided, Standing):
            return decided
        self._followed.catch_up()
        found = self.get(record)
        if found is None or found.entry < decided.seq or found.state == "contradictory":
            refuse("ledger_broken", "the ledger does not have what was recorded", "have the ledger probed", found)
        return found

    def step(self, record: str, tenant: str, actor: str, now: datetime, step: Callable[[], Result]) -> Result:
        """Take a step; where it is refused, record why and raise TransferError. Every other failure is a refusal, too.

        `tenant` is what a refusal is recorded under.
        """
        try:
            if now.utcoffset() is None:
                refuse("internal", "the time has no time zone")
            return step()
        except RefusedError as refused:
            error = as_transfer(refused)
        except LimenError:
            refuse_unrecorded()
        if error.reason not in ("ledger_unavailable", "mismatch"):  # a mismatch is an entry already
            self._refused(record, tenant, actor, error)
        raise error

    def _refused(self, record: str, tenant: str, actor: str, error: TransferError) -> None:
        try:
            shown = read_record(record).text
        except RefusedError:
            shown = ""  # whatever it is, it is no name of a record
        details = {"reason": error.reason}
        try:
            self._followed.ledger.append(entry_of(tenant, actor, states.REFUSED, shown, details))
        except LimenError:
            refuse_unrecorded()


def entry_of(
    tenant: str, actor: str, action: str, record: str, details: msgspec.Struct | dict[str, Any] | None = None
) -> Entry:
    """Return an entry of a transfer."""
    from limen.controls.ledger import Entry

    said: dict[str, Any] = {} if details is None else msgspec.to_builtins(details)
    return Entry(tenant=tenant, actor=actor, action=action, record=record, details=said)
