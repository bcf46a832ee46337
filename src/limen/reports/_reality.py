"""Declared, inherited, derived and observed side by side: what the reports of a conformance assessment share."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime

import msgspec

from limen.analysis.claim_words import claim_words
from limen.records.assessment import Assessment
from limen.records.reconciliation import AttemptRow, ClaimRow, ClaimState, Sight, claim_states
from limen.reports._words import plural

STATE_WORDS: dict[ClaimState, str] = {
    "contradicted": "contradicted",
    "error": "in error",
    "unobserved": "not observed",
    "stale": "stale",
    "agrees": "agree",
    "unseeable": "that no probe can see",
    "not_asked": "not asked for",
}
"""What is said of a number of claims in a state."""
CLAIM_WORDS: dict[ClaimState, str] = {
    "contradicted": "contradicted",
    "error": "in error",
    "unobserved": "not observed",
    "stale": "stale",
    "agrees": "agrees",
    "unseeable": "no probe can see it",
    "not_asked": "not asked for",
}
"""What is said of one claim in a state."""
TROUBLED: tuple[ClaimState, ...] = ("contradicted", "error", "unobserved", "stale")
"""States that a reader must see first."""
NOTHING = "-"
"""Stands for a value that is not there."""
_ENDINGS: dict[Sight, str] = {
    "completed": "completed",
    "error": "in error",
    "not_scheduled": "not run",
    "none": "without attempt",
}
_STEPS = ((172_800, 86_400, "d"), (7_200, 3_600, "h"), (120, 60, "min"), (0, 1, "s"))


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """A claim in words."""

    row: ClaimRow
    state: ClaimState
    declared: str
    inherited: str
    derived: str
    observed: str
    age: str
    """How long ago it was observed; empty where it was not."""


def of_reality(assessment: Assessment) -> bool:
    """Return whether there is anything to say of observations: not in a design assessment."""
    return assessment.scope == "conformance"


def shown(assessment: Assessment, *states: ClaimState) -> Iterator[Shown]:
    """Yield claims in words, state by state, the worst first; only those in the states that are given, if any are."""
    for state, indices in claim_states(assessment).items():
        for index in indices if not states or state in states else ():
            yield _shown(assessment.reconciliation[index], state)


def claims_line(assessment: Assessment) -> str:
    """Return the number of claims by state, every state named."""
    parts = [f"{len(found):,} {STATE_WORDS[state]}" for state, found in claim_states(assessment).items()]
    return f"{plural(len(assessment.reconciliation), 'claim')}: {', '.join(parts)}"


def attempts_line(assessment: Assessment) -> str:
    """Return the number of attempts by how they ended, every ending named, and of those that count for nothing."""
    counted = Counter(row.status for row in assessment.attempts if row.counts)
    parts = [f"{counted[status]:,} {words}" for status, words in _ENDINGS.items()]
    line = f"{plural(sum(counted.values()), 'probe')}: {', '.join(parts)}"
    left = sum(not row.counts for row in assessment.attempts)
    return f"{line}; {plural(left, 'attempt')} that nobody asks for" if left else line


def attempt_words(row: AttemptRow) -> str:
    """Return an attempt in words: what was asked, where, how it ended and why."""
    where = f" at {row.endpoint}" if row.endpoint else ""
    aside = "" if row.counts else ", which nobody asks for"
    reason = f": {row.reason}" if row.reason else ""
    return f"{row.probe} of {row.section} {row.target}{where}{aside}, {_ENDINGS[row.status]}{reason}"


def attempt_trouble(assessment: Assessment) -> list[AttemptRow]:
    """Return the attempts that did not complete, and those that count for nothing."""
    return [row for row in assessment.attempts if row.status != "completed" or not row.counts]


def side_by_side(claim: Shown) -> str:
    """Return a claim's four values in one line, with the age of the observation and why there is none."""
    parts = [
        f"declared {claim.declared}",
        f"inherited {claim.inherited}",
        f"derived {claim.derived}",
        f"observed {claim.observed}" + (f" {claim.age} ago" if claim.age else ""),
    ]
    return " · ".join(parts) + (f" · {claim.row.reason}" if claim.row.reason else "")


def age_words(seconds: int) -> str:
    """Return a number of seconds as people say it, rounded down: 3 h, 12 d; below zero it is still to come."""
    if seconds < 0:
        return f"-{age_words(-seconds)}"
    _, unit, word = next(step for step in _STEPS if seconds >= step[0])
    return f"{seconds // unit} {word}"


def moment_words(seconds: int) -> str:
    """Return a time in RFC 3339, UTC; empty for 0."""
    if not seconds:
        return ""
    try:
        return datetime.fromtimestamp(seconds, UTC).isoformat().replace("+00:00", "Z")
    except (OverflowError, ValueError, OSError):
        return str(seconds)


def _shown(row: ClaimRow, state: ClaimState) -> Shown:
    values = (
        claim_words(row.claim, msgspec.json.decode(value)) or NOTHING
        for value in (row.declared, row.inherited, row.derived, row.observed)
    )
    declared, inherited, derived, observed = values
    return Shown(
        row=row,
        state=state,
        declared=declared,
        inherited=inherited,
        derived=derived,
        observed=observed,
        age="" if row.age is None else age_words(row.age),
    )
