"""What the tls probe records: every connection with what was sent and what came back, as it came."""

from __future__ import annotations

from typing import Literal

import msgspec

from limen.probes.interface import AttemptError
from limen.records.attempts import RawResponse

Ended = Literal["enough", "closed", "reset", "silent", "too much", "not connected"]
"""How a connection ended: enough was read; the server closed or reset it; it said nothing more in time; it sent more
than is read; it took no connection."""
RAW_NAME = "handshakes.json"


class Exchange(msgspec.Struct, frozen=True, kw_only=True):
    """One connection."""

    purpose: str
    """version, suites, order, groups, curves, other_certificate, transcript, mutual, plaintext, ssh or ssh_key."""
    version: int = 0
    """Version that was offered, as a rank."""
    detail: str = ""
    """What else was asked: a protocol, a client certificate, an algorithm."""
    sent: bytes = b""
    """What was sent, without the words that ask for TLS. Of the purpose `mutual` nothing is kept."""
    received: bytes = b""
    """What came back. Of the purpose `transcript` all handshake messages, of both sides, decrypted."""
    ended: Ended = "enough"
    result: str = ""
    """Of the purpose `mutual`: how it ended, see `limen.probes.tls.mutual`."""


class Handshakes(msgspec.Struct, frozen=True, kw_only=True):
    """All that an attempt recorded."""

    host: str
    port: int
    name: str
    """The name that was asked for, and that the certificate must be for."""
    protocol: str
    """Application protocol; empty where none was declared."""
    exchanges: tuple[Exchange, ...]
    anchors: tuple[bytes, ...] = ()
    """Authorities (DER) that the chain may end at: those of the trust file, or of this machine where none was named,
    reduced to those whose names occur in what was received."""
    trust: str = ""
    """Whose authorities those are: file or machine."""
    own_credential: bool = False
    """Whether the right client certificate was presented."""
    host_keys: tuple[str, ...] = ()
    """Fingerprints (SHA256:…) of the SSH host keys that are expected, as given."""
    notes: tuple[str, ...] = ()
    """What could not be asked, in words."""


_DECODER = msgspec.json.Decoder(Handshakes)


def encoded(handshakes: Handshakes) -> RawResponse:
    """Return what was recorded as a raw response."""
    return RawResponse(name=RAW_NAME, media_type="application/json", content=msgspec.json.encode(handshakes))


def decoded(raw: RawResponse) -> Handshakes:
    """Return what was recorded; raises AttemptError where it is not that."""
    try:
        return _DECODER.decode(raw.content)
    except msgspec.MsgspecError as error:
        raise AttemptError(f"{raw.name} is no record of the tls probe: {error}") from None
    except (UnicodeDecodeError, RecursionError):
        raise AttemptError(f"{raw.name} is no record of the tls probe") from None
