"""The user's own driver: a program that sends canaries through the flow as a client would."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

import msgspec

from limen.probes.interface import AttemptError, Context
from limen.probes.leak.canaries import Canary

_KEPT = ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR", "SYSTEMROOT")
"""What of our environment the driver gets: a credential of ours is none of it."""


def drive(command: Sequence[str], canaries: Sequence[Canary], run: str, folder: Path, context: Context) -> None:
    """Run the driver to its end; raises AttemptError where it fails. What it prints is not kept.

    It gets the canaries as JSON on its input, and each as LIMEN_CANARY_<KIND> in its environment.
    """
    environment = {name: os.environ[name] for name in _KEPT if name in os.environ}
    environment |= {f"LIMEN_CANARY_{one.kind.upper()}": one.value for one in canaries}
    environment["LIMEN_CANARY_RUN"] = run
    given = msgspec.json.encode({"run": run, "canaries": canaries})
    try:
        process = subprocess.Popen(
            list(command),
            cwd=folder or None,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or type(error).__name__
        raise AttemptError(f"the driver {Path(command[0]).name} can't be started: {why}") from None
    try:
        process.communicate(given, timeout=context.remaining())
    except subprocess.TimeoutExpired:
        raise AttemptError("the driver did not end in time; --timeout gives it more") from None
    except (BrokenPipeError, OSError):
        process.wait(context.remaining())
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
    if process.returncode:
        raise AttemptError(f"the driver ended with {process.returncode}: nothing is known to have been sent")


def settle(seconds: float, context: Context) -> None:
    """Wait until canaries are wherever they get to; raises AttemptError where there is no time for it."""
    if context.remaining() <= seconds:
        raise AttemptError(f"canaries take {seconds:g} seconds to settle; --timeout gives it more")
    time.sleep(seconds)
