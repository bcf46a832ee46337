"""PKCS#11: a private key on a token that signs; ECDSA on P-256 and P-384, Ed25519. It runs in a child, as `pkcs11`."""

from __future__ import annotations

import hashlib
from typing import Any
from urllib.parse import unquote_to_bytes

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, SECP384R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from pkcs11 import Attribute, KeyType, Mechanism, ObjectClass

from limen.adapters.key_providers.interface import Access, KeyProviderError
from limen.adapters.key_providers.pkcs11 import Pkcs11Key

P256, P384 = bytes.fromhex("06082a8648ce3d030107"), bytes.fromhex("06052b81040022")
"""CKA_EC_PARAMS of secp256r1 and secp384r1: their object identifiers (RFC 5480 section 2.1.1.1)."""
HASHES = {P256: hashlib.sha256, P384: hashlib.sha384}
"""What a message is hashed with before a key on a curve signs it: as long as the curve's order."""
ED25519 = (bytes.fromhex("06032b6570"), b"\x13\x0cedwards25519")
"""CKA_EC_PARAMS of Ed25519: its object identifier, or its name (PKCS#11 3.0 section 2.3.10)."""
_OCTETS = 0x04


def open_key(access: Access) -> SigningKey:
    """Return the private key that `access.key` names, as `object=LABEL;id=%01`; raises KeyProviderError."""
    return SigningKey(access)


class SigningKey(Pkcs11Key):
    """One private key on a token, and the public key that belongs to it."""

    def __init__(self, access: Access) -> None:
        """Open the token and find the key; raises KeyProviderError where there is not exactly one."""
        super().__init__(access)
        named = dict(part.partition("=")[::2] for part in access.key.split(";"))
        self._named: dict[Any, Any] = {}
        if "object" in named:
            self._named[Attribute.LABEL] = unquote_to_bytes(named["object"]).decode("utf-8", "replace")
        if "id" in named:
            self._named[Attribute.ID] = unquote_to_bytes(named["id"])
        self._private = self._one(ObjectClass.PRIVATE_KEY, "private key")
        self._may(self._private, "sign")

    def public_key(self) -> bytes:
        """Return the public key in PEM; raises KeyProviderError where the algorithm is none that limen signs with."""
        public = self._one(ObjectClass.PUBLIC_KEY, "public key")
        with self._wrapped("does not show its public key"):
            kind, point = public[Attribute.KEY_TYPE], _unwrapped(bytes(public[Attribute.EC_POINT]))
            curve = bytes(public[Attribute.EC_PARAMS])
            key: EllipticCurvePublicKey | Ed25519PublicKey
            if kind == KeyType.EC and curve in HASHES:
                named = SECP256R1() if curve == P256 else SECP384R1()
                key = EllipticCurvePublicKey.from_encoded_point(named, point)
            elif kind == KeyType.EC_EDWARDS and curve in ED25519:
                key = Ed25519PublicKey.from_public_bytes(point)
            else:
                raise KeyProviderError("unsupported", f"{self._where} holds a key on a curve that limen does not take")
            return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)

    def sign(self, message: bytes) -> bytes:
        """Return the signature of a message: DER for ECDSA, raw for Ed25519."""
        with self._wrapped("does not sign"):
            if self._private.key_type == KeyType.EC_EDWARDS:
                return bytes(self._private.sign(message, mechanism=Mechanism.EDDSA))
            hashed = HASHES.get(bytes(self._private[Attribute.EC_PARAMS]))
            if hashed is None:
                raise KeyProviderError("unsupported", f"{self._where} holds a key on a curve that limen does not take")
            digest = hashed(message).digest()
            raw, half = bytes(self._private.sign(digest, mechanism=Mechanism.ECDSA)), len(digest)
            if len(raw) != 2 * half:
                raise KeyProviderError("odd", f"{self._where} made a signature of {len(raw)} bytes")
            return encode_dss_signature(int.from_bytes(raw[:half], "big"), int.from_bytes(raw[half:], "big"))

    def _one(self, kind: ObjectClass, what: str) -> Any:
        with self._wrapped("does not list its objects"):
            found = list(self._session.get_objects({Attribute.CLASS: kind} | self._named))
        if not found:
            raise KeyProviderError("absent", f"{self._where} has no such {what}")
        if len(found) > 1:
            raise KeyProviderError("absent", f"{self._where} has {len(found)} such {what}s")
        if kind == ObjectClass.PRIVATE_KEY and found[0][Attribute.KEY_TYPE] not in (KeyType.EC, KeyType.EC_EDWARDS):
            raise KeyProviderError("unsupported", f"{self._where} holds a key of another algorithm under this name")
        return found[0]


def _unwrapped(point: bytes) -> bytes:
    """Return a CKA_EC_POINT without the OCTET STRING around it, which some tokens leave out."""
    if len(point) > 2 and point[0] == _OCTETS and point[1] == len(point) - 2:
        return point[2:]
    return point
