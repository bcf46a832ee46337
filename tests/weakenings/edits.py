"""Changes to a declaration as plain data: each weakens one declared control, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Plain = dict[str, Any]
Edit = Callable[[Plain], None]

BY_ID = ("flows", "transfers", "assertions")
"""Sections that are lists, whose entries go by their id."""


def put(path: str, value: Any) -> Edit:
    """Return an edit that sets a value where one is declared or not; fails where nothing changes."""

    def edit(plain: Plain) -> None:
        holder, last = _holder(plain, path)
        absent = isinstance(holder, dict) and last not in holder
        assert absent or holder[last] != value, f"{path} is {value} already"
        holder[last] = value

    return edit


def drop(path: str) -> Edit:
    """Return an edit that takes away what is declared at a path; fails where nothing is."""

    def edit(plain: Plain) -> None:
        holder, last = _holder(plain, path)
        del holder[last]

    return edit


def add(path: str, value: Any) -> Edit:
    """Return an edit that appends to a list, which it makes where there is none; fails where it holds the value."""

    def edit(plain: Plain) -> None:
        holder, last = _holder(plain, path)
        values = holder.setdefault(last, []) if isinstance(holder, dict) else holder[last]
        assert value not in values, f"{value} is in {path} already"
        values.append(value)

    return edit


def take(path: str, value: Any) -> Edit:
    """Return an edit that takes a value out of a list; fails where it does not hold it."""

    def edit(plain: Plain) -> None:
        holder, last = _holder(plain, path)
        holder[last].remove(value)

    return edit


def both(*edits: Edit) -> Edit:
    """Return one edit out of several, for a control that is declared in more than one place."""

    def edit(plain: Plain) -> None:
        for one in edits:
            one(plain)

    return edit


def _holder(plain: Plain, path: str) -> tuple[Any, Any]:
    """Return what holds the last step of a path, and that step as a key or an index."""
    *steps, last = path.split("/")
    here: Any = plain
    for depth, step in enumerate(steps):
        here = here[_step(here, step, by_id=depth == 1 and steps[0] in BY_ID)]
    return here, _step(here, last, by_id=len(steps) == 1 and steps[0] in BY_ID)


def _step(here: Any, step: str, *, by_id: bool) -> Any:
    if not isinstance(here, list):
        return step
    if by_id:
        (found,) = [index for index, entry in enumerate(here) if entry["id"] == step]
        return found
    return int(step)
