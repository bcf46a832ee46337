"""Opens what a folder holds: keys, ledgers, certificates, the directory; the same for the service and for partners."""

from __future__ import annotations

import json
from collections.abc import Collection
from datetime import datetime
from pathlib import Path
from typing import Literal

import msgspec
from cryptography.hazmat.primitives.asymmetric import ec

from examples.service.callers import Callers
from examples.service.components import Alerts, House, utc_now
from examples.service.declared import REFERENCE
from examples.service.keys import key_store
from examples.service.pki import Authority, private_key, write_private
from examples.service.products import directory
from examples.service.settings import REVIEWER, settings_of, vault_settings
from examples.service.stores import Stores
from examples.service.vault import Vault
from limen.adapters.key_providers import Access
from limen.adapters.key_providers.key_store import KeyStore
from limen.controls.esign_passwords import kept_password, read_kept
from limen.controls.esign_people import People, Person
from limen.controls.keyring import Custodian
from limen.controls.redaction import Redactor
from limen.errors import Problem, UsageError
from limen.loading.load import load

PORTS = "ports.json"


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    """Which kind of each store a folder has; chosen once, when it is made."""

    keys: Literal["file", "openbao"] = "file"
    ledgers: Literal["jsonl", "sqlite", "postgresql"] = "jsonl"
    rows: Literal["sqlite", "postgresql"] = "sqlite"


def chosen(folder: Path, choice: Choice | None = None) -> Choice:
    """Return what was chosen for a folder; raises UsageError where that is not what is asked for now."""
    path = folder / "choice.json"
    if not path.exists():
        write_private(path, msgspec.json.encode(choice or Choice()))
    found = msgspec.json.decode(path.read_bytes(), type=Choice)
    if choice is not None and choice != found:
        raise UsageError(Problem(message=f"the folder was made with {found}", hint="name another --folder"))
    return found


def opened(folder: Path, with_ledgers: Collection[str]) -> House:
    """Return what a folder holds, with some of its ledgers open."""
    choice, passphrase = chosen(folder), settings_of(folder).key_store.reveal()
    loaded = load(REFERENCE)
    declaration = loaded.declaration
    store = key_store(folder, passphrase, declaration)
    stores = Stores(folder, choice.ledgers, choice.rows)
    vault, others = None, Access(provider="file", endpoint=str(store.path), key="", credential=passphrase)
    if choice.keys == "openbao":
        found = vault_settings()
        vault = Vault(found.vault_address, found.vault_token.reveal(), declaration)

    def custodian(component: str) -> Custodian:
        return store if vault is None else vault.custodian(component, declaration, others)

    ports = json.loads((folder / PORTS).read_text(encoding="ascii")) if (folder / PORTS).exists() else {}
    return House(
        folder=folder,
        loaded=loaded,
        store=store,
        custodian=custodian,
        authority=Authority(folder / "pki"),
        ledgers={name: stores.open_ledger(name, declaration, store) for name in with_ledgers},
        stores=stores,
        vault=vault,
        alerts=Alerts(),
        callers=Callers(declaration, login_key(folder).public_key()),
        redactor=Redactor.of(declaration),
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
