"""One ClientHello a version, with every usual suite: which versions a listener takes, and whom it asks who they are.

Up to TLS 1.2 the server's question for a certificate is sent in plaintext, and so are its refusals of a version.
"""

from __future__ import annotations

import secrets
from typing import Literal

import msgspec

from limen.probes.brokers.stream import Stream

VERSIONS = (9, 10, 11, 12, 13)
"""SSL 3.0 to TLS 1.3, as ranks."""
_SUITES_OLD = (
    *(0xC014, 0xC013, 0xC00A, 0xC009, 0xC012, 0xC008, 0xC011, 0xC007, 0x0039, 0x0033, 0x0038, 0x0032, 0x0035, 0x002F),
    *(0x0088, 0x0087, 0x0084, 0x0045, 0x0044, 0x0041, 0x009A, 0x0099, 0x0096, 0x0007, 0x0016, 0x0013, 0x000A, 0x0005),
    *(0x0004, 0x0015, 0x0012, 0x0009, 0xC019, 0xC018, 0x003A, 0x0034, 0x001B, 0x0018, 0x0003, 0x0006, 0x0008, 0x0014),
)
"""What SSL 3.0 to TLS 1.1 have, weak and anonymous ones too: who refuses these refuses the version."""
_SUITES_12 = (
    *(0xC030, 0xC02C, 0xC02F, 0xC02B, 0xCCA8, 0xCCA9, 0x009F, 0x009E, 0xC028, 0xC024, 0xC027, 0xC023),
    *(0x009D, 0x009C, 0x003D, 0x003C),
)
_SUITES_13 = (0x1302, 0x1301, 0x1303)
_GROUPS = (29, 23, 24, 25)
_SCHEMES = (0x0403, 0x0503, 0x0603, 0x0804, 0x0805, 0x0806, 0x0807, 0x0401, 0x0501, 0x0601, 0x0203, 0x0201)
_ALERT, _HANDSHAKE = 21, 22
_SERVER_HELLO, _CERTIFICATE_REQUEST, _DONE = 2, 13, 14
_REFUSED = (40, 70, 71, 80)
"""Alerts handshake_failure (SSL 3.0 has no other), protocol_version, insufficient_security, and internal_error, with
which OpenSSL refuses a version that its security level leaves nothing of."""
_MOST = 1 << 15


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What came back to one ClientHello; an entry of the raw response hellos.json."""

    version: int
    """The version that was offered, as a rank."""
    content: bytes
    end: str = ""


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """What it means."""

    offered: Literal["yes", "no", "unknown"]
    asks_certificate: bool = False


def client_hello(version: int, name: str) -> bytes:
    """Return a ClientHello, in its record, that offers one version."""
    wire = {9: 0x0300, 10: 0x0301, 11: 0x0302}.get(version, 0x0303)
    suites = _SUITES_13 if version == 13 else (*_SUITES_12, *_SUITES_OLD) if version == 12 else _SUITES_OLD
    body = wire.to_bytes(2, "big") + secrets.token_bytes(32)
    body += (b"\x20" + secrets.token_bytes(32)) if version == 13 else b"\x00"
    body += _numbers((*suites, 0x00FF)) + b"\x01\x00"
    if version > 9:
        extensions = _extension(10, _numbers(_GROUPS)) + _extension(11, b"\x01\x00")
        if version >= 12:
            extensions += _extension(13, _numbers(_SCHEMES))
        if name and not name.replace(".", "").isdigit() and ":" not in name:
            host = name.encode("idna") if not name.isascii() else name.encode()
            extensions += _extension(0, _sized(b"\x00" + _sized(host)))
        if version == 13:
            share = _numbers((29,))[2:] + _sized(secrets.token_bytes(32))
            extensions += _extension(43, b"\x02\x03\x04") + _extension(45, b"\x01\x01") + _extension(51, _sized(share))
        body += _sized(extensions)
    message = b"\x01" + len(body).to_bytes(3, "big") + body
    return b"\x16" + min(wire, 0x0301).to_bytes(2, "big") + _sized(message)


def listen(stream: Stream) -> None:
    """Hear records until the server has said all that it says in the open; raises EndedError where it ends earlier."""
    content = b""
    while len(content) < _MOST:
        head = stream.exactly(5)
        if head[0] not in (_ALERT, _HANDSHAKE) or head[1] != 3:
            stream.heard(content + head)
            return
        content += head + stream.exactly(int.from_bytes(head[3:5], "big"))
        kinds = [kind for kind, _ in _messages(content)]
        if head[0] == _ALERT or _DONE in kinds or (_SERVER_HELLO in kinds and _is_13(content)):
            break
    stream.heard(content)


def is_tls(content: bytes) -> bool:
    """Return whether an answer begins as a record of TLS that a server sends."""
    return content[:1] in (b"\x15", b"\x16") and content[1:2] == b"\x03"


def told(answer: Answer) -> Told:
    """Return what an answer means; pure, and never raises, whatever it is."""
    content = answer.content
    if len(content) < 5 or not is_tls(content):
        return Told(offered="unknown")
    if content[0] == _ALERT:
        refused = len(content) >= 7 and content[6] in _REFUSED
        return Told(offered="no" if refused else "unknown")
    messages = _messages(content)
    if not messages or messages[0][0] != _SERVER_HELLO:
        return Told(offered="unknown")
    chosen = 13 if _is_13(content) else {0x0300: 9, 0x0301: 10, 0x0302: 11, 0x0303: 12}.get(_wire(messages[0][1]), 0)
    asks = any(kind == _CERTIFICATE_REQUEST for kind, _ in messages)
    return Told(offered="yes" if chosen == answer.version else "no", asks_certificate=asks)


def _messages(content: bytes) -> list[tuple[int, bytes]]:
    """Return the handshake messages in records, whole ones only."""
    joined, place = b"", 0
    while place + 5 <= len(content) and content[place] == _HANDSHAKE:
        length = int.from_bytes(content[place + 3 : place + 5], "big")
        joined += content[place + 5 : place + 5 + length]
        place += 5 + length
    found, place = [], 0
    while place + 4 <= len(joined):
        length = int.from_bytes(joined[place + 1 : place + 4], "big")
        if place + 4 + length > len(joined):
            break
        found.append((joined[place], joined[place + 4 : place + 4 + length]))
        place += 4 + length
    return found


def _wire(hello: bytes) -> int:
    return int.from_bytes(hello[:2], "big")


def _is_13(content: bytes) -> bool:
    """Return whether the first message is a ServerHello (or a HelloRetryRequest) of TLS 1.3."""
    messages = _messages(content)
    if not messages or messages[0][0] != _SERVER_HELLO:
        return False
    hello = messages[0][1]
    place = 35 + (hello[34] if len(hello) > 34 else 0) + 3
    end = place + 2 + int.from_bytes(hello[place : place + 2], "big")
    place += 2
    while place + 4 <= min(end, len(hello)):
        kind, length = (
            int.from_bytes(hello[place : place + 2], "big"),
            int.from_bytes(hello[place + 2 : place + 4], "big"),
        )
        if kind == 43:
            return hello[place + 4 : place + 6] == b"\x03\x04"
        place += 4 + length
    return False


def _numbers(numbers: tuple[int, ...]) -> bytes:
    return _sized(b"".join(number.to_bytes(2, "big") for number in numbers))


def _extension(kind: int, content: bytes) -> bytes:
    return kind.to_bytes(2, "big") + _sized(content)


def _sized(content: bytes) -> bytes:
    return len(content).to_bytes(2, "big") + content
