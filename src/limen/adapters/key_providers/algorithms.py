"""What custodians call algorithms, in the words of the declaration. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from limen.adapters.key_providers.interface import Answer

SYMMETRIC = "SYMMETRIC_DEFAULT"
"""What AWS KMS calls AES-256."""
TRANSIT = {
    "aes128-gcm96": "AES-128",
    "aes256-gcm96": "AES-256",
    "chacha20-poly1305": "ChaCha20-Poly1305",
    "xchacha20-poly1305": "XChaCha20-Poly1305",
    "ed25519": "Ed25519",
    "ecdsa-p256": "ECDSA-P-256",
    "ecdsa-p384": "ECDSA-P-384",
    "ecdsa-p521": "ECDSA-P-521",
    "rsa-2048": "RSA-2048",
    "rsa-3072": "RSA-3072",
    "rsa-4096": "RSA-4096",
    "hmac": "HMAC-SHA-256",
    "aes128-cmac": "AES-128",
    "aes256-cmac": "AES-256",
    "ml-dsa-44": "ML-DSA-44",
    "ml-dsa-65": "ML-DSA-65",
    "ml-dsa-87": "ML-DSA-87",
}
"""Types of transit keys in the declaration's words."""
AWS = {
    SYMMETRIC: "AES-256",
    "RSA_2048": "RSA-2048",
    "RSA_3072": "RSA-3072",
    "RSA_4096": "RSA-4096",
    "ECC_NIST_P256": "ECDSA-P-256",
    "ECC_NIST_P384": "ECDSA-P-384",
    "ECC_NIST_P521": "ECDSA-P-521",
    "ECC_NIST_EDWARDS25519": "Ed25519",
    "HMAC_256": "HMAC-SHA-256",
    "HMAC_384": "HMAC-SHA-384",
    "HMAC_512": "HMAC-SHA-512",
    "ML_DSA_44": "ML-DSA-44",
    "ML_DSA_65": "ML-DSA-65",
    "ML_DSA_87": "ML-DSA-87",
}
"""Key specs of AWS KMS in the declaration's words."""
CURVES = {
    "06082a8648ce3d030107": "ECDSA-P-256",
    "06052b81040022": "ECDSA-P-384",
    "06052b81040023": "ECDSA-P-521",
    "06032b6570": "Ed25519",
    "06032b6571": "Ed448",
    "06032b656e": "X25519",
}
"""Curves of PKCS#11 by the encoding of CKA_EC_PARAMS."""
KINDS = {
    "DES3": "3DES",
    "SHA_1_HMAC": "HMAC-SHA-1",
    "SHA256_HMAC": "HMAC-SHA-256",
    "SHA384_HMAC": "HMAC-SHA-384",
    "SHA512_HMAC": "HMAC-SHA-512",
}
"""Types of PKCS#11 keys that have one size only."""


def algorithm_of(answers: Mapping[str, Answer]) -> str | None:
    """Return the algorithm of a key, of the answers of `KeyProvider.describe`; None where they do not say.

    Of a key store file, transit, AWS KMS and PKCS#11, whose versions must all be of one.
    """
    key = answers.get("key", Answer(outcome="denied"))
    body = key.body
    if key.outcome != "answered":
        return None
    if isinstance(body, list):
        found = {_of_object(one) for one in body}
        return found.pop() if len(found) == 1 else None
    if not isinstance(body, dict):
        return None
    if "versions" in body and "state" in body:
        return _text(body.get("algorithm"))
    if "latest_version" in body:
        return TRANSIT.get(str(body.get("type")))
    return AWS.get(str(body.get("KeySpec"))) if "KeyState" in body else None


def _of_object(one: Any) -> str | None:
    if not isinstance(one, dict):
        return None
    kind, length = str(one.get("KEY_TYPE")), one.get("VALUE_LEN")
    if kind == "AES" and isinstance(length, int):
        return f"AES-{length * 8}"
    return CURVES.get(str(one.get("EC_PARAMS"))) or KINDS.get(kind)


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
