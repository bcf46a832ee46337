"""Ledgers: append-only, chained, anchored records of what happened."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import UNSET, Meta, UnsetType

from limen.model.scalars import Duration, Entity, Identifier, Text


class Chain(Entity, frozen=True, kw_only=True):
    """How entries are bound to one another."""

    algorithm: Annotated[Literal["HMAC-SHA-256", "SHA-256", "none"], Meta(description="Hash of each link.")]
    key: Annotated[Identifier | UnsetType, Meta(description="The key of an HMAC chain.")] = UNSET
    format: Annotated[Literal["limen-v1", "foreign"] | UnsetType, Meta(description="How a link is encoded.")] = UNSET


class Anchors(Entity, frozen=True, kw_only=True):
    """Heads and lengths given to somebody else, so that a cut tail is seen."""

    every: Annotated[Duration, Meta(description="How often.")]
    to: Annotated[Identifier, Meta(description="The component that keeps them.")]


class Tier(Entity, frozen=True, kw_only=True):
    """A stage in the life of an entry."""

    name: Annotated[Identifier, Meta(description="Such as hot, warm, cold.")]
    until: Annotated[Duration, Meta(description="Age at which an entry leaves this tier.")]
    worm: Annotated[bool, Meta(description="Written once, read many.")] = False
    compressed: Annotated[bool, Meta(description="Whether entries are compressed.")] = False
    encrypted: Annotated[bool, Meta(description="Whether entries are encrypted.")] = False
    proof_of_existence: Annotated[
        Literal["rfc3161", "none"] | UnsetType, Meta(description="Trusted time of the tier.")
    ] = UNSET


class Deletion(Entity, frozen=True, kw_only=True):
    """Who may delete, and whether that is recorded."""

    approvers: Annotated[tuple[Identifier, ...], Meta(description="Functions that must approve together.")]
    logged: Annotated[bool | UnsetType, Meta(description="Whether deletions are recorded in the ledger.")] = UNSET


class Clock(Entity, frozen=True, kw_only=True):
    """Where the time in entries comes from (NIST SP 800-53 AU-8)."""

    source: Annotated[Literal["ntp", "nts", "ptp", "gps", "local"] | UnsetType, Meta(description="The source.")] = UNSET
    max_skew: Annotated[Duration | UnsetType, Meta(description="Largest deviation allowed.")] = UNSET


class Ledger(Entity, frozen=True, kw_only=True):
    """One ledger, kept by one component."""

    title: Annotated[Text | UnsetType, Meta(description="What it records, for people.")] = UNSET
    component: Annotated[Identifier, Meta(description="The component that keeps it.")]
    records: Annotated[
        tuple[Literal["actor", "action", "record", "time", "tenant", "purpose", "permission", "outcome"], ...],
        Meta(description="What each entry says."),
    ] = ()
    chain: Annotated[Chain | UnsetType, Meta(description="How entries are bound to one another.")] = UNSET
    anchors: Annotated[Anchors | UnsetType, Meta(description="Heads given to a witness.")] = UNSET
    append_only: Annotated[bool | UnsetType, Meta(description="Whether entries can be changed.")] = UNSET
    verify_on_read: Annotated[bool | UnsetType, Meta(description="Whether the chain is checked at each read.")] = UNSET
    tiers: Annotated[tuple[Tier, ...], Meta(description="Stages of storage, youngest first.")] = ()
    legal_hold: Annotated[
        Literal["supported", "unsupported"] | UnsetType, Meta(description="Whether deletion can be stopped.")
    ] = UNSET
    deletion: Annotated[Deletion | UnsetType, Meta(description="Who may delete.")] = UNSET
    clock: Annotated[Clock | UnsetType, Meta(description="Where the time comes from.")] = UNSET
