"""The inputs of rules on ledgers and transfers."""

from __future__ import annotations

from typing import Annotated

from msgspec import UNSET, Meta, UnsetType

from limen.analysis.kinds.common import LabelPart, Part


class ChainPart(Part, frozen=True, kw_only=True):
    """How entries are bound to one another."""

    algorithm: Annotated[str, Meta(description="HMAC-SHA-256, SHA-256, none or undeclared.")]
    key: Annotated[bool, Meta(description="Whether a key is named.")]
    key_known: Annotated[bool, Meta(description="Whether that key is one of `keys`.")]
    format: Annotated[str, Meta(description="limen-v1, foreign, or undeclared.")] = "undeclared"
    key_beside: Annotated[
        bool | UnsetType, Meta(description="Whether the key lies in the ledger's own component; absent if unknown.")
    ] = UNSET


class AnchorPart(Part, frozen=True, kw_only=True):
    """Heads given to somebody else."""

    declared: Annotated[bool, Meta(description="Whether anchors are declared.")]
    every: Annotated[int | UnsetType, Meta(description="Seconds between anchors.")] = UNSET
    sent: Annotated[bool, Meta(description="Whether a flow goes from the ledger's component to the witness.")]
    elsewhere: Annotated[bool, Meta(description="Whether the witness is another component, in another zone or tenant.")]


class LedgerSubject(Part, frozen=True, kw_only=True):
    """A ledger."""

    chain: Annotated[ChainPart, Meta(description="How entries are bound to one another.")]
    anchors: Annotated[AnchorPart, Meta(description="Heads given to somebody else.")]
    probed: Annotated[bool, Meta(description="Whether a ledger probe is asked for it.")]
    append_only: Annotated[bool, Meta(description="Whether entries cannot be changed; false where undeclared.")] = False
    verify_on_read: Annotated[
        bool, Meta(description="Whether the chain is checked at each read; false where undeclared.")
    ] = False
    records: Annotated[tuple[str, ...], Meta(description="What each entry says, sorted.")]
    clock_source: Annotated[str, Meta(description="ntp, nts, ptp, gps, local, or undeclared.")]
    clock_max_skew: Annotated[int | UnsetType, Meta(description="Largest deviation, seconds.")] = UNSET
    tiers: Annotated[int, Meta(description="Number of tiers.")]
    tier_gaps: Annotated[int, Meta(description="Tiers that end no later than the one before.")]
    hot: Annotated[
        int | UnsetType, Meta(description="Seconds until an entry leaves the first tier; absent without tiers.")
    ] = UNSET
    open_approvers: Annotated[int, Meta(description="Approvers of deletion that are anyone at all.")]
    kept: Annotated[
        int | UnsetType, Meta(description="Seconds until an entry leaves the last tier; absent without tiers.")
    ] = UNSET
    later_tiers_without_worm: Annotated[int, Meta(description="Tiers after the first that can be overwritten.")]
    cold_unencrypted: Annotated[
        int, Meta(description="Tiers after the first that are compressed or last, and not encrypted.")
    ]
    cold_unproven: Annotated[bool, Meta(description="Whether the last of several tiers has no proof of existence.")]
    legal_hold: Annotated[str, Meta(description="supported, unsupported, or undeclared.")] = "undeclared"
    deletion_declared: Annotated[bool, Meta(description="Whether deletion is declared.")]
    deletion_approvers: Annotated[int, Meta(description="Functions that must approve a deletion.")]
    deletion_logged: Annotated[bool, Meta(description="Whether deletions are recorded; false where undeclared.")] = (
        False
    )
    used: Annotated[int, Meta(description="Flows that are recorded in it.")]
    logged_label: Annotated[
        LabelPart, Meta(description="Join of the labels of what recorded flows move; the bottom where nothing.")
    ]
    integrity: Annotated[
        int, Meta(description="Least integrity of what arrives at its component; trust of its zone where nothing does.")
    ]
    requires_integrity: Annotated[
        int, Meta(description="Greatest integrity that recorded or arriving items require; 0 where none requires any.")
    ]
    unredacted: Annotated[int, Meta(description="Recorded flows that move identifying items and do not redact.")]


class TransferSubject(Part, frozen=True, kw_only=True):
    """A lawful way between tenants."""

    flows: Annotated[int, Meta(description="Flows that it runs over.")]
    unknown_flows: Annotated[int, Meta(description="Flows that are not declared.")]
    connected: Annotated[bool, Meta(description="Whether each flow starts where the one before ended.")]
    tenants: Annotated[int, Meta(description="Distinct tenants at its two outer ends.")]
    dual_signature: Annotated[bool, Meta(description="Both sender and receiver sign; false where undeclared.")] = False
    acknowledge_within: Annotated[int | UnsetType, Meta(description="The receiver's deadline, seconds.")] = UNSET
    token_declared: Annotated[bool, Meta(description="Whether a token authorises it.")]
    token_ephemeral: Annotated[
        bool, Meta(description="Whether the token ends with reconciliation; false where undeclared.")
    ] = False
    token_single_use: Annotated[
        bool, Meta(description="Whether the token is refused the second time; false where undeclared.")
    ] = False
    custody_log: Annotated[str, Meta(description="declared, undeclared, or unknown (names no ledger of `ledgers`).")]
    custody_records_flows: Annotated[bool, Meta(description="Whether every flow of it is recorded in its custody log.")]
    unsigned_items: Annotated[
        int, Meta(description="Items that leave the sender over its first flow without a signature.")
    ]
