"""Until when a pack proves what it says, and until when it must: what a verifier can tell of the future."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable

import msgspec

from limen.evidence.checks.pack import Pack
from limen.evidence.checks.signing_keys import judged
from limen.evidence.layout import DECLARATION, STATEMENT
from limen.evidence.reading import UnreadableError
from limen.integrity.instants import instant_text
from limen.integrity.signatures import Algorithm
from limen.model.scalars import duration_seconds

_CLASSICAL = datetime.datetime(2036, 1, 1, tzinfo=datetime.UTC)
"""From when signatures by elliptic curves count for nothing (NIST IR 8547, table 2: disallowed after 2035)."""
_ENDS: dict[Algorithm, datetime.datetime | None] = {
    "ed25519": _CLASSICAL,
    "ecdsa-p256": _CLASSICAL,
    "ecdsa-p384": _CLASSICAL,
    "ml-dsa-65": None,
}
_RETENTION = re.compile(rb"""(?m)^[^#\n]*\bretention["']?\s*:\s*["']?(P[0-9A-Z.]+)""")


class Proof(msgspec.Struct, frozen=True, kw_only=True):
    """How long a pack proves something, in words and times."""

    until: str = ""
    """Instant from which nothing is proven any more unless it is renewed; empty where nothing proves it now."""
    by: str = ""
    """What ends then."""
    duty: str = ""
    """Instant until which it must be kept, by the retention that is declared or given; empty where none is."""
    retention: str = ""
    """That retention, ISO 8601."""
    short: bool = False
    """Whether it must be renewed before the duty ends."""


def proof(pack: Pack, given: Iterable[str]) -> Proof:
    """Return until when a pack's proof holds; `given` are retentions beside the declared ones, ISO 8601.

    Raises ValueError where a given one is no duration.
    """
    until, by = _until(pack)
    longest = max((*given, *_declared(pack)), key=duration_seconds, default="")
    duty = None
    if longest and pack.assessed_at is not None:
        try:
            duty = pack.assessed_at + datetime.timedelta(seconds=duration_seconds(longest))
        except OverflowError:
            duty = datetime.datetime.max.replace(tzinfo=datetime.UTC)
    return Proof(
        until=_text(until),
        by=by,
        duty=_text(duty),
        retention=longest,
        short=duty is not None and (until is None or until < duty),
    )


def _until(pack: Pack) -> tuple[datetime.datetime | None, str]:
    """Return until when the Statement is proven and what ends then; None where nothing that is trusted proves it."""
    stamps = [stamp for stamp in pack.stamps if STATEMENT in stamp.covers]
    if stamps:
        last = max(stamps, key=lambda stamp: stamp.until)
        if last.until < _CLASSICAL:
            return last.until, f"the certificate of {last.authority}, which made timestamp {last.number:04}"
        return _CLASSICAL, "the algorithms of today's timestamps (NIST IR 8547)"
    if isinstance(pack.statement, ValueError):
        return None, ""
    ends: list[tuple[datetime.datetime, str]] = []
    for one in judged(pack, pack.statement, "producer"):
        if one.mark != "good" or one.key is None:
            return None, ""
        ends.append((one.key.valid_to, f"the key of {one.key.holder}, which no timestamp covers"))
        if (end := _ENDS[one.key.key.algorithm]) is not None:
            ends.append((end, f"the algorithm {one.key.key.algorithm} (NIST IR 8547)"))
    return min(ends, default=(None, ""))


def _declared(pack: Pack) -> list[str]:
    """Return the retentions that stand in the enclosed declaration; read as text, for only the longest counts."""
    found: set[str] = set()
    for name in pack.files.names():
        if not name.startswith(DECLARATION):
            continue
        try:
            content = pack.files.read(name)
        except UnreadableError:
            continue
        found.update(match.decode() for match in _RETENTION.findall(content))
    return [one for one in found if _is_duration(one)]


def _is_duration(text: str) -> bool:
    try:
        return duration_seconds(text) > 0
    except ValueError:
        return False


def _text(at: datetime.datetime | None) -> str:
    return "" if at is None else instant_text(at)
