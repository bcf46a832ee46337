"""NATS: the server's INFO, CONNECT and PING; TLS begins after INFO, unless the server wants the handshake first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from limen.probes.brokers.conversation import ANONYMOUS, Login, Reading
from limen.probes.brokers.stream import Stream

LOGINS = (
    ANONYMOUS,
    Login(user="nats", password="nats", given=True),  # noqa: S106 - what samples have
    Login(user="admin", password="", given=True),
)


def prelude(stream: Stream) -> None:
    """Hear INFO, which the server says unasked and in plaintext; not asked of one that wants TLS first."""
    stream.heard(stream.line())


def converse(stream: Stream, login: Login, *, begun: bool) -> None:
    """Send CONNECT and PING, and hear whether PONG or an error comes."""
    if not begun:
        stream.heard(stream.line())
    options: dict[str, Any] = {"verbose": False, "pedantic": False, "lang": "limen", "version": "1", "protocol": 1}
    if login.given:
        options |= {"user": login.user, "pass": login.password}
    stream.send(b"CONNECT " + msgspec.json.encode(options) + b"\r\nPING\r\n")
    for _ in range(4):  # a second INFO may come in between
        if not stream.heard(stream.line()).startswith(b"INFO"):
            return


def read(answers: Sequence[bytes], login: Login) -> Reading:
    """Return what the lines mean: PONG is admittance, and an error of authorisation a refusal."""
    if not answers or not answers[0].upper().startswith(b"INFO "):
        return Reading()
    info = _info(answers[0])
    tls_required = info.get("tls_required") is True
    last = answers[-1].upper()
    if last.startswith(b"PONG"):
        return Reading(spoke=True, outcome="admitted", tls_required=tls_required)
    refused = last.startswith(b"-ERR") and (b"AUTHORIZATION" in last or b"AUTHENTICATION" in last)
    return Reading(spoke=True, outcome="refused" if refused else "unknown", tls_required=tls_required)


def _info(line: bytes) -> dict[str, Any]:
    try:
        found = msgspec.json.decode(line[5:])
    except (msgspec.MsgspecError, RecursionError, UnicodeError):
        return {}
    return found if isinstance(found, dict) else {}
