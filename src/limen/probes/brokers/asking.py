"""Every conversation with a listener: in plaintext and over TLS, without a credential and with well-known ones."""

from __future__ import annotations

import ssl
import warnings
from types import ModuleType
from typing import Literal

import msgspec

from limen.probes.brokers import amqp, hello, kafka, mqtt, nats, redis
from limen.probes.brokers.address import Address
from limen.probes.brokers.conversation import ANONYMOUS, Conversation, Dialect, Login
from limen.probes.brokers.hello import Answer, is_tls
from limen.probes.brokers.stream import PATIENCE, EndedError, Stream
from limen.probes.interface import AttemptError, Context

DIALECTS: dict[str, Dialect | ModuleType] = {"amqp": amqp, "kafka": kafka, "mqtt": mqtt, "nats": nats, "redis": redis}
"""By name, the module that speaks a protocol."""


_ORDER = (12, 13, 11, 10, 9)
"""Versions, those first that any listener of today takes."""
_ENOUGH = 2
_BRIEFLY = 1.0
"""Seconds for an answer to a ClientHello where plaintext was answered."""


class Answers(msgspec.Struct, frozen=True, kw_only=True):
    """All that a listener answered; the raw response answers.json."""

    protocol: str
    conversations: tuple[Conversation, ...]
    hellos: tuple[Answer, ...]


def ask(address: Address, context: Context) -> Answers:
    """Return the answers; raises AttemptError where nobody listens, or time is over."""
    dialect: Dialect = DIALECTS[address.protocol]
    found = _conversations(address, dialect, "plaintext", context, prelude=True)
    plain = dialect.read(found[0].answers, ANONYMOUS).spoke
    # Who said nothing unasked in plaintext (NATS does, unless it wants TLS first) says nothing before TLS either.
    said = any(found[0].answers)
    hellos: list[Answer] = []
    for version in _ORDER:
        hellos.append(_hello(address, dialect if said else None, version, context, _BRIEFLY if plain else PATIENCE))
        if plain and len(hellos) == _ENOUGH and not any(is_tls(one.content) for one in hellos):
            break  # it answers in plaintext at once, and takes a ClientHello for the beginning of a command
    if not plain or any(is_tls(one.content) for one in hellos):
        found += _conversations(address, dialect, "tls", context, prelude=said)
    hellos.sort(key=lambda one: one.version)
    return Answers(protocol=address.protocol, conversations=tuple(found), hellos=tuple(hellos))


def _conversations(
    address: Address, dialect: Dialect, channel: Literal["plaintext", "tls"], context: Context, *, prelude: bool
) -> list[Conversation]:
    """Hold each conversation of a protocol; whoever does not answer to nothing does not answer to a password."""
    found = [_converse(address, dialect, ANONYMOUS, context, channel, prelude)]
    if dialect.read(found[0].answers, ANONYMOUS).spoke:
        found += [_converse(address, dialect, login, context, channel, prelude) for login in dialect.LOGINS[1:]]
    return found


def _converse(
    address: Address,
    dialect: Dialect,
    login: Login,
    context: Context,
    channel: Literal["plaintext", "tls"],
    prelude: bool,
) -> Conversation:
    end, tls, before = "", channel == "tls", 0
    with _stream(address, context) as stream:
        try:
            if tls:
                if prelude:
                    dialect.prelude(stream)
                before = len(stream.answers)
                stream.begin_tls(_anything(), address.host)
            dialect.converse(stream, login, begun=before > 0)
        except EndedError as error:
            end = error.why
        stream.rest()
        answers = tuple(stream.answers)
    return Conversation(channel=channel, login=login, answers=answers, before=before, end=end)


def _hello(address: Address, dialect: Dialect | None, version: int, context: Context, patience: float) -> Answer:
    end = ""
    with _stream(address, context, patience) as stream:
        try:
            if dialect is not None:
                dialect.prelude(stream)
                stream.answers.clear()
            stream.send(hello.client_hello(version, address.host))
            hello.listen(stream)
        except EndedError as error:
            end = error.why
        stream.rest()
        content = b"".join(stream.answers)
    return Answer(version=version, content=content, end=end)


def _stream(address: Address, context: Context, patience: float = PATIENCE) -> Stream:
    try:
        return Stream(address, context, patience)
    except EndedError:
        raise AttemptError(f"{address.host} does not answer on port {address.port}", again=True) from None


def _anything() -> ssl.SSLContext:
    """Return a context that takes whatever is offered: this probe looks, and trusts nothing that it sees."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = ssl.TLSVersion.TLSv1
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.options |= 0x4  # OP_LEGACY_SERVER_CONNECT, which Python 3.11 has no name for
    return context
