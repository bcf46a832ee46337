"""Objects that begin anew in a forked child: with locks that nobody holds, and without their parent's connections.

A fork copies memory and one thread. Locks that other threads held stay locked for good, two processes share one pipe,
and whoever counts goes on with the same count: none of it may happen to what keeps keys or appends to ledgers.
"""

from __future__ import annotations

import os
import weakref
from typing import Protocol


class Beginning(Protocol):
    """What can begin anew."""

    def begin(self) -> None:
        """Begin as at first, whatever was before; never raises."""


_ALL: weakref.WeakSet[Beginning] = weakref.WeakSet()


def begins_in_children(one: Beginning) -> None:
    """Have an object begin anew in every child that is forked while it lives."""
    _ALL.add(one)


def _in_child() -> None:
    for one in list(_ALL):
        one.begin()


if hasattr(os, "register_at_fork"):  # no fork elsewhere
    os.register_at_fork(after_in_child=_in_child)
