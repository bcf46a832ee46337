"""A key at its custodian for as long as a service runs: opened when it is needed, and anew after it was lost.

Connections end, servers restart, tokens are renewed and processes of PKCS#11 modules die. So where the key is, and
with which credential, is asked each time that it is opened; and what fails on a connection that had been open is tried
once more on a new one. What fails then, fails: there is no other key (NIST SP 800-53 SC-12, SC-24).
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import TypeVar

from limen.adapters.forking import begins_in_children
from limen.adapters.key_providers import Access, Answer, KeyProvider, KeyProviderError, Sealed, open_key

LOST = frozenset({"unreachable", "odd", "denied"})
"""Kinds of failures after which a key is opened anew: its connection or its credential may be over."""
Result = TypeVar("Result")


class LastingKey:
    """A `KeyProvider` that opens another one; one operation at a time. A forked child opens its own."""

    def __init__(self, reach: Callable[[], Access], opened: Callable[[Access], KeyProvider] = open_key) -> None:
        """Keep how to find out where the key is; nothing is asked yet."""
        self._reach, self._open = reach, opened
        self.begin()
        begins_in_children(self)

    def begin(self) -> None:
        """Begin with nothing open, as at first; for a process that was forked, too, whose parent keeps what is open."""
        self._lock = threading.Lock()
        self._key: KeyProvider | None = None

    def describe(self) -> Mapping[str, Answer]:
        """Return what the custodian says of the key, by question."""
        return self._use(lambda key: key.describe())

    def encrypt(self, plaintext: bytes, context: bytes) -> Sealed:
        """Return the plaintext sealed by the newest version and bound to the context."""
        return self._use(lambda key: key.encrypt(plaintext, context))

    def decrypt(self, ciphertext: bytes, context: bytes) -> bytes:
        """Return the plaintext; raises the kind `refused` under another context."""
        return self._use(lambda key: key.decrypt(ciphertext, context))

    def rewrap(self, ciphertext: bytes, context: bytes) -> Sealed:
        """Return what was sealed by an older version, sealed by the newest."""
        return self._use(lambda key: key.rewrap(ciphertext, context))

    def rotate(self) -> None:
        """Give the key a new version; never tried twice."""
        self._use(lambda key: key.rotate(), again=False)

    def disable(self) -> None:
        """Stop the key from being used."""
        self._use(lambda key: key.disable())

    def enable(self) -> None:
        """Let the key be used again."""
        self._use(lambda key: key.enable())

    def close(self) -> None:
        """End what is open; the next use opens it anew."""
        with self._lock:
            self._drop()

    def _use(self, use: Callable[[KeyProvider], Result], *, again: bool = True) -> Result:
        with self._lock:
            was_open = self._key is not None
            try:
                return self._used(use)
            except KeyProviderError as error:
                if not (was_open and again and error.kind in LOST):
                    raise
            return self._used(use)

    def _used(self, use: Callable[[KeyProvider], Result]) -> Result:
        try:
            if self._key is None:
                self._key = self._open(self._reach())
            return use(self._key)
        except KeyProviderError as error:
            if error.kind in LOST:
                self._drop()
            raise

    def _drop(self) -> None:
        key, self._key = self._key, None
        if key is not None:
            key.close()
