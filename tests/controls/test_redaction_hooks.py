"""What a process says when it fails: tracebacks, threads, warnings, asyncio's debug mode; real processes, both ways."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
import warnings
from pathlib import Path

import pytest

from limen.controls.redaction import MARK, WITHHELD, Redactor
from tests.controls.canary_values import CANARIES, NAMES, seen

PROGRAM = Path(__file__).with_name("failing_program.py")
WAYS = {
    "uncaught": "KeyError",
    "chained": "RuntimeError: no stock for",
    "grouped": "ExceptionGroup",
    "in_thread": "Exception in thread",
    "unraisable": "Exception ignored in",
    "warned": "UserWarning",
    "never_retrieved": "Task exception was never retrieved",
    "never_awaited": "was never awaited",
    "slow_callback": "Executing <Handle",
    "slow_task": "Executing <Task",
    "callback_fails": "Exception in callback",
    "loop_reports": "ERROR:asyncio",
    "task_group": "unhandled errors in a TaskGroup",
}
"""By way, what must still be said."""


def said(*arguments: str) -> str:
    """Return what the program wrote to its standard streams."""
    run = subprocess.run([sys.executable, "-W", "always", PROGRAM, *arguments], capture_output=True, text=True)
    assert "began" in run.stderr
    return run.stdout + run.stderr


@pytest.mark.parametrize("way", WAYS)
def test_without_a_redactor_the_process_tells(way: str) -> None:
    text = said(way)
    assert WAYS[way] in text
    assert seen(text), text


@pytest.mark.parametrize(
    ("way", "also"),
    [
        *((way, also) for way in WAYS for also in ("", "held")),
        *((way, "loop") for way in ("never_retrieved", "callback_fails", "loop_reports", "slow_task")),
    ],
)
def test_with_a_redactor_it_tells_what_failed_and_of_nobody(way: str, also: str) -> None:
    text = said(way, "redacted", also)
    assert not seen(text), text
    assert "Wilhelmina" not in text
    assert WAYS[way] in text, text
    assert MARK in text


@pytest.mark.parametrize("way", ["hostile", "long"])
def test_a_traceback_that_can_not_be_redacted_is_not_printed(way: str) -> None:
    text = said(way, "redacted")
    assert not seen(text), text
    assert WITHHELD in text or way == "hostile"


def test_hooks_are_put_back() -> None:
    before = (sys.excepthook, threading.excepthook, sys.unraisablehook, warnings.showwarning)
    loop = asyncio.new_event_loop()
    try:
        handler = loop.get_exception_handler()
        with Redactor(NAMES).install(loop=loop):
            assert sys.excepthook is not before[0]
            assert loop.get_exception_handler() is not handler
        assert (sys.excepthook, threading.excepthook, sys.unraisablehook, warnings.showwarning) == before
        assert loop.get_exception_handler() is handler
    finally:
        loop.close()


def test_a_traceback_keeps_where_it_failed(capsys: pytest.CaptureFixture[str]) -> None:
    def look_up(patient_name: str) -> int:
        return {"nobody": 3}[patient_name]

    redactor = Redactor(NAMES)
    try:
        look_up(CANARIES["patient_name"])
    except KeyError as error:
        redactor.hook(type(error), error, error.__traceback__)
        shown = redactor.exception(error)
    assert f"KeyError: '{MARK}'" in shown
    assert "in look_up" in shown
    assert __file__ in shown
    assert capsys.readouterr().err.strip() == shown
