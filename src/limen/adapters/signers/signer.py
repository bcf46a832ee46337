"""A signer of limen.integrity whose key lies somewhere else: what it makes is verified before anybody relies on it."""

from __future__ import annotations

from collections.abc import Callable

from limen.errors import Problem, UnassessedError
from limen.integrity.signatures import PublicKey, verifies

Ask = Callable[[str], str]
"""Asks a person for a secret, such as "passphrase of ana.pem", and returns it; it is asked at the moment of signing."""


class OpenedKey:
    """One opened private key; a `Signer`. Its text shows the public key only."""

    def __init__(
        self, key: PublicKey, make: Callable[[bytes], bytes], close: Callable[[], None] = lambda: None, *, where: str
    ) -> None:
        """Keep how to sign and how to end; `where` names the store in words."""
        self.key = key
        self._make, self._close, self._where = make, close, where

    def sign(self, message: bytes) -> bytes:
        """Return the signature of the message, ECDSA in DER.

        Raises UnassessedError where the store made none, or one that its own public key does not verify.
        """
        signature = self._make(message)
        if not verifies(self.key, signature, message):
            hint = "nothing was signed; the store holds another private key than its public key says, or is broken"
            raise UnassessedError(Problem(message=f"{self._where} made a signature that does not verify", hint=hint))
        return signature

    def close(self) -> None:
        """End sessions and child processes; tokens that were made for this signer are revoked."""
        self._close()

    def __enter__(self) -> OpenedKey:
        """Return the signer."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close it."""
        self.close()
