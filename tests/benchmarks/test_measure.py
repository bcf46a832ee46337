"""Measuring one process: time, memory of the whole tree, output, and the end at its deadline."""

from __future__ import annotations

import sys
import time
from pathlib import Path

from benchmarks.measure import run

MEGABYTE = 1_000_000


def _python(code: str) -> list[str]:
    return [sys.executable, "-I", "-S", "-c", code]


def test_captures_both_outputs_and_the_exit_code(tmp_path: Path) -> None:
    code = "import sys; print('out', flush=True); print('err', file=sys.stderr); sys.exit(3)"
    done = run(_python(code), tmp_path / "out", tmp_path, 30)
    assert (tmp_path / "out").read_text() == "out\nerr\n"
    assert done.exit_code == 3


def test_measures_wall_time(tmp_path: Path) -> None:
    done = run(_python("import time; time.sleep(0.3)"), tmp_path / "out", tmp_path, 30)
    assert 0.3 <= done.wall < 5


def test_adds_the_memory_of_children(tmp_path: Path) -> None:
    held = "x = bytearray(60_000_000)\nx[::4096] = b'1' * len(x[::4096])\n"
    child = held + "import time; time.sleep(0.5)"
    both = held + f"import subprocess, sys; subprocess.run([sys.executable, '-I', '-S', '-c', {child!r}], check=True)"
    alone = run(_python(child), tmp_path / "alone", tmp_path, 30)
    together = run(_python(both), tmp_path / "together", tmp_path, 30)
    assert together.exit_code == 0
    assert 60 * MEGABYTE < alone.peak < 110 * MEGABYTE
    if sys.platform == "linux":  # elsewhere the kernel's mark alone counts, which is one process's
        assert together.peak > 120 * MEGABYTE


def test_kills_the_tree_at_the_deadline(tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    child = f"import time; time.sleep(4); open({str(mark)!r}, 'w').close()"
    code = f"import subprocess, sys, time; subprocess.Popen([sys.executable, '-c', {child!r}]); time.sleep(60)"
    done = run(_python(code), tmp_path / "out", tmp_path, 0.5)
    assert done.exit_code is None
    assert done.wall < 10
    time.sleep(4)
    assert not mark.exists()
