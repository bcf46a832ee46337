"""The enforcement point: what boundaries.yaml declares is what crosses, and nothing else does."""

from __future__ import annotations

from typing import Any

_NAMES = {
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

    if name not in _NAMES:
        raise AttributeError(name)
    return getattr(import_module(f"limen.controls.guard.{_NAMES[name]}"), name)
