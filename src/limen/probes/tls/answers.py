"""Messages of a server: ServerHello and HelloRetryRequest, Certificate, ServerKeyExchange and the rest. Pure."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from functools import lru_cache

import msgspec

from limen.probes.tls import codes
from limen.probes.tls.reader import MalformedError, Reader
from limen.probes.tls.records import SERVER_HELLO, Flight

_RETRY = bytes.fromhex("cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c")
"""The random of a HelloRetryRequest (RFC 8446, 4.1.3)."""
_EXTENSION = struct.Struct("!HH")


class ServerHello(msgspec.Struct, frozen=True, kw_only=True):
    """What a server chose."""

    version: int
    """As a rank; 0 for a version that we don't know."""
    random: bytes
    suite: int
    compression: int
    extensions: Mapping[int, bytes]
    retry: bool
    """Whether it is a HelloRetryRequest."""

    @property
    def group(self) -> int | None:
        """The group of TLS 1.3 that the server chose."""
        share = self.extensions.get(codes.KEY_SHARE, b"")
        return int.from_bytes(share[:2], "big") if len(share) > 1 else None

    @property
    def share(self) -> bytes:
        """The server's key share of TLS 1.3; empty in a HelloRetryRequest. Raises MalformedError."""
        reader = Reader(self.extensions.get(codes.KEY_SHARE, b""))
        reader.number(2)
        return reader.vector(2)

    @property
    def alpn(self) -> str:
        """The application protocol that the server chose; empty where it chose none."""
        return alpn(self.extensions)


class KeyExchange(msgspec.Struct, frozen=True, kw_only=True):
    """A signed ServerKeyExchange with ephemeral parameters."""

    group: int | None
    """The named group; None for a Diffie-Hellman prime of the server's own."""
    prime_bits: int | None
    """Bits of that prime."""
    parameters: bytes
    """What is signed, without the randoms."""
    scheme: int | None
    """Signature scheme; None below TLS 1.2."""
    signature: bytes


def server_hello(flight: Flight) -> ServerHello | None:
    """Return the ServerHello of a flight; None where there is none that can be read."""
    body = flight.body(SERVER_HELLO)
    try:
        return None if body is None else read_server_hello(body)
    except MalformedError:
        return None


@lru_cache(maxsize=1024)  # each is read while it is asked for, and again when all of them are interpreted
def read_server_hello(body: bytes) -> ServerHello:
    """Return a ServerHello; raises MalformedError."""
    session = body[34] if len(body) > 34 else 0  # its length, after version and random
    place = 35 + session
    if len(body) < place + 3:
        raise MalformedError("a ServerHello that is cut off")
    wire, random = int.from_bytes(body[:2], "big"), body[2:34]
    suite, compression = int.from_bytes(body[place : place + 2], "big"), body[place + 2]
    found = extensions(Reader(body[place + 3 :]).part(2)) if len(body) > place + 3 else {}
    if len(chosen := found.get(codes.VERSIONS_OFFERED, b"")) == 2:
        wire = int.from_bytes(chosen, "big")
    return ServerHello(
        version=codes.RANKS.get(wire, 0),
        random=random,
        suite=suite,
        compression=compression,
        extensions=found,
        retry=random == _RETRY,
    )


def extensions(reader: Reader) -> dict[int, bytes]:
    """Return extensions by their numbers; raises MalformedError."""
    found, data, place = {}, reader.rest(), 0
    while place < len(data):
        if len(data) - place < 4:
            raise MalformedError("an extension that is cut off")
        number, length = _EXTENSION.unpack_from(data, place)
        place += 4 + length
        if place > len(data):
            raise MalformedError("an extension that is longer than all of them")
        found[number] = data[place - length : place]
    return found


def alpn(found: Mapping[int, bytes]) -> str:
    """Return the application protocol among extensions of a server; empty where there is none."""
    try:
        names = Reader(found.get(codes.ALPN, b"")).part(2)
        return names.vector(1).decode("ascii", "replace")
    except MalformedError:
        return ""


def certificates(body: bytes, *, version: int) -> tuple[list[bytes], bytes]:
    """Return the certificates (DER) of a Certificate message, and the first's OCSP answer; raises MalformedError."""
    reader = Reader(body)
    staple = b""
    if version == codes.TLS13:
        reader.vector(1)
    inner = reader.part(3)
    found: list[bytes] = []
    while inner:
        found.append(inner.vector(3))
        if version == codes.TLS13:
            more = extensions(inner.part(2))
            if len(found) == 1:
                staple = ocsp(more.get(codes.STATUS_REQUEST, b""))
    return found, staple


def ocsp(body: bytes) -> bytes:
    """Return the OCSP answer of a CertificateStatus; empty where it holds none."""
    try:
        reader = Reader(body)
        return reader.vector(3) if reader and reader.number(1) == 1 else b""
    except MalformedError:
        return b""


def key_exchange(body: bytes, *, suite: str, version: int) -> KeyExchange | None:
    """Return a ServerKeyExchange; None where the suite has none with a signature. Raises MalformedError."""
    reader = Reader(body)
    group: int | None = None
    bits: int | None = None
    if "_PSK_" in suite:
        reader.vector(2)
    if "_ECDHE_" in suite or "_ECDH_anon_" in suite:
        if reader.number(1) != 3:
            return None
        group = reader.number(2)
        reader.vector(1)
    elif "_DHE_" in suite or "_DH_anon_" in suite or "_EXPORT" in suite:
        bits = int.from_bytes(reader.vector(2), "big").bit_length()
        reader.vector(2)
        if "_RSA_EXPORT" not in suite:
            reader.vector(2)
    else:
        return None
    rest = reader.rest()
    parameters = body[: len(body) - len(rest)]
    if not rest:
        return KeyExchange(group=group, prime_bits=bits, parameters=parameters, scheme=None, signature=b"")
    signed = Reader(rest)
    scheme = signed.number(2) if version >= codes.TLS12 else None
    return KeyExchange(group=group, prime_bits=bits, parameters=parameters, scheme=scheme, signature=signed.vector(2))
