"""Anchors: head and length of a ledger at one moment, kept by somebody else: they show a cut tail or a new history.

A chain without its last records verifies, and so does one that was written anew from some record on. What neither can
do is lead to the head that somebody else holds for that length. `digests` of the text's segments say in a third
of the time that nothing changed since.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import pairwise
from typing import Literal

import msgspec

from limen.integrity.canonical import canonical

SEGMENT_BYTES = 1 << 22
"""Bytes of the segments that are digested; the last one may be shorter."""
_DOMAIN = b"limen-anchor-v1\0"


class Anchor(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """What is given away of a ledger at one moment; a line of JSON."""

    ledger: str
    """Its name in the declaration."""
    length: int
    """Records."""
    head: str
    """Hash of the last of them, 64 hex digits."""
    bytes: int
    """Bytes of its text as JSON Lines, without compression."""
    at: str
    """When: UTC, as 2026-11-22T10:00:00.000000Z."""
    digests: tuple[str, ...] = ()
    """SHA-256 of each segment of the text, 64 hex digits; may be left out."""
    to: str = ""
    """The component that keeps it."""
    base: Literal["", "moved", "deleted"] = ""
    """Why the records up to this one are no longer there: they were moved to a later tier, or lawfully deleted; empty
    for the anchor of a head. A ledger may begin behind a base that its witness signed, and nowhere else."""
    signature: str = ""
    """Ed25519 signature of who keeps it, over `statement`, 128 hex digits; empty where it is not signed."""


def statement(anchor: Anchor) -> bytes:
    """Return the bytes that a signature of an anchor is over: all of it but the signature, in canonical form."""
    content = {name: value for name, value in msgspec.to_builtins(anchor).items() if name != "signature"}
    return _DOMAIN + canonical(content)


def anchor_line(anchor: Anchor) -> bytes:
    """Return the line of an anchor, with its newline, as `anchors` reads it."""
    return msgspec.json.encode(anchor) + b"\n"


def anchors(text: bytes) -> Iterator[Anchor]:
    """Yield the anchors of JSON Lines; raises ValueError with the number of the line that is none."""
    decoder = msgspec.json.Decoder(Anchor)
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        try:
            anchor = decoder.decode(line)
            moment(anchor)
        except (msgspec.MsgspecError, ValueError):
            raise ValueError(f"line {number} is no anchor") from None
        yield anchor


def moment(anchor: Anchor) -> int:
    """Return when an anchor was made, in seconds since 1970; raises ValueError where that is no time."""
    return int(datetime.fromisoformat(anchor.at).timestamp())


def longest_gap(moments: Sequence[int], now: int) -> int:
    """Return the seconds of the longest time without an anchor, up to now; `moments` has one at least.

    From now to an anchor of a time to come is such a time, too: a forged date does not vouch for today.
    """
    ordered = sorted([*moments, now])
    return max(later - earlier for earlier, later in pairwise(ordered))


def digests(pieces: Iterable[bytes]) -> Iterator[str]:
    """Yield the SHA-256 of each segment of a text that comes in pieces of any length."""
    made, room = hashlib.sha256(), SEGMENT_BYTES
    for piece in pieces:
        view = memoryview(piece)
        while len(view) >= room:
            made.update(view[:room])
            view = view[room:]
            yield made.hexdigest()
            made, room = hashlib.sha256(), SEGMENT_BYTES
        made.update(view)
        room -= len(view)
    if room < SEGMENT_BYTES:
        yield made.hexdigest()
