"""Standard streams that are not open: a verdict that nobody can read is no verdict, and nothing ends in a traceback."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.needs import REPOSITORY

CONFORMING = REPOSITORY / "examples" / "trial-platform"
VIOLATING = CONFORMING / "violating"
COMMAND = f'"{sys.executable}" -m limen check -q'


def _run(words: str) -> subprocess.CompletedProcess[str]:
    command = ["sh", "-c", f"exec {COMMAND} {words}"]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, cwd=REPOSITORY)


@pytest.mark.parametrize(("path", "code"), [(CONFORMING, 0), (VIOLATING, 1)])
@pytest.mark.parametrize("closed", ["<&-", "2>&-", "<&- 2>&-"])
def test_a_verdict_that_can_be_read_stands(path: str, code: int, closed: str) -> None:
    done = _run(f'"{path}" {closed}')
    assert done.returncode == code
    assert done.stdout.splitlines()[-1].startswith("conforms" if code == 0 else "does not conform")
    assert done.stderr == ""


@pytest.mark.parametrize("path", [CONFORMING, VIOLATING])
@pytest.mark.parametrize("closed", [">&-", "<&- >&-"])
def test_a_verdict_that_nobody_can_read_is_an_error(path: str, closed: str) -> None:
    done = _run(f'"{path}" {closed}')
    assert done.returncode == 4
    assert done.stderr == "limen: the result can't be written: standard output is closed\n"


def test_with_every_stream_closed_the_exit_code_says_it() -> None:
    assert _run(f'"{CONFORMING}" <&- >&- 2>&-').returncode == 4


def test_a_mistake_is_an_error_of_usage_even_unread() -> None:
    assert _run("/nowhere/boundaries.yaml 2>&-").returncode == 2


def test_a_full_disk_is_no_verdict() -> None:
    done = _run(f'"{CONFORMING}" >/dev/full')
    assert done.returncode == 4
    assert "can't be written" in done.stderr


@pytest.mark.parametrize("words", ["--version", "-V", "--help", "check --help"])
def test_help_on_a_full_disk_is_an_error_in_words(words: str) -> None:
    command = ["sh", "-c", f'exec "{sys.executable}" -m limen {words} >/dev/full']
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 4
    assert done.stderr == "limen: the result can't be written: No space left on device\n"
