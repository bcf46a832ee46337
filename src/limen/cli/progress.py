"""One line at a terminal that says what is being done, once that takes longer than a blink."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from typing import TextIO

from limen.reports._words import one_line

_PATIENCE = 0.3
"""Seconds before anything is shown."""
_WIPE = "\r\x1b[2K"


@contextlib.contextmanager
def progress_on(terminal: TextIO) -> Iterator[Callable[[str], None]]:
    """Yield what tells the terminal what is being done; the line is gone when the work is over.

    The line appears after a short while even where the work says nothing more: that is when people wonder.
    """
    lock, over = threading.Lock(), threading.Event()
    told = [""]
    shown = [False]

    def draw() -> None:
        terminal.write(f"{_WIPE}{one_line(told[0])} …")
        terminal.flush()

    def say(what: str) -> None:
        with lock:
            told[0] = what
            if shown[0]:
                draw()

    def appear() -> None:
        if not over.wait(_PATIENCE):
            with lock:
                shown[0] = True
                draw()

    thread = threading.Thread(target=appear, daemon=True)
    thread.start()
    try:
        yield say
    finally:
        over.set()
        thread.join()
        if shown[0]:
            terminal.write(_WIPE)
            terminal.flush()
