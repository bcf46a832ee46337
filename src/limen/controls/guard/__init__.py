"""The enforcement point: what boundaries.yaml declares is what crosses, and nothing else does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from limen.controls.guard.crossed import Admission, Crossed
    from limen.controls.guard.guard import Guard
    from limen.controls.guard.middleware import GuardMiddleware
    from limen.controls.guard.replays import Replays
    from limen.controls.guard.routes import Route
    from limen.controls.guard.simulating import Simulation

__all__ = ["Admission", "Crossed", "Guard", "GuardMiddleware", "Replays", "Route", "Simulation"]
_MODULES = {
    "Admission": "crossed",
    "Crossed": "crossed",
    "Guard": "guard",
    "GuardMiddleware": "middleware",
    "Replays": "replays",
    "Route": "routes",
    "Simulation": "simulating",
}


def __getattr__(name: str) -> Any:
    """Import what is asked for, when it is: the guard needs cryptography, whoever imports this package may not."""
    from importlib import import_module

    if name not in _MODULES:
        raise AttributeError(name)
    return getattr(import_module(f"limen.controls.guard.{_MODULES[name]}"), name)
