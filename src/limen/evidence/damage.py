"""What is broken in a pack that somebody is about to add to; signatures that are missing yet are no damage."""

from __future__ import annotations

from collections.abc import Sequence

from limen.errors import Location, Problem, UsageError
from limen.evidence.checks.interface import Check
from limen.evidence.verifying import Report

_EXPECTED = frozenset({"policy"})
"""Checks that may fail before: that signatures are missing is why somebody signs."""


def damage(report: Report) -> list[Check]:
    """Return the broken checks of a report, but for those that signing mends."""
    return [check for check in report.checks if check.status == "broken" and check.name not in _EXPECTED]


def refusal(found: Sequence[Check], hint: str) -> UsageError:
    """Return the error that names every broken check and its file, with the hint at its end."""
    return UsageError(
        [
            Problem(
                message=f"{check.name}: {check.what}",
                location=Location(file=check.file) if check.file else None,
                hint=hint if number == len(found) else "",
            )
            for number, check in enumerate(found, 1)
        ]
    )
