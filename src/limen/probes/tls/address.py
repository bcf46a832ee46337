"""From an endpoint to where it is, how it is spoken to, and what it is asked. Pure."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from msgspec import UNSET

from limen.probes.interface import AttemptError, Target

PORTS = {
    "https": 443, "grpcs": 443, "s3": 443, "amqps": 5671, "amqp": 5672, "kafka": 9093, "mqtts": 8883, "mqtt": 1883,
    "nats": 4222, "redis": 6379, "postgres": 5432, "mysql": 3306, "ldap": 389, "ldaps": 636, "smtp": 25, "sftp": 22,
    "ssh": 22, "ftps": 990, "as2": 443, "syslog-tls": 6514, "dicom": 2762, "hl7-mllp": 2575, "kmip": 5696,
}  # fmt: skip
"""Where each protocol is spoken when an endpoint names no port."""
_SAME = {"postgresql": "postgres", "rediss": "redis", "http": "https", "grpc": "grpcs", "smtps": "tcp",
         "mariadb": "mysql", "tls": "tcp", "jdbc": "tcp", "as2": "https", "s3": "https"}  # fmt: skip
_BY_PORT = {5432: "postgres", 25: "smtp", 587: "smtp", 389: "ldap", 3306: "mysql", 22: "ssh", 443: "https",
            8443: "https", 5671: "amqps", 8883: "mqtts", 6379: "redis", 9093: "kafka", 636: "ldaps"}  # fmt: skip
STARTTLS = frozenset({"postgres", "smtp", "ldap", "mysql"})
"""Protocols in which TLS is asked for in plaintext first."""
SSH = frozenset({"sftp", "ssh"})
HTTP = frozenset({"https", "grpcs"})
_ENDPOINT = re.compile(r"(?:(?P<scheme>[a-z0-9+\-]+)://)?(?:\[(?P<six>[0-9a-fA-F:.%]+)\]|(?P<host>[^\s/?#:@\[\]]+))"
                       r"(?::(?P<port>\d{1,5}))?(?P<path>/[!-~]*)?\Z")  # fmt: skip


class Address(msgspec.Struct, frozen=True, kw_only=True):
    """Where an endpoint is and how it is spoken to."""

    host: str
    port: int
    name: str
    """The name that its certificate must be for."""
    protocol: str
    """Application protocol; empty where nothing says which."""
    path: str = "/"
    """What is asked for over HTTP."""
    peers: list[tuple[int, Any]] = []
    """Families and addresses that the host resolved to, in this attempt; the one that answered comes first."""

    @property
    def where(self) -> str:
        """The endpoint as host:port."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @property
    def alpn(self) -> Sequence[str]:
        """What is offered as application protocols."""
        if self.protocol == "grpcs":
            return ("h2",)
        if self.protocol == "postgres":
            return ("postgresql",)
        return ("h2", "http/1.1") if self.protocol in HTTP else ()


def address(target: Target) -> Address:
    """Return where a target is; raises AttemptError where its endpoint does not say it."""
    found = _ENDPOINT.match(target.endpoint)
    if found is None:
        raise AttemptError(f"the endpoint {target.endpoint!r} is none of host:port or protocol://host:port")
    host = found["host"] or found["six"]
    scheme = found["scheme"] or ""
    protocol = _protocol(scheme, target.declared)
    port = int(found["port"] or PORTS.get(scheme, 0) or PORTS.get(protocol, 0))
    if not 0 < port < 1 << 16:
        raise AttemptError(f"the endpoint {target.endpoint!r} names no port")
    if not protocol and target.section == "typed":
        protocol = _BY_PORT.get(port, "")
    name = target.options.server_name
    return Address(
        host=_ascii(host),
        port=port,
        name=_ascii(host if name is UNSET else name),
        protocol=protocol,
        path=found["path"] or "/",
    )


def is_address(name: str) -> bool:
    """Return whether a name is an IP address."""
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _protocol(scheme: str, declared: Mapping[str, Any]) -> str:
    """Return the one protocol that is spoken there; empty where none is known, or several are declared."""
    protocols = [scheme] if scheme else list(declared.get("protocols", ()))
    found = {_SAME.get(one, one) for one in protocols}
    only = found.pop() if len(found) == 1 else ""
    return "" if only == "tcp" else only


def _ascii(host: str) -> str:
    """Return a host name as it is looked up; raises AttemptError where it is none."""
    try:
        return host if host.isascii() else host.encode("idna").decode("ascii")
    except UnicodeError:
        raise AttemptError(f"the host name {host!r} is none") from None
