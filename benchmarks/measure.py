"""Run one process to its end and say how long it took and how much memory its whole tree held."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

_SAMPLE_SECONDS = 0.02


@dataclass(frozen=True)
class Run:
    """One process, from its start to its end."""

    wall: float
    """Seconds."""
    peak: int
    """Bytes: the largest sum of high-water marks over the process and its descendants that was seen."""
    exit_code: int | None
    """None where the deadline passed and the process was killed."""


def run(command: Sequence[str], output: Path, folder: Path, deadline: float) -> Run:
    """Run `command` in `folder`, both outputs in the file `output`; kill its process group after `deadline` seconds.

    Raises:
        OSError: the command can't be started or `output` can't be written.
    """
    with output.open("wb") as file:
        start = time.perf_counter()
        process = subprocess.Popen(
            command, cwd=folder, stdin=subprocess.DEVNULL, stdout=file, stderr=subprocess.STDOUT, start_new_session=True
        )
        sampler = _Sampler(process.pid)
        sampler.start()
        # wait4 instead of Popen.wait: its high-water mark serves where there is no /proc. On Linux that mark starts
        # with what this process held when it forked, so the samples count there.
        due = threading.Event()
        killer = threading.Timer(deadline, _kill_group, [process.pid, due])
        killer.start()
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - start
        killer.cancel()
        killed = due.is_set()
        sampler.stop()
        process.returncode = os.waitstatus_to_exitcode(status)
    kernel = usage.ru_maxrss * (1 if os.uname().sysname == "Darwin" else 1024)
    return Run(wall, sampler.peak or kernel, None if killed else process.returncode)


def _kill_group(pid: int, due: threading.Event) -> None:
    """Kill the session that this module started, and nothing else; say so before, since the end may be seen first."""
    due.set()
    with contextlib.suppress(ProcessLookupError):  # it ended in the same moment
        os.killpg(pid, signal.SIGKILL)


class _Sampler(threading.Thread):
    """Adds up the high-water marks of a process tree every 20 ms; without /proc the kernel's mark alone counts."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self._pid = pid
        self._stopped = threading.Event()
        self.peak = 0
        """Bytes."""

    def run(self) -> None:
        """Sample until stopped."""
        while not self._stopped.wait(_SAMPLE_SECONDS):
            self.peak = max(self.peak, sum(_resident(pid) for pid in _tree(self._pid)))

    def stop(self) -> None:
        """End the thread."""
        self._stopped.set()
        self.join()


def _tree(root: int) -> list[int]:
    """The process and all its descendants."""
    found = [root]
    for pid in found:
        try:
            for task in Path(f"/proc/{pid}/task").iterdir():
                found += map(int, (task / "children").read_text().split())
        except OSError:
            continue  # ended, or a system without /proc
    return found


def _resident(pid: int) -> int:
    """The most bytes that a process held since it was started (VmHWM); 0 where it ended."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    mark = status.partition("VmHWM:")[2].split()
    return int(mark[0]) * 1024 if mark else 0
