"""Loopback ports for servers of the laboratory, and waiting until one listens."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable

_GIVEN: set[int] = set()
"""Ports that this process was given: of two that are asked for before a server listens, the system may choose one."""


def free_port() -> int:
    """Return a TCP port of 127.0.0.1 that nothing listens on at this moment, each time another one."""
    while True:
        with socket.socket() as listener:
            listener.bind(("127.0.0.1", 0))
            port = int(listener.getsockname()[1])
        if port not in _GIVEN:
            _GIVEN.add(port)
            return port


def wait_until_listening(port: int, alive: Callable[[], bool], seconds: float = 20.0) -> bool:
    """Return whether something accepts connections on the port before time is over or the server has ended."""
    end = time.monotonic() + seconds
    while time.monotonic() < end and alive():
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=0.5):
                return True
        except OSError:
            time.sleep(0.02)
    return False
