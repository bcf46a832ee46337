"""Which way stock takes by its DEA schedule; what has no plain schedule takes none (21 CFR 1304, 1305)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, assert_never

from limen.controls.ingress.directory import ScheduleFact
from limen.controls.refusals import RefusedError
from limen.errors import Problem

Route = Literal["order-form", "controlled", "uncontrolled"]
"""order-form: schedules I and II, only with Form 222 or CSOS; controlled: III to V, recorded; uncontrolled: none."""
ROUTES: tuple[Route, ...] = ("uncontrolled", "controlled", "order-form")
"""All routes, strictest last."""


def route_of(schedule: ScheduleFact) -> Route:
    """Return the way of a schedule; raises RefusedError (schedule_unknown) where it isn't known."""
    match schedule:
        case "I" | "II":
            return "order-form"
        case "III" | "IV" | "V":
            return "controlled"
        case "none":
            return "uncontrolled"
        case "unknown":
            message = "a product whose DEA schedule is unknown takes no way"
            hint = "its listings differ, or give no schedule of I to V"
            raise RefusedError(Problem(message=message, hint=hint), reason="schedule_unknown")
        case _:
            assert_never(schedule)


def strictest(routes: Iterable[Route]) -> Route | None:
    """Return the strictest of some routes; None where there are none."""
    return max(routes, key=ROUTES.index, default=None)
