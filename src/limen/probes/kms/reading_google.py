"""Facts in the answers of Google Cloud KMS. Pure."""

from __future__ import annotations

import re
from typing import Any

import msgspec
from msgspec import UNSET, UnsetType

from limen.adapters.key_providers import Answer
from limen.probes.kms.asking import Asked
from limen.probes.kms.dates import dated, seconds

ALGORITHMS = {
    "GOOGLE_SYMMETRIC_ENCRYPTION": "AES-256",
    "AES_128_GCM": "AES-128",
    "AES_256_GCM": "AES-256",
    "EC_SIGN_P256_SHA256": "ECDSA-P-256",
    "EC_SIGN_P384_SHA384": "ECDSA-P-384",
    "EC_SIGN_ED25519": "Ed25519",
    "HMAC_SHA1": "HMAC-SHA-1",
    "HMAC_SHA256": "HMAC-SHA-256",
    "HMAC_SHA384": "HMAC-SHA-384",
    "HMAC_SHA512": "HMAC-SHA-512",
    "ML_KEM_768": "ML-KEM-768",
    "ML_KEM_1024": "ML-KEM-1024",
    "PQ_SIGN_ML_DSA_65": "ML-DSA-65",
    "PQ_SIGN_SLH_DSA_SHA2_128S": "SLH-DSA-SHA2-128s",
}
"""Algorithms in the declaration's words; those of RSA are told by their size."""
USES = frozenset(
    {"roles/cloudkms.cryptoKeyEncrypter", "roles/cloudkms.cryptoKeyDecrypter",
     "roles/cloudkms.cryptoKeyEncrypterDecrypter", "roles/cloudkms.cryptoKeyEncrypterViaDelegation",
     "roles/cloudkms.cryptoKeyDecrypterViaDelegation", "roles/cloudkms.cryptoKeyEncrypterDecrypterViaDelegation",
     "roles/cloudkms.cryptoOperator", "roles/cloudkms.signer", "roles/cloudkms.signerVerifier"}
)  # fmt: skip
"""Roles with which a key is used."""
EVERYTHING = frozenset({"roles/owner", "roles/editor", "roles/cloudkms.admin"})
"""Roles that let everything be done, or whoever has them give themselves the others."""


class _Version(msgspec.Struct, kw_only=True, rename="camel"):
    name: str
    state: str
    protection_level: str | UnsetType = UNSET
    algorithm: str | UnsetType = UNSET
    create_time: str | UnsetType = UNSET
    destroy_time: str | UnsetType = UNSET
    import_job: str | UnsetType = UNSET

    @property
    def number(self) -> int:
        """The version's number; raises ValueError where its name has none."""
        return int(self.name.rpartition("/")[2])


class _Key(msgspec.Struct, kw_only=True, rename="camel"):
    name: str
    purpose: str
    create_time: str | UnsetType = UNSET
    rotation_period: str | UnsetType = UNSET
    next_rotation_time: str | UnsetType = UNSET
    import_only: bool = False
    primary: _Version | UnsetType = UNSET


class _Binding(msgspec.Struct, kw_only=True):
    role: str
    members: list[str] = []


class _Policy(msgspec.Struct, kw_only=True):
    bindings: list[_Binding] = []


def facts(asked: Asked, at: int) -> dict[str, Any]:
    """Return the facts; raises ValueError or msgspec.ValidationError where an answer is not of the known form."""
    key = msgspec.convert(asked.answers["key"].body, type=_Key)
    answer = asked.answers.get("versions", Answer(outcome="denied"))
    versions = msgspec.convert(answer.body, type=list[_Version]) if answer.outcome == "answered" else []
    found = _rotation(key) | _grants(asked)
    newest = key.primary if key.primary is not UNSET else max(versions, key=lambda one: one.number, default=None)
    if newest is not None:
        # Without a primary version a symmetric key seals nothing.
        sealing = key.primary is not UNSET or key.purpose != "ENCRYPT_DECRYPT"
        found["enabled"] = sealing and newest.state == "ENABLED"
        if newest.algorithm is not UNSET:
            found["algorithm"] = _algorithm(newest.algorithm)
    return found | (_versions(versions, key, at) if versions else {})


def _versions(versions: list[_Version], key: _Key, at: int) -> dict[str, Any]:
    """Return what the list of versions says; a version that is disabled or destroyed opens nothing."""
    pending = [one for one in versions if one.state == "DESTROY_SCHEDULED"]
    readable = [one.number for one in versions if one.state == "ENABLED"]
    dates = {one.number: seconds(one.create_time) for one in versions}
    found: dict[str, Any] = {
        "versions": max(dates),
        "deletion_pending": bool(pending),
        # A number that is missing is a version of which nothing is left to see.
        "unreadable_versions": max(dates) - len(readable),
    } | dated(dates, at, seconds(key.create_time))
    if readable:
        found["minimum_version"] = min(readable)
    if moments := [moment for one in pending if (moment := seconds(one.destroy_time)) is not None]:
        found["deletion_at"] = min(moments)
    levels = {one.protection_level for one in versions}
    imported = any(one.import_job is not UNSET for one in versions)
    if levels <= {"HSM", "HSM_SINGLE_TENANT", "SOFTWARE"}:
        found["hardware"] = "SOFTWARE" not in levels
        found["origin"] = "imported" if imported else "software" if "SOFTWARE" in levels else "hsm"
        # The service has no operation that gives material out; what was imported has another copy.
        found["ways_out"] = ("earlier",) if imported else ()
    return found


def _rotation(key: _Key) -> dict[str, Any]:
    alone = key.purpose == "ENCRYPT_DECRYPT" and not key.import_only
    found: dict[str, Any] = {"rotates_alone": alone, "rotation_on": key.rotation_period is not UNSET}
    if key.rotation_period is not UNSET:
        found["rotation_period"] = int(float(key.rotation_period.removesuffix("s")))
    if (following := seconds(key.next_rotation_time)) is not None:
        found["next_rotation_at"] = following
    return found


def _grants(asked: Asked) -> dict[str, Any]:
    """Return who may use the key by its own policy and that of its ring; those above them are never seen."""
    names: set[str] = set()
    wildcards, seen = 0, 0
    for question in ("policy", "ring_policy"):
        answer = asked.answers.get(question, Answer(outcome="denied"))
        if answer.outcome != "answered":
            continue
        seen += 1
        for binding in msgspec.convert(answer.body, type=_Policy).bindings:
            if binding.role.startswith("roles/") and binding.role not in USES | EVERYTHING:
                continue  # one of Google's that uses no key; what a project's own role lets do is not in the policy
            everybody = [member for member in binding.members if _is_wild(member)]
            wildcards += len(everybody) + (binding.role in EVERYTHING and len(everybody) < len(binding.members))
            names |= {_name(member) for member in binding.members if member not in everybody}
    if not seen:
        return {}
    found = {"grantees": tuple(sorted(names)), "grantees_complete": False}
    return found | ({"wildcard_grants": wildcards} if seen == 2 or wildcards else {})


def _is_wild(member: str) -> bool:
    return member in ("allUsers", "allAuthenticatedUsers") or member.startswith(("domain:", "principalSet:"))


def _name(member: str) -> str:
    """Return the name of a member: what stands before the @ of an address, or the last part of a principal's path."""
    return member.rpartition(":")[2].rpartition("/")[2].partition("@")[0]


def _algorithm(name: str) -> str:
    size = re.match(r"RSA_\w+?_(\d{4})(?:_|$)", name)
    return f"RSA-{size[1]}" if size is not None else ALGORITHMS.get(name, name)
