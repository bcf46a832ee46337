"""What the ledger says of signatures: which ones each record bears, and whose passwords were got wrong.

21 CFR 11.10(e) and 11.300(d). Read from entries alone, so that a lockout outlives the process that found it.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from limen.controls.ledger import Line

PREFIX = "esign:"
"""How the actions of signatures' entries begin."""
SIGNED, REFUSED, UNLOCKED = (PREFIX + name for name in ("signed", "refused", "unlocked"))
WRONG = "component"
"""Why a signature was refused that counts towards a lockout: what only the person knows was wrong."""
MOST_FAILURES = 5
"""Wrong passwords in a row after which somebody is locked out."""
LOCKED_FOR = timedelta(minutes=30)
"""How long a lockout lasts after the last wrong password, unless it is lifted."""
Place = tuple[str, str, str]
"""Tenant, item and number of a record."""


class SignedEntry(msgspec.Struct, frozen=True, kw_only=True):
    """Details of a signature's entry."""

    item: str
    meaning: str
    signature: str
    """SHA-256 of the signature's document, which has the digest of the content: here it could be guessed by."""
    previous: str
    """SHA-256 of the document before it; empty for the first."""
    key: str


class Recorded(msgspec.Struct, frozen=True, kw_only=True):
    """A signature as it was recorded."""

    user: str
    at: datetime
    """The ledger's own time."""
    entry: SignedEntry


class SignatureHistory:
    """Signatures by record, and wrong passwords by person."""

    def __init__(self) -> None:
        """Begin without any."""
        self._signed: dict[Place, list[Recorded]] = {}
        self._failures: dict[str, list[datetime]] = {}

    def take(self, line: Line) -> None:
        """Take a record of the ledger in; what is of no signature is passed over."""
        if line.action == SIGNED:
            try:
                entry = msgspec.convert(line.details, SignedEntry)
            except msgspec.ValidationError:
                return  # verifies nothing: whoever looks for it will not find it
            recorded = Recorded(user=line.actor, at=datetime.fromisoformat(line.time), entry=entry)
            self._signed.setdefault((line.tenant, entry.item, line.record), []).append(recorded)
            self._failures.pop(line.actor, None)
        elif line.action == UNLOCKED:
            self._failures.pop(line.record, None)
        elif line.action == REFUSED and line.actor and line.details.get("why") == WRONG:  # nobody is locked out
            self._failures.setdefault(line.actor, []).append(datetime.fromisoformat(line.time))

    def of(self, place: Place) -> tuple[Recorded, ...]:
        """Return the signatures of a record, in order."""
        return tuple(self._signed.get(place, ()))

    def locked(self, user: str, now: datetime) -> bool:
        """Return whether somebody is locked out: wrong passwords in a row, the last of them not long ago."""
        failures = self._failures.get(user, [])
        return len(failures) >= MOST_FAILURES and now < failures[-1] + LOCKED_FOR
