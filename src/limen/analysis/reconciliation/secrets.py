"""What a search for secrets says of declared claims."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from msgspec import UNSET

from limen.analysis.kinds.observed_secrets import SecretsFacts
from limen.analysis.reconciliation.agreement import Agreement, Reconcile


def in_ci(declared: Any, facts: Sequence[SecretsFacts]) -> Agreement | None:
    """Hold `scanning.in_ci` against the pipelines of the repository.

    Only a pipeline that searches each change, and fails, is agreement. One that was recognised and does not count is
    none; where no scanner was recognised, one may still run on the server, and nothing is said.
    """
    seen = [one.scan.in_ci for one in facts if one.scan is not UNSET and one.scan.in_ci is not UNSET]
    if not seen:
        return None
    return Agreement(observed=all(seen), agrees=all(seen) or declared is False)


CLAIMS: dict[str, Reconcile] = {"secrets.scanning.in_ci": in_ci}
"""By the claim's path."""
