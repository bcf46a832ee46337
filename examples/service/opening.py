"""Opens what a folder holds: keys, ledgers, certificates, the directory; the same for the service and for partners."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from datetime import datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec

from examples.service.callers import Callers
from examples.service.components import Alerts, House, utc_now
from examples.service.declared import REFERENCE
from examples.service.keys import key_store
from examples.service.pki import Authority, private_key, write_private
from examples.service.products import directory
from examples.service.settings import REVIEWER, settings_of
from limen.adapters.key_providers.key_store import KeyStore
from limen.controls.esign_passwords import kept_password, read_kept
from limen.controls.esign_people import People, Person
from limen.controls.ledger import Ledger, open_ledger
from limen.controls.redaction import Redactor
from limen.loading.load import load
from limen.model.declaration import Declaration

PORTS = "ports.json"


def opened(folder: Path, with_ledgers: Collection[str]) -> House:
    """Return what a folder holds, with some of its ledgers open."""
    settings = settings_of(folder, vault=False)
    loaded = load(REFERENCE)
    store = key_store(folder, settings.key_store.reveal(), loaded.declaration)
    ports = json.loads((folder / PORTS).read_text(encoding="ascii")) if (folder / PORTS).exists() else {}
    endpoints = {name: str(folder / "ledgers" / f"{name}.jsonl") for name in loaded.declaration.ledgers}
    return House(
        folder=folder,
        loaded=loaded,
        store=store,
        authority=Authority(folder / "pki"),
        ledgers=_ledgers(endpoints, store, loaded.declaration, with_ledgers),
        endpoints=endpoints,
        alerts=Alerts(),
        callers=Callers(loaded.declaration, login_key(folder).public_key()),
        redactor=Redactor.of(loaded.declaration),
        directory=directory(folder, utc_now()),
        ports=ports,
    )


def enrol(folder: Path, store: KeyStore, now: datetime) -> None:
    """Enrol the reviewer, once: her key, her printed name, and what her password is compared with."""
    if (folder / "people.json").exists():
        return
    person = Person(
        user="j-okafor",
        name="Jude Okafor",
        key=store.public("reviewer-signing-key"),
        password=read_kept(kept_password((folder / REVIEWER).read_text(encoding="ascii"))),
        password_set=now,
        since=now.replace(microsecond=0),
    )
    write_private(folder / "people.json", People([person]).text())


def login_key(folder: Path) -> ec.EllipticCurvePrivateKey:
    """Return the key with which the company's login signs identity tokens."""
    return private_key(folder / "pki" / "login.key")


def _ledgers(
    endpoints: Mapping[str, str], store: KeyStore, declaration: Declaration, wanted: Collection[str]
) -> Mapping[str, Ledger]:
    found = {}
    for name in wanted:
        chain = declaration.ledgers[name].chain
        key = str(chain.key) if chain else ""
        Path(endpoints[name]).parent.mkdir(mode=0o700, exist_ok=True)
        found[name] = open_ledger(endpoints[name], name=name, key=store.secret(key), keys=store.secrets(key))
    return found
