"""Encryption boundaries: every place where an item's state or label changes.

An item is sealed or opened with a key, its transport protection ends or starts again at a hop, or another item is
made of it. One transformation stands for all flows and tenants with the same component, action, item and means.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from limen.analysis.edges import Special
from limen.analysis.exposure import Exposures
from limen.analysis.network import NONE, bits
from limen.analysis.wire import Wires


class Transformation(msgspec.Struct, frozen=True, kw_only=True):
    """One change, at one component."""

    component: int
    """Where it happens."""
    action: str
    """seal, open, terminate, reestablish, produce or reverse."""
    item: int
    """The item that is changed, or made."""
    means: str
    """The key, the flow, or the sources joined by `+`; a number after `#` tells equal productions apart."""
    product: int = NONE
    """The number of the production among those of the component; `NONE` for other actions."""
    flow: int = NONE
    """The flow at whose hop it happens, or a flow that demands the seal; `NONE` for other actions."""
    assumed: bool = False
    """Whether it can happen only by assumed facts."""
    possible: bool = True
    """Whether all sources can be in plaintext there."""


def transformations(wires: Wires) -> list[Transformation]:
    """Return all transformations, by component."""
    exposures = wires.exposures
    hops = _by_hop(wires)
    found: list[Transformation] = []
    for component in range(len(exposures.network.components)):
        found.extend(_seals(wires, component))
        found.extend(_opens(exposures, component))
        found.extend(hops.get(component, ()))
        found.extend(_products(exposures, component))
    return found


def _seals(wires: Wires, component: int) -> Iterator[Transformation]:
    """Return the seals that a component puts around items that it sends."""
    exposures = wires.exposures
    edges, network = exposures.edges, exposures.network
    seen: dict[tuple[int, int], Transformation] = {}
    groups: set[tuple[int, int, int]] = set()
    for edge in (*edges.special[component], *edges.assumed_special[component]):
        group = (id(edge.pushes), wires.items[edge.number], edge.tenants)
        if not edge.pushes or group in groups:
            continue
        groups.add(group)
        for assumed in (False, True) if edges.any_assumed else (False,):
            for item, key in _pushed(exposures, component, edge, assumed=assumed or wires.assumed(edge.number)):
                seen.setdefault(
                    (item, key),
                    Transformation(
                        component=component,
                        action="seal",
                        item=item,
                        means=network.key_names[key],
                        flow=edge.number >> 1,
                        assumed=assumed or wires.assumed(edge.number),
                    ),
                )
    yield from seen.values()


def _pushed(exposures: Exposures, component: int, edge: Special, *, assumed: bool) -> Iterator[tuple[int, int]]:
    """Return the items and keys of seals that an edge adds to what its sender has."""
    for state, here in exposures.sent(component, edge.tenants, assumed=assumed):
        for pushed, keys in edge.pushes:
            for item in bits(here & pushed & edge.mask):
                for key in keys:
                    if key not in state:
                        yield item, key


def _opens(exposures: Exposures, component: int) -> Iterator[Transformation]:
    """Return the seals that a component takes off."""
    seen: dict[tuple[int, int], Transformation] = {}
    for assumed in (False, True) if exposures.edges.any_assumed else (False,):
        opens = exposures.opens[assumed][component]
        for node in exposures.nodes[component]:
            stack = exposures.states[exposures.state[node]]
            if stack and opens >> stack[0] & 1:
                for item in bits(exposures.items(node, assumed=assumed)):
                    seen.setdefault(
                        (item, stack[0]),
                        Transformation(
                            component=component,
                            action="open",
                            item=item,
                            means=exposures.network.key_names[stack[0]],
                            assumed=assumed,
                        ),
                    )
    yield from seen.values()


def _by_hop(wires: Wires) -> dict[int, list[Transformation]]:
    """Return, by component, where flows' transport protection ends and where it starts again."""
    network = wires.exposures.network
    found: dict[int, dict[tuple[str, int, int], Transformation]] = {}
    for flow, hops in network.hops.items():
        for hop in hops:
            actions = ("terminate", "reestablish") if hop.reestablishes else ("terminate",)
            for action in actions if hop.terminates else ():
                for edge in (flow * 2, flow * 2 + 1):
                    for item in bits(wires.items[edge]):
                        found.setdefault(hop.component, {}).setdefault(
                            (action, flow, item),
                            Transformation(
                                component=hop.component,
                                action=action,
                                item=item,
                                means=network.flows[flow].id,
                                flow=flow,
                                assumed=wires.assumed(edge),
                            ),
                        )
    return {component: list(known.values()) for component, known in found.items()}


def _products(exposures: Exposures, component: int) -> Iterator[Transformation]:
    """Return what a component makes, possible or not."""
    certain, every = exposures.instances(component), exposures.instances(component, assumed=True)
    used: dict[tuple[int, str], int] = {}
    for number, product in enumerate(exposures.products[component]):
        declared = exposures.network.components[component].produces[number]
        means = "+".join(sorted(declared.sources))
        count = used[product.item, means] = used.get((product.item, means), 0) + 1
        surely = _can_make(certain, product.sources)
        yield Transformation(
            component=component,
            action="reverse" if declared.reverses else "produce",
            item=product.item,
            means=means if count == 1 else f"{means}#{count}",
            product=number,
            assumed=not surely and _can_make(every, product.sources),
            possible=surely or _can_make(every, product.sources),
        )


def _can_make(instances: dict[int, tuple[int, int]], sources: int) -> bool:
    """Return whether all sources can be in plaintext, of one tenant or of none."""
    shared = instances.get(NONE, (0, 0))[0]
    return any(not sources & ~(plain | shared) for plain, _ in instances.values())
