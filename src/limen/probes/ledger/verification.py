"""What asking a ledger yields, recorded as one raw response: counts, offsets and hashes, never what a record says."""

from __future__ import annotations

from typing import Literal

import msgspec

from limen.integrity.chains import Stretch
from limen.model.recipes import Recipe
from limen.probes.interface import AttemptError
from limen.records.attempts import RawResponse

NAME = "verification.json"


class AnchorsRead(msgspec.Struct, frozen=True, kw_only=True):
    """The anchors that were read."""

    moments: tuple[int, ...]
    """When each was made, in order: seconds since 1970."""
    longest: int = 0
    """Records of the longest ledger that one of them counted."""
    lengths: tuple[int, ...] = ()
    """Records that each counted, in the same order."""
    contradictory: int = 0
    """Anchors that give another head than an earlier one for the same length."""
    witnessed: bool | None = None
    """Whether each is signed by who keeps them; None where no key was given."""


class Compared(msgspec.Struct, frozen=True, kw_only=True):
    """The text up to an anchor, segment by segment, against the digests that the anchor holds."""

    segments: int
    changed: int
    changed_at: int | None = None
    """First byte of the first segment that differs."""
    length: int
    """Records up to that anchor."""


class TierSeen(msgspec.Struct, frozen=True, kw_only=True):
    """One stage of storage, by the first bytes and the first record of its files."""

    name: str
    oldest: str | None = None
    compressed: bool | None = None
    encrypted: bool | None = None


class Verification(msgspec.Struct, frozen=True, kw_only=True):
    """The outcome of reading a whole ledger."""

    store: Literal["jsonl", "sqlite", "postgresql"]
    compression: Literal["none", "gzip", "zstd"] | None = None
    recipe: Recipe | None = None
    """How the chain is made; None for limen-v1."""
    strict: bool = False
    ledger: Stretch
    """All records, joined to the beginning of the chain, or to `base`."""
    base: int = 0
    """Records before the first, which were moved or deleted as the witness signed; they count as records here."""
    tenant_expected: bool = False
    compared: Compared | None = None
    """None where every record was verified; else those after the anchor were, and before it only digests compared,
    unless one differed."""
    anchors: AnchorsRead | None = None
    """None where no anchors were named."""
    earlier: bool | None = None
    """Whether the head that an earlier run kept is found again; None where none was kept."""
    earlier_length: int = 0
    """Records up to that head."""
    tiers: tuple[TierSeen, ...] = ()


def recorded(verification: Verification) -> RawResponse:
    """Return the raw response that holds an outcome."""
    return RawResponse(
        name=NAME, media_type="application/json", content=msgspec.json.encode(verification, order="sorted")
    )


def read(raw: RawResponse | None) -> Verification:
    """Return the outcome in a raw response; raises AttemptError where it holds none."""
    if raw is None:
        raise AttemptError(f"there is no {NAME} among the raw responses")
    try:
        return msgspec.json.decode(raw.content, type=Verification)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        raise AttemptError(f"{NAME} can't be read: it was recorded by another version, or damaged") from None
