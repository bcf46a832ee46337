"""A key of a key store file that seals and opens; `key_store` says what such a store is, and what it can't do."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NoReturn

from limen.adapters.key_providers import store_disk, store_secrets
from limen.adapters.key_providers.interface import Access, Answer, KeyProviderError, Kind, Sealed
from limen.adapters.key_providers.key_store import KeyStore, numbered
from limen.integrity.base64_text import decoded, encoded
from limen.integrity.canonical import canonical

__all__ = ["FileKey", "KeyStore", "open_key"]
_SEALED = re.compile(rb"([1-9][0-9]{0,8}):([A-Za-z0-9+/]+=*)", re.ASCII)
_BOUND = b"limen-file-key-v1\0"


def open_key(access: Access) -> FileKey:
    """Return a key of the store whose path is the endpoint; the credential is its passphrase, empty for none.

    Raises KeyProviderError where the file may not be trusted or can't be opened.
    """
    return FileKey(open_store(access), access.key, owned=True)


def open_store(access: Access) -> KeyStore:
    """Return the store whose absolute path, or `file://` URL, is the endpoint; raises KeyProviderError as `open_key`.

    A newline at the end of the credential is no part of the passphrase: files end in one.
    """
    path = Path(access.endpoint.removeprefix("file://"))
    if not path.is_absolute():
        hint = "write /path/of/keys.json or file:///path/of/keys.json"
        raise KeyProviderError("absent", f"{access.endpoint} names no key store", hint=hint)
    return KeyStore.open(path, passphrase=access.credential.rstrip("\r\n"))


class FileKey:
    """One key of a store that seals and opens; a `KeyProvider`."""

    def __init__(self, store: KeyStore, name: str, *, owned: bool = False) -> None:
        """Keep which key it is; the store is closed with it where it is `owned`."""
        self._store, self._name, self._owned = store, name, owned

    def describe(self) -> Mapping[str, Answer]:
        """Return algorithm, states and dates of the versions; nothing secret."""
        try:
            key = self._store.stored(self._name)
        except KeyProviderError as error:
            if error.kind == "absent" and store_disk.exists(self._store.path):
                return {"key": Answer(outcome="absent")}
            raise
        versions: list[dict[str, Any]] = [
            {"number": one.number, "created": one.created, "state": one.state, "ended": one.ended}
            for one in key.versions
        ]
        body = {"algorithm": key.algorithm, "state": key.state, "sealed": self._store.is_sealed, "versions": versions}
        return {"key": Answer(outcome="answered", body=body)}

    def encrypt(self, plaintext: bytes, context: bytes) -> Sealed:
        """Return the plaintext sealed by the newest version and bound to the context."""
        key = self._store.live(self._name, store_secrets.SEALING, "seal")
        newest = key.newest
        sealed = store_secrets.seal(
            key.algorithm, newest.secret, newest.public, plaintext, self._bound(newest.number, context)
        )
        text = f"{newest.number}:{encoded(sealed)}"
        return Sealed(ciphertext=text.encode(), version=str(newest.number))

    def decrypt(self, ciphertext: bytes, context: bytes) -> bytes:
        """Return the plaintext, by the version that the ciphertext names, unless it is destroyed."""
        key = self._store.readable(self._name, store_secrets.SEALING, "open")
        found = _SEALED.fullmatch(ciphertext)
        if found is None:
            _refuse("refused", "the ciphertext is none of a key store", "")
        version = numbered(self._name, key, int(found[1]))
        if version.state != "live":
            _refuse("refused", f"version {version.number} of {self._name} is {version.state}", "")
        try:
            sealed = decoded(found[2].decode())
        except ValueError:
            _refuse("refused", "the ciphertext is none of a key store", "")
        return store_secrets.unseal(key.algorithm, version.secret, sealed, self._bound(version.number, context))

    def rewrap(self, ciphertext: bytes, context: bytes) -> Sealed:
        """Return what an older version sealed, sealed by the newest."""
        return self.encrypt(self.decrypt(ciphertext, context), context)

    def rotate(self) -> None:
        """Give the key a new version."""
        self._store.rotate(self._name)

    def disable(self) -> None:
        """Stop the key from being used."""
        self._store.disable(self._name)

    def enable(self) -> None:
        """Let the key be used again."""
        self._store.enable(self._name)

    def stamp(self) -> bytes:
        """Return what changes whenever the store does."""
        return self._store.stamp()

    def close(self) -> None:
        """Close the store where it was opened for this key alone."""
        if self._owned:
            self._store.close()

    def _bound(self, number: int, context: bytes) -> bytes:
        """Return what is authenticated: which key and version seals, and the context; JSON has no NUL, so it parses."""
        return _BOUND + canonical([self._name, number]) + b"\0" + context


def _refuse(kind: Kind, message: str, hint: str) -> NoReturn:
    raise KeyProviderError(kind, message, hint=hint) from None
