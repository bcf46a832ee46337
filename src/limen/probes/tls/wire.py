"""Connections: opened, spoken over and closed within the attempt's time, with all that came back, bounded."""

from __future__ import annotations

import errno
import socket
import struct
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from limen.probes.interface import AttemptError, Context
from limen.probes.tls.address import Address
from limen.probes.tls.preludes import PRELUDES
from limen.probes.tls.raw import Ended

MOST = 1 << 17
"""Bytes that are read of one connection: a server that sends more is cut off."""
PATIENCE = 5.0
"""Seconds that a server may take for one connection, at most; also what a server that drips is given."""
_SLACK = 0.1
"""Seconds by which a connection may take longer: to set its time anew for each read costs as much as the read."""
_LINGER = struct.pack("ii", 1, 0)

Enough = Callable[[bytes], bool]


class Wire:
    """One connection; `received` grows, `ended` says how it came to an end."""

    def __init__(self, connection: socket.socket, until: float) -> None:
        """Keep the connection, which must be over by `until`, of `time.monotonic`."""
        self.connection, self.until = connection, until
        self._given = connection.gettimeout() or float("inf")
        self.received = b""
        self.ended: Ended = "enough"

    def send(self, data: bytes) -> bool:
        """Send all of it; return whether the connection took it."""
        try:
            self._wait()
            self.connection.sendall(data)
        except TimeoutError:
            self.ended = "silent"
        except OSError:
            self.ended = "reset"
        else:
            return True
        return False

    def receive(self, enough: Enough, most: int = MOST) -> bytes:
        """Read until enough was received or it ends, and return all that was received until now."""
        self.ended = "enough"
        while not enough(self.received):
            if len(self.received) >= most:
                self.ended = "too much"
                break
            try:
                self._wait()
                data = self.connection.recv(1 << 14)
            except TimeoutError:
                self.ended = "silent"
                break
            except OSError:
                self.ended = "reset"
                break
            if not data:
                self.ended = "closed"
                break
            self.received += data
        return self.received

    def taken(self) -> bytes:
        """Return what was received, and forget it."""
        found, self.received = self.received, b""
        return found

    def _wait(self) -> None:
        left = self.until - time.monotonic()
        if left <= 0:
            raise TimeoutError
        if left < self._given - _SLACK:
            self.connection.settimeout(left)
            self._given = left


@contextmanager
def connected(
    address: Address, context: Context, *, prelude: bool = True, patience: float = PATIENCE
) -> Iterator[Wire]:
    """Connect and, where the protocol asks for TLS in plaintext first, ask.

    Raises AttemptError where there is no connection, `preludes.NoTlsError` where the server says that it has no TLS.
    """
    context.pace(address.where)
    # A fraction of what is left, so that a slow endpoint never uses up the time for what else is asked of it.
    patience = min(patience, context.remaining() / 6)
    until = time.monotonic() + patience
    connection = _connect(address, patience)
    try:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        wire = Wire(connection, until)
        ask = PRELUDES.get(address.protocol) if prelude else None
        if ask is not None:
            ask(wire)
        yield wire
    finally:
        # An offer is dropped as soon as it is answered: a reset leaves no connection behind at either end.
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER)
        connection.close()


def _connect(address: Address, seconds: float) -> socket.socket:
    try:
        return _first(address, seconds)
    except socket.gaierror as error:
        again = error.errno == socket.EAI_AGAIN
        raise AttemptError(f"the host {address.host} does not resolve", again=again) from None
    except ConnectionRefusedError:
        raise AttemptError(f"{address.where} refuses connections") from None
    except TimeoutError:
        raise AttemptError(f"{address.where} did not take a connection in time", again=True) from None
    except (OSError, UnicodeError) as error:
        number = getattr(error, "errno", None)
        why = errno.errorcode.get(number, "") if number else type(error).__name__
        raise AttemptError(f"no connection to {address.where}: {why}", again=True) from None


def _first(address: Address, seconds: float) -> socket.socket:
    """Return a connection to the first address of the host that takes one; raises OSError where none does.

    Names are looked up once: all that is asked is asked of one server, and a name server is asked once.
    """
    peers = address.peers
    if not peers:
        found = socket.getaddrinfo(address.host, address.port, type=socket.SOCK_STREAM)
        peers.extend(dict.fromkeys((family, where) for family, _, _, _, where in found))
    failed: OSError = TimeoutError()
    for peer in list(peers):
        connection = socket.socket(peer[0], socket.SOCK_STREAM)
        try:
            connection.settimeout(seconds / len(peers))
            connection.connect(peer[1])
        except OSError as error:
            connection.close()
            failed = error
            continue
        if peers[0] != peer:
            peers.remove(peer)
            peers.insert(0, peer)
        return connection
    raise failed
