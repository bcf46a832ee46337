"""Dates of a key's versions: what they prove, and whether they can be true."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

SKEW = 300
"""Seconds by which a custodian's clock may be ahead of ours."""
EARLIEST = 631_152_000
"""1990-01-01: no key is older; what claims to be has no date."""


def seconds(value: object) -> int | None:
    """Return a date of a custodian, as seconds or ISO 8601, in seconds since 1970; None where it is none."""
    if isinstance(value, bool):
        return None
    if isinstance(value, (int, float)):
        return int(value) if EARLIEST <= value <= 1e11 else None
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    found = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    return int(found) if found >= EARLIEST else None


def dated(versions: Mapping[int, int | None], at: int, created: int | None = None, skew: int = SKEW) -> dict[str, Any]:
    """Return the facts in the dates of versions, by number, as observed `at`, in seconds since 1970.

    `created` is when the key itself was made, where the custodian says so apart; `skew` is how many seconds a date may
    be off. The newest version's date only
    counts where no date is impossible: a clock that lies about one version lies about all.
    """
    known = [(number, moment) for number, moment in sorted(versions.items()) if moment is not None]
    if not known:
        return {}
    impossible = sum(moment > at + skew or (created is not None and moment < created - skew) for _, moment in known)
    impossible += sum(later < earlier for (_, earlier), (_, later) in pairwise(known))
    facts: dict[str, Any] = {"impossible_dates": impossible, "first_at": known[0][1]}
    if not impossible and known[-1][0] == max(versions):
        newest = known[-1][1]
        facts |= {"newest_at": newest, "newest_age": max(0, at - newest)}
    return facts
