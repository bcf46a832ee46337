"""The application's answer, held until it is whole: it leaves as the declared item, sealed, or as a bare status."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from limen.controls.guard.guard import Guard
from limen.controls.guard.responses import Headers, headers_of, problem_body, refusal_status
from limen.controls.principals import Principal
from limen.controls.refusals import Reason, RefusedError
from limen.errors import Problem

Message = dict[str, Any]
_LOG = logging.getLogger("limen.guard")
_NO_BODY = frozenset({204, 205, 304})


class Answering:
    """One answer. Until it is whole nothing of it leaves, so that what can't leave has not half left."""

    def __init__(self, guard: Guard, send: Callable[[Message], Awaitable[None]], method: str, largest: int) -> None:
        """Begin an answer; `largest` is in bytes."""
        self._guard, self._send, self._largest = guard, send, largest
        self._headless = method == "HEAD"
        self._start: Message | None = None
        self._parts: list[bytes] = []
        self._size = 0
        self._crossing: tuple[str, str | None, Principal, str, str] | None = None
        self.done = False
        """Whether the answer has left."""

    def crosses(self, flow: str, item: str | None, principal: Principal, record: str, tenant: str) -> None:
        """Say what the answer returns on which flow; item None: nothing."""
        self._crossing = flow, item, principal, record, tenant

    async def send(self, message: Message) -> None:
        """Take a message of the application; raises RuntimeError for one that would not be seen by the guard."""
        match message["type"]:
            case "http.response.start" if self._start is None and _is_status(message["status"]):
                self._start = message
            case "http.response.body" if self._start is not None and not self.done:
                part = message.get("body", b"")
                self._size += len(part)
                if self._size <= self._largest:
                    self._parts.append(part)
                if not message.get("more_body", False):
                    await self._finish(self._start)
            case _:
                raise RuntimeError("a message that can't pass a guard, or not now")

    async def refused(self, refused: RefusedError) -> None:
        """Answer with a refusal, unless an answer has left."""
        await self._problem(refusal_status(refused), refused)

    async def _problem(self, status: int, refused: RefusedError) -> None:
        await self._leave(status, headers_of((), _PROBLEM, body := problem_body(status, refused)), body)

    async def _finish(self, start: Message) -> None:
        status, headers = start["status"], start.get("headers", ())
        if not 200 <= status < 300:
            body = b"" if status in _NO_BODY else problem_body(status)
            await self._leave(status, headers_of(headers, _PROBLEM, body or None), body)
            return
        if self._headless or not self._size:
            await self._leave(status, headers_of(headers, b"", None if self._headless or status == 204 else b""), b"")
            return
        try:
            body = await self._returned()
        except RefusedError as refused:
            await self._unanswered(refused)
            return
        await self._leave(status, headers_of(headers, b"application/json", body), body)

    async def _unanswered(self, refused: RefusedError) -> None:
        """Say that an answer can't leave: the request crossed and had its effect, so no status blames it."""
        _LOG.error("an answer can't leave: %s, incident %s", refused.reason, refused.incident)
        await self._problem(max(500, refusal_status(refused)), refused)

    async def _returned(self) -> bytes:
        """Return the answer as it crosses; raises RefusedError."""
        assert self._crossing is not None  # noqa: S101 the application is not asked before
        flow, item, principal, record, tenant = self._crossing
        if item is None or self._size > self._largest:
            reason: Reason = "undeclared_item" if item is None else "too_large"
            message = f"{flow} returns nothing on this route, and the application answered with content"
            if item is not None:
                message = f"the answer is larger than {self._largest} bytes"
            raise await asyncio.to_thread(
                self._guard.refuse,
                reason,
                Problem(message=message),
                flow=flow,
                item=item,
                direction="returns",
                principal=principal,
                record=record,
                tenant=tenant,
            )
        crossed = await asyncio.to_thread(
            self._guard.cross,
            flow,
            principal,
            b"".join(self._parts),
            item=item,
            record=record,
            direction="returns",
            tenant=tenant,
        )
        return crossed.payload

    async def _leave(self, status: int, headers: Headers, body: bytes) -> None:
        if self.done:
            return
        self.done = True
        self._parts.clear()
        await self._send({"type": "http.response.start", "status": status, "headers": headers})
        await self._send({"type": "http.response.body", "body": b"" if self._headless else body, "more_body": False})


def _is_status(status: object) -> bool:
    """Return whether it is the status of an answer: 101 and its like would hand the connection over."""
    return type(status) is int and 200 <= status < 600


_PROBLEM = b"application/problem+json"
