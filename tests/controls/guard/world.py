"""The reference system at work: its keys in a key store file, its ledgers in files, and its callers."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import orjson

from limen.adapters.key_providers.key_store import KeyStore
from limen.controls.guard.guard import Guard
from limen.controls.keyring import Keyring
from limen.controls.ledger import Ledger, Line, open_ledger
from limen.controls.principals import Principal
from limen.loading.load import Loaded, load
from limen.model.declaration import Declaration
from tests.needs import REPOSITORY
from tests.reference import reference_text

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
LEDGERS = {"crossing-log": "trial-audit-key", "trace-log": "trace-audit-key", "cs-ledger": "cs-audit-key"}
ITEMS: Mapping[str, dict[str, Any]] = {
    "dispense-record": {
        "patient_name": "Nilufar Castellane",
        "dob": "1961-04-02",
        "rx_number": "rx-77120",
        "drug": "00406-0512-01",
        "quantity": 30,
    },
    "cs-movement": {"ndc": "00406-0512-01", "lot": "L22A", "quantity": 30, "schedule": "II", "rx_token": "tok-1"},
    "epcis-event": {
        "gtin": "00300406051208",
        "serial": "9914482201",
        "lot": "L22A",
        "expiry": "2027-10-31",
        "biz_step": "shipping",
        "read_point": "urn-line-1",
    },
    "transfer-order": {
        "ndc": "00406-0512-01",
        "lot": "L22A",
        "expiry": "2027-10-31",
        "quantity": 12,
        "schedule": "II",
    },
    "transfer-ack": {"ndc": "00406-0512-01", "lot": "L22A", "quantity": 12, "counted_at": "2026-11-22T09:00:00Z"},
    "transfer-status": {"transfer_id": "t-014-022", "state": "reconciled"},
    "receipt": {"message_id": "m-1", "received_at": "2026-11-22T10:00:00Z"},
    "clinical-record": {"subject_id": "S-0440", "dob": "1958-01-30", "visit": 3, "endpoint_value": "7.2"},
    "deid-report": {"subject_token": "tok-9", "visit": 3, "endpoint_value": "7.2"},
    "approval": {
        "printed_name": "J. Okafor",
        "signed_at": "2026-11-22T09:59:00Z",
        "meaning": "approval",
        "content_digest": "ab" * 32,
    },
    "submission": {
        "subject_token": "tok-9",
        "visit": 3,
        "endpoint_value": "7.2",
        "printed_name": "J. Okafor",
        "signed_at": "2026-11-22T09:59:00Z",
        "meaning": "approval",
        "content_digest": "ab" * 32,
    },
}
"""One record of each item that the tests move; what is in it appears in no ledger."""


@cache
def reference() -> Loaded:
    """Return the reference declaration with its places."""
    return load(REPOSITORY / "boundaries.yaml")


def text(item: str) -> bytes:
    """Return the record of an item as its sender writes it."""
    return orjson.dumps(ITEMS[item])


def key_store(folder: Path, declaration: Declaration | None = None) -> KeyStore:
    """Make a key store with every key that layers and chains of a declaration name; the reference's without one."""
    declaration = reference().declaration if declaration is None else declaration
    used = set(LEDGERS.values())
    for flow in declaration.flows:
        for layer in (layer for layers in flow.protection.values() for layer in layers):
            used |= {name for name in (layer.sealed, layer.signed) if name}
            used |= {layer.field_encrypted.key} if layer.field_encrypted else set()
    store = KeyStore.create(folder / "keys.json")
    for name in sorted(used):
        algorithm: Any = declaration.keys[name].algorithm
        store.new(name, algorithm)
    return store


class World:
    """The reference system's ledgers in one folder, with the keys of a store."""

    def __init__(self, folder: Path, store: KeyStore, given: Declaration | Loaded | None = None) -> None:
        """Keep where the ledgers are; `given` is another declaration than the reference."""
        self.folder, self.store = folder, store
        self.given: Declaration | Loaded = reference() if given is None else given
        self.declaration = self.given.declaration if isinstance(self.given, Loaded) else self.given
        self.keyring = Keyring.of_store(store)
        self.ledgers: dict[str, Ledger] = {}

    def ledger(self, name: str) -> Ledger:
        """Return an open ledger by its declared name."""
        if name not in self.ledgers:
            self.ledgers[name] = self.opened(name)
        return self.ledgers[name]

    def opened(self, name: str) -> Ledger:
        """Open a ledger's file anew."""
        key = LEDGERS[name]
        return open_ledger(
            self.folder / f"{name}.jsonl", name=name, key=self.store.secret(key), keys=self.store.secrets(key)
        )

    def guard(self, component: str, **given: Any) -> Guard:
        """Return the guard of a component, with exactly the ledgers that it records in."""
        names = {
            flow.audit.ledger
            for flow in self.declaration.flows
            if flow.audit
            and component
            in {"from": (flow.source,), "to": (flow.target,), "both": (flow.source, flow.target)}[flow.audit.by]
        }
        ledgers = {name: self.ledger(name) for name in sorted(names)}
        given.setdefault("clock", lambda: NOW)
        given.setdefault("ledgers", ledgers)
        given.setdefault("keyring", self.keyring)
        return Guard(self.given, component, **given)

    def close(self) -> None:
        """Let go of everything."""
        for ledger in self.ledgers.values():
            ledger.close()

    def lines(self, name: str) -> list[Line]:
        """Return what a ledger's file holds, read and verified by a second object."""
        with self.opened(name) as ledger:
            return list(ledger.read())


def caller(name: str, **given: Any) -> Principal:
    """Return a component, or a person, of the reference system as authentication shows it."""
    declaration = reference().declaration
    component = declaration.components.get(name)
    roles = component.roles if component is not None else declaration.principals[name].roles
    shown: dict[str, Any] = {
        "name": name,
        "identity": component.identity if component is not None else name,
        "roles": frozenset(roles),
        "tenant": component.tenant if component is not None and component.tenant else "",
        "method": "mtls",
        "until": NOW + timedelta(minutes=30),
    }
    return Principal(**{**shown, **given})


def changed(folder: Path, change: Callable[[dict[str, Any]], None]) -> Any:
    """Return the reference declaration after a change, loaded from one file."""
    declared = json.loads(reference_text())
    change(declared)
    file = folder / "boundaries.yaml"
    file.write_text(json.dumps(declared), encoding="utf-8")
    return load(file)


def flow(declared: dict[str, Any], name: str) -> dict[str, Any]:
    """Return a flow of a declaration as data."""
    found: dict[str, Any] = next(one for one in declared["flows"] if one["id"] == name)
    return found
