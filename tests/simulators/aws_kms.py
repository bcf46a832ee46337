"""AWS KMS as its JSON protocol has it, with a state that moto has not: material for each version, dates and periods of
rotation, keys that refuse while they are disabled, and encryption contexts that bind.
"""

from __future__ import annotations

import base64
import json
import os
import re
import time
import uuid
from dataclasses import dataclass, field
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

ACCOUNT = "111122223333"
REGION = "eu-central-1"
ACCESS_KEY = "AKIALABORATORY000001"
SECRET_KEY = "laboratory/secret/access/key/of/nobody00"
DAY = 86_400
CURVES = {"ECC_NIST_P256": ec.SECP256R1(), "ECC_NIST_P384": ec.SECP384R1(), "ECC_NIST_P521": ec.SECP521R1()}
SIGNING: dict[str, tuple[str, hashes.HashAlgorithm]] = {
    "ECC_NIST_P256": ("ECDSA_SHA_256", hashes.SHA256()),
    "ECC_NIST_P384": ("ECDSA_SHA_384", hashes.SHA384()),
    "ECC_NIST_P521": ("ECDSA_SHA_512", hashes.SHA512()),
}
RAW = 4096
"""Bytes of a message that the service takes at most."""


@dataclass
class Version:
    """One version of a key."""

    material: bytes
    at: float
    name: str
    import_state: str = ""


@dataclass
class Key:
    """A key, and how it misbehaves."""

    id: str
    versions: list[Version]
    policy: Any
    created: float
    state: str = "Enabled"
    spec: str = "SYMMETRIC_DEFAULT"
    origin: str = "AWS_KMS"
    rotation: int = 0
    """Days between automatic rotations; 0 where they are off."""
    deletion: float = 0
    grants: list[dict[str, Any]] = field(default_factory=list)
    faults: frozenset[str] = frozenset()
    """keeps-material, works-disabled, ignores-context, forgets-old: lies about what it does."""


class AwsKms:
    """The service; `deny` are operations that the credential may not ask."""

    throttled = (400, {"__type": "ThrottlingException", "message": "Rate exceeded"})

    def __init__(self) -> None:
        """Start without keys."""
        self.keys: dict[str, Key] = {}
        self.deny: dict[str, frozenset[str]] = {}

    def make(self, name: str, ages: tuple[float, ...] = (200, 30), created: float | None = None, **given: Any) -> Key:
        """Make a key whose versions have these ages in days."""
        now = time.time()
        versions = [Version(os.urandom(32), now - age * DAY, uuid.uuid4().hex * 2) for age in ages]
        first = versions[0].at if created is None else now - created * DAY
        key = Key(str(uuid.uuid5(uuid.NAMESPACE_URL, name)), versions, given.pop("policy"), first, **given)
        self.keys[key.id] = key
        return key

    def answer(self, method: str, path: str, headers: dict[str, str], body: Any) -> tuple[int, Any]:
        """Answer one operation."""
        operation = headers.get("x-amz-target", "").removeprefix("TrentService.")
        if f"Credential={ACCESS_KEY}/" not in headers.get("authorization", ""):
            return _error("UnrecognizedClientException")
        act = getattr(self, "_" + re.sub(r"(?<!^)(?=[A-Z])", "_", operation).lower(), None)
        if act is None:
            return _error("UnknownOperationException")
        wanted = str(body.get("KeyId") or body.get("DestinationKeyId") or "")
        key = self.keys.get(wanted.rpartition("/")[2])
        if key is None:
            return _error("NotFoundException")
        if operation in self.deny.get(key.id, ()):
            return _error("AccessDeniedException")
        try:
            return act(key, body)
        except (ValueError, KeyError):
            return _error("ValidationException")

    def _describe_key(self, key: Key, body: Any) -> tuple[int, Any]:
        found = {
            "AWSAccountId": ACCOUNT, "KeyId": key.id, "Arn": f"arn:aws:kms:{REGION}:{ACCOUNT}:key/{key.id}",
            "CreationDate": key.created, "Enabled": key.state == "Enabled", "KeyState": key.state, "Origin": key.origin,
            "KeySpec": key.spec, "KeyUsage": "ENCRYPT_DECRYPT", "KeyManager": "CUSTOMER", "MultiRegion": False,
        }  # fmt: skip
        if key.deletion:
            found["DeletionDate"] = key.deletion
        return 200, {"KeyMetadata": found}

    def _get_key_rotation_status(self, key: Key, body: Any) -> tuple[int, Any]:
        if key.spec != "SYMMETRIC_DEFAULT":
            return _error("UnsupportedOperationException")
        found: dict[str, Any] = {"KeyRotationEnabled": key.rotation > 0, "KeyId": key.id}
        if key.rotation:
            following = key.versions[-1].at + key.rotation * DAY
            found |= {"RotationPeriodInDays": key.rotation, "NextRotationDate": following}
        return 200, found

    def _list_key_rotations(self, key: Key, body: Any) -> tuple[int, Any]:
        if key.spec != "SYMMETRIC_DEFAULT":
            return _error("UnsupportedOperationException")
        found = []
        for number, version in enumerate(key.versions):
            one: dict[str, Any] = {"KeyId": key.id, "KeyMaterialId": version.name}
            one["KeyMaterialState"] = "CURRENT" if version is key.versions[-1] else "NON_CURRENT"
            if version.import_state:
                one["ImportState"] = version.import_state
            if number:
                one |= {"RotationDate": version.at, "RotationType": "AUTOMATIC"}
            if number or body.get("IncludeKeyMaterial") == "ALL_KEY_MATERIAL":
                found.append(one)
        start = int(body.get("Marker") or 0)
        page = found[start : start + 2]  # short pages, so that there are several
        more = start + 2 < len(found)
        return 200, {"Rotations": page, "Truncated": more} | ({"NextMarker": str(start + 2)} if more else {})

    def _get_key_policy(self, key: Key, body: Any) -> tuple[int, Any]:
        return 200, {"Policy": json.dumps(key.policy), "PolicyName": "default"}

    def _list_grants(self, key: Key, body: Any) -> tuple[int, Any]:
        return 200, {"Grants": key.grants, "Truncated": False}

    def _encrypt(self, key: Key, body: Any) -> tuple[int, Any]:
        if refusal := _refused(key):
            return refusal
        return 200, {"CiphertextBlob": self._sealed(key, base64.b64decode(body["Plaintext"]), body), "KeyId": key.id}

    def _decrypt(self, key: Key, body: Any) -> tuple[int, Any]:
        if refusal := _refused(key):
            return refusal
        opened = _opened(key, base64.b64decode(body["CiphertextBlob"]), body.get("EncryptionContext"))
        if opened is None:
            return _error("InvalidCiphertextException")
        plaintext, version = opened
        return 200, {
            "Plaintext": base64.b64encode(plaintext).decode(), "KeyId": key.id, "KeyMaterialId": version.name,
        }  # fmt: skip

    def _re_encrypt(self, key: Key, body: Any) -> tuple[int, Any]:
        if refusal := _refused(key):
            return refusal
        opened = _opened(key, base64.b64decode(body["CiphertextBlob"]), body.get("SourceEncryptionContext"))
        if opened is None:
            return _error("InvalidCiphertextException")
        bound = {"EncryptionContext": body.get("DestinationEncryptionContext")}
        return 200, {
            "CiphertextBlob": self._sealed(key, opened[0], bound), "SourceKeyMaterialId": opened[1].name,
            "DestinationKeyMaterialId": key.versions[-1].name,
        }  # fmt: skip

    def _rotate_key_on_demand(self, key: Key, body: Any) -> tuple[int, Any]:
        if refusal := _refused(key):
            return refusal
        last = key.versions[-1]
        same = "keeps-material" in key.faults
        name = last.name if same else uuid.uuid4().hex * 2
        key.versions.append(Version(last.material if same else os.urandom(32), time.time(), name))
        if "forgets-old" in key.faults:
            for version in key.versions[:-1]:
                version.material = os.urandom(32)
        return 200, {"KeyId": key.id}

    def _disable_key(self, key: Key, body: Any) -> tuple[int, Any]:
        key.state = "Disabled"
        return 200, None

    def _enable_key(self, key: Key, body: Any) -> tuple[int, Any]:
        key.state = "Enabled"
        return 200, None

    def _get_public_key(self, key: Key, body: Any) -> tuple[int, Any]:
        if refused := _refused(key):
            return refused
        if key.spec not in CURVES:
            return _error("UnsupportedOperationException")
        public = _private(key).public_key()
        der = public.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
        found = {
            "KeyId": key.id,
            "KeySpec": key.spec,
            "KeyUsage": "SIGN_VERIFY",
            "SigningAlgorithms": [SIGNING[key.spec][0]],
        }
        return 200, found | {"PublicKey": base64.b64encode(der).decode()}

    def _sign(self, key: Key, body: Any) -> tuple[int, Any]:
        if refused := _refused(key):
            return refused
        if key.spec not in SIGNING or body["SigningAlgorithm"] != SIGNING[key.spec][0]:
            return _error("InvalidKeyUsageException")
        hashed = SIGNING[key.spec][1]
        message = base64.b64decode(body["Message"])
        digested = body.get("MessageType", "RAW") == "DIGEST"
        if len(message) > RAW or (digested and len(message) != hashed.digest_size):
            return _error("ValidationException")
        scheme = ec.ECDSA(Prehashed(hashed) if digested else hashed)
        made = base64.b64encode(_private(key).sign(message, scheme)).decode()
        return 200, {"KeyId": key.id, "Signature": made, "SigningAlgorithm": SIGNING[key.spec][0]}

    def _sealed(self, key: Key, plaintext: bytes, body: Any) -> str:
        version, nonce = key.versions[-1], os.urandom(12)
        bound = _context(key, body.get("EncryptionContext"))
        number = len(key.versions).to_bytes(2, "big")
        return base64.b64encode(number + nonce + AESGCM(version.material).encrypt(nonce, plaintext, bound)).decode()


def _opened(key: Key, blob: bytes, context: Any) -> tuple[bytes, Version] | None:
    number = int.from_bytes(blob[:2], "big")
    if not 1 <= number <= len(key.versions):
        return None
    version = key.versions[number - 1]
    try:
        return AESGCM(version.material).decrypt(blob[2:14], blob[14:], _context(key, context)), version
    except (InvalidTag, ValueError):
        return None


def _private(key: Key) -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(int.from_bytes(key.versions[0].material, "big") >> 1, CURVES[key.spec])


def _context(key: Key, context: Any) -> bytes:
    return b"" if "ignores-context" in key.faults else json.dumps(context or {}, sort_keys=True).encode()


def _refused(key: Key) -> tuple[int, Any] | None:
    if key.state == "Enabled" or ("works-disabled" in key.faults and key.state == "Disabled"):
        return None
    return _error("DisabledException" if key.state == "Disabled" else "KMSInvalidStateException")


def _error(code: str) -> tuple[int, Any]:
    return 400, {"__type": code, "message": code}
