"""What is said without TLS, to see whether the port answers in plaintext; and what the answers mean."""

from __future__ import annotations

import re
import struct
from collections.abc import Callable

import msgspec
from msgspec import UNSET, UnsetType

from limen.probes.interface import Context
from limen.probes.tls import preludes
from limen.probes.tls.address import Address
from limen.probes.tls.raw import Ended, Exchange
from limen.probes.tls.wire import connected

_PATIENCE = 1.5
"""Seconds that a server may take to answer plaintext: one that waits for a ClientHello says nothing, for ever."""
_MOST = 4096
_KEPT = 256
"""Bytes of an answer that are kept: enough to see which protocol it is, too few to hold a record."""

_KEPT_REFUSAL = 1024
"""Bytes that are kept of an answer 400, which is about the request: its reason may stand far behind."""
_SAYS_TLS = re.compile(rb"\b(?:HTTPS|SSL|TLS)\b")

_FURTHER = (b"RInitializeSessionUserId\x00", b"Rauth_failed\x00", b"RInitPostgres\x00")
"""Routines of PostgreSQL that come after pg_hba.conf has let a connection in."""

Served = bool | None | UnsetType
"""Whether plaintext is served: None where what answered is not this protocol, UNSET where its answer does not say."""


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """What is said in plaintext, and how its answer is read."""

    said: tuple[bytes, ...]
    """What is sent, one after another, each after an answer; an empty one waits for the server's greeting."""
    complete: Callable[[bytes], bool]
    """Whether an answer is whole."""
    answers: Callable[[bytes], Served]
    """From the last answer to whether plaintext is served."""


def _http(answer: bytes) -> Served:
    if not answer.startswith(b"HTTP/1."):
        return None
    if answer[9:12] == b"400":
        # So nginx, Apache, Go and Tomcat answer plaintext on a port for TLS, and say it; so servers of plaintext answer
        # what they do not like, too.
        return False if _SAYS_TLS.search(answer) else UNSET
    return answer[9:12] not in (b"426", b"497") and answer[9:10] != b"3"  # 3xx and 426 send the client to TLS


def _amqp(answer: bytes) -> Served:
    return True if answer.startswith((b"AMQP", b"\x01\x00\x00\x00")) else None


def _redis(answer: bytes) -> Served:
    return True if answer.startswith((b"+PONG", b"-NOAUTH", b"-ERR", b"-DENIED", b"-LOADING", b"-MASTERDOWN")) else None


def _postgres(answer: bytes) -> Served:
    if answer[:1] == b"R":
        return True
    if answer[:1] != b"E":
        return None
    # pg_hba.conf refuses a connection before any role is looked up: whoever gets further was let in without TLS.
    if b"RClientAuthentication\x00" in answer or b"no encryption" in answer:
        return False
    return True if any(routine in answer for routine in _FURTHER) else UNSET


def _kafka(answer: bytes) -> Served:
    return True if answer[4:8] == b"LMEN" else None


def _mqtt(answer: bytes) -> Served:
    return True if answer[:1] == b"\x20" and answer[1:2] in (b"\x02", b"\x03") else None


def _smtp(answer: bytes) -> Served:
    if answer[:1] == b"2":
        return True
    return False if answer[:3] in (b"530", b"538") else UNSET if answer[:1] in (b"4", b"5") else None


def _ldap(answer: bytes) -> Served:
    if answer[:1] != b"0":
        return None
    if b"\x64" in answer[2:12]:
        return True
    result = preludes.ldap_result(answer) if b"\x65" in answer[2:12] else None
    if result in (13, 8):  # confidentialityRequired, strongerAuthRequired
        return False
    return None if result is None else True if result in (0, 32) else UNSET  # success, noSuchObject


def _mysql(answer: bytes) -> Served:
    if answer[4:5] == b"\xff":
        # Anything but ER_SECURE_TRANSPORT_REQUIRED is an answer to the user's name, before TLS is asked for.
        return False if int.from_bytes(answer[5:7], "little") == 3159 else UNSET
    return True if answer[4:5] == b"\x00" else UNSET if answer[4:5] in (b"\xfe", b"\x01") else None


def _http_complete(data: bytes) -> bool:
    """Return whether an answer of HTTP is whole: its status, and of a 400 what says that it is about TLS."""
    return len(data) > 11 and (data[9:12] != b"400" or _SAYS_TLS.search(data) is not None)


def _some(data: bytes) -> bool:
    return len(data) > 11


def _line(data: bytes) -> bool:
    return b"\n" in data


_STARTUP = b"\x00\x03\x00\x00user\x00limen-probe\x00database\x00limen-probe\x00\x00"
_LOGIN = (
    struct.pack("<IIB23x", 0x0200 | 0x8000 | 0x80000, 1 << 24, 33) + b"limen-probe\x00\x00mysql_native_password\x00"
)
_KAFKA = struct.pack("!hh4sh", 18, 0, b"LMEN", -1)
QUESTIONS: dict[str, Question] = {
    # Without a host, or of HTTP/1.0, servers refuse what they would serve: Envoy with 426, others with 400.
    "https": Question(
        said=(b"GET / HTTP/1.1\r\nHost: %(host)s\r\nConnection: close\r\n\r\n",),
        complete=_http_complete, answers=_http,
    ),
    "amqps": Question(said=(b"AMQP\x00\x00\x09\x01",), complete=lambda data: len(data) > 7, answers=_amqp),
    "redis": Question(said=(b"PING\r\n",), complete=_line, answers=_redis),
    "postgres": Question(
        said=(struct.pack("!I", len(_STARTUP) + 4) + _STARTUP,),
        complete=lambda data: len(data) > 4 and len(data) > int.from_bytes(data[1:5], "big"),
        answers=_postgres,
    ),
    "kafka": Question(said=(struct.pack("!I", len(_KAFKA)) + _KAFKA,), complete=_some, answers=_kafka),
    "mqtts": Question(
        said=(b"\x10\x11\x00\x04MQTT\x04\x02\x00\x05\x00\x05limen",), complete=lambda data: len(data) > 3, answers=_mqtt
    ),
    "smtp": Question(
        said=(b"", b"EHLO limen.invalid\r\n", b"MAIL FROM:<>\r\n"), complete=preludes.smtp_complete, answers=_smtp
    ),
    "ldap": Question(
        said=(bytes.fromhex("302502010163200400") + b"\x0a\x01\x00\x0a\x01\x00\x02\x01\x00\x02\x01\x00\x01\x01\x00"
              b"\x87\x0bobjectclass\x30\x00",),
        complete=preludes.ldap_complete, answers=_ldap,
    ),
    "mysql": Question(
        said=(b"", len(_LOGIN).to_bytes(3, "little") + b"\x01" + _LOGIN),
        complete=preludes.mysql_complete, answers=_mysql,
    ),
}  # fmt: skip
"""By protocol, the question that it would answer in plaintext."""
_SAME = {"grpcs": "https", "amqp": "amqps", "mqtt": "mqtts", "ldaps": "ldap"}
_UNKNOWN = ("https", "amqps", "redis", "postgres", "kafka", "mqtts")
"""What is tried where nobody says which protocol is spoken."""


def protocols(address: Address) -> tuple[str, ...]:
    """Return the protocols in which plaintext is tried."""
    protocol = _SAME.get(address.protocol, address.protocol)
    return (protocol,) if protocol in QUESTIONS else _UNKNOWN


def exchanges(address: Address, context: Context) -> list[Exchange]:
    """Say plaintext to an endpoint, one connection a protocol, until one is answered; raises AttemptError."""
    found: list[Exchange] = []
    for protocol in protocols(address):
        found.append(_exchange(protocol, address, context))
        if served(found[-1]) is not None:
            break
    return found


def served(exchange: Exchange) -> Served:
    """Return whether plaintext is served, by the answer to a question."""
    question = QUESTIONS.get(exchange.detail)
    return None if question is None else question.answers(exchange.received)


def _exchange(protocol: str, address: Address, context: Context) -> Exchange:
    question, received = QUESTIONS[protocol], b""
    ended: Ended = "enough"
    with connected(address, context, prelude=False, patience=_PATIENCE) as wire:
        for said in question.said:
            wire.taken()
            if said and not wire.send(_addressed(said, address)):
                ended = wire.ended
                break
            received, ended = wire.receive(question.complete, _MOST), wire.ended
            if ended != "enough":
                break
    kept = _KEPT_REFUSAL if received.startswith(b"HTTP/1.") and received[9:12] == b"400" else _KEPT
    sent = _addressed(question.said[-1], address)
    return Exchange(purpose="plaintext", detail=protocol, sent=sent, received=received[:kept], ended=ended)


def _addressed(said: bytes, address: Address) -> bytes:
    """Return what is said, with the name of the host where it is asked for."""
    host = f"[{address.name}]" if ":" in address.name else address.name
    return said.replace(b"%(host)s", host.encode())
