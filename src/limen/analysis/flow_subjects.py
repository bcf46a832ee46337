"""Subjects of kind flow. Flows that are alike in all that rules may see are one shape, which is built once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import msgspec
from msgspec import UNSET

from limen.analysis import flow_parts
from limen.analysis.borders import Borders
from limen.analysis.evenness import EVEN, uneven
from limen.analysis.fallback import fallback
from limen.analysis.kinds.common import LabelPart
from limen.analysis.kinds.flow import FlowSubject
from limen.analysis.lattice import BOTTOM
from limen.analysis.movement import Movement
from limen.analysis.network import NONE, bits
from limen.analysis.recording import Recording
from limen.analysis.tables import TableBuilder
from limen.model.flows import Flow
from limen.model.posture import ONE_WAY_PROTOCOLS
from limen.records.subjects import Detail, SubjectTable


def flow_table(movement: Movement, borders: Borders, recording: Recording) -> SubjectTable:
    """Return the table of flows, in the order of the declaration."""
    return _Flows(movement, borders, recording).table()


def stated(flow: Flow) -> bool:
    """Return whether a flow states its purpose."""
    return flow.purpose is not UNSET


class _Cargo(NamedTuple):
    """What rules see of a set of items."""

    number: int
    label: LabelPart
    unlabelled: int
    identifying: int
    key_material: bool


class _Flows:
    """The flows of one network; one use."""

    def __init__(self, movement: Movement, borders: Borders, recording: Recording) -> None:
        self.movement = movement
        self.network = movement.network
        self.borders = borders
        self.recording = recording
        declaration = self.network.declaration
        self.transfers = {name for transfer in declaration.transfers for name in transfer.flows}
        # Roles that say which fields they need make the very items of a flow matter, and not only their label.
        self.needing = {name for name, role in declaration.roles.items() if role.needs}
        self.cargo: dict[int, _Cargo] = {}
        self.cargo_codes: dict[int, int] = {}
        self.same_cargo: dict[_Cargo, int] = {}
        self.builder = TableBuilder("flow", 1)
        self.parts: dict[tuple[object, ...], Any] = {}
        self.same: dict[Any, Any] = {}
        self.routes: dict[tuple[object, ...], int] = {}
        self.beyonds: dict[tuple[int, int], dict[int, int]] = {}
        self.field_layers: dict[int, tuple[bool, int]] = {}
        self.uneven = uneven(movement)

    def table(self) -> SubjectTable:
        """Return the table."""
        network, items, cargo_codes, transfers = self.network, self.movement.items, self.cargo_codes, self.transfers
        ends = self.ends()
        count = max(ends, default=0) + 1
        routes: dict[tuple[int, int], int] = {}
        accesses: dict[tuple[int, int], tuple[int, bool]] = {}
        needs: dict[tuple[object, ...], int] = {}
        # What is uneven splits flows that are alike in all else, so it is put in last.
        memo: dict[tuple[object, ...], tuple[FlowSubject, dict[tuple[str, ...], int]]] = {}
        shapes: list[int] = []
        columns = zip(
            network.flows,
            [ends[source] for source in network.source],
            [ends[target] for target in network.target],
            items[::2],
            items[1::2],
            self.recording.codes,
            self.uneven,
            strict=True,
        )
        for flow, source, target, forward, backward, audit, behind in columns:
            moved = forward | backward
            cargo = cargo_codes.get(moved)
            if cargo is None:
                cargo = self.cargo_code(moved)
            # Equal parts are one object after loading, which the declaration keeps alive.
            authz, transit = flow.authz, id(flow.in_transit)
            route = routes.get((source * count + target, transit))
            if route is None:
                route = routes[source * count + target, transit] = self.route(len(shapes), (source, target))
            access = accesses.get((id(authz), source))
            if access is None:
                access = accesses[id(authz), source] = id(self.authz(len(shapes), source)), self.needs(flow)
            need: object = flow.purpose is UNSET
            if access[1]:
                needing = (moved, id(authz), id(flow.fields), need)
                need = needs.get(needing)
                if need is None:
                    need = needs[needing] = id(self.necessity(flow, moved))
            alike = (
                route,
                cargo,
                id(flow.authn),
                access[0],
                audit,
                id(flow.via),
                flow.carries is UNSET,
                flow.returns is UNSET,
                flow.of is UNSET,
                need,
                flow.id in transfers,
                len(shapes) if flow.fallback_for is not UNSET else NONE,
                self.field_encryption(flow) if flow.protection else None,
            )
            known = memo.get(alike)
            if known is None:
                known = memo[alike] = self.subject(len(shapes), moved, (source, target)), {}
            shape = known[1].get(behind)
            if shape is None:
                shape = known[1][behind] = self.builder.shape(msgspec.structs.replace(known[0], uneven=behind))
            shapes.append(shape)
        self.builder.shapes.extend(shapes)
        self.builder.codes[0].extend(range(len(network.flows)))
        return self.builder.finish([tuple([flow.id for flow in network.flows])], self.details)

    def route(self, index: int, ends: tuple[int, int]) -> int:
        """Return a code for the ends of a flow and its protection on the way: equal ones look alike to rules."""
        network = self.network
        source, target = network.source[index], network.target[index]
        border = self.borders.between(network.zone_of[source], network.zone_of[target])
        alike = (
            network.zone_of[source] != network.zone_of[target],
            len(border.left),
            network.trust[source],
            network.trust[target],
            self.borders.crosses_tenants(source, target),
            network.tenant_of[source] != NONE or network.tenant_of[target] != NONE,
            frozenset(network.components[source].roles),
            id(self.entered(index, ends)),
            id(self.transit(index)),
        )
        return self.routes.setdefault(alike, len(self.routes))

    def entered(self, index: int, ends: tuple[int, int]) -> Any:
        """Return the zones that a flow enters."""
        network = self.network
        source, target = network.source[index], network.target[index]
        border = self.borders.between(network.zone_of[source], network.zone_of[target])
        return self.part(("entered", *ends), lambda: flow_parts.entries(network, border, source))

    def transit(self, index: int) -> Any:
        """Return the effective protection of a flow in transit."""
        flow, zones = self.network.flows[index], self.zones(index)
        return self.part(
            ("in_transit", id(flow.in_transit), zones), lambda: self.network.postures.transit(flow, *zones).part
        )

    def ends(self) -> list[int]:
        """Return a code for each component: equal ones are alike as ends of a flow."""
        network = self.network
        named = {
            caller.partition(":")[2]
            for zone in network.zones
            if zone is not None and zone.callers is not UNSET
            for caller in zone.callers
            if caller.startswith("component:")
        }
        codes: dict[tuple[object, ...], int] = {}
        return [
            codes.setdefault(
                (network.zone_of[index], network.tenant_of[index], component.roles, name if name in named else None),
                len(codes),
            )
            for index, (name, component) in enumerate(zip(network.component_names, network.components, strict=True))
        ]

    def cargo_code(self, moved: int) -> int:
        """Return a code for a set of items: equal ones look alike to rules."""
        network = self.network
        cargo = _Cargo(
            moved.bit_count(),
            network.lattice.part(network.label_of(moved) if moved else BOTTOM),
            (moved & self.movement.data & ~network.labelled).bit_count(),
            (moved & self.movement.identifying).bit_count(),
            bool(moved & ~self.movement.data),
        )
        code = self.cargo_codes[moved] = self.same_cargo.setdefault(cargo, len(self.same_cargo))
        self.cargo.setdefault(code, cargo)
        return code

    def subject(self, index: int, moved: int, ends: tuple[int, int]) -> FlowSubject:
        """Return a flow as rules see it, even with its peers; its parts are looked up first."""
        network = self.network
        flow = network.flows[index]
        source, target = network.source[index], network.target[index]
        border = self.borders.between(network.zone_of[source], network.zone_of[target])
        trusts = network.trust[source], network.trust[target]
        tenants = self.borders.crosses_tenants(source, target)
        transit = self.transit(index)
        cargo = self.cargo[self.cargo_codes[moved]]
        encrypts, uncovered = self.field_encryption(flow)
        part = self.part
        values: dict[str, Any] = {
            "crossing": tenants or network.zone_of[source] != network.zone_of[target],
            "crosses_zones": len(border.left) + len(border.entered),
            "crosses_tenants": tenants,
            "transfer": flow.id in self.transfers,
            "least_trust": min(trusts),
            "greatest_trust": max(trusts),
            "trust_change": trusts[1] - trusts[0],
            "tenant_end": network.tenant_of[source] != NONE or network.tenant_of[target] != NONE,
            "moves": cargo.number,
            "carriage_declared": flow.carries is not UNSET,
            "returns_declared": flow.returns is not UNSET or transit.protocol in ONE_WAY_PROTOCOLS,
            "storage": flow.of is not UNSET,
            "label": cargo.label,
            "unlabelled": cargo.unlabelled,
            "key_material": cargo.key_material,
            "in_transit": transit,
            "authn": part(("authn", id(flow.authn)), lambda: flow_parts.authentication(flow)),
            "authz": self.authz(index, ends[0]),
            "entered": self.entered(index, ends),
            "audit": part(("audit", self.recording.codes[index]), lambda: self.recording.part(index)),
            "field_encryption": encrypts,
            "uncovered_fields": uncovered,
            "via": part(("via", id(flow.via), len(border.entered)), lambda: flow_parts.hops(flow, len(border.entered))),
            "necessity": self.necessity(flow, moved),
            "uneven": EVEN,
            "replaces": flow.fallback_for is not UNSET,
        }
        if flow.fallback_for is not UNSET:
            values["fallback"] = part(("fallback", index), lambda: fallback(network, index))
        return FlowSubject(**values)

    def authz(self, index: int, end: int) -> Any:
        """Return what the caller of a flow must be allowed to do; `end` is the code of where it starts."""
        network, flow = self.network, self.network.flows[index]
        caller = network.components[network.source[index]]
        return self.part(("authz", id(flow.authz), end), lambda: flow_parts.authorisation(network, flow, caller))

    def necessity(self, flow: Flow, moved: int) -> Any:
        """Return whether a flow moves no more than it needs."""
        authz, known = flow.authz, stated(flow)
        if self.needs(flow):
            alike: tuple[object, ...] = ("necessity", moved, id(authz), id(flow.fields), known)
        else:
            alike = ("necessity", self.cargo[self.cargo_codes[moved]].identifying, known)
        return self.part(alike, lambda: flow_parts.necessity(self.movement, flow, moved, self.beyond(flow, moved)))

    def needs(self, flow: Flow) -> bool:
        """Return whether a role of a flow says which fields it needs."""
        return flow.authz is not UNSET and not self.needing.isdisjoint(flow.authz.roles)

    def beyond(self, flow: Flow, moved: int) -> int:
        """Return the number of fields that a flow moves and none of its roles needs, counted item by item."""
        counts = self.beyonds.setdefault((id(flow.authz), id(flow.fields)), {})
        found = 0
        for item in bits(moved & self.movement.data):
            count = counts.get(item)
            if count is None:
                count = counts[item] = len(flow_parts.fields_beyond(self.movement, flow, 1 << item))
            found += count
        return found

    def field_encryption(self, flow: Flow) -> tuple[bool, int]:
        """Return whether a flow encrypts fields one by one, and the number of those that it leaves out."""
        # By identity: loading makes equal declarations the same object, which the declaration keeps alive.
        found = self.field_layers.get(id(flow.protection))
        if found is None:
            left = flow_parts.left_out(self.network, flow)
            found = self.field_layers[id(flow.protection)] = left is not None, len(left or ())
        return found

    def part(self, key: tuple[object, ...], make: Callable[[], Any]) -> Any:
        """Return the part that a key stands for, made once; equal parts are one object."""
        found = self.parts.get(key)
        if found is None:
            made = make()
            found = self.parts[key] = self.same.setdefault(made, made)
        return found

    def zones(self, index: int) -> tuple[str, str]:
        """Return the names of the zones of a flow's ends."""
        network = self.network
        source, target = network.zone_of[network.source[index]], network.zone_of[network.target[index]]
        return network.zone_names[source], network.zone_names[target]

    def details(self, index: int) -> Detail:
        """Return where a flow is declared, its ends, and where its effective values came from."""
        network = self.network
        flow = network.flows[index]
        source, target = network.source[index], network.target[index]
        border = self.borders.between(network.zone_of[source], network.zone_of[target])
        moved = self.movement.both(index)
        provenance = network.postures.transit_provenance(flow, *self.zones(index))
        bare = moved & self.movement.data & ~network.labelled
        beyond = flow_parts.fields_beyond(self.movement, flow, moved)
        named = {
            "unlabelled": network.names(bare),
            "label": [
                f"{network.item_names[item]} ({network.lattice.text(network.labels[item])})" for item in bits(moved)
            ],
            "fields": beyond,
            "protection": flow_parts.left_out(network, flow) or [],
        }
        provenance |= {field: ", ".join(names) for field, names in named.items() if names}
        return Detail(
            path=("flows", flow.id),
            title=f"{flow.source} → {flow.target}",
            crossing=flow.id,
            provenance=provenance,
            peers=(*(network.zone_names[zone] for zone in border.entered), *(hop.component for hop in flow.via)),
        )
