"""ClientHello messages: what is offered to a server (RFC 8446, 4.1.2; RFC 5246, 7.4.1.2). Pure but for the random."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from functools import lru_cache

import msgspec

from limen.probes.tls import codes
from limen.probes.tls.address import is_address
from limen.probes.tls.reader import numbers, vector
from limen.probes.tls.records import CLIENT_HELLO, HANDSHAKE, message, record


class Offer(msgspec.Struct, frozen=True, kw_only=True):
    """What a ClientHello offers."""

    version: int
    """The one version, as a rank."""
    name: str = ""
    """Server name; addresses are never sent."""
    suites: Sequence[int] = ()
    groups: Sequence[int] = ()
    shares: Sequence[tuple[int, bytes]] = ()
    """Key shares of TLS 1.3; none asks for a HelloRetryRequest, which names the server's group and suite."""
    schemes: Sequence[int] = codes.SCHEMES
    alpn: Sequence[str] = ()
    cookie: bytes = b""
    random: bytes = b""
    session: bytes = b""


def client_hello(offer: Offer) -> bytes:
    """Return the handshake message."""
    wire = min(codes.WIRE_VERSIONS[offer.version], 0x0303)
    new = offer.version == codes.TLS13
    random = offer.random or secrets.token_bytes(32)
    suites = list(offer.suites)
    if offer.version == codes.SSL3:
        suites.append(codes.RENEGOTIATION_SCSV)
    body = wire.to_bytes(2, "big") + random
    body += vector(offer.session if new else b"", 1)
    body += numbers(suites)
    body += b"\x01\x00" if new else b"\x02\x01\x00"  # DEFLATE, too, to see who takes it
    if offer.version != codes.SSL3:
        found = _constant(offer.version, offer.name, tuple(offer.schemes), tuple(offer.alpn))
        if offer.groups:
            found += _extension(codes.GROUPS, numbers(tuple(offer.groups)))
        if new:
            shares = b"".join(group.to_bytes(2, "big") + vector(share, 2) for group, share in offer.shares)
            found += _extension(codes.KEY_SHARE, vector(shares, 2))
        if offer.cookie:
            found += _extension(codes.COOKIE, vector(offer.cookie, 2))
        body += vector(found, 2)
    return message(CLIENT_HELLO, body)


def hello_record(offer: Offer) -> bytes:
    """Return the ClientHello in a record."""
    wire = 0x0300 if offer.version == codes.SSL3 else 0x0301
    return record(HANDSHAKE, wire, client_hello(offer))


@lru_cache(maxsize=256)
def _constant(version: int, name: str, schemes: tuple[int, ...], alpn: tuple[str, ...]) -> bytes:
    """Return the extensions that are equal in all offers of a version to a server."""
    new, found = version == codes.TLS13, b""
    if name and not is_address(name):
        found += _extension(codes.SERVER_NAME, vector(b"\x00" + vector(name.encode("ascii"), 2), 2))
    if version >= codes.TLS12:
        found += _extension(codes.SIGNATURES, numbers(schemes))
    found += _extension(codes.STATUS_REQUEST, b"\x01\x00\x00\x00\x00")
    if alpn:
        names = b"".join(vector(one.encode("ascii"), 1) for one in alpn)
        found += _extension(codes.ALPN, vector(names, 2))
    if new:
        found += _extension(codes.VERSIONS_OFFERED, b"\x02\x03\x04")
        return found + _extension(codes.KEY_EXCHANGE_MODES, b"\x01\x01")
    found += _extension(codes.POINT_FORMATS, b"\x01\x00")
    found += _extension(codes.RENEGOTIATION, b"\x00")
    found += _extension(codes.MASTER_SECRET, b"")
    found += _extension(codes.ENCRYPT_THEN_MAC, b"")
    return found + _extension(codes.TICKET, b"")


def _extension(number: int, body: bytes) -> bytes:
    return number.to_bytes(2, "big") + vector(body, 2)
