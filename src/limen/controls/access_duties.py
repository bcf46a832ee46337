"""Duties that stay apart on one record: who did the one may not do the other (NIST AC-5, 21 CFR 11.10(g), 11.200(a)).

Read from the ledger's own entries, so that it holds over restarts, changed roles and several processes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from limen.controls.access_roles import Roles

if TYPE_CHECKING:
    from limen.controls.ledger import Line

ACTION = "access"
"""The action of an entry that records a decision."""
ALLOWED, REFUSED = "allowed", "refused"
"""Outcomes of a decision, as entries have them."""
DEEDS = {ACTION: ALLOWED, "guard.crossed": "passed"}
"""Actions by which somebody used a permission, each with its outcome: a decision here, a crossing of the guard."""


class Duties:
    """Who used which permission on which record, as far as a duty is concerned."""

    def __init__(self, roles: Roles) -> None:
        """Begin without any entry."""
        self._roles = roles
        self._done: dict[tuple[str, str], set[str]] = {}

    def take(self, lines: Iterable[Line]) -> None:
        """Take records of a ledger in; whatever records no use of a duty's permission is passed over."""
        for line in lines:
            if line.action not in DEEDS or line.details.get("outcome") != DEEDS[line.action]:
                continue
            permission = line.details.get("permission")
            if isinstance(permission, str) and self._roles.duties_of(permission):
                self._done.setdefault((line.record, line.actor), set()).add(permission)

    def against(self, actor: str, permission: str, record: str) -> str | None:
        """Return a permission that the actor used on the record and that may not meet this one; None where none is."""
        done = self._done.get((record, actor), set())
        return next(iter(sorted(self._conflicts(done, permission))), None)

    def _conflicts(self, done: set[str], permission: str) -> Iterator[str]:
        for earlier in done:
            for mine, other in self._roles.duties_of(earlier):
                if (other, mine) in self._roles.duties_of(permission):
                    yield earlier
