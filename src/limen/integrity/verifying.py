"""Verifying a stretch of limen-v1: a fast loop over lines as they must be, a careful reading of those that are not.

The fast loop builds the beginning that a line must have, from the hash of its content, the hash before and the next
number, and compares once. Whatever it refuses is read and named by the careful reading; and whatever it takes, that
reading would have taken: so where a stretch begins never matters. Times are collected and their form is compared for
all at once.
"""

from __future__ import annotations

import hashlib
import re
from bisect import bisect_right
from collections.abc import Callable, Mapping
from typing import Any

import msgspec
import orjson

from limen.integrity.canonical import CanonicalError, canonical, recanonical
from limen.integrity.chains import SHOWN, Aspect, Ends, Fault, Faults, Kind, Stretch, placed
from limen.integrity.limen_v1 import HASHED, KEY_NAME, Keys, read, sha256

_WINDOW = 1 << 16
"""Bytes that are cut into lines at once: what is held of them stays within the processor's cache."""
_TENANTS = 16
"""Tenants that the fast loop knows at once where records may be of any."""
_NAMES = {"_hash", "_prev", "_seq", "action", "actor", "details", "record", "tenant", "time"}
_ODD_NUMBER = re.compile(rb"[:,\[]-?(?:0*\d{15}|\d+[.eE])")
"""What may be a float or an integer beyond 2^53, or a text that looks like one."""
_FORM = b'0000-00-00T00:00:00.000000Z"}'
_AFTER_TIME = len(_FORM)
_DIGITS = bytes.maketrans(b"123456789", b"000000000")


class Expected(msgspec.Struct, frozen=True, kw_only=True):
    """What a ledger's records are held against beside one another."""

    tenant: str | None = None
    """The one tenant whose records these are; None where they may be of any."""
    heads: Mapping[int, str] = {}
    """Anchored heads by length."""
    strict: bool = False
    """Whether each line is parsed and written again, which must give the same bytes: refuses repeated names."""


class Tally:
    """What is found while the records of a stretch go by; one use."""

    def __init__(self, start: int, heads: Mapping[int, str]) -> None:
        """Begin at a byte."""
        self.start, self.heads = start, heads
        self.records = self.unread = self.unkeyed = self.first_offset = 0
        self.first: Ends | None = None
        self.last: Ends | None = None
        self.counts: dict[Aspect, int] = {}
        self.shown: dict[Aspect, list[Fault]] = {}
        self.keys: set[str] = set()
        self.agreed: set[int] = set()
        self.differed: dict[int, str] = {}
        self.oldest: str | None = None
        self.newest: str | None = None

    def fault(self, aspect: Aspect, kind: Kind, offset: int, expected: str = "", found: str = "") -> None:
        """Count a fault of the record that is being added, and keep it if it is among the first."""
        self.counts[aspect] = self.counts.get(aspect, 0) + 1
        kept = self.shown.setdefault(aspect, [])
        if len(kept) < SHOWN:
            kept.append(Fault(kind=kind, record=self.records, offset=offset, expected=expected, found=found))

    def add(self, ends: Ends, offset: int) -> None:
        """Add a record, whose own faults are told afterwards."""
        self.records += 1
        if self.last is None:
            self.first, self.first_offset = ends, offset
        else:
            for aspect, kind, expected, found in placed(self.last, ends):
                self.fault(aspect, kind, offset, expected, found)
        self.last = ends
        self.timed(ends.time)
        if ends.seq is not None and ends.hash is not None and ends.seq in self.heads:
            self.head(ends.seq, ends.hash)

    def torn(self, kind: Kind, offset: int) -> None:
        """Add a record that can't be taken apart."""
        self.add(Ends(broken=True), offset)
        self.unread += 1
        self.fault("chain", kind, offset)

    def timed(self, time: str | None) -> None:
        """Keep a time that was read."""
        if time is not None:
            self.newest = time
            if self.oldest is None:
                self.oldest = time

    def head(self, length: int, found: str) -> None:
        """Hold a head against the anchored one."""
        if self.heads[length] == found:
            self.agreed.add(length)
            self.differed.pop(length, None)
        elif length not in self.agreed:
            self.differed.setdefault(length, found)

    def stretch(self, end: int) -> Stretch:
        """Return what was found up to a byte."""
        return Stretch(
            start=self.start,
            end=end,
            records=self.records,
            first=self.first,
            first_offset=self.first_offset,
            last=self.last,
            faults={aspect: Faults(count=n, first=tuple(self.shown[aspect])) for aspect, n in self.counts.items()},
            unread=self.unread,
            unkeyed=self.unkeyed,
            keys=tuple(sorted(self.keys))[:SHOWN],
            agreed=tuple(sorted(self.agreed)),
            differed=tuple(sorted(self.differed.items())),
            oldest=self.oldest,
            newest=self.newest,
        )


def verified(data: bytes, start: int, keys: Keys, expected: Expected) -> Stretch:
    """Return what verifying whole lines of limen-v1 yields; `start` is their first byte in the ledger.

    A last line without a newline counts as half a record.
    """
    return _Verifying(data, start, keys, expected).run()


def skipped(start: int, length: int) -> Stretch:
    """Return the stretch of one line that is too long to be read; its content is not kept."""
    tally = Tally(start, {})
    tally.torn("too_long", start)
    return tally.stretch(start + length)


def cut(start: int) -> Stretch:
    """Return the stretch of a record of which nothing is left, because the data end before they should."""
    tally = Tally(start, {})
    tally.torn("half", start)
    return tally.stretch(start)


class _Verifying:
    """The lines of one stretch; one use."""

    def __init__(self, data: bytes, start: int, keys: Keys, expected: Expected) -> None:
        self.data, self.start, self.keys, self.strict = data, start, keys, expected.strict
        self.tally = Tally(start, expected.heads)
        self.lengths = sorted(expected.heads)
        self.tenant = None if expected.tenant is None else canonical(expected.tenant)
        self.tenants: tuple[bytes, ...] = () if self.tenant is None else (_before_time(self.tenant),)
        self.offset = start
        """Where the next line starts."""
        self.mode: str | None = None
        """The key that the last line was verified under; empty for none, None where it was not verified."""

    def run(self) -> Stretch:
        """Return what verifying yields."""
        data, at = self.data, 0
        slowly = b"\0" in data or not _text(data)
        while at < len(data):
            end = data.rfind(b"\n", at, at + _WINDOW) + 1 or data.find(b"\n", at) + 1
            if not end:
                self.tally.torn("half", self.offset)
                break
            lines = data[at : end - 1].split(b"\n")
            at = end
            self.window(lines, slowly or (self.strict and not all(map(_canonical, lines))))
        return self.tally.stretch(self.start + len(data))

    def window(self, lines: list[bytes], slowly: bool) -> None:
        """Add some lines: those that the fast loop refuses by the careful reading."""
        taken = 0
        while taken < len(lines):
            fast = 0
            if not slowly and self.mode is not None:
                fast = self.loop(lines[taken:] if taken else lines, self.mode)
                slowly = fast < 0
            if fast <= 0:
                self.mode = self.careful(lines[taken])
                fast = 1
            taken += fast

    def careful(self, line: bytes) -> str | None:
        """Add one line; return the key that its hash was verified under, empty for none, None where it was not."""
        offset, tally = self.offset, self.tally
        self.offset += len(line) + 1
        reading = read(line)
        if reading is None:
            tally.torn("unreadable", offset)
            return None
        computed = self.computed(reading.key, line)
        edited = computed is not None and computed != reading.hash
        loose = not edited and self.strict and not _canonical(line)
        tally.add(
            Ends(hash=reading.hash, prev=reading.prev, seq=reading.seq, time=reading.time, broken=edited or loose),
            offset,
        )
        if computed is None:
            tally.fault("key", "unknown_key", offset)
        elif edited:
            # The right HMAC of what is there now is for nobody to read: whoever edits could paste it.
            tally.fault("chain", "edited", offset, "" if reading.key else computed, reading.hash)
        elif loose:
            tally.fault("chain", "not_canonical", offset)
        if reading.key:
            tally.keys.add(reading.key)
        else:
            tally.unkeyed += 1
        if reading.time is None:
            tally.fault("clock", "clock_unreadable", offset)
        if self.tenant is None:
            self.tenants = (*self.tenants, _before_time(reading.tenant))[-_TENANTS:]
        elif reading.tenant != self.tenant:
            tally.fault("tenant", "other_tenant", offset)
        return None if computed is None else reading.key

    def computed(self, key: str, line: bytes) -> str | None:
        """Return the hash of a line's content; None where its key is not known."""
        message = b"{" + line[HASHED:]
        if not key:
            return sha256(message)
        return self.keys.hashes[key](message) if key in self.keys else None

    def loop(self, batch: list[bytes], mode: str) -> int:
        """Add lines while they are as they must be; return how many, -1 where a time among them has no form of one."""
        last = self.tally.last
        if last is None or last.hash is None or last.seq is None:
            return 0
        time = b"" if last.time is None else last.time.encode() + b'"}'
        taken = (
            _keyed(batch, last.hash, last.seq, time, self.tenants, mode, *self.keys.pads[mode])
            if mode
            else _unkeyed(batch, last.hash, last.seq, time, self.tenants)
        )
        times = [line[-_AFTER_TIME:] for line in batch[:taken]]
        if b"".join(times).translate(_DIGITS) != _FORM * taken:
            return -1
        if not taken:
            return 0
        self.commit(batch[:taken], last.seq, times, mode)
        return taken

    def commit(self, lines: list[bytes], seq: int, times: list[bytes], mode: str) -> None:
        """Count lines that are as they must be."""
        tally, final = self.tally, lines[-1]
        tally.records += len(lines)
        self.offset += sum(map(len, lines)) + len(lines)
        tally.last = Ends(
            hash=final[10:74].decode(), prev=final[85:149].decode(), seq=seq + len(lines), time=times[-1][:-2].decode()
        )
        tally.timed(times[0][:-2].decode())
        tally.timed(times[-1][:-2].decode())
        if mode:
            tally.keys.add(mode)
        else:
            tally.unkeyed += len(lines)
        for length in self.lengths[bisect_right(self.lengths, seq) : bisect_right(self.lengths, seq + len(lines))]:
            tally.head(length, lines[length - seq - 1][10:74].decode())


def _unkeyed(lines: list[bytes], prev: str, seq: int, time: bytes, tenants: tuple[bytes, ...]) -> int:
    """Return how many lines are as they must be, with SHA-256. Each name here costs a tenth of the time."""
    taken, sha = 0, hashlib.sha256
    for line in lines:
        seq += 1
        made = sha(b"{" + line[HASHED:]).hexdigest()
        now = line[-_AFTER_TIME:]
        if (
            not line.startswith(f'{{"_hash":"{made}","_prev":"{prev}","_seq":{seq},'.encode())
            or now < time
            or not line.endswith(tenants, 0, -_AFTER_TIME)
            or line.rfind(KEY_NAME) >= 0
        ):
            break
        prev, time = made, now
        taken += 1
    return taken


def _keyed(
    lines: list[bytes],
    prev: str,
    seq: int,
    time: bytes,
    tenants: tuple[bytes, ...],
    key: str,
    inner: Callable[[], Any],
    outer: Callable[[], Any],
) -> int:
    """Return how many lines are as they must be, with HMAC-SHA-256 under one key."""
    taken, name = 0, KEY_NAME + key.encode() + b'"'
    for line in lines:
        seq += 1
        first, second = inner(), outer()
        first.update(b"{" + line[HASHED:])
        second.update(first.digest())
        made = second.hexdigest()
        now, at = line[-_AFTER_TIME:], line.rfind(KEY_NAME)
        if (
            not line.startswith(f'{{"_hash":"{made}","_prev":"{prev}","_seq":{seq},'.encode())
            or now < time
            or not line.endswith(tenants, 0, -_AFTER_TIME)
            or not line.startswith(name, at)
            or line.find(b"}", at, -1) >= 0
        ):
            break
        prev, time = made, now
        taken += 1
    return taken


def _before_time(tenant: bytes) -> bytes:
    """Return what stands before the time in a record of a tenant."""
    return b',"tenant":' + tenant + b',"time":"'


def _text(data: bytes) -> bool:
    """Return whether it is UTF-8."""
    try:
        return data.isascii() or data.decode() is not None
    except UnicodeDecodeError:
        return False


def _canonical(line: bytes) -> bool:
    """Return whether a line is the canonical text of a record with the names of one, and no name twice."""
    try:
        if line.isascii() and not _ODD_NUMBER.search(line):
            # What is left is what orjson writes as RFC 8785 does.
            value = orjson.loads(line)
            text = orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
        else:
            value, text = recanonical(line)
    except (CanonicalError, orjson.JSONDecodeError, orjson.JSONEncodeError):
        return False
    return isinstance(value, dict) and value.keys() - {"key"} == _NAMES and text == line
