"""What observations say of one declared value."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import msgspec


class Agreement(msgspec.Struct, frozen=True, kw_only=True):
    """An observed value beside a declared one."""

    observed: Any
    """The observed value as JSON knows it, in the form of the declared one: seconds, ranks, sorted lists."""
    agrees: bool
    """Whether it is at least as strong as what is declared; unknown is never agreement: there is then none of this."""


Reconcile = Callable[[Any, Sequence[Any]], Agreement | None]
"""From a declared value and the facts of all observations of its target to their agreement.

None where the facts say nothing of it; where several of them do, the weakest counts.
"""
