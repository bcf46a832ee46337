"""Signatures by the four algorithms that limen takes, and what a key is called.

Ed25519 (RFC 8032), ECDSA on P-256 with SHA-256 and on P-384 with SHA-384, both with a DER signature (FIPS 186-5), and
ML-DSA-65 with an empty context (FIPS 204). What a key is good for follows from the key, never from what is signed. Its
id is the SHA-256 of its SubjectPublicKeyInfo in DER, so that whoever has the key can compute it:
`openssl pkey -pubin -outform DER | sha256sum`.
"""

from __future__ import annotations

import base64
import binascii
import functools
import hashlib
import re
from typing import TYPE_CHECKING, Any, Literal, Protocol

import msgspec

from limen.errors import Problem, UsageError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519, mldsa

    Verifying = ed25519.Ed25519PublicKey | ec.EllipticCurvePublicKey | mldsa.MLDSA65PublicKey

Algorithm = Literal["ed25519", "ecdsa-p256", "ecdsa-p384", "ml-dsa-65"]
TAKEN = "Ed25519, ECDSA P-256, ECDSA P-384 and ML-DSA-65 are taken"
_PEM = re.compile(rb"-----BEGIN PUBLIC KEY-----([A-Za-z0-9+/=\s]*)-----END PUBLIC KEY-----")
_MOST = 1 << 16
"""Bytes of a PEM text beyond which it is no key."""


class PublicKey(msgspec.Struct, frozen=True, kw_only=True):
    """A key that verifies."""

    id: str
    """SHA-256 of the SubjectPublicKeyInfo in DER, 64 hex digits."""
    algorithm: Algorithm
    pem: str
    """The SubjectPublicKeyInfo in PEM, as OpenSSL writes it."""


class Signer(Protocol):
    """A key that signs, wherever it is kept."""

    @property
    def key(self) -> PublicKey:
        """Its public half."""

    def sign(self, message: bytes) -> bytes:
        """Return the signature of a message: raw for Ed25519 and ML-DSA-65, DER for ECDSA."""


def public_key(pem: str | bytes) -> PublicKey:
    """Return the public key of a PEM text; raises ValueError where it is none, or by an algorithm that is not taken."""
    text = pem.encode() if isinstance(pem, str) else pem
    loaded = _loaded(text)
    return _described(loaded)


def verifies(key: PublicKey, signature: bytes, message: bytes) -> bool:
    """Return whether a signature of a message was made by a key."""
    _cryptography()
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric import ec

    loaded = _loaded(key.pem.encode())
    try:
        if isinstance(loaded, ec.EllipticCurvePublicKey):
            loaded.verify(signature, message, _ecdsa(_algorithm(loaded)))
        else:
            loaded.verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def raw_ed25519(key: PublicKey) -> bytes:
    """Return the 32 bytes of an Ed25519 key (RFC 8032); raises ValueError for a key of another algorithm."""
    if key.algorithm != "ed25519":
        raise ValueError(f"the key is of {key.algorithm}, and signed notes take Ed25519 only")
    loaded: Any = _loaded(key.pem.encode())
    raw: bytes = loaded.public_bytes_raw()
    return raw


class KeySigner:
    """A private key in memory."""

    def __init__(self, private: Any) -> None:
        """Keep a private key of cryptography; raises ValueError where its algorithm is not taken."""
        self._private = private
        self._key = _described(private.public_key())

    @property
    def key(self) -> PublicKey:
        """Its public half."""
        return self._key

    def sign(self, message: bytes) -> bytes:
        """Return the signature of a message."""
        made: bytes
        if self._key.algorithm in ("ecdsa-p256", "ecdsa-p384"):
            made = self._private.sign(message, _ecdsa(self._key.algorithm))
        else:
            made = self._private.sign(message)
        return made


def key_signer(pem: bytes, password: bytes | None = None) -> KeySigner:
    """Return the signer of a private key in PEM (PKCS#8), encrypted or not.

    Raises ValueError where it is no such key, its algorithm is not taken or the password does not open it; no message
    holds any part of the key or the password. Raises TypeError where a password is wanted and none is given.
    """
    _cryptography()
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    encrypted = b"ENCRYPTED" in pem
    if encrypted and password is None:
        raise TypeError("the key is encrypted, and no password is given")
    try:
        private = load_pem_private_key(pem, password if encrypted else None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        why = "the password does not open it, or it is damaged" if encrypted else "it is no private key in PEM"
        raise ValueError(why) from None
    return KeySigner(private)


def new_ed25519() -> bytes:
    """Return a new private key of Ed25519 in PEM (PKCS#8), not encrypted."""
    _cryptography()
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    return Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


@functools.lru_cache(maxsize=256)
def _loaded(pem: bytes) -> Verifying:
    """Return the key of a PEM text; raises ValueError where it is none that is taken."""
    _cryptography()
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    if len(pem) > _MOST or b"-----BEGIN PUBLIC KEY-----" not in pem:
        raise ValueError("it is no public key in PEM: expected -----BEGIN PUBLIC KEY-----")
    if pem.count(b"-----BEGIN") != 1:
        raise ValueError("it holds more than one key: expected one")
    try:
        key: Any = load_pem_public_key(pem)
    except UnsupportedAlgorithm:
        raise ValueError(f"it is by an algorithm that is not known here: {TAKEN}") from None
    except (ValueError, TypeError):
        raise ValueError("it is no public key in PEM: it can't be decoded") from None
    _algorithm(key)
    if _der(pem) != _spki(key):
        raise ValueError("it is not encoded as OpenSSL does by default: openssl pkey -pubin -in KEY -pubout")
    found: Verifying = key
    return found


def _described(key: Any) -> PublicKey:
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    algorithm = _algorithm(key)
    der = _spki(key)
    pem = key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    return PublicKey(id=hashlib.sha256(der).hexdigest(), algorithm=algorithm, pem=pem)


def _spki(key: Any) -> bytes:
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    der: bytes = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return der


def _der(pem: bytes) -> bytes:
    """Return what a PEM text holds, so that a key has one id, whoever computes it; empty where it is laid out oddly."""
    found = _PEM.search(pem)
    try:
        return b"" if found is None else base64.b64decode(b"".join(found[1].split()), validate=True)
    except binascii.Error:
        return b""


def _algorithm(key: Any) -> Algorithm:
    """Return what a key of cryptography is good for; raises ValueError where that is not taken."""
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519, mldsa

    if isinstance(key, ed25519.Ed25519PublicKey):
        return "ed25519"
    if isinstance(key, mldsa.MLDSA65PublicKey):
        return "ml-dsa-65"
    if isinstance(key, ec.EllipticCurvePublicKey):
        if isinstance(key.curve, ec.SECP256R1):
            return "ecdsa-p256"
        if isinstance(key.curve, ec.SECP384R1):
            return "ecdsa-p384"
        raise ValueError(f"it is on the curve {key.curve.name}, which is not taken: {TAKEN}")
    name = type(key).__name__.removeprefix("_").removesuffix("PublicKey")
    raise ValueError(f"it is a key of {name}, which is not taken: {TAKEN}")


def _ecdsa(algorithm: Algorithm) -> ec.ECDSA:
    """Return ECDSA with the digest that is as strong as the curve."""
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec

    return ec.ECDSA(hashes.SHA384() if algorithm == "ecdsa-p384" else hashes.SHA256())


def _cryptography() -> None:
    """Raise UsageError where the library that signs and verifies is missing or too old."""
    try:
        from cryptography.hazmat.primitives.asymmetric import mldsa  # noqa: F401 - the newest thing that is needed
    except ImportError:
        message = "cryptography, which signs and verifies, is missing or too old for ML-DSA"
        raise UsageError(Problem(message=message, hint="pip install 'limen[evidence]'")) from None
