"""The six statuses of a decision, severities and exit codes."""

from __future__ import annotations

from typing import Literal

Status = Literal["pass", "fail", "error", "not_assessed", "not_applicable", "out_of_scope"]
"""What a rule says of a subject; only pass and not_applicable are harmless, out_of_scope is said aloud."""
STATUSES: tuple[Status, ...] = ("error", "fail", "not_assessed", "pass", "not_applicable", "out_of_scope")
"""All statuses, the worst first; the worst of a rule's checks is the decision."""
GATING: frozenset[Status] = frozenset({"error", "not_assessed"})
"""Statuses that gate whatever their severity: unknown is never green."""

Severity = Literal["critical", "high", "medium", "low"]
SEVERITIES: tuple[Severity, ...] = ("critical", "high", "medium", "low")
"""All severities, the worst first."""
Confidence = Literal["certain", "likely", "possible"]
Scope = Literal["design", "conformance"]
"""design judges what is declared; conformance also holds observations against it."""

EXIT_CONFORMING = 0
EXIT_FINDINGS = 1
EXIT_USAGE = 2
EXIT_UNASSESSED = 3
EXIT_INTERNAL = 4
_PRECEDENCE = (EXIT_INTERNAL, EXIT_USAGE, EXIT_FINDINGS, EXIT_UNASSESSED, EXIT_CONFORMING)


def worst_exit(*codes: int) -> int:
    """Return the code that wins where several hold: 4, 2, 1, 3, 0.

    Whoever tolerates 3 must never tolerate a finding by it, so 1 wins over 3.
    """
    return next(code for code in _PRECEDENCE if code in codes)


def at_least(severity: Severity, threshold: Severity) -> bool:
    """Return whether a severity is as bad as the threshold, or worse."""
    return SEVERITIES.index(severity) <= SEVERITIES.index(threshold)
