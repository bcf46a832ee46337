"""What flows say of their items and hops, as columns of integers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec
from msgspec import UNSET, UnsetType

from limen.analysis.posture import Postures
from limen.model.declaration import Declaration
from limen.model.posture import ONE_WAY_PROTOCOLS


class Hop(msgspec.Struct, frozen=True, gc=False):
    """A component that a flow passes through."""

    component: int
    """Its index."""
    terminates: bool
    """Whether it ends TLS, and so sees what TLS protected."""
    reestablishes: bool | None
    """Whether it opens TLS again; None where that is not declared."""


class FlowColumns(msgspec.Struct, frozen=True):
    """What flows say, by index; the fields are those of `Network`."""

    carried: list[int]
    """Items that each flow is declared to carry."""
    returned: list[int]
    """Items that each flow is declared to return."""
    declared: bytearray
    """1 for each flow that says what it carries."""
    assumed_back: bytearray
    """1 for each flow that, as an assumption, also moves back all that its target can hold."""
    hops: dict[int, tuple[Hop, ...]]
    """Hops of the flows that have any."""


def flow_columns(
    declaration: Declaration,
    component_index: Mapping[str, int],
    item_index: Mapping[str, int],
    postures: Postures,
) -> FlowColumns:
    """Return what each flow says of its items and hops."""
    flows = declaration.flows
    components = declaration.components
    carried: list[int] = []
    returned: list[int] = []
    declared = bytearray(b"\1") * len(flows)
    assumed_back = bytearray(len(flows))
    hops: dict[int, tuple[Hop, ...]] = {}
    masks: dict[tuple[str, ...] | UnsetType, int] = {(): 0, UNSET: 0}
    for index, flow in enumerate(flows):
        for names, column in ((flow.carries, carried), (flow.returns, returned)):
            mask = masks.get(names)
            if mask is None and names is not UNSET:
                mask = masks[names] = mask_of(names, item_index)
            column.append(mask or 0)
        if flow.carries is UNSET:
            declared[index] = 0
            if flow.returns is UNSET:
                ends = components[flow.source].zone, components[flow.target].zone
                assumed_back[index] = postures.transit(flow, *ends).part.protocol not in ONE_WAY_PROTOCOLS
        if flow.via:
            hops[index] = tuple(
                Hop(
                    component_index[hop.component],
                    hop.tls == "terminate",
                    None if hop.reestablishes is UNSET else hop.reestablishes,
                )
                for hop in flow.via
            )
    return FlowColumns(carried, returned, declared, assumed_back, hops)


def mask_of(names: Iterable[str], item_index: Mapping[str, int]) -> int:
    """Return a set of items by name; raises KeyError for a name without a number."""
    return union(1 << item_index[name] for name in names)


def union(masks: Iterable[int]) -> int:
    """Return the union of sets of items."""
    found = 0
    for mask in masks:
        found |= mask
    return found
