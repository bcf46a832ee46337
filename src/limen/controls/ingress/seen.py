"""Which events were here before: the same once more is acknowledged, another under the same id is refused.

An event is pending until whoever asked for it has kept it and says so; until then it is handed out again, so that a
crash in between loses nothing. Ids and contents are kept as keyed tokens, so that the file tells nothing of either
(ADR 0023: a plain digest is an oracle).
"""

from __future__ import annotations

import hashlib
import hmac
import sqlite3
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Literal

from limen.controls.ingress.private_files import PrivateFile
from limen.integrity.canonical import canonical
from limen.integrity.instants import instant_text
from limen.integrity.tokens import token

State = Literal["new", "pending", "done", "conflict"]
"""new and pending events are handed out, done ones only acknowledged, conflicts refused."""
Claim = tuple[str, bytes]
"""An event's id and its canonical content."""
_SCHEMA = """CREATE TABLE IF NOT EXISTS seen (
    event TEXT PRIMARY KEY, content TEXT NOT NULL, done INTEGER NOT NULL, time TEXT NOT NULL) WITHOUT ROWID"""


class Seen:
    """A file of events that were here."""

    def __init__(self, path: Path, *, mac: tuple[str, bytes], macs: Mapping[str, bytes] | None = None) -> None:
        """Open the file; `mac` is id and key of the tokens, `macs` all live versions, so that old ones still match.

        Raises RefusedError (replays_unavailable) where the file can't be had: without it nothing can be told apart.
        """
        self._current, self._key = mac
        self._keys = {**(macs or {}), self._current: self._key}
        self._file = PrivateFile(path, _SCHEMA, what="the list of events that were here", reason="replays_unavailable")

    def digest(self, content: bytes) -> str:
        """Return the keyed token of some content, which tells nothing to whoever lacks the key."""
        return self._token(self._current, "content", hashlib.sha256(content).hexdigest())

    def states(self, source: str, claims: Sequence[Claim]) -> list[State]:
        """Return the state of each event of a source, and keep nothing; raises RefusedError."""
        with self._file.look() as connection:
            return [self._state(connection, source, claim) for claim in claims]

    def claim(self, source: str, claims: Sequence[Claim], now: datetime) -> list[State]:
        """Return the state of each event of a source, and keep new ones as pending, unless there is a conflict.

        All or none are kept. Raises RefusedError where the file can't be written.
        """
        with self._file.change() as connection:
            states = [self._state(connection, source, claim) for claim in claims]
            rows = [
                (self._token(self._current, "event", source, event), self.digest(content), instant_text(now))
                for (event, content), state in zip(claims, states, strict=True)
                if state == "new"
            ]
            if "conflict" not in states:
                connection.executemany("INSERT OR IGNORE INTO seen VALUES (?, ?, 0, ?)", rows)
        return states

    def _state(self, connection: sqlite3.Connection, source: str, claim: Claim) -> State:
        event, content = claim
        for key in self._keys:
            name = self._token(key, "event", source, event)
            found = connection.execute("SELECT content, done FROM seen WHERE event = ?", (name,)).fetchone()
            if found is not None:
                same = hmac.compare_digest(found[0], self._token(key, "content", hashlib.sha256(content).hexdigest()))
                return "conflict" if not same else "done" if found[1] else "pending"
        return "new"

    def done(self, source: str, events: Sequence[str]) -> None:
        """Keep that events were kept by whoever asked for them; raises RefusedError where that can't be written."""
        names = [(self._token(key, "event", source, event),) for event in events for key in self._keys]
        with self._file.change() as connection:
            connection.executemany("UPDATE seen SET done = 1 WHERE event = ?", names)

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _token(self, key: str, *parts: str) -> str:
        return token(canonical(list(parts)).decode(), domain="limen-ingress", key_id=key, key=self._keys[key])
