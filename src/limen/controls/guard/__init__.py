"""The enforcement point: what boundaries.yaml declares is what crosses, and nothing else does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from limen.errors import Problem, UsageError

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
_GUARDING = frozenset({"Guard", "GuardMiddleware"})


def __getattr__(name: str) -> Any:
    """Import what is asked for, when it is: the guard needs cryptography, whoever imports this package may not.

    Raises UsageError for what needs it where it is not installed.
    """
    from importlib import import_module

    if name not in _MODULES:
        raise AttributeError(name)
    if name in _GUARDING:
        try:
            import_module("cryptography")
        except ImportError:
            message = "a guard protects by cryptography, which is not installed"
            raise UsageError(Problem(message=message, hint="pip install 'limen[controls]'")) from None
    return getattr(import_module(f"limen.controls.guard.{_MODULES[name]}"), name)


def __dir__() -> list[str]:
    """Return what there is, imported or not: `help` and completion ask for it."""
    return sorted({*globals(), *__all__})
