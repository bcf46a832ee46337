"""How fast ledgers are verified, and in how much memory (`python -m benchmarks.ledgers`).

Every run is a process of its own that prints its seconds; the fastest counts. What is compared, all in one run on
one machine: one process and two, a million records and ten, limen and a verifier that parses each record and writes it
again with rfc8785, hashlib alone, polars-hash, and a Dask cluster of two workers. Exit 0: every number is met.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.gates import Gate
from benchmarks.measure import run

MILLION = 1_000_000
KEY = b"k" * 32
ROUNDS = 3
DEADLINE_SECONDS = 600.0


class Measured(NamedTuple):
    """The best of some runs."""

    seconds: float
    """Of verifying alone: without starting the process."""
    core: float
    """Seconds of processor time that this process took, without those that it started: what one core does."""
    peak: int
    """Bytes: the smallest largest sum of resident memory over the process and its children."""
    answer: str
    """What was found, to be compared."""


def write(path: Path, records: int, *, keyed: bool = False) -> None:
    """Write a chain of records of 300 bytes, by other code than limen's, so that the two check one another."""
    import hmac

    before, held = "0" * 64, []
    key = '"key":"bench",' if keyed else ""
    with path.open("wb") as file:
        for number in range(1, records + 1):
            second = number // 1000
            moment = (
                f"2026-11-{1 + second // 86_400:02}T{second // 3600 % 24:02}:{second // 60 % 60:02}:{second % 60:02}"
            )
            body = (
                f'"_prev":"{before}","_seq":{number},"action":"dispense","actor":"svc","details":{{}},'
                f'{key}"record":"rx-{number:08}","tenant":"a","time":"{moment}.{number % 1000:03}000Z"}}'
            )
            body = body.replace('"details":{}', '"details":{"lot":"' + "x" * max(0, 222 - len(body) - 10) + '"}')
            message = b"{" + body.encode()
            before = hmac.digest(KEY, message, "sha256").hex() if keyed else hashlib.sha256(message).hexdigest()
            held.append(f'{{"_hash":"{before}",{body}\n')
            if len(held) == 10_000:
                file.write("".join(held).encode())
                held.clear()
        file.write("".join(held).encode())


def probe(path: Path, **options: Any) -> str:
    """Return what the ledger probe sees of a file; raises AssertionError where it sees no intact chain."""
    from limen.model.probing import ChainKey, ProbeOptions
    from limen.probes import ledger
    from limen.probes.attempting import attempt
    from limen.probes.interface import Target

    if options.pop("keyed", False):
        options["chain_keys"] = (ChainKey(id="bench", secret="env:LIMEN_BENCH_KEY"),)
    target = Target(
        probe="ledger",
        section="typed",
        name="bench",
        endpoint=str(path),
        options=ProbeOptions(tenant="a", **options),
        folder=Path(),
    )
    made = attempt(ledger, target, timeout=DEADLINE_SECONDS)
    assert made.status == "completed", made.reason
    facts = json.loads(made.observations[0].facts)
    assert not any(facts[name]["faults"] for name in ("chain", "sequence", "clock", "tenant", "key")), facts
    return made.observations[0].facts.decode()


def ceiling(path: Path) -> str:
    """Return nothing: hash as many messages of the same length as there are records, and do nothing else."""
    line = path.open("rb").readline()
    message, sha = line[76:], hashlib.sha256
    for _ in range(path.stat().st_size // len(line)):
        sha(message).hexdigest()
    return ""


def parsing(path: Path) -> str:
    """Return nothing: parse each record, write it again with rfc8785 and hash that, as is usually done."""
    import rfc8785

    before, count = "0" * 64, 0
    with path.open("rb") as file:
        for line in file:
            record = json.loads(line)
            stated = record.pop("_hash")
            count += 1
            assert (record["_prev"], record["_seq"], record["tenant"]) == (before, count, "a")
            assert hashlib.sha256(rfc8785.dumps(record)).hexdigest() == stated
            before = stated
            if count == 50_000:
                break
    return str(count)


def polars(path: Path) -> str:
    """Return nothing: the same check of hashes and links, and of nothing else, with polars and polars-hash."""
    import polars
    import polars_hash

    before = "0" * 64
    for start in range(0, path.stat().st_size, 1 << 22):
        with path.open("rb") as file:
            file.seek(start)
            data = file.read((1 << 22) + 1024)
        begin = data.find(b"\n") + 1 if start else 0
        end = data.find(b"\n", 1 << 22) + 1 or len(data)
        frame = polars.Series("line", data[begin:end].decode().split("\n")[:-1]).to_frame()
        found = frame.select(
            stated=polars.col("line").str.slice(10, 64),
            before=polars.col("line").str.slice(85, 64),
            made=polars_hash.concat_str(polars.lit("{"), polars_hash.col("line").str.slice(76)).chash.sha2_256(),
        )
        assert (found["stated"] == found["made"]).all()
        assert found["before"][0] == before or start
        assert (found["before"][1:] == found["stated"][:-1]).all()
        before = found["stated"][-1]
    return ""


def cluster(path: Path) -> str:
    """Return what the probe sees with a Dask cluster of two workers on this machine."""
    from distributed import LocalCluster

    local: Any = LocalCluster
    with local(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None) as made:
        started = time.perf_counter()
        found = probe(path, scheduler=made.scheduler_address)
        print(f"seconds {time.perf_counter() - started}")
        return found


CASES: dict[str, Callable[[Path], str]] = {
    "one process": lambda path: probe(path, processes=1),
    "two processes": lambda path: probe(path, processes=2),
    "HMAC, one process": lambda path: probe(path, processes=1, keyed=True),
    "HMAC, two processes": lambda path: probe(path, processes=2, keyed=True),
    "strict, one process": lambda path: probe(path, processes=1, strict=True),
    "Dask, two workers": cluster,
    "hashlib alone": ceiling,
    "parse and rfc8785": parsing,
    "polars-hash, hash and link": polars,
}


def measure(case: str, path: Path, rounds: int) -> Measured | None:
    """Return the best of some runs of a case; None where one fails."""
    seconds, cores, peaks, answer = [], [], [], ""
    with tempfile.TemporaryDirectory(prefix="limen-bench-") as name:
        output = Path(name) / "output"
        for _ in range(rounds):
            command = [sys.executable, "-m", "benchmarks.ledgers", "--case", case, "--file", str(path)]
            done = run(command, output, Path.cwd(), DEADLINE_SECONDS)
            lines = output.read_text(encoding="utf-8").splitlines()
            if done.exit_code != 0:
                print(f"failed: {case}: {' | '.join(lines[-3:])}", file=sys.stderr)
                return None
            found = [float(line.split()[1]) for line in lines if line.startswith("seconds ")]
            seconds.append(found[0])
            cores.append(next(float(line.split()[1]) for line in lines if line.startswith("core ")))
            peaks.append(done.peak)
            answer = lines[-1]
            print(f"{case}: {found[0]:.2f} s, {done.peak / 1e6:.0f} MB", file=sys.stderr)
    return Measured(min(seconds), min(cores), min(peaks), answer)


def main() -> int:
    """Run what was asked for, print the table and return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.ledgers", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small ledgers, once each: does everything run?")
    parser.add_argument("--case", choices=CASES, help=argparse.SUPPRESS)
    parser.add_argument("--file", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.case is not None:
        return _case(given.case, given.file)
    os.environ["LIMEN_BENCH_KEY"] = KEY.hex()
    os.environ["POLARS_MAX_THREADS"] = "1"
    table, gates = measured(quick=given.quick)
    print(table)
    for gate in gates:
        print(f"| {gate.name} | {gate.required} | {gate.measured} | {gate.verdict} |")
    return 0 if given.quick or all(gate.met for gate in gates) else 1


def _case(case: str, path: Path) -> int:
    # What is imported is not what is measured: the probe runs once on nothing first.
    with tempfile.NamedTemporaryFile() as nothing, contextlib.suppress(AssertionError):
        probe(Path(nothing.name))
    if "polars" in case:
        import polars_hash

        del polars_hash
    started, core = time.perf_counter(), time.process_time()
    answer = CASES[case](path)
    print(f"seconds {time.perf_counter() - started}")
    print(f"core {time.process_time() - core}")
    print(hashlib.sha256(answer.encode()).hexdigest())
    return 0


def measured(*, quick: bool = False) -> tuple[str, list[Gate]]:
    """Return the table of all cases, in Markdown, and the gates on them."""
    small, rounds = (20_000, 1) if quick else (MILLION, ROUNDS)
    large = small * 10
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="limen-bench-ledgers-")))
        files = {name: folder / name for name in ("small", "large", "keyed")}
        write(files["small"], small)
        write(files["large"], large)
        write(files["keyed"], small, keyed=True)
        found = {
            ("one process", small): measure("one process", files["small"], rounds),
            ("hashlib alone", small): measure("hashlib alone", files["small"], rounds),
            ("polars-hash, hash and link", small): measure("polars-hash, hash and link", files["small"], rounds),
            ("HMAC, one process", small): measure("HMAC, one process", files["keyed"], rounds),
            ("strict, one process", small): measure("strict, one process", files["small"], 1),
            ("parse and rfc8785", min(small, 50_000)): measure("parse and rfc8785", files["small"], 1),
            ("one process", large): measure("one process", files["large"], min(2, rounds)),
            ("two processes", large): measure("two processes", files["large"], min(2, rounds)),
            ("Dask, two workers", large): measure("Dask, two workers", files["large"], 1),
        }
    return _table(found), _gates(found, small, large)


def _table(found: dict[tuple[str, int], Measured | None]) -> str:
    lines = [
        "| verifying | records | seconds | records a second of a core | peak memory |",
        "|---|---:|---:|---:|---:|",
    ]
    for (case, records), one in found.items():
        if one is not None:
            several = case.startswith(("two", "Dask"))
            rate = "" if several else f"{records / one.core:,.0f}"
            lines.append(f"| {case} | {records:,} | {one.seconds:.2f} | {rate} | {one.peak / 1e6:.0f} MB |")
    return "\n".join(lines)


def _gates(found: dict[tuple[str, int], Measured | None], small: int, large: int) -> list[Gate]:
    def gate(name: str, required: str, needs: list[tuple[str, int]], judge: Callable[..., tuple[str, bool]]) -> Gate:
        given = [found.get(one) for one in needs]
        if any(one is None for one in given):
            return Gate(name, required, "a run is missing", None)
        return Gate(name, required, *judge(*given))

    def rate(least: int) -> Callable[[Measured], tuple[str, bool]]:
        return lambda one: (f"{small / one.core:,.0f} a second of a core", small / one.core >= least)

    def ratio(least: float, *records: int) -> Callable[[Measured, Measured], tuple[str, bool]]:
        def judge(ours: Measured, theirs: Measured) -> tuple[str, bool]:
            times = (theirs.seconds / records[1]) / (ours.seconds / records[0])
            return f"{times:.2f} times", times >= least

        return judge

    def cheaper(least: float, theirs_records: int) -> Callable[[Measured, Measured], tuple[str, bool]]:
        def judge(ours: Measured, theirs: Measured) -> tuple[str, bool]:
            times = (theirs.core / theirs_records) / (ours.core / small)
            return f"{times:.2f} times", times >= least

        return judge

    def memory(ours: Measured, theirs: Measured) -> tuple[str, bool]:
        return f"{ours.peak / 1e6:.0f} MB and {theirs.peak / 1e6:.0f} MB", theirs.peak <= ours.peak * 1.1

    def same(ours: Measured, theirs: Measured) -> tuple[str, bool]:
        return ("the same" if ours.answer == theirs.answer else "another"), ours.answer == theirs.answer

    one, few = ("one process", small), min(small, 50_000)
    return [
        gate("SHA-256, link, sequence, time and tenant, one process", ">= 400,000 a second", [one], rate(400_000)),
        gate(
            "HMAC-SHA-256, all of it, one process", ">= 300,000 a second", [("HMAC, one process", small)], rate(300_000)
        ),
        gate("against parsing and rfc8785", "at least 5 times", [one, ("parse and rfc8785", few)], cheaper(5, few)),
        gate(
            "two processes against one",
            "at least 1.6 times",
            [("two processes", large), ("one process", large)],
            ratio(1.6, large, large),
        ),
        gate("memory, 1 and 10 million records", "at most 1.1 times", [one, ("one process", large)], memory),
        gate("Dask with two workers", "the same answer", [("one process", large), ("Dask, two workers", large)], same),
    ]


if __name__ == "__main__":
    sys.exit(main())
