"""HashiCorp Vault and OpenBao: a key of the transit engine that signs, with a token that is made for it."""

from __future__ import annotations

import base64
from typing import Any
from urllib.parse import quote

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from limen.adapters.key_providers.interface import Access, KeyProviderError
from limen.adapters.key_providers.vault import VaultKey

TYPES = {"ed25519": "sha2-256", "ecdsa-p256": "sha2-256", "ecdsa-p384": "sha2-384"}
"""Types of transit keys that limen signs with, and what each hashes with; Ed25519 signs the message itself."""


class SigningKey(VaultKey):
    """A transit key that signs; what it is asked is asked of one version of the key."""

    def __init__(self, access: Access) -> None:
        """Make the client; nothing is asked yet."""
        super().__init__(access)
        self._version, self._hash = 0, ""

    def public_key(self) -> bytes:
        """Return the public key of the newest version in PEM, with which `sign` signs from now on.

        Raises KeyProviderError where there is none, or its type is none that limen signs with.
        """
        described = self._ask(lambda: self._client.read(f"{self._mount}/keys/{self._name}"))
        if described.outcome == "absent":
            raise KeyProviderError("absent", f"{self._where} has no key {self._mount}/{self._name}")
        if described.outcome != "answered":
            raise KeyProviderError("denied", f"{self._where} does not let the credential read {self._mount}/keys")
        kind, versions = described.body.get("type"), described.body.get("keys")
        if kind not in TYPES:
            raise KeyProviderError("unsupported", f"{self._where} has a key of type {kind!r:.40} there")
        try:
            self._version, self._hash = int(described.body["latest_version"]), TYPES[kind]
            shown = versions[str(self._version)]["public_key"]
            return _pem(shown) if kind == "ed25519" else str(shown).encode()
        except (KeyError, TypeError, ValueError):
            raise self._odd() from None

    def sign(self, message: bytes) -> bytes:
        """Return the signature of a message by that version: DER for ECDSA, raw for Ed25519."""
        body: dict[str, Any] = {
            "input": base64.b64encode(message).decode(),
            "key_version": self._version,
            "hash_algorithm": self._hash,
            "marshaling_algorithm": "asn1",
        }
        answer = self._use("sign", **body)
        parts = str(answer.get("signature")).split(":")
        try:
            if len(parts) != 3 or parts[1] != f"v{self._version}":
                raise ValueError
            return base64.b64decode(parts[2], validate=True)
        except ValueError:
            raise self._odd() from None

    def log_in(self, mount: str, user: str, password: str) -> None:
        """Take a token that is made just now for a user and a password (userpass, ldap).

        Raises KeyProviderError, which repeats neither, where they are refused.
        """
        path = f"/v1/auth/{quote(mount)}/login/{quote(user, safe='')}"
        answer = self._called(lambda: self._client.adapter.post(path, json={"password": password}))
        auth = answer.get("auth") if isinstance(answer, dict) else None
        token = auth.get("client_token") if isinstance(auth, dict) else None
        if not isinstance(token, str) or not token:
            raise KeyProviderError("denied", f"{self._where} gives no token for this login: is a second factor wanted?")
        self._client.token = token

    def log_out(self) -> None:
        """End the token that was made for this key."""
        self._called(lambda: self._client.adapter.request("post", "/v1/auth/token/revoke-self"))


def _pem(raw: str) -> bytes:
    key = Ed25519PublicKey.from_public_bytes(base64.b64decode(raw, validate=True))
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
