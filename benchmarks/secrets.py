"""`python -m benchmarks.secrets`: the secrets probe against gitleaks, on a labelled corpus and on a 20 MB tree.

Recall and precision are counted by line on the corpus of `benchmarks.secrets_corpus`; CPU time is that of a process of
its own, start included, on 20 MB of this Python's standard library and packages, which hold as good as no secret.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from benchmarks.secrets_corpus import Corpus, make

TREE_BYTES = 20_000_000
CPU_LIMIT = 3.0
"""Seconds of CPU that a tree of `TREE_BYTES` may take."""
_PROBE = """
import sys, time
from pathlib import Path
from limen.probes import secrets
from limen.probes.interface import Context, Target
def refuse(reference):
    raise SystemExit(reference)
target = Target(probe="secrets", section="typed", name="tree", endpoint=sys.argv[1])
context = Context(deadline=time.monotonic() + 600, started_at=int(time.time()), credential=refuse)
sys.stdout.buffer.write(secrets.collect(target, context)[0].content)
"""


class Score(NamedTuple):
    """How a tool did on the corpus."""

    tool: str
    planted: int
    caught: int
    findings: int
    right: int
    missed: tuple[tuple[str, int], ...]
    """Kinds that were missed, and how often."""
    wrong: tuple[str, ...]
    """Places that were told and are none."""

    @property
    def recall(self) -> float:
        """Share of the planted secrets that were found."""
        return self.caught / self.planted

    @property
    def precision(self) -> float:
        """Share of the findings that are planted secrets."""
        return self.right / self.findings if self.findings else 0.0


def main(arguments: list[str] | None = None) -> int:
    """Measure, print, and return 0 where every number is met."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.secrets", description=__doc__)
    parser.add_argument("--gitleaks", default=shutil.which("gitleaks"), help="gitleaks, where it is not on PATH")
    parser.add_argument("--verbose", action="store_true", help="say what was missed, and what was wrong")
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="limen-secrets-") as folder:
        corpus = make(Path(folder) / "corpus")
        scores = [score("limen", corpus, limen_lines(Path(folder) / "corpus"))]
        if given.gitleaks:
            scores.append(score("gitleaks", corpus, gitleaks_lines(given.gitleaks, Path(folder) / "corpus")))
        size = tree(Path(folder) / "tree")
        seconds = {"limen": cpu([sys.executable, "-c", _PROBE, f"{folder}/tree"])}
        if given.gitleaks:
            seconds["gitleaks"] = cpu([given.gitleaks, "dir", "--no-banner", "--exit-code", "0", f"{folder}/tree"])
    print(f"{len(corpus.planted)} planted secrets and {corpus.decoys} decoys in {corpus.lines} lines")
    print(f"{size / 1e6:.1f} MB tree\n")
    print("| tool | recall | precision | findings | CPU seconds on the tree |\n|---|---:|---:|---:|---:|")
    for one in scores:
        print(f"| {one.tool} | {one.recall:.3f} | {one.precision:.3f} | {one.findings} | {seconds[one.tool]:.2f} |")
        if given.verbose:
            print("  missed:", *(f"\n    {times} {kind}" for kind, times in one.missed))
            print("  wrong:", *(f"\n    {place}" for place in one.wrong))
    return 0 if all(verdict for _, verdict in gates(scores, seconds)) else 1


def gates(scores: list[Score], seconds: dict[str, float]) -> Iterator[tuple[str, bool]]:
    """Print and yield each required number, and whether it is met; not met where gitleaks is missing."""
    by_tool = {one.tool: one for one in scores}
    ours, theirs = by_tool["limen"], by_tool.get("gitleaks")
    found = [("20 MB in under 3 CPU seconds", seconds["limen"] < CPU_LIMIT)]
    if theirs is None:
        found.append(("at least gitleaks' recall at no lower precision: gitleaks is missing", False))
    else:
        found.append(("at least gitleaks' recall", ours.recall >= theirs.recall))
        found.append(("at no lower precision", ours.precision >= theirs.precision))
    for name, met in found:
        print(f"{'ok     ' if met else 'NOT MET'}  {name}")
        yield name, met


def score(tool: str, corpus: Corpus, lines: list[tuple[str, int, int]]) -> Score:
    """Return how a tool did, from the path, first and last line of each of its findings."""
    planted = {(one.path, one.line): one.kind for one in corpus.planted}
    hit: set[tuple[str, int]] = set()
    wrong: list[str] = []
    for path, first, last in lines:
        # Within a private key any of its lines will do.
        spots = {(path, 1)} if path.startswith("keys/") else {(path, line) for line in range(first, last + 1)}
        reached = spots & planted.keys()
        hit |= reached
        if not reached:
            wrong.append(f"{path}:{first}")
    missed = Counter(kind for place, kind in planted.items() if place not in hit)
    return Score(
        tool, len(planted), len(hit), len(lines), len(lines) - len(wrong), tuple(missed.most_common()), tuple(wrong)
    )


def limen_lines(folder: Path) -> list[tuple[str, int, int]]:
    """Return the lines that the probe tells of."""
    done = subprocess.run([sys.executable, "-c", _PROBE, str(folder)], check=True, capture_output=True, timeout=600)
    return [(one["path"], one["line"], one["line"]) for one in json.loads(done.stdout)["found"]]


def gitleaks_lines(program: str, folder: Path) -> list[tuple[str, int, int]]:
    """Return the lines that gitleaks tells of, with its own rules, encodings undone."""
    report = folder.parent / "gitleaks.json"
    subprocess.run(
        [program, "dir", "--no-banner", "--exit-code", "0", "--max-decode-depth", "5", "--report-format", "json",
         "--report-path", str(report), "."],
        cwd=folder, check=True, capture_output=True, timeout=600,
    )  # fmt: skip
    found = json.loads(report.read_text(encoding="utf-8"))
    return [(one["File"], one["StartLine"], one["EndLine"]) for one in found]


def tree(folder: Path) -> int:
    """Copy 20 MB of source text below a folder, and return its size in bytes."""
    size = 0
    for source in (sysconfig.get_path("stdlib"), sysconfig.get_path("purelib")):
        for path in sorted(Path(source).rglob("*.py")):
            if size >= TREE_BYTES or ("site-packages" in path.parts and source == sysconfig.get_path("stdlib")):
                continue
            data = path.read_bytes()
            place = folder / f"{len(data) % 40}" / f"{size}.py"
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(data)
            size += len(data)
    return size


def cpu(command: list[str]) -> float:
    """Return the CPU seconds of a process and of what it started: the least of three."""
    taken: list[float] = []
    for _ in range(3):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(command, check=True, capture_output=True, timeout=600, env=os.environ | {"LC_ALL": "C.UTF-8"})
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        taken.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return min(taken)


if __name__ == "__main__":
    sys.exit(main())
