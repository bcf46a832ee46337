"""Client certificates to present: the right one and an expired one as given, a stranger's made for the occasion."""

from __future__ import annotations

import datetime
from functools import lru_cache
from typing import Any

import msgspec

from limen.probes.interface import AttemptError

_DAY = datetime.timedelta(days=1)


class Client(msgspec.Struct, frozen=True):
    """A certificate with its chain and its key, as the library holds them; never printed."""

    chain: tuple[Any, ...]
    key: Any

    def __repr__(self) -> str:
        """Return a text without the key."""
        return "Client(…)"


def client(pem: bytes, what: str) -> Client:
    """Return the client of a PEM text: key, certificate and chain; raises AttemptError, which never quotes it."""
    from cryptography import x509
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        chain = x509.load_pem_x509_certificates(pem)
        key = load_pem_private_key(_key_of(pem), None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise AttemptError(f"{what} is no PEM of a certificate and its key without a passphrase") from None
    # The library would only notice in the middle of a handshake, which would look like the server's refusal.
    mine = [one for one in chain if _public(one.public_key()) == _public(key.public_key())]
    if not mine:
        raise AttemptError(f"{what} holds a key that belongs to none of its certificates")
    return Client((mine[0], *(one for one in chain if one != mine[0])), key)


def stranger(at: int) -> Client:
    """Return a client whose certificate was signed by an authority that nobody knows; `at` in seconds since 1970."""
    return _stranger(at // 3600 * 3600)


@lru_cache(maxsize=4)
def _stranger(at: int) -> Client:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

    now = datetime.datetime.fromtimestamp(at, datetime.UTC)
    authority, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    issuer = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "limen probe, an authority that nobody trusts")])
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "limen probe")])
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _DAY)
        .not_valid_after(now + _DAY)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), critical=False)
        .sign(authority, hashes.SHA256())
    )
    return Client((made,), key)


def _key_of(pem: bytes) -> bytes:
    """Return the private key of a PEM text that also holds certificates."""
    begin = pem.find(b"-----BEGIN")
    while begin >= 0:
        end = pem.find(b"-----END", begin)
        close = pem.find(b"-----", end + 8)
        if end < 0 or close < 0:
            break
        if b"PRIVATE KEY-----" in pem[begin : begin + 48]:
            return pem[begin : close + 5] + b"\n"
        begin = pem.find(b"-----BEGIN", close)
    raise ValueError("no private key")


def _public(key: Any) -> bytes:
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    return bytes(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))
