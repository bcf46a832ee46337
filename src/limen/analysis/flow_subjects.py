"""Subjects of kind flow. Flows that are alike in all that rules may see are one shape, which is built once."""

from __future__ import annotations

from array import array
from collections.abc import Callable
from typing import Any, NamedTuple

from msgspec import UNSET

from limen.analysis import flow_parts
from limen.analysis.borders import Borders
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


_PLAIN = frozenset({int, bool})


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
        self.shapes: dict[tuple[object, ...], int] = {}
        self.field_layers: dict[int, tuple[bool, int]] = {}

    def table(self) -> SubjectTable:
        """Return the table."""
        network = self.network
        ends = self.ends()
        count = max(ends, default=0) + 1
        items, cargo_codes, audits, transfers = (
            self.movement.items,
            self.cargo_codes,
            self.recording.code,
            self.transfers,
        )
        memo: dict[tuple[object, ...], int] = {}
        shapes = self.builder.shapes
        for index, (flow, source, target) in enumerate(zip(network.flows, network.source, network.target, strict=True)):
            moved = items[2 * index] | items[2 * index + 1]
            cargo = cargo_codes.get(moved)
            if cargo is None:
                cargo = self.cargo_code(moved)
            authz = flow.authz
            # Equal parts are one object after loading, which the declaration keeps alive.
            alike = (
                ends[source] * count + ends[target],
                cargo,
                id(flow.in_transit),
                id(flow.authn),
                id(authz),
                audits(index),
                id(flow.via),
                flow.carries is UNSET,
                flow.returns is UNSET,
                flow.of is UNSET,
                stated(flow),
                flow.id in transfers,
                index if flow.fallback_for is not UNSET else NONE,
                self.field_encryption(flow) if flow.protection else None,
                (moved, id(flow.fields)) if authz is not UNSET and not self.needing.isdisjoint(authz.roles) else None,
            )
            shape = memo.get(alike)
            if shape is None:
                shape = memo[alike] = self.shape(index, moved, (ends[source], ends[target]))
            shapes.append(shape)
        self.builder.codes[0].extend(array("i", range(len(network.flows))))
        return self.builder.finish([tuple(flow.id for flow in network.flows)], self.details)

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

    def shape(self, index: int, moved: int, ends: tuple[int, int]) -> int:
        """Return the shape of a flow: its parts are looked up first, and flows of equal parts are one shape."""
        network = self.network
        flow = network.flows[index]
        source, target = network.source[index], network.target[index]
        border = self.borders.between(network.zone_of[source], network.zone_of[target])
        trusts = network.trust[source], network.trust[target]
        tenants = self.borders.crosses_tenants(source, target)
        zones = self.zones(index)
        transit = network.postures.transit(flow, *zones).part
        needing = flow.authz is not UNSET and not self.needing.isdisjoint(flow.authz.roles)
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
            "in_transit": part(("in_transit", id(flow.in_transit), zones), lambda: transit),
            "authn": part(("authn", id(flow.authn)), lambda: flow_parts.authentication(flow)),
            "authz": part(
                ("authz", id(flow.authz), ends[0]),
                lambda: flow_parts.authorisation(network, flow, network.components[source]),
            ),
            "entered": part(("entered", *ends), lambda: flow_parts.entries(network, border, source)),
            "audit": part(("audit", self.recording.code(index)), lambda: self.recording.part(index)),
            "field_encryption": encrypts,
            "uncovered_fields": uncovered,
            "via": part(("via", id(flow.via), len(border.entered)), lambda: flow_parts.hops(flow, len(border.entered))),
            "necessity": part(
                ("necessity", moved, id(flow.authz), id(flow.fields), stated(flow))
                if needing
                else ("necessity", cargo.identifying, stated(flow)),
                lambda: flow_parts.necessity(self.movement, flow, moved),
            ),
            "replaces": flow.fallback_for is not UNSET,
        }
        if flow.fallback_for is not UNSET:
            values["fallback"] = part(("fallback", index), lambda: fallback(network, index))
        # Parts are one object where they are equal, labels too.
        key = tuple([value if value.__class__ in _PLAIN else id(value) for value in values.values()])
        shape = self.shapes.get(key)
        if shape is None:
            shape = self.shapes[key] = self.builder.shape(FlowSubject(**values))
        return shape

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
