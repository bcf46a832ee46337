"""What the ledger probe observes of a ledger's records; never what they say."""

from __future__ import annotations

from typing import Annotated

from msgspec import UNSET, Meta, UnsetType

from limen.analysis.kinds.common import Part


class FaultsPart(Part, frozen=True, kw_only=True):
    """What is wrong with records in one respect, and where the first of them is."""

    faults: Annotated[
        int | UnsetType,
        Meta(description="Records with a fault; absent where none was found and not every record could be judged."),
    ] = UNSET
    record: Annotated[int, Meta(description="Number of the first of them, from 1; 0 where there is none.")] = 0
    offset: Annotated[int, Meta(description="Byte at which it starts, from 0, in the text without compression.")] = 0
    kind: Annotated[
        str,
        Meta(
            description="edited, unlinked, duplicate, fork, missing, unreadable, too_long, half, not_canonical, gap, "
            "repeated, backwards, clock_back, clock_unreadable, other_tenant, unknown_key, or none."
        ),
    ] = "none"
    expected: Annotated[
        str, Meta(description="Hash, number or time that should be there; `not shown` where none is told.")
    ] = "not shown"
    found: Annotated[str, Meta(description="Hash, number or time that is there; `not shown` where none is told.")] = (
        "not shown"
    )


class TenantPart(FaultsPart, frozen=True, kw_only=True):
    """Whose records they are."""

    required: Annotated[bool, Meta(description="Whether all records must be of one tenant.")]


class AnchorsPart(Part, frozen=True, kw_only=True):
    """The anchors that were read, held against the records."""

    count: Annotated[int | UnsetType, Meta(description="Anchors of this ledger; absent where none were read.")] = UNSET
    missing: Annotated[
        int | UnsetType, Meta(description="Records that an anchor counted and that are gone; absent without anchors.")
    ] = UNSET
    differing: Annotated[
        int | UnsetType, Meta(description="Anchors to whose head the records do not lead; absent without anchors.")
    ] = UNSET
    compared: Annotated[
        int, Meta(description="Segments of the text that were held against an anchor's digests; 0 where none were.")
    ] = 0
    changed: Annotated[int, Meta(description="Segments among them that differ.")] = 0
    changed_at: Annotated[
        int | UnsetType, Meta(description="First byte of the first segment that differs; absent where none does.")
    ] = UNSET
    covered: Annotated[int | UnsetType, Meta(description="Records up to the newest anchor.")] = UNSET
    newest_at: Annotated[int | UnsetType, Meta(description="When it was made: seconds since 1970.")] = UNSET
    longest_gap: Annotated[
        int | UnsetType, Meta(description="Seconds of the longest time without an anchor, up to the observation.")
    ] = UNSET
    witnessed: Annotated[
        bool | UnsetType,
        Meta(description="Whether each is signed by who keeps it; absent where nobody's key was given to check it."),
    ] = UNSET


class TierPart(Part, frozen=True, kw_only=True):
    """One stage of storage, as its files show it."""

    name: Annotated[str, Meta(description="The tier's name.")]
    oldest: Annotated[
        int | UnsetType, Meta(description="Seconds that its oldest record was old when it was observed.")
    ] = UNSET
    compressed: Annotated[bool | UnsetType, Meta(description="Whether it is compressed, by its first bytes.")] = UNSET
    encrypted: Annotated[
        bool | UnsetType, Meta(description="Whether it is encrypted; absent where its first bytes do not tell.")
    ] = UNSET


class LedgerFacts(Part, frozen=True, kw_only=True):
    """A ledger as its records show it."""

    store: Annotated[str, Meta(description="jsonl, sqlite or postgresql.")]
    compression: Annotated[str | UnsetType, Meta(description="none, gzip or zstd; absent for databases.")] = UNSET
    format: Annotated[str, Meta(description="limen-v1 or foreign.")]
    algorithm: Annotated[
        str | UnsetType,
        Meta(
            description="HMAC-SHA-256, HMAC-SHA-512, SHA-256 or SHA-512, the weakest that a record is bound by; absent "
            "without records."
        ),
    ] = UNSET
    linked: Annotated[bool, Meta(description="Whether a record's hash is also over that of the record before.")]
    unambiguous: Annotated[bool, Meta(description="Whether no two different records share the bytes that are hashed.")]
    records: Annotated[int, Meta(description="Records that were read, from the first to the last.")]
    base: Annotated[
        int | UnsetType,
        Meta(
            description="Records before the first one, which were moved or lawfully deleted as the ledger's witness "
            "signed; absent where it begins with record 1."
        ),
    ] = UNSET
    bytes: Annotated[int, Meta(description="Bytes of their text without compression.")]
    strict: Annotated[bool, Meta(description="Whether each record was also held against its canonical text.")]
    chain: Annotated[FaultsPart, Meta(description="Whether each record is unchanged and follows the one before.")]
    sequence: Annotated[FaultsPart, Meta(description="Whether numbers count on one by one.")]
    clock: Annotated[FaultsPart, Meta(description="Whether times never run back.")]
    newest_at: Annotated[int | UnsetType, Meta(description="Time of the last record: seconds since 1970.")] = UNSET
    tenant: Annotated[TenantPart, Meta(description="Whose records they are.")]
    key: Annotated[FaultsPart, Meta(description="Whether the keys that records name are known.")]
    anchors: Annotated[AnchorsPart, Meta(description="The anchors, held against the records.")]
    append_only: Annotated[
        bool | UnsetType,
        Meta(description="Whether every earlier head that was kept is found again; absent where none was kept."),
    ] = UNSET
    tiers: Annotated[tuple[TierPart, ...], Meta(description="Stages of storage whose files were looked at.")] = ()
