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

    return run(given)
