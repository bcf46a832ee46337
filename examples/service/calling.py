"""One HTTPS request to another component, whose SPIFFE id must be the declared one: the other half of `serving`."""

from __future__ import annotations

import socket
from collections.abc import Mapping
from typing import NamedTuple

import h11
from OpenSSL import SSL

from examples.service.pki import identity_of
from examples.service.tls import Stream, TlsError

_MOST = 1 << 22


class Answer(NamedTuple):
    """What the other end answered."""

    status: int
    headers: dict[str, str]
    body: bytes


def ask(
    port: int,
    path: str,
    body: bytes = b"",
    *,
    method: str = "POST",
    context: SSL.Context,
    identity: str,
    headers: Mapping[str, str] | None = None,
    seconds: float = 10.0,
) -> Answer:
    """Ask a component on loopback; raises TlsError where it is not that component, or does not answer."""
    try:
        sock = socket.create_connection(("127.0.0.1", port), timeout=seconds)
    except OSError as error:
        raise TlsError(f"nobody listens on port {port}: {type(error).__name__}") from None
    stream = Stream(context, sock, server=False)
    try:
        stream.within(seconds)
        if identity_of(stream.handshake()) != identity:
            raise TlsError("the other end is another component than the declared one")
        return _exchanged(stream, method, path, body, {"content-type": "application/json"} | dict(headers or {}))
    finally:
        stream.close()


def _exchanged(stream: Stream, method: str, path: str, body: bytes, headers: dict[str, str]) -> Answer:
    talk = h11.Connection(h11.CLIENT)
    lines = [("host", "localhost"), ("content-length", str(len(body))), *headers.items()]
    asked = talk.send(h11.Request(method=method, target=path, headers=lines)) or b""
    asked += talk.send(h11.Data(data=body)) or b""
    stream.write(asked + (talk.send(h11.EndOfMessage()) or b""))
    status, found, content = 0, {}, b""
    while True:
        try:
            event = talk.next_event()
        except h11.RemoteProtocolError:
            raise TlsError("the answer is no HTTP") from None
        if event is h11.NEED_DATA:
            talk.receive_data(stream.read())
        elif isinstance(event, h11.Response):
            status = event.status_code
            found = {name.decode("ascii"): value.decode("latin-1") for name, value in event.headers}
        elif isinstance(event, h11.Data):
            content += bytes(event.data)
            if len(content) > _MOST:
                raise TlsError(f"the answer is longer than {_MOST} bytes")
        elif isinstance(event, h11.EndOfMessage):
            return Answer(status, found, content)
        elif isinstance(event, h11.ConnectionClosed):
            raise TlsError("the other end closed without an answer")
