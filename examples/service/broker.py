"""The event broker, as far as this machine needs one: a durable queue of envelopes that it has no key for.

A real one is Kafka, as declared; what counts at its boundary is the same. An event is acknowledged once it is on the
disk, and leaves the queue once whoever took it has kept it.
"""

from __future__ import annotations

import sqlite3
import threading
from pathlib import Path
from typing import NamedTuple


class Queued(NamedTuple):
    """One event on its way."""

    record: str
    envelope: bytes


class Broker:
    """A queue in one file; safe for threads."""

    def __init__(self, path: Path) -> None:
        path.touch(mode=0o600)
        self._lock = threading.Lock()
        self._file = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._file.execute("pragma synchronous = full")
        self._file.execute(
            "create table if not exists queue (number integer primary key, record text unique, envelope blob)"
        )

    def publish(self, record: str, envelope: bytes) -> None:
        """Keep an event; the same one again is kept once."""
        with self._lock:
            self._file.execute("insert or ignore into queue (record, envelope) values (?, ?)", (record, envelope))

    def next(self) -> Queued | None:
        """Return the oldest event, which stays until it is `done`."""
        with self._lock:
            row = self._file.execute("select record, envelope from queue order by number limit 1").fetchone()
        return Queued(*row) if row else None

    def done(self, record: str) -> None:
        """Let go of an event."""
        with self._lock:
            self._file.execute("delete from queue where record = ?", (record,))

    def close(self) -> None:
        """Close the file."""
        self._file.close()
