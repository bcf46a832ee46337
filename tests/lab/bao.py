"""A real OpenBao on loopback, in development mode: unsealed, in memory, with a known root token."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from tests.lab.ports import free_port, wait_until_listening

TOKEN = "laboratory-root"


class Bao(NamedTuple):
    """A running server."""

    environment: dict[str, str]
    """VAULT_ADDR and VAULT_TOKEN."""

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """Ask its API, and return what it answers; raises HTTPError where it refuses."""
        request = urllib.request.Request(
            f"{self.environment['VAULT_ADDR']}/v1/{path}",
            method=method,
            headers={"X-Vault-Token": self.environment["VAULT_TOKEN"]},
            data=None if body is None else json.dumps(body).encode(),
        )
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.loads(answer.read() or b"null")


@contextmanager
def bao() -> Iterator[Bao]:
    """Run a server for as long as the block lasts; raises RuntimeError where it does not come up."""
    port = free_port()
    address = f"127.0.0.1:{port}"
    program = Path(sys.executable).parent / "bao"
    with tempfile.TemporaryDirectory(prefix="limen-bao-") as home:
        child = subprocess.Popen(
            [str(program), "server", "-dev", f"-dev-root-token-id={TOKEN}", f"-dev-listen-address={address}"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            stdin=subprocess.DEVNULL,
            env={"HOME": home, "PATH": os.environ.get("PATH", os.defpath)},
            cwd=home,
        )
        try:
            if not wait_until_listening(port, lambda: child.poll() is None):
                raise RuntimeError("OpenBao did not come up")
            yield Bao({"VAULT_ADDR": f"http://{address}", "VAULT_TOKEN": TOKEN})
        finally:
            child.terminate()
            child.wait(10)
