"""The ASGI application of one component: what its guard lets through, handled by flow.

A handler gets the `Crossed` with the opened content (for a request that carries nothing, the `Admission`) and returns
what the flow `returns`, as a record, or nothing. It runs in a thread: keys, ledgers and databases block.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import orjson

from examples.service.callers import Callers
from limen.controls.guard.guard import Guard
from limen.controls.guard.middleware import GuardMiddleware
from limen.controls.guard.routes import Route
from limen.controls.principals import Principal

Headers = Mapping[str, str]
Handler = Callable[[Any, Headers], "Mapping[str, Any] | None"]
Scope = dict[str, Any]


class Application:
    """Answers what crossed; the path of a flow is its id."""

    def __init__(
        self, handlers: Mapping[str, Handler], reading: Mapping[str, tuple[Handler, str]] | None = None
    ) -> None:
        """Keep the handlers of what flows carry, and those of what is only read: with the item that is returned."""
        self._handlers = {("POST", f"/{flow}"): handler for flow, handler in handlers.items()}
        self._routes: dict[tuple[str, str], Route | str | tuple[str, ...]] = {
            place: place[1].removeprefix("/") for place in self._handlers
        }
        for flow, (handler, item) in (reading or {}).items():
            self._handlers["GET", f"/{flow}"] = handler
            self._routes["GET", f"/{flow}"] = Route(flows=(flow,), item="", returns=item)

    def guarded(self, guard: Guard, callers: Callers) -> GuardMiddleware:
        """Return this application behind a guard."""

        def identify(scope: Scope) -> Principal:
            return callers.principal(scope, scope["path"].removeprefix("/"))

        return GuardMiddleware(self, guard, self._routes, identify)

    async def __call__(
        self, scope: Scope, receive: Callable[[], Awaitable[Any]], send: Callable[[dict[str, Any]], Awaitable[None]]
    ) -> None:
        """Answer one request that the guard let through."""
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        handler = self._handlers[scope["method"], scope["path"]]
        found = await asyncio.to_thread(handler, scope["limen"], headers)
        await send({"type": "http.response.start", "status": 204 if found is None else 200, "headers": []})
        await send({"type": "http.response.body", "body": b"" if found is None else orjson.dumps(found)})
