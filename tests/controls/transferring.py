"""Two pharmacies and a hub of the reference system, with keys, a clock and a custody ledger, for tests of transfers."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec

from limen.controls.ledger import Ledger, Line, open_ledger
from limen.controls.transfer import Transfers
from limen.controls.transfer_messages import count_content, order_content, read_record, signed_by
from limen.controls.transfer_states import Standing
from limen.controls.transfer_ways import Way, ways_of
from limen.integrity.signatures import KeySigner, PublicKey
from limen.loading.load import load
from limen.model.declaration import Declaration
from tests.integrity.keys import signer
from tests.needs import REPOSITORY

START = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
DAY = timedelta(days=1)
WAY = "t-014-022"
RECORD = "t-014-022/000123"
ORDER = {"ndc": "01234-0567-08", "lot": "L-77", "expiry": "2027-05-31", "quantity": 12, "schedule": "III"}
SENDER, HUB, RECEIVER = "pharmacy-014", "transfer-hub", "pharmacy-022"
CHAIN = ("chain-1", b"k" * 32)
SIGNERS = {"pharmacy-014-signing-key": 0, "pharmacy-022-signing-key": 1, "pharmacy-037-signing-key": 2}


@functools.cache
def key_of(number: int) -> KeySigner:
    """Return a key of P-384 that is the same in every process."""
    return KeySigner(ec.derive_private_key(10**40 + number, ec.SECP384R1()))


@functools.cache
def reference() -> Declaration:
    """Return the reference system."""
    return load(REPOSITORY).declaration


@functools.cache
def the_way() -> Way:
    """Return the way from pharmacy-014 to pharmacy-022, with the tenants' names as ids."""
    return ways_of(reference(), "cs-ledger")[WAY]


class Clock:
    """A clock that tests set."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now


class Keys:
    """Keys by their declared names; `token` are the versions of the HMAC key, the last is the one that writes."""

    def __init__(self) -> None:
        self.token = {"token-1": b"t" * 32}
        self.extra: dict[str, tuple[PublicKey, ...]] = {}

    def signer(self, name: str) -> KeySigner:
        return key_of(SIGNERS[name])

    def verifiers(self, name: str) -> tuple[PublicKey, ...]:
        return (*self.extra.get(name, ()), self.signer(name).key) if name in SIGNERS else (signer("ed25519", 99).key,)

    def mac(self, name: str) -> tuple[str, bytes]:
        return list(self.token.items())[-1]

    def macs(self, name: str) -> Mapping[str, bytes]:
        return self.token


def order(record: str = RECORD, by: KeySigner | None = None, **changed: Any) -> bytes:
    """Return an order as pharmacy-014 signs it."""
    return signed_by(
        the_way().sender,
        order_content(**{**ORDER, **changed}),
        read_record(record),
        by or Keys().signer(the_way().sender.key),
    )


def count(at: datetime, record: str = RECORD, by: KeySigner | None = None, **changed: Any) -> bytes:
    """Return an acknowledgement as pharmacy-022 signs it."""
    counted = {name: ORDER[name] for name in ("ndc", "lot", "quantity")}
    return signed_by(
        the_way().receiver,
        count_content(**{**counted, "counted_at": at, **changed}),
        read_record(record),
        by or Keys().signer(the_way().receiver.key),
    )


class Hub:
    """A hub with its ledger, which can be closed and opened again."""

    def __init__(self, endpoint: str | Path, declaration: Declaration | None = None, **given: Any) -> None:
        self.clock, self.keys = Clock(), Keys()
        self.endpoint, self.given = endpoint, given
        self.declaration = declaration or reference()
        self.open()

    def open(self) -> None:
        """Open the ledger and read it."""
        self.ledger = self.another_ledger()
        self.transfers = self.over(self.ledger)

    def another_ledger(self) -> Ledger:
        """Open the same ledger once more."""
        return open_ledger(self.endpoint, name="cs-ledger", key=CHAIN, clock=self.clock)

    def over(self, ledger: Ledger) -> Transfers:
        """Return transfers over a ledger."""
        return Transfers(self.declaration, ledger=ledger, keys=self.keys, token_key="transfer-token-key", **self.given)

    def restart(self) -> None:
        """Close the ledger and open it again."""
        self.ledger.close()
        self.open()

    def lines(self) -> list[Line]:
        """Return what the ledger has."""
        return list(self.ledger.read())

    def actions(self) -> list[str]:
        """Return what was recorded, in short."""
        return [line.action.removeprefix("transfer:") for line in self.lines()]

    def propose(self, message: bytes | None = None, **given: Any) -> Standing:
        how = {"record": RECORD, "tenant": SENDER, "actor": SENDER, "now": self.clock.now, **given}
        return self.transfers.propose(order() if message is None else message, **how)

    def announce(self, record: str = RECORD) -> str:
        return self.transfers.announce(record, actor=HUB, now=self.clock.now).token

    def acknowledge(self, message: bytes | None = None, **given: Any) -> Standing:
        how = {"record": RECORD, "tenant": RECEIVER, "actor": RECEIVER, "now": self.clock.now, **given}
        return self.transfers.acknowledge(count(self.clock.now) if message is None else message, **how)

    def cancel(self, record: str = RECORD, tenant: str = SENDER) -> Standing:
        return self.transfers.cancel(record, tenant=tenant, actor=tenant, now=self.clock.now)

    def later(self, by: timedelta) -> None:
        self.clock.now += by

    def close(self) -> None:
        self.ledger.close()


ENDPOINTS: dict[str, Callable[[Path], str | Path]] = {
    "JSON Lines": lambda folder: folder / "cs-ledger.jsonl",
    "SQLite": lambda folder: f"sqlite:///{folder / 'cs-ledger.db'}",
}
