"""A decorator: a function that is called with what crossed, and whose result crosses back, or not at all."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Callable
from inspect import iscoroutinefunction
from typing import TYPE_CHECKING, Any

from limen.errors import Problem, UsageError

if TYPE_CHECKING:
    from limen.controls.guard.guard import Guard


def guarded(guard: Guard, *, flow: str, item: str | None, returns: str | None) -> Callable[[Callable[..., Any]], Any]:
    """Return the decorator of `Guard.guarded`; raises UsageError where it is not clear what crosses."""
    carried, returned = _checked(guard, flow, item, returns)

    def decorator(function: Callable[..., Any]) -> Any:
        """Return the function behind the guard, plain or asynchronous as it is."""
        if iscoroutinefunction(function):

            @functools.wraps(function)
            async def later(
                principal: Any, payload: Any, /, *given: Any, record: str, tenant: str = "", **named: Any
            ) -> Any:
                crossed = await asyncio.to_thread(
                    guard.cross, flow, principal, payload, item=carried, record=record, tenant=tenant
                )
                result = await function(crossed, *given, **named)
                return await asyncio.to_thread(_back, guard, flow, principal, result, returned, record, tenant)

            return later

        @functools.wraps(function)
        def now(principal: Any, payload: Any, /, *given: Any, record: str, tenant: str = "", **named: Any) -> Any:
            crossed = guard.cross(flow, principal, payload, item=carried, record=record, tenant=tenant)
            result = function(crossed, *given, **named)
            return _back(guard, flow, principal, result, returned, record, tenant)

        return now

    return decorator


def _back(
    guard: Guard, flow: str, principal: Any, result: Any, item: str | None, record: str, tenant: str
) -> bytes | None:
    """Return a result as it crosses back; None where there is none. Raises RefusedError."""
    if result is None:
        return None
    if item is None:
        problem = Problem(message=f"{flow} returns nothing, and the function behind it returned something")
        raise guard.refuse("undeclared_item", problem, flow=flow, principal=principal, record=record)
    return guard.cross(flow, principal, result, item=item, record=record, direction="returns", tenant=tenant).payload


def _checked(guard: Guard, flow: str, item: str | None, returns: str | None) -> tuple[str, str | None]:
    moved = guard.answers(flow)
    if moved is None:
        hint = f"name a flow to {guard.component}"
        raise UsageError(Problem(message=f"{flow} does not lead to {guard.component}", hint=hint))
    problems = []
    carried, returned = moved
    for what, named, items in (("carries", item, carried), ("returns", returns, returned)):
        if (named is not None and named not in items) or (named is None and len(items) > 1):
            message = f"which item {flow} {what} is not said" if named is None else f"{flow} {what} no {named}"
            problems.append(Problem(message=message, hint=f"it {what} {', '.join(items) or 'nothing'}"))
    if not carried and item is None:
        problems.append(Problem(message=f"{flow} carries nothing to call a function with", hint="use Guard.admit"))
    if problems:
        raise UsageError(problems)
    return item or carried[0], returns or (returned[0] if returned else None)
