"""Run the worked service on loopback until Ctrl-C."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import signal
import sys
from pathlib import Path

from examples.service import declared
from examples.service.building import Service
from examples.service.opening import PORTS, Choice, chosen, enrol, opened
from examples.service.pki import write_private
from examples.service.serving import Server
from examples.service.settings import begin
from limen.errors import LimenError


def main(arguments: list[str] | None = None) -> int:
    """Run until Ctrl-C or SIGTERM; return the exit code."""
    options = _options().parse_args(arguments)
    os.umask(0o077)
    try:
        folder = options.folder.resolve()
        begin(folder)
        chosen(folder, Choice(keys=options.keys, ledgers=options.ledgers, rows=options.database))
        asyncio.run(_served(folder, options.port))
    except LimenError as error:
        for problem in error.problems:
            sys.stderr.write(f"error: {problem.message}\n" + (f"  = {problem.hint}\n" if problem.hint else ""))
        return error.exit_code
    except OSError as error:
        sys.stderr.write(f"error: {error.strerror}: {error.filename or f'port {options.port} or one of the next'}\n")
        return 2
    return 0


async def _served(folder: Path, port: int) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, stop.set)
    house = opened(folder, ("crossing-log", "trace-log", "cs-ledger"))
    enrol(folder, house.store, house.clock())
    service, server = Service(house), Server(loop)
    pins = service.listen(server, port)
    server.serve()
    await asyncio.to_thread(service.start)
    write_private(folder / PORTS, json.dumps(house.ports, indent=1).encode())
    declared.write(folder, declared.Running(house.ports, pins, frozenset(service.ours), service.probes()))
    _say(folder, house.ports)
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
    parser = argparse.ArgumentParser(prog="python -m examples.service", description=__doc__)
    parser.add_argument("--folder", type=Path, default=Path(".limen/service"), help="where everything lies")
    parser.add_argument(
        "--port", type=int, default=0, help="first of the ports that it listens on (default: free ones)"
    )
    parser.add_argument("--keys", choices=("file", "openbao"), default="file", help="who keeps keys (default: file)")
    parser.add_argument("--ledgers", choices=("jsonl", "sqlite", "postgresql"), default="jsonl", help="default: jsonl")
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite", help="default: sqlite")
    return parser


if __name__ == "__main__":
    raise SystemExit(main())
