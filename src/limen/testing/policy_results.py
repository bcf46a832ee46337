"""What mutation testing found out: each mutant's fate, and the score that only tests can raise."""

from __future__ import annotations

from typing import Literal

import msgspec

Fate = Literal["killed", "timeout", "survived", "equivalent", "refused"]
"""killed: a test fails or is in error; timeout: a test gives no answer; survived: every test passes; equivalent: a
committed proof says that no test can tell; refused: the linter does not load it, so no test was asked."""


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """A mutant and what became of it."""

    id: str
    operator: str
    """negate, bend, drop or swap."""
    file: str
    line: int
    """From 1."""
    column: int
    """From 1, in characters."""
    before: str
    after: str
    fate: Fate
    reason: str = ""
    """What the linter says, or the proof."""


class TargetResult(msgspec.Struct, frozen=True, kw_only=True):
    """What became of all mutants of one rule or library."""

    target: str
    digest: str
    """Of all that the result depends on."""
    outcomes: tuple[Outcome, ...]
    unparsed: tuple[str, ...] = ()
    """Ids of mutants that are no Rego: a mistake of ours, and counted nowhere."""
    problem: str = ""
    """Why nothing could be learnt: its tests fail unchanged, or there are none."""

    def count(self, *fates: Fate) -> int:
        """Return how many mutants met one of the fates."""
        return sum(outcome.fate in fates for outcome in self.outcomes)

    @property
    def judged(self) -> int:
        """Mutants that load and that a test could kill: the denominator."""
        return self.count("killed", "timeout", "survived")

    @property
    def survivors(self) -> tuple[Outcome, ...]:
        """Mutants that no test tells from the original."""
        return tuple(outcome for outcome in self.outcomes if outcome.fate == "survived")


class Mutation(msgspec.Struct, frozen=True, kw_only=True):
    """What became of all mutants of all targets."""

    targets: tuple[TargetResult, ...]

    def count(self, *fates: Fate) -> int:
        """Return how many mutants met one of the fates."""
        return sum(target.count(*fates) for target in self.targets)

    @property
    def judged(self) -> int:
        """Mutants that load and that a test could kill: the denominator."""
        return self.count("killed", "timeout", "survived")

    @property
    def score(self) -> float | None:
        """Killed mutants of a hundred; None where there was nothing to kill."""
        return 100 * self.count("killed", "timeout") / self.judged if self.judged else None
