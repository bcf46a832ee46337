"""What the leak probe's facts say of the claim that plaintext is kept out of logs."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import UNSET

from limen.analysis.kinds.observed_leak import LeakFacts
from limen.analysis.reconciliation.agreement import Agreement


def plaintext_logging(declared: str, seen: Sequence[LeakFacts]) -> Agreement | None:
    """Return whether identifiers reach a log, beside what is declared; None where neither was shown.

    What anybody can read again by decoding is plaintext, too.
    """
    if any(count is not UNSET and count > 0 for one in seen for count in (one.clear, one.encoded)):
        return Agreement(observed="allowed", agrees=declared == "allowed")
    if seen and all(count == 0 for one in seen for count in (one.clear, one.encoded)):
        return Agreement(observed="forbidden", agrees=True)
    return None


CLAIMS = {"processing.plaintext_logging": plaintext_logging}
"""By the path of the claim."""
