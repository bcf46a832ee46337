"""Moments in UTC as waivers and baselines write them."""

from __future__ import annotations

import datetime


def moment(text: str) -> datetime.datetime:
    """Return a date (its first instant) or an RFC 3339 moment ending in Z; raise ValueError where it is neither."""
    if len(text) == 10:
        return datetime.datetime.combine(datetime.date.fromisoformat(text), datetime.time(), datetime.UTC)
    return datetime.datetime.fromisoformat(text.removesuffix("Z")).replace(tzinfo=datetime.UTC)
