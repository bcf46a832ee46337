"""AMQP 0-9-1 (RabbitMQ and others): the protocol header, Connection.Start and Start-Ok (specification 2.2.4, 4.2)."""

from __future__ import annotations

from collections.abc import Sequence

from limen.probes.brokers.conversation import ANONYMOUS, Login, Outcome, Reading
from limen.probes.brokers.stream import Stream

LOGINS = (
    ANONYMOUS,
    Login(user="guest", password="guest", given=True),  # noqa: S106 - RabbitMQ's default
    Login(user="guest", password="", given=True),
)
_HEADER = b"AMQP\x00\x00\x09\x01"
_START, _START_OK, _TUNE, _CLOSE = (10, 10), (10, 11), (10, 30), (10, 50)
_END = b"\xce"
_ACCESS_REFUSED = 403


def prelude(stream: Stream) -> None:
    """TLS comes first."""


def converse(stream: Stream, login: Login, *, begun: bool) -> None:
    """Send the header, hear Connection.Start, and answer with a mechanism: ANONYMOUS or PLAIN."""
    stream.send(_HEADER)
    start = stream.heard(_frame(stream))
    if _method(start) != _START:
        return
    mechanism, response = ("PLAIN", f"\0{login.user}\0{login.password}") if login.given else ("ANONYMOUS", "limen")
    if mechanism not in _mechanisms(start):
        return
    stream.send(_start_ok(mechanism, response.encode()))
    stream.heard(_frame(stream))


def read(answers: Sequence[bytes], login: Login) -> Reading:
    """Return what the frames mean: Tune is admittance, Close with 403 a refusal."""
    if not answers:
        return Reading()
    if answers[0].startswith(b"AMQP"):  # the header of another version: it speaks AMQP, but not ours
        return Reading(spoke=len(answers[0]) == 8)
    if _method(answers[0]) != _START:
        return Reading()
    mechanisms = _mechanisms(answers[0])
    wanted = "PLAIN" if login.given else "ANONYMOUS"
    outcome: Outcome = "unknown"
    if wanted not in mechanisms:
        outcome = "refused"
    elif len(answers) > 1:
        outcome = _outcome(answers[1])
    return Reading(spoke=True, outcome=outcome, mechanisms=tuple(sorted(mechanisms)))


def _outcome(answer: bytes) -> Outcome:
    method = _method(answer)
    if method == _TUNE:
        return "admitted"
    return "refused" if method == _CLOSE and int.from_bytes(answer[11:13], "big") == _ACCESS_REFUSED else "unknown"


def _frame(stream: Stream) -> bytes:
    head = stream.exactly(7)
    if head.startswith(b"AMQP"):
        return head + stream.exactly(1)
    length = int.from_bytes(head[3:7], "big")
    if head[:3] != b"\x01\x00\x00" or length > 1 << 15:
        return head
    return head + stream.exactly(length + 1)


def _method(frame: bytes) -> tuple[int, int]:
    """Return class and method of a whole method frame of channel 0; (0, 0) for anything else."""
    whole = len(frame) >= 12 and frame[:3] == b"\x01\x00\x00" and frame.endswith(_END)
    if not whole or len(frame) != int.from_bytes(frame[3:7], "big") + 8:
        return 0, 0
    return int.from_bytes(frame[7:9], "big"), int.from_bytes(frame[9:11], "big")


def _mechanisms(start: bytes) -> frozenset[str]:
    """Return the mechanisms of Connection.Start: after two octets of version and the table of properties."""
    place = 13
    place += 4 + int.from_bytes(start[place : place + 4], "big")
    length = int.from_bytes(start[place : place + 4], "big")
    return frozenset(start[place + 4 : place + 4 + length].decode("ascii", "replace").split())


def _start_ok(mechanism: str, response: bytes) -> bytes:
    """Return Start-Ok; its properties ask the server to say why it refuses."""
    capability = _short("authentication_failure_close") + b"t\x01"
    properties = _short("capabilities") + b"F" + len(capability).to_bytes(4, "big") + capability
    body = b"".join(part.to_bytes(2, "big") for part in _START_OK)
    body += len(properties).to_bytes(4, "big") + properties + _short(mechanism)
    body += len(response).to_bytes(4, "big") + response + _short("en_US")
    return b"\x01\x00\x00" + len(body).to_bytes(4, "big") + body + _END


def _short(text: str) -> bytes:
    return bytes([len(text)]) + text.encode()
