"""What a broker's listener takes, in the words of a flow's `in_transit`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import UNSET

from limen.analysis.kinds.observed_brokers import BrokersFacts
from limen.analysis.reconciliation.brokers import CLAIMS
from limen.model.scalars import TLS_RANKS
from limen.probes.proposing import nested, strongest


def propose(facts: Sequence[BrokersFacts]) -> Mapping[str, Any]:
    """Return what the facts would have a flow say of TLS; nothing where a listener answers in plaintext."""
    if not facts or any(one.encrypted != "answered" or one.plaintext != "refused" for one in facts):
        return {}
    names = {rank: name for name, rank in TLS_RANKS.items()}
    lowest = strongest(CLAIMS["in_transit.tls.min"], sorted(names, reverse=True), facts)
    mutual = strongest(CLAIMS["in_transit.tls.mutual"], ("required", "optional", "off"), facts)
    return nested({"in_transit.tls.min": names.get(lowest, UNSET), "in_transit.tls.mutual": mutual})
