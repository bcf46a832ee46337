"""A bounded conversation with a server, in plaintext or over TLS: what it answered is kept, however it ended."""

from __future__ import annotations

import socket
import ssl
import time
from types import TracebackType

from limen.probes.brokers.address import Address
from limen.probes.interface import AttemptError, Context

MOST = 1 << 16
"""Bytes that a server may answer in one conversation; none of ours needs more."""
PATIENCE = 3.0
"""Seconds that one conversation may take."""
_HESITATION = 0.1
"""Seconds that a server's refusal is waited for after a handshake, beside the time that the handshake took."""


class EndedError(Exception):
    """The conversation ended before what was awaited had come."""

    def __init__(self, why: str) -> None:
        """Keep why: closed, reset, silent, too long, or `alert:` and TLS's name of it."""
        super().__init__(why)
        self.why = why


class SilentError(EndedError):
    """Nothing came in time."""

    def __init__(self) -> None:
        """Say so."""
        super().__init__("silent")


class Stream:
    """One connection; `with` closes it."""

    def __init__(self, address: Address, context: Context, patience: float = PATIENCE) -> None:
        """Connect, for `patience` seconds at most; raises AttemptError where nobody listens."""
        context.pace(address.host)
        self._until = time.monotonic() + context.remaining(patience)
        self._soon = self._until
        self.answers: list[bytes] = []
        """What came, one entry for each thing that was awaited."""
        self._pending = b""
        self._count = 0
        self._socket: socket.socket = _connected(address, self._left())

    def __enter__(self) -> Stream:
        """Return itself."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Close the connection."""
        self._socket.close()

    def begin_tls(self, context: ssl.SSLContext, name: str) -> None:
        """Go on over TLS; raises EndedError where the handshake does not end well."""
        self._settle()
        began = time.monotonic()
        try:
            self._socket = context.wrap_socket(self._socket, server_hostname=name or None)
            # In TLS 1.3 a server refuses after the client thinks it is done: heard now, the reason is not lost.
            self._socket.settimeout(min(self._left(), _HESITATION + 2 * (time.monotonic() - began)))
            self._pending += self._socket.recv(8192)
        except TimeoutError:
            return
        except (OSError, ValueError) as error:
            raise EndedError(ending(error)) from None

    def send(self, content: bytes) -> None:
        """Send; raises EndedError where the server has closed."""
        self._settle()
        try:
            self._socket.sendall(content)
        except OSError as error:
            raise EndedError(ending(error)) from None

    def exactly(self, count: int) -> bytes:
        """Return this many bytes; raises EndedError where fewer come, and keeps those."""
        while len(self._pending) < count:
            self._more()
        return self._take(count)

    def line(self, within: float = PATIENCE) -> bytes:
        """Return what comes until the end of a line, with it; raises EndedError where none comes `within` seconds."""
        self._soon = time.monotonic() + within
        try:
            while b"\n" not in self._pending:
                self._more()
        finally:
            self._soon = self._until
        return self._take(self._pending.index(b"\n") + 1)

    def frame(self, size: int) -> bytes:
        """Return a frame that begins with its length in `size` bytes, with them; raises EndedError."""
        head = self.exactly(size)
        length = int.from_bytes(head, "big")
        if length > MOST:
            self.answers.append(head)
            raise EndedError("too long")
        return head + self.exactly(length)

    def heard(self, answer: bytes) -> bytes:
        """Keep an answer that is whole, and return it."""
        self.answers.append(answer)
        return answer

    def rest(self) -> None:
        """Keep what came of an answer that is not whole."""
        if self._pending:
            self.answers.append(self._pending[:MOST])
            self._pending = b""

    def _more(self) -> None:
        self._settle()
        try:
            content = self._socket.recv(8192)
        except TimeoutError:
            raise SilentError from None
        except (OSError, ValueError) as error:
            raise EndedError(ending(error)) from None
        if not content:
            raise EndedError("closed")
        self._count += len(content)
        self._pending += content
        if self._count > MOST:
            raise EndedError("too long")

    def _take(self, count: int) -> bytes:
        taken, self._pending = self._pending[:count], self._pending[count:]
        return taken

    def _settle(self) -> None:
        self._socket.settimeout(self._left())

    def _left(self) -> float:
        left = min(self._until, self._soon) - time.monotonic()
        if left <= 0:
            raise SilentError
        return left


def ending(error: Exception) -> str:
    """Return how a conversation ended, from what the library raised."""
    if isinstance(error, ssl.SSLError):
        reason = (error.reason or "").lower()
        if "alert" in reason:
            return f"alert:{reason.rpartition('alert_')[2] or reason}"
        if isinstance(error, (ssl.SSLEOFError, ssl.SSLZeroReturnError)):
            return "closed"
        return "no tls" if reason in ("wrong_version_number", "http_request", "unexpected_message") else "tls failed"
    if isinstance(error, TimeoutError):
        return "silent"
    return "reset" if isinstance(error, ConnectionError) else "closed"


def _connected(address: Address, timeout: float) -> socket.socket:
    try:
        return socket.create_connection((address.host, address.port), timeout=timeout)
    except (socket.gaierror, UnicodeError):
        raise AttemptError(f"{address.host} does not resolve", again=True) from None
    except ConnectionRefusedError:
        raise AttemptError(f"{address.host} refuses connections to port {address.port}") from None
    except TimeoutError:
        raise AttemptError(f"{address.host} does not answer on port {address.port}", again=True) from None
    except OSError as error:
        raise AttemptError(f"no connection to {address.host}: {error.strerror or 'unreachable'}", again=True) from None
