"""Facts in the answers of AWS KMS. Pure."""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import UNSET, UnsetType

from limen.adapters.key_providers import Answer
from limen.adapters.key_providers.algorithms import AWS, SYMMETRIC
from limen.probes.kms.asking import Asked
from limen.probes.kms.aws_policies import Grants, list_grants, policy_grants
from limen.probes.kms.dates import dated, seconds

DAY = 86_400
ORIGINS = {"AWS_KMS": "hsm", "AWS_CLOUDHSM": "hsm", "EXTERNAL": "imported"}
"""Where material is made; all of these are kept in AWS's HSMs. An external key store says nothing of itself."""


class _Metadata(msgspec.Struct, kw_only=True, rename="pascal"):
    key_state: str
    key_spec: str | UnsetType = UNSET
    origin: str | UnsetType = UNSET
    creation_date: str | float | UnsetType = UNSET
    deletion_date: str | float | UnsetType = UNSET


class _Rotation(msgspec.Struct, kw_only=True, rename="pascal"):
    key_rotation_enabled: bool
    rotation_period_in_days: int | UnsetType = UNSET
    next_rotation_date: str | float | UnsetType = UNSET


class _Policy(msgspec.Struct, kw_only=True, rename="pascal"):
    policy: str


class _Version(msgspec.Struct, kw_only=True, rename="pascal"):
    rotation_date: str | float | UnsetType = UNSET
    key_material_state: str | UnsetType = UNSET
    import_state: str | UnsetType = UNSET


def facts(asked: Asked, at: int) -> dict[str, Any]:
    """Return the facts; raises ValueError or msgspec.ValidationError where an answer is not of the known form."""
    key = msgspec.convert(asked.answers["key"].body, type=_Metadata)
    spec = "" if key.key_spec is UNSET else key.key_spec
    found: dict[str, Any] = {
        "enabled": key.key_state == "Enabled",
        "deletion_pending": key.key_state in ("PendingDeletion", "PendingReplicaDeletion"),
        "rotates_alone": spec == SYMMETRIC and key.origin == "AWS_KMS",
    }
    if spec:
        found["algorithm"] = AWS.get(spec, spec)
    if (deletion := seconds(key.deletion_date)) is not None:
        found["deletion_at"] = deletion
    if key.origin is not UNSET and key.origin in ORIGINS:
        found |= {"hardware": True, "origin": ORIGINS[key.origin]}
        # The service has no operation that gives material out; what was imported has another copy.
        found["ways_out"] = ("earlier",) if key.origin == "EXTERNAL" else ()
    return found | _rotation(asked) | _versions(asked, key, at) | _grants(asked)


def _rotation(asked: Asked) -> dict[str, Any]:
    answer = asked.answers.get("rotation", Answer(outcome="denied"))
    if answer.outcome != "answered":
        return {}
    rotation = msgspec.convert(answer.body, type=_Rotation)
    found: dict[str, Any] = {"rotation_on": rotation.key_rotation_enabled}
    if rotation.key_rotation_enabled and rotation.rotation_period_in_days is not UNSET:
        found["rotation_period"] = rotation.rotation_period_in_days * DAY
    if (following := seconds(rotation.next_rotation_date)) is not None:
        found["next_rotation_at"] = following
    return found


def _versions(asked: Asked, key: _Metadata, at: int) -> dict[str, Any]:
    """Return what is known of the versions: the first is the key's own creation, the others are its rotations."""
    created = seconds(key.creation_date)
    answer = asked.answers.get("rotations", Answer(outcome="denied"))
    if answer.outcome == "answered":
        listed = msgspec.convert(answer.body, type=list[_Version])
    elif answer.outcome == "unsupported" and key.key_spec not in (UNSET, SYMMETRIC):
        listed = []  # such a key can't be rotated: it has the one version that it was made with
    else:
        return {}
    rotated = [one for one in listed if one.rotation_date is not UNSET]
    moments = [created, *sorted((seconds(one.rotation_date) for one in rotated), key=lambda moment: moment or 0)]
    found = {"versions": len(moments)} | dated(dict(enumerate(moments, 1)), at, created)
    if listed and all(one.key_material_state is not UNSET for one in listed) and len(listed) == len(moments):
        lost = [number for number, one in enumerate(listed, 1) if one.import_state == "PENDING_IMPORT"]
        found |= {"unreadable_versions": len(lost)} | ({} if lost else {"minimum_version": 1})
    elif answer.outcome == "unsupported":
        found |= {"unreadable_versions": 0, "minimum_version": 1}
    return found


def _grants(asked: Asked) -> dict[str, Any]:
    policy = asked.answers.get("policy", Answer(outcome="denied"))
    grants = asked.answers.get("grants", Answer(outcome="denied"))
    account = [*str(asked.answers["key"].body.get("Arn", "")).split(":"), *[""] * 5][4]
    found: list[Grants] = []
    if policy.outcome == "answered":
        found.append(policy_grants(msgspec.convert(policy.body, type=_Policy).policy, account))
    if grants.outcome == "answered":
        found.append(list_grants(msgspec.convert(grants.body, type=list[Any]), account))
    if not found:
        return {}
    seen: dict[str, Any] = {
        "grantees": tuple(sorted(frozenset().union(*(one.names for one in found)))),
        "grantees_complete": len(found) == 2 and all(one.complete for one in found),
    }
    wildcards = sum(one.wildcards for one in found)
    return seen | ({"wildcard_grants": wildcards} if policy.outcome == "answered" or wildcards else {})
