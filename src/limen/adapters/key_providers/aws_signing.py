"""AWS KMS: a key that signs; ECDSA on P-256 and P-384. Of a message longer than it takes, the hash is made here."""

from __future__ import annotations

import hashlib

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_public_key

from limen.adapters.key_providers.aws import AwsKey, bytes_of
from limen.adapters.key_providers.interface import KeyProviderError

SPECS = ("ECC_NIST_P256", "ECC_NIST_P384")
"""The service's names of the sorts of keys that limen signs with."""
CURVES = {"secp256r1": ("ECDSA_SHA_256", "sha256"), "secp384r1": ("ECDSA_SHA_384", "sha384")}
"""The service's algorithm for keys on each curve, and its hash."""
RAW = 4096
"""Bytes of a message that the service takes whole."""


class SigningKey(AwsKey):
    """A key of AWS KMS that signs."""

    _curve = ""

    def public_key(self) -> bytes:
        """Return the public key in PEM, of whatever algorithm; raises KeyProviderError where there is none."""
        answer = self._ask("get_public_key", KeyId=self._id)
        if answer.outcome != "answered":
            words = {"absent": "has no such key", "denied": "does not let the credential read the public key"}
            kind = answer.outcome
            raise KeyProviderError(kind, f"{self._where} {words.get(kind, 'has no public key for it')}")
        try:
            key = load_der_public_key(bytes_of(answer.body.get("PublicKey")))
        except (ValueError, UnsupportedAlgorithm):
            raise self._odd() from None
        self._curve = key.curve.name if isinstance(key, EllipticCurvePublicKey) else ""
        return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)

    def sign(self, message: bytes) -> bytes:
        """Return the signature of a message, DER, of the key whose public half was read."""
        if self._curve not in CURVES:
            raise KeyProviderError("unsupported", f"{self._where} has no key there that limen signs with")
        algorithm, hashed = CURVES[self._curve]
        whole = len(message) <= RAW
        given = message if whole else hashlib.new(hashed, message).digest()
        kind = "RAW" if whole else "DIGEST"
        body = self._use("sign", KeyId=self._id, Message=given, MessageType=kind, SigningAlgorithm=algorithm)
        return bytes_of(body.get("Signature"))
