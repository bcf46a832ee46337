"""What goes into a ledger, what comes out of it, and what can go wrong."""

from __future__ import annotations

from typing import Any

import msgspec

from limen.adapters.ledgers.appending import Mark
from limen.errors import Problem, UnassessedError
from limen.integrity.canonical import CanonicalError
from limen.integrity.limen_v1 import Head, Prepared
from limen.integrity.limen_v1 import prepared as _prepared

__all__ = [
    "Appended",
    "BrokenLedgerError",
    "Entry",
    "EntryError",
    "HeadMovedError",
    "LedgerError",
    "Line",
    "Mark",
    "prepared",
]


class LedgerError(UnassessedError):
    """A ledger can't be written or read; what depends on it must not happen (NIST AU-5)."""


class BrokenLedgerError(LedgerError):
    """A ledger is not what was appended: a record was edited, removed or inserted (21 CFR 11.10(e), NIST AU-9)."""


class EntryError(LedgerError):
    """An entry can't be recorded as it is; the ledger itself is as good as before."""


class HeadMovedError(LedgerError):
    """Somebody appended since; nothing was appended. `head` is where the ledger stands."""

    def __init__(self, problem: Problem, head: Head) -> None:
        """Keep the head."""
        super().__init__(problem)
        self.head = head


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """An event to be recorded; the ledger stamps its time."""

    tenant: str
    actor: str
    """Who acted: a declared principal or component."""
    action: str
    record: str
    """Id of what was acted on."""
    details: dict[str, Any] = {}
    """Whatever else is to be kept, of JSON's types."""


class Appended(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The acknowledgement of one entry: it is durable."""

    seq: int
    """Its number, from 1."""
    hash: str
    """Its hash, 64 hex digits."""
    time: str
    """When: UTC, as 2026-11-22T10:00:00.000000Z."""


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """A record that was read and verified."""

    seq: int
    hash: str
    prev: str
    """Hash of the record before it; 64 zeros where there is none."""
    time: str
    tenant: str
    actor: str
    action: str
    record: str
    details: dict[str, Any]
    key: str
    """Id of the key that its hash was made with; empty for SHA-256."""
    raw: bytes
    """The line itself, with its newline."""


def prepared(entry: Entry) -> Prepared:
    """Return an entry as canonical text (RFC 8785); raises EntryError where it has none."""
    try:
        return _prepared(
            tenant=entry.tenant, actor=entry.actor, action=entry.action, record=entry.record, details=entry.details
        )
    except (CanonicalError, RecursionError):
        raise EntryError(
            Problem(
                message="an entry has no canonical JSON text",
                hint="expected finite numbers, integers within 2^53, names that are texts, no lone surrogates",
            )
        ) from None
