"""What an endpoint speaks and takes, in the words of a flow's `in_transit`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import UNSET

from limen.analysis.kinds.observed_tls import TlsFacts
from limen.analysis.reconciliation.tls import CLAIMS
from limen.model.scalars import TLS_RANKS
from limen.probes.proposing import nested, strongest


def propose(facts: Sequence[TlsFacts]) -> Mapping[str, Any]:
    """Return what the facts would have a flow say of TLS; nothing where TLS is not what is spoken.

    Of each chain the leaf's pin is proposed: it is the key that is there, whoever signed it.
    """
    if not facts or any(one.channel != "tls" for one in facts):
        return {}
    names = {rank: name for name, rank in TLS_RANKS.items()}
    lowest = strongest(CLAIMS["in_transit.tls.min"], sorted(names, reverse=True), facts)
    pins = sorted({chain[0] for one in facts for chain in one.certificate.pins if chain})
    return nested(
        {
            "in_transit.tls.min": names.get(lowest, UNSET),
            "in_transit.tls.mutual": strongest(CLAIMS["in_transit.tls.mutual"], ("required", "optional", "off"), facts),
            "in_transit.tls.suites": strongest(
                CLAIMS["in_transit.tls.suites"], (_union(one.suites for one in facts),), facts
            ),
            "in_transit.tls.key_exchange": strongest(
                CLAIMS["in_transit.tls.key_exchange"], (_union(one.groups for one in facts),), facts
            ),
            "in_transit.tls.pins": strongest(CLAIMS["in_transit.tls.pins"], (pins,) if pins else (), facts),
        }
    )


def _union(parts: Any) -> list[str]:
    return sorted({name for part in parts if part is not UNSET for name in part.names})
