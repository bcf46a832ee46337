"""Runs `limen pack` over and over and kills it with SIGKILL: at its nth change of the disk, or after some time.

    python -m tests.cli.pack_killer SYSTEM LOG

reads lines, and answers each with how the run ended and its seconds:

    OUTPUT count 0          a whole run; a file `changes` beside OUTPUT says how many changes it made
    OUTPUT at 17            ends itself just before the 17th
    OUTPUT after 0.25       is ended from outside, 0.25 s after it began

Python itself tells of what is about to happen (sys.addaudithook), so that limen knows nothing of being watched. Each
run is a child of this process, which has imported everything.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import signal
import sys
import time
from pathlib import Path

IMPORTED = (
    *(
        "typst",
        "xlsxwriter",
        "jinja2",
        "jsonschema",
        "yaml",
        "networkx",
        "cryptography.hazmat.primitives.serialization",
    ),
    *("limen.assess.packing", "limen.cli.packing", "limen.policy.embedded", "limen.policy.embedded_child"),
    *(
        f"limen.reports.{name}"
        for name in ("html", "json", "sarif", "junit", "markdown", "text", "oscal", "pdf", "xlsx")
    ),
)
"""What a run needs, imported before the children are made: they all have it then."""
EXIT_UNASSESSED = 3
CHANGES = frozenset({"os.rename", "os.link", "os.remove", "os.rmdir", "os.mkdir", "os.truncate", "os.chmod"})
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC


def changes(watched: tuple[str, ...], at: int, told: list[int]) -> None:
    """Count changes of the disk below the watched folders, and end this process just before one of them."""

    def watch(event: str, arguments: tuple[object, ...]) -> None:
        if event == "open":
            if not (isinstance(arguments[2], int) and arguments[2] & _WRITING):
                return
        elif event not in CHANGES:
            return
        path = arguments[1] if event in ("os.rename", "os.link") else arguments[0]
        if not (isinstance(path, str | bytes | os.PathLike) and os.fsdecode(path).startswith(watched)):
            return
        told[0] += 1
        if told[0] == at:
            os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(watch)


def run(system: Path, output: Path, log: Path, at: int = 0) -> int:
    """Pack in this process and return how many changes it made."""
    from limen.cli import main

    told = [0]
    changes((str(output.parent), str(log)), at, told)
    # One rule: the reports are small then, and most of what is killed is the writing.
    code = main(["pack", str(system), "-o", str(output), "--log", str(log), "--rule", "transit.tls_minimum"])
    if code != EXIT_UNASSESSED:
        raise SystemExit(f"limen pack ended with {code}")
    return told[0]


def child(system: Path, output: Path, log: Path, how: str, amount: float) -> int:
    """Run in a child, killed as said; return how it ended, as `waitpid` does."""
    pid = os.fork()
    if pid == 0:
        code = 1
        with contextlib.suppress(BaseException):
            os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
            told = run(system, output, log, int(amount) if how == "at" else 0)
            if how == "count":
                (output.parent / "changes").write_text(str(told))
            code = 0
        os._exit(code)
    if how == "after":
        ends = time.monotonic() + amount
        while time.monotonic() < ends:
            done, status = os.waitpid(pid, os.WNOHANG)
            if done:
                return status
            time.sleep(0.001)
        os.kill(pid, signal.SIGKILL)
    return os.waitpid(pid, 0)[1]


def main() -> None:
    """Read one line for each run from standard input (`OUTPUT HOW AMOUNT`), and print how it ended and its seconds."""
    for name in IMPORTED:
        importlib.import_module(name)

    system, log = Path(sys.argv[1]), Path(sys.argv[2])
    for line in sys.stdin:
        output, how, amount = line.rsplit(" ", 2)
        began = time.monotonic()
        status = child(system, Path(output), log, how, float(amount))
        print(status, time.monotonic() - began, flush=True)


if __name__ == "__main__":
    main()
