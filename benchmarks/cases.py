"""What is run: each tool's command on each model, how often, and where its number of findings is read."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from benchmarks.generate import generate, generate_dense, model_path
from benchmarks.topology import build

JUDGED = (0, 1, 3)
"""Exit codes of `limen check` that end a run in which everything was judged."""


@dataclass(frozen=True)
class Case:
    """One tool on one model."""

    id: str
    tool: str
    model: str
    flows: int
    command: tuple[str, ...]
    rounds: int
    exit_codes: tuple[int, ...] = (0,)
    findings: Callable[[Path], int] | None = None
    """Reads the number of findings from the run's captured output or from `report`."""
    report: Path | None = None
    """What the tool writes, where that is not its output."""
    prepare: Callable[[], object] | None = None
    """Writes the model."""


@dataclass(frozen=True)
class Sizes:
    """How large the models are and how often each is run."""

    small: int
    large: int
    huge: int
    dense: tuple[int, int]
    rounds: int
    """Runs of small models; large ones get fewer."""


FULL = Sizes(1_000, 10_000, 100_000, (200, 50), 5)
QUICK = Sizes(200, 400, 800, (20, 10), 1)
"""For continuous integration: does everything run? Its numbers judge nothing."""


def cases(sizes: Sizes, limen: Path, reference: Path, peers: Path, folder: Path) -> list[list[Case]]:
    """Return what to run; cases in one list are interleaved.

    `limen` is the command, `reference` the reference system's declaration, `peers` the folder with the peers' commands;
    models are written under `folder` when a case is prepared.
    """
    many, few = sizes.rounds, max(1, sizes.rounds // 2)
    every = ("--format", "all", "--output", str(folder / "reports"))
    start = [
        Case("version", "limen", "--version", 0, (str(limen), "--version"), many * 2),
        _limen(limen, "reference-text", "reference system, text", reference, 0, many),
        _limen(limen, "reference-all", "reference system, every format", reference, 0, many, more=every),
    ]
    groups = [start]
    # the large model as often as time allows: the gate on it is narrow, and the best of two is mostly noise
    for flows, rounds in ((sizes.small, many), (sizes.large, max(1, many - 1))):
        under = folder / str(flows)
        groups.append(
            [
                _generated(limen, flows, "yaml", under, rounds),
                _generated(limen, flows, "jsonl", under, rounds),
                _pytm(peers, flows, "pytm", under, rounds),
                _pytm(peers, flows, "pytm-one-way", under, rounds),
            ]
        )
    groups[1].append(_flowstrider(peers, sizes.small, "flowstrider", folder / str(sizes.small), many))
    groups[1].append(_flowstrider(peers, sizes.small, "flowstrider-one-way", folder / str(sizes.small), many))
    groups[2].append(_generated(limen, sizes.huge, "jsonl", folder / str(sizes.huge), few))
    components, items = sizes.dense
    for case, degree in (("dense", None), ("dense-ring", 8)):
        flows = components * (degree or components - 1)
        name = f"dense: {components} components, {items} items, {flows:,} flows"
        write = partial(generate_dense, components, items, folder / case, degree)
        groups.append([_limen(limen, case, name, folder / case / "boundaries.yaml", flows, few, write)])
    return groups


def _limen(
    limen: Path,
    case: str,
    model: str,
    declaration: Path,
    flows: int,
    rounds: int,
    prepare: Callable[[], object] | None = None,
    more: Sequence[str] = (),
) -> Case:
    """`limen check` as text, or with `more` arguments."""
    command = (str(limen), "check", str(declaration), *more)
    return Case(case, "limen", model, flows, command, rounds, JUDGED, prepare=prepare)


def _generated(limen: Path, flows: int, notation: str, under: Path, rounds: int) -> Case:
    """`limen check` of a generated system."""
    name = f"{flows:,} flows, {'YAML' if notation == 'yaml' else 'JSON Lines'}"
    path = model_path(notation, under)
    return _limen(
        limen, f"{flows}-limen-{notation}", name, path, flows, rounds, partial(_write, flows, notation, under)
    )


def _pytm(peers: Path, flows: int, notation: str, under: Path, rounds: int) -> Case:
    """A pytm model script that writes its JSON."""
    script = model_path(notation, under)
    report = script.with_suffix(".json")
    return Case(
        f"{flows}-{notation}",
        "pytm" if notation == "pytm" else "pytm, answers left out",
        f"{flows:,} flows",
        flows,
        (str(peers / "python"), str(script), "--json", str(report)),
        rounds,
        findings=_count,
        report=report,
        prepare=partial(_write, flows, notation, under),
    )


def _flowstrider(peers: Path, flows: int, notation: str, under: Path, rounds: int) -> Case:
    """FlowStrider's elicitation, printed as it does by default."""
    return Case(
        f"{flows}-{notation}",
        "FlowStrider" if notation == "flowstrider" else "FlowStrider, answers left out",
        f"{flows:,} flows",
        flows,
        (str(peers / "flowstrider"), "elicit", str(model_path(notation, under))),
        rounds,
        findings=_flowstrider_findings,
        prepare=partial(_write, flows, notation, under),
    )


def _write(flows: int, notation: str, under: Path) -> None:
    """Draw a system and write it in one notation."""
    generate(build(flows), notation, under)


def limen_report(limen: Path, case: Case) -> tuple[str, ...]:
    """The command that writes a case's report as JSON, in which its findings are counted, apart from what is timed."""
    return (str(limen), "check", case.command[2], "--format", "json")


def limen_findings(report: Path) -> int:
    """Findings in limen's JSON report.

    Raises:
        ValueError: it is no JSON.
        KeyError: it has no findings.
    """
    return _count(report)


def _count(report: Path) -> int:
    """The length of `findings` in a tool's JSON."""
    return len(json.loads(report.read_bytes())["findings"])


def _flowstrider_findings(output: Path) -> int:
    """The number that FlowStrider prints first.

    Raises:
        ValueError: the output does not say.
    """
    found = re.search(r"(\d+) threats? ha(?:s|ve) been elicited", output.read_text(encoding="utf-8", errors="replace"))
    if found is None:
        raise ValueError("FlowStrider's output has no number of threats")
    return int(found.group(1))
