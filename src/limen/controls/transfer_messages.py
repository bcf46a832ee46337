"""What two tenants tell each other of a transfer: the order, the receiver's own count, and the record that both bind.

Each is a signed item (`signing`) whose content is RFC 8785 and has exactly the declared fields. The record's name says
which transfer, which number and, for schedules I and II, on which order form: so both signatures are over it.
21 CFR 1304.21 and 1304.22(c), 1305.03, 1305.13, 1305.21(b).
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from limen.controls.identifiers import Ndc, Schedule, parse_ndc, parse_schedule
from limen.controls.identifiers.gs1 import characters
from limen.controls.refusals import RefusedError
from limen.controls.signing import sign_item
from limen.controls.transfer_ways import Side
from limen.errors import Problem
from limen.integrity.canonical import canonical
from limen.integrity.forms import Form, read_form
from limen.integrity.instants import instant, instant_text
from limen.integrity.signatures import Signer

MOST = 10**9
"""Largest quantity, in the package that the NDC names."""
Quantity = Annotated[int, Meta(ge=1, le=MOST)]
"""Whole packages or units, never a float: half a tablet is no stock."""
_NUMBER = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_.\-]{0,62}[A-Za-z0-9_])?", re.ASCII)
_FORM_222 = re.compile(r"222-\d{9}", re.ASCII)
_CSOS = re.compile(r"csos-(\d\d)X[A-Z0-9]{6}", re.ASCII)
_LOT = 20
_LONGEST = 128


class TransferRecord(msgspec.Struct, frozen=True, kw_only=True):
    """The name of one transfer's record, such as t-014-022/000123/csos-26XA1B2C3."""

    way: str
    """The declared transfer."""
    number: str
    """Chosen by the sender, once; letters, digits, '_', '.' and '-', 64 at most."""
    order_form: str = ""
    """222-<nine digits> (DEA Form 222) or csos-<yy>X<six characters> (21 CFR 1305.21(b)(1)); empty for III to V."""

    @property
    def text(self) -> str:
        """The name as it stands in signatures, headers and ledgers."""
        return "/".join((self.way, self.number, self.order_form) if self.order_form else (self.way, self.number))


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """What is sent."""

    ndc: Ndc
    lot: str
    expiry: date
    quantity: int
    schedule: Schedule

    def __repr__(self) -> str:
        """Return a text without any identifier."""
        return "<Order>"


class Count(msgspec.Struct, frozen=True, kw_only=True):
    """What arrived, by the receiver's own count."""

    ndc: Ndc
    lot: str
    quantity: int
    counted_at: datetime

    def __repr__(self) -> str:
        """Return a text without any identifier."""
        return "<Count>"


class _Order(Form, frozen=True):
    ndc: str
    lot: str
    expiry: str
    quantity: Quantity
    schedule: str


class _Count(Form, frozen=True):
    ndc: str
    lot: str
    quantity: Quantity
    counted_at: str


def read_record(text: str) -> TransferRecord:
    """Return the record of a name; raises RefusedError (content_refused) where it is none."""
    parts = text.split("/") if len(text) <= _LONGEST else []
    if len(parts) not in (2, 3) or not all(_NUMBER.fullmatch(part) for part in parts):
        raise _refused(
            "the record names no transfer", "expected TRANSFER/NUMBER, with /ORDER-FORM for schedules I and II"
        )
    if len(parts) == 3 and not (_FORM_222.fullmatch(parts[2]) or _CSOS.fullmatch(parts[2])):
        hint = "expected 222-<nine digits> or csos-<yy>X<six characters> (21 CFR 1305.21(b)(1))"
        raise _refused("the order form's number has not the form of one", hint)
    return TransferRecord(way=parts[0], number=parts[1], order_form=parts[2] if len(parts) == 3 else "")


def check_order_form(record: TransferRecord, schedule: Schedule, today: date) -> None:
    """Raise RefusedError where schedules I or II move without an order form, or with one of another time.

    21 CFR 1305.03; an order is good for 60 days (1305.13(e), 1305.22), so one that has a year is of this or the last.
    """
    if schedule.needs_order_form and not record.order_form:
        hint = "name the Form 222 or the CSOS order in the record (21 CFR 1305.03)"
        raise _refused("schedules I and II move on an order form only", hint)
    if match := _CSOS.fullmatch(record.order_form):
        years = {f"{year % 100:02}" for year in (today.year, today.year - 1)}
        if match[1] not in years:
            raise _refused("the CSOS order is of another year", "an order is good for 60 days")


def order_content(*, ndc: str, lot: str, expiry: str, quantity: int, schedule: str) -> bytes:
    """Return the content of an order; raises RefusedError where it could not be read again."""
    _whole(quantity)
    content = canonical({"ndc": ndc, "lot": lot, "expiry": expiry, "quantity": quantity, "schedule": schedule})
    read_order(content)
    return content


def count_content(*, ndc: str, lot: str, quantity: int, counted_at: datetime) -> bytes:
    """Return the content of an acknowledgement; raises RefusedError where it could not be read again."""
    _whole(quantity)
    at = instant_text(counted_at)
    content = canonical({"ndc": ndc, "lot": lot, "quantity": quantity, "counted_at": at})
    read_count(content)
    return content


def read_order(content: bytes) -> Order:
    """Return the order of a content; raises RefusedError (content_refused, identifier_invalid or _ambiguous)."""
    try:
        said = read_form(content, _Order)
        expiry = date.fromisoformat(said.expiry)
        if expiry.isoformat() != said.expiry:
            raise ValueError
    except ValueError:  # whose text quotes what was sent
        hint = (
            "RFC 8785 with ndc, lot, expiry (YYYY-MM-DD), quantity (a whole number above 0) and schedule, and no more"
        )
        raise _refused("the content is no order", hint) from None
    lot = characters(said.lot, "a lot", longest=_LOT)
    schedule = parse_schedule(said.schedule)
    return Order(ndc=parse_ndc(said.ndc), lot=lot, expiry=expiry, quantity=said.quantity, schedule=schedule)


def read_count(content: bytes) -> Count:
    """Return the count of a content; raises RefusedError (content_refused, identifier_invalid or _ambiguous)."""
    try:
        said = read_form(content, _Count)
        counted_at = instant(said.counted_at)
    except ValueError:
        hint = "RFC 8785 with ndc, lot, quantity (a whole number above 0) and counted_at (UTC), and no more"
        raise _refused("the content is no acknowledgement", hint) from None
    lot = characters(said.lot, "a lot", longest=_LOT)
    return Count(ndc=parse_ndc(said.ndc), lot=lot, quantity=said.quantity, counted_at=counted_at.astimezone(UTC))


def signed_by(side: Side, content: bytes, record: TransferRecord, signer: Signer) -> bytes:
    """Return an order or acknowledgement as its side sends it; raises RefusedError as `sign_item` does."""
    return sign_item(content, item=side.item, flow=side.flow, record=record.text, tenant=side.tenant, signer=signer)


def _whole(quantity: object) -> None:
    """Raise RefusedError for anything but an int: RFC 8785 writes 12.0 as 12, and nobody would ever know."""
    if type(quantity) is not int:
        raise _refused("a quantity is a whole number", "never a float, a boolean or a text")


def _refused(message: str, hint: str) -> RefusedError:
    return RefusedError(Problem(message=message, hint=hint), reason="content_refused")
