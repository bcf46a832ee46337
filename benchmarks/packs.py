"""Packs of about 100,000 decisions and of the reference system: how long they take to write and to verify.

The ratios are to work that any such pack needs at least, done in the same run by the same machine: the SHA-256 of every
byte of the pack and three hashes for each leaf, by hashlib alone.
"""

from __future__ import annotations

import argparse
import hashlib
import hmac
import json
import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.gates import Gate, exit_code
from benchmarks.generate import generate
from benchmarks.measure import Run, run
from benchmarks.topology import build

HERE = Path(__file__).resolve().parent
FLOWS = 2_030
"""Flows of the generated system, which has at least `DECISIONS` then."""
DECISIONS = 100_000
DEADLINE_SECONDS = 300.0
PACK_TIMES, VERIFY_TIMES = 15.0, 9.0
"""How many times as long as the least work the large pack may take, to be written and to be verified."""
MEMORY = 400 * 10**6
"""Bytes that the large pack may take to be written."""
SECONDS = {"pack": 8.0, "verify": 5.0, "reference": 3.0}
"""What each may take on the machine of the project (2 cores); other machines are told, not judged."""


@dataclass(frozen=True)
class Measured:
    """The best of some rounds."""

    least: float
    """Seconds of the least work on the large pack."""
    pack: Run
    verify: Run
    reference: Run
    decisions: int
    leaves: int


def least(pack: Path) -> tuple[float, int]:
    """Return how long the least work on a pack takes, in seconds, and how many leaves it has."""
    begin = time.perf_counter()
    leaves = 0
    for path in sorted(pack.rglob("*")):
        if path.is_file():
            content = path.read_bytes()
            hashlib.sha256(content).hexdigest()
            for line in content.splitlines() if path.suffix == ".jsonl" else ():
                salt = hmac.digest(b"secret", line[:60], "sha256")
                hashlib.sha256(salt + hashlib.sha256(line).digest()).digest()
                leaves += 1
    return time.perf_counter() - begin, leaves


def measure(limen: Path, rounds: int) -> Measured:
    """Pack and verify some rounds; return the best of each.

    Raises:
        ValueError: a run failed, or the system has fewer decisions than it must.
    """
    runs: dict[str, list[Run]] = {name: [] for name in SECONDS}
    works: list[float] = []
    with tempfile.TemporaryDirectory(prefix="limen-bench-packs-") as name:
        folder = Path(name)
        declaration = generate(build(FLOWS), "jsonl", folder / "system")
        log = ("--log", str(folder / "log"))
        for _ in range(rounds):
            pack = folder / "pack"
            shutil.rmtree(pack, ignore_errors=True)
            runs["pack"].append(_ran(folder, limen, "pack", str(declaration), "-o", str(pack), *log, codes=(1,)))
            runs["verify"].append(_ran(folder, limen, "verify", str(pack), codes=(3,)))
            seconds, leaves = least(pack)
            works.append(seconds)
            small = folder / "reference"
            shutil.rmtree(small, ignore_errors=True)
            runs["reference"].append(
                _ran(folder, limen, "pack", str(HERE.parent / "boundaries.yaml"), "-o", str(small), *log, codes=(0,))
            )
        decisions = sum(json.loads((pack / "core" / "assessment.json").read_bytes())["counts"].values())
    if decisions < DECISIONS:
        raise ValueError(f"the system has {decisions:,} decisions, and {DECISIONS:,} are to be measured: raise FLOWS")
    best = {name: min(found, key=lambda one: one.wall) for name, found in runs.items()}
    return Measured(min(works), best["pack"], best["verify"], best["reference"], decisions, leaves)


def _ran(folder: Path, limen: Path, *arguments: str, codes: Sequence[int]) -> Run:
    output = folder / "output"
    done = run((str(limen), *arguments), output, folder, DEADLINE_SECONDS)
    print(f"{arguments[0]}: {done.wall:.2f} s, {done.peak / 10**6:.0f} MB", file=sys.stderr, flush=True)
    if done.exit_code not in codes:
        raise ValueError(f"{arguments[0]}: exit {done.exit_code}: {output.read_text(errors='replace')[-600:]}")
    return done


def gates(found: Measured) -> list[Gate]:
    """Return the required numbers, judged."""
    pack, verify = found.pack.wall / found.least, found.verify.wall / found.least
    of = f"{found.decisions:,} decisions, against hashing {found.leaves:,} leaves and every file"
    return [
        Gate(f"`limen pack`, {of}", f"at most {PACK_TIMES:g} times", f"{pack:.1f} times", pack <= PACK_TIMES),
        Gate(f"`limen verify`, {of}", f"at most {VERIFY_TIMES:g} times", f"{verify:.1f} times", verify <= VERIFY_TIMES),
        Gate(
            f"memory of `limen pack`, {found.decisions:,} decisions",
            f"< {MEMORY / 10**6:.0f} MB",
            f"{found.pack.peak / 10**6:.0f} MB",
            found.pack.peak < MEMORY,
        ),
        Gate(
            f"memory of `limen verify`, {found.decisions:,} decisions",
            f"< {MEMORY / 10**6:.0f} MB",
            f"{found.verify.peak / 10**6:.0f} MB",
            found.verify.peak < MEMORY,
        ),
    ]


def told(found: Measured) -> list[str]:
    """Return, for information, what depends on the machine."""
    seconds = {name: getattr(found, name).wall for name in SECONDS}
    return [
        f"for information: {name}: {seconds[name]:.2f} s, < {wanted:g} s on the project's machine, idle"
        for name, wanted in SECONDS.items()
    ]


def main() -> int:
    """Measure and print; exit 0 where the required numbers are met."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.packs", description=__doc__)
    parser.add_argument("--limen", type=Path, default=Path(sys.executable).parent / "limen", help="the limen command")
    parser.add_argument("--rounds", type=int, default=3, help="how often each is run; the fastest counts")
    arguments = parser.parse_args()
    return exit_code(lambda: measure(arguments.limen, arguments.rounds), gates, told)


if __name__ == "__main__":
    sys.exit(main())
