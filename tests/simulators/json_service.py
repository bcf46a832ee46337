"""A service on loopback that speaks JSON over HTTP, with the faults that any such service can have."""

from __future__ import annotations

import contextlib
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Protocol
from urllib.parse import parse_qs

FAULTS = ("rubbish", "half", "huge", "drip", "hang", "reset", "error", "throttled", "throttled-twice", "html", "empty")
"""Ways in which a service can fail that have nothing to do with what it was asked."""


class Service(Protocol):
    """What answers requests."""

    throttled: tuple[int, dict[str, Any]]
    """Status and body of an answer that asks for fewer requests."""

    def answer(self, method: str, path: str, headers: dict[str, str], body: Any) -> tuple[int, Any]:
        """Return status and body."""


class _Handler(BaseHTTPRequestHandler):
    """Answers by a service, or fails."""

    protocol_version = "HTTP/1.1"
    service: Service
    fault = ""
    asked: list[int]

    def log_message(self, *_: Any) -> None:
        return

    def handle_one_request(self) -> None:
        with contextlib.suppress(ConnectionError):
            super().handle_one_request()

    def __getattr__(self, name: str) -> Any:
        if name.startswith("do_"):
            return self._answer
        raise AttributeError(name)

    def _answer(self) -> None:
        content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.asked[0] += 1
        if self.fault and (self.fault != "throttled-twice" or self.asked[0] <= 2):
            getattr(self, "_" + self.fault.partition("-")[0])()
            return
        headers = {name.lower(): value for name, value in self.headers.items()}
        form = "form" in headers.get("content-type", "")
        given = parse_qs(content.decode()) if form else json.loads(content or b"null")
        status, body = self.service.answer(self.command, self.path, headers, given)
        self._send(status, b"" if body is None else json.dumps(body).encode())

    def _send(self, status: int, content: bytes, length: int | None = None, kind: str = "application/json") -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content) if length is None else length))
        self.end_headers()
        self.wfile.write(content)

    def _throttled(self) -> None:
        self._send(self.service.throttled[0], json.dumps(self.service.throttled[1]).encode())

    def _rubbish(self) -> None:
        self._send(200, bytes(range(256)))

    def _html(self) -> None:
        self._send(200, b"<html>Sign in to this network</html>", kind="text/html")

    def _empty(self) -> None:
        self._send(200, b"{}")

    def _error(self) -> None:
        self._send(500, b"{}")

    def _half(self) -> None:
        self._send(200, b'{"half', length=1000)
        self.close_connection = True

    def _huge(self) -> None:
        self._send(200, b"", length=1 << 30)
        with contextlib.suppress(OSError):
            for _ in range(1 << 14):
                self.wfile.write(b" " * (1 << 16))
        self.close_connection = True

    def _drip(self) -> None:
        self._send(200, b"", length=1 << 20)
        with contextlib.suppress(OSError):
            for _ in range(300):
                self.wfile.write(b" ")
                self.wfile.flush()
                time.sleep(0.1)
        self.close_connection = True

    def _hang(self) -> None:
        time.sleep(20)
        self.close_connection = True

    def _reset(self) -> None:
        self.close_connection = True


@contextmanager
def served(service: Service, fault: str = "") -> Iterator[str]:
    """Serve on a free port for as long as the block lasts, and yield the URL; `fault` is one of `FAULTS`."""
    handler = type("Handler", (_Handler,), {"service": service, "fault": fault, "asked": [0]})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    server.block_on_close = False
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
