"""Secrets of a key store by their algorithm: how one is made, and what cryptography makes of it.

Random bytes come from the system (os.urandom; NIST SP 800-90A behind it), key pairs from `cryptography`.
"""

from __future__ import annotations

import functools
import os
from typing import Any, get_args

from limen.adapters.key_providers.interface import KeyProviderError
from limen.adapters.key_providers.store_form import Algorithm

SYMMETRIC = frozenset({"AES-256", "HMAC-SHA-256"})
"""Algorithms whose secret is 32 random bytes."""
SIGNING = frozenset({"Ed25519", "ECDSA-P-256", "ECDSA-P-384", "ML-DSA-65"})
SEALING = frozenset({"AES-256", "ML-KEM-1024"})
BYTES = 32


def new_secret(algorithm: Algorithm) -> tuple[bytes, str]:
    """Return a new secret, and its public half in PEM or an empty text.

    Raises KeyProviderError for another algorithm, and where the installed cryptography does not know it.
    """
    if algorithm in SYMMETRIC:
        return os.urandom(BYTES), ""
    if algorithm not in get_args(Algorithm):
        hint = f"it makes {', '.join(get_args(Algorithm))}; others are made at a key service"
        raise KeyProviderError("unsupported", "a key store makes no keys of that algorithm", hint=hint)
    demand_cryptography()
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

    private = _new_pair(algorithm)
    secret: bytes = private.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    public: bytes = private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return secret, public.decode()


def private_of(secret: bytes) -> Any:
    """Return the private key of a secret; raises KeyProviderError where it is none."""
    demand_cryptography()
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
    demand_cryptography()
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
    demand_cryptography()
    from cryptography.exceptions import InvalidTag

    try:
        if algorithm == "AES-256":
            from cryptography.hazmat.primitives.ciphers.aead import AESGCM

            return AESGCM(secret).decrypt(sealed[:12], sealed[12:], bound)
        opened: bytes = _suite().decrypt(sealed, private_of(secret), info=bound)
        return opened
    except (InvalidTag, ValueError):
        raise KeyProviderError("refused", "the ciphertext does not open with this key and context") from None


@functools.cache
def demand_cryptography() -> None:
    """Raise KeyProviderError where the library that seals and signs is not installed."""
    try:
        import cryptography  # noqa: F401  # before its modules are, each of which would fail by itself
    except ImportError:
        hint = "pip install 'limen[controls]'"
        message = "keys are used by cryptography, which is not installed"
        raise KeyProviderError("unsupported", message, hint=hint) from None


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
    return mlkem.MLKEM1024PrivateKey.generate()


def _too_old(algorithm: str) -> KeyProviderError:
    hint = "pip install 'limen[controls]'"
    return KeyProviderError("unsupported", f"the installed cryptography knows no {algorithm}", hint=hint)
