"""Real OPA servers on loopback: plain, with TLS, with tokens. Each ends with the test, by its own process id."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

READY = 30.0
"""Seconds until a server must listen."""


class Server(NamedTuple):
    """A running OPA."""

    url: str
    process: subprocess.Popen[bytes]

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self.url.rsplit(":", 1)[1])

    def kill(self) -> None:
        """End it at once, as a crash would."""
        self.process.kill()
        self.process.wait(timeout=10)

    def policies(self) -> list[str]:
        """Return the ids of the policies that it holds (plain servers only)."""
        with urllib.request.urlopen(f"{self.url}/v1/policies", timeout=10) as answer:
            return sorted(one["id"] for one in json.load(answer)["result"])

    def put(self, kind: str, place: str, content: str | Any) -> None:
        """Put a policy (text) or data (anything) there, as another user of the server would (plain servers only)."""
        body = content if kind == "policies" else json.dumps(content)
        request = urllib.request.Request(f"{self.url}/v1/{kind}/{place}", body.encode(), method="PUT")
        urllib.request.urlopen(request, timeout=10).close()

    def delete(self, kind: str, place: str) -> None:
        """Remove a policy or data (plain servers only)."""
        request = urllib.request.Request(f"{self.url}/v1/{kind}/{place}", method="DELETE")
        urllib.request.urlopen(request, timeout=10).close()


@contextlib.contextmanager
def serving(program: Path, *options: str | Path, port: int = 0, files: Sequence[Path] = ()) -> Iterator[Server]:
    """Start OPA with further options and policy files, wait until it listens, and end it.

    A port of 0 takes a free one, which OPA is told; another process might take it in between, so that is tried again.
    """
    tls = any(str(option).startswith("--tls-cert-file") for option in options)
    for attempt in range(5):
        chosen = port or free_port()
        command = [str(program), "run", "--server", "--addr", f"127.0.0.1:{chosen}", "--log-level", "error"]
        process = subprocess.Popen(
            [*command, "--skip-version-check", *map(str, options), *map(str, files)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/")},
        )
        try:
            if _listens(process, chosen):
                yield Server(f"{'https' if tls else 'http'}://127.0.0.1:{chosen}", process)
                return
        finally:
            process.kill()
            process.wait(timeout=10)
        assert attempt < 4, f"OPA did not listen: {command}"


def free_port() -> int:
    """Return a port of loopback that nobody listens on."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def _listens(process: subprocess.Popen[bytes], port: int) -> bool:
    end = time.monotonic() + READY
    while time.monotonic() < end and process.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return process.poll() is None
        time.sleep(0.02)
    return False
