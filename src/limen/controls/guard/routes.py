"""Routes: which request is which crossing. A request that is on no route does not reach the application."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import msgspec

from limen.errors import Problem, UsageError

if TYPE_CHECKING:
    from limen.controls.guard.guard import Guard

RECORD_HEADER = "limen-record"
"""The header with the record's id."""
TENANT_HEADER = "limen-tenant"
"""The header with the declared tenant whose instance it is."""
_SUCH = "such as ('POST', '/events'), as the application sees the path"


class Route(msgspec.Struct, frozen=True, kw_only=True):
    """What a request on one path by one method is."""

    flows: tuple[str, ...]
    """The flows that it may be, of which the caller decides: the one that its component opens."""
    item: str | None = None
    """What the request carries; None where the flow carries one item. Empty: nothing, as in a GET."""
    returns: str | None = None
    """What a response by success returns; None where the flow returns one item or none."""
    query: bool = False
    """Whether the request may have a query string, which no layer protects and no ledger records."""


class Chosen(msgspec.Struct, frozen=True):
    """A route with one flow."""

    flow: str
    item: str | None
    """What the request carries; None where it carries nothing."""
    returns: str | None
    """What the response returns; None where it returns nothing."""


class Routes:
    """All routes of an application, compiled against a guard."""

    def __init__(self, guard: Guard, routes: Mapping[tuple[str, str], Route | str | tuple[str, ...]]) -> None:
        """Compile the routes; raises UsageError with every route that its guard can't serve."""
        self._guard = guard
        self._routes: dict[tuple[str, str], tuple[Route, dict[str, Chosen]]] = {}
        problems: list[Problem] = []
        for key, given in routes.items():
            if not (type(key) is tuple and [type(part) for part in key] == [str, str]):
                problems.append(Problem(message=f"the route {key} is no method with a path", hint=_SUCH))
                continue
            method, path = key
            route = given if isinstance(given, Route) else Route(flows=(given,) if isinstance(given, str) else given)
            where = f"{method} {path}"
            if method != method.upper() or not path.startswith("/") or "%" in path or "?" in path:
                problems.append(Problem(message=f"the route {where} is no method with a path", hint=_SUCH))
                continue
            if not route.flows:
                problems.append(Problem(message=f"the route {where} is no flow", hint="name one at least"))
            chosen = {}
            for flow in route.flows:
                one = self._chosen(where, flow, route, problems)
                if one is not None:
                    chosen[flow] = one
            self._routes[method, path] = route, chosen
        if problems:
            raise UsageError(problems)

    def find(self, method: str, path: str) -> tuple[Route, Mapping[str, Chosen]] | None:
        """Return the route of a request and its choices by flow; None where there is none."""
        return self._routes.get((method, path))

    def _chosen(self, where: str, flow: str, route: Route, problems: list[Problem]) -> Chosen | None:
        moved = self._guard.answers(flow)
        if moved is None:
            hint = f"name a flow to {self._guard.component}"
            problems.append(Problem(message=f"the route {where} names {flow}, which does not lead here", hint=hint))
            return None
        item = self._one(where, flow, "carries", moved[0], route.item, problems)
        back = self._one(where, flow, "returns", moved[1], route.returns, problems)
        if item is None and back is None:
            message = f"nothing would cross on the route {where} by {flow}"
            problems.append(Problem(message=message, hint="name what it carries or returns"))
        return Chosen(flow, item, back)

    def _one(
        self, where: str, flow: str, direction: str, items: tuple[str, ...], named: str | None, problems: list[Problem]
    ) -> str | None:
        """Return the item that moves one way on a route; None where nothing does."""
        if named == "" or (named is None and not items):
            return None
        if named is None and len(items) == 1:
            return items[0]
        if named in items:
            return named
        message = f"the route {where} does not say which item {flow} {direction}"
        if named is not None:
            message = f"the route {where} names {named}, which is nothing that {flow} {direction}"
        problems.append(Problem(message=message, hint=f"it {direction} {', '.join(items) or 'nothing'}"))
        return None
