"""Whose instances a flow moves, and which items belong to tenants at all (NIST SP 800-53 AC-4(21), SC-4)."""

from __future__ import annotations

from msgspec import UNSET

from limen.model.declaration import Declaration
from limen.model.flows import Flow


def flow_tenant(declaration: Declaration, flow: Flow) -> str:
    """Return the tenant whose instances a flow moves; empty where it is shared."""
    if flow.tenant is not UNSET:
        return flow.tenant
    tenants = _ends(declaration, flow)
    return next(iter(tenants)) if len(tenants) == 1 else ""


def is_kept_apart(declaration: Declaration, flow: Flow) -> bool:
    """Return whether an end of a flow keeps tenants' records apart, so that each must say whose it is."""
    ends = (declaration.components[name] for name in (flow.source, flow.target))
    return any(end.partitions_by is not UNSET for end in ends)


def tenant_items(declaration: Declaration) -> frozenset[str]:
    """Return the items of which every instance is a tenant's.

    Those that move to or from a tenant, and what is made of them, unless a shared component originates it, too: an
    entry of a ledger may be about somebody or nobody. A ledger's head or a request for a key belongs to no tenant.
    """
    found: set[str] = set()
    for flow in declaration.flows:
        if flow.tenant is not UNSET or _ends(declaration, flow):
            for items in (flow.carries, flow.returns):
                found |= set() if items is UNSET else set(items)
    components = declaration.components.values()
    shared = {item for component in components if component.tenant is UNSET for item in component.originates}
    made = [one for component in components for one in component.produces if one.data not in shared]
    while more := {one.data for one in made if not found.isdisjoint(one.sources)} - found:
        found |= more
    return frozenset(found)


def mixture(declaration: Declaration, flow: Flow) -> str:
    """Return how a flow mixes tenants outside of a transfer, in a sentence; empty where it does not."""
    tenants = _ends(declaration, flow)
    if len(tenants) > 1 and flow.tenant is UNSET:
        return f"the ends of {flow.id} belong to different tenants, and it does not say whose instances move"
    foreign = tenants if flow.tenant is UNSET else tenants | {flow.tenant}
    if len(foreign) > 1 and not any(flow.id in transfer.flows for transfer in declaration.transfers):
        return f"{flow.id} moves instances of one tenant to or from another, and is part of no transfer"
    return ""


def _ends(declaration: Declaration, flow: Flow) -> set[str]:
    ends = (declaration.components[name] for name in (flow.source, flow.target))
    return {end.tenant for end in ends if end.tenant is not UNSET}
