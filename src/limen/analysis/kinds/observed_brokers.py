"""Observations of a broker's listener: how it may be spoken to, and who is let in."""

from __future__ import annotations

from typing import Annotated

from msgspec import UNSET, Meta, UnsetType

from limen.analysis.kinds.common import Part


class BrokerTlsPart(Part, frozen=True, kw_only=True):
    """TLS of a listener."""

    min: Annotated[
        int | UnsetType,
        Meta(
            description="Lowest version that it takes, as a rank: 9 (SSL 3.0) to 13; absent where a lower is unknown."
        ),
    ] = UNSET
    versions: Annotated[tuple[int, ...], Meta(description="Versions that it takes, as ranks.")] = ()
    client_certificate: Annotated[
        str | UnsetType,
        Meta(
            description="required, optional (asked for, and let in without) or off (not asked for; TLS 1.3 hides the "
            "question, so that a listener of that alone may be optional)."
        ),
    ] = UNSET


class BrokersFacts(Part, frozen=True, kw_only=True):
    """One listener of a broker, asked from outside without any credential of it."""

    protocol: Annotated[str, Meta(description="amqp, kafka, mqtt, nats or redis.")]
    plaintext: Annotated[str | UnsetType, Meta(description="The protocol without TLS: answered or refused.")] = UNSET
    encrypted: Annotated[str, Meta(description="A TLS handshake: answered, refused or unknown.")]
    tls: Annotated[BrokerTlsPart | UnsetType, Meta(description="TLS; absent where it is not answered.")] = UNSET
    anonymous: Annotated[str | UnsetType, Meta(description="Access without any credential: admitted or refused.")] = (
        UNSET
    )
    default_password: Annotated[
        str | UnsetType,
        Meta(description="Access with an empty or well-known password: admitted, refused or unasked (none is wanted)."),
    ] = UNSET
    tried: Annotated[int, Meta(ge=0, description="Logins with an empty or well-known password that were tried.")] = 0
    admitted: Annotated[int, Meta(ge=0, description="Those of them, and attempts without any, that were let in.")] = 0
    mechanisms: Annotated[
        tuple[str, ...], Meta(description="Ways to log in that it names, such as PLAIN or SCRAM-SHA-512; sorted.")
    ] = ()
    unseen: Annotated[
        tuple[str, ...], Meta(description="Why something could not be seen, in words; empty where all was.")
    ] = ()
