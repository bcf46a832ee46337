"""A small ASGI server: HTTPS listeners whose requests run on one asyncio loop.

Each connection has a thread of a bounded pool, each request a deadline and a bound in size. Who calls is in
`scope["extensions"]["tls"]`, as the ASGI TLS extension has it, from the handshake and never from a header.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextlib
import logging
import select
import socket
import threading
from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple
from urllib.parse import unquote

import h11
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from OpenSSL import SSL

from examples.service.tls import Stream, TlsError

Scope = dict[str, Any]
Message = dict[str, Any]
App = Callable[[Scope, Callable[[], Awaitable[Message]], Callable[[Message], Awaitable[None]]], Awaitable[None]]

_LOG = logging.getLogger(__name__)
_TLS13 = 0x0304
_AES_256_GCM_SHA384 = 0x1302


class Limits(NamedTuple):
    """What one caller may use up."""

    threads: int = 16
    """Connections at once; more wait in the backlog."""
    body: int = 4 << 20
    """Bytes of a request's body: more than a guard takes, so that it is the guard who refuses, and records it."""
    handshake: float = 5.0
    """Seconds until both ends are known."""
    idle: float = 15.0
    """Seconds between two requests of a connection."""
    request: float = 20.0
    """Seconds for a request, its answer included."""


class Server:
    """Listeners with an application each; leave it as a context manager and no request is cut off."""

    def __init__(self, loop: asyncio.AbstractEventLoop, limits: Limits | None = None) -> None:
        self._loop, self._limits = loop, limits or Limits()
        self._listeners: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        self._pool = concurrent.futures.ThreadPoolExecutor(self._limits.threads, thread_name_prefix="connection")
        self._places = threading.BoundedSemaphore(self._limits.threads)
        self._wake, self._waker = socket.socketpair()
        self._closed = False

    def listen(self, app: App, tls: SSL.Context, port: int = 0) -> int:
        """Open a port on loopback (0: a free one) for an application, and return it; `serve` begins to answer."""
        listener = socket.create_server(("127.0.0.1", port), backlog=64)
        self._listeners.append(listener)
        self._threads.append(threading.Thread(target=self._accept, args=(listener, app, tls), daemon=True))
        return int(listener.getsockname()[1])

    def serve(self) -> None:
        """Begin to answer."""
        for thread in self._threads:
            thread.start()

    def close(self) -> None:
        """Take no more connections, finish the requests that are being answered, and return."""
        if self._closed:
            return
        self._closed = True
        self._waker.send(b"x")  # nobody reads it: it stays readable for every thread
        for thread in self._threads:
            if thread.ident is not None:
                thread.join()
        self._pool.shutdown(wait=True)
        for one in (*self._listeners, self._wake, self._waker):
            one.close()

    def _accept(self, listener: socket.socket, app: App, tls: SSL.Context) -> None:
        while True:
            self._places.acquire()
            try:
                if self._wake in select.select([listener, self._wake], [], [])[0]:
                    return
                sock, _ = listener.accept()
                future = self._pool.submit(self._connection, sock, app, tls)
                future.add_done_callback(lambda _: self._places.release())
            except (OSError, ValueError, RuntimeError):  # closed under us
                return

    def _connection(self, sock: socket.socket, app: App, tls: SSL.Context) -> None:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        stream = Stream(tls, sock, server=True)
        try:
            stream.within(self._limits.handshake)
            extension = _extension(stream.handshake())
            talk = h11.Connection(h11.SERVER, max_incomplete_event_size=1 << 14)
            while self._request(stream, talk, app, extension):
                talk.start_next_cycle()
        except TlsError as error:
            _LOG.info("a connection ended: %s", error)
        except Exception as error:  # noqa: BLE001 - one caller never ends the server
            _LOG.error("a connection failed: %s", type(error).__name__)
        finally:
            stream.close()

    def _request(self, stream: Stream, talk: h11.Connection, app: App, extension: dict[str, Any]) -> bool:
        """Answer one request; return whether another may follow."""
        stream.within(self._limits.idle)
        request, body = None, b""
        while True:
            try:
                event = talk.next_event()
            except h11.RemoteProtocolError as error:
                _refuse(stream, talk, error.error_status_hint)
                return False
            if event is h11.NEED_DATA:
                talk.receive_data(stream.read(self._wake if request is None else None))
            elif isinstance(event, h11.Request):
                request = event
                stream.within(self._limits.request)
            elif isinstance(event, h11.Data):
                body += bytes(event.data)
                if len(body) > self._limits.body:
                    _refuse(stream, talk, 413)
                    return False
            elif isinstance(event, h11.EndOfMessage) and request is not None:
                break
            else:  # closed between two requests
                return False
        answer = asyncio.run_coroutine_threadsafe(_run(app, _scope(request, extension), body), self._loop)
        try:
            status, headers, content = answer.result(self._limits.request)
        except (TimeoutError, concurrent.futures.CancelledError):
            answer.cancel()
            _refuse(stream, talk, 503)
            return False
        _send(stream, talk, status, headers, content)
        return talk.our_state is h11.DONE and talk.their_state is h11.DONE


async def _run(app: App, scope: Scope, body: bytes) -> tuple[int, list[tuple[bytes, bytes]], bytes]:
    """Run an application on one request; what it raises becomes 500, with nothing of it in the answer."""
    asked = iter([{"type": "http.request", "body": body, "more_body": False}])
    status, headers, content = 500, list[tuple[bytes, bytes]](), b""

    async def receive() -> Message:
        return next(asked, {"type": "http.disconnect"})

    async def send(message: Message) -> None:
        nonlocal status, headers, content
        if message["type"] == "http.response.start":
            status, headers = message["status"], list(message.get("headers", ()))
        else:
            content += message.get("body", b"")

    try:
        await app(scope, receive, send)
    except Exception as error:  # noqa: BLE001 - whatever it is, the caller learns nothing of it
        _LOG.error("a request failed: %s", type(error).__name__)
        return 500, [], b""
    return status, headers, content


def _scope(request: h11.Request, extension: dict[str, Any]) -> Scope:
    raw, _, query = bytes(request.target).partition(b"?")
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": request.http_version.decode("ascii"),
        "method": request.method.decode("ascii"),
        "scheme": "https",
        "path": unquote(raw.decode("latin-1")),
        "raw_path": raw,
        "query_string": query,
        "root_path": "",
        "headers": [(bytes(name).lower(), bytes(value)) for name, value in request.headers],
        "extensions": {"tls": extension},
    }


def _extension(peer: x509.Certificate) -> dict[str, Any]:
    """Return the ASGI TLS extension of a connection (asgi.readthedocs.io, TLS extension 0.2)."""
    return {
        "server_cert": None,
        "client_cert_chain": [peer.public_bytes(Encoding.PEM).decode("ascii")],
        "client_cert_name": peer.subject.rfc4514_string(),
        "client_cert_error": None,
        "tls_version": _TLS13,
        "cipher_suite": _AES_256_GCM_SHA384,
    }


def _refuse(stream: Stream, talk: h11.Connection, status: int) -> None:
    if talk.our_state in (h11.IDLE, h11.SEND_RESPONSE):
        with contextlib.suppress(h11.LocalProtocolError):
            _send(stream, talk, status, [(b"connection", b"close")], b"")


def _send(
    stream: Stream, talk: h11.Connection, status: int, headers: list[tuple[bytes, bytes]], content: bytes
) -> None:
    kept = [(name, value) for name, value in headers if name.lower() != b"content-length"]
    kept.append((b"content-length", str(len(content)).encode("ascii")))
    begun = talk.send(h11.Response(status_code=status, headers=kept)) or b""
    begun += talk.send(h11.Data(data=content)) or b""
    stream.write(begun + (talk.send(h11.EndOfMessage()) or b""))
