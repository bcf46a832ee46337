"""Where an expression of a rule stands: its module, its variables, and what is promised to be there."""

from __future__ import annotations

from typing import Any

import msgspec

from limen.errors import Location
from limen.policy.paths import Value
from limen.policy.syntax import Tree

Span = dict[str, int] | None


class Frame(msgspec.Struct, kw_only=True):
    """Where an expression stands: its module, its variables, and what is promised to be there."""

    tree: Tree
    variables: dict[str, Value]
    needs: frozenset[str] = frozenset()
    """Input paths without which the host does not ask for the answer."""
    comprehension: bool = False
    """Whether an undefined value would be left out silently."""
    calls: tuple[str, ...] = ()
    """Functions that are being followed, outermost first."""
    site: Location | None = None
    """Where the module that is linted calls the library that is being followed; None within that module itself."""

    def inner(self, **changes: Any) -> Frame:
        """Return a frame for a nested body: it sees these variables and keeps its own."""
        return msgspec.structs.replace(self, variables=dict(self.variables), **changes)
