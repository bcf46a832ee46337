"""A loopback server before a real OPA that, at a request of the test's choice, does what networks and servers do."""

from __future__ import annotations

import contextlib
import http.client
import http.server
import socket
import threading
import time
from collections.abc import Callable, Iterator
from typing import NamedTuple
from urllib.parse import urlsplit


class Asked(NamedTuple):
    """A request as it came."""

    method: str
    path: str
    number: int
    """How many of its method came before it."""


class Reply(NamedTuple):
    """What is answered in OPA's place."""

    status: int = 200
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()
    after: float = 0.0
    """Seconds before the answer begins."""
    pieces: int = 1
    """In how many pieces the body comes, `between` seconds apart."""
    between: float = 0.0
    drop: bool = False
    """Close the connection instead."""


Change = Callable[[bytes], bytes]
Script = Callable[[Asked], Reply | Change | None]
"""What to answer instead of OPA, or what to make of OPA's answer; None: what OPA answers."""


class Proxy(NamedTuple):
    """The running server."""

    url: str
    seen: list[Asked]

    def asked(self, method: str) -> int:
        """Return how many requests of a method came."""
        return sum(one.method == method for one in self.seen)


@contextlib.contextmanager
def before(url: str, script: Script) -> Iterator[Proxy]:
    """Start a server before OPA's, which answers by a script, and end it."""
    place = urlsplit(url)
    seen: list[Asked] = []
    lock = threading.Lock()

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True  # or each answer waits 40 ms for an acknowledgement

        def handle_one_request(self) -> None:
            with contextlib.suppress(OSError):
                super().handle_one_request()

        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            with lock:
                asked = Asked(self.command, self.path, sum(one.method == self.command for one in seen))
                seen.append(asked)
            scripted = script(asked)
            reply = scripted if isinstance(scripted, Reply) else self.forwarded(body)
            if scripted is not None and not isinstance(scripted, Reply):
                reply = reply._replace(body=scripted(reply.body))
            time.sleep(reply.after)
            if reply.drop:
                self.close_connection = True
                self.connection.shutdown(socket.SHUT_RDWR)
                return
            self.send_response(reply.status)
            for name, value in reply.headers:
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(reply.body)))
            self.end_headers()
            size = -(-len(reply.body) // reply.pieces) or 1
            for begin in range(0, len(reply.body), size):
                self.wfile.write(reply.body[begin : begin + size])
                self.wfile.flush()
                time.sleep(reply.between)

        do_GET = do_PUT = do_POST = do_DELETE = answer  # noqa: N815 as the library calls them

        def forwarded(self, body: bytes) -> Reply:
            try:
                upstream = http.client.HTTPConnection(place.hostname or "", place.port, timeout=30)
                headers = {name: value for name, value in self.headers.items() if name.lower() != "accept-encoding"}
                upstream.request(self.command, self.path, body, headers)
                found = upstream.getresponse()
                kind = (("Content-Type", found.headers.get("Content-Type", "")),)
                return Reply(found.status, found.read(), kind)
            except (OSError, http.client.HTTPException):
                return Reply(drop=True)  # as if OPA's own connection were lost

        def log_message(self, format: str, *arguments: object) -> None:
            """Say nothing."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield Proxy(f"http://127.0.0.1:{server.server_address[1]}", seen)
    finally:
        server.shutdown()
        server.server_close()
