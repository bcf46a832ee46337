"""What the benchmarks require: each number of the issue, judged on what was measured."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TypeVar

Found = TypeVar("Found")


@dataclass(frozen=True)
class Measurement:
    """The best of several runs of one tool on one model."""

    case: str
    tool: str
    model: str
    wall: float
    """Seconds of the fastest run."""
    peak: int
    """Bytes of the smallest peak."""
    findings: int | None
    """Findings that the tool reported; None where it has none to report (`--version`)."""
    rounds: int
    """Runs that the best was taken from."""
    flows: int
    """Flows of the model."""


@dataclass(frozen=True)
class Gate:
    """One required number."""

    name: str
    required: str
    measured: str
    met: bool | None
    """None where a run that it needs is missing: that is not met either."""

    @property
    def verdict(self) -> str:
        """ok, NOT MET or NOT MEASURED."""
        return {True: "ok", False: "NOT MET", None: "NOT MEASURED"}[self.met]


Cases = Mapping[str, Measurement]


def exit_code(
    measure: Callable[[], Found],
    gates: Callable[[Found], Sequence[Gate]],
    told: Callable[[Found], Iterable[str]],
) -> int:
    """Measure, print each gate and what is told beside them, and return 0 where every required number is met."""
    try:
        found = measure()
    except (OSError, ValueError, subprocess.SubprocessError) as error:
        print(f"failed: {error}", file=sys.stderr)
        return 1
    judged = gates(found)
    for gate in judged:
        print(f"{gate.name}: {gate.required}: {gate.measured}: {gate.verdict}")
    for line in told(found):
        print(line)
    return 0 if all(gate.met for gate in judged) else 1


def judge(cases: Cases) -> list[Gate]:
    """Judge every gate on the measurements by case; a missing one leaves its gates unmet."""
    megabyte = 1_000_000
    return [
        _seconds(cases, "version", "`limen --version`", 0.12),
        _seconds(cases, "reference-text", "cold `limen check` of the reference system, text", 0.6),
        _seconds(cases, "reference-all", "cold `limen check` of the reference system, every format", 1.5),
        _times_faster(cases, "1000-limen-yaml", "1000-pytm", "1,000 flows (YAML) against pytm", 5),
        _times_faster(cases, "1000-limen-yaml", "1000-flowstrider", "1,000 flows (YAML) against FlowStrider", 2),
        _times_faster(cases, "10000-limen-yaml", "10000-pytm", "10,000 flows (YAML) against pytm", 10),
        _times_faster(cases, "10000-limen-jsonl", "10000-pytm", "10,000 flows (JSON Lines) against pytm", 25),
        _growth(cases, "10000-limen-jsonl", "100000-limen-jsonl", "time from 10,000 to 100,000 flows", 11),
        *(
            _memory(cases, case, f"memory, {model}", 2_000, 150 * megabyte)
            for case, model in (
                ("10000-limen-yaml", "10,000 flows (YAML)"),
                ("10000-limen-jsonl", "10,000 flows (JSON Lines)"),
                ("100000-limen-jsonl", "100,000 flows (JSON Lines)"),
            )
        ),
        _seconds(cases, "dense", "dense model: 200 components, 50 items, 39,800 flows without `carries`", 10),
    ]


def table(cases: Cases, gates: list[Gate]) -> str:
    """Both tables in Markdown."""
    lines = ["| tool | model | seconds | peak memory | findings | best of |", "|---|---|---:|---:|---:|---:|"]
    for found in cases.values():
        findings = "" if found.findings is None else f"{found.findings:,}"
        memory = f"{found.peak / 1e6:.0f} MB"
        lines.append(f"| {found.tool} | {found.model} | {found.wall:.3f} | {memory} | {findings} | {found.rounds} |")
    if gates:
        lines += ["", "| number | required | measured | |", "|---|---|---|---|"]
    lines += [f"| {gate.name} | {gate.required} | {gate.measured} | {gate.verdict} |" for gate in gates]
    return "\n".join(lines) + "\n"


def as_data(cases: Cases, gates: list[Gate]) -> dict[str, object]:
    """Both tables for results.json."""
    return {"cases": [asdict(found) for found in cases.values()], "gates": [asdict(gate) for gate in gates]}


def _gate(
    cases: Cases, needs: tuple[str, ...], name: str, required: str, judged: Callable[..., tuple[str, bool]]
) -> Gate:
    """A gate on the named cases, or one that was not measured."""
    missing = [case for case in needs if case not in cases]
    if missing:
        return Gate(name, required, f"no run of {', '.join(missing)}", None)
    measured, met = judged(*(cases[case] for case in needs))
    return Gate(name, required, measured, met)


def _seconds(cases: Cases, case: str, name: str, limit: float) -> Gate:
    """At most so many seconds of wall time."""
    return _gate(cases, (case,), name, f"< {limit:g} s", lambda found: (f"{found.wall:.3f} s", found.wall < limit))


def _times_faster(cases: Cases, ours: str, theirs: str, name: str, factor: float) -> Gate:
    """At least so many times faster than a peer."""

    def judged(limen: Measurement, peer: Measurement) -> tuple[str, bool]:
        ratio = peer.wall / limen.wall
        return f"{ratio:.1f} times ({limen.wall:.2f} s against {peer.wall:.2f} s)", ratio >= factor

    return _gate(cases, (ours, theirs), name, f"at least {factor:g} times faster", judged)


def _growth(cases: Cases, small: str, large: str, name: str, factor: float) -> Gate:
    """At most so many times the time of the smaller model."""

    def judged(before: Measurement, after: Measurement) -> tuple[str, bool]:
        ratio = after.wall / before.wall
        return f"{ratio:.1f} times ({before.wall:.2f} s to {after.wall:.2f} s)", ratio <= factor

    return _gate(cases, (small, large), name, f"at most {factor:g} times", judged)


def _memory(cases: Cases, case: str, name: str, each: int, base: int) -> Gate:
    """Peak memory of the process tree under so many bytes a flow and a base."""

    def judged(found: Measurement) -> tuple[str, bool]:
        limit = each * found.flows + base
        return f"{found.peak / 1e6:.0f} MB of {limit / 1e6:.0f} MB", found.peak < limit

    return _gate(cases, (case,), name, f"< {each / 1000:g} KB a flow + {base / 1e6:.0f} MB", judged)
