"""Where a broker is, and which protocol it speaks: from the endpoint, or else from what is declared."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlsplit

import msgspec

from limen.probes.interface import AttemptError

SCHEMES = {
    "amqp": ("amqp", 5672),
    "amqps": ("amqp", 5671),
    "kafka": ("kafka", 9092),
    "mqtt": ("mqtt", 1883),
    "mqtts": ("mqtt", 8883),
    "nats": ("nats", 4222),
    "redis": ("redis", 6379),
    "rediss": ("redis", 6380),
}
"""By scheme or declared protocol, the protocol that is spoken and its port."""
_BY_PORT = {port: protocol for protocol, port in SCHEMES.values()} | {9093: "kafka", 9094: "kafka"}


class Address(msgspec.Struct, frozen=True, kw_only=True):
    """One listener of a broker."""

    protocol: str
    """amqp, kafka, mqtt, nats or redis."""
    host: str
    port: int

    @property
    def title(self) -> str:
        """protocol://host:port."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.protocol}://{host}:{self.port}"


def read_address(endpoint: str, declared: Sequence[str]) -> Address:
    """Return where to ask: `host:port` or `redis://host:port`; `declared` are the protocols of the target's flows.

    Raises AttemptError where that is no endpoint, or does not say what is spoken there.
    """
    scheme, mark, rest = endpoint.partition("://")
    text = rest if mark else endpoint
    try:
        parts = urlsplit(f"//{text}")
        port = parts.port
    except ValueError:
        raise AttemptError("the endpoint is not of the form host:port or redis://host:port") from None
    if not parts.hostname or parts.path.strip("/") or parts.query or parts.fragment:
        raise AttemptError("the endpoint is not of the form host:port or redis://host:port")
    if parts.username is not None or parts.password is not None:
        raise AttemptError("the endpoint holds a credential, and this probe needs none")
    protocol, usual = _spoken(scheme.lower() if mark else "", port, declared)
    return Address(protocol=protocol, host=parts.hostname, port=usual if port is None else port)


def _spoken(scheme: str, port: int | None, declared: Sequence[str]) -> tuple[str, int]:
    """Return the protocol and its usual port."""
    if scheme:
        if scheme not in SCHEMES:
            raise AttemptError(f"this probe speaks {', '.join(SCHEMES)}; {scheme} is none of them")
        return SCHEMES[scheme]
    known = {SCHEMES[one][0]: SCHEMES[one] for one in sorted(declared) if one in SCHEMES}
    if len(known) == 1:
        return next(iter(known.values()))
    if port in _BY_PORT and (not known or _BY_PORT[port] in known):
        return _BY_PORT[port], port
    raise AttemptError(f"what is spoken there? write the endpoint as one of {', '.join(f'{s}://' for s in SCHEMES)}")
