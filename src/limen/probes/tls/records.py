"""Bytes of the TLS record layer to handshake messages and alerts (RFC 8446, 5; RFC 5246, 6.2). Pure."""

from __future__ import annotations

import struct
from functools import lru_cache

import msgspec

ALERT, HANDSHAKE = 21, 22
CLIENT_HELLO, SERVER_HELLO, NEW_TICKET, ENCRYPTED_EXTENSIONS = 1, 2, 4, 8
CERTIFICATE, KEY_EXCHANGE, CERTIFICATE_REQUEST, HELLO_DONE = 11, 12, 13, 14
CERTIFICATE_VERIFY, FINISHED, CERTIFICATE_STATUS, MESSAGE_HASH = 15, 20, 22, 254
_MOST_RECORD = (1 << 14) + 2048
_MOST_MESSAGE = 1 << 18
_MOST_REMEMBERED = 1 << 13
WARNING, FATAL = 1, 2


class Message(msgspec.Struct, frozen=True):
    """One handshake message."""

    kind: int
    body: bytes

    @property
    def raw(self) -> bytes:
        """The message with its header, as it counts in the transcript."""
        return message(self.kind, self.body)


class Flight(msgspec.Struct, frozen=True, kw_only=True):
    """What a server sent in the clear until it changed to encryption or stopped."""

    messages: tuple[Message, ...] = ()
    alert: int | None = None
    """The fatal alert, if one came."""
    foreign: bool = False
    """Whether what came is no TLS."""
    empty: bool = False
    """Whether nothing came at all."""

    def body(self, kind: int) -> bytes | None:
        """Return the body of the first message of a kind, None where none came."""
        return next((m.body for m in self.messages if m.kind == kind), None)


def message(kind: int, body: bytes) -> bytes:
    """Return a handshake message: type, length of three bytes, body."""
    return bytes([kind]) + len(body).to_bytes(3, "big") + body


def record(kind: int, version: int, body: bytes) -> bytes:
    """Return a record; a body of 2^14 bytes at most."""
    return struct.pack("!BHH", kind, version, len(body)) + body


def records(data: bytes) -> tuple[list[tuple[int, bytes]], bytes, bool]:
    """Return the whole records in data (type, body), the rest, and whether the rest can be no record."""
    found: list[tuple[int, bytes]] = []
    place = 0
    while len(data) - place >= 5:
        kind, version, length = struct.unpack_from("!BHH", data, place)
        if kind not in (20, 21, 22, 23) or version >> 8 != 3 or length > _MOST_RECORD:
            return found, data[place:], True
        if len(data) - place - 5 < length:
            break
        found.append((kind, data[place + 5 : place + 5 + length]))
        place += 5 + length
    rest = data[place:]
    return found, rest, bool(rest) and rest[0] not in (20, 21, 22, 23)


def messages(stream: bytes) -> tuple[list[Message], bytes]:
    """Return the whole handshake messages in a stream, and the rest."""
    found, place = [], 0
    while len(stream) - place >= 4:
        length = int.from_bytes(stream[place + 1 : place + 4], "big")
        if length > _MOST_MESSAGE or len(stream) - place - 4 < length:
            break
        found.append(Message(stream[place], stream[place + 4 : place + 4 + length]))
        place += 4 + length
    return found, stream[place:]


def flight(data: bytes) -> Flight:
    """Return what a server sent, up to where it changed to encryption; never raises."""
    # One answer is looked at several times: while it comes, once it is whole, and when all of them are interpreted.
    return _remembered(data) if len(data) <= _MOST_REMEMBERED else _flight(data)


def _flight(data: bytes) -> Flight:
    stream = bytearray()
    alert: int | None = None
    found, _, foreign = records(data)
    for kind, body in found:
        if kind == HANDSHAKE:
            stream += body
        elif kind == ALERT and len(body) == 2:
            if body[0] == FATAL:
                alert = body[1]
                break
        else:
            break
    return Flight(
        messages=tuple(messages(bytes(stream))[0]),
        alert=alert,
        foreign=foreign and not stream and alert is None,
        empty=not data,
    )


_remembered = lru_cache(maxsize=1024)(_flight)
