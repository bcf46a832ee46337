"""What a content probe did not read, counted by its reason."""

from __future__ import annotations

import msgspec

MOST_EXAMPLES = 50
"""Paths that are named for each reason."""


class Unscanned(msgspec.Struct, frozen=True, kw_only=True):
    """What was not read, for one reason."""

    reason: str
    count: int
    examples: tuple[str, ...]
    """Paths of the first of them."""


class Tally:
    """Counts what was not read, by reason, and keeps some of the paths."""

    def __init__(self) -> None:
        """Start with nothing."""
        self._counts: dict[str, int] = {}
        self._paths: dict[str, list[str]] = {}

    def add(self, reason: str, path: str) -> None:
        """Count one path that was not read."""
        self._counts[reason] = self._counts.get(reason, 0) + 1
        paths = self._paths.setdefault(reason, [])
        if len(paths) < MOST_EXAMPLES:
            paths.append(path)

    def result(self) -> tuple[Unscanned, ...]:
        """Return what was counted, by reason."""
        return tuple(
            Unscanned(reason=reason, count=count, examples=tuple(self._paths[reason]))
            for reason, count in sorted(self._counts.items())
        )
