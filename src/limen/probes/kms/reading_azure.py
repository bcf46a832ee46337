"""Facts in the answers of Azure Key Vault. Pure."""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import UNSET, UnsetType

from limen.adapters.key_providers import Answer
from limen.model.scalars import duration_seconds
from limen.probes.kms.asking import Asked
from limen.probes.kms.dates import dated, seconds


class _Attributes(msgspec.Struct, kw_only=True):
    enabled: bool
    created: int | UnsetType = UNSET
    exp: int | UnsetType = UNSET
    nbf: int | UnsetType = UNSET
    exportable: bool = False


class _Material(msgspec.Struct, kw_only=True):
    kty: str
    kid: str = ""
    n: str = ""
    crv: str = ""


class _Bundle(msgspec.Struct, kw_only=True, rename={"purge": "scheduledPurgeDate"}):
    key: _Material
    attributes: _Attributes
    release_policy: dict[str, Any] | None = None
    purge: int | UnsetType = UNSET


class _Version(msgspec.Struct, kw_only=True):
    kid: str
    attributes: _Attributes


class _Action(msgspec.Struct, kw_only=True):
    trigger: dict[str, str | None]
    action: dict[str, str]


class _Rotation(msgspec.Struct, kw_only=True, rename={"actions": "lifetimeActions"}):
    actions: list[_Action] = []
    attributes: dict[str, Any] = {}


def facts(asked: Asked, at: int) -> dict[str, Any]:
    """Return the facts; raises ValueError or msgspec.ValidationError where an answer is not of the known form."""
    bundle = msgspec.convert(asked.answers["key"].body, type=_Bundle)
    deleted = asked.answers.get("deleted", Answer(outcome="denied")).outcome
    usable = bundle.attributes.enabled and (bundle.attributes.exp is UNSET or bundle.attributes.exp > at)
    usable = usable and (bundle.attributes.nbf is UNSET or bundle.attributes.nbf <= at)
    exported = bundle.attributes.exportable or bundle.release_policy is not None
    found: dict[str, Any] = {
        "enabled": usable and deleted != "answered",
        "deletion_pending": deleted == "answered",
        "hardware": bundle.key.kty.upper().endswith("-HSM"),
        "ways_out": ("export",) if exported else (),
        "rotates_alone": True,
    }
    if bundle.purge is not UNSET:
        found["deletion_at"] = bundle.purge
    if algorithm := _algorithm(bundle.key):
        found["algorithm"] = algorithm
    return found | _rotation(asked) | _versions(asked, at)


def _versions(asked: Asked, at: int) -> dict[str, Any]:
    answer = asked.answers.get("versions", Answer(outcome="denied"))
    if answer.outcome != "answered":
        return {}
    versions = msgspec.convert(answer.body, type=list[_Version])
    if not versions:
        raise ValueError("a key without a version")
    versions.sort(key=lambda one: 0 if one.attributes.created is UNSET else one.attributes.created)
    dates = {number: seconds(one.attributes.created) for number, one in enumerate(versions, 1)}
    readable = [number for number, one in enumerate(versions, 1) if one.attributes.enabled]
    found = {"versions": len(versions), "unreadable_versions": len(versions) - len(readable)} | dated(dates, at)
    return found | ({"minimum_version": readable[0]} if readable else {})


def _rotation(asked: Asked) -> dict[str, Any]:
    answer = asked.answers.get("rotation", Answer(outcome="denied"))
    if answer.outcome != "answered":
        return {}
    policy = msgspec.convert(answer.body, type=_Rotation)
    rotating = [one.trigger for one in policy.actions if one.action.get("type", "").lower() == "rotate"]
    if not rotating:
        return {"rotation_on": False}
    found: dict[str, Any] = {"rotation_on": True}
    after, before = rotating[0].get("timeAfterCreate"), rotating[0].get("timeBeforeExpiry")
    if after:
        found["rotation_period"] = duration_seconds(after)
    elif before and isinstance(expiry := policy.attributes.get("expiryTime"), str):
        found["rotation_period"] = duration_seconds(expiry) - duration_seconds(before)
    return found


def _algorithm(key: _Material) -> str:
    kind = key.kty.upper().removesuffix("-HSM")
    if kind == "RSA" and key.n:
        return f"RSA-{len(key.n.rstrip('=')) * 6 // 8 * 8}"
    if kind == "EC" and key.crv.startswith("P-") and key.crv[2:].isdigit():
        return f"ECDSA-{key.crv}"
    return f"{kind} {key.crv}".strip() if kind == "EC" else ""
