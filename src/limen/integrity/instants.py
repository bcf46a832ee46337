"""Instants as evidence writes them: RFC 3339 in UTC, to the second, so that there is one text for each."""

from __future__ import annotations

import datetime
import re

_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", re.ASCII)


def instant(text: str) -> datetime.datetime:
    """Return the instant of a text such as 2026-11-22T10:00:00Z; raises ValueError where it is none."""
    if not _INSTANT.fullmatch(text):
        raise ValueError(f"{text[:40]!r} is no time: expected UTC such as 2026-11-22T10:00:00Z")
    try:
        return datetime.datetime.fromisoformat(text[:-1]).replace(tzinfo=datetime.UTC)
    except ValueError as error:
        raise ValueError(f"{text!r} is no time: {error}") from None


def instant_text(at: datetime.datetime) -> str:
    """Return the text of an instant, to the second below."""
    return at.astimezone(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
