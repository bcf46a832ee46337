"""What cuts a socket when time is over or too much came in: a library that waits for the server then returns."""

from __future__ import annotations

import contextlib
import os
import socket
import threading

from limen.probes.interface import AttemptError, Context

MOST_BYTES = 1 << 26
"""Bytes that a connection may receive; the catalogue of a hundred thousand tables is smaller."""
_INTERVAL = 0.05
"""Seconds between two looks."""
_RECEIVED = 128
"""Offset of tcpi_bytes_received, 64 bits, in Linux's struct tcp_info (include/uapi/linux/tcp.h)."""


class Watch:
    """Looks at a socket from a thread of its own, until it is closed."""

    def __init__(self, descriptor: int, context: Context) -> None:
        """Begin to watch; the descriptor is duplicated, so that its owner may close it."""
        self.why = ""
        """Why the socket was cut; empty where it was not."""
        self._context = context
        self._over = threading.Event()
        self._lock = threading.Lock()
        self._socket = socket.socket(fileno=os.dup(descriptor))
        self._thread = threading.Thread(target=self._run, name="watch of a socket", daemon=True)
        self._thread.start()

    def follow(self, descriptor: int) -> None:
        """Watch another socket from now on."""
        with self._lock:
            self._socket.close()
            self._socket = socket.socket(fileno=os.dup(descriptor))

    def close(self) -> None:
        """Watch no more."""
        self._over.set()
        self._thread.join()
        self._socket.close()

    def _run(self) -> None:
        while not self._over.wait(_INTERVAL):
            try:
                self._context.remaining()
            except AttemptError as error:
                self.why = error.reason
            with self._lock:
                if _received(self._socket) > MOST_BYTES:
                    self.why = f"the server sent more than {MOST_BYTES >> 20} MB"
                if self.why:
                    with contextlib.suppress(OSError):
                        self._socket.shutdown(socket.SHUT_RDWR)
                    return


def _received(connection: socket.socket) -> int:
    """Return the bytes received; 0 where the system does not tell."""
    try:
        told = connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _RECEIVED + 8)
    except (OSError, AttributeError):  # no TCP, or not Linux
        return 0
    return int.from_bytes(told[_RECEIVED:], "little") if len(told) == _RECEIVED + 8 else 0
