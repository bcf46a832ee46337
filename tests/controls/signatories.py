"""People who sign in tests, with keys of their own, a clock and a ledger."""

from __future__ import annotations

import functools
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from limen.controls.esign import ElectronicSignatures, Signed
from limen.controls.esign_documents import RecordSignature
from limen.controls.esign_passwords import kept_password, read_kept
from limen.controls.esign_people import People, Person
from limen.controls.ledger import Line, open_ledger
from limen.integrity.signatures import KeySigner
from tests.integrity.keys import signer

START = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
CONTENT = b'{"endpoint_value":"4.2","visit":"V3"}'
PLACE = {"item": "submission", "record": "S-1", "tenant": "site-012"}
PASSWORDS = {"aruiz": "correct horse of Ana", "bli": "correct horse of Bo"}
NAMES = {"aruiz": "Ana Ruiz", "bli": "Bo Li"}


@functools.cache
def kept(user: str) -> str:
    """Return a password as it is kept, at the least cost."""
    return kept_password(PASSWORDS[user], cost=14)


def key_of(user: str) -> KeySigner:
    """Return somebody's own key."""
    return signer("ecdsa-p384", 20 + list(NAMES).index(user))


def person(who: str, **changed: Any) -> Person:
    """Return somebody who is enrolled."""
    usual = {
        "user": who,
        "name": NAMES[who],
        "key": key_of(who).key,
        "password": read_kept(kept(who)),
        "password_set": START - timedelta(days=1),
        "since": START - timedelta(days=1),
    }
    return Person(**{**usual, **changed})


class Desk:
    """Where people sign."""

    def __init__(self, path: Path, **given: Any) -> None:
        self.path, self.given = path, given
        self.now = START
        self.people = People(person(user) for user in NAMES)
        self.open()

    def open(self) -> None:
        """Open the ledger and read it."""
        self.ledger = open_ledger(self.path, name="crossing-log", key=("k", b"k" * 32), clock=lambda: self.now)
        self.signatures = ElectronicSignatures(self.people, ledger=self.ledger, **self.given)

    def restart(self) -> None:
        """Close the ledger and open it again."""
        self.ledger.close()
        self.open()

    def sign(self, who: str = "aruiz", **given: Any) -> Signed:
        """Sign as somebody does, with both components unless a session is given."""
        how: dict[str, Any] = {
            "content": CONTENT,
            **PLACE,
            "meaning": "approval",
            "signer": key_of(who),
            "password": PASSWORDS[who],
            "now": self.now,
            "user": "" if "session" in given else who,
        }
        how.update(given)
        return self.signatures.sign(how.pop("content"), **how)

    def verify(self, document: bytes, content: bytes = CONTENT, **given: Any) -> RecordSignature:
        """Verify a signature over the record, or another one."""
        return self.signatures.verify(document, content, **{**PLACE, "now": self.now, **given})

    def lines(self) -> list[Line]:
        """Return what the ledger has."""
        return list(self.ledger.read())

    def later(self, **by: float) -> None:
        self.now += timedelta(**by)

    def close(self) -> None:
        self.ledger.close()
