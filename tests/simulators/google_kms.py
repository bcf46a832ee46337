"""Google Cloud KMS as its REST protocol has it: keys with versions, states, dates, policies and associated data."""

from __future__ import annotations

import base64
import os
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

TOKEN = "ya29.laboratory-token-of-nobody"
RING = "projects/lab/locations/europe-west3/keyRings/phi"
DAY = 86_400


@dataclass
class Version:
    """One version of a key."""

    at: float
    material: bytes = field(default_factory=lambda: os.urandom(32))
    state: str = "ENABLED"
    level: str = "HSM"
    destroy: float = 0
    imported: bool = False


@dataclass
class Key:
    """A key; a policy is a map from roles to members, or None where nobody may read it."""

    versions: list[Version]
    policy: dict[str, list[str]] | None
    ring_policy: dict[str, list[str]] | None
    created: float
    period: int = 90
    """Days between automatic rotations; 0 where they are off."""
    algorithm: str = "GOOGLE_SYMMETRIC_ENCRYPTION"
    purpose: str = "ENCRYPT_DECRYPT"
    denied: bool = False
    faults: frozenset[str] = frozenset()
    """ignores-context, works-disabled: lies about what it does."""
    primary: int = 0


class GoogleKms:
    """The service."""

    throttled = (429, {"error": {"status": "RESOURCE_EXHAUSTED"}})

    def __init__(self) -> None:
        """Start without keys."""
        self.keys: dict[str, Key] = {}
        self.tokens = {TOKEN}

    def answer(self, method: str, path: str, headers: dict[str, str], body: Any) -> tuple[int, Any]:
        """Answer one request."""
        parts = urlsplit(path)
        name, query = unquote(parts.path).removeprefix("/v1/"), parse_qs(parts.query)
        if name == "/token":
            self.tokens.add(f"{TOKEN}-2")
            return 200, {"access_token": f"{TOKEN}-2", "expires_in": 3600, "token_type": "Bearer"}
        if headers.get("authorization", "").removeprefix("Bearer ") not in self.tokens:
            return _error(401, "UNAUTHENTICATED")
        name, _, verb = name.partition(":")
        if name == RING and verb == "getIamPolicy":
            return _policy(self._asked_ring())
        start, _, rest = name.removeprefix(f"{RING}/cryptoKeys/").partition("/")
        key = self.keys.get(start)
        if key is None:
            return _error(404, "NOT_FOUND")
        if key.denied:
            return _error(403, "PERMISSION_DENIED")
        self._last = key
        try:
            return self._of(key, start, rest, verb, method, query, body)
        except (ValueError, KeyError, IndexError):
            return _error(400, "INVALID_ARGUMENT")

    def _asked_ring(self) -> dict[str, list[str]] | None:
        """Return the policy of the ring: that of the key that was asked before, so that each key has its own."""
        return self._last.ring_policy

    def _of(self, key: Key, name: str, rest: str, verb: str, method: str, query: Any, body: Any) -> tuple[int, Any]:
        if not rest and not verb and method == "GET":
            return 200, self._shown(key, name)
        if not rest and verb == "getIamPolicy":
            return _policy(key.policy)
        if rest == "cryptoKeyVersions" and method == "GET":
            start = int(query.get("pageToken", ["0"])[0])
            page = [_version(key, name, number) for number in range(start, min(start + 2, len(key.versions)))]
            more = {"nextPageToken": str(start + 2)} if start + 2 < len(key.versions) else {}
            return 200, {"cryptoKeyVersions": page} | more
        if rest == "cryptoKeyVersions" and method == "POST":
            key.versions.append(Version(time.time()))
            return 200, _version(key, name, len(key.versions) - 1)
        if rest.startswith("cryptoKeyVersions/") and method == "PATCH":
            key.versions[int(rest.rpartition("/")[2]) - 1].state = body["state"]
            return 200, {}
        if verb == "updatePrimaryVersion":
            key.primary = int(body["cryptoKeyVersionId"]) - 1
            return 200, {}
        if verb in ("encrypt", "decrypt"):
            return self._use(key, name, verb, body)
        return _error(404, "NOT_FOUND")

    def _shown(self, key: Key, name: str) -> dict[str, Any]:
        found: dict[str, Any] = {
            "name": f"{RING}/cryptoKeys/{name}", "purpose": key.purpose, "createTime": _time(key.created),
        }  # fmt: skip
        if key.purpose == "ENCRYPT_DECRYPT":
            found["primary"] = _version(key, name, key.primary)
        if key.period:
            found |= {"rotationPeriod": f"{key.period * DAY}s", "nextRotationTime": _time(time.time() + DAY)}
        return found

    def _use(self, key: Key, name: str, verb: str, body: Any) -> tuple[int, Any]:
        bound = b"" if "ignores-context" in key.faults else base64.b64decode(body["additionalAuthenticatedData"])
        if verb == "encrypt":
            version, nonce = key.versions[key.primary], os.urandom(12)
            if _shut(key, version):
                return _error(400, "FAILED_PRECONDITION")
            sealed = AESGCM(version.material).encrypt(nonce, base64.b64decode(body["plaintext"]), bound)
            blob = key.primary.to_bytes(2, "big") + nonce + sealed
            named = _version(key, name, key.primary)["name"]
            return 200, {"name": named, "ciphertext": base64.b64encode(blob).decode()}
        blob = base64.b64decode(body["ciphertext"])
        version = key.versions[int.from_bytes(blob[:2], "big")]
        if _shut(key, version):
            return _error(400, "FAILED_PRECONDITION")
        try:
            opened = AESGCM(version.material).decrypt(blob[2:14], blob[14:], bound)
        except InvalidTag:
            return _error(400, "INVALID_ARGUMENT")
        return 200, {"plaintext": base64.b64encode(opened).decode()}


def _shut(key: Key, version: Version) -> bool:
    return version.state != "ENABLED" and "works-disabled" not in key.faults


def _version(key: Key, name: str, number: int) -> dict[str, Any]:
    version = key.versions[number]
    found: dict[str, Any] = {
        "name": f"{RING}/cryptoKeys/{name}/cryptoKeyVersions/{number + 1}", "state": version.state,
        "protectionLevel": version.level, "algorithm": key.algorithm, "createTime": _time(version.at),
    }  # fmt: skip
    if version.destroy:
        found["destroyTime"] = _time(version.destroy)
    if version.imported:
        found["importJob"] = f"{RING}/importJobs/one"
    return found


def _policy(policy: dict[str, list[str]] | None) -> tuple[int, Any]:
    if policy is None:
        return _error(403, "PERMISSION_DENIED")
    return 200, {"version": 1, "bindings": [{"role": role, "members": members} for role, members in policy.items()]}


def _time(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def _error(status: int, word: str) -> tuple[int, Any]:
    return status, {"error": {"code": status, "status": word, "message": word}}
