"""The keys of the declaration, and which of them each component may use.

One file stands for the key service and the hardware module, with the declared keys by their declared names. A keyring
gives a component what its `seals_with`, `opens_with`, `signs_with` and `verifies_with` name, and no more.
"""

from __future__ import annotations

from pathlib import Path
from typing import cast, get_args

from examples.service.pki import write_private
from limen.adapters.key_providers.key_store import KeyStore
from limen.adapters.key_providers.store_form import Algorithm
from limen.controls.keyring import Custodian, Keyring, Uses
from limen.model.declaration import Declaration

_COST = 1 << 14
"""Of scrypt: the passphrase is 256 random bits, which nobody guesses at any cost."""
OWN = ("intake-token-key",)
"""Keys of this process alone, so that the declaration knows none of them: for tokens that never leave it."""
_MACS = frozenset({"mac", "token", "derive", "bind"})


def key_store(folder: Path, passphrase: str, declaration: Declaration) -> KeyStore:
    """Return the key store of a folder with every declared key in it; makes what is missing."""
    path = folder / "keys.json"
    if not path.exists():
        KeyStore.create(path, passphrase=passphrase, cost=_COST).close()
    store = KeyStore.open(path, passphrase=passphrase)
    known = set(store.names())
    for name, key in declaration.keys.items():
        if name not in known and key.algorithm in get_args(Algorithm):
            store.new(name, cast(Algorithm, key.algorithm))
    for name in OWN:
        if name not in known:
            store.new(name, "HMAC-SHA-256")
    return store


def keyring(custodian: Custodian, declaration: Declaration, component: str) -> Keyring:
    """Return what one component may use of what a custodian keeps."""
    one = declaration.components[component]
    macs = {
        name for name, key in declaration.keys.items() if component in (key.grantees or ()) and key.purpose in _MACS
    }
    uses = Uses(
        seals=frozenset(one.seals_with),
        opens=frozenset(one.opens_with),
        signs=frozenset(one.signs_with),
        verifies=frozenset(one.verifies_with),
        macs=frozenset(macs),
    )
    return Keyring(custodian, uses=uses)


def show_chain_keys(folder: Path, store: KeyStore, name: str) -> list[dict[str, str]]:
    """Write an HMAC key where only the ledger probe of this user reads it; return its option `chain_keys`."""
    found = []
    for identity, secret in store.secrets(name).items():
        path = folder / "secrets" / identity
        write_private(path, secret.hex().encode())
        found.append({"id": identity, "secret": f"file:{path}"})
    return found
