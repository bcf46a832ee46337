"""Redis (RESP 2): PING, and DBSIZE, which needs a right to read; AUTH with well-known passwords."""

from __future__ import annotations

from collections.abc import Sequence

from limen.probes.brokers.conversation import ANONYMOUS, Login, Reading
from limen.probes.brokers.stream import Stream

LOGINS = (
    ANONYMOUS,
    Login(user="default", password="", given=True),
    Login(user="default", password="foobared", given=True),  # noqa: S106 - the sample of redis.conf
)


def prelude(stream: Stream) -> None:
    """TLS comes first."""


def converse(stream: Stream, login: Login, *, begun: bool) -> None:
    """Log in with AUTH, then send PING and DBSIZE."""
    if login.given:
        stream.send(_command("AUTH", login.user, login.password))
        stream.heard(stream.line())
    for word in ("PING", "DBSIZE"):
        stream.send(_command(word))
        stream.heard(stream.line())


def read(answers: Sequence[bytes], login: Login) -> Reading:
    """Return what the lines mean: an integer to DBSIZE is admittance.

    An error that names a right says that somebody is logged in who lacks this one: with a password it was the right
    one, and without any it is not known what else nobody in particular may do.
    """
    if not answers or answers[0][:1] not in (b"+", b"-", b":", b"$", b"*") or not answers[0].endswith(b"\r\n"):
        return Reading()
    if answers[0].startswith(b"-DENIED"):  # protected mode: it closes after the first line
        return Reading(spoke=True, outcome="refused")
    if len(answers) < 2 + login.given:
        return Reading(spoke=True)
    size = answers[-1]
    if size.startswith(b":"):
        return Reading(spoke=True, outcome="admitted")
    if size.startswith(b"-NOPERM"):
        return Reading(spoke=True, outcome="admitted" if login.given and answers[0].startswith(b"+OK") else "unknown")
    refused = size.startswith((b"-NOAUTH", b"-WRONGPASS", b"-ERR operation not permitted"))
    return Reading(spoke=True, outcome="refused" if refused else "unknown")


def _command(*words: str) -> bytes:
    parts = [word.encode() for word in words]
    return b"*%d\r\n" % len(parts) + b"".join(b"$%d\r\n%s\r\n" % (len(part), part) for part in parts)
