"""Killing `limen pack` at any moment leaves nothing that passes for a pack, and a run log that holds."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from limen.assess import Request
from limen.assess.packing import Packing, pack
from limen.errors import LimenError
from limen.evidence import layout
from limen.evidence.log_entries import Ended, Started, gaps
from limen.evidence.population import secret_of
from limen.evidence.reading import PackFiles, open_pack
from limen.evidence.run_log import open_log
from limen.evidence.tree import core_tree
from limen.evidence.verifying import verified
from limen.integrity.instants import instant
from tests.evidence.packing import declared
from tests.needs import REPOSITORY

AT_CHANGES, BY_TIME = 36, 8
NOW = instant("2030-01-01T00:00:00Z")


class Killer:
    """A process that runs `limen pack` in children of its own, and kills them."""

    def __init__(self, system: Path, log: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.cli.pack_killer", str(system), str(log)],
            cwd=REPOSITORY,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )

    def run(self, output: Path, how: str, amount: float) -> tuple[int, float]:
        """Run once; return the signal that ended it, 0 where it came to its end, and the seconds that it took."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(f"{output} {how} {amount}\n")
        self.process.stdin.flush()
        status, seconds = self.process.stdout.readline().split()
        assert os.waitstatus_to_exitcode(int(status)) in (0, -signal.SIGKILL)
        return os.WTERMSIG(int(status)) if os.WIFSIGNALED(int(status)) else 0, float(seconds)


@contextlib.contextmanager
def killer(system: Path, log: Path) -> Iterator[Killer]:
    """Yield a killer, ended afterwards."""
    made = Killer(system, log)
    try:
        yield made
    finally:
        assert made.process.stdin is not None
        made.process.stdin.close()
        made.process.wait(timeout=30)
        assert made.process.stdout is not None
        made.process.stdout.close()


def sound(files: PackFiles) -> bool:
    """Whether nothing about a pack is broken."""
    return not files.faults and all(check.status != "broken" for check in verified(files, None, NOW).checks)


def root_of(files: PackFiles) -> str:
    return core_tree(files, secret_of(files)).root.hex()


def passes(place: Path) -> bool:
    """Whether what lies at a place is taken for a pack."""
    try:
        files = open_pack(place)
    except LimenError:
        return False
    with files:
        return layout.STATEMENT in files and sound(files)  # without one it is refused: the corpus shows it


def judged(folder: Path, target: Path, log: Path) -> None:
    """Hold what a killed run left against what must be: nothing passes for a pack, and the log holds."""
    assert open_log(log).entries()
    for leftover in folder.iterdir():
        assert leftover == target or leftover.name.startswith(".limen-pack-"), leftover
        assert not passes(leftover), leftover


@pytest.mark.parametrize("form", ["folder", "zip"])
def test_whenever_it_is_killed(form: str, tmp_path: Path) -> None:
    system, log = declared(tmp_path / "system"), tmp_path / "log"
    name = "pack.zip" if form == "zip" else "pack"
    share = 1 if form == "folder" else 4  # how a zip differs shows at the end
    with killer(system, log) as kill:
        first = tmp_path / "first"
        first.mkdir()
        for number in (1, 2):  # the first one also makes the log
            assert kill.run(first / f"{number}-{name}", "count", 0)[0] == 0
        total = int((first / "changes").read_text())
        assert total > 200
        spread = AT_CHANGES // share
        points = sorted(
            {1 + number * (total - 15) // spread for number in range(spread)} | {*range(total - 14, total, share)}
        )
        assert len(points) >= 50 // share
        for point in points:
            folder = tmp_path / f"at-{point}"
            folder.mkdir()
            assert kill.run(folder / name, "at", point)[0] == signal.SIGKILL, point
            judged(folder, folder / name, log)
        seconds = max(0.2, kill.run(first / f"again-{name}", "count", 0)[1])
        killed = 0
        for number in range(BY_TIME // share):
            folder = tmp_path / f"after-{number}"
            folder.mkdir()
            ended, _ = kill.run(folder / name, "after", seconds * number / (BY_TIME // share))
            killed += ended == signal.SIGKILL
            if ended == signal.SIGKILL and not passes(folder / name):
                judged(folder, folder / name, log)
            else:  # it had come to its end, or to the moment after the last thing that is done
                assert passes(folder / name)
        assert killed
    entries = open_log(log).entries()
    started = [one.run for one in entries if isinstance(one, Started)]
    finished = {one.run for one in entries if isinstance(one, Ended)}
    assert len(started) == len(set(started)) >= len(finished) >= 2
    assert form == "zip" or len(started) > len(finished)  # of the few kills of a zip, all may come after the log's
    assert {gap.run for gap in gaps(entries)} == set(started) - finished  # every run that was killed shows
    again = tmp_path / f"at-{points[0]}" / name
    done = pack(Packing(request=Request(path=system), output=again, log=log))
    with open_pack(again) as files:
        assert sound(files)
        assert root_of(files) == done.tree.root.hex()
