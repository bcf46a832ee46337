"""Flows: declared, directed movements of data between two components."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import UNSET, Meta, UnsetType, field

from limen.model.posture import InTransit
from limen.model.scalars import Duration, Entity, Identifier, ItemReference, Permission, Text


class Via(Entity, frozen=True, kw_only=True):
    """A hop between the two ends, such as a proxy or a load balancer."""

    component: Annotated[Identifier, Meta(description="The component that the flow passes through.")]
    tls: Annotated[
        Literal["terminate", "passthrough"],
        Meta(description="terminate: the hop sees what TLS protected; passthrough: it does not."),
    ]
    reestablishes: Annotated[
        bool | UnsetType, Meta(description="Whether a terminating hop opens TLS again towards the target.")
    ] = UNSET


class Credential(Entity, frozen=True, kw_only=True):
    """What the caller shows."""

    lifetime: Annotated[Duration | UnsetType, Meta(description="How long one credential is good for.")] = UNSET


class Authentication(Entity, frozen=True, kw_only=True):
    """How the caller proves who it is."""

    method: Annotated[
        Literal["mtls", "oidc", "spiffe", "signed-request", "password", "none"], Meta(description="The method.")
    ]
    credential: Annotated[Credential | UnsetType, Meta(description="What is shown.")] = UNSET


class Authorisation(Entity, frozen=True, kw_only=True):
    """What the caller must be allowed to do."""

    roles: Annotated[tuple[Identifier, ...], Meta(description="Roles that may use the flow.")] = ()
    permission: Annotated[Permission | UnsetType, Meta(description="The permission that is asked for.")] = UNSET
    network_location: Annotated[
        bool, Meta(description="True where an address or segment serves as authorisation, which is a finding.")
    ] = False


class FieldEncryption(Entity, frozen=True, kw_only=True):
    """Fields of a record that are encrypted one by one."""

    key: Annotated[Identifier, Meta(description="The key that seals the fields.")]
    fields: Annotated[tuple[Identifier, ...], Meta(min_length=1, description="The fields that are sealed.")]


class Layer(Entity, frozen=True, kw_only=True):
    """One layer of protection of an item on the wire; exactly one of its fields is given."""

    sealed: Annotated[Identifier | UnsetType, Meta(description="The key of an envelope around the item.")] = UNSET
    signed: Annotated[Identifier | UnsetType, Meta(description="The key of a signature over the item.")] = UNSET
    field_encrypted: Annotated[FieldEncryption | UnsetType, Meta(description="Fields encrypted one by one.")] = UNSET

    def __post_init__(self) -> None:
        """Refuse a layer with none or several of its fields; raises ValueError."""
        if sum(value is not UNSET for value in (self.sealed, self.signed, self.field_encrypted)) != 1:
            raise ValueError("a layer is exactly one of sealed, signed, field_encrypted")


class Audit(Entity, frozen=True, kw_only=True):
    """Where the crossing is recorded."""

    ledger: Annotated[Identifier, Meta(description="The ledger of `ledgers` that gets the entry.")]
    by: Annotated[Literal["from", "to", "both"], Meta(description="The end that records.")] = "to"
    redacts: Annotated[bool | UnsetType, Meta(description="Whether identifiers are kept out of the entry.")] = UNSET


class Flow(Entity, frozen=True, kw_only=True):
    """A declared, directed movement of data between two components."""

    id: Annotated[Identifier, Meta(description="The flow's name, unique in the declaration.")]
    source: Annotated[Identifier, Meta(description="The component that opens the flow.")] = field(name="from")
    target: Annotated[Identifier, Meta(description="The component that it goes to.")] = field(name="to")
    title: Annotated[Text | UnsetType, Meta(description="What it is, for people.")] = UNSET
    carries: Annotated[
        tuple[ItemReference, ...] | UnsetType,
        Meta(description="Items from -> to; without it everything that the source holds is assumed to move."),
    ] = UNSET
    returns: Annotated[
        tuple[ItemReference, ...] | UnsetType,
        Meta(description="Items to -> from; required, perhaps empty, unless the protocol is one-way."),
    ] = UNSET
    of: Annotated[
        Literal["storage"] | UnsetType,
        Meta(description="storage: a backup, snapshot or replica; items move sealed by the store's key."),
    ] = UNSET
    tenant: Annotated[
        Identifier | UnsetType, Meta(description="The tenant whose instances move; default: its ends' tenant.")
    ] = UNSET
    via: Annotated[tuple[Via, ...], Meta(description="Hops between the ends, in order.")] = ()
    in_transit: Annotated[InTransit | UnsetType, Meta(description="Transport protection; wins over the zones'.")] = (
        UNSET
    )
    authn: Annotated[Authentication | UnsetType, Meta(description="How the caller proves who it is.")] = UNSET
    authz: Annotated[Authorisation | UnsetType, Meta(description="What the caller must be allowed to do.")] = UNSET
    protection: Annotated[
        dict[ItemReference, tuple[Layer, ...]], Meta(description="Layers around each item, outermost first.")
    ] = {}
    fields: Annotated[
        dict[Identifier, Annotated[tuple[Identifier, ...], Meta(min_length=1)]],
        Meta(description="Fields of an item that move; default: all."),
    ] = {}
    audit: Annotated[Audit | UnsetType, Meta(description="Where the crossing is recorded.")] = UNSET
    purpose: Annotated[Text | UnsetType, Meta(description="Why data moves; judged as minimum necessary.")] = UNSET
    fallback_for: Annotated[
        Identifier | UnsetType, Meta(description="The flow that this one replaces when it fails; may be no weaker.")
    ] = UNSET
