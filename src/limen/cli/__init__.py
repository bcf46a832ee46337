"""The command line: arguments, printing and exit codes, nothing else."""

from __future__ import annotations

import sys


def main(arguments: list[str] | None = None) -> int:
    """Run limen with the given arguments (default: the process's) and return its exit code."""
    given = sys.argv[1:] if arguments is None else arguments
    if given in (["--version"], ["-V"]) and _version():
        return 0
    from limen.cli.program import run

    if arguments is None:
        _end_in_order()
    code = run(given)
    if arguments is None:
        _leave(code)
    return code


def _version() -> bool:
    """Print the version before anything is imported, since it must be quick; False where it can't be written."""
    from limen import __version__

    if sys.stdout is None:  # closed by who called
        return False
    try:
        print(f"limen {__version__}", flush=True)
    except OSError:  # a full disk, a pipe whose reader left: the long way round says so
        return False
    return True


def _end_in_order() -> None:
    """Have SIGTERM and SIGHUP end a run as Ctrl-C does: what it left with a policy server, or in a folder, goes too."""
    import signal

    def end(number: int, _: object) -> None:
        raise KeyboardInterrupt(number)

    for number in (signal.SIGTERM, signal.SIGHUP) if hasattr(signal, "SIGHUP") else (signal.SIGTERM,):
        if signal.getsignal(number) == signal.SIG_DFL:  # nohup has it ignored
            signal.signal(number, end)


def _leave(code: int) -> None:
    """End the process without taking its data apart, which takes long after a large system and changes nothing.

    Returns where something printed can't be written: the interpreter's own way out tells of that.
    """
    import contextlib
    import os

    with contextlib.suppress(OSError, ValueError):
        for stream in (sys.stdout, sys.stderr):
            if stream is not None:
                stream.flush()
        os._exit(code)
