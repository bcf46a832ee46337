"""Secrets of a key store by their algorithm: how one is made, and what cryptography makes of it.

Random bytes come from the system (os.urandom; NIST SP 800-90A behind it), key pairs from `cryptography`.
"""

from __future__ import annotations

import os
from typing import Any

from limen.adapters.key_providers.interface import KeyProviderError
from limen.adapters.key_providers.store_form import Algorithm

SYMMETRIC = frozenset({"AES-256", "HMAC-SHA-256"})
"""Algorithms whose secret is 32 random bytes."""
SIGNING = frozenset({"Ed25519", "ECDSA-P-256", "ECDSA-P-384", "ML-DSA-65"})
SEALING = frozenset({"AES-256", "ML-KEM-1024"})
BYTES = 32


def new_secret(algorithm: Algorithm) -> tuple[bytes, str]:
    """Return a new secret, and its public half in PEM or an empty text.

    Raises KeyProviderError where the installed cryptography knows no such algorithm.
    """
    if algorithm in SYMMETRIC:
        return os.urandom(BYTES), ""
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

    private = _new_pair(algorithm)
    secret: bytes = private.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    public: bytes = private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return secret, public.decode()


def private_of(secret: bytes) -> Any:
    """Return the private key of a secret; raises KeyProviderError where it is none."""
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization import load_der_private_key

    try:
        return load_der_private_key(secret, None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise KeyProviderError("odd", "a secret of the key store is no private key that is known here") from None


def seal(algorithm: Algorithm, secret: bytes, public: str, plaintext: bytes, bound: bytes) -> bytes:
    """Return a plaintext sealed and bound to a context.

    AES-256: GCM with a random nonce in front (NIST SP 800-38D). ML-KEM-1024: HPKE in base mode (RFC 9180) with that
    KEM (FIPS 203), HKDF-SHA-384 and AES-256-GCM; the context is its `info`.
    """
    if algorithm == "AES-256":
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        nonce = os.urandom(12)
        return nonce + AESGCM(secret).encrypt(nonce, plaintext, bound)
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    key: Any = load_pem_public_key(public.encode())
    sealed: bytes = _suite().encrypt(plaintext, key, info=bound)
    return sealed


def unseal(algorithm: Algorithm, secret: bytes, sealed: bytes, bound: bytes) -> bytes:
    """Return the plaintext; raises KeyProviderError, refused, where any bit of it or of the context is another."""
    from cryptography.exceptions import InvalidTag

    try:
        if algorithm == "AES-256":
            from cryptography.hazmat.primitives.ciphers.aead import AESGCM

            return AESGCM(secret).decrypt(sealed[:12], sealed[12:], bound)
        opened: bytes = _suite().decrypt(sealed, private_of(secret), info=bound)
        return opened
    except (InvalidTag, ValueError):
        raise KeyProviderError("refused", "the ciphertext does not open with this key and context") from None


def _suite() -> Any:
    try:
        from cryptography.hazmat.primitives import hpke

        return hpke.Suite(hpke.KEM.MLKEM1024, hpke.KDF.HKDF_SHA384, hpke.AEAD.AES_256_GCM)
    except (ImportError, AttributeError):
        raise _too_old("ML-KEM-1024") from None


def _new_pair(algorithm: Algorithm) -> Any:
    try:
        from cryptography.hazmat.primitives.asymmetric import ec, ed25519, mldsa, mlkem
    except ImportError:
        raise _too_old(algorithm) from None
    if algorithm == "Ed25519":
        return ed25519.Ed25519PrivateKey.generate()
    if algorithm == "ECDSA-P-256":
        return ec.generate_private_key(ec.SECP256R1())
    if algorithm == "ECDSA-P-384":
        return ec.generate_private_key(ec.SECP384R1())
    if algorithm == "ML-DSA-65":
        return mldsa.MLDSA65PrivateKey.generate()
    if algorithm == "ML-KEM-1024":
        return mlkem.MLKEM1024PrivateKey.generate()
    raise KeyProviderError("unsupported", f"a key store makes no keys of {algorithm}")


def _too_old(algorithm: str) -> KeyProviderError:
    hint = "pip install 'limen[controls]'"
    return KeyProviderError("unsupported", f"the installed cryptography knows no {algorithm}", hint=hint)
