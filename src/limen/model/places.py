"""Zones and the components that live in them."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import UNSET, Meta, UnsetType, field

from limen.model.data import Clearance
from limen.model.posture import AtRest, Posture, Processing
from limen.model.scalars import Entity, Identifier, ItemReference, PartyReference, Text

ComponentKind = Literal["service", "gateway", "broker", "datastore", "ledger", "secret-store", "partner"]


class Zone(Entity, frozen=True, kw_only=True):
    """Components that share security requirements and a trust level (IEC 62443-3-2)."""

    title: Annotated[Text | UnsetType, Meta(description="What it is, for people.")] = UNSET
    trust: Annotated[int, Meta(ge=0, le=100, description="Trust level; 0 is not trusted at all.")]
    within: Annotated[
        Identifier | UnsetType, Meta(description="The zone around this one; gives neither clearance nor posture.")
    ] = UNSET
    clearance: Annotated[
        Clearance | UnsetType, Meta(description="Highest label held in plaintext here; without it, the bottom.")
    ] = UNSET
    callers: Annotated[
        tuple[PartyReference, ...] | UnsetType, Meta(description="Who may open a flow into this zone.")
    ] = UNSET
    rate_limited: Annotated[bool | UnsetType, Meta(description="Whether callers are rate limited.")] = UNSET
    segment: Annotated[Identifier | UnsetType, Meta(description="Network segment.")] = UNSET
    posture: Annotated[Posture | UnsetType, Meta(description="Defaults for all that is in this zone.")] = UNSET


class Produces(Entity, frozen=True, kw_only=True):
    """A new item made here from others that are in plaintext here; the only way to lower a label."""

    data: Annotated[Identifier, Meta(description="The item that is made.")]
    sources: Annotated[tuple[Identifier, ...], Meta(min_length=1, description="The items that it is made from.")] = (
        field(name="from")
    )
    how: Annotated[
        Literal["tokenise", "redact", "aggregate", "encrypt", "derive", "sign", "reverse"] | UnsetType,
        Meta(description="The transformation; tokenise, redact and aggregate declassify."),
    ] = UNSET
    key: Annotated[Identifier | UnsetType, Meta(description="The key of the transformation.")] = UNSET
    approved_by: Annotated[Identifier | UnsetType, Meta(description="Who approved the declassification.")] = UNSET
    reverses: Annotated[bool, Meta(description="True where tokens are turned back into their source item.")] = False


class Ingress(Entity, frozen=True, kw_only=True):
    """What an entry point does with what comes in."""

    classifies: Annotated[tuple[Identifier, ...], Meta(description="Items that get their label here.")] = ()
    validates: Annotated[
        tuple[Identifier, ...], Meta(description="Items checked against a schema; raises integrity.")
    ] = ()
    canonicalises: Annotated[
        tuple[Identifier, ...], Meta(description="Identifiers brought into canonical form: ndc, gtin, dea, npi.")
    ] = ()
    refuses: Annotated[
        tuple[Literal["unregistered", "discontinued"], ...], Meta(description="Products that are refused.")
    ] = ()
    quarantine: Annotated[Identifier | UnsetType, Meta(description="The component that takes what failed.")] = UNSET


class Isolation(Entity, frozen=True, kw_only=True):
    """How a shared store keeps tenants apart."""

    row_level_security: Annotated[
        Literal["forced", "enabled", "off"] | UnsetType, Meta(description="Forced binds the table's owner too.")
    ] = UNSET
    tenant_predicate: Annotated[
        Literal["proxy", "database", "application", "none"] | UnsetType,
        Meta(description="Where the tenant condition is added to each query."),
    ] = UNSET
    tenant_keys: Annotated[
        bool | UnsetType, Meta(description="Whether each tenant's rows are sealed by that tenant's own key.")
    ] = UNSET


class Component(Entity, frozen=True, kw_only=True):
    """A service, gateway, broker, datastore, ledger, secret store or partner; lives in one zone."""

    zone: Annotated[Identifier, Meta(description="The zone that it lives in.")]
    kind: Annotated[ComponentKind, Meta(description="What it is; no rule decides by it.")]
    title: Annotated[Text | UnsetType, Meta(description="What it is, for people.")] = UNSET
    tenant: Annotated[Identifier | UnsetType, Meta(description="The tenant that it belongs to.")] = UNSET
    clearance: Annotated[Clearance | UnsetType, Meta(description="Replaces the zone's clearance; needs a basis.")] = (
        UNSET
    )
    originates: Annotated[tuple[ItemReference, ...], Meta(description="Items that start here, in plaintext.")] = ()
    independent: Annotated[
        dict[Identifier, Text],
        Meta(description="Items originated here that owe nothing to what is held here, and why."),
    ] = {}
    stores: Annotated[tuple[ItemReference, ...], Meta(description="Items kept here; they start here too.")] = ()
    produces: Annotated[tuple[Produces, ...], Meta(description="Items made here from others.")] = ()
    identity: Annotated[
        Annotated[str, Meta(max_length=256, pattern=r"^[!-~]+$(?!\n)")] | UnsetType,
        Meta(description="Workload identity, such as a SPIFFE id; one workload, one identity."),
    ] = UNSET
    roles: Annotated[tuple[Identifier, ...], Meta(description="Roles that the component acts in.")] = ()
    opens_with: Annotated[tuple[Identifier, ...], Meta(description="Keys that it can open (decrypt) with.")] = ()
    seals_with: Annotated[tuple[Identifier, ...], Meta(description="Keys that it can seal (encrypt) with.")] = ()
    signs_with: Annotated[tuple[Identifier, ...], Meta(description="Keys that it signs with.")] = ()
    verifies_with: Annotated[tuple[Identifier, ...], Meta(description="Keys whose signatures it checks.")] = ()
    ingress: Annotated[Ingress | UnsetType, Meta(description="What it does with what comes in.")] = UNSET
    at_rest: Annotated[AtRest | UnsetType, Meta(description="Protection of its medium; wins over the zone's.")] = UNSET
    processing: Annotated[
        Processing | UnsetType, Meta(description="Protection in processing; wins over the zone's.")
    ] = UNSET
    partitions_by: Annotated[
        Identifier | UnsetType, Meta(description="The field that keeps tenants' records apart, such as tenant_id.")
    ] = UNSET
    isolation: Annotated[Isolation | UnsetType, Meta(description="How tenants are kept apart in it.")] = UNSET
