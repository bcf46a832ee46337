"""Changes to a declaration as plain data: each weakens what is declared, and fails where there is nothing to weaken."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

BY_ID = ("flows", "transfers", "assertions")
"""Sections that are lists, whose entries go by their id; those of probes go by what is asked: tls:gateway."""
_TARGETS = ("flow", "component", "key", "ledger")


def weaken(plain: dict[str, Any], edits: Mapping[str, Any]) -> None:
    """Change a declaration by the edits of one row: put, drop, add and take."""
    for path, value in edits.get("put", {}).items():
        holder, last = _holder(plain, path)
        absent = isinstance(holder, dict) and last not in holder
        assert absent or holder[last] != value, f"{path} is {value!r} already"
        holder[last] = value
    for path in edits.get("drop", ()):
        holder, last = _holder(plain, path)
        del holder[last]
    for path, value in edits.get("add", {}).items():
        holder, last = _holder(plain, path)
        values = holder.setdefault(last, [])
        assert value not in values, f"{value!r} is in {path} already"
        values.append(value)
    for path, value in edits.get("take", {}).items():
        holder, last = _holder(plain, path)
        holder[last].remove(value)


def _holder(plain: dict[str, Any], path: str) -> tuple[Any, Any]:
    """Return what holds the last step of a path, and that step as a key or an index."""
    section, *steps = path.split("/")
    here: Any = plain
    step: Any = section
    for number, following in enumerate(steps):
        here = here[step]
        step = following
        if isinstance(here, list):
            named = not number and section in (*BY_ID, "probes")
            step = _index(here, following) if named else int(following)
    return here, step


def _index(entries: list[dict[str, Any]], name: str) -> int:
    (found,) = [index for index, entry in enumerate(entries) if _name(entry) == name]
    return found


def _name(entry: dict[str, Any]) -> str:
    """Return an entry's id, or the probe and what it is asked about."""
    if "probe" not in entry:
        return str(entry["id"])
    return ":".join([entry["probe"], *(entry[target] for target in _TARGETS if target in entry)])
