"""What is said in plaintext before TLS: STARTTLS of PostgreSQL, SMTP, LDAP and MySQL."""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Protocol

from limen.probes.interface import AttemptError

POSTGRES_SSL_REQUEST = struct.pack("!II", 8, 80877103)
LDAP_START_TLS = bytes.fromhex("301d02010177188016") + b"1.3.6.1.4.1.1466.20037"
"""ExtendedRequest of RFC 4511, 4.14."""
MYSQL_SSL = 0x0800
"""The capability that says that a server can speak TLS."""
_MOST = 4096


class NoTlsError(Exception):
    """The server says that it speaks no TLS."""


class Line(Protocol):
    """What a prelude needs of a connection; see `limen.probes.tls.wire.Wire`."""

    def send(self, data: bytes) -> bool:
        """Send all of it."""

    def receive(self, enough: Callable[[bytes], bool], most: int = ...) -> bytes:
        """Read until enough was received."""

    def taken(self) -> bytes:
        """Return what was received, and forget it."""


def postgres(line: Line) -> None:
    """Ask PostgreSQL for TLS: one byte answers (PostgreSQL 15, 55.2.10)."""
    line.send(POSTGRES_SSL_REQUEST)
    # One byte, not more: what came beyond it came unencrypted, and counts as nothing.
    line.receive(bool, 1)
    answer = line.taken()
    if answer[:1] in (b"N", b"E"):
        raise NoTlsError
    if answer != b"S":
        raise _no_answer("PostgreSQL", answer)


def smtp(line: Line) -> None:
    """Ask a mail server for TLS (RFC 3207)."""
    for request, expected in ((b"", b"220"), (b"EHLO limen.invalid\r\n", b"250"), (b"STARTTLS\r\n", b"220")):
        if request:
            line.send(request)
        line.receive(smtp_complete, _MOST)
        answer = line.taken()
        if request.startswith(b"STARTTLS") and answer[:1] in (b"4", b"5"):
            raise NoTlsError
        if not answer.startswith(expected):
            raise _no_answer("SMTP", answer)


def ldap(line: Line) -> None:
    """Ask a directory for TLS (RFC 4511, 4.14)."""
    line.send(LDAP_START_TLS)
    line.receive(ldap_complete, _MOST)
    answer = line.taken()
    result = ldap_result(answer)
    if result is None:
        raise _no_answer("LDAP", answer)
    if result != 0:
        raise NoTlsError


def mysql(line: Line) -> None:
    """Ask MySQL or MariaDB for TLS: its greeting says whether it can (Protocol::SSLRequest)."""
    line.receive(mysql_complete, _MOST)
    greeting = line.taken()
    capabilities = mysql_capabilities(greeting)
    if capabilities is None:
        raise _no_answer("MySQL", greeting)
    if not capabilities & MYSQL_SSL:
        raise NoTlsError
    body = struct.pack("<IIB23x", 0x0200 | 0x8000 | MYSQL_SSL, 1 << 24, 33)
    line.send(len(body).to_bytes(3, "little") + bytes([(greeting[3] + 1) & 0xFF]) + body)


def smtp_complete(data: bytes) -> bool:
    """Return whether an SMTP answer is whole: its last line has a blank after the number."""
    lines = data.split(b"\r\n")
    return len(lines) > 1 and not lines[-1] and lines[-2][3:4] in (b" ", b"")


def ldap_complete(data: bytes) -> bool:
    """Return whether an LDAP message is whole, or can't be one."""
    if data[:1] not in (b"", b"0"):
        return True
    if len(data) < 2:
        return False
    size = data[1] & 0x7F if data[1] & 0x80 else 0
    if len(data) < 2 + size:
        return False
    length = int.from_bytes(data[2 : 2 + size], "big") if size else data[1]
    return len(data) >= 2 + size + length


def ldap_result(data: bytes) -> int | None:
    """Return the result code of an LDAP answer; None where it is none."""
    if data[:1] != b"0":
        return None
    place = data.find(b"\x0a\x01", 0, 64)
    return data[place + 2] if place > 0 and len(data) > place + 2 else None


def mysql_complete(data: bytes) -> bool:
    """Return whether a MySQL packet is whole."""
    return len(data) > 3 and len(data) >= 4 + int.from_bytes(data[:3], "little")


def mysql_capabilities(greeting: bytes) -> int | None:
    """Return the lower capabilities in a server's greeting; None where it is none (Protocol::HandshakeV10)."""
    if greeting[4:5] != b"\x0a":
        return None
    end = greeting.find(b"\x00", 5)
    place = end + 1 + 4 + 8 + 1
    return int.from_bytes(greeting[place : place + 2], "little") if end > 0 and len(greeting) >= place + 2 else None


def _no_answer(what: str, answer: bytes) -> AttemptError:
    return AttemptError(f"no answer of {what} came" if not answer else f"what answered is no {what}", again=not answer)


PRELUDES: dict[str, Callable[[Line], None]] = {"postgres": postgres, "smtp": smtp, "ldap": ldap, "mysql": mysql}
"""By protocol, how TLS is asked for."""
