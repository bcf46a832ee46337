"""What a run log says: each entry one line of RFC 8785, and what the lines together tell of the runs.

A run is `started` before anything is evaluated and `ended` with the root of its pack, or `failed`; a recording is
`observed` by its digest. A run that was started and has no end is a gap: it was killed, or somebody did not like it.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from limen.integrity.canonical import CanonicalError, canonical
from limen.integrity.instants import instant

FORMAT = "limen-log-1"
"""Name and version of the format."""
MOST_BYTES = 1 << 28
"""Bytes beyond which a text is no run log of ours."""
_BACK = datetime.timedelta(minutes=10)
"""How far times of neighbours may go back: runs at once read the clock before they wait for each other."""
_EARLIEST = datetime.datetime.min.replace(tzinfo=datetime.UTC)

NO_END = "has no end"
"""How a gap says that a run did not come to an end."""

Digest = Annotated[str, Meta(pattern=r"\A[0-9a-f]{64}\Z")]
RunId = Annotated[str, Meta(pattern=r"\A[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}\Z")]
_Word = Annotated[str, Meta(min_length=1, max_length=200)]
_Count = Annotated[int, Meta(ge=0, le=2**53 - 1)]


class _Entry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="type"):
    """What all entries have."""

    run: RunId
    """Id of the run, a random UUID (version 4)."""
    at: str
    """When, in UTC to the second, by the clock of the machine."""
    format: Literal["limen-log-1"] = "limen-log-1"


class Started(_Entry, frozen=True, kw_only=True, tag="started"):
    """A run is about to judge."""

    system: _Word
    scope: Literal["design", "conformance"]


class Ended(_Entry, frozen=True, kw_only=True, tag="ended"):
    """A run has judged, and its pack has this root."""

    root: Digest
    tree_size: _Count
    public_size: _Count
    exit_code: Annotated[int, Meta(ge=0, le=4)]
    counts: dict[_Word, _Count]
    """Decisions by status."""


class Failed(_Entry, frozen=True, kw_only=True, tag="failed"):
    """A run has no result, or its pack was not finished."""

    reason: _Word
    """Family of the error, such as `UnassessedError`."""


class Head(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where a log stood."""

    origin: _Word
    size: _Count
    root: Digest


class Observed(_Entry, frozen=True, kw_only=True, omit_defaults=False, tag="observed"):
    """A recording was made: it is not younger than this entry, and not older than what it names."""

    recording: Digest
    """SHA-256 of the recording's run.json, which holds a random salt."""
    head: Head | None = None
    """Where this log stood before anything was asked; None where there is a nonce."""
    nonce: Annotated[str, Meta(min_length=1, max_length=200)] | None = None
    """What an auditor asked to be named."""


Entry = Started | Ended | Failed | Observed


class LogError(ValueError):
    """A text that is no run log, with the entry that is wrong."""

    def __init__(self, index: int, words: str) -> None:
        """Keep both; `index` counts from 0."""
        super().__init__(f"entry {index}: {words}")
        self.index, self.words = index, words


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """What a log tells of one run."""

    run: str
    started: Started | None = None
    ended: Ended | None = None
    failed: Failed | None = None


class Gap(msgspec.Struct, frozen=True, kw_only=True):
    """Something that a log does not account for."""

    index: int
    """Entry at which it shows, from 0."""
    run: str
    words: str


def line_of(entry: Entry) -> bytes:
    """Return the line of an entry, without its newline; raises LogError where it can't be in a log."""
    content = {name: value for name, value in msgspec.to_builtins(entry).items() if value is not None}
    try:
        line = canonical(content)
    except CanonicalError as error:
        raise LogError(0, str(error)) from None
    _entry(0, line)
    return line


def read_entries(content: bytes, first: int = 0) -> tuple[Entry, ...]:
    """Return the entries of a log's text, each line with its newline; raises LogError at the first that is none.

    `first` is the place of its first entry in the log.
    """
    if len(content) > MOST_BYTES:
        raise LogError(first, f"the log is longer than {MOST_BYTES} bytes")
    lines = content.split(b"\n")
    if lines.pop():
        raise LogError(first + len(lines), "the last line has no newline: it is half-written")
    return tuple(_entry(index, line) for index, line in enumerate(lines, first))


def runs(entries: Iterable[Entry]) -> tuple[Run, ...]:
    """Return the runs that judged, in the order in which they are first named."""
    found: dict[str, Run] = {}
    for entry in entries:
        run = found.get(entry.run, Run(run=entry.run))
        if isinstance(entry, Started) and run.started is None:
            found[entry.run] = msgspec.structs.replace(run, started=entry)
        elif isinstance(entry, Ended) and run.ended is None:
            found[entry.run] = msgspec.structs.replace(run, ended=entry)
        elif isinstance(entry, Failed) and run.failed is None:
            found[entry.run] = msgspec.structs.replace(run, failed=entry)
    return tuple(found.values())


def gaps(entries: Iterable[Entry]) -> tuple[Gap, ...]:
    """Return what a log does not account for, in the order of its entries."""
    found: list[Gap] = []
    started: dict[str, int] = {}
    done: dict[str, set[type]] = {}
    latest = _EARLIEST
    for index, entry in enumerate(entries):
        at = instant(entry.at)
        if latest - at > _BACK:
            found.append(
                Gap(index=index, run=entry.run, words=f"its time, {entry.at}, is before that of an earlier one")
            )
        latest = max(at, latest)
        if isinstance(entry, Observed):
            continue
        if isinstance(entry, Started):
            if entry.run in started:
                found.append(Gap(index=index, run=entry.run, words="the run was started twice"))
            started.setdefault(entry.run, index)
            continue
        if entry.run not in started:
            found.append(Gap(index=index, run=entry.run, words=f"the run {_done(entry)} and was never started"))
        before = done.setdefault(entry.run, set())
        if type(entry) in before or (isinstance(entry, Ended) and before):
            found.append(Gap(index=index, run=entry.run, words=f"the run {_done(entry)} after its end"))
        before.add(type(entry))
    found += [
        Gap(index=index, run=run, words=f"the run was started and {NO_END}: killed, or still running")
        for run, index in started.items()
        if run not in done
    ]
    return tuple(sorted(found, key=lambda gap: gap.index))


def attested(recording_sha256: str, entries: Iterable[Entry]) -> bool:
    """Return whether a log says that a recording was made, given the SHA-256 of its run.json."""
    return any(isinstance(entry, Observed) and entry.recording == recording_sha256 for entry in entries)


def _done(entry: Ended | Failed) -> str:
    return "ended" if isinstance(entry, Ended) else "failed"


def _entry(index: int, line: bytes) -> Entry:
    try:
        entry = _DECODER.decode(line)
        instant(entry.at)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise LogError(index, f"it is no entry of a run log: {error}"[:300]) from None
    content = {name: value for name, value in msgspec.to_builtins(entry).items() if value is not None}
    try:
        same = canonical(content) == line
    except CanonicalError as error:
        raise LogError(index, str(error)) from None
    if not same:
        raise LogError(index, "it is not written as limen writes it")
    if isinstance(entry, Observed) and (entry.head is None) == (entry.nonce is None):
        raise LogError(index, "it names neither a head nor a nonce, or both")
    return entry


_DECODER: msgspec.json.Decoder[Entry] = msgspec.json.Decoder(Entry)
