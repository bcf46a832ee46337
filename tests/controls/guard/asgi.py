"""A client of one ASGI application, without a server: what a server would call, and everything that it would see."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

Headers = list[tuple[bytes, bytes]]


@dataclass
class Answer:
    """All that an application sent for one request."""

    messages: list[dict[str, Any]] = field(default_factory=list)

    @property
    def status(self) -> int:
        """Return the status of the one start."""
        (start,) = [one for one in self.messages if one["type"] == "http.response.start"]
        status: int = start["status"]
        return status

    @property
    def headers(self) -> dict[bytes, bytes]:
        """Return the headers of the one start; none of them stands twice."""
        (start,) = [one for one in self.messages if one["type"] == "http.response.start"]
        found = dict(start["headers"])
        assert len(found) == len(start["headers"])
        return found

    @property
    def body(self) -> bytes:
        """Return the body, which ended once."""
        bodies = [one for one in self.messages if one["type"] == "http.response.body"]
        assert [one.get("more_body", False) for one in bodies] == [*[True] * (len(bodies) - 1), False]
        return b"".join(one["body"] for one in bodies)

    def problem(self) -> dict[str, Any]:
        """Return the body as the problem that it is (RFC 9457)."""
        assert self.headers[b"content-type"] == b"application/problem+json"
        assert self.headers[b"content-length"] == str(len(self.body)).encode()
        assert self.headers[b"cache-control"] == b"no-store"
        value: dict[str, Any] = json.loads(self.body)
        assert value["status"] == self.status
        return value


def scope(method: str, path: str, headers: Iterable[tuple[bytes, bytes]] = (), **more: Any) -> dict[str, Any]:
    """Return the scope of a request."""
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": "1.1",
        "method": method,
        "scheme": "https",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": list(headers),
        "client": ("127.0.0.1", 40_000),
        "server": ("127.0.0.1", 8443),
        "extensions": {"http.response.pathsend": {}, "http.response.push": {}},
        **more,
    }


async def talk(app: Any, scope_: dict[str, Any], events: Sequence[dict[str, Any]]) -> Answer:
    """Call an application with what a client sends; after the last event the client waits, then goes away."""
    answer, waiting = Answer(), list(events)

    async def receive() -> dict[str, Any]:
        if waiting:
            return waiting.pop(0)
        await asyncio.sleep(0)
        return {"type": "http.disconnect"}

    async def send(message: dict[str, Any]) -> None:
        answer.messages.append(message)

    await app(scope_, receive, send)
    return answer


def request(app: Any, method: str, path: str, body: bytes = b"", headers: Headers | None = None, **more: Any) -> Answer:
    """Send one request with a body in one piece, and return the answer."""
    found = [(b"host", b"gateway.example"), *(headers or [])]
    if body:
        found.append((b"content-length", str(len(body)).encode()))
    events = [{"type": "http.request", "body": body, "more_body": False}]
    return asyncio.run(talk(app, scope(method, path, found, **more), events))
