"""How records are bound, in the words of the section `ledgers`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from limen.analysis.kinds.observed_ledger import LedgerFacts
from limen.analysis.reconciliation.ledger import CLAIMS
from limen.probes.proposing import nested, strongest


def propose(facts: Sequence[LedgerFacts]) -> Mapping[str, Any]:
    """Return what the facts would have a ledger's entry say.

    Anchors and tiers are left out: who keeps an anchor, and what a tier is for, no record says.
    """
    formats = sorted({one.format for one in facts})
    chains = [{"algorithm": algorithm, "format": name} for algorithm in ("HMAC-SHA-256", "SHA-256") for name in formats]
    return nested(
        {
            "chain": strongest(CLAIMS["chain"], chains, facts),
            "append_only": strongest(CLAIMS["append_only"], (True, False), facts),
        }
    )
