"""Ledgers: how long an acknowledged append takes, groups of 100, the encoding alone, and how fast records are verified.

Each ratio is to the work that is needed at least, done in the same run by the same machine, in turns where the disk is
asked: a bare write and fdatasync of lines of the same length to a file beside it; HMAC-SHA-256 of the same messages;
for verification parsing each record and writing it again with rfc8785, in processor time of one core. What a second
holds is told beside them.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from benchmarks.gates import Gate, exit_code
from benchmarks.ledgers import KEY, write
from benchmarks.ledgers import measure as measure_verifying
from limen.adapters.ledgers.disk import Disk
from limen.controls.ledger import Entry, open_ledger, prepared
from limen.integrity.limen_v1 import HASHED, Splicer, hmac_sha256

GROUP = 100
ROUNDS = 15
APPENDS, GROUPS, ENCODED = 100, 10, 20_000
"""Appends, groups and lines of one turn."""
VERIFIED = 1_000_000
"""Records of the ledgers that are verified."""
SINGLE = 0.8
"""How many single acknowledged appends there are at least for one bare write and fdatasync."""
GROUPED = 3.0
"""How many times as long as hashing, writing and syncing alone a group may take."""
SPLICED = 4.0
"""How many times as long as hashing alone a line may take to be encoded and hashed."""
VERIFYING = {"SHA-256": 7.0, "HMAC-SHA-256": 5.0}
"""How many records a core verifies at least while it parses one and writes it again with rfc8785; two processes do 1.6
times as much at least, which is a number of `benchmarks.ledgers`."""
PARSED = 50_000
"""Records that are parsed for that."""
GROUPED_SECOND, VERIFIED_SECOND = 50_000, 650_000
"""What a second holds at least on the machine of the project; other machines are told, not judged."""
ENTRY = prepared(
    Entry(
        tenant="pharmacy-014",
        actor="svc-ingest",
        action="crossing-permitted",
        record="rx-00000001",
        details={"flow": "dispense-014", "x": "x" * 12},
    )
)


@dataclass(frozen=True)
class Measured:
    """Seconds of one append, group or record, unless said otherwise."""

    ratios: tuple[float, ...]
    """Of each turn: how many single appends there were for one bare write and fdatasync."""
    bare: float
    single: float
    least: float
    """Of a group: hashing its messages, one write, one fdatasync."""
    grouped: float
    hashed: float
    spliced: float
    size: int
    """Bytes of a line."""
    parsed: float | None
    """Processor time of parsing a record, writing it again with rfc8785 and hashing it; None where the run failed."""
    verified: dict[str, tuple[float | None, float | None]]
    """By algorithm: processor time of verifying a record in one process, and seconds by two; None: a run failed."""


def measure(rounds: int = ROUNDS, verified: int = VERIFIED) -> Measured:
    """Append, encode and verify; return the best of the rounds, and for single appends each round's ratio."""
    with tempfile.TemporaryDirectory(prefix="limen-bench-controls-ledger-", dir=os.environ.get("LIMEN_BENCH")) as name:
        folder = Path(name)
        appended = _appended(folder, rounds)
        encoded = _encoded(rounds)
        return Measured(*appended[:-1], *encoded, appended[-1], *_verified(folder, verified))


def _appended(folder: Path, rounds: int) -> tuple[tuple[float, ...], float, float, float, float, int]:
    disk, hashed = Disk(), hmac_sha256(KEY)
    handle = os.open(folder / "bare", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        with open_ledger(folder / "ledger.jsonl", name="bench", key=("bench", KEY)) as ledger:
            ledger.append(ENTRY)
            line = next(ledger.read()).raw
            group, lines, message = [ENTRY] * GROUP, line * GROUP, b"{" + line[HASHED:-1]

            def bare() -> None:
                os.write(handle, line)
                disk.sync(handle)

            def least() -> None:
                for _ in range(GROUP):
                    hashed(message)
                os.write(handle, lines)
                disk.sync(handle)

            turns = [
                (
                    _each(APPENDS, bare),
                    _each(APPENDS, lambda: ledger.append(ENTRY)),
                    _each(GROUPS, least),
                    _each(GROUPS, lambda: ledger.append_all(group)),
                )
                for _ in range(rounds)
            ]
            head = ledger.head()
            if sum(1 for _ in ledger.read()) != head.length or head.length != 1 + rounds * (APPENDS + GROUPS * GROUP):
                raise ValueError("the ledger does not hold what was appended")
    finally:
        os.close(handle)
    single, single_ours, grouped, grouped_ours = (min(turn[which] for turn in turns) for which in range(4))
    return tuple(turn[0] / turn[1] for turn in turns), single, single_ours, grouped, grouped_ours, len(line)


def _encoded(rounds: int) -> tuple[float, float]:
    splicer, hashed = Splicer("bench", KEY), hmac_sha256(KEY)
    time_text, before = "2026-11-22T10:00:00.000000Z", "a" * 64
    (line,) = splicer.lines((ENTRY,), before, 123_456, time_text)
    message = b"{" + line[HASHED:-1]
    return (
        min(_each(ENCODED, lambda: hashed(message)) for _ in range(rounds)),
        min(_each(ENCODED, lambda: splicer.lines((ENTRY,), before, 123_456, time_text)) for _ in range(rounds)),
    )


def _verified(folder: Path, records: int) -> tuple[float | None, dict[str, tuple[float | None, float | None]]]:
    os.environ["LIMEN_BENCH_KEY"] = KEY.hex()
    write(folder / "plain", records)
    write(folder / "keyed", records, keyed=True)

    def each(prefix: str, file: str) -> tuple[float | None, float | None]:
        one = measure_verifying(f"{prefix}one process", folder / file, 2)
        two = measure_verifying(f"{prefix}two processes", folder / file, 2)
        return None if one is None else one.core / records, None if two is None else two.seconds / records

    parsed = measure_verifying("parse and rfc8785", folder / "plain", 2)
    return (
        None if parsed is None else parsed.core / min(PARSED, records),
        {"SHA-256": each("", "plain"), "HMAC-SHA-256": each("HMAC, ", "keyed")},
    )


def _each(count: int, do: Callable[[], object]) -> float:
    begin = time.perf_counter()
    for _ in range(count):
        do()
    return (time.perf_counter() - begin) / count


def gates(found: Measured) -> list[Gate]:
    """Return the required numbers, judged."""
    single, grouped, spliced = (
        statistics.median(found.ratios),
        found.grouped / found.least,
        found.spliced / found.hashed,
    )
    of = f"records of {found.size} bytes, HMAC-SHA-256"
    return [
        Gate(
            f"single acknowledged appends, {of}, against a bare write and fdatasync",
            f"at least {SINGLE:g} times as many",
            f"{single:.2f} times",
            single >= SINGLE,
        ),
        Gate(
            f"groups of {GROUP}, {of}, against hashing, one write and one fdatasync",
            f"at most {GROUPED:g} times",
            f"{grouped:.1f} times",
            grouped <= GROUPED,
        ),
        Gate(
            f"encode and hash a line, {of}, against hashing alone",
            f"at most {SPLICED:g} times",
            f"{spliced:.1f} times",
            spliced <= SPLICED,
        ),
        *(_verifying(what, found.parsed, core) for what, (core, _) in found.verified.items()),
    ]


def _verifying(what: str, parsed: float | None, ours: float | None) -> Gate:
    name, required = (
        f"verify, {what}, one core, against parsing and rfc8785",
        f"at least {VERIFYING[what]:g} times as many",
    )
    if parsed is None or ours is None:
        return Gate(name, required, "a run is missing", None)
    return Gate(name, required, f"{parsed / ours:.1f} times", parsed / ours >= VERIFYING[what])


def told(found: Measured) -> list[str]:
    """Return the figures of this machine, for people."""
    lines = [
        f"{1 / found.single:,.0f} single acknowledged appends a second, {1 / found.bare:,.0f} bare ones",
        f"{GROUP / found.grouped:,.0f} records a second in groups of {GROUP}; >= {GROUPED_SECOND:,}",
        f"{(found.spliced - found.hashed) * 1e6:.2f} microseconds to encode a line, beside hashing; < 2",
    ]
    for what, (_, ours) in found.verified.items():
        if ours is not None:
            lines.append(f"{1 / ours:,.0f} records verified a second by two processes, {what}; >= {VERIFIED_SECOND:,}")
    return [f"for information: {line} on the project's machine, idle" for line in lines]


if __name__ == "__main__":
    sys.exit(exit_code(measure, gates, told))
