"""How long what a ledger records must be kept: the longest of every duty that the declaration states.

Serves 21 CFR 1304.04(a), 45 CFR 164.316(b)(2)(i), FD&C Act 582 and NIST SP 800-53 AU-11: which of them applies is the
declaration's to say, and the profiles' to judge.
"""

from __future__ import annotations

from msgspec import UNSET

from limen.model.declaration import Declaration
from limen.model.scalars import duration_seconds


def keeping(declaration: Declaration, name: str) -> list[int]:
    """Return every duty to keep what a ledger records, in seconds: of its tiers, and of the items that it is about."""
    ledger = declaration.ledgers[name]
    component = declaration.components.get(ledger.component)
    items = set() if component is None else set(component.stores)
    for flow in declaration.flows:
        if flow.audit is UNSET or flow.audit.ledger != name:
            continue
        for moved in (flow.carries, flow.returns):
            items |= set(declaration.data) if moved is UNSET else set(moved)
    found = [duration_seconds(tier.until) for tier in ledger.tiers]
    for item in items:
        declared = declaration.data.get(item)
        if declared is not None and declared.retention is not UNSET:
            found.append(duration_seconds(declared.retention))
    return found
