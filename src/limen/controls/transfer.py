"""Transfers between tenants: two signatures, two counts, one token, one deadline, and the ledger as the only state.

Controlled substances between registrants: 21 CFR 1304.21, 1304.22(c) and 1305.03; signatures: 21 CFR 11.50 to 11.70.
Each step is one entry, appended only where the transfer still stands as it was decided on, so that a crash leaves it
before the step or after it. The same message again gives the same answer and posts nothing; any other second message
is refused. Refusals are recorded, too. A ledger that can't be written stops every step.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Protocol

import msgspec

from limen.controls import transfer_states as states
from limen.controls.identifiers import Ndc
from limen.controls.principals import SKEW
from limen.controls.signing import verified_item
from limen.controls.transfer_custody import Custody, entry_of
from limen.controls.transfer_messages import Order, check_order_form, read_count, read_order, read_record
from limen.controls.transfer_refusals import TransferError, refuse, refuse_late
from limen.controls.transfer_states import Goods, Standing
from limen.controls.transfer_tokens import is_token, transfer_token
from limen.controls.transfer_ways import Side, Way, ways_of
from limen.integrity import tokens
from limen.integrity.instants import instant_text
from limen.integrity.signatures import PublicKey
from limen.model.declaration import Declaration

if TYPE_CHECKING:
    from limen.controls.ledger import Entry, Ledger, Line

__all__ = ["Announced", "Keep", "Keys", "ScheduleOf", "TransferError", "Transfers"]


class Keys(Protocol):
    """What is needed of a keyring."""

    def verifiers(self, name: str) -> tuple[PublicKey, ...]:
        """Return the public halves of a signing key's trusted versions."""

    def mac(self, name: str) -> tuple[str, bytes]:
        """Return id and secret of the version of an HMAC key that writes."""

    def macs(self, name: str) -> Mapping[str, bytes]:
        """Return the secrets of an HMAC key's live versions by their ids."""


class Announced(msgspec.Struct, frozen=True, kw_only=True):
    """What the receiver is told beside the order."""

    standing: Standing
    token: str
    """To be shown with the acknowledgement; never recorded."""

    def __repr__(self) -> str:
        """Return a text without the token."""
        return f"Announced({self.standing.record})"


ScheduleOf = Callable[[Ndc, date], str]
"""Returns the listed schedule of a product on a day: I to V, none or unknown."""
Keep = Callable[[str, bytes], None]
"""Keeps a signed message under its SHA-256, sealed, before it is recorded: the ledger has tokens of it only."""


class Transfers:
    """All transfers whose custody one ledger records. Safe for threads and for several processes."""

    def __init__(
        self,
        declaration: Declaration,
        *,
        ledger: Ledger,
        keys: Keys,
        token_key: str,
        tenants: Mapping[str, str] | None = None,
        earlier: Iterable[Line] = (),
        keep: Keep | None = None,
        schedule_of: ScheduleOf | None = None,
        skew: timedelta = SKEW,
    ) -> None:
        """Compile the declared ways and read the ledger.

        `token_key` is the declared name of the HMAC key for tokens. `tenants` gives the ids of declared tenants as
        they travel; without it their names travel. `earlier` are records that left the ledger for an archive.
        `schedule_of` tells the listed schedule of a product (`Directory.schedule`): without it the sender's word is
        taken for it, and so for whether an order form is needed. Raises DeclarationError where a way is left open,
        LedgerError where the ledger can't be read.
        """
        self.ways = ways_of(declaration, ledger.name, tenants)
        self._keys, self._token_key, self._keep, self._skew = keys, token_key, keep, skew
        self._schedule_of = schedule_of
        self._custody = Custody(ledger, earlier)
        self._tenants = {side.tenant for way in self.ways.values() for side in (way.sender, way.receiver)}

    def propose(self, message: bytes, *, record: str, tenant: str, actor: str, now: datetime) -> Standing:
        """Record a sender's order and return where the transfer stands.

        `message` is the signed item, `record` its record's name, `tenant` the id in the header of whoever sent it,
        `actor` its principal, `now` aware. Raises TransferError: undeclared_route, wrong_tenant, signature_refused,
        content_refused, identifier_invalid, identifier_ambiguous, schedule_unknown, duplicate, key_unavailable,
        ledger_unavailable.
        """

        def step() -> Standing:
            way = self._way(record)
            content, key = self._verified(message, way.sender, record, tenant)
            digest = hashlib.sha256(message).hexdigest()
            self._custody.catch_up()
            known = self._custody.begun(record, digest)
            if known is not None:
                return known
            order = read_order(content)
            self._listed(order, now)
            check_order_form(read_record(record), order.schedule, now.date())
            if order.expiry < now.date():
                refuse("content_refused", "the lot has expired", "what has expired is returned or destroyed")
            details = states.Proposal(
                receiver=way.receiver.tenant,
                within=int(way.within.total_seconds()),
                goods=self._goods(order.ndc.canonical, order.lot, order.quantity),
                schedule=order.schedule.canonical,
                message=digest,
                key=key,
            )
            entry = entry_of(tenant, actor, states.PROPOSED, record, details)
            self._kept(digest, message)
            return self._custody.recorded(record, lambda: self._custody.begun(record, digest) or entry)

        return self._custody.step(record, self._row(tenant), actor, now, step)

    def announce(self, record: str, *, actor: str, now: datetime) -> Announced:
        """Record that the receiver is told, and return the token that it is told with; the same again until it is used.

        Raises TransferError: undeclared_route, out_of_order, late, replayed, key_unavailable, ledger_unavailable.
        """

        def step() -> Announced:
            way = self._way(record)
            token_key, _ = self._keys.mac(self._token_key)
            details = states.Announcement(token_key=token_key)
            entry = entry_of(way.receiver.tenant, actor, states.ANNOUNCED, record, details)

            def decide() -> Entry | Standing:
                found = self._custody.open(record, way, now)
                return entry if found.state == "proposed" else found

            self._custody.recorded(record, decide)
            standing = self._custody.open(record, way, now)  # raises where it was recorded too late
            return Announced(standing=standing, token=self._token(standing))

        return self._custody.step(record, "", actor, now, step)

    def acknowledge(
        self, message: bytes, *, record: str, token: str, tenant: str, actor: str, now: datetime
    ) -> Standing:
        """Record the receiver's own count and return where the transfer stands: reconciled.

        Raises TransferError: undeclared_route, wrong_tenant, signature_refused, token_refused, content_refused,
        identifier_invalid, identifier_ambiguous, duty_conflict, out_of_order, replayed, late, key_unavailable,
        ledger_unavailable; and mismatch, which is recorded and ends the transfer: what differs is for people to find
        out (21 CFR 1301.76(b)).
        """

        def step() -> Standing:
            way = self._way(record)
            content, key = self._verified(message, way.receiver, record, tenant)
            digest = hashlib.sha256(message).hexdigest()
            self._custody.catch_up()
            known = self._custody.answered(record, digest)
            if known is not None:
                return _answer(known)
            standing = self._custody.open(record, way, now)
            details = self._counted(content, key, digest, standing, way, token, actor, now)
            entry = entry_of(tenant, actor, states.ACKNOWLEDGED, record, details)
            self._kept(digest, message)

            def decide() -> Entry | Standing:
                answered = self._custody.answered(record, digest)
                if answered is None:
                    self._custody.open(record, way, now)
                return answered or entry

            return _answer(self._custody.recorded(record, decide))

        return self._custody.step(record, self._row(tenant), actor, now, step)

    def cancel(self, record: str, *, tenant: str, actor: str, now: datetime) -> Standing:
        """Record that the sender takes the order back, before it is acknowledged; raises TransferError otherwise."""

        def step() -> Standing:
            way = self._way(record)
            if tenant != way.sender.tenant:
                refuse("wrong_tenant", "only the sender takes an order back")
            entry = entry_of(tenant, actor, states.CANCELLED, record)

            def decide() -> Entry | Standing:
                found = self._custody.get(record)
                if found is not None and found.state == "cancelled":
                    return found
                self._custody.open(record, way, now)
                return entry

            return self._custody.recorded(record, decide)

        return self._custody.step(record, self._row(tenant), actor, now, step)

    def expire(self, *, actor: str, now: datetime) -> tuple[Standing, ...]:
        """Record every transfer that was not answered in time, and return them; to be called on a schedule.

        Raises TransferError (ledger_unavailable).
        """
        self._custody.catch_up()
        over = [one.record for one in self._custody.pending() if one.at(now) == "expired"]
        found = [self._custody.step(record, "", actor, now, self._expiring(record, actor, now)) for record in over]
        return tuple(one for one in found if one.state == "expired")

    def pending(self) -> tuple[Standing, ...]:
        """Return the transfers that something can follow, deadlines left aside; raises TransferError."""
        self._custody.catch_up()
        return self._custody.pending()

    def standing(self, record: str) -> Standing | None:
        """Return where a transfer stands, None where there is none; raises TransferError (ledger_unavailable)."""
        self._custody.catch_up()
        return self._custody.get(record)

    def _counted(
        self, content: bytes, key: str, digest: str, standing: Standing, way: Way, token: str, actor: str, now: datetime
    ) -> states.Acknowledgement:
        """Return what is recorded of an acknowledgement; raises RefusedError where it may not be one."""
        if standing.state != "announced" or standing.announced_at is None:
            refuse("out_of_order", "the transfer was not announced yet", "", standing)
        if not is_token(token, self._token(standing)):
            refuse("token_refused", "the token is not the one of this transfer", "show the one it came with", standing)
        if actor == standing.proposed_by or key in {one.id for one in self._keys.verifiers(way.sender.key)}:
            refuse("duty_conflict", "whoever sends stock can't confirm that it arrived", "", standing)
        count = read_count(content)
        if not standing.announced_at - self._skew <= count.counted_at <= now + self._skew:
            hint = "count when it is there, and say when"
            refuse("out_of_order", "it was counted before it was announced, or in the future", hint, standing)
        # By the key that the order's tokens were made with: others could not be compared with them.
        key_id = tokens.key_of(standing.proposal.goods.ndc)
        return states.Acknowledgement(
            goods=self._goods(count.ndc.canonical, count.lot, count.quantity, key_id),
            counted_at=instant_text(count.counted_at),
            message=digest,
            key=key,
        )

    def _listed(self, order: Order, now: datetime) -> None:
        """Raise RefusedError where a product is not listed with the schedule that its order says."""
        if self._schedule_of is None:
            return
        listed = self._schedule_of(order.ndc, now.date())
        if listed == "unknown":
            refuse("schedule_unknown", "the product's schedule is not known", "see to the product directory")
        if listed != order.schedule.canonical:
            refuse("content_refused", "the product is listed with another schedule than the order's", "21 CFR 1308")

    def _expiring(self, record: str, actor: str, now: datetime) -> Callable[[], Standing]:
        def decide() -> Entry | Standing:
            found = self._custody.get(record)
            if found is None:
                refuse("internal", "there is no such transfer")
            if found.state not in states.OPEN or found.at(now) != "expired":
                return found
            return entry_of(found.sender, actor, states.EXPIRED, record)

        return lambda: self._custody.recorded(record, decide)

    def _way(self, record: str) -> Way:
        """Return the declared way of a record; raises RefusedError where there is none."""
        way = self.ways.get(read_record(record).way)
        if way is None:
            refuse("undeclared_route", "the transfer is not declared", "there is no other way between two tenants")
        return way

    def _verified(self, message: bytes, side: Side, record: str, tenant: str) -> tuple[bytes, str]:
        """Return content and key id of a message that a side signed; raises RefusedError where header or key differ."""
        if tenant != side.tenant:
            refuse("wrong_tenant", "the header names another tenant than the one of this end")
        keys = self._keys.verifiers(side.key)
        return verified_item(message, item=side.item, flow=side.flow, record=record, tenant=side.tenant, keys=keys)

    def _goods(self, ndc: str, lot: str, quantity: int, key_id: str = "") -> Goods:
        """Return tokens of identifiers, by the key that writes or a named one."""
        if key_id:
            key = self._secret(key_id)
        else:
            key_id, key = self._keys.mac(self._token_key)
        return Goods(
            ndc=tokens.token(ndc, domain="ndc", key_id=key_id, key=key),
            lot=tokens.token(lot, domain="lot", key_id=key_id, key=key),
            quantity=quantity,
        )

    def _token(self, standing: Standing) -> str:
        key, proposal = self._secret(standing.token_key), standing.proposal
        return transfer_token(key, record=standing.record, order=proposal.message, receiver=proposal.receiver)

    def _secret(self, key_id: str) -> bytes:
        key = self._keys.macs(self._token_key).get(key_id)
        if key is None:
            hint = "keep old versions of the key until every transfer is through"
            refuse("key_unavailable", "the key of this transfer's tokens is gone", hint)
        return key

    def _kept(self, digest: str, message: bytes) -> None:
        if self._keep is None:
            return
        try:
            self._keep(digest, message)
        except Exception:  # noqa: BLE001 whatever it is: what can't be kept is not recorded, and not quoted
            refuse("ledger_unavailable", "the signed message can't be kept", "nothing moves whose original is lost")

    def _row(self, tenant: str) -> str:
        """Return what a refusal is recorded under: a header may hold anything, a row holds a tenant or nothing."""
        return tenant if tenant in self._tenants else ""


def _answer(standing: Standing) -> Standing:
    """Return a transfer that is reconciled; raises what its acknowledgement was answered with where it is not."""
    if standing.state == "mismatched":
        hint = "the transfer has ended: find out what is missing, and report it (21 CFR 1301.76(b))"
        refuse("mismatch", "the receiver's count is not the sender's", hint, standing)
    if standing.state != "reconciled":
        refuse_late(standing)
    return standing
