"""RFC 3161 timestamps over a pack: what one covers, whether a trusted authority made it, and until when it counts.

A timestamp is over a digests file, which names the Statement, the e-signatures, their manifestation and all earlier
timestamps with their SHA-256. So the last one covers everything before it, and renewing is to take another.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

import msgspec

from limen.evidence.layout import MANIFESTATION, SIGNATURES, STATEMENT, TIMESTAMPS
from limen.integrity.canonical import CanonicalError, canonical
from limen.integrity.time_tokens import TimestampError, Token, read_timestamp, verify_timestamp

__all__ = [
    "TimestampError",
    "Token",
    "covered",
    "digests_file",
    "is_covered",
    "lapses",
    "read_timestamp",
    "renewal_due",
    "verify_timestamp",
]

FORMAT = "limen-timestamped-1"
MOST = 1 << 20
"""Bytes of a digests file beyond which it is none."""
AHEAD = timedelta(days=90)
"""How long before a timestamp's end its renewal is due: a quarter leaves time for an authority that is out."""
CLASSICAL = datetime(2036, 1, 1, tzinfo=UTC)
"""From when RSA and elliptic curves, which authorities sign with, count for nothing (NIST IR 8547, a draft)."""
_COVERED = re.compile(
    f"{re.escape(STATEMENT)}|{re.escape(MANIFESTATION)}|{re.escape(SIGNATURES)}(?!0000)[0-9]{{4}}\\.json"
    f"|{re.escape(TIMESTAMPS)}(?!0000)[0-9]{{4}}\\.(?:json|tsr)"
)
_DIGEST = re.compile("[0-9a-f]{64}")


class _Digests(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    format: str
    digests: dict[str, str]


def is_covered(name: str) -> bool:
    """Return whether a digests file may name a file."""
    return _COVERED.fullmatch(name) is not None


def digests_file(digests: Iterable[tuple[str, str]]) -> bytes:
    """Return the digests file over names with the hex SHA-256 of their files."""
    return canonical({"format": FORMAT, "digests": dict(digests)}) + b"\n"


def covered(content: bytes) -> dict[str, str]:
    """Return the digests that a digests file holds, by name; raises ValueError where it is none."""
    if len(content) > MOST:
        raise ValueError(f"it is no digests file: longer than {MOST} bytes")
    try:
        found = msgspec.json.decode(content, type=_Digests)
        same = digests_file(found.digests.items()) == content
    except (msgspec.MsgspecError, CanonicalError, UnicodeDecodeError, RecursionError) as error:
        raise ValueError(f"it is no digests file: {error}"[:300]) from None
    if found.format != FORMAT:
        raise ValueError(f"its format is not {FORMAT}")
    if not same:
        raise ValueError("it is not written as it must be: RFC 8785 and a newline, each name once")
    for name, digest in found.digests.items():
        if not is_covered(name):
            raise ValueError(f"it names {name[:100]!r}, which no timestamp covers")
        if not _DIGEST.fullmatch(digest):
            raise ValueError(f"it has no SHA-256 for {name}")
    if STATEMENT not in found.digests:
        raise ValueError(f"it does not name {STATEMENT}")
    return found.digests


def lapses(tokens: Sequence[Token], now: datetime) -> list[str]:
    """Return where a chain of timestamps, the oldest first, has a gap in which nobody answered for its proof.

    Each must have been covered by the next before its authority's certificate ended, the last be in force at `now`.
    """
    found = []
    for number, token in enumerate(tokens, 1):
        last = number == len(tokens)
        until = now if last else tokens[number].time
        if token.until < until:
            what = "was not renewed" if last else f"was renewed only on {until:%Y-%m-%d}"
            found.append(f"timestamp {number:04} ended on {token.until:%Y-%m-%d} and {what}")
    return found


def renewal_due(token: Token) -> datetime:
    """Return by when a timestamp should be renewed, UTC: AHEAD of its certificate's or algorithms' end."""
    return min(token.until, CLASSICAL) - AHEAD
