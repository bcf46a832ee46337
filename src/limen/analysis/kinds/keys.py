"""The input of rules on keys."""

from __future__ import annotations

from typing import Annotated

from msgspec import UNSET, Meta, UnsetType

from limen.analysis.kinds.common import Part


class ModulePart(Part, frozen=True, kw_only=True):
    """The cryptographic module that holds a key."""

    standard: Annotated[str, Meta(description="FIPS 140-3, FIPS 140-2 or none.")]
    level: Annotated[int | UnsetType, Meta(description="Security level, 1 to 4.")] = UNSET
    certificate: Annotated[bool, Meta(description="Whether a certificate number is given.")]


class KeySubject(Part, frozen=True, kw_only=True):
    """A key with all its versions."""

    custody: Annotated[str | UnsetType, Meta(description="kms, hsm, secret-store, application or configuration.")] = (
        UNSET
    )
    algorithm: Annotated[
        str | UnsetType,
        Meta(
            description="AES-256, AES-192, AES-128, 3DES, HMAC-SHA-256, HMAC-SHA-384, HMAC-SHA-512, HMAC-SHA-1, "
            "RSA-1024, RSA-2048, RSA-3072, RSA-4096, ECDSA-P-256, ECDSA-P-384, ECDSA-P-521, Ed25519, Ed448, X25519, "
            "ML-KEM-768, ML-KEM-1024, ML-DSA-44, ML-DSA-65, ML-DSA-87 or SLH-DSA-SHA2-128s."
        ),
    ] = UNSET
    purpose: Annotated[str | UnsetType, Meta(description="encrypt, sign, mac, wrap, derive or token.")] = UNSET
    environment: Annotated[str | UnsetType, Meta(description="production, staging, test or development.")] = UNSET
    rotates: Annotated[bool, Meta(description="Whether a rotation is declared.")]
    rotation: Annotated[int | UnsetType, Meta(description="Seconds between versions.")] = UNSET
    retains_old_versions: Annotated[
        bool, Meta(description="Whether old versions stay readable; false where undeclared.")
    ] = False
    origin: Annotated[str | UnsetType, Meta(description="hsm, software or imported.")] = UNSET
    module: Annotated[ModulePart | UnsetType, Meta(description="The module that holds it.")] = UNSET
    wrapped: Annotated[bool, Meta(description="Whether another key wraps it.")]
    wraps: Annotated[int, Meta(description="Keys that it wraps.")]
    seals_data: Annotated[int, Meta(description="Stores, flows and fields that it seals.")]
    uses: Annotated[
        tuple[str, ...], Meta(description="Distinct uses found: encrypt, sign, mac, wrap, token, derive; sorted.")
    ]
    foreign_uses: Annotated[
        tuple[str, ...], Meta(description="Of those, the ones that its purpose does not cover, sorted.")
    ]
    tenants: Annotated[int, Meta(description="Distinct tenants whose components or instances use it.")]
    tenant_bound: Annotated[bool, Meta(description="Whether it belongs to one tenant by declaration.")]
    environments: Annotated[
        int, Meta(description="Distinct environments: its own, and those of keys with the same provider and id.")
    ]
    same_material: Annotated[int, Meta(description="Other keys with the same provider and id.")]
    binds: Annotated[bool, Meta(description="Whether tenants' ids are derived with it.")]
    products: Annotated[int, Meta(description="Products of components that are made with it.")]
    named: Annotated[bool, Meta(description="Whether its provider, and its id there, are given.")]
    provider_agrees: Annotated[
        bool | UnsetType,
        Meta(description="Whether most keys that lie where it lies have its provider; absent where it is not known."),
    ] = UNSET
    holder_agrees: Annotated[
        bool | UnsetType,
        Meta(description="Whether most keys of its provider lie where it lies; absent where it is not known."),
    ] = UNSET
    probed: Annotated[
        bool, Meta(description="Whether a kms probe is asked for it, or for a key that it wraps, however deep.")
    ]
    held: Annotated[bool, Meta(description="Whether the component that holds the material is named.")]
    beside_data: Annotated[int, Meta(description="Components that hold the material and also store what it seals.")]
    users: Annotated[int, Meta(description="Components that seal, open, sign, verify or make tokens with it.")]
    grantees: Annotated[int | UnsetType, Meta(description="Number of declared grantees; absent where undeclared.")] = (
        UNSET
    )
    users_not_granted: Annotated[
        int,
        Meta(description="Users with it that are not among the declared grantees; verifying with it needs no grant."),
    ]
    grantees_not_using: Annotated[int, Meta(description="Grantees for which the declaration knows no use.")]
    age: Annotated[
        int | UnsetType, Meta(description="Seconds since the current version was activated, on the day of the law.")
    ] = UNSET
    cryptoperiod: Annotated[int | UnsetType, Meta(description="Seconds that a version may protect new data.")] = UNSET
    grantees_observable: Annotated[
        bool, Meta(description="Whether the custodian tells a probe of ours who may use the key.")
    ]
    observed_grantees_beyond: Annotated[
        int | UnsetType,
        Meta(description="Grantees observed at the custodian beyond the declared ones; absent without observation."),
    ] = UNSET
