"""The inputs of rules on tenants."""

from __future__ import annotations

from typing import Annotated

from msgspec import UNSET, Meta, UnsetType

from limen.analysis.kinds.common import Part


class BindingPart(Part, frozen=True, kw_only=True):
    """How a tenant's id is made and where it travels."""

    declared: Annotated[bool, Meta(description="Whether a binding is declared.")]
    algorithm: Annotated[str | UnsetType, Meta(description="HMAC-SHA-256, HMAC-SHA-512, SHA-256 or none.")] = UNSET
    key: Annotated[bool, Meta(description="Whether a key of `keys` is named.")]
    inputs: Annotated[tuple[str, ...], Meta(description="Attributes that the id is made from, sorted.")]
    undeclared_inputs: Annotated[int, Meta(description="Inputs that the tenant does not give a value for.")]
    unbound: Annotated[
        tuple[str, ...],
        Meta(description="Registrations and the facility that are given and that the id is not made from, sorted."),
    ]
    carried_in: Annotated[tuple[str, ...], Meta(description="header, row, signature; sorted.")]


class TenantSubject(Part, frozen=True, kw_only=True):
    """A tenant."""

    components: Annotated[int, Meta(description="Components that belong to it.")]
    binding: Annotated[BindingPart, Meta(description="How its id is made and where it travels.")]
    same_binding_values: Annotated[int, Meta(description="Other tenants with equal values of all binding inputs.")]
    dea_number: Annotated[bool, Meta(description="Whether a DEA number is given.")]
    dea_number_checks: Annotated[
        bool | UnsetType, Meta(description="Whether its check digit is right; absent without one.")
    ] = UNSET
    npi_checks: Annotated[
        bool | UnsetType, Meta(description="Whether the NPI's check digit is right; absent without one.")
    ] = UNSET
    same_registrations: Annotated[
        int, Meta(description="Other tenants with the same DEA number, NPI, GLN or facility.")
    ]
    kind_fits: Annotated[
        bool, Meta(description="Whether a tenant of its kind can have the registrations that it gives.")
    ]
    jurisdictions: Annotated[int, Meta(description="Jurisdictions named.")]
    misnamed_jurisdictions: Annotated[
        int, Meta(description="Of those, the ones that ISO 3166 does not know, or whose country is not named.")
    ]
    state_missing: Annotated[bool, Meta(description="Whether the US are named and none of their states.")]


class TenantPairSubject(Part, frozen=True, kw_only=True):
    """Two tenants."""

    shared_keys: Annotated[int, Meta(description="Keys that components of both use.")]
    shared_stores: Annotated[int, Meta(description="Components that can store both tenants' instances.")]
    unforced_stores: Annotated[
        int,
        Meta(description="Of those, how many lack forced row-level security, a tenant predicate or tenants' own keys."),
    ]
    foreign_arrivals: Annotated[int, Meta(description="Items of one that can arrive at the other outside a transfer.")]
    transfers: Annotated[int, Meta(description="Transfers between the two.")]
