"""The command line: arguments, printing and exit codes, nothing else."""

from __future__ import annotations

import sys


def main(arguments: list[str] | None = None) -> int:
    """Run limen with the given arguments (default: the process's) and return its exit code."""
    given = sys.argv[1:] if arguments is None else arguments
    if given in (["--version"], ["-V"]):  # answered before anything is imported: it must be quick
        from limen import __version__

        print(f"limen {__version__}")
        return 0
    from limen.cli.program import run

    code = run(given)
    if arguments is None:
        _leave(code)
    return code


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
