"""Declared protection: in transit, at rest and in processing. Merged field by field over zones."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import UNSET, Meta, UnsetType

from limen.model.scalars import Entity, Identifier, TlsVersion

Protocol = Literal[
    "https", "http", "grpc", "grpcs", "amqp", "amqps", "kafka", "mqtt", "mqtts", "nats", "redis", "postgres", "mysql",
    "jdbc", "ldap", "ldaps", "smtp", "sftp", "ssh", "as2", "ftps", "ftp", "tcp", "udp", "syslog", "syslog-tls",
    "pkcs11", "kmip", "unix", "s3", "nfs", "smb", "dicom", "hl7-mllp", "removable-media",
]  # fmt: skip
ONE_WAY_PROTOCOLS = frozenset({"udp", "syslog", "syslog-tls", "removable-media"})
"""Protocols without an answer; a flow over any other one declares `returns`, perhaps empty."""


class Tls(Entity, frozen=True, kw_only=True):
    """Transport Layer Security as offered by the flow's target."""

    min: Annotated[TlsVersion | UnsetType, Meta(description="Lowest version that the target accepts.")] = UNSET
    mutual: Annotated[
        Literal["required", "optional", "off"] | UnsetType,
        Meta(description="Whether the target demands a client certificate."),
    ] = UNSET
    suites: Annotated[tuple[str, ...] | UnsetType, Meta(description="Cipher suites offered, by IANA name.")] = UNSET
    key_exchange: Annotated[
        tuple[str, ...] | UnsetType, Meta(description="Groups offered, such as X25519MLKEM768, X25519, secp256r1.")
    ] = UNSET
    pins: Annotated[
        tuple[Annotated[str, Meta(pattern=r"^sha256/[A-Za-z0-9+/_\-]{4,64}={0,2}$(?!\n)")], ...] | UnsetType,
        Meta(description="SPKI pins that the client checks, sha256/BASE64."),
    ] = UNSET


class InTransit(Entity, frozen=True, kw_only=True):
    """Protection of data that moves."""

    protocol: Annotated[Protocol | UnsetType, Meta(description="Application protocol of the flow.")] = UNSET
    tls: Annotated[Tls | UnsetType, Meta(description="TLS; absent means that none is declared.")] = UNSET


class AtRest(Entity, frozen=True, kw_only=True):
    """Protection of a medium: disk, table, bucket, tape. It does not protect from whoever reads the store."""

    algorithm: Annotated[
        Literal["AES-256-GCM", "AES-256-XTS", "AES-256-CBC", "AES-128-GCM", "AES-128-XTS", "AES-128-CBC",
                "ChaCha20-Poly1305", "3DES", "none"] | UnsetType,
        Meta(description="Algorithm and mode; none says plainly that there is no encryption."),
    ] = UNSET  # fmt: skip
    key: Annotated[Identifier | UnsetType, Meta(description="The key of `keys` that seals the medium.")] = UNSET


class Processing(Entity, frozen=True, kw_only=True):
    """Protection while data is being worked on."""

    envelope: Annotated[bool | UnsetType, Meta(description="Items stay in an envelope until they are needed.")] = UNSET
    field_encryption: Annotated[bool | UnsetType, Meta(description="Sensitive fields are encrypted one by one.")] = (
        UNSET
    )
    zeroize: Annotated[bool | UnsetType, Meta(description="Buffers with plaintext or keys are overwritten.")] = UNSET
    plaintext_logging: Annotated[
        Literal["forbidden", "allowed"] | UnsetType, Meta(description="Whether plaintext may reach logs.")
    ] = UNSET
    core_dumps: Annotated[
        Literal["disabled", "enabled"] | UnsetType, Meta(description="Whether a crash writes memory to disk.")
    ] = UNSET
    debug_output: Annotated[
        Literal["forbidden", "allowed"] | UnsetType,
        Meta(description="Whether traces and debuggers may show plaintext."),
    ] = UNSET


class Posture(Entity, frozen=True, kw_only=True):
    """Defaults of a zone, merged field by field into its components and flows."""

    in_transit: Annotated[
        InTransit | UnsetType, Meta(description="Default of flows that start or end in this zone.")
    ] = UNSET
    at_rest: Annotated[AtRest | UnsetType, Meta(description="Default of stores in this zone.")] = UNSET
    processing: Annotated[Processing | UnsetType, Meta(description="Default of components in this zone.")] = UNSET
