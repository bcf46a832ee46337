"""What a ledger itself says of its segments that were moved: what lies beside a segment is believed no further."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Literal

import msgspec

from limen.controls.ledger import Line
from limen.controls.segment_files import Segment

Moved = Literal["warm", "cold"]
MOVED: dict[str, Moved] = {"segment.warm": "warm", "segment.cold": "cold"}
"""Actions of the entries that a segment became that."""


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """What an entry of the ledger says of a segment that was moved."""

    first: int
    last: int
    head: str
    sha256: str
    worm: dict[str, Any] | None = None
    """The copy that is written once."""
    sealed: str = ""
    """Digest of the sealed records."""
    proved: bool = False


Entries = dict[tuple[str, Moved], list[Said]]
"""What is recorded of segments, by name and by what they became, oldest first; several where a crash came between."""


def entries_of(segments: Sequence[Segment], lines: Iterable[Line]) -> Entries:
    """Return what some entries of the ledger say of segments."""
    known, found = {one.stem: one for one in segments}, Entries()
    for line in lines:
        state, segment = MOVED.get(line.action), known.get(line.record)
        if state is None or segment is None:
            continue
        try:
            said = msgspec.convert(line.details, Said)
        except msgspec.ValidationError:
            continue  # somebody else's entry
        if all(getattr(said, name) == getattr(segment, name) for name in ("first", "last", "head", "sha256")):
            found.setdefault((segment.stem, state), []).append(said)
    return found


def agree(recorded: dict[str, Any] | None, noted: object) -> bool:
    """Return whether a note names the copy that an entry does, of which it may say more."""
    if recorded is None or not isinstance(noted, dict):
        return recorded is noted
    return recorded.items() <= noted.items()
