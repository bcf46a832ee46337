"""Whose instances can be where: tenants by component, and what arrives at another tenant outside a transfer."""

from __future__ import annotations

import msgspec

from limen.analysis.arrivals import outside_transfers
from limen.analysis.exposure import Exposures
from limen.analysis.network import NONE, bits


class Holdings(msgspec.Struct, frozen=True, kw_only=True):
    """Bitmasks of tenants by component, all facts counted, assumed ones too."""

    held: list[int]
    """Tenants whose instances can be there."""
    stored: list[int]
    """Tenants whose instances of items that are stored there can be there."""
    foreign: dict[frozenset[int], set[tuple[int, int]]]
    """For each pair: a component of one, and an item of the other that comes there outside a transfer."""


def holdings(exposures: Exposures) -> Holdings:
    """Return whose instances can be where."""
    network = exposures.network
    count = len(network.components)
    found = Holdings(held=[0] * count, stored=[0] * count, foreign={})
    if not network.tenant_names:
        return found
    for component in range(count):
        stored = network.stored[component]
        for tenant, (_, items) in exposures.instances(component, assumed=True).items():
            if tenant != NONE:
                found.held[component] |= 1 << tenant
                if items & stored:
                    found.stored[component] |= 1 << tenant
    for (component, tenant), items in outside_transfers(exposures, assumed=True).items():
        if tenant != NONE:
            pair = frozenset((tenant, network.tenant_of[component]))
            found.foreign.setdefault(pair, set()).update((component, item) for item in bits(items))
    return found
