"""Kafka: ApiVersions, Metadata, SaslHandshake and SaslAuthenticate, each in its oldest version that servers still take.

Metadata is asked about no topic at all, so that it costs the server nothing and says nothing about anybody's data.
"""

from __future__ import annotations

from collections.abc import Sequence

from limen.probes.brokers import scram
from limen.probes.brokers.conversation import ANONYMOUS, Login, Outcome, Reading
from limen.probes.brokers.stream import Stream

LOGINS = (
    ANONYMOUS,
    *(
        Login(user="admin", password="admin-secret", given=True, mechanism=mechanism)  # noqa: S106 - the manual's
        for mechanism in ("PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512")
    ),
    Login(user="admin", password="", given=True, mechanism="PLAIN"),
)
_METADATA, _HANDSHAKE, _VERSIONS, _AUTHENTICATE = 3, 17, 18, 36
_UNSUPPORTED_MECHANISM, _ILLEGAL_STATE, _AUTHENTICATION_FAILED = 33, 34, 58


def prelude(stream: Stream) -> None:
    """TLS comes first."""


def converse(stream: Stream, login: Login, *, begun: bool) -> None:
    """Ask for the versions, and then for metadata, or log in by the login's mechanism."""
    _ask(stream, _VERSIONS, 0, b"")
    if not login.given:
        _ask(stream, _METADATA, 1, (0).to_bytes(4, "big"))
        return
    if _handshake(_ask(stream, _HANDSHAKE, 1, _text(login.mechanism)))[0] != 0:
        return
    if login.mechanism == "PLAIN":
        _authenticate(stream, f"\0{login.user}\0{login.password}".encode())
        return
    first = scram.first(login.user)
    final = scram.final(first, _token(_authenticate(stream, first)), login.password, login.mechanism)
    if final:
        _authenticate(stream, final)


def read(answers: Sequence[bytes], login: Login) -> Reading:
    """Return what the answers mean: metadata without a login, or an authentication without an error, is admittance."""
    if not answers or not _versions(answers[0]):
        return Reading()
    if not login.given:
        if len(answers) > 1:
            return Reading(spoke=True, outcome="admitted" if _metadata(answers[1]) else "unknown")
        # A listener that wants a login closes instead of answering, but so does one that is too new for the question.
        return Reading(spoke=True, outcome="refused" if _takes(answers[0], _METADATA, 1) else "unknown")
    error, mechanisms = _handshake(answers[1]) if len(answers) > 1 else (-1, ())
    outcome: Outcome = "unknown"
    if error == _UNSUPPORTED_MECHANISM and mechanisms:
        outcome = "refused"
    elif error == _ILLEGAL_STATE:
        outcome = "unasked"
    elif error == 0:
        outcome = _outcome([_error(answer) for answer in answers[2:]], 1 if login.mechanism == "PLAIN" else 2)
    return Reading(spoke=True, outcome=outcome, mechanisms=tuple(sorted(mechanisms)))


def _outcome(errors: Sequence[int], rounds: int) -> Outcome:
    if _AUTHENTICATION_FAILED in errors:
        return "refused"
    return "admitted" if errors == [0] * rounds else "unknown"


def _ask(stream: Stream, api: int, version: int, body: bytes) -> bytes:
    head = api.to_bytes(2, "big") + version.to_bytes(2, "big") + api.to_bytes(4, "big") + _text("limen")
    stream.send((len(head) + len(body)).to_bytes(4, "big") + head + body)
    return stream.heard(stream.frame(4))


def _authenticate(stream: Stream, token: bytes) -> bytes:
    return _ask(stream, _AUTHENTICATE, 0, len(token).to_bytes(4, "big") + token)


def _body(answer: bytes, api: int) -> bytes:
    """Return the body of a whole answer to a request of this kind, whose correlation id is the kind's number."""
    whole = len(answer) >= 10 and len(answer) == int.from_bytes(answer[:4], "big") + 4
    return answer[8:] if whole and int.from_bytes(answer[4:8], "big") == api else b""


def _versions(answer: bytes) -> bool:
    """Return whether this is the answer to ApiVersions: an error, and an array of six octets each."""
    body = _body(answer, _VERSIONS)
    return len(body) >= 6 and len(body) == 6 + 6 * int.from_bytes(body[2:6], "big")


def _takes(answer: bytes, api: int, version: int) -> bool:
    """Return whether ApiVersions names a version of a kind of request."""
    body = _body(answer, _VERSIONS)[6:]
    known = [
        [int.from_bytes(body[place + at : place + at + 2], "big") for at in (0, 2, 4)]
        for place in range(0, len(body), 6)
    ]
    return any(kind == api and least <= version <= most for kind, least, most in known)


def _metadata(answer: bytes) -> bool:
    """Return whether this is the answer to Metadata with at least one broker."""
    body = _body(answer, _METADATA)
    return len(body) > 4 and 0 < int.from_bytes(body[:4], "big") < 10_000


def _handshake(answer: bytes) -> tuple[int, tuple[str, ...]]:
    """Return the error of SaslHandshake and the mechanisms that it names; -1 for anything else."""
    body = _body(answer, _HANDSHAKE)
    if len(body) < 6:
        return -1, ()
    found, place = [], 6
    for _ in range(min(int.from_bytes(body[2:6], "big"), 100)):
        length = int.from_bytes(body[place : place + 2], "big")
        found.append(body[place + 2 : place + 2 + length].decode("ascii", "replace"))
        place += 2 + length
    return (int.from_bytes(body[:2], "big"), tuple(found)) if place == len(body) else (-1, ())


def _error(answer: bytes) -> int:
    """Return the error of SaslAuthenticate; -1 for anything else."""
    body = _body(answer, _AUTHENTICATE)
    return int.from_bytes(body[:2], "big") if len(body) >= 2 else -1


def _token(answer: bytes) -> bytes:
    """Return what the server says in SaslAuthenticate: after the error and its text, nullable."""
    body = _body(answer, _AUTHENTICATE)
    length = int.from_bytes(body[2:4], "big", signed=True)
    place = 4 + max(0, length)
    return body[place + 4 : place + 4 + int.from_bytes(body[place : place + 4], "big")]


def _text(text: str) -> bytes:
    return len(text).to_bytes(2, "big") + text.encode()
