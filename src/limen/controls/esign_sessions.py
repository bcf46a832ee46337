"""Periods of continuous controlled access: within one, a person who signed with both components signs with one.

21 CFR 11.200(a)(1)(i) and (ii). A session ends by itself when nothing is signed for a while, and after some hours
whatever is signed; afterwards both components are needed again.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import NamedTuple

IDLE = timedelta(minutes=15)
"""How long nothing may be signed before a session ends."""
LONGEST = timedelta(hours=8)
"""How long a session lasts at most."""


class _Open(NamedTuple):
    user: str
    begun: datetime
    last: datetime


class Sessions:
    """Open sessions, by the digest of what their holders show. In memory only: a restart ends them all."""

    def __init__(self, idle: timedelta = IDLE, longest: timedelta = LONGEST) -> None:
        """Begin without any."""
        self._idle, self._longest = idle, longest
        self._open: dict[str, _Open] = {}

    def begin(self, user: str, now: datetime) -> str:
        """Open a session and return what its holder shows: 256 random bits, never recorded."""
        for name in [name for name, one in self._open.items() if self._over(one, now)]:
            del self._open[name]
        shown = secrets.token_urlsafe(32)
        self._open[_name(shown)] = _Open(user, now, now)
        return shown

    def user(self, shown: str, now: datetime) -> str | None:
        """Return whose session it is; None where there is none, or it is over."""
        one = self._open.get(_name(shown))
        if one is None or self._over(one, now):
            self.end(shown)
            return None
        return one.user

    def used(self, shown: str, now: datetime) -> None:
        """Note that something was signed in a session."""
        one = self._open.get(_name(shown))
        if one is not None:
            self._open[_name(shown)] = one._replace(last=now)

    def end(self, shown: str) -> None:
        """End a session, if it is one."""
        self._open.pop(_name(shown), None)

    def end_of(self, user: str) -> None:
        """End every session of somebody."""
        for name in [name for name, one in self._open.items() if one.user == user]:
            del self._open[name]

    def _over(self, one: _Open, now: datetime) -> bool:
        return not one.last <= now <= one.last + self._idle or now > one.begun + self._longest


def _name(shown: str) -> str:
    """Return what a session is kept under: a digest, so that looking it up tells nothing by its time."""
    return hashlib.sha256(shown.encode("utf-8", "surrogatepass")).hexdigest()
