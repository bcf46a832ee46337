"""Rules, catalog, profiles, engines, decisions, waivers: Rego judges, this carries its judgements.

As a library::

    from limen.policy import Policies

    with Policies.load(["hipaa"], as_of=date(2026, 1, 1)) as policies:
        for decision in policies.decide("zone", [zone])[0]:
            print(decision.rule, decision.status)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from limen.policy.engines import EngineOptions
    from limen.policy.library import Policies, PolicyCheck, PolicyDecision

__all__ = ["EngineOptions", "Policies", "PolicyCheck", "PolicyDecision"]

_HOMES = {"EngineOptions": "engines", "Policies": "library", "PolicyCheck": "library", "PolicyDecision": "library"}
"""Where each lies: imported when it is asked for, because a start must not pay for it."""


def __getattr__(name: str) -> Any:
    """Return a public name, importing its module."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
