"""Records whose age and deletions are read: of a table or of a ledger; only times and counts are kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec
from msgspec import UNSET, UnsetType

from limen.analysis.kinds.observed_storage import RecordFacts, StorageFacts
from limen.probes.interface import AttemptError, Context, Target
from limen.probes.storage.asking import asked, response
from limen.probes.storage.places import Place
from limen.records.attempts import RawResponse

MOST_DELETIONS = 100_000
"""Recorded deletions that are read at most; a store with more of them is an error, not a sample."""


_DAY = 86_400


class Deletion(msgspec.Struct, frozen=True, array_like=True):
    """One recorded deletion."""

    recorded_at: float | None
    """Time of the record that was deleted; None where it is not recorded."""
    deleted_at: float | None
    approvers: int | None
    """How many different ones approved; None where it is not recorded."""
    first: int | None = None
    """Number of the first record that was deleted, where one entry records that of a whole range; else None."""
    last: int | None = None

    def early(self, duty: int) -> bool | None:
        """Return whether it came before the duty to keep, in seconds, was over; None where that is not recorded."""
        if self.recorded_at is None or self.deleted_at is None:
            return None
        return self.deleted_at - self.recorded_at < duty


class Found(msgspec.Struct, frozen=True):
    """What was found."""

    count: int
    oldest_at: float | None = None
    since: int | None = None
    missing: int | None = None
    deletions: tuple[Deletion, ...] | None = None
    """None where it is not known where deletions are recorded."""
    lowest: int | None = None
    """Least number of a record that is there; None where it is not known."""


def ask_records(target: Target, place: Place, context: Context) -> Sequence[RawResponse]:
    """Return times and counts of the records; raises AttemptError where they can't be read."""
    if target.options.records is UNSET:
        raise AttemptError("which records are meant is not known; say so in options: {records: {table: …}}")
    if place.scheme == "file":
        from limen.probes.storage.ledger_files import records_of_file

        found = records_of_file(target, place, context)
    else:
        from limen.probes.storage.tables import records_of_table

        found = records_of_table(target, place, context)
    return [asked(target, place), response("records.json", found)]


def read_records(raw: Mapping[str, RawResponse], at: int, duty: int, approvers: int | None) -> StorageFacts:
    """Return the facts in recorded times and counts, held against a duty in seconds and a number of approvers."""
    found = msgspec.json.decode(raw["records.json"].content, type=Found)
    deletions = found.deletions
    facts = RecordFacts(
        count=found.count,
        oldest_at=UNSET if found.oldest_at is None else int(found.oldest_at),
        gap=_gap(found, at, duty),
        missing=UNSET if found.missing is None else found.missing,
        unexplained=_unexplained(found),
    )
    if deletions is not None:
        early = sum(one.early(duty) is True for one in deletions)
        unknown = not early and any(one.early(duty) is None for one in deletions)
        facts = msgspec.structs.replace(
            facts,
            deletions=len(deletions),
            early=UNSET if unknown else early,
            unapproved=UNSET if approvers is None else sum((one.approvers or 0) < approvers for one in deletions),
        )
    return StorageFacts(form="records", records=facts)


def _gap(found: Found, at: int, duty: int) -> int | UnsetType:
    """Return by how much the oldest record is too young; the day on which recording began counts to its end."""
    if found.oldest_at is None and found.since is None:
        return UNSET  # nothing is there, and nobody says since when something should be
    oldest = at if found.oldest_at is None else int(found.oldest_at)
    if oldest <= at - duty or _retired(found, duty):
        return 0
    if found.since is None:
        return UNSET
    return max(0, oldest - max(found.since + _DAY, at - duty))


def _retired(found: Found, duty: int) -> bool:
    """Return whether every record before the oldest was deleted in its time: then it is as old as it can be."""
    lowest = found.lowest or 1
    ranges = [one for one in found.deletions or () if one.first is not None and one.early(duty) is False]
    return lowest > 1 and _numbers(ranges, lowest) == lowest - 1


def _unexplained(found: Found) -> int | UnsetType:
    if found.missing is None or (found.missing and found.deletions is None):
        return UNSET
    deletions = found.deletions or ()
    single = sum(one.first is None for one in deletions)
    return max(0, found.missing - single - _numbers(deletions, found.lowest or 1))


def _numbers(deletions: Sequence[Deletion], lowest: int) -> int:
    """Return how many numbers below the least one that is there the ranges of deletions name, each of them once."""
    counted, at = 0, 1
    for first, last in sorted((one.first, one.last or 0) for one in deletions if one.first is not None):
        begin, end = max(first, at), min(last, lowest - 1)
        if begin <= end:
            counted += end - begin + 1
            at = end + 1
    return counted
