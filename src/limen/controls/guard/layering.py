"""The layers of protection as declared, outermost first, and for which flow they were applied.

A component without the key of the outermost envelope passes on what it has: then the layers, and what they are bound
to, are those of the flow by which whoever had the key sent it (NIST SP 800-53 SC-8(1), SC-28(1)).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, NamedTuple

from msgspec import UNSET

from limen.analysis.lattice import Lattice, below
from limen.controls.flow_tenants import flow_tenant
from limen.model.declaration import Declaration
from limen.model.flows import Flow, Layer


class LayerPlan(NamedTuple):
    """One layer."""

    kind: Literal["sealed", "signed", "field_encrypted"]
    key: str
    fields: tuple[str, ...]
    """The fields of field encryption."""


class Plan(NamedTuple):
    """How an item is protected, and what that is bound to."""

    flow: str
    """The flow for which it was sealed and signed."""
    zone: str
    """The zone of the component for which it was."""
    tenant: str
    """The tenant of that flow; empty where it is shared."""
    layers: tuple[LayerPlan, ...]
    """Outermost first."""
    relayed: bool
    """Whether the sender only passes it on."""
    item: str
    """The item, where its envelope must name it: neither a signature nor the key tells it from another of the flow."""


def plans_of(declaration: Declaration, flow: Flow, item: str, direction: str) -> tuple[Plan, ...]:
    """Return how an item may have been protected on a flow: one plan, or for relays one an origin; empty for none."""
    found = {(origin.id, way): origin for origin, way in _origins(declaration, flow, item, direction, set())}
    relayed = list(found) != [(flow.id, direction)]
    return tuple(_plan(declaration, origin, item, way, relayed) for (_, way), origin in found.items())


def _plan(declaration: Declaration, flow: Flow, item: str, direction: str, relayed: bool) -> Plan:
    receiver = declaration.components[flow.target if direction == "carries" else flow.source]
    tenant = flow_tenant(declaration, flow)
    layers = tuple(map(_layer, flow.protection.get(item, ())))
    return Plan(flow.id, receiver.zone, tenant, layers, relayed, item if _is_alike(flow, item, layers) else "")


def _is_alike(flow: Flow, item: str, layers: tuple[LayerPlan, ...]) -> bool:
    """Return whether another item of a flow is sealed by the same key, and no signature says which of them it is."""
    keys = {layer.key for layer in layers if layer.kind == "sealed"}
    if not keys or any(layer.kind == "signed" for layer in layers):
        return False
    moved = {other for items in (flow.carries, flow.returns) if items is not UNSET for other in items}
    others = (layer.sealed for other in moved - {item} for layer in flow.protection.get(other, ()))
    return any(key in keys for key in others)


def _layer(layer: Layer) -> LayerPlan:
    if layer.sealed is not UNSET:
        return LayerPlan("sealed", layer.sealed, ())
    if layer.signed is not UNSET:
        return LayerPlan("signed", layer.signed, ())
    assert layer.field_encrypted is not UNSET  # noqa: S101 a Layer is exactly one of the three
    return LayerPlan("field_encrypted", layer.field_encrypted.key, layer.field_encrypted.fields)


def _origins(
    declaration: Declaration, flow: Flow, item: str, direction: str, seen: set[tuple[str, str]]
) -> Iterator[tuple[Flow, str]]:
    """Yield the flow and direction by which whoever could seal an item did, along all chains of relays."""
    if (flow.id, direction) in seen:
        return
    seen.add((flow.id, direction))
    sender = flow.source if direction == "carries" else flow.target
    layers = flow.protection.get(item, ())
    outermost = layers[0].sealed if layers else UNSET
    if outermost is UNSET or outermost in declaration.components[sender].seals_with:
        yield flow, direction
        return
    for before in declaration.flows:
        for way, receiver, items in (
            ("carries", before.target, before.carries),
            ("returns", before.source, before.returns),
        ):
            if receiver != sender or items is UNSET or item not in items:
                continue
            sealed = before.protection.get(item, ())
            if sealed and sealed[0].sealed == outermost:
                yield from _origins(declaration, before, item, way, seen)


def readable(
    declaration: Declaration, flow: Flow, item: str, receiver: str, plans: tuple[Plan, ...], lattice: Lattice
) -> bool:
    """Return whether an item with a label would be in plaintext at a receiver that is not cleared for it."""
    place = declaration.components[receiver]
    zone = declaration.zones.get(place.zone)
    declared = place.clearance if place.clearance is not UNSET else UNSET if zone is None else zone.clearance
    data = declaration.data[item]
    if below(lattice.label(data.label), lattice.clearance(declared)):
        return False
    opened = _opened(declaration, place.opens_with)
    return any(not _kept(plan, opened, frozenset(data.sensitive_fields or data.fields)) for plan in plans)


def _kept(plan: Plan, opened: frozenset[str], sensitive: frozenset[str]) -> bool:
    """Return whether a layer that is not opened keeps what is sensitive sealed."""
    return any(
        layer.key not in opened
        and (
            layer.kind == "sealed"
            or (layer.kind == "field_encrypted" and bool(sensitive) and sensitive <= {*layer.fields})
        )
        for layer in plan.layers
    )


def _opened(declaration: Declaration, keys: tuple[str, ...]) -> frozenset[str]:
    """Return the keys that some keys open: themselves and those that they wrap, however indirectly."""
    found = set(keys)
    while True:
        more = {name for name, key in declaration.keys.items() if key.wrapped_by in found} - found
        if not more:
            return frozenset(found)
        found |= more
