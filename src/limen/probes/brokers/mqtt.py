"""MQTT 3.1.1: CONNECT and CONNACK (OASIS MQTT 3.1.1, 3.1 and 3.2); servers of MQTT 5 take it as well."""

from __future__ import annotations

import secrets
from collections.abc import Sequence

from limen.probes.brokers.conversation import ANONYMOUS, Login, Outcome, Reading
from limen.probes.brokers.stream import Stream

LOGINS = (
    ANONYMOUS,
    Login(user="guest", password="guest", given=True),  # noqa: S106 - RabbitMQ's plugin
    Login(user="admin", password="public", given=True),  # noqa: S106 - EMQX
    Login(user="admin", password="", given=True),
)
_REFUSED = (0x04, 0x05, 0x86, 0x87)
"""Bad user or password, not authorised; then what servers of MQTT 5 say of the same."""


def prelude(stream: Stream) -> None:
    """TLS comes first."""


def converse(stream: Stream, login: Login, *, begun: bool) -> None:
    """Send CONNECT and hear CONNACK."""
    stream.send(_connect(login))
    stream.heard(_packet(stream))


def read(answers: Sequence[bytes], login: Login) -> Reading:
    """Return what CONNACK says."""
    if not answers or len(answers[0]) < 4 or answers[0][0] != 0x20 or len(answers[0]) != answers[0][1] + 2:
        return Reading()
    code = answers[0][3]
    outcome: Outcome = "unknown"
    if code == 0:
        outcome = "admitted"
    elif code in _REFUSED:
        outcome = "refused"
    return Reading(spoke=True, outcome=outcome)


def _packet(stream: Stream) -> bytes:
    """Return one packet whose length fits into one octet, as every CONNACK's without properties does."""
    head = stream.exactly(2)
    return head if head[0] != 0x20 or head[1] > 127 else head + stream.exactly(head[1])


def _connect(login: Login) -> bytes:
    client = f"limen-{secrets.token_hex(6)}"
    body = _text("MQTT") + bytes([4, 0xC2 if login.given else 0x02]) + (30).to_bytes(2, "big") + _text(client)
    if login.given:
        body += _text(login.user) + _text(login.password)
    return b"\x10" + bytes([len(body)]) + body


def _text(text: str) -> bytes:
    return len(text).to_bytes(2, "big") + text.encode()
