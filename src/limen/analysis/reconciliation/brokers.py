"""TLS of flows to a broker, held against what its listeners showed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from msgspec import UNSET

from limen.analysis.kinds.observed_brokers import BrokersFacts
from limen.analysis.reconciliation.agreement import Agreement

_PLAINTEXT = 0
"""The version of a listener that takes plaintext: below every other."""
_STRENGTH = {"off": 0, "optional": 1, "required": 2}


def _lowest(declared: Any, facts: Sequence[BrokersFacts]) -> Agreement | None:
    """The lowest version that any listener takes; plaintext is lower than all of them."""
    if any(one.plaintext == "answered" for one in facts):
        return Agreement(observed=_PLAINTEXT, agrees=False)
    taken = [min(one.tls.versions) for one in facts if one.tls is not UNSET and one.tls.versions]
    if any(version < declared for version in taken):
        return Agreement(observed=min(taken), agrees=False)
    known = [
        one.tls.min for one in facts if one.tls is not UNSET and one.plaintext is not UNSET and one.tls.min is not UNSET
    ]
    if not known or len(known) != len(facts):
        return None
    return Agreement(observed=min(known), agrees=min(known) >= declared)


def _mutual(declared: Any, facts: Sequence[BrokersFacts]) -> Agreement | None:
    """How the weakest listener treats who shows no certificate; plaintext asks nobody for one."""
    if any(one.plaintext == "answered" for one in facts):
        return Agreement(observed="off", agrees=declared == "off")
    seen = [UNSET if one.tls is UNSET or one.plaintext is UNSET else one.tls.client_certificate for one in facts]
    known = [str(one) for one in seen if one in _STRENGTH]
    weakest = min(known, key=_STRENGTH.__getitem__, default=None)
    if weakest is not None and _STRENGTH[weakest] < _STRENGTH[declared]:
        return Agreement(observed=weakest, agrees=False)
    if weakest is None or len(known) != len(seen):
        return None
    return Agreement(observed=weakest, agrees=True)


CLAIMS: Mapping[str, Callable[[Any, Sequence[BrokersFacts]], Agreement | None]] = {
    "in_transit.tls.min": _lowest,
    "in_transit.tls.mutual": _mutual,
}
"""By the claim's path; suites, groups and pins are what the tls probe sees."""
