"""Key shares of TLS 1.3 and what both sides make of them: the keys of the server's handshake messages (RFC 8446, 7)."""

from __future__ import annotations

import hashlib
import hmac
from typing import Any

from limen.probes.tls.reader import vector

X25519, X448, P256, P384, P521, HYBRID = 29, 30, 23, 24, 25, 0x11EC
COMPUTED = (X25519, P256, P384, P521, X448, HYBRID)
"""Groups in which we can take part; FIPS 203's hybrid only where the library has ML-KEM."""
_MLKEM_CIPHERTEXT = 1088
HASHES = {0x1301: "sha256", 0x1302: "sha384", 0x1303: "sha256", 0x1304: "sha256", 0x1305: "sha256"}
"""By suite, the hash of its key schedule."""


class Share:
    """Our half of a key exchange in one group."""

    def __init__(self, group: int) -> None:
        """Make a new key; raises ValueError where the group or the library can't."""
        from cryptography.exceptions import UnsupportedAlgorithm

        self.group = group
        self._keys: list[Any] = []
        try:
            self.public = self._make()
        except (UnsupportedAlgorithm, ImportError) as error:
            raise ValueError(f"group {group}: {type(error).__name__}") from None

    def _make(self) -> bytes:
        from cryptography.hazmat.primitives.asymmetric import ec, x448, x25519
        from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

        if self.group == HYBRID:
            from cryptography.hazmat.primitives.asymmetric import mlkem

            hybrid = mlkem.MLKEM768PrivateKey.generate()
            own = x25519.X25519PrivateKey.generate()
            self._keys = [hybrid, own]
            return hybrid.public_key().public_bytes_raw() + own.public_key().public_bytes_raw()
        if self.group in (X25519, X448):
            kind = x25519.X25519PrivateKey if self.group == X25519 else x448.X448PrivateKey
            self._keys = [kind.generate()]
            return bytes(self._keys[0].public_key().public_bytes_raw())
        curves: dict[int, Any] = {P256: ec.SECP256R1, P384: ec.SECP384R1, P521: ec.SECP521R1}
        if self.group not in curves:
            raise ValueError(f"group {self.group} is not computed")
        self._keys = [ec.generate_private_key(curves[self.group]())]
        return bytes(self._keys[0].public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint))

    def secret(self, share: bytes) -> bytes:
        """Return the secret that both sides share; raises ValueError where the server's share is none."""
        from cryptography.hazmat.primitives.asymmetric import ec, x448, x25519

        if self.group == HYBRID:
            hybrid, own = self._keys
            peer = x25519.X25519PublicKey.from_public_bytes(share[_MLKEM_CIPHERTEXT:])
            return bytes(hybrid.decapsulate(share[:_MLKEM_CIPHERTEXT])) + bytes(own.exchange(peer))
        key = self._keys[0]
        if self.group == X25519:
            return bytes(key.exchange(x25519.X25519PublicKey.from_public_bytes(share)))
        if self.group == X448:
            return bytes(key.exchange(x448.X448PublicKey.from_public_bytes(share)))
        point = ec.EllipticCurvePublicKey.from_encoded_point(key.curve, share)
        return bytes(key.exchange(ec.ECDH(), point))


class ServerRecords:
    """Decrypts the records that a server sends during the handshake."""

    def __init__(self, suite: int, secret: bytes, transcript: bytes) -> None:
        """Derive the keys from the shared secret and the transcript up to ServerHello; raises ValueError."""
        from cryptography.hazmat.primitives.ciphers.aead import AESCCM, AESGCM, ChaCha20Poly1305

        if suite not in HASHES:
            raise ValueError(f"suite {suite:#06x} is not computed")
        name = HASHES[suite]
        size = hashlib.new(name).digest_size
        empty = hashlib.new(name).digest()
        early = hmac.digest(bytes(size), bytes(size), name)
        shared = hmac.digest(_expand(early, b"derived", empty, size, name), secret, name)
        traffic = _expand(shared, b"s hs traffic", hashlib.new(name, transcript).digest(), size, name)
        key = _expand(traffic, b"key", b"", 16 if suite in (0x1301, 0x1304, 0x1305) else 32, name)
        self._iv = int.from_bytes(_expand(traffic, b"iv", b"", 12, name), "big")
        self._sequence = 0
        self._cipher: Any
        if suite in (0x1301, 0x1302):
            self._cipher = AESGCM(key)
        elif suite == 0x1303:
            self._cipher = ChaCha20Poly1305(key)
        else:
            self._cipher = AESCCM(key, tag_length=16 if suite == 0x1304 else 8)

    def open(self, body: bytes) -> tuple[int, bytes]:
        """Return type and content of the next record; raises ValueError where it was not made with these keys."""
        from cryptography.exceptions import InvalidTag

        nonce = (self._iv ^ self._sequence).to_bytes(12, "big")
        self._sequence += 1
        header = b"\x17\x03\x03" + len(body).to_bytes(2, "big")
        try:
            plain = bytes(self._cipher.decrypt(nonce, body, header)).rstrip(b"\x00")
        except InvalidTag:
            raise ValueError("a record can't be decrypted") from None
        return (plain[-1], plain[:-1]) if plain else (0, b"")


def _expand(secret: bytes, label: bytes, context: bytes, length: int, name: str) -> bytes:
    """Return HKDF-Expand-Label of RFC 8446, 7.1; lengths are one hash at most."""
    info = length.to_bytes(2, "big") + vector(b"tls13 " + label, 1) + vector(context, 1)
    return hmac.digest(secret, info + b"\x01", name)[:length]
