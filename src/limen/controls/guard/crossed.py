"""What came of a crossing that was let through."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from limen.controls.ledger_entries import Appended
from limen.controls.principals import Principal
from limen.controls.refusals import RefusedError
from limen.errors import Problem
from limen.integrity.strict_json import strict_json


class Crossed(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A crossing that is recorded. Its text shows neither payload nor record id."""

    flow: str
    item: str
    direction: Literal["carries", "returns"]
    sent: bool
    """Whether `payload` is what leaves, protected as declared; otherwise it is what came in, opened."""
    payload: bytes
    """What is to be handed on: protected bytes to the other end, or the content to the handler."""
    sealed: bool
    """Whether what came in is still sealed, because this component has no key for it."""
    wire: bytes
    """What is, or was, between the two ends, as it is: a store may keep it sealed."""
    signed: bytes
    """Of what came in, the signed item whose signature was verified (`limen.controls.signing`); empty where none is."""
    record: str
    tenant: str
    """The declared tenant whose instance it is; empty where the flow knows none."""
    label: str
    """The item's label in words."""
    principal: Principal
    """Who made it, as authenticated."""
    entry: Appended | None
    """Its place in the ledger, durable already; None where the other end records the flow."""

    def json(self) -> Any:
        """Return the content as a JSON value; raises RefusedError (content_refused) where it is none, or sealed."""
        try:
            if not self.sealed and not self.sent:
                return strict_json(self.payload)
        except ValueError:
            pass
        problem = Problem(message="the crossing has no content that is JSON", hint="read `payload` instead")
        raise RefusedError(problem, reason="content_refused")

    def __repr__(self) -> str:
        """Return a text without payload and record id."""
        way = "sent" if self.sent else "received"
        return f"Crossed({self.flow!r}, {self.item!r}, {way}, {len(self.payload)} bytes)"

    def __rich_repr__(self) -> Any:
        """Show the same where rich prints it."""
        yield from (("flow", self.flow), ("item", self.item), ("sent", self.sent), ("bytes", len(self.payload)))


class Admission(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A principal who may make a crossing that has not happened yet."""

    flow: str
    item: str
    record: str
    tenant: str
    """The declared tenant whose instance it would be; empty where the flow knows none."""
    principal: Principal

    def __repr__(self) -> str:
        """Return a text without the record's id."""
        return f"Admission({self.flow!r}, {self.item!r})"
