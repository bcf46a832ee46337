"""The time that a ledger stamps: UTC in microseconds, never before the last record's (21 CFR 11.10(e), NIST AU-8)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from limen.controls.ledger_entries import LedgerError
from limen.errors import Problem

SKEW = timedelta(seconds=60)
"""How far the clock may lie behind the last record unless something else is said: hosts without NTP differ by less."""


def system_clock() -> datetime:
    """Return the time of this machine."""
    return datetime.now(UTC)


class Stamps:
    """Turns what a clock says into the time of the next record."""

    def __init__(self, clock: Callable[[], datetime], skew: timedelta) -> None:
        """Keep the clock, which tells aware times, and how far it may lie behind the last record."""
        self._clock, self._skew = clock, skew
        self._second, self._prefix = datetime(1, 1, 1, tzinfo=UTC), "0001-01-01T00:00:00."

    def next(self, last: str) -> str:
        """Return the time of a record that follows one of the time `last`; empty where there is none before it.

        A clock that lies a little behind the last record is of another host, or was set back: its record bears the
        last one's time. One that lies further behind than the skew is refused, since no record would tell when it was
        made. Raises LedgerError.
        """
        now = self._clock()
        if now.tzinfo is None:
            raise LedgerError(Problem(message="the clock tells a time without a zone", hint="use datetime.now(UTC)"))
        gone = now - self._second
        if gone.days or gone.seconds:
            self._second = now.astimezone(UTC).replace(microsecond=0)
            self._prefix = self._second.isoformat()[:19] + "."
            gone = now - self._second
        made = f"{self._prefix}{gone.microseconds:06}Z"
        return made if made >= last else self._behind(now, last)

    def _behind(self, now: datetime, last: str) -> str:
        behind = datetime.fromisoformat(last) - now
        if behind > self._skew:
            raise LedgerError(
                Problem(
                    message=f"the clock lies {behind.total_seconds():.0f} seconds behind the last record,"
                    f" and {self._skew.total_seconds():.0f} are allowed",
                    hint="set the clock right; where the last record has the wrong time, open with a larger skew",
                )
            )
        return last
