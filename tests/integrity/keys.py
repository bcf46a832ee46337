"""Keys for tests, and PEM texts that are no key that limen takes."""

from __future__ import annotations

import functools
from typing import Any

from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, mldsa, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from limen.integrity.signatures import KeySigner

MADE = {
    "ed25519": ed25519.Ed25519PrivateKey.generate,
    "ecdsa-p256": lambda: ec.generate_private_key(ec.SECP256R1()),
    "ecdsa-p384": lambda: ec.generate_private_key(ec.SECP384R1()),
    "ml-dsa-65": mldsa.MLDSA65PrivateKey.generate,
}
OTHERS = {
    "RSA": lambda: rsa.generate_private_key(public_exponent=65537, key_size=2048),
    "DSA": lambda: dsa.generate_private_key(key_size=1024),
    "secp521r1": lambda: ec.generate_private_key(ec.SECP521R1()),
    "secp256k1": lambda: ec.generate_private_key(ec.SECP256K1()),
    "Ed448": ed448.Ed448PrivateKey.generate,
    "MLDSA44": mldsa.MLDSA44PrivateKey.generate,
    "MLDSA87": mldsa.MLDSA87PrivateKey.generate,
}


def signer(algorithm: str = "ed25519", number: int = 0) -> KeySigner:
    """Return a signer; the same for the same algorithm and number."""
    return _signer(algorithm, number)


@functools.cache
def _signer(algorithm: str, number: int) -> KeySigner:
    return KeySigner(MADE[algorithm]())


def public_pem(private: Any) -> str:
    """Return the public half in PEM."""
    return private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
