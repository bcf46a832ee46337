"""The input of rules on flows."""

from __future__ import annotations

from typing import Annotated

from msgspec import UNSET, Meta, UnsetType

from limen.analysis.kinds.common import LabelPart, Part, TransitPart


class AuthenticationPart(Part, frozen=True, kw_only=True):
    """How the caller proves who it is."""

    method: Annotated[str, Meta(description="mtls, oidc, spiffe, signed-request, password, none, or undeclared.")]
    credential_lifetime: Annotated[int | UnsetType, Meta(description="Seconds that a credential is good for.")] = UNSET


class AuthorisationPart(Part, frozen=True, kw_only=True):
    """What the caller must be allowed to do."""

    roles: Annotated[int, Meta(description="Number of roles that may use the flow; 0 where none is declared.")]
    permission: Annotated[bool, Meta(description="Whether a permission is asked for.")]
    unknown_roles: Annotated[int, Meta(description="Roles named that `roles` does not define.")]
    granting_roles: Annotated[int, Meta(description="Roles of the flow that grant the permission asked for.")]
    caller_roles: Annotated[int, Meta(description="Roles of the flow that the calling component acts in.")]
    workload_roles: Annotated[int, Meta(description="Roles of the flow that only workloads may hold.")]
    wildcard: Annotated[bool, Meta(description="Whether the permission, or the grant that matches it, has a '*'.")]
    network_location: Annotated[bool, Meta(description="Whether an address serves as authorisation.")]


class EntryPart(Part, frozen=True, kw_only=True):
    """A zone that the flow enters on its way."""

    ref: Annotated[int, Meta(description="Index of the zone among the subject's peers.")]
    trust: Annotated[int, Meta(description="Trust of the zone entered.")]
    callers_declared: Annotated[bool, Meta(description="Whether the zone says who may call.")]
    callers_matched: Annotated[int, Meta(description="Number of its callers entries that the source matches.")]


class AuditPart(Part, frozen=True, kw_only=True):
    """Where the crossing is recorded."""

    ledger: Annotated[str, Meta(description="declared, undeclared, or unknown (names no ledger of `ledgers`).")]
    reachable: Annotated[
        bool,
        Meta(description="Whether every recording end keeps the ledger, or has a flow to the component that keeps it."),
    ]
    by: Annotated[str, Meta(description="from, to, both, or undeclared.")]
    redacts: Annotated[bool, Meta(description="Whether identifiers stay out of the entry; false where undeclared.")] = (
        False
    )
    silent_end: Annotated[
        bool, Meta(description="Whether an end does not record although it could write to that ledger.")
    ]
    own_ledger: Annotated[
        bool, Meta(description="Whether the flow goes into a ledger's own component: it records itself.")
    ]


class HopPart(Part, frozen=True, kw_only=True):
    """A hop on the way."""

    ref: Annotated[int, Meta(description="Index of the hop's component among the subject's peers.")]
    tls: Annotated[str, Meta(description="terminate or passthrough.")]
    reestablishes: Annotated[
        bool, Meta(description="Whether TLS is declared to be opened again towards the target; false where undeclared.")
    ]


class FallbackPart(Part, frozen=True, kw_only=True):
    """How the flow compares with the one that it replaces."""

    known: Annotated[bool, Meta(description="Whether the primary flow is declared.")]
    weaker: Annotated[
        tuple[str, ...], Meta(description="Paths of effective values that are weaker than the primary's, sorted.")
    ]


class NecessityPart(Part, frozen=True, kw_only=True):
    """Minimum necessary (45 CFR 164.502(b))."""

    purpose: Annotated[bool, Meta(description="Whether a purpose is stated.")]
    identifying_items: Annotated[int, Meta(description="Items moved that have identifiers or sensitive fields.")]
    needs_declared: Annotated[bool, Meta(description="Whether a role of the flow says which fields it needs.")]
    fields_beyond: Annotated[
        int, Meta(description="Fields moved that no role of the flow needs, where needs are declared.")
    ]


class FlowSubject(Part, frozen=True, kw_only=True):
    """A flow between two components."""

    crossing: Annotated[bool, Meta(description="Whether its ends lie in different zones or tenants.")]
    crosses_zones: Annotated[int, Meta(description="Number of zone borders crossed.")]
    crosses_tenants: Annotated[bool, Meta(description="Whether its ends belong to different tenants, or one to none.")]
    transfer: Annotated[bool, Meta(description="Whether a transfer runs over it.")]
    least_trust: Annotated[int, Meta(description="The lower trust of its ends' zones.")]
    greatest_trust: Annotated[int, Meta(description="The higher trust of its ends' zones.")]
    trust_change: Annotated[int, Meta(description="Trust of the target's zone minus that of the source's.")]
    tenant_end: Annotated[bool, Meta(description="Whether an end belongs to a tenant.")]
    moves: Annotated[int, Meta(description="Items that it moves either way, assumed ones too.")]
    carriage_declared: Annotated[bool, Meta(description="Whether it says what it carries.")]
    returns_declared: Annotated[bool, Meta(description="Whether it says what it returns, or its protocol is one-way.")]
    storage: Annotated[bool, Meta(description="Whether it is a backup, snapshot or replica.")]
    label: Annotated[
        LabelPart, Meta(description="Join of the labels of what it moves; the top where one has no label.")
    ]
    unlabelled: Annotated[int, Meta(description="Items moved that have no label.")]
    key_material: Annotated[bool, Meta(description="Whether it moves key material.")]
    in_transit: Annotated[TransitPart, Meta(description="Effective protection in transit.")]
    authn: Annotated[AuthenticationPart, Meta(description="How the caller proves who it is.")]
    authz: Annotated[AuthorisationPart, Meta(description="What the caller must be allowed to do.")]
    entered: Annotated[tuple[EntryPart, ...], Meta(description="Zones entered, in order.")]
    audit: Annotated[AuditPart, Meta(description="Where it is recorded.")]
    via: Annotated[tuple[HopPart, ...], Meta(description="Hops on the way.")]
    field_encryption: Annotated[
        bool, Meta(description="Whether it declares that fields of an item are encrypted one by one.")
    ]
    uncovered_fields: Annotated[
        int,
        Meta(
            description="Sensitive fields that field encryption leaves out and no envelope covers; all "
            "fields count where none is sensitive."
        ),
    ]
    necessity: Annotated[NecessityPart, Meta(description="Minimum necessary.")]
    uneven: Annotated[
        tuple[str, ...],
        Meta(
            description="Paths in which it is protected less than a flow that moves the same items between the same "
            "zones, or goes another way, sorted."
        ),
    ]
    replaces: Annotated[bool, Meta(description="Whether it replaces another flow that fails.")]
    fallback: Annotated[FallbackPart | UnsetType, Meta(description="Present where it replaces another flow.")] = UNSET
