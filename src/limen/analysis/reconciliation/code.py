"""What code says of declared claims: it can break a promise, and never keep it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from msgspec import UNSET

from limen.analysis.kinds.observed_code import CodeFacts
from limen.analysis.reconciliation.agreement import Agreement, Reconcile


def plaintext_logging(declared: Any, facts: Sequence[CodeFacts]) -> Agreement | None:
    """Hold a ban of plaintext in logs against what the code logs.

    Code that was found to log identifying data contradicts the ban. Code in which nothing was found says nothing:
    what a rule does not recognise may be logged all the same.
    """
    logs = any(
        one.finding is not UNSET and one.finding.category == "plaintext_logging" and one.finding.excuse == "none"
        for one in facts
    )
    return Agreement(observed="allowed", agrees=False) if logs and declared == "forbidden" else None


CLAIMS: dict[str, Reconcile] = {"processing.plaintext_logging": plaintext_logging}
"""By the claim's path."""
