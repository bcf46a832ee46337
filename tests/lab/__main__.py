"""`make lab`: start the laboratory's servers on loopback for people to probe, good ones and bad ones, until Ctrl-C.

Each module of this folder with a `play` is an area. Its lines say what is wrong with a server, where it listens and
what to type.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib
import signal
import sys
import tempfile
import threading
from pathlib import Path

import tests.lab


def areas() -> list[str]:
    """Return the modules that have something to play with."""
    # By their text: some modules are programs, which importing would run.
    modules = sorted(path for folder in tests.lab.__path__ for path in Path(folder).glob("*.py"))
    return [path.stem for path in modules if "\ndef play(" in path.read_text(encoding="utf-8")]


def main() -> int:
    """Start what is asked for, say where it is, and end it in order."""
    known = areas()
    parser = argparse.ArgumentParser(prog="make lab", description=__doc__)
    parser.add_argument("area", nargs="*", metavar="AREA", help=f"what to start (default: all): {', '.join(known)}")
    wanted = parser.parse_args().area or known
    if unknown := [name for name in wanted if name not in known]:
        parser.error(f"there is no area {', '.join(unknown)}; there are {', '.join(known)}")
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    failed = 0
    with tempfile.TemporaryDirectory(prefix="limen-lab-") as folder, contextlib.ExitStack() as stack:
        for name in wanted:
            if stop.is_set():
                break
            place = Path(folder) / name
            place.mkdir(mode=0o755)
            print(f"== {name}", flush=True)
            try:
                lines = stack.enter_context(importlib.import_module(f"tests.lab.{name}").play(place))
            except Exception as error:  # noqa: BLE001 one area that can't start is no reason to have none
                print(f"   not started: {error}", flush=True)
                failed = 1
                continue
            print("\n".join(f"   {line}" for line in lines), flush=True)
        print("== Ctrl-C ends it all", flush=True)
        stop.wait()
    return failed


if __name__ == "__main__":
    sys.exit(main())
