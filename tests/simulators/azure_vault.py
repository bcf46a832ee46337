"""Azure Key Vault as its REST protocol has it: keys with versions, dates, rotation policies and soft deletion."""

from __future__ import annotations

import base64
import time
import uuid
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

TOKEN = "eyJ0eXAi.laboratory.token"
CLIENT = {"tenant": "lab", "client_id": "probe", "client_secret": "laboratory-client-secret"}
DAY = 86_400


def _made(bits: int) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=bits)


@dataclass
class Version:
    """One version of a key."""

    at: float
    material: rsa.RSAPrivateKey
    enabled: bool = True
    name: str = field(default_factory=lambda: uuid.uuid4().hex)


@dataclass
class Key:
    """A key, and what it does otherwise than it should."""

    versions: list[Version]
    kty: str = "RSA-HSM"
    rotation: str = "P90D"
    """How long after its making a version is replaced; empty for no policy."""
    exportable: bool = False
    expired: bool = False
    deleted: bool = False
    hidden: frozenset[str] = frozenset()
    """Questions that may not be asked: key, versions, rotationpolicy."""
    faults: frozenset[str] = frozenset()
    """works-disabled: lies about what it does."""


class AzureVault:
    """The service."""

    throttled = (429, {"error": {"code": "Throttled"}})

    def __init__(self) -> None:
        """Start without keys."""
        self.keys: dict[str, Key] = {}
        self.endpoint = ""

    def answer(self, method: str, path: str, headers: dict[str, str], body: Any) -> tuple[int, Any]:
        """Answer one request."""
        parts = [part for part in urlsplit(path).path.split("/") if part]
        if parts[-1:] == ["token"]:
            right = isinstance(body, dict) and all(body.get(f"{name}") == [CLIENT[name]] for name in list(CLIENT)[1:])
            return (200, {"access_token": TOKEN, "expires_in": 3600}) if right else (401, {"error": "invalid_client"})
        if headers.get("authorization") != f"Bearer {TOKEN}":
            return 401, {"error": {"code": "Unauthorized"}}
        key = self.keys.get(parts[1]) if len(parts) > 1 else None
        if key is None or (parts[0] == "keys") == key.deleted:
            return 404, {"error": {"code": "KeyNotFound"}}
        question = parts[2] if len(parts) > 2 else "key"
        if question in key.hidden:
            return 403, {"error": {"code": "Forbidden"}}
        return self._of(key, parts[1], parts[2:], method, body)

    def _of(self, key: Key, name: str, rest: list[str], method: str, body: Any) -> tuple[int, Any]:
        newest = key.versions[-1]
        if not rest:
            return 200, self._bundle(key, name, newest)
        if rest == ["versions"]:
            return 200, {"value": [self._item(key, name, one) for one in key.versions], "nextLink": None}
        if rest == ["rotationpolicy"]:
            actions = [{"trigger": {"timeBeforeExpiry": "P30D"}, "action": {"type": "Notify"}}]
            if key.rotation:
                actions.append({"trigger": {"timeAfterCreate": key.rotation}, "action": {"type": "Rotate"}})
            return 200, {
                "id": f"{self.endpoint}/keys/{name}/rotationpolicy",
                "lifetimeActions": actions,
                "attributes": {},
            }
        if rest == ["rotate"]:
            key.versions.append(Version(time.time(), _made(2048)))
            return 200, self._bundle(key, name, key.versions[-1])
        version = next((one for one in key.versions if one.name == rest[0]), newest)
        if method == "PATCH":
            version.enabled = body["attributes"]["enabled"]
            return 200, self._bundle(key, name, version)
        return self._use(key, name, version, rest[-1], body)

    def _use(self, key: Key, name: str, version: Version, verb: str, body: Any) -> tuple[int, Any]:
        if not version.enabled and "works-disabled" not in key.faults:
            return 403 if verb == "never" else 400, {"error": {"code": "KeyDisabled"}}
        oaep = padding.OAEP(padding.MGF1(hashes.SHA256()), hashes.SHA256(), None)
        value = base64.urlsafe_b64decode(body["value"] + "=" * (-len(body["value"]) % 4))
        if verb == "encrypt":
            found = version.material.public_key().encrypt(value, oaep)
        else:
            try:
                found = version.material.decrypt(value, oaep)
            except ValueError:
                return 400, {"error": {"code": "BadParameter"}}
        return 200, {"kid": self._kid(name, version), "value": base64.urlsafe_b64encode(found).decode().rstrip("=")}

    def _bundle(self, key: Key, name: str, version: Version) -> dict[str, Any]:
        modulus = version.material.public_key().public_numbers().n
        n = modulus.to_bytes((modulus.bit_length() + 7) // 8, "big")
        material = {
            "kid": self._kid(name, version),
            "kty": key.kty,
            "n": base64.urlsafe_b64encode(n).decode().rstrip("="),
        }
        found = {"key": material, "attributes": self._item(key, name, version)["attributes"]}
        if key.deleted:
            found |= {"deletedDate": int(time.time()) - DAY, "scheduledPurgeDate": int(time.time()) + 30 * DAY}
        return found

    def _item(self, key: Key, name: str, version: Version) -> dict[str, Any]:
        attributes = {
            "enabled": version.enabled, "created": int(version.at), "updated": int(version.at),
            "recoveryLevel": "Recoverable", "exportable": key.exportable,
        }  # fmt: skip
        if key.expired:
            attributes["exp"] = int(time.time()) - DAY
        return {"kid": self._kid(name, version), "attributes": attributes}

    def _kid(self, name: str, version: Version) -> str:
        return f"{self.endpoint}/keys/{name}/{version.name}"


def make(vault: AzureVault, name: str, ages: tuple[float, ...], bits: int = 2048, **given: Any) -> Key:
    """Make a key whose versions have these ages in days."""
    material = _made(bits)  # one for all: making them takes long, and only dates are told apart
    now = time.time()
    vault.keys[name] = key = Key([Version(now - age * DAY, material) for age in ages], **given)
    return key
