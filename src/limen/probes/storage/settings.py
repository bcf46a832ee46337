"""A bucket's settings out of its answers, one function a setting; what was not answered stays unseen."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import msgspec
from msgspec import UNSET, UnsetType

from limen.adapters.object_stores.store import StoreAnswer
from limen.analysis.kinds.observed_storage import LifecycleFacts, LockFacts, OpenFacts
from limen.model.scalars import SECONDS_A_YEAR
from limen.probes.storage.policies import allows_everyone, lets_anyone_in, tls_only

Answers = Mapping[str, StoreAnswer]

DAY = 86_400
ALGORITHMS = {"AES256": "AES-256-GCM", "aws:kms": "AES-256-GCM", "aws:kms:dsse": "AES-256-GCM"}
"""S3's words for what objects are sealed with: Amazon S3 User Guide, "Protecting data with server-side encryption"."""
_LOGS = "http://acs.amazonaws.com/groups/s3/LogDelivery"
"""The only group of an access control list that is not everybody."""
_BLOCKS = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
_MOST = 1 << 40
"""Seconds beyond which a number of days is none that somebody meant."""


def part(value: Any, *path: str) -> Any:
    """Return what lies at a path of objects, None where it doesn't."""
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def items(value: Any) -> list[dict[str, Any]]:
    """Return the objects of a list, none where it is no list."""
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def sealing(answers: Answers) -> tuple[str | UnsetType, str | UnsetType]:
    """Return algorithm and key id of the default encryption; the id is empty for a key of the provider's own."""
    answer = answers["get_bucket_encryption"]
    if answer.code == "ServerSideEncryptionConfigurationNotFoundError":
        return "none", UNSET
    rules = items(part(answer.content, "ServerSideEncryptionConfiguration", "Rules"))
    if answer.code or not rules:
        return UNSET, UNSET
    default = part(rules[0], "ApplyServerSideEncryptionByDefault")
    algorithm, key = part(default, "SSEAlgorithm"), part(default, "KMSMasterKeyID")
    if not isinstance(algorithm, str):
        return UNSET, UNSET
    return ALGORITHMS.get(algorithm, "other"), str(key) if key else ""


def transport(answers: Answers, bucket: str) -> bool | UnsetType:
    """Return whether the bucket's policy refuses every request without TLS."""
    return _of_policy(answers, lambda text: tls_only(text, bucket))


def openness(answers: Answers) -> OpenFacts:
    """Return whom the bucket lets in."""
    policy = _of_policy(answers, lets_anyone_in)
    status = answers["get_bucket_policy_status"]
    public = part(status.content, "PolicyStatus", "IsPublic")
    if not status.code and isinstance(public, bool) and (policy is UNSET or _of_policy(answers, allows_everyone)):
        policy = public or policy is True  # where conditions decide, the store's word is as good as ours
    if not status.code and public is True:
        policy = True  # the store knows better who is let in than we read there, and never less
    anonymous = answers["anonymous"]
    return OpenFacts(
        block=_block(answers["get_public_access_block"]),
        policy=policy,
        acl=_acl(answers),
        anonymous=False if anonymous.denied else True if anonymous.root == "ListBucketResult" else UNSET,
    )


def versioning(answers: Answers) -> str | UnsetType:
    """Return whether versions of objects are kept."""
    answer = answers["get_bucket_versioning"]
    if answer.code:
        return UNSET
    never = "off" if answer.root == "VersioningConfiguration" else UNSET  # a bucket that kept none says nothing in it
    return {"Enabled": "on", "Suspended": "suspended"}.get(str(answer.content.get("Status")), never)


def lock(answers: Answers) -> LockFacts:
    """Return what each new version is protected by; a year counts as in durations of a declaration."""
    answer = answers["get_object_lock_configuration"]
    if answer.code in ("ObjectLockConfigurationNotFoundError", "NoSuchObjectLockConfiguration") or answer.unsupported:
        return LockFacts(mode="none", retention=0)
    if answer.code:
        return LockFacts()
    configured = part(answer.content, "ObjectLockConfiguration")
    if not isinstance(configured, dict) or not (configured or answer.root == "ObjectLockConfiguration"):
        return LockFacts()
    rule = part(configured, "Rule", "DefaultRetention")
    mode = str(part(rule, "Mode") or "none").lower()
    if part(configured, "ObjectLockEnabled") != "Enabled" or mode not in ("compliance", "governance"):
        return LockFacts(mode="none", retention=0)
    seconds = _count(part(rule, "Days")) * DAY + _count(part(rule, "Years")) * SECONDS_A_YEAR
    return LockFacts(mode=mode, retention=min(seconds, _MOST))


def lifecycle(answers: Answers, prefix: str, own: str) -> LifecycleFacts:
    """Return the earliest that a rule takes away objects below a prefix, those below the probe's own left out."""
    answer = answers["get_bucket_lifecycle_configuration"]
    if answer.code == "NoSuchLifecycleConfiguration" or answer.unsupported:
        return LifecycleFacts(expiries=())
    rules = answer.content.get("Rules")
    if answer.code or not isinstance(rules, list) or not (rules or answer.root == "LifecycleConfiguration"):
        return LifecycleFacts()
    found: list[int] = []
    for rule in items(rules):
        below = _prefix(rule)
        if rule.get("Status") != "Enabled" or not (below.startswith(prefix) or prefix.startswith(below)):
            continue
        if own and below.startswith(own):
            continue
        expiration, earlier = part(rule, "Expiration"), part(rule, "NoncurrentVersionExpiration", "NoncurrentDays")
        if part(expiration, "Date") is not None:
            found.append(0)  # whatever is written the day before goes, too
        found.extend(_count(days) * DAY for days in (part(expiration, "Days"), earlier) if days is not None)
    return LifecycleFacts(expiries=tuple(sorted(set(found))))


def _of_policy(answers: Answers, question: Callable[[str], bool]) -> bool | UnsetType:
    answer = answers["get_bucket_policy"]
    if answer.code == "NoSuchBucketPolicy":
        return False
    text = answer.content.get("Policy")
    if answer.code or not isinstance(text, str):
        return UNSET
    try:
        return question(text)
    except ValueError:
        return UNSET


def _block(answer: StoreAnswer) -> str | UnsetType:
    if answer.code == "NoSuchPublicAccessBlockConfiguration":
        return "none"
    if answer.unsupported:
        return "unsupported"
    blocks = part(answer.content, "PublicAccessBlockConfiguration")
    if answer.code or not isinstance(blocks, dict) or not (blocks or answer.root == "PublicAccessBlockConfiguration"):
        return UNSET
    on = sum(blocks.get(name) is True for name in _BLOCKS)
    return "all" if on == len(_BLOCKS) else "some" if on else "none"


def _acl(answers: Answers) -> bool | UnsetType:
    ownership = answers["get_bucket_ownership_controls"]
    rules = items(part(ownership.content, "OwnershipControls", "Rules"))
    if not ownership.code and rules and all(one.get("ObjectOwnership") == "BucketOwnerEnforced" for one in rules):
        return False  # lists are out of use
    answer = answers["get_bucket_acl"]
    if answer.unsupported:
        return False
    grants = answer.content.get("Grants")
    if answer.code or not isinstance(grants, list) or not (grants or answer.root == "AccessControlPolicy"):
        return UNSET
    groups = [one for one in items(grants) if part(one, "Grantee", "Type") == "Group" or part(one, "Grantee", "URI")]
    return any(part(one, "Grantee", "URI") != _LOGS for one in groups)


def _prefix(rule: dict[str, Any]) -> str:
    for place in (rule.get("Filter"), part(rule, "Filter", "And"), rule):
        if isinstance(value := part(place, "Prefix"), str) and value:
            return value
    return ""


def _count(value: Any) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 < value < _MOST // DAY else 0


def answers_of(content: bytes) -> dict[str, StoreAnswer]:
    """Return recorded answers by name; raises ValueError where they are none."""
    return msgspec.json.decode(content, type=dict[str, StoreAnswer])
