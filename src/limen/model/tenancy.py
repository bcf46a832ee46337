"""Tenants and the only lawful way between them."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import UNSET, Meta, UnsetType

from limen.model.scalars import Duration, Entity, Identifier, Text


class Binding(Entity, frozen=True, kw_only=True):
    """How the tenant's id is made and where it travels."""

    algorithm: Annotated[
        Literal["HMAC-SHA-256", "HMAC-SHA-512", "SHA-256", "none"] | UnsetType,
        Meta(description="How the id is derived."),
    ] = UNSET
    key: Annotated[Identifier | UnsetType, Meta(description="The master key of the derivation.")] = UNSET
    inputs: Annotated[
        tuple[Identifier, ...], Meta(description="Attributes that the id is made from; immutable ones only.")
    ] = ()
    carried_in: Annotated[
        tuple[Literal["header", "row", "signature"], ...], Meta(description="Where the id travels with the data.")
    ] = ()


class Tenant(Entity, frozen=True, kw_only=True):
    """A party whose data may not mix with another's."""

    title: Annotated[Text | UnsetType, Meta(description="Name, for people.")] = UNSET
    kind: Annotated[
        Literal["pharmacy", "site", "sponsor", "manufacturer", "distributor", "other"], Meta(description="What it is.")
    ]
    dea_number: Annotated[
        Annotated[str, Meta(max_length=9)] | UnsetType, Meta(description="DEA registration number.")
    ] = UNSET
    npi: Annotated[
        Annotated[str, Meta(max_length=10)] | UnsetType, Meta(description="National Provider Identifier.")
    ] = UNSET
    gln: Annotated[Annotated[str, Meta(max_length=13)] | UnsetType, Meta(description="GS1 Global Location Number.")] = (
        UNSET
    )
    facility: Annotated[Identifier | UnsetType, Meta(description="Facility id that never changes.")] = UNSET
    jurisdictions: Annotated[tuple[Identifier, ...], Meta(description="Such as US, US-IA.")] = ()
    binding: Annotated[Binding | UnsetType, Meta(description="How its id is made and carried.")] = UNSET


class Token(Entity, frozen=True, kw_only=True):
    """The token that authorises one transfer."""

    ephemeral: Annotated[bool | UnsetType, Meta(description="Expires when the transfer is reconciled.")] = UNSET
    single_use: Annotated[bool | UnsetType, Meta(description="Refused the second time.")] = UNSET


class Transfer(Entity, frozen=True, kw_only=True):
    """A lawful way between tenants, over one flow or several, perhaps through a hub."""

    id: Annotated[Identifier, Meta(description="The transfer's name.")]
    flows: Annotated[tuple[Identifier, ...], Meta(min_length=1, description="The flows that it runs over, in order.")]
    dual_signature: Annotated[bool | UnsetType, Meta(description="Both sender and receiver sign.")] = UNSET
    acknowledge_within: Annotated[Duration | UnsetType, Meta(description="The receiver's deadline.")] = UNSET
    token: Annotated[Token | UnsetType, Meta(description="The token that authorises it.")] = UNSET
    custody_log: Annotated[Identifier | UnsetType, Meta(description="The ledger that records custody.")] = UNSET
