"""A program that fails in one way, with patients in everything it holds: `failing_program.py WAY [redacted]`."""

from __future__ import annotations

import asyncio
import gc
import logging
import sys
import threading
import time
import warnings
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.controls.canary_values import CANARIES, NAMES

NAME = CANARIES["patient_name"]
RECORD = {"patient_name": NAME, "dob": CANARIES["dob"]}


def look_up(patient_name: str) -> int:
    return {"nobody": 3}[patient_name]


def uncaught() -> None:
    look_up(NAME)


def chained() -> None:
    try:
        look_up(NAME)
    except KeyError as error:
        error.add_note(f"while serving {CANARIES['email']}")
        raise RuntimeError(f"no stock for {NAME}") from error


def grouped() -> None:
    found = []
    for value in (NAME, CANARIES["mrn"]):
        try:
            look_up(value)
        except KeyError as error:
            found.append(error)
    raise ExceptionGroup(f"for {CANARIES['ssn']}", found)


def hostile() -> None:
    class HostileError(Exception):
        def __str__(self) -> str:
            raise RuntimeError(NAME)

    raise HostileError(NAME)


def long() -> None:
    raise ValueError(f"{NAME} " * 40_000)


def in_thread() -> None:
    thread = threading.Thread(target=look_up, args=(NAME,), name=f"for mrn {CANARIES['mrn']}")
    thread.start()
    thread.join()


def unraisable() -> None:
    class Patient:
        def __init__(self, patient_name: str) -> None:
            self.patient_name = patient_name

        def __repr__(self) -> str:
            return f"Patient(patient_name={self.patient_name!r})"

        def __del__(self) -> None:
            look_up(self.patient_name)

    Patient(NAME)
    gc.collect()


def warned() -> None:
    warnings.warn(f"patient_name={NAME} is late", stacklevel=1)


async def _fail(patient_name: str) -> int:
    await asyncio.sleep(0)
    return look_up(patient_name)


def never_retrieved() -> None:
    async def main() -> None:
        task = asyncio.get_running_loop().create_task(_fail(NAME), name=f"task for {CANARIES['ssn']}")
        await asyncio.sleep(0.01)
        del task
        gc.collect()

    _run(main)


def never_awaited() -> None:
    async def main() -> None:
        _fail(NAME)
        warnings.warn(f"and {CANARIES['email']}", stacklevel=1)
        gc.collect()

    _run(main)


def slow_callback() -> None:
    def dispense(patient_name: str, record: Any) -> None:
        time.sleep(0.15)

    async def main() -> None:
        asyncio.get_running_loop().call_soon(dispense, NAME, RECORD)
        asyncio.get_running_loop().call_soon(dispense, CANARIES["mrn"], f"{'x' * 12} {NAME} {'y' * 20}")
        await asyncio.sleep(0.4)

    _run(main)


def slow_task() -> None:
    async def serve(patient_name: str) -> str:
        time.sleep(0.15)  # noqa: ASYNC251  # a slow one is what is wanted
        return f"done for {patient_name}"

    async def main() -> None:
        task = asyncio.create_task(serve(NAME), name=f"serve {CANARIES['mrn']}")
        await task
        logging.getLogger("service").warning("after %r", task)

    _run(main)


def callback_fails() -> None:
    async def main() -> None:
        asyncio.get_running_loop().call_soon(look_up, NAME)
        await asyncio.sleep(0.01)

    _run(main)


def loop_reports() -> None:
    async def main() -> None:
        context = {"message": f"for {CANARIES['ssn']}", "patient_name": NAME, "exception": KeyError(CANARIES["email"])}
        asyncio.get_running_loop().call_exception_handler(context)

    _run(main)


def task_group() -> None:
    async def main() -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(_fail(NAME))
            group.create_task(_fail(CANARIES["mrn"]))

    _run(main)


def _run(main: Any) -> None:
    """Run in debug mode, with the handler on the loop where there is a redactor."""

    async def watched() -> None:
        if REDACTOR is not None and "loop" in sys.argv:
            asyncio.get_running_loop().set_exception_handler(REDACTOR.loop_handler)
        await main()

    asyncio.run(watched(), debug=True)


REDACTOR: Any = None
if __name__ == "__main__":
    logging.basicConfig(level=logging.DEBUG)
    if "redacted" in sys.argv:
        from limen.controls.redaction import Redactor

        REDACTOR = Redactor(NAMES)
        REDACTOR.install()
        if "held" in sys.argv:
            REDACTOR.remember(list(CANARIES.values()))
    print("began", file=sys.stderr)
    globals()[sys.argv[1]]()
