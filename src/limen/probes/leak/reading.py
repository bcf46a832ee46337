"""The facts in what a search found: pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec
from msgspec import UNSET

from limen.analysis.kinds.observed_leak import LeakFacts
from limen.probes.interface import AttemptError, Seen
from limen.probes.leak.searching import Searched
from limen.records.attempts import RawResponse


class _Recorded(msgspec.Struct, frozen=True):
    kinds: tuple[str, ...]
    sent_at: int | None
    delivered: Searched | None
    searched: Searched


def read(raw: Mapping[str, RawResponse]) -> Sequence[Seen]:
    """Return the facts in an attempt's counts; raises AttemptError where they are none of this probe."""
    try:
        found = msgspec.json.decode(raw["search.json"].content, type=_Recorded)
    except (KeyError, msgspec.MsgspecError, RecursionError, UnicodeError) as error:
        raise AttemptError(f"the recording is none of this probe: {type(error).__name__}") from None
    searched = found.searched
    if not len(searched.found) == len(searched.clear) == len(found.kinds):
        raise AttemptError("the recording is none of this probe: its counts are not those of its canaries")
    canaries = [place for place, kind in enumerate(found.kinds) if kind != "marker"]
    markers = [place for place, kind in enumerate(found.kinds) if kind == "marker"]
    marked = bool(markers) and all(searched.found[place] for place in markers)
    arrived = found.delivered is not None and all(
        place < len(found.delivered.found) and found.delivered.found[place] for place in canaries
    )
    live = searched.size > 0 and not (
        found.sent_at is not None and searched.newest_at is not None and searched.newest_at < found.sent_at
    )
    # Where both are there, both must hold: a request that arrived without its canaries proves nothing. Without the
    # marker only what was written after the canaries were sent shows that the place is in use.
    since = live and found.sent_at is not None and searched.newest_at is not None
    shown = marked if found.delivered is None else arrived and (marked or since)
    proven = bool(canaries) and shown and not searched.unread
    seen = {place for place in canaries if searched.found[place]}
    clear = {place for place in seen if searched.clear[place]}
    facts = LeakFacts(
        canaries=len(canaries),
        marked=marked,
        delivered=arrived,
        live=live,
        places=searched.places,
        size=searched.size,
        unread=searched.unread,
        kinds=tuple(sorted({found.kinds[place] for place in seen})),
        clear=len(clear) if proven or clear else UNSET,
        encoded=len(seen - clear) if proven or seen - clear else UNSET,
    )
    return [Seen(detail="", facts=facts)]
