"""Cryptographic keys and their life (NIST SP 800-57 part 1)."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import UNSET, Meta, UnsetType

from limen.model.scalars import Date, Duration, Entity, Identifier, Text

KeyAlgorithm = Literal[
    "AES-256", "AES-192", "AES-128", "3DES", "HMAC-SHA-256", "HMAC-SHA-384", "HMAC-SHA-512", "HMAC-SHA-1",
    "RSA-1024", "RSA-2048", "RSA-3072", "RSA-4096", "ECDSA-P-256", "ECDSA-P-384", "ECDSA-P-521", "Ed25519", "Ed448",
    "X25519", "ML-KEM-768", "ML-KEM-1024", "ML-DSA-44", "ML-DSA-65", "ML-DSA-87", "SLH-DSA-SHA2-128s",
]  # fmt: skip


class Module(Entity, frozen=True, kw_only=True):
    """The cryptographic module that holds the key."""

    standard: Annotated[
        Literal["FIPS 140-3", "FIPS 140-2", "none"], Meta(description="The standard it is validated to.")
    ]
    level: Annotated[Annotated[int, Meta(ge=1, le=4)] | UnsetType, Meta(description="Security level.")] = UNSET
    certificate: Annotated[Text | UnsetType, Meta(description="Certificate number of the CMVP.")] = UNSET


class Key(Entity, frozen=True, kw_only=True):
    """One key, with all its versions."""

    title: Annotated[Text | UnsetType, Meta(description="What it is for, for people.")] = UNSET
    custody: Annotated[
        Literal["kms", "hsm", "secret-store", "application", "configuration"] | UnsetType,
        Meta(description="Who holds the material; application and configuration are findings."),
    ] = UNSET
    provider: Annotated[Identifier | UnsetType, Meta(description="Such as aws-kms, vault, pkcs11.")] = UNSET
    id: Annotated[Text | UnsetType, Meta(description="The provider's name of the key.")] = UNSET
    held_by: Annotated[Identifier | UnsetType, Meta(description="The component in which the material lies.")] = UNSET
    algorithm: Annotated[KeyAlgorithm | UnsetType, Meta(description="Algorithm and size.")] = UNSET
    purpose: Annotated[
        Literal["encrypt", "sign", "mac", "wrap", "derive", "token"] | UnsetType, Meta(description="The one purpose.")
    ] = UNSET
    environment: Annotated[
        Literal["production", "staging", "test", "development"] | UnsetType, Meta(description="The one environment.")
    ] = UNSET
    tenant: Annotated[Identifier | UnsetType, Meta(description="The tenant that the key belongs to.")] = UNSET
    rotation: Annotated[Duration | UnsetType, Meta(description="A new version at least this often.")] = UNSET
    retains_old_versions: Annotated[
        bool | UnsetType, Meta(description="Whether what old versions sealed stays readable.")
    ] = UNSET
    wrapped_by: Annotated[Identifier | UnsetType, Meta(description="The key that seals this one.")] = UNSET
    origin: Annotated[Literal["hsm", "software", "imported"] | UnsetType, Meta(description="Where it was made.")] = (
        UNSET
    )
    grantees: Annotated[
        tuple[Identifier, ...] | UnsetType, Meta(description="Components that the custodian lets use it.")
    ] = UNSET
    module: Annotated[Module | UnsetType, Meta(description="The module that holds it.")] = UNSET
    activated: Annotated[Date | UnsetType, Meta(description="First day of the current version.")] = UNSET
    cryptoperiod: Annotated[Duration | UnsetType, Meta(description="How long a version may protect new data.")] = UNSET
