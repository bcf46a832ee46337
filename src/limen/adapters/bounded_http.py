"""One HTTP request with bounds: one host, a total deadline, a most of bytes, no proxy and no redirect.

Timeouts of sockets are per read, so that a server that drips one byte a second is waited for without end; here every
read is told what is left of the whole.
"""

from __future__ import annotations

import http.client
import socket
import ssl
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

MOST = 8 * 1024 * 1024
"""Bytes of an answer that are read at most; a configuration is never longer."""


class HttpAnswer(NamedTuple):
    """What a server answered."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class BoundsError(Exception):
    """The answer broke a bound, or there was none; says which in words, without a secret."""

    def __init__(self, reason: str, *, again: bool = False) -> None:
        """Keep the reason; `again` says that another try may succeed."""
        super().__init__(reason)
        self.reason = reason
        self.again = again


def send(
    method: str,
    url: str,
    headers: Mapping[str, str],
    body: bytes,
    *,
    deadline: float,
    tls: ssl.SSLContext | None = None,
    most: int = MOST,
) -> HttpAnswer:
    """Send one request and return the whole answer.

    `deadline` is of `time.monotonic`; `tls` holds who is trusted, the system's authorities without it. Raises
    BoundsError where there is no answer, it is too long, or time is over.
    """
    parts = urlsplit(url)
    host = parts.hostname or ""
    try:
        port = parts.port or (443 if parts.scheme == "https" else 80)
        connection = _Connection(host, port, deadline, _context(tls) if parts.scheme == "https" else None)
    except ValueError as error:
        raise BoundsError(f"{parts.scheme}://{host} can't be asked: {error}") from None
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    where = f"{host}:{port}"
    try:
        connection.request(method, target, body=body, headers=dict(headers))
        with connection.getresponse() as answer:  # which holds the socket where the server closes afterwards
            return HttpAnswer(answer.status, dict(answer.getheaders()), _read(answer, most, where))
    except ssl.SSLCertVerificationError as error:
        raise BoundsError(f"{where} is not trusted: {error.verify_message}") from None
    except TimeoutError:
        raise BoundsError(f"{where} did not answer in time") from None
    except socket.gaierror:
        raise BoundsError(f"{host} does not resolve") from None
    except ConnectionRefusedError:
        raise BoundsError(f"{where} refuses connections") from None
    except (ConnectionError, http.client.RemoteDisconnected) as error:
        raise BoundsError(f"{where} ended the connection: {type(error).__name__}", again=True) from None
    except (http.client.HTTPException, ssl.SSLError, OSError, ValueError) as error:
        raise BoundsError(f"{where} does not answer as a server of {parts.scheme}: {type(error).__name__}") from None
    finally:
        connection.close()


def trusting(path: Path | None) -> ssl.SSLContext:
    """Return a context that trusts the authorities of a PEM file, the system's without one.

    Raises BoundsError where the file can't be used.
    """
    try:
        return ssl.create_default_context(cafile=None if path is None else str(path))
    except (OSError, ssl.SSLError) as error:
        raise BoundsError(f"the authorities to trust can't be read: {type(error).__name__}") from None


def _read(answer: http.client.HTTPResponse, most: int, where: str) -> bytes:
    parts, length = [], 0
    while part := answer.read(min(65536, most + 1 - length)):
        parts.append(part)
        length += len(part)
        if length > most:
            raise BoundsError(f"{where} answered more than {most} bytes")
    return b"".join(parts)


def _context(given: ssl.SSLContext | None) -> ssl.SSLContext:
    context = trusting(None) if given is None else given
    context.sslsocket_class = _TlsSocket
    return context


class _Deadline:
    """A socket's reads and writes, each bounded by what is left of the whole."""

    deadline = float("inf")

    def _left(self: Any) -> None:
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        if self.deadline != float("inf"):
            self.settimeout(left)

    def recv_into(self, *arguments: Any, **named: Any) -> int:
        """Read, for as long as is left."""
        self._left()
        return int(super().recv_into(*arguments, **named))  # type: ignore[misc]

    def sendall(self, *arguments: Any, **named: Any) -> None:
        """Write, for as long as is left."""
        self._left()
        super().sendall(*arguments, **named)  # type: ignore[misc]


class _PlainSocket(_Deadline, socket.socket):
    pass


class _TlsSocket(_Deadline, ssl.SSLSocket):
    pass


class _Connection(http.client.HTTPConnection):
    """A connection whose socket knows the deadline."""

    def __init__(self, host: str, port: int, deadline: float, tls: ssl.SSLContext | None) -> None:
        super().__init__(host, port)
        self._deadline, self._tls = deadline, tls

    def connect(self) -> None:
        """Connect, and shake hands where TLS is wanted."""
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        opened = socket.create_connection((self.host, self.port), timeout=left)
        plain = _PlainSocket(opened.family, opened.type, opened.proto, fileno=opened.detach())
        plain.deadline = self._deadline
        plain.settimeout(left)
        self.sock: socket.socket = plain
        if self._tls is not None:
            self.sock = wrapped = self._tls.wrap_socket(plain, server_hostname=self.host)
            wrapped.deadline = self._deadline  # type: ignore[attr-defined]
