"""Equal parts become one object: less memory, and later stages can tell equal parts by identity."""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import UNSET
from msgspec.structs import fields, force_setattr


class Interner:
    """Keeps the first of equal texts, tuples, dicts and structs, for as long as one loading lasts."""

    def __init__(self) -> None:
        """Start with nothing kept."""
        self._kept: dict[Any, Any] = {}
        self._dicts: dict[Any, dict[str, Any]] = {}
        self._plans: dict[type, tuple[tuple[str, ...], bool]] = {}

    def share(self, value: Any) -> Any:
        """Return the object that was kept for this value, with its parts shared too; keep this one where it is new.

        Structs that hold a dict can't be compared by hash and stay objects of their own; their parts are shared.
        """
        kind = type(value)
        if kind is bool or kind is int or value is UNSET:
            return value
        if kind is dict:
            return self._share_dict(value)
        if kind is str:
            return self._kept.setdefault(value, value)
        if kind is tuple:
            kept = self._kept.get(value)
            if kept is None:
                parts = tuple([self.share(part) for part in value])
                kept = self._kept[parts] = parts
            return kept
        plan = self._plans.get(kind) or self._plan(kind)
        if plan[1]:
            kept = self._kept.get(value)
            if kept is not None:
                return kept
        for name in plan[0]:
            part = getattr(value, name)
            if part is not UNSET:
                shared = self.share(part)
                if shared is not part:
                    force_setattr(value, name, shared)
        if plan[1]:
            self._kept[value] = value
        return value

    def _share_dict(self, value: dict[str, Any]) -> dict[str, Any]:
        parts = {self.share(name): self.share(part) for name, part in value.items()}
        # Names differ, so that sorting never compares two values.
        key = tuple(sorted(parts.items(), key=_name)) if len(parts) > 1 else tuple(parts.items())
        return self._dicts.setdefault(key, parts)

    def _plan(self, kind: type[msgspec.Struct]) -> tuple[tuple[str, ...], bool]:
        """Return a struct's fields, and whether it can be hashed."""
        known = fields(kind)
        plan = tuple(field.name for field in known), not any(field.default_factory is dict for field in known)
        self._plans[kind] = plan
        return plan


def _name(item: tuple[str, Any]) -> str:
    return item[0]
