"""Certificates as they were presented: every chain in what was recorded, with its staple and its proof. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from limen.probes.tls import answers, codes, proof
from limen.probes.tls.raw import Exchange
from limen.probes.tls.reader import MalformedError, Reader
from limen.probes.tls.records import (
    CERTIFICATE,
    CERTIFICATE_REQUEST,
    CERTIFICATE_STATUS,
    CERTIFICATE_VERIFY,
    ENCRYPTED_EXTENSIONS,
    FINISHED,
    Flight,
    flight,
    messages,
)  # fmt: skip


class Presented(msgspec.Struct, frozen=True, kw_only=True):
    """One chain in one handshake."""

    exchange: Exchange
    version: int
    """The version that the server chose, as a rank; perhaps a lower one than what was offered."""
    flight: Flight
    certificates: tuple[bytes, ...]
    """DER, the server's own first."""
    staple: bytes

    def proved(self, key: Any) -> bool | None:
        """Return whether the server signed with a key in this handshake; None where the suite does not let it."""
        if self.version == codes.TLS13:
            return proof.of_transcript(list(self.flight.messages), key)
        return proof.of_flight(self.exchange.sent, self.flight, key)


def flight_of(exchange: Exchange) -> Flight:
    """Return the messages of an exchange: of a transcript those of both sides."""
    if exchange.version == codes.TLS13 and exchange.purpose in ("transcript", "other_certificate"):
        return Flight(messages=tuple(messages(exchange.received)[0]))
    return flight(exchange.received)


def presented(exchanges: Iterable[Exchange]) -> Iterator[Presented]:
    """Yield each chain; those that can't be read as a list of certificates are none."""
    for exchange in exchanges:
        if exchange.purpose not in ("version", "transcript", "other_certificate"):
            continue
        found = flight_of(exchange)
        body, hello = found.body(CERTIFICATE), answers.server_hello(found)
        if body is None or hello is None:
            continue
        try:
            chain, staple = answers.certificates(body, version=hello.version)
        except MalformedError:
            continue
        status = found.body(CERTIFICATE_STATUS)
        staple = staple or (answers.ocsp(status) if status is not None else b"")
        if chain:
            yield Presented(
                exchange=exchange, version=hello.version, flight=found, certificates=tuple(chain), staple=staple
            )


def asked_for_client(found: Flight) -> bool | None:
    """Return whether a whole flight of a server asks for a client's certificate; None where it is not whole."""
    if found.body(CERTIFICATE_REQUEST) is not None:
        return True
    whole = found.body(14) is not None or (found.body(CERTIFICATE_VERIFY) is not None and found.body(FINISHED))
    return False if whole else None


def encrypted_extensions(found: Flight) -> dict[int, bytes]:
    """Return the extensions of TLS 1.3 that are not sent in the clear."""
    try:
        return answers.extensions(Reader(found.body(ENCRYPTED_EXTENSIONS) or b"\x00\x00").part(2))
    except MalformedError:
        return {}
