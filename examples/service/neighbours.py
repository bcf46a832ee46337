"""Who is at the other end of what the service sends: a pharmacy, the sponsor, the witness, whoever is on call.

In production these are other companies. Here they listen on ports of their own, with guards and keys of their own, and
keep what they get as it came: sealed.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from examples.service.applications import Handler, Headers
from examples.service.components import Component, House
from examples.service.pki import write_private
from examples.service.transfers import TOKEN_HEADER
from limen.controls.guard.crossed import Crossed
from limen.controls.refusals import RefusedError
from limen.controls.witness import FileWitness, RefusedAnchorError
from limen.integrity.anchors import anchors
from limen.integrity.signatures import KeySigner


class Inbox:
    """A partner that keeps what it gets in a folder of its own."""

    def __init__(self, house: House, name: str) -> None:
        self.component = Component(house, name)
        self._folder = house.folder / "partners" / name
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        flows = [flow for flow in house.declaration.flows if flow.target == name]
        self.handlers: Mapping[str, Handler] = {flow.id: self.keep for flow in flows}

    def keep(self, crossed: Crossed, headers: Headers) -> None:
        """Keep one message as it came."""
        kept = {
            "flow": crossed.flow,
            "record": crossed.record,
            "token": headers.get(TOKEN_HEADER, ""),
            "sealed": base64.b64encode(crossed.wire).decode(),
        }
        name = f"{crossed.record.replace('/', '_').replace(':', '_')}.json"
        write_private(self._folder / name, json.dumps(kept).encode())


class Watcher:
    """The witness: keeps the heads of the ledgers, signed, apart from whoever writes them."""

    def __init__(self, house: House) -> None:
        # An anchor says head and length, and of which ledger when; `anchors` takes nothing besides.
        self.component = Component(house, "witness", readers={"chain-head": lambda _: ("head", "length")})
        self.witness = witness_of(house)
        flows = [flow for flow in house.declaration.flows if flow.target == "witness"]
        self.handlers: Mapping[str, Handler] = {flow.id: self.keep for flow in flows}

    def keep(self, crossed: Crossed, _: Headers) -> None:
        """Keep one head; raises RefusedError, mismatch, where it is of another history."""
        (anchor,) = anchors(crossed.payload)
        try:
            self.witness.keep(anchor)
        except RefusedAnchorError as error:
            raise RefusedError(error.problems, reason="mismatch") from None


def witness_of(house: House) -> FileWitness:
    """Return the witness of a folder; makes its file at the first start, when no ledger has a record yet.

    Raises WitnessError where it is gone later: a new one would take what the ledgers are now for all that they were.
    """
    path = house.folder / "witness" / "anchors.jsonl"
    signer = witness_signer(path.parent)
    # Nothing leaves these ledgers: a base, behind which one may begin, is never signed.
    if not path.exists() and not any(ledger.head().length for ledger in house.ledgers.values()):
        return FileWitness.create(path, signer, leaving={})
    found = FileWitness(path, signer, leaving={})
    for ledger in house.ledgers:
        found.kept(ledger)  # it is there, and its own
    return found


def witness_signer(folder: Path) -> KeySigner:
    """Return the witness's key of a folder; makes it, and `witness.pem` for whoever verifies, where there is none."""
    path = folder / "witness.key"
    if not path.exists():
        folder.mkdir(mode=0o700, exist_ok=True)
        made = Ed25519PrivateKey.generate()
        public = made.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        write_private(folder / "witness.pem", public)
        write_private(path, made.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return KeySigner(load_pem_private_key(path.read_bytes(), None))


class OnCall:
    """Whoever is on call: keeps each alert in a file."""

    def __init__(self, house: House) -> None:
        self.component = Component(house, "ops-webhook")
        self._file = house.folder / "alerts.jsonl"
        flows = [flow for flow in house.declaration.flows if flow.target == "ops-webhook"]
        self.handlers: Mapping[str, Handler] = {flow.id: self.ring for flow in flows}

    def ring(self, crossed: Crossed, _: Headers) -> None:
        """Keep one alert."""
        alert = {"record": crossed.record, "at": datetime.now(UTC).isoformat()} | crossed.json()
        with self._file.open("a", encoding="utf-8") as file:
            file.write(json.dumps(alert) + "\n")
