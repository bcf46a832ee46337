"""Kills a process at each moment at which it touches the file system; a program, as only a process alone can be forked.

An audit hook counts what the interpreter itself reports (PEP 578), so that nothing of what is tested is replaced.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from typing import Any

EVENTS = frozenset(
    {"open", "os.rename", "os.mkdir", "os.remove", "os.rmdir", "os.chmod", "os.link", "shutil.rmtree", "os.listdir"}
)


def killed_at(moment: int, do: Callable[[Callable[[], None]], Any]) -> bool:
    """Fork, and kill the child at the moment-th event, from 0, after it began to count; return whether it died so.

    `do` is given what begins the counting. Raises AssertionError where the child failed by itself.
    """
    child = os.fork()
    if not child:
        try:
            do(lambda: _arm(moment))
        except BaseException as error:  # noqa: BLE001 - nothing of the parent's may run in the child
            print(f"{type(error).__name__}: {error}", file=sys.stderr, flush=True)
            os._exit(1)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    died = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
    assert died or os.waitstatus_to_exitcode(status) == 0, f"the child failed at {moment}"
    return died


def _arm(moment: int) -> None:
    left = moment

    def hook(event: str, _: Any) -> None:
        nonlocal left
        if event in EVENTS:
            if not left:
                os.kill(os.getpid(), signal.SIGKILL)
            left -= 1

    sys.addaudithook(hook)
