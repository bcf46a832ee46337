"""What the storage probe observes: a bucket, a volume, a database, or the records of a ledger or table."""

from __future__ import annotations

from typing import Annotated

from msgspec import UNSET, Meta, UnsetType

from limen.analysis.kinds.common import Part


class SealFacts(Part, frozen=True, kw_only=True):
    """How a medium is encrypted."""

    algorithm: Annotated[
        str | UnsetType,
        Meta(
            description="What new data is sealed with: AES-256-GCM, AES-256-XTS, AES-256 (the mode is not told), "
            "none, or other; absent if unseen."
        ),
    ] = UNSET
    effective: Annotated[
        str | UnsetType,
        Meta(
            description="What an object that the probe wrote was sealed with: AES-256-GCM, none, or other; absent "
            "where it wrote none."
        ),
    ] = UNSET
    key: Annotated[
        str | UnsetType,
        Meta(
            description="Name of the declared key that seals it; else the id that the store tells, or provider where "
            "it is a key of the provider's own; absent if unseen."
        ),
    ] = UNSET


class OpenFacts(Part, frozen=True, kw_only=True):
    """Whom a bucket lets in."""

    block: Annotated[
        str | UnsetType,
        Meta(description="Block of public access: all, some, none, or unsupported by the store; absent if unseen."),
    ] = UNSET
    policy: Annotated[
        bool | UnsetType, Meta(description="Whether the bucket's policy lets anyone in; absent if unseen.")
    ] = UNSET
    acl: Annotated[
        bool | UnsetType,
        Meta(description="Whether the bucket's access control list lets anyone in; absent if unseen."),
    ] = UNSET
    anonymous: Annotated[
        bool | UnsetType,
        Meta(description="Whether a request without any credential could list it; absent if not tried."),
    ] = UNSET


class LockFacts(Part, frozen=True, kw_only=True):
    """What each new version of an object is protected by."""

    mode: Annotated[
        str | UnsetType, Meta(description="Object lock by default: compliance, governance, or none; absent if unseen.")
    ] = UNSET
    retention: Annotated[
        int | UnsetType,
        Meta(description="Seconds that a new version is locked by default, 0 without; absent if unseen."),
    ] = UNSET


class LifecycleFacts(Part, frozen=True, kw_only=True):
    """What a store takes away by itself."""

    expiries: Annotated[
        tuple[int, ...] | UnsetType,
        Meta(
            description="Seconds after which each rule takes objects or versions away, 0 for a fixed date, sorted; "
            "empty where none does; absent if unseen."
        ),
    ] = UNSET


class TrialFacts(Part, frozen=True, kw_only=True):
    """What could be done to a version that the probe wrote below its test prefix, and locked for seconds.

    A refusal counts only where the same was allowed once the lock was over: else it may be for want of permission.
    """

    delete: Annotated[
        str | UnsetType, Meta(description="Deleting the locked version: refused or allowed; absent if unproven.")
    ] = UNSET
    bypass: Annotated[
        str | UnsetType,
        Meta(description="Deleting it as one who may bypass governance: refused or allowed; absent if unproven."),
    ] = UNSET
    shorten: Annotated[
        str | UnsetType, Meta(description="Shortening its retention: refused or allowed; absent if unproven.")
    ] = UNSET
    hold: Annotated[
        str | UnsetType, Meta(description="Deleting it under a legal hold: refused or allowed; absent if unproven.")
    ] = UNSET


class RecordFacts(Part, frozen=True, kw_only=True):
    """The age of records, and what was deleted of them."""

    count: Annotated[int, Meta(description="Records that are there.")]
    oldest_at: Annotated[
        int | UnsetType, Meta(description="Time of the oldest record: seconds since 1970; absent where there is none.")
    ] = UNSET
    gap: Annotated[
        int | UnsetType,
        Meta(
            description="Seconds by which the oldest record is younger than the duty to keep, or the day on which "
            "recording began, asks for; absent if that day is not known and it matters."
        ),
    ] = UNSET
    missing: Annotated[
        int | UnsetType, Meta(description="Numbers missing within the sequence of records; absent without a sequence.")
    ] = UNSET
    deletions: Annotated[
        int | UnsetType, Meta(description="Records whose deletion is recorded; absent if it is not known where.")
    ] = UNSET
    unexplained: Annotated[
        int | UnsetType, Meta(description="Missing numbers beyond the recorded deletions; absent if unseen.")
    ] = UNSET
    early: Annotated[
        int | UnsetType, Meta(description="Recorded deletions before the duty to keep was over; absent if unseen.")
    ] = UNSET
    unapproved: Annotated[
        int | UnsetType,
        Meta(description="Recorded deletions with fewer approvers than declared; absent if unseen."),
    ] = UNSET


class StorageFacts(Part, frozen=True, kw_only=True):
    """A place where data rests, as its API shows it."""

    form: Annotated[str, Meta(description="bucket, volume, database or records.")]
    duty: Annotated[
        int,
        Meta(
            description="Seconds for which the declaration, when it was asked, had what lies here kept: the longest "
            "of its ledgers' tiers and its items' retention; 0 where it says nothing."
        ),
    ] = 0
    write_once: Annotated[
        bool, Meta(description="Whether the declaration, when it was asked, had a tier here written once.")
    ] = False
    tried: Annotated[bool, Meta(description="Whether the probe was told to try its lock on objects of its own.")] = (
        False
    )
    tls_only: Annotated[
        bool | UnsetType,
        Meta(description="Whether the bucket's policy refuses every request without TLS; absent if unseen."),
    ] = UNSET
    versioning: Annotated[
        str | UnsetType, Meta(description="Versions of objects: on, suspended or off; absent if unseen.")
    ] = UNSET
    seal: Annotated[SealFacts, Meta(description="How the medium is encrypted.")] = SealFacts()
    open: Annotated[OpenFacts, Meta(description="Whom a bucket lets in.")] = OpenFacts()
    lock: Annotated[LockFacts, Meta(description="What each new version is protected by.")] = LockFacts()
    lifecycle: Annotated[LifecycleFacts, Meta(description="What the store takes away by itself.")] = LifecycleFacts()
    trial: Annotated[TrialFacts, Meta(description="What could be done to a locked version.")] = TrialFacts()
    records: Annotated[RecordFacts | UnsetType, Meta(description="Records; absent for any other form.")] = UNSET
