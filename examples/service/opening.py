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
from limen.controls.ledger import Ledger
from limen.controls.ledger_entries import LedgerError
from limen.controls.redaction import Redactor
from limen.errors import Problem, UsageError
from limen.loading.load import load
from limen.model.declaration import Declaration

PORTS, CHOICE = "ports.json", "choice.json"


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    """Which kind of each store a folder has; chosen once, when it is made."""

    keys: Literal["file", "openbao"] = "file"
    ledgers: Literal["jsonl", "sqlite", "postgresql"] = "jsonl"
    rows: Literal["sqlite", "postgresql"] = "sqlite"

    def __str__(self) -> str:
        """Return it as the options that say so."""
        return f"--keys {self.keys} --ledgers {self.ledgers} --database {self.rows}"


def chosen(folder: Path, choice: Choice | None = None) -> Choice:
    """Return what was chosen for a folder, or is now, where no service ran in it; keeps nothing.

    Raises UsageError where that is not what is asked for, or nothing is asked for in a folder without a service.
    """
    path = folder / CHOICE
    try:
        found = msgspec.json.decode(path.read_bytes(), type=Choice)
    except (FileNotFoundError, NotADirectoryError):
        if choice is None:
            hint = f"start one first: python -m examples.service --folder {folder}"
            raise UsageError(Problem(message=f"no service ran in the folder {folder}", hint=hint)) from None
        return choice
    except msgspec.MsgspecError:
        hint = 'it says how the folder was made, such as {"keys":"file","ledgers":"jsonl","rows":"sqlite"}: restore it'
        raise UsageError(Problem(message=f"{path} is damaged", hint=hint)) from None
    if choice is not None and choice != found:
        raise UsageError(Problem(message=f"the folder was made with {found}", hint="name another --folder"))
    return found


def keep_choice(folder: Path, choice: Choice) -> None:
    """Keep what was chosen for a folder, once a service runs in it."""
    write_private(folder / CHOICE, msgspec.json.encode(choice))


def opened(folder: Path, with_ledgers: Collection[str], choice: Choice | None = None) -> House:
    """Return what a folder holds, with some of its ledgers open; raises UsageError where no service ran in it.

    The service itself says what it chose: nothing is kept of that before it runs.
    """
    choice = chosen(folder, choice)
    passphrase = settings_of(folder).key_store.reveal()
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
        ledgers=_ledgers(stores, with_ledgers, declaration, store),
        stores=stores,
        vault=vault,
        alerts=Alerts(),
        callers=Callers(declaration, login_key(folder).public_key()),
        redactor=Redactor.of(loaded),
        directory=directory(folder, utc_now()),
        ports=ports,
    )


def _ledgers(stores: Stores, names: Collection[str], declaration: Declaration, store: KeyStore) -> dict[str, Ledger]:
    """Return ledgers, opened; raises LedgerError with every one that does not verify, and not the first alone."""
    found: dict[str, Ledger] = {}
    problems: list[Problem] = []
    for name in names:
        try:
            found[name] = stores.open_ledger(name, declaration, store)
        except LedgerError as error:
            problems += error.problems
    if problems:
        for ledger in found.values():
            ledger.close()
        raise LedgerError(problems)
    return found


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
