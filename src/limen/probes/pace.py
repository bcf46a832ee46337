"""How often a host is contacted: a bucket of tokens for each, filled at one rate."""

from __future__ import annotations

import threading
import time

RATE = 50.0
"""Contacts a second with one host, where nothing else is said; as many at once after a second of silence."""


class Pace:
    """Spaces contacts with each host; shared by all attempts of a run."""

    def __init__(self, rate: float = RATE) -> None:
        """Let `rate` contacts a second through for each host; 0 sets no limit."""
        self._rate = rate
        self._lock = threading.Lock()
        self._free: dict[str, float] = {}
        """When each host's bucket is full again, of `time.monotonic`."""

    def wait_for(self, host: str, now: float | None = None) -> float:
        """Take a host's next turn, and return the seconds until it comes."""
        if not self._rate:
            return 0.0
        with self._lock:
            now = time.monotonic() if now is None else now
            full = max(now, self._free.get(host, now)) + 1 / self._rate
            self._free[host] = full
        return max(0.0, full - now - max(1.0, 1 / self._rate))
