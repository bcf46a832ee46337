"""Mutual TLS proved by behaviour: each client certificate, and none, is tried, and one request follows.

A handshake that ends well proves nothing: nginx finishes it and answers 400, and in TLS 1.3 a client has finished
before the server has looked at its certificate. So the server's answer to a request is waited for.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from limen.probes.interface import Context
from limen.probes.tls import codes
from limen.probes.tls.address import HTTP, Address, is_address
from limen.probes.tls.clients import Client
from limen.probes.tls.plaintext import QUESTIONS
from limen.probes.tls.preludes import NoTlsError
from limen.probes.tls.raw import Exchange
from limen.probes.tls.records import CERTIFICATE_REQUEST, FATAL, flight, records
from limen.probes.tls.wire import Wire, connected

_PATIENCE = 3.0
_MOST_ANSWER = 2048
_NGINX = (b"No required SSL certificate was sent", b"The SSL certificate error")
_STATUS = re.compile(rb"HTTP/[0-9.]{1,3} (\d{3})")


class Behaviour(msgspec.Struct, frozen=True, kw_only=True):
    """How a server treated one client certificate, or none."""

    asked: bool | None = None
    """Whether it asked for one in this handshake; None in TLS 1.3, where the transcript says it."""
    outcome: str
    """refused (an alert about the certificate), answered (the request was), finished (the handshake ended and nothing
    more was heard), or failed (anything else)."""
    alert: int | None = None
    """The alert that ended it."""
    status: int | None = None
    """The status of an HTTP answer."""
    says_certificate: bool = False
    """Whether an HTTP answer says that the certificate is why it refuses."""


def behaviours(
    address: Address, context: Context, clients: Mapping[str, Client | None], versions: list[int]
) -> list[Exchange]:
    """Try each client with each version; raises AttemptError where there is no connection or no time left."""
    return [
        Exchange(
            purpose="mutual",
            version=version,
            detail=kind,
            result=msgspec.json.encode(_tried(address, context, version, client)).decode(),
        )
        for version in versions
        for kind, client in clients.items()
    ]


def _tried(address: Address, context: Context, version: int, client: Client | None) -> Behaviour:
    try:
        with connected(address, context, patience=_PATIENCE) as wire:
            return _Handshake(address, version, client, wire).run()
    except NoTlsError:
        return Behaviour(outcome="failed")


class _Handshake:
    """One handshake with OpenSSL over a connection of ours, which sees what OpenSSL does not tell."""

    def __init__(self, address: Address, version: int, client: Client | None, wire: Wire) -> None:
        self.address, self.version, self.wire = address, version, wire
        self.tls = _connection(address, version, client)

    def run(self) -> Behaviour:
        done = self.step(self.tls.do_handshake)
        seen = flight(self.wire.received) if self.version < codes.TLS13 else None
        asked = None if seen is None else seen.body(CERTIFICATE_REQUEST) is not None
        if done is not None:
            return self.failed(done, asked)
        said = _request(self.address)
        if self.step(lambda: self.tls.send(said)) is not None:
            return self.failed("", asked)
        answer, complete = b"", _complete(self.address)
        while not complete(answer) and len(answer) < _MOST_ANSWER:
            more: list[bytes] = []
            ended = self.step(lambda more=more: more.append(self.tls.recv(_MOST_ANSWER)))  # type: ignore[misc]
            if ended is not None and not answer:
                return self.failed(ended, asked, finished=True)
            if ended is not None:
                break
            answer += more[0]
        return self.answered(answer, asked)

    def answered(self, answer: bytes, asked: bool | None) -> Behaviour:
        """Return what an answer shows; nothing but the status is kept of it."""
        status = _STATUS.match(answer)
        return Behaviour(
            asked=asked,
            outcome="answered",
            status=None if status is None else int(status[1]),
            says_certificate=any(word in answer for word in _NGINX),
        )

    def failed(self, why: str, asked: bool | None, *, finished: bool = False) -> Behaviour:
        alert = self.alert(why)
        if alert in codes.CERTIFICATE_REFUSALS and (finished or asked):
            return Behaviour(asked=asked, outcome="refused", alert=alert)
        if finished and alert is None and self.wire.ended == "silent":
            return Behaviour(asked=asked, outcome="finished")
        return Behaviour(asked=asked, outcome="failed", alert=alert)

    def alert(self, why: str) -> int | None:
        """Return the alert that the server sent: in the clear, or as OpenSSL decrypted it."""
        for kind, body in records(self.wire.received)[0]:
            if kind == 21 and len(body) == 2 and body[0] == FATAL:
                return body[1]
        return alert_named(why)

    def step(self, act: Callable[[], Any]) -> str | None:
        """Do one thing with OpenSSL, moving bytes until it is done; return why it could not be, None if it was."""
        from OpenSSL import SSL

        while True:
            why: str | None = None
            waiting = False
            try:
                act()
            except SSL.WantReadError:
                waiting = True
            except SSL.ZeroReturnError:
                why = "closed"
            except SSL.Error as error:
                why = _reason(error)
            self.flush()
            if not waiting:
                return why
            before = len(self.wire.received)
            self.wire.receive(lambda data, before=before: len(data) > before)  # type: ignore[misc]
            if len(self.wire.received) == before:
                return self.wire.ended
            self.tls.bio_write(self.wire.received[before:])

    def flush(self) -> None:
        """Send what OpenSSL wants sent."""
        from OpenSSL import SSL

        while True:
            try:
                data = self.tls.bio_read(1 << 16)
            except SSL.WantReadError:
                return
            if not self.wire.send(data):
                return


def _connection(address: Address, version: int, client: Client | None) -> Any:
    from OpenSSL import SSL

    context = SSL.Context(SSL.TLS_CLIENT_METHOD)
    wire = codes.WIRE_VERSIONS[version]
    context.set_min_proto_version(wire)
    context.set_max_proto_version(wire)
    # Whatever the server speaks is spoken: how weak it is, is not asked here.
    context.set_cipher_list(b"ALL:@SECLEVEL=0")
    context.set_verify(SSL.VERIFY_NONE)
    context.set_options(SSL.OP_LEGACY_SERVER_CONNECT)
    if address.alpn:
        context.set_alpn_protos([b"http/1.1" if address.protocol in HTTP else address.alpn[0].encode()])
    if client is not None:
        context.use_certificate(client.chain[0])
        for one in client.chain[1:]:
            context.add_extra_chain_cert(one)
        context.use_privatekey(client.key)
    connection = SSL.Connection(context, None)
    if not is_address(address.name):
        connection.set_tlsext_host_name(address.name.encode("ascii"))
    connection.set_connect_state()
    return connection


def _request(address: Address) -> bytes:
    """Return what is asked once TLS stands: the protocol's first words, HTTP where none is known."""
    if address.protocol in QUESTIONS and address.protocol not in HTTP:
        return QUESTIONS[address.protocol].said[-1] if address.protocol != "smtp" else b"EHLO limen.invalid\r\n"
    host = address.name if ":" not in address.name else f"[{address.name}]"
    return f"GET {address.path} HTTP/1.1\r\nHost: {host}\r\nUser-Agent: limen\r\nConnection: close\r\n\r\n".encode()


def _complete(address: Address) -> Callable[[bytes], bool]:
    if address.protocol in HTTP or not address.protocol:
        # The words by which nginx says why stand in the body.
        return lambda data: b"\r\n\r\n" in data and (b" 400 " not in data[:16] or b"</html>" in data)
    return bool


def _reason(error: Exception) -> str:
    """Return OpenSSL's words for an error, which name an alert if one came."""
    if error.args and isinstance(error.args[0], list) and error.args[0]:
        return str(error.args[0][-1][-1])
    return "closed"


def alert_named(why: str) -> int | None:
    """Return the alert that OpenSSL's words name; None where they name none."""
    return _ALERTS.get(why.partition(" alert ")[2])


_ALERTS = {
    "handshake failure": 40, "no certificate": 41, "bad certificate": 42, "unsupported certificate": 43,
    "certificate revoked": 44, "certificate expired": 45, "certificate unknown": 46, "unknown ca": 48,
    "access denied": 49, "decrypt error": 51, "protocol version": 70, "internal error": 80, "certificate required": 116,
}  # fmt: skip
"""OpenSSL's words for the alerts that matter. What stands before them changes with its version: sslv3, ssl/tls, tls."""
