"""What each component has and says, held against the flows: least privilege, and words that bear each other out."""

from __future__ import annotations

from typing import NamedTuple

from msgspec import UNSET

from limen.analysis.exposure import Exposures
from limen.analysis.kinds.use import UsePart
from limen.analysis.lattice import BOTTOM
from limen.analysis.movement import Movement
from limen.analysis.network import NONE, bits
from limen.analysis.traffic import Traffic
from limen.model.flows import Flow
from limen.model.places import Component


class _Layered(NamedTuple):
    """The keys around one item, as a flow's `protection` names them."""

    seals: frozenset[str]
    signs: frozenset[str]


class _Ends(NamedTuple):
    """What reaches or leaves one component by flows: keys by item, and roles."""

    arriving_seals: dict[int, set[str]]
    arriving_signs: set[str]
    leaving_seals: dict[int, set[str]]
    leaving_signs: set[str]
    roles: set[str]


class Uses:
    """The uses of one network, found in one pass over its flows."""

    def __init__(self, movement: Movement, exposures: Exposures, traffic: Traffic) -> None:
        """Go over all flows once."""
        self._movement, self._exposures, self._traffic = movement, exposures, traffic
        network = self._network = movement.network
        self._ends = [_Ends({}, set(), {}, set(), set()) for _ in network.components]
        self._protection: dict[int, dict[int, _Layered]] = {}
        self._arrived: set[tuple[int, int, int]] = set()
        self._left: set[tuple[int, int, int]] = set()
        self._pins: dict[int, set[frozenset[str]]] = {}
        self._copies: set[int] = set()
        self._quarantines = {
            network.component_index[one.ingress.quarantine]
            for one in network.components
            if one.ingress is not UNSET and one.ingress.quarantine in network.component_index
        }
        self._quarantine_open: dict[int, set[int]] = {}
        self._signed: dict[str, set[tuple[int, int]]] = {}
        self._tenanted = {
            zone for zone, tenant in zip(network.zone_of, network.tenant_of, strict=True) if tenant != NONE
        }
        self._pass()
        self._pinned: dict[str, set[int]] = {}
        for target, sets in self._pins.items():
            for pin in frozenset().union(*sets):
                self._pinned.setdefault(pin, set()).add(target)

    def _pass(self) -> None:
        network, items = self._network, self._movement.items
        # By identity: loading makes equal declarations the same object, which the declaration keeps alive.
        acted: set[tuple[int, int]] = set()
        pinned: set[tuple[int, int]] = set()
        quarantines, ends, copies = self._quarantines, self._ends, self._copies
        for index, (flow, source, target) in enumerate(zip(network.flows, network.source, network.target, strict=True)):
            forward, backward = items[2 * index], items[2 * index + 1]
            authz = flow.authz
            acting = (source, id(authz))
            if acting not in acted:
                acted.add(acting)
                if authz is not UNSET:
                    ends[source].roles.update(authz.roles)
            if flow.of is not UNSET:
                copies.add(target if forward else source)
            pinning = (target, id(flow.in_transit))
            if pinning not in pinned:
                pinned.add(pinning)
                self._note_pins(flow, target)
            if flow.protection:
                layers = self._layers(flow)
                self._move(source, target, forward, id(flow.protection), layers)
                self._move(target, source, backward, id(flow.protection), layers)
            if target in quarantines:
                self._quarantine(source, target, forward, self._layers(flow))
            if source in quarantines:
                self._quarantine(target, source, backward, self._layers(flow))

    def _note_pins(self, flow: Flow, target: int) -> None:
        if flow.in_transit is not UNSET and flow.in_transit.tls is not UNSET and flow.in_transit.tls.pins is not UNSET:
            self._pins.setdefault(target, set()).add(frozenset(flow.in_transit.tls.pins))

    def _move(self, sender: int, receiver: int, moved: int, protection: int, layers: dict[int, _Layered]) -> None:
        if not moved:
            return
        if (receiver, protection, moved) not in self._arrived:
            self._arrived.add((receiver, protection, moved))
            arriving = self._ends[receiver]
            for item, layered in layers.items():
                if moved >> item & 1:
                    arriving.arriving_seals.setdefault(item, set()).update(layered.seals)
                    arriving.arriving_signs.update(layered.signs)
                    for key in layered.signs:
                        self._signed.setdefault(key, set()).add((receiver, item))
        if (sender, protection, moved) not in self._left:
            self._left.add((sender, protection, moved))
            leaving = self._ends[sender]
            for item, layered in layers.items():
                if moved >> item & 1:
                    leaving.leaving_seals.setdefault(item, set()).update(layered.seals)
                    leaving.leaving_signs.update(layered.signs)

    def _quarantine(self, sender: int, receiver: int, moved: int, layers: dict[int, _Layered]) -> None:
        network = self._network
        readable = {*network.components[sender].opens_with, *network.components[receiver].opens_with}
        for item in bits(moved):
            if not (layers[item].seals if item in layers else frozenset()) - readable:
                self._quarantine_open.setdefault(receiver, set()).add(item)

    def _layers(self, flow: Flow) -> dict[int, _Layered]:
        found = self._protection.get(id(flow.protection))
        if found is None:
            found = self._protection[id(flow.protection)] = {
                self._network.item_index[name]: _Layered(
                    frozenset(
                        [layer.sealed for layer in layers if layer.sealed is not UNSET]
                        + [layer.field_encrypted.key for layer in layers if layer.field_encrypted is not UNSET]
                    ),
                    frozenset(layer.signed for layer in layers if layer.signed is not UNSET),
                )
                for name, layers in flow.protection.items()
            }
        return found

    def part(self, index: int) -> UsePart:
        """Return the use of one component."""
        network = self._network
        component, ends = network.components[index], self._ends[index]
        opened = {key for keys in ends.arriving_seals.values() for key in keys}
        sealed = {key for keys in ends.leaving_seals.values() for key in keys}
        made = {one.key for one in component.produces if one.key is not UNSET}
        stored = network.stored[index]
        arriving, leaving = self._traffic.arriving[index], self._traffic.leaving[index]
        products = network.mask(one.data for one in component.produces)
        sources = network.mask(name for one in component.produces for name in one.sources)
        own = network.originated[index] | products
        ingress = component.ingress
        apart = 0 if ingress is UNSET else network.mask(ingress.validates) ^ network.mask(ingress.classifies)
        pins = self._pins.get(index, set())
        return UsePart(
            idle_opening=len(set(component.opens_with) - opened),
            idle_sealing=len(set(component.seals_with) - sealed),
            idle_signing=len(set(component.signs_with) - ends.leaving_signs - made),
            idle_verifying=sum(
                not self._passed_on(index, key) for key in set(component.verifies_with) - ends.arriving_signs
            ),
            unopened=self._unopened(index, component, sources | stored, leaving),
            idle_roles=len(set(component.roles) - ends.roles),
            idle_origins=(own & ~(stored | leaving | sources)).bit_count(),
            unkept=(arriving & ~(stored | leaving | sources)).bit_count() if stored else 0,
            unbrought=(stored & ~(arriving | own)).bit_count(),
            clearance_beyond=self._beyond(index, component),
            pin_sets=len(pins),
            shared_pins=sum(len(self._pinned[pin]) > 1 for pin in frozenset().union(*pins)),
            checked_apart=apart.bit_count(),
            quarantine_reached=self._quarantine_reached(index, component),
            quarantine_open=len(self._quarantine_open.get(index, ())),
            mixed_zone=network.tenant_of[index] == NONE and network.zone_of[index] in self._tenanted,
            partition="" if component.partitions_by is UNSET else component.partitions_by,
        )

    def _passed_on(self, index: int, key: str) -> bool:
        """Return whether something that a key signed reaches a component by way of others, which pass it on."""
        network, items = self._network, self._movement.items
        waiting = list(self._signed.get(key, ()))
        seen = set(waiting)
        while waiting:
            here, item = waiting.pop()
            if here == index:
                return True
            onward = [network.target[flow] for flow in network.outgoing[here] if items[2 * flow] >> item & 1]
            onward += [network.source[flow] for flow in network.incoming[here] if items[2 * flow + 1] >> item & 1]
            for place in onward:
                if (place, item) not in seen:
                    seen.add((place, item))
                    waiting.append((place, item))
        return False

    def _unopened(self, index: int, component: Component, worked: int, leaving: int) -> int:
        """Count what arrives under keys that are not at hand, where it is worked on or stays."""
        network = self._network
        if index in self._quarantines or index in self._copies:
            return 0  # what is kept there is meant to stay shut
        ingress = component.ingress
        if ingress is not UNSET:
            worked |= network.mask(ingress.validates) | network.mask(ingress.classifies)
        ends, held = self._ends[index], {*component.opens_with, *component.seals_with}
        found = 0
        for item, keys in ends.arriving_seals.items():
            # Whoever seals it anew, with a key of its own, works on it; whoever only passes it on does not.
            anew = ends.leaving_seals.get(item, set()) & held - keys
            if worked >> item & 1 or anew or not leaving >> item & 1:
                found += len(keys - set(component.opens_with))
        return found

    def _beyond(self, index: int, component: Component) -> bool:
        """Return whether a component's own clearance is above what it needs."""
        if component.clearance is UNSET:
            return False
        network = self._network
        plain = self._exposures.plaintext(index, assumed=True)
        needed = network.lattice.part(network.label_of(plain) if plain else BOTTOM)
        given = network.lattice.part(network.clearances[index])
        return given.level > needed.level or not set(given.compartments) <= set(needed.compartments)

    def _quarantine_reached(self, index: int, component: Component) -> bool:
        network = self._network
        if component.ingress is UNSET or component.ingress.quarantine is UNSET:
            return True
        place = network.component_index.get(component.ingress.quarantine)
        return any(
            network.target[flow] == place and self._movement.moves_forward(flow) for flow in network.outgoing[index]
        )
