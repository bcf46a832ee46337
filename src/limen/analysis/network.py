"""The declaration as integers: indices of everything that has a name, adjacency lists and bitmasks of items.

Components, zones, tenants, keys and flows are numbered in the order of the declaration; names that are used but
declared nowhere (a key after `keys` was removed) get the numbers after those. Items are the data items and then
`key:NAME` for each key. A set of items is an int whose bit i is item i.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import msgspec
from msgspec import UNSET, UnsetType

from limen.analysis.flow_columns import Hop, flow_columns, mask_of, union
from limen.analysis.keeping import kept_items
from limen.analysis.lattice import Lattice, Point, join
from limen.analysis.posture import Postures
from limen.analysis.used import items_used, keys_used, tenants_used
from limen.analysis.worth import key_labels, sealed_by
from limen.model.data import Clearance, DataItem
from limen.model.declaration import Declaration
from limen.model.flows import Flow, Layer
from limen.model.places import Component, Zone

NONE = -1
"""The index of a tenant that there is not: a component or an instance without tenant."""


class Layers(msgspec.Struct, frozen=True, gc=False):
    """Protection of one item by the flows that share one `protection`, as key indices."""

    seals: tuple[int, ...]
    """Keys that must be around the item, innermost first; field encryption where it covers all sensitive fields."""
    signs: tuple[int, ...]
    """Keys of signatures over the item."""


class Network(msgspec.Struct, frozen=True, kw_only=True):
    """A declaration with integer ends, for all analyses. Read-only; build it with `build_network`."""

    declaration: Declaration
    """What was numbered."""
    lattice: Lattice
    """The order between labels."""
    postures: Postures
    """Effective protection of flows and components."""

    component_names: tuple[str, ...]
    """Names of components by index."""
    components: tuple[Component, ...]
    """Components by index."""
    component_index: dict[str, int]
    """Index of each component."""
    zone_names: tuple[str, ...]
    """Names of zones by index."""
    zones: tuple[Zone | None, ...]
    """Zones by index; None for one that is not declared."""
    zone_index: dict[str, int]
    """Index of each zone."""
    zone_of: list[int]
    """Index of each component's zone."""
    trust: list[int]
    """Trust of each component's zone; 0 where the zone is not declared."""
    clearances: list[Point]
    """Effective clearance of each component: its own, else its zone's, else the bottom."""
    cleared: list[bool]
    """Whether each component has a declared clearance, its own or its zone's."""

    tenant_names: tuple[str, ...]
    """Names of tenants by index."""
    tenant_index: dict[str, int]
    """Index of each tenant."""
    tenant_of: list[int]
    """Index of each component's tenant, or `NONE`."""

    item_names: tuple[str, ...]
    """Names of items by index: data items, then `key:NAME` for each key."""
    item_index: dict[str, int]
    """Index of each item."""
    data_count: int
    """Number of data items; items from there on are key material, item `data_count + k` that of key k."""
    data: tuple[DataItem | None, ...]
    """Data items by index; None for one that is not declared and for key material."""
    labels: list[Point]
    """Label of each item; the top where none is declared. Key material has the join of what the key seals."""
    labelled: int
    """The items that have a declared label, and the keys that seal such items only, and at least one."""

    key_names: tuple[str, ...]
    """Names of keys by index."""
    key_index: dict[str, int]
    """Index of each key."""
    wraps: list[int]
    """For each key a bitmask of the keys that opening it opens: itself and all that it wraps, transitively."""
    at_rest_keys: list[int]
    """For each component the key that effectively seals its medium, or `NONE`."""

    originated: list[int]
    """Items that each component originates."""
    stored: list[int]
    """Items that each component stores by declaration."""
    kept: list[int]
    """Items that each component stores, by declaration or by what the flows tell."""

    flows: tuple[Flow, ...]
    """Flows by index."""
    flow_index: dict[str, int]
    """Index of each flow."""
    source: list[int]
    """Component in which each flow starts."""
    target: list[int]
    """Component in which each flow ends."""
    carried: list[int]
    """Items that each flow is declared to carry; none where it does not say."""
    returned: list[int]
    """Items that each flow is declared to return; none where it does not say."""
    carriage_declared: bytearray
    """1 for each flow that says what it carries; else it moves, as an assumption, all that its source can hold."""
    assumed_back: bytearray
    """1 for each flow that, as an assumption, also moves back all that its target can hold."""
    hops: dict[int, tuple[Hop, ...]]
    """Hops of the flows that have any, from source to target."""
    outgoing: list[list[int]]
    """Flows that start in each component."""
    incoming: list[list[int]]
    """Flows that end in each component."""
    flow_tenants: list[int]
    """Bitmask of the tenants of each flow: its own, else those of its ends; 0 for none."""
    transfer_senders: dict[int, int]
    """For each flow of a transfer a bitmask of the sending tenants: those of the first flows' sources."""

    layers_memo: dict[int, dict[int, Layers]]
    """Of `layers`, by identity of the declared protection."""
    labels_memo: dict[int, Point]
    """Of `label_of`."""

    def mask(self, names: Iterable[str]) -> int:
        """Return a set of items by name; raises KeyError for a name that is nowhere in the declaration."""
        return mask_of(names, self.item_index)

    def names(self, mask: int) -> list[str]:
        """Return the names of a set of items, in order."""
        return [self.item_names[item] for item in bits(mask)]

    def label_of(self, mask: int) -> Point:
        """Return the join of the labels of a set of items; the bottom where it is empty."""
        found = self.labels_memo.get(mask)
        if found is None:
            found = self.labels_memo[mask] = join(self.labels[item] for item in bits(mask))
        return found

    def layers(self, flow: int) -> Mapping[int, Layers]:
        """Return the protection of each item that a flow names in `protection`."""
        declared = self.flows[flow].protection
        if not declared:
            return _NO_LAYERS
        # By identity: loading makes equal declarations the same object, which the declaration keeps alive.
        found = self.layers_memo.get(id(declared))
        if found is None:
            found = {self.item_index[name]: self._layers(name, layers) for name, layers in declared.items()}
            self.layers_memo[id(declared)] = found
        return found

    def _layers(self, name: str, declared: tuple[Layer, ...]) -> Layers:
        item = self.declaration.data.get(name)
        sensitive = set() if item is None else set(item.sensitive_fields)
        seals: list[int] = []
        signs: list[int] = []
        for layer in reversed(declared):
            if layer.sealed is not UNSET:
                seals.append(self.key_index[layer.sealed])
            elif layer.signed is not UNSET:
                signs.append(self.key_index[layer.signed])
            elif layer.field_encrypted is not UNSET and sensitive and sensitive <= set(layer.field_encrypted.fields):
                seals.append(self.key_index[layer.field_encrypted.key])
        return Layers(tuple(seals), tuple(signs))


_NO_LAYERS: Mapping[int, Layers] = {}


def bits(mask: int) -> Iterator[int]:
    """Return the indices of a bitmask's set bits, lowest first."""
    while mask:
        low = mask & -mask
        yield low.bit_length() - 1
        mask ^= low


def build_network(declaration: Declaration) -> Network:
    """Number everything that a declaration names; raises KeyError for a flow whose end or hop is no component."""
    component_index = {name: index for index, name in enumerate(declaration.components)}
    components = tuple(declaration.components.values())
    zone_index = _numbered(declaration.zones, (component.zone for component in components))
    tenant_index = _numbered(declaration.tenants, tenants_used(declaration))
    key_index = _numbered(declaration.keys, keys_used(declaration))
    data_index = _numbered(declaration.data, (name for name in items_used(declaration) if not name.startswith("key:")))
    item_names = (*data_index, *(f"key:{name}" for name in key_index))
    lattice = Lattice(declaration.labels)
    postures = Postures(declaration.zones, declaration.keys)
    zones = tuple(declaration.zones.get(name) for name in zone_index)
    data = tuple(declaration.data.get(name) for name in item_names)
    zone_of = [zone_index[component.zone] for component in components]
    own = [_clearance(component, zones[zone_of[index]]) for index, component in enumerate(components)]
    item_index = {name: index for index, name in enumerate(item_names)}
    tenant_of = [NONE if component.tenant is UNSET else tenant_index[component.tenant] for component in components]
    flows = declaration.flows
    flow_index = {flow.id: index for index, flow in enumerate(flows)}
    source = [component_index[flow.source] for flow in flows]
    target = [component_index[flow.target] for flow in flows]
    columns = flow_columns(declaration, component_index, item_index, postures)
    stored = [mask_of(component.stores, item_index) for component in components]
    at_rest_keys = [_at_rest_key(postures, component, key_index) for component in components]
    kept = kept_items(components, component_index, flows, (source, target), (columns.carried, columns.returned), stored)
    stores = {(key, items) for key, items in zip(at_rest_keys, kept, strict=True) if key != NONE}
    key_names = tuple(key_index)
    items_of = tuple(item_index)
    sealed = sealed_by(
        declaration, ((key_names[key], tuple(items_of[item] for item in bits(items))) for key, items in stores)
    )
    labels = [None if item is None or item.label is UNSET else lattice.label(item.label) for item in data]
    labels[len(data_index) :] = key_labels(declaration, lattice, sealed, key_names)
    return Network(
        declaration=declaration,
        lattice=lattice,
        postures=postures,
        component_names=tuple(component_index),
        components=components,
        component_index=component_index,
        zone_names=tuple(zone_index),
        zones=zones,
        zone_index=zone_index,
        zone_of=zone_of,
        trust=[0 if (zone := zones[index]) is None else zone.trust for index in zone_of],
        clearances=[lattice.clearance(clearance) for clearance in own],
        cleared=[clearance is not UNSET for clearance in own],
        tenant_names=tuple(tenant_index),
        tenant_index=tenant_index,
        tenant_of=tenant_of,
        item_names=item_names,
        item_index=item_index,
        data_count=len(data_index),
        data=data,
        labels=[lattice.top if label is None else label for label in labels],
        labelled=union(1 << index for index, label in enumerate(labels) if label is not None),
        key_names=key_names,
        key_index=key_index,
        wraps=_wraps(declaration, key_index),
        at_rest_keys=at_rest_keys,
        originated=[mask_of(component.originates, item_index) for component in components],
        stored=stored,
        kept=kept,
        layers_memo={},
        labels_memo={},
        flows=flows,
        flow_index=flow_index,
        source=source,
        target=target,
        carried=columns.carried,
        returned=columns.returned,
        carriage_declared=columns.declared,
        assumed_back=columns.assumed_back,
        hops=columns.hops,
        outgoing=_lists(len(components), source),
        incoming=_lists(len(components), target),
        flow_tenants=_flow_tenants(flows, (source, target), tenant_index, tenant_of),
        transfer_senders=_transfer_senders(declaration, flow_index, source, tenant_of),
    )


def _flow_tenants(
    flows: tuple[Flow, ...], ends: tuple[list[int], list[int]], tenant_index: Mapping[str, int], tenant_of: list[int]
) -> list[int]:
    """Return a bitmask of each flow's tenants: its own, else those of its ends."""
    if not tenant_index:
        return [0] * len(flows)
    one = [0 if tenant == NONE else 1 << tenant for tenant in tenant_of]
    return [
        one[source] | one[target] if flow.tenant is UNSET else 1 << tenant_index[flow.tenant]
        for flow, source, target in zip(flows, *ends, strict=True)
    ]


def _transfer_senders(
    declaration: Declaration, flow_index: Mapping[str, int], source: list[int], tenant_of: list[int]
) -> dict[int, int]:
    """Return for each flow of a transfer a bitmask of the sending tenants."""
    senders: dict[int, int] = {}
    for transfer in declaration.transfers:
        first = flow_index.get(transfer.flows[0]) if transfer.flows else None
        if first is None or tenant_of[source[first]] == NONE:
            continue
        for name in transfer.flows:
            if name in flow_index:
                senders[flow_index[name]] = senders.get(flow_index[name], 0) | 1 << tenant_of[source[first]]
    return senders


def _lists(count: int, ends: list[int]) -> list[list[int]]:
    """Return for each component the flows that have this end there."""
    found: list[list[int]] = [[] for _ in range(count)]
    for flow, component in enumerate(ends):
        found[component].append(flow)
    return found


def _numbered(declared: Iterable[str], used: Iterable[str]) -> dict[str, int]:
    """Return indices of names, the declared ones first."""
    return {name: index for index, name in enumerate(dict.fromkeys((*declared, *used)))}


def _clearance(component: Component, zone: Zone | None) -> Clearance | UnsetType:
    if component.clearance is not UNSET:
        return component.clearance
    return UNSET if zone is None else zone.clearance


def _at_rest_key(postures: Postures, component: Component, key_index: Mapping[str, int]) -> int:
    name = postures.at_rest_key(component)
    if not name or postures.at_rest("", component).algorithm == "none":
        return NONE
    return key_index[name]


def _wraps(declaration: Declaration, key_index: Mapping[str, int]) -> list[int]:
    """Return for each key the keys that opening it opens; cycles of wrapping end."""
    wrapped: list[list[int]] = [[] for _ in key_index]
    for name, key in declaration.keys.items():
        if key.wrapped_by is not UNSET:
            wrapped[key_index[key.wrapped_by]].append(key_index[name])
    found = []
    for start in range(len(wrapped)):
        mask, ahead = 1 << start, [start]
        while ahead:
            for key_inside in wrapped[ahead.pop()]:
                if not mask >> key_inside & 1:
                    mask |= 1 << key_inside
                    ahead.append(key_inside)
        found.append(mask)
    return found
