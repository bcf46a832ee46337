"""People who sign packs: their keys, encrypted, and a trust file that names them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NamedTuple

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, mldsa

from limen.integrity.signatures import KeySigner, PublicKey

MAKERS: dict[str, Any] = {
    "ed25519": ed25519.Ed25519PrivateKey.generate,
    "ecdsa-p256": lambda: ec.generate_private_key(ec.SECP256R1()),
    "ml-dsa-65": mldsa.MLDSA65PrivateKey.generate,
}


class Person(NamedTuple):
    """Somebody with a key."""

    user: str
    name: str
    roles: tuple[str, ...]
    signer: KeySigner
    passphrase: str
    file: Path

    @property
    def key(self) -> PublicKey:
        """The public key."""
        return self.signer.key


def person(folder: Path, user: str, name: str, *roles: str, algorithm: str = "ed25519", open_: bool = False) -> Person:
    """Make somebody with a key in an encrypted file, or in an open one as a producer's machine has it."""
    private, passphrase = MAKERS[algorithm](), f"the passphrase of {user}, {algorithm}"
    encryption: Any = serialization.BestAvailableEncryption(passphrase.encode())
    path = folder / f"{user}-{algorithm}.pem"
    path.write_bytes(
        private.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption() if open_ else encryption,
        )
    )
    path.chmod(0o600)
    return Person(user, name, roles, KeySigner(private), passphrase, path)


def trust_file(
    path: Path, *people: Person, require: dict[str, Any] | None = None, authorities: tuple[bytes, ...] = (), **more: Any
) -> Path:
    """Write a trust file that names people for all of this decade, and one authority by its certificates."""
    keys = [
        {
            "public_key": one.key.pem, "holder": one.name, "user": one.user, "roles": list(one.roles),
            "valid_from": "2020-01-01T00:00:00Z", "valid_to": "2039-01-01T00:00:00Z",
        }
        for one in people
    ]  # fmt: skip
    found: dict[str, Any] = {"format": "limen-trust-1", "keys": keys, "logs": [], "witnesses": [], "authorities": []}
    if authorities:
        found["authorities"] = [{"name": "Lab", "certificates": [pem.decode() for pem in authorities]}]
    if require is not None:
        found["require"] = require
    path.write_text(json.dumps(found | more))
    return path
