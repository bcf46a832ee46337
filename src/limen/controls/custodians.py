"""Declared keys at their custodians: OpenBao and Vault, PKCS#11, AWS KMS and whoever else is a key provider.

Where a custodian is, and with which credential, is the deployment's to say and never the declaration's: `reach` returns
it for a declared key each time that it is opened. HMAC keys of such custodians stay there, and limen's ledgers and
tokens need theirs in memory: those come from `secrets`, such as what `settings` read, or lie in a key store file.
"""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from msgspec import UNSET

from limen.adapters.forking import begins_in_children
from limen.adapters.key_providers import PROVIDERS, Access, KeyProvider, KeyProviderError
from limen.adapters.key_providers.algorithms import algorithm_of
from limen.adapters.key_providers.child import ChildKey
from limen.adapters.key_providers.file import open_store
from limen.adapters.key_providers.key_store import KeyStore
from limen.adapters.signers import OpenedKey
from limen.controls.data_keys import seconds
from limen.controls.lasting_key import LastingKey
from limen.integrity.signatures import PublicKey, Signer, public_key
from limen.model.keys import Key

Reach = Callable[[str, Key], Access]
"""Returns where a declared key is, by its declared name; raises KeyProviderError where nobody says."""
RENEWED = 300.0
"""Seconds after which a signing key is opened anew, so that a rotation is followed."""


class Declared:
    """The keys of a declaration, each at its custodian; a `keyring.Custodian`."""

    def __init__(
        self,
        keys: Mapping[str, Key],
        reach: Reach,
        *,
        publics: Mapping[str, Sequence[PublicKey]] | None = None,
        secrets: Mapping[str, Mapping[str, bytes]] | None = None,
        ticks: Callable[[], float] = seconds,
    ) -> None:
        """Keep the keys by their declared names; nothing is asked yet.

        `publics` are public keys that are known from elsewhere, such as a partner's, the newest first; `secrets` are
        those of HMAC keys by key name and id, the newest last.
        """
        self._keys, self._reach = keys, reach
        self._publics, self._secrets = publics or {}, secrets or {}
        self._ticks = ticks
        self.begin()
        begins_in_children(self)

    def begin(self) -> None:
        """Begin with nothing open, as at first; for a process that was forked, too."""
        self._lock = threading.Lock()
        self._lasting: list[LastingKey] = []
        self._signers: dict[str, tuple[float, OpenedKey]] = {}
        self._stores: dict[str, KeyStore] = {}

    def key(self, name: str) -> KeyProvider:
        """Return a key that seals and opens; whether its custodian has it is asked when it is used."""
        key = LastingKey(functools.partial(self._where, name))
        self._lasting.append(key)
        return key

    def algorithm(self, name: str) -> str | None:
        """Return what the custodian says a key's algorithm is, in the words of the declaration; None where it does not.

        Raises KeyProviderError where the custodian has no such key, or can't be asked.
        """
        key = LastingKey(functools.partial(self._where, name))
        try:
            answers = key.describe()
        finally:
            key.close()
        if answers["key"].outcome == "absent":
            raise KeyProviderError("absent", "its custodian has no such key")
        return algorithm_of(answers)

    def signer(self, name: str) -> Signer:
        """Return a key that signs, by the version that was the newest at most `RENEWED` seconds ago.

        Raises KeyProviderError where its custodian does not sign with it.
        """
        with self._lock:
            until, opened = self._signers.get(name, (0.0, None))
            if opened is None or self._ticks() >= until:
                access = self._where(name)
                if PROVIDERS.get(access.provider) == "file":
                    return self._store(access).signer(access.key)
                opened = self._opened(name, access)
                self._signers[name] = self._ticks() + RENEWED, opened
            return opened

    def publics(self, name: str) -> tuple[PublicKey, ...]:
        """Return the public keys that are given for a name, or those that its custodian shows, the newest first."""
        if name in self._publics:
            return tuple(self._publics[name])
        store, key = self._filed(name)
        return (self.signer(name).key,) if store is None else store.publics(key)

    def secret(self, name: str) -> tuple[str, bytes]:
        """Return id and secret of the newest version of an HMAC key."""
        if not self._secrets.get(name):
            store, key = self._filed(name)
            if store is not None:
                return store.secret(key)
        return list(self.secrets(name).items())[-1]

    def secrets(self, name: str) -> Mapping[str, bytes]:
        """Return the secrets of an HMAC key by their ids; raises KeyProviderError where its custodian keeps them."""
        if self._secrets.get(name):
            return self._secrets[name]
        store, key = self._filed(name)
        if store is not None:
            return store.secrets(key)
        hint = "give it to the keyring as a secret, or keep the key in a key store file"
        raise KeyProviderError("unsupported", "its custodian does not give its secret away", hint=hint)

    def close(self) -> None:
        """End every connection, session and child process, and close every store."""
        with self._lock:
            ending: list[Any] = [*self._lasting, *(one for _, one in self._signers.values()), *self._stores.values()]
            self._lasting, self._signers, self._stores = [], {}, {}
        for one in ending:
            one.close()

    def _opened(self, name: str, access: Access) -> OpenedKey:
        module = PROVIDERS.get(access.provider)
        signing: Any
        if module == "vault":
            from limen.adapters.key_providers.vault_signing import SigningKey as Transit

            signing = Transit(access)
        elif module == "aws":
            from limen.adapters.key_providers.aws_signing import SigningKey as Aws

            signing = Aws(access)
        elif module == "pkcs11":
            signing = ChildKey("pkcs11_signing", access)
        else:
            raise KeyProviderError("unsupported", f"limen signs with no key of the provider {access.provider}")

        def sign(message: bytes) -> bytes:
            try:
                made: bytes = signing.sign(message)
            except KeyProviderError:
                with self._lock:  # the next one opens it anew
                    self._signers.pop(name, None)
                raise
            return made

        try:
            public = public_key(signing.public_key())
        except (KeyProviderError, ValueError) as error:
            signing.close()
            if isinstance(error, KeyProviderError):
                raise
            raise KeyProviderError("unsupported", f"it is no key that limen signs with: {error}") from None
        return OpenedKey(public, sign, signing.close, where=f"{access.provider}, {name}")

    def _filed(self, name: str) -> tuple[KeyStore | None, str]:
        """Return the store file that has a key, and its name there; None where another custodian has it."""
        access = self._where(name)
        if PROVIDERS.get(access.provider) != "file":
            return None, ""
        with self._lock:
            return self._store(access), access.key

    def _store(self, access: Access) -> KeyStore:
        if access.endpoint not in self._stores:
            self._stores[access.endpoint] = open_store(access)
        return self._stores[access.endpoint]

    def _where(self, name: str) -> Access:
        if name not in self._keys:
            raise KeyProviderError("absent", "no key of this name is declared", hint="declare it in the section keys")
        key = self._keys[name]
        if key.provider is UNSET or key.id is UNSET:
            raise KeyProviderError("absent", "the key declares no provider, or no id there", hint="declare both")
        return self._reach(name, key)
