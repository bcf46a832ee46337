"""Running limen: in this process with what it prints, or as a user does, in one of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from limen.cli import main

VARIABLES = ("NO_COLOR", "FORCE_COLOR", "TERM", "LIMEN_DEBUG", "SOURCE_DATE_EPOCH", "COLUMNS")
"""What a developer's shell might set, and no test may depend on."""


class Said(NamedTuple):
    """How a run ended and what it printed."""

    code: int
    out: str
    err: str


def limen(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> Said:
    """Run a command line in this process."""
    capsys.readouterr()
    code = main([str(argument) for argument in arguments])
    out, err = capsys.readouterr()
    return Said(code, out, err)


def program(*arguments: str | Path, cwd: Path | None = None, seconds: float = 60, **variables: str) -> Said:
    """Run ``python -m limen`` in a process of its own, with plain variables but for those given."""
    done = subprocess.run(
        [sys.executable, "-m", "limen", *map(str, arguments)],
        capture_output=True,
        cwd=cwd,
        timeout=seconds,
        stdin=subprocess.DEVNULL,
        env={name: value for name, value in os.environ.items() if name not in VARIABLES} | variables,
    )
    return Said(done.returncode, done.stdout.decode(), done.stderr.decode())


def names(folder: Path) -> list[str]:
    """Return the names in a folder, sorted."""
    return sorted(path.name for path in folder.iterdir())
