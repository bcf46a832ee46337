"""Facts in the answers of Vault and OpenBao. Pure."""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import UNSET, UnsetType

from limen.adapters.key_providers import Answer
from limen.adapters.key_providers.algorithms import TRANSIT
from limen.probes.kms.asking import Asked
from limen.probes.kms.dates import dated, seconds
from limen.probes.kms.vault_policies import Grant, PolicyError, grant


class _Key(msgspec.Struct, kw_only=True):
    type: str
    latest_version: int
    min_decryption_version: int
    keys: dict[str, Any]
    exportable: bool
    allow_plaintext_backup: bool
    min_available_version: int = 0
    soft_deleted: bool = False
    imported_key: bool | UnsetType = UNSET
    auto_rotate_period: int | UnsetType = UNSET


class _Held(msgspec.Struct, kw_only=True):
    place: str
    name: str
    policies: dict[str, Any]


class _Holders(msgspec.Struct, kw_only=True):
    holders: list[_Held]
    unseen: list[str]


def facts(asked: Asked, at: int) -> dict[str, Any]:
    """Return the facts; raises ValueError or msgspec.ValidationError where an answer is not of the known form."""
    key = msgspec.convert(asked.answers["key"].body, type=_Key)
    if key.latest_version < 1:
        raise ValueError("a key without a version")
    readable = max(1, key.min_decryption_version, key.min_available_version)
    ways = {"export": key.exportable, "backup": key.allow_plaintext_backup}
    found: dict[str, Any] = {
        "enabled": not key.soft_deleted,
        "deletion_pending": key.soft_deleted,
        "algorithm": TRANSIT.get(key.type, key.type),
        "ways_out": tuple(sorted(way for way, open_ in ways.items() if open_)),
        "rotates_alone": True,
        "versions": key.latest_version,
        "minimum_version": min(readable, key.latest_version),
        "unreadable_versions": min(readable, key.latest_version) - 1,
    }
    if key.imported_key is True:  # of any other key transit does not say whether hardware had a part in making it
        found["origin"] = "imported"
    if key.auto_rotate_period is not UNSET:
        found["rotation_on"] = key.auto_rotate_period > 0
        if key.auto_rotate_period > 0:
            found["rotation_period"] = key.auto_rotate_period
    numbers: dict[int, int | None] = {int(number): _moment(value) for number, value in key.keys.items()}
    found |= dated(numbers | ({} if key.latest_version in numbers else {key.latest_version: None}), at)
    return found | _grants(asked)


def _moment(value: object) -> int | None:
    return seconds(value.get("creation_time") if isinstance(value, dict) else value)


def _grants(asked: Asked) -> dict[str, Any]:
    """Return who may use the key, by the policies that grant it and those who hold them.

    A grantee is a role of an authentication method, an entity or a group that holds a granting policy, by its name; a
    granting policy that none of them holds stands for itself, as tokens can be made with it: where all could be seen.
    """
    answer = asked.answers.get("policies", Answer(outcome="denied"))
    if answer.outcome != "answered":
        return {}
    policies = msgspec.convert(answer.body, type=dict[str, str | None])
    granting: dict[str, Grant] = {}
    unread = False
    for name, text in policies.items():
        if name == "root":  # it has no text and grants everything; who holds it is outside every policy
            continue
        try:
            if text is None:
                raise PolicyError
            granted = grant(text, *asked.key.rpartition("/")[::2])
        except PolicyError:
            unread = True
            continue
        if granted.uses:
            granting[name] = granted
    wildcards = sum(granted.wildcard for granted in granting.values())
    names, complete = _holding(asked, frozenset(granting))
    found: dict[str, Any] = {"grantees": names, "grantees_complete": complete and not unread}
    return found if unread and not wildcards else found | {"wildcard_grants": wildcards}


def _holding(asked: Asked, granting: frozenset[str]) -> tuple[tuple[str, ...], bool]:
    """Return the names of those who hold one of the policies, sorted, and whether everybody could be looked at."""
    answer = asked.answers.get("holders", Answer(outcome="denied"))
    known = _Holders(holders=[], unseen=["holders"])
    if answer.outcome == "answered":
        known = msgspec.convert(answer.body, type=_Holders)
    names: set[str] = set()
    held: set[str] = set()
    for holder in known.holders:
        of_this = {policy for policies in holder.policies.values() for policy in _listed(policies)}
        globs = any("*" in policy for policy in of_this)
        if mine := granting & of_this:
            held |= mine
            names.add(holder.name)
        elif globs and granting:
            names.add(holder.name)
    if not known.unseen:  # else somebody out of sight may hold what seems to be held by nobody
        names |= granting - held
    return tuple(sorted(names)), not known.unseen


def _listed(policies: object) -> list[str]:
    if isinstance(policies, str):
        return [policy.strip() for policy in policies.split(",")]
    return msgspec.convert(policies, type=list[str])
