"""Names that a declaration uses, declared or not: a key or tenant may be used after its section was removed."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import UNSET

from limen.model.declaration import Declaration
from limen.model.flows import Layer


def tenants_used(declaration: Declaration) -> Iterator[str]:
    """Return the tenants that components and flows name, with repetitions."""
    for component in declaration.components.values():
        if component.tenant is not UNSET:
            yield component.tenant
    for flow in declaration.flows:
        if flow.tenant is not UNSET:
            yield flow.tenant


def items_used(declaration: Declaration) -> Iterator[str]:
    """Return the items that components and flows name, key material too, with repetitions."""
    for component in declaration.components.values():
        yield from component.originates
        yield from component.stores
        for product in component.produces:
            yield product.data
            yield from product.sources
        if component.ingress is not UNSET:
            yield from component.ingress.classifies
            yield from component.ingress.validates
    seen: set[int] = set()
    for flow in declaration.flows:
        for names in (flow.carries, flow.returns):
            if names is not UNSET and names and id(names) not in seen:
                seen.add(id(names))
                yield from names
        if flow.protection and id(flow.protection) not in seen:
            seen.add(id(flow.protection))
            yield from flow.protection


def keys_used(declaration: Declaration) -> Iterator[str]:
    """Return the keys that anything names, with repetitions."""
    for name in items_used(declaration):
        if name.startswith("key:"):
            yield name.removeprefix("key:")
    yield from _keys_of_components(declaration)
    for zone in declaration.zones.values():
        if zone.posture is not UNSET and zone.posture.at_rest is not UNSET and zone.posture.at_rest.key is not UNSET:
            yield zone.posture.at_rest.key
    for key in declaration.keys.values():
        if key.wrapped_by is not UNSET:
            yield key.wrapped_by
    seen: set[int] = set()
    for flow in declaration.flows:
        if flow.protection and id(flow.protection) not in seen:
            seen.add(id(flow.protection))
            for layers in flow.protection.values():
                yield from map(_key_of_layer, layers)


def _keys_of_components(declaration: Declaration) -> Iterator[str]:
    for component in declaration.components.values():
        for names in (component.opens_with, component.seals_with, component.signs_with, component.verifies_with):
            yield from names
        if component.at_rest is not UNSET and component.at_rest.key is not UNSET:
            yield component.at_rest.key
        for product in component.produces:
            if product.key is not UNSET:
                yield product.key


def _key_of_layer(layer: Layer) -> str:
    if layer.sealed is not UNSET:
        return layer.sealed
    if layer.signed is not UNSET:
        return layer.signed
    if layer.field_encrypted is not UNSET:
        return layer.field_encrypted.key
    raise ValueError("a layer is one of sealed, signed, field_encrypted")
