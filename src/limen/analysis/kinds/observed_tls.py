"""Facts of the tls probe: what an endpoint speaks, takes and presents."""

from __future__ import annotations

from typing import Annotated

from msgspec import UNSET, Meta, UnsetType

from limen.analysis.kinds.common import Part


class ListPart(Part, frozen=True, kw_only=True):
    """What an endpoint takes of a list."""

    names: Annotated[tuple[str, ...], Meta(description="Names that it was seen to take, sorted.")] = ()
    whole: Annotated[
        bool | UnsetType, Meta(description="True where it said that it takes nothing else; absent where it did not.")
    ] = UNSET


class VersionsPart(Part, frozen=True, kw_only=True):
    """Versions of TLS as ranks: SSL 3.0 is 9, TLS 1.0 10, TLS 1.3 13."""

    offered: Annotated[tuple[int, ...], Meta(description="Ranks that it takes, sorted.")] = ()
    refused: Annotated[tuple[int, ...], Meta(description="Ranks that it refuses, sorted.")] = ()
    unknown: Annotated[tuple[int, ...], Meta(description="Ranks of which it did not say it, sorted.")] = ()
    lowest: Annotated[
        int | UnsetType, Meta(description="Lowest that it takes; absent while a lower one is unknown.")
    ] = UNSET
    highest: Annotated[int | UnsetType, Meta(description="Highest that it takes.")] = UNSET


class ExtensionsPart(Part, frozen=True, kw_only=True):
    """What versions below TLS 1.3 leave open; absent where none is taken. The weakest of the versions counts."""

    secure_renegotiation: Annotated[bool | UnsetType, Meta(description="Renegotiation is bound (RFC 5746).")] = UNSET
    extended_master_secret: Annotated[bool | UnsetType, Meta(description="RFC 7627; of TLS 1.0 to 1.2.")] = UNSET
    encrypt_then_mac: Annotated[bool | UnsetType, Meta(description="RFC 7366; where a CBC suite was chosen.")] = UNSET
    compression: Annotated[bool | UnsetType, Meta(description="Whether TLS compression is taken.")] = UNSET
    tickets: Annotated[bool | UnsetType, Meta(description="Whether session tickets are issued below TLS 1.3.")] = UNSET
    alpn: Annotated[str, Meta(description="Application protocol that it chose; empty where it chose none.")] = ""


class CertificatePart(Part, frozen=True, kw_only=True):
    """The certificates that were presented, and their chains; of several the weakest counts, field by field."""

    count: Annotated[int, Meta(description="Different certificates that were presented.")] = 0
    readable: Annotated[bool | UnsetType, Meta(description="Whether all of them can be parsed.")] = UNSET
    proved: Annotated[
        bool | UnsetType, Meta(description="Whether the server signed with its key; absent where no suite lets it.")
    ] = UNSET
    trusted: Annotated[
        bool | UnsetType, Meta(description="Whether a chain leads to a trusted authority, at whatever time.")
    ] = UNSET
    why_not_trusted: Annotated[str, Meta(description="The verifier's words; empty where it is trusted.")] = ""
    for_servers: Annotated[bool | UnsetType, Meta(description="Whether it may be used by a TLS server.")] = UNSET
    names_match: Annotated[bool | UnsetType, Meta(description="Whether it is for the name that clients use.")] = UNSET
    valid_from_at: Annotated[
        int | UnsetType, Meta(description="From when the whole chain is valid: epoch seconds.")
    ] = UNSET
    expires_at: Annotated[int | UnsetType, Meta(description="When the first of the chain ends: epoch seconds.")] = UNSET
    key: Annotated[str, Meta(description="Kind and size of its key, such as RSA-2048 or ECDSA-P-256.")] = ""
    key_strength: Annotated[
        int | UnsetType, Meta(description="Bits of security of the weakest key in the chain (SP 800-57, table 2).")
    ] = UNSET
    signature_hash: Annotated[
        int | UnsetType, Meta(description="Bits of the weakest hash signed in the chain; SHA-1 and MD5 count 0.")
    ] = UNSET
    staple: Annotated[
        str | UnsetType, Meta(description="OCSP answer stapled: good, none, revoked, unknown, invalid.")
    ] = UNSET
    must_staple: Annotated[bool | UnsetType, Meta(description="Whether the certificate demands a staple.")] = UNSET
    pins: Annotated[
        tuple[tuple[str, ...], ...], Meta(description="SPKI pins, sha256/BASE64, of each chain, the leaf's first.")
    ] = ()


class MutualVersionPart(Part, frozen=True, kw_only=True):
    """How one version treats client certificates."""

    version: Annotated[int, Meta(description="Rank of the version.")]
    state: Annotated[
        str,
        Meta(
            description="required: no certificate and a stranger's are refused in the handshake. application: they are "
            "refused in the answer to a request. unchecked: some certificate is demanded, a stranger's will do. "
            "optional: none will do, a stranger's is refused. ignored: asked for, and anything will do. off: not asked "
            "for. unknown."
        ),
    ]


class MutualPart(Part, frozen=True, kw_only=True):
    """Client certificates, by behaviour."""

    asked: Annotated[bool, Meta(description="Whether any version was seen to ask for one.")] = False
    weakest: Annotated[
        str | UnsetType,
        Meta(
            description="The weakest state of all versions: required, application, optional, unchecked, ignored, off. "
            "Absent where that of a version is unknown."
        ),
    ] = UNSET
    versions: Annotated[tuple[MutualVersionPart, ...], Meta(description="Each version that is taken.")] = ()
    presented: Annotated[
        bool, Meta(description="Whether a certificate of its own clients, the right or an expired one, was presented.")
    ] = False
    right_accepted: Annotated[
        bool | UnsetType, Meta(description="Whether the right certificate was taken by every version; absent untried.")
    ] = UNSET
    expired_taken: Annotated[
        bool | UnsetType, Meta(description="Whether any version took an expired one; absent untried.")
    ] = UNSET


class HostKeysPart(Part, frozen=True, kw_only=True):
    """Host keys of an SSH server."""

    fingerprints: Annotated[tuple[str, ...], Meta(description="SHA256:… of each, sorted.")] = ()
    kinds: Annotated[tuple[str, ...], Meta(description="Kind and size of each, sorted.")] = ()
    strength: Annotated[int | UnsetType, Meta(description="Bits of security of the weakest (SP 800-57, table 2).")] = (
        UNSET
    )
    proved: Annotated[bool | UnsetType, Meta(description="Whether the server signed with each of them.")] = UNSET
    expected: Annotated[
        bool | UnsetType, Meta(description="Whether all are among those expected; absent where none were named.")
    ] = UNSET


class SshPart(Part, frozen=True, kw_only=True):
    """What an SSH server offers."""

    version: Annotated[str, Meta(description="2.0, or 1.99 for a server that also speaks version 1.")] = "2.0"
    key_exchange: Annotated[tuple[str, ...], Meta(description="Key exchanges, in its order.")] = ()
    host_key_algorithms: Annotated[tuple[str, ...], Meta(description="Signatures of host keys, in its order.")] = ()
    ciphers: Annotated[tuple[str, ...], Meta(description="Ciphers of both directions, in its order.")] = ()
    macs: Annotated[tuple[str, ...], Meta(description="MACs of both directions, in its order.")] = ()
    strict: Annotated[bool, Meta(description="Whether it refuses inserted packets (strict key exchange).")] = False
    host_keys: Annotated[HostKeysPart, Meta(description="Its host keys.")] = HostKeysPart()


class TlsFacts(Part, frozen=True, kw_only=True):
    """What one endpoint was seen to speak, take and present."""

    channel: Annotated[str, Meta(description="tls, ssh, or none: the endpoint answers in plaintext alone.")]
    plaintext: Annotated[
        bool | UnsetType, Meta(description="Whether the port serves plaintext; absent where it did not answer.")
    ] = UNSET
    plaintext_protocol: Annotated[str, Meta(description="Protocol of the plaintext that it serves, or empty.")] = ""
    legacy: Annotated[bool, Meta(description="Whether a version below TLS 1.3 is taken.")] = False
    versions: Annotated[VersionsPart, Meta(description="Versions of TLS.")] = VersionsPart()
    suites: Annotated[ListPart, Meta(description="Cipher suites of all versions, by IANA name.")] = ListPart()
    preference: Annotated[
        str | UnsetType, Meta(description="Whose order of suites counts below TLS 1.3: server, client.")
    ] = UNSET
    groups: Annotated[ListPart, Meta(description="Groups of key exchange.")] = ListPart()
    prime_bits: Annotated[
        int, Meta(description="Bits of a Diffie-Hellman prime that is none of the named groups; 0 where none was seen.")
    ] = 0
    post_quantum: Annotated[bool | UnsetType, Meta(description="Whether a group with ML-KEM is taken.")] = UNSET
    extensions: Annotated[ExtensionsPart, Meta(description="What older versions leave open.")] = ExtensionsPart()
    certificate: Annotated[CertificatePart, Meta(description="Certificates and their chains.")] = CertificatePart()
    mutual: Annotated[MutualPart, Meta(description="Client certificates.")] = MutualPart()
    ssh: Annotated[SshPart, Meta(description="SSH, where that is what is spoken.")] = SshPart()
