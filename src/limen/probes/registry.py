"""Which probes there are: a package in this folder is one, found by its location."""

from __future__ import annotations

import pkgutil
from importlib import import_module
from typing import cast

from limen import probes
from limen.probes.interface import Probe


def probe_names() -> tuple[str, ...]:
    """Return the names of all probes, sorted: the packages in this folder, but for those with an underscore."""
    return tuple(sorted(m.name for m in pkgutil.iter_modules(probes.__path__) if m.ispkg and m.name[0] != "_"))


def probe_named(name: str) -> Probe:
    """Return a probe; raises KeyError for a name that `probe_names` does not list."""
    if name not in probe_names():
        raise KeyError(name)
    return cast(Probe, import_module(f"{probes.__name__}.{name}"))
