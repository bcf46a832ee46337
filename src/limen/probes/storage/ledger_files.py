"""A ledger in JSON Lines, read line by line for times, numbers and deletions; nothing else of it is kept."""

from __future__ import annotations

import datetime
import glob
import gzip
import os
import stat
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, cast

import msgspec
from msgspec import UNSET

from limen.model.probing import StoredRecords
from limen.probes.interface import AttemptError, Context, Target
from limen.probes.storage.places import Place
from limen.probes.storage.records import MOST_DELETIONS, Deletion, Found

_LONGEST = 1 << 20
"""Bytes beyond which a line is no entry."""
_DECODER = msgspec.json.Decoder(dict[str, Any])


def records_of_file(target: Target, place: Place, context: Context) -> Found:
    """Return what a ledger's lines say of their age and of deletions; raises AttemptError where they can't be read."""
    options = cast(StoredRecords, target.options.records)
    if options.table is not UNSET:
        raise AttemptError("a table is of a database; the endpoint is a file")
    path = target.folder / place.name
    try:
        # A ledger may be in several files, oldest first by name, as the ledger probe reads it.
        paths = sorted(map(Path, glob.glob(str(path)))) if "*" in place.name else [path]  # noqa: PTH207
        if not paths:
            raise AttemptError(f"no file matches {place.name}")
        return _read(_lines_of(paths), options, context)
    except (gzip.BadGzipFile, EOFError, zlib.error):
        raise AttemptError(f"{place.name} is a damaged gzip file") from None
    except OSError as error:
        raise AttemptError(f"{place.name} can't be read: {error.strerror or type(error).__name__}") from None


def since_of(options: StoredRecords) -> int | None:
    """Return the start of the day on which recording began: seconds since 1970, UTC; None where it is not said."""
    if options.since is UNSET:
        return None
    try:
        day = datetime.date.fromisoformat(options.since)
    except ValueError:
        raise AttemptError(f"the option since is no day: {options.since}") from None
    return int(datetime.datetime(day.year, day.month, day.day, tzinfo=datetime.UTC).timestamp())


def seconds_of(value: Any) -> float | None:
    """Return a time, ISO 8601 or seconds since 1970, as seconds since 1970; None where it is none. UTC by default."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return float(value) if 0 <= value < 1 << 36 else None
    if isinstance(value, str):
        try:
            found = datetime.datetime.fromisoformat(value)
            return (found if found.tzinfo is not None else found.replace(tzinfo=datetime.UTC)).timestamp()
        except (ValueError, OverflowError):
            return None
    return None


def approvers_of(value: Any) -> int | None:
    """Return how many different ones a list, or a text with commas, names."""
    if isinstance(value, str):
        value = value.split(",")
    if not isinstance(value, list | tuple):
        return None
    return len({str(one).strip().casefold() for one in value if str(one).strip()})


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    with open(path, "rb", opener=_without_waiting) as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise AttemptError(f"{path.name} is no file")
        if path.suffix != ".gz":
            yield file
            return
        with gzip.open(file) as unpacked:
            yield cast(BinaryIO, unpacked)


def _without_waiting(path: str, flags: int) -> int:
    """Open a file, and no pipe that would be waited for."""
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


def _lines_of(paths: Sequence[Path]) -> Iterator[bytes]:
    for path in paths:
        with _opened(path) as file:
            yield from _lines(file)


def _range(known: Mapping[str, Any]) -> tuple[int | None, int | None]:
    """Return the numbers from which to which an entry says that records were deleted; none where it says no range."""
    first, last = known.get("first"), known.get("last")
    if type(first) is int and type(last) is int and 1 <= first <= last:
        return first, last
    return None, None


def _read(lines: Iterator[bytes], options: StoredRecords, context: Context) -> Found:
    time_field = "time" if options.time is UNSET else options.time
    number_field = "_seq" if options.sequence is UNSET else options.sequence
    action = None if options.deletions is UNSET else options.deletions
    times: list[float] = []
    numbers: list[int] = []
    deletions: list[Deletion] = []
    count, oldest, first, last = 0, None, None, None
    for number, line in enumerate(lines, 1):
        if number % 4096 == 0:
            context.remaining()
        entry = _entry(line, number)
        at = seconds_of(entry.get(time_field))
        if at is None:
            raise AttemptError(f"line {number} has no time in {time_field}")
        count, oldest = count + 1, at if oldest is None else min(oldest, at)
        place = entry.get(number_field)
        if isinstance(place, int):
            first, last = place if first is None else min(first, place), place if last is None else max(last, place)
            numbers.append(1)
        if action is not None and entry.get("action") == action:
            details = entry.get("details")
            known = details if isinstance(details, dict) else {}
            deleted = seconds_of(known.get("deleted_at"))
            times.append(at)
            deletions.append(
                Deletion(
                    seconds_of(known.get("record_time")),
                    at if deleted is None else deleted,
                    approvers_of(known.get("approvers")),
                    *_range(known),
                )
            )
            if len(deletions) > MOST_DELETIONS:
                raise AttemptError(f"more than {MOST_DELETIONS:,} deletions are recorded")
    missing = None
    if count and len(numbers) == count and first is not None and last is not None:
        missing = max(0, last - min(first, 1) + 1 - count)
    return Found(
        count=count,
        oldest_at=oldest,
        since=since_of(options),
        missing=missing,
        deletions=None if action is None else tuple(deletions),
        lowest=first,
    )


def _lines(file: BinaryIO) -> Iterator[bytes]:
    number = 0
    while line := file.readline(_LONGEST + 1):
        number += 1
        if len(line) > _LONGEST:
            raise AttemptError(f"line {number} is longer than {_LONGEST:,} bytes: it is no entry")
        if line.strip():
            yield line


def _entry(line: bytes, number: int) -> dict[str, Any]:
    try:
        return _DECODER.decode(line)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise AttemptError(f"line {number} is no JSON object") from None
