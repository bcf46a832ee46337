"""What the probes notice of the laboratory's defects, from real runs, as a file for `limen pack --sensitivity`.

    python -m tests.lab.results OUT [PROBE ...] [-k TEXT]

runs each row of tests/probes/*/test_lab.py against its real server or file. A row is noticed where the probe recorded
what is wrong and the rules made every finding that the table says, and no other. A row that could not run here (a
server is not installed) is evidence of nothing, and is left out with a word on standard error.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Generator, Iterable
from pathlib import Path
from typing import Any

import pytest

from limen.probes.registry import probe_named

_PROBES = Path(__file__).resolve().parents[1] / "probes"


def known() -> list[str]:
    """Return the probes that have rows in the laboratory."""
    return sorted(path.parent.name for path in _PROBES.glob("*/test_lab.py"))


class Collector:
    """Keeps how each row ended."""

    def __init__(self) -> None:
        self.results: list[dict[str, Any]] = []
        self.skipped: list[str] = []

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item) -> Generator[None, Any, Any]:
        """Note the end of a row; one whose server does not start was not noticed either."""
        report = yield
        row = getattr(item, "callspec", None) and item.callspec.params.get("row")
        if row is None or (report.when != "call" and report.passed) or report.when == "teardown":
            return report
        if report.skipped:
            self.skipped.append(f"{item.path.parent.name}: {item.callspec.id}")
            return report
        probe = item.path.parent.name
        self.results.append(
            {
                "probe": probe,
                "version": probe_named(probe).VERSION,
                "case": item.callspec.id,
                "expected": sorted(getattr(row, "findings", None) or ()),
                "noticed": report.passed,
            }
        )
        return report


def collected(folders: Iterable[Path], *options: str) -> Collector:
    """Run the rows in some folders, each called as its probe."""
    collector = Collector()
    tests = [f"{folder / 'test_lab.py'}::test_a_row" for folder in folders]
    pytest.main([*tests, "-q", "-n0", "-p", "no:cacheprovider", *options], plugins=[collector])
    return collector


def main(arguments: list[str]) -> int:
    """Write the results; 0 where every row ran and was noticed."""
    if not arguments or arguments[0].startswith("-"):
        sys.stderr.write(f"{__doc__}\nprobes: {', '.join(known())}\n")
        return 2
    only = arguments[arguments.index("-k") :] if "-k" in arguments else []
    out, *probes = arguments[: len(arguments) - len(only)]
    if unknown := sorted({*probes} - {*known()}):
        sys.stderr.write(f"there is no row of {', '.join(unknown)}; there are rows of {', '.join(known())}\n")
        return 2
    found = collected([_PROBES / name for name in probes or known()], *only)
    ordered = sorted(found.results, key=lambda one: (one["probe"], one["case"]))
    Path(out).write_text(json.dumps({"known_bad": ordered}, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    for one in found.skipped:
        sys.stderr.write(f"not run, and no evidence: {one}\n")
    missed = sum(not one["noticed"] for one in ordered)
    sys.stdout.write(f"{out}: {len(ordered)} rows, {missed} not noticed, {len(found.skipped)} not run\n")
    return 1 if missed or not ordered else 3 if found.skipped else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
