"""The command: options, one service a folder, the start in order, what is said of it, and the end in order."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import fcntl
import json
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

from examples.service import declared
from examples.service.building import Service
from examples.service.opening import PORTS, Choice, chosen, enrol, keep_choice, opened
from examples.service.pki import write_private
from examples.service.serving import Server
from examples.service.settings import begin
from limen.errors import LimenError, Problem, UsageError

LISTENERS = 10
"""Components that listen, each on a port of its own."""


def main(arguments: list[str] | None = None) -> int:
    """Run until Ctrl-C or SIGTERM; return the exit code. Raises KeyboardInterrupt for a Ctrl-C before it runs."""
    options = _options().parse_args(arguments)
    os.umask(0o077)
    try:
        folder = options.folder.resolve()
        with _alone(folder):
            choice = chosen(folder, Choice(keys=options.keys, ledgers=options.ledgers, rows=options.database))
            begin(folder)
            asyncio.run(_served(folder, choice, options.port))
    except LimenError as error:
        return show(error)
    except OSError as error:
        sys.stderr.write(f"error: {error.strerror or type(error).__name__}: {error.filename or 'no file of it'}\n")
        return 2
    return 0


def show(error: LimenError) -> int:
    """Write an error's problems to standard error; return its exit code."""
    for problem in error.problems:
        sys.stderr.write(f"error: {problem.message}\n" + (f"  = {problem.hint}\n" if problem.hint else ""))
    return error.exit_code


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Hold a folder, made where there is none; raises UsageError where a service runs on it.

    Two of them would write the same ledgers, and the partners would find the second one's ports only.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle = os.open(folder / "running.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        problem = Problem(message=f"a service runs on the folder {folder}", hint="end it, or name another --folder")
        raise UsageError(problem) from None
    try:
        yield
    finally:
        os.close(handle)  # which ends the lock; so does a crash


async def _served(folder: Path, choice: Choice, port: int) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, stop.set)
    house = opened(folder, ("crossing-log", "trace-log", "cs-ledger"), choice)
    enrol(folder, house.store, house.clock())
    service, server = Service(house), Server(loop)
    try:
        pins = service.listen(server, port)
    except OSError as error:
        where = f"the ports {port} to {port + LISTENERS - 1} can't all be taken" if port else "no port can be taken"
        raise UsageError(Problem(message=f"{where}: {error.strerror}", hint="give another --port, or none")) from None
    server.serve()
    unkept = await asyncio.to_thread(service.start)
    keep_choice(folder, choice)  # not before: a start that failed binds nobody
    write_private(folder / PORTS, json.dumps(house.ports, indent=1).encode())
    declared.write(folder, declared.Running(house.ports, pins, frozenset(service.ours), service.probes()))
    _say(folder, house.ports)
    for ledger, why in unkept.items():
        sys.stderr.write(f"warning: {ledger}: {why}; it goes on, unwitnessed: look into {folder / 'incidents'}\n")
    await stop.wait()
    await asyncio.to_thread(service.stop)
    await asyncio.to_thread(server.close)
    service.close()
    sys.stdout.write("stopped\n")


def _say(folder: Path, ports: dict[str, int]) -> None:
    judging = "--only-profile baseline --rule 'conformance.*' --partial"
    lines = [
        "The service runs; Ctrl-C ends it.",
        *(f"  {name:18} https://127.0.0.1:{port}" for name, port in ports.items()),
        f"Its folder is {folder}",
        "Next, in another terminal:",
        f"  python -m examples.service.drive --folder {folder}",
        f"  python -m examples.service.drive --folder {folder} --misbehave",
        f"  limen check {folder}",
        f"  limen probe {folder}/running --rate 0 {judging}",
        "",
    ]
    sys.stdout.write("\n".join(lines))
    sys.stdout.flush()


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m examples.service", description="Run the worked service on loopback until Ctrl-C."
    )
    parser.add_argument("--folder", type=Path, default=Path(".limen/service"), help="where everything lies")
    parser.add_argument(
        "--port", type=_port, default=0, help="first of the ports that it listens on (default: free ones)"
    )
    parser.add_argument("--keys", choices=("file", "openbao"), default="file", help="who keeps keys (default: file)")
    parser.add_argument("--ledgers", choices=("jsonl", "sqlite", "postgresql"), default="jsonl", help="default: jsonl")
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite", help="default: sqlite")
    return parser


def _port(text: str) -> int:
    """Return the first port of those that follow one another; raises ArgumentTypeError where they don't exist."""
    last = 65_536 - LISTENERS
    if not (text.isascii() and text.isdigit() and 0 <= int(text) <= last):
        raise argparse.ArgumentTypeError(f"expected 0 to {last}, since each of {LISTENERS} components takes the next")
    return int(text)
