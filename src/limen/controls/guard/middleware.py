"""ASGI middleware: an application behind a guard sees what crossed, and nothing else reaches it or leaves it.

A request is a crossing of a declared flow or is refused; so is the answer, which leaves sealed as the flow `returns`
it. NIST SP 800-207 (policy enforcement point), SC-7, AC-4; 45 CFR 164.312(e)(1). Works under any ASGI 3 server; what
blocks (keys, ledger) runs in threads.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from inspect import isawaitable
from typing import Any

from limen.controls.guard.answering import Answering
from limen.controls.guard.crossed import Admission, Crossed
from limen.controls.guard.guard import Guard
from limen.controls.guard.refusing import is_incident
from limen.controls.guard.requests import Heading, heading, opened_scope
from limen.controls.guard.routes import Chosen, Route, Routes
from limen.controls.principals import Principal
from limen.controls.refusals import Reason, RefusedError
from limen.errors import Problem, UsageError

Scope = dict[str, Any]
Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]
Identify = Callable[[Scope], "Principal | Awaitable[Principal | None] | None"]
"""Makes a principal of what the server verified, such as the client's certificate; None where nobody was."""

LARGEST_BODY = 1 << 20
"""Bytes of a request or an answer at most, unless the middleware is told otherwise."""
_LOG = logging.getLogger("limen.guard")


class GuardMiddleware:
    """An ASGI application that lets another one see what its guard let through."""

    def __init__(
        self,
        app: Application,
        guard: Guard,
        routes: Mapping[tuple[str, str], Route | str | tuple[str, ...]],
        identify: Identify,
        *,
        largest_body: int = LARGEST_BODY,
    ) -> None:
        """Put `app` behind `guard`.

        `routes` are the crossings by method and path, as a flow, several flows of which the caller decides, or a
        `Route`. `identify` gives the principal that the server authenticated; whatever it raises is nobody. The
        application finds the `Crossed`, or for a request that carries nothing the `Admission`, in `scope["limen"]`, and
        the content as the body. Its errors become a status without a text; a RefusedError of another control is
        recorded and answered with its own reason; any other error that it raises becomes 500, and is logged by its type
        only, since its words may repeat a record. `largest_body` is in bytes.
        Raises UsageError with every route that the guard can't serve.
        """
        for what, given in (("the application", app), ("`identify`", identify)):
            if not callable(given):
                raise UsageError(
                    Problem(message=f"{what} can't be called", hint="give a function of a request's scope")
                )
        self._app, self._guard, self._identify = app, guard, identify
        self._routes, self._largest = Routes(guard, routes), largest_body

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection; raises RefusedError for a protocol that is none of ASGI's three."""
        match scope["type"]:
            case "http":
                await self._http(scope, receive, send)
            case "lifespan":
                await self._app(scope, receive, send)
            case "websocket":
                await self._refused("undeclared_route", "a websocket is no declared crossing")
                await receive()
                await send({"type": "websocket.close", "code": 1008})
            case _:
                raise await self._refused("undeclared_route", "a protocol that is no declared crossing")

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        answering = Answering(self._guard, send, scope["method"], self._largest)
        try:
            crossed, body, chosen = await self._crossed(scope, receive)
        except RefusedError as refused:
            await answering.refused(refused)
            return
        except ConnectionError:  # gone before it had said everything: nothing crossed
            return
        except Exception as error:  # noqa: BLE001 such as a server that gives no bytes: nothing crossed, and it is said
            refusal = await self._refused("internal", "the request could not be read")
            _LOG.error("the guard could not read a request: %s, incident %s", type(error).__name__, refusal.incident)
            await answering.refused(refusal)
            return
        answering.crosses(chosen.flow, chosen.returns, crossed.principal, crossed.record, crossed.tenant)
        given = iter([{"type": "http.request", "body": body, "more_body": False}])

        async def received() -> Message:
            return next(given, None) or await receive()

        try:
            await self._app(opened_scope(scope, body, crossed), received, answering.send)
        except RefusedError as refused:  # by another control, whose words repeat no value
            if not is_incident(refused.incident):  # nobody recorded it yet, whatever it says
                refused = await asyncio.to_thread(self._again, refused, _about(chosen, crossed))
            await answering.refused(refused)
            return
        except Exception as error:  # noqa: BLE001 its words may repeat a record, and so may its traceback
            refusal = await self._refused("internal", "the application failed", **_about(chosen, crossed))
            _LOG.error(
                "the application behind the guard failed: %s, incident %s", type(error).__name__, refusal.incident
            )
            await answering.refused(refusal)
            return
        if not answering.done:
            refusal = await self._refused("internal", "the application gave no answer", **_about(chosen, crossed))
            await answering.refused(refusal)

    async def _crossed(self, scope: Scope, receive: Receive) -> tuple[Crossed | Admission, bytes, Chosen]:
        """Return what crossed, or who was admitted, the content, and on which flow.

        Raises RefusedError, recorded, and ConnectionError where the client is gone.
        """
        found = None if b"%" in (scope.get("raw_path") or b"") else self._routes.find(scope["method"], scope["path"])
        if found is None or (scope.get("query_string") and not found[0].query):
            raise await self._refused("undeclared_route", "no declared crossing has this method and path")
        principal = await self._identified(scope)
        if principal is None:  # before a byte of the body is read
            only = next(iter(found[1])) if len(found[1]) == 1 else ""
            raise await self._refused("unauthenticated", "nobody was authenticated", flow=only)
        chosen = await self._chosen(found[1], principal)
        direction, item = ("carries", chosen.item) if chosen.item is not None else ("returns", chosen.returns)
        about: dict[str, Any] = {"flow": chosen.flow, "item": item, "direction": direction, "principal": principal}
        try:
            head = heading(scope.get("headers", ()))
        except RefusedError as refused:
            raise await asyncio.to_thread(self._again, refused, about) from None
        body = await self._body(receive, head, about)
        asked: dict[str, Any] = {"item": item, "record": head.record, "tenant": head.tenant}
        if chosen.item is None:
            if body:
                raise await self._refused("content_refused", "the request has a body, and carries nothing", **about)
            admission = await asyncio.to_thread(self._guard.admit, chosen.flow, principal, **asked)
            return admission, b"", chosen
        crossed = await asyncio.to_thread(self._guard.cross, chosen.flow, principal, body, **asked)
        return crossed, crossed.payload, chosen

    async def _identified(self, scope: Scope) -> Principal | None:
        try:
            found = self._identify(scope)
            principal = await found if isawaitable(found) else found
        except Exception as error:  # noqa: BLE001 whatever it raises, nobody was authenticated
            _LOG.error("nobody was authenticated, since `identify` failed: %s", type(error).__name__)
            return None
        if principal is not None and not isinstance(principal, Principal):
            _LOG.error("nobody was authenticated, since `identify` returned a %s", type(principal).__name__)
            return None
        return principal

    async def _chosen(self, choices: Mapping[str, Chosen], principal: Principal) -> Chosen:
        if len(choices) == 1:
            return next(iter(choices.values()))
        found = [one for flow, one in choices.items() if self._guard.is_caller(flow, principal)]
        if len(found) != 1:
            why = "no flow of the route is the principal's" if not found else "several flows of the route are"
            raise await self._refused("undeclared_flow", why, principal=principal)
        return found[0]

    async def _body(self, receive: Receive, head: Heading, about: Mapping[str, Any]) -> bytes:
        """Return the whole body; raises RefusedError where it is too large, ConnectionError where it does not end."""
        if (head.length or 0) > self._largest:
            raise await self._refused("too_large", f"the body is larger than {self._largest} bytes", **about)
        parts, size = [], 0
        while True:
            message = await receive()
            if message["type"] != "http.request":
                raise ConnectionError("the client is gone")
            part = message.get("body", b"")
            size += len(part)
            if size > self._largest:
                raise await self._refused("too_large", f"the body is larger than {self._largest} bytes", **about)
            if part:
                parts.append(part)
            if not message.get("more_body", False):
                break
        if head.length is not None and head.length != size:
            raise await self._refused("content_refused", "the body has not the length that it said", **about)
        return b"".join(parts)

    async def _refused(self, reason: Reason, message: str, **about: Any) -> RefusedError:
        return await asyncio.to_thread(self._guard.refuse, reason, Problem(message=message), **about)

    def _again(self, refused: RefusedError, about: Mapping[str, Any]) -> RefusedError:
        """Return a refusal that the guard did not find itself, recorded."""
        return self._guard.refuse(refused.reason, refused.problems, **about)


def _about(chosen: Chosen, crossed: Crossed | Admission) -> dict[str, Any]:
    """Return what is recorded with a refusal that comes after a crossing."""
    return {
        "flow": chosen.flow,
        "item": crossed.item,
        "direction": "returns" if chosen.item is None else "carries",
        "principal": crossed.principal,
        "record": crossed.record,
        "tenant": crossed.tenant,
    }
