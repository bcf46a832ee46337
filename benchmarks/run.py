"""Measure limen against its required numbers, and beside pytm and FlowStrider on the same systems (`make bench`).

Wall times are the best of several cold processes, interleaved, so that noise hits every tool alike. Results are kept
in benchmarks/results.json and benchmarks/README.md. Exit 0: every number is met; 1: one is not, or a run failed.
"""

from __future__ import annotations

import argparse
import datetime as dt
import fnmatch
import json
import os
import platform
import sys
import tempfile
from pathlib import Path

from benchmarks.cases import FULL, QUICK, Case, cases, limen_findings, limen_report
from benchmarks.gates import Measurement, as_data, judge, table
from benchmarks.measure import Run, run

HERE = Path(__file__).resolve().parent
DEADLINE_SECONDS = 900.0
"""No run may take longer; it is killed and its gates are not measured."""


def main() -> int:
    """Run what was asked for and print both tables; return the exit code."""
    arguments = _arguments()
    sizes = QUICK if arguments.quick else FULL
    measured: dict[str, Measurement] = {}
    failures: list[str] = []
    with tempfile.TemporaryDirectory(prefix="limen-bench-") as name:
        folder = Path(name)
        for group in cases(sizes, arguments.limen, arguments.reference, arguments.peers, folder):
            chosen = [case for case in group if not arguments.only or _matches(case, arguments.only)]
            _measure(chosen, arguments.limen, folder, measured, failures)
    for failure in failures:
        print(f"failed: {failure}", file=sys.stderr)
    if arguments.quick:
        print(table(measured, []), end="")
        print("quick: small models, no number is judged", file=sys.stderr)
        return 1 if failures else 0
    gates = judge(measured)
    print(table(measured, gates), end="")
    if arguments.only:
        print("only some cases ran: results are not kept", file=sys.stderr)
    else:
        _keep(table(measured, gates), as_data(measured, gates))
    return 0 if not failures and all(gate.met for gate in gates) else 1


def _arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small models, once each: does everything run?")
    parser.add_argument("--only", action="append", metavar="PATTERN", help="only cases such as '1000-*'")
    commands = Path(sys.executable).parent
    parser.add_argument("--limen", type=Path, default=commands / "limen", help="the limen command")
    parser.add_argument(
        "--peers", type=Path, default=HERE.parent / ".venv-bench" / "bin", help="folder with the peers' commands"
    )
    parser.add_argument("--reference", type=Path, default=HERE.parent / "boundaries.yaml", help="the reference system")
    return parser.parse_args()


def _matches(case: Case, patterns: list[str]) -> bool:
    """Whether a case was asked for."""
    return any(fnmatch.fnmatchcase(case.id, pattern) for pattern in patterns)


def _measure(
    group: list[Case], limen: Path, folder: Path, measured: dict[str, Measurement], failures: list[str]
) -> None:
    """Run a group's cases in turn, round by round; add what was measured and what failed."""
    best: dict[str, list[Run]] = {case.id: [] for case in group}
    broken: set[str] = set()
    for case in group:
        if case.prepare is not None:
            case.prepare()
    for turn in range(max((case.rounds for case in group), default=0)):
        for case in group:
            if turn >= case.rounds or case.id in broken:
                continue
            output = folder / f"{case.id}.out"
            try:
                done = run(case.command, output, folder, DEADLINE_SECONDS)
            except OSError as error:
                failures.append(f"{case.id}: {error}")
                broken.add(case.id)
                continue
            if done.exit_code not in case.exit_codes:
                failures.append(f"{case.id}: {_ending(done)}: {_tail(output)}")
                broken.add(case.id)
                continue
            print(f"{case.id} {turn + 1}/{case.rounds}: {done.wall:.3f} s", file=sys.stderr, flush=True)
            best[case.id].append(done)
    for case in group:
        runs = best[case.id]
        if case.id in broken or not runs:
            continue
        try:
            findings = _findings(case, limen, folder)
        except (OSError, ValueError, KeyError) as error:
            failures.append(f"{case.id}: findings can't be counted: {error!r}")
            continue
        measured[case.id] = Measurement(
            case.id, case.tool, case.model, min(done.wall for done in runs), min(done.peak for done in runs), findings,
            len(runs), case.flows,
        )  # fmt: skip


def _findings(case: Case, limen: Path, folder: Path) -> int | None:
    """Count what a tool found.

    Raises:
        OSError: a report can't be read.
        ValueError: a report does not say, or limen's own could not be written.
    """
    if case.findings is not None:
        return case.findings(case.report or folder / f"{case.id}.out")
    if case.id == "version":
        return None
    output = folder / f"{case.id}.json"
    done = run(limen_report(limen, case), output, folder, DEADLINE_SECONDS)
    if done.exit_code not in case.exit_codes:
        raise ValueError(f"{_ending(done)}: {_tail(output)}")
    return limen_findings(output)


def _ending(done: Run) -> str:
    """How a run ended, in words."""
    return f"killed after {DEADLINE_SECONDS:g} s" if done.exit_code is None else f"exit code {done.exit_code}"


def _tail(output: Path) -> str:
    """The last lines of a run's output."""
    return " / ".join(output.read_text(encoding="utf-8", errors="replace").splitlines()[-4:])[-600:]


def _keep(text: str, data: dict[str, object]) -> None:
    """Write results.json and README.md, each at once."""
    when = dt.datetime.now(dt.UTC).strftime("%Y-%m-%d")
    machine = {
        "date": when,
        "machine": f"{_processor()}, {os.cpu_count()} cores, {platform.system()} {platform.machine()}",
        "python": platform.python_version(),
    }
    _replace(HERE / "results.json", json.dumps(machine | data, indent=1) + "\n")
    template = (HERE / "about.md").read_text(encoding="utf-8")
    _replace(HERE / "README.md", f"{template}\n{when}, {machine['machine']}, Python {machine['python']}\n\n{text}")


def _processor() -> str:
    """The processor's name."""
    try:
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass  # not Linux
    return platform.processor() or "unknown processor"


def _replace(path: Path, text: str) -> None:
    """Write a file so that a reader sees the old or the new one."""
    temporary = path.with_suffix(path.suffix + ".new")
    with temporary.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
