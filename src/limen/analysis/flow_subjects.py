"""Subjects of kind flow. Flows that are alike in all that rules may see are one shape, which is built once."""

from __future__ import annotations

from array import array
from typing import NamedTuple

from msgspec import UNSET

from limen.analysis import flow_parts
from limen.analysis.borders import Borders
from limen.analysis.fallback import fallback
from limen.analysis.given import given
from limen.analysis.kinds.common import LabelPart
from limen.analysis.kinds.flow import FlowSubject
from limen.analysis.lattice import BOTTOM
from limen.analysis.movement import Movement
from limen.analysis.network import NONE, bits
from limen.analysis.recording import Recording
from limen.analysis.tables import TableBuilder
from limen.model.posture import ONE_WAY_PROTOCOLS
from limen.records.subjects import Detail, SubjectTable


def flow_table(movement: Movement, borders: Borders, recording: Recording) -> SubjectTable:
    """Return the table of flows, in the order of the declaration."""
    return _Flows(movement, borders, recording).table()


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

    def table(self) -> SubjectTable:
        """Return the table."""
        network, recording = self.network, self.recording
        builder = TableBuilder("flow", 1)
        ends = self.ends()
        count = max(ends, default=0) + 1
        items, cargo_codes, audits = self.movement.items, self.cargo_codes, recording.code
        memo: dict[tuple[object, ...], int] = {}
        shapes = builder.shapes
        for index, flow in enumerate(network.flows):
            moved = items[2 * index] | items[2 * index + 1]
            cargo = cargo_codes.get(moved)
            if cargo is None:
                cargo = self.cargo_code(moved)
            authz = flow.authz
            # Equal parts are one object after loading, which the declaration keeps alive.
            alike = (
                ends[network.source[index]] * count + ends[network.target[index]],
                cargo,
                id(flow.in_transit),
                id(flow.authn),
                id(authz),
                audits(index),
                id(flow.via),
                flow.carries is UNSET,
                flow.returns is UNSET,
                flow.of is UNSET,
                flow.purpose is UNSET or not flow.purpose.strip(),
                flow.id in self.transfers,
                index if flow.fallback_for is not UNSET else NONE,
                (moved, id(flow.fields)) if authz is not UNSET and not self.needing.isdisjoint(authz.roles) else None,
            )
            shape = memo.get(alike)
            if shape is None:
                shape = memo[alike] = builder.shape(self.subject(index, moved))
            shapes.append(shape)
        builder.codes[0].extend(array("i", range(len(network.flows))))
        return builder.finish([tuple(flow.id for flow in network.flows)], self.details)

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

    def subject(self, index: int, moved: int) -> FlowSubject:
        """Return a flow as rules see it."""
        network = self.network
        flow = network.flows[index]
        source, target = network.source[index], network.target[index]
        border = self.borders.between(network.zone_of[source], network.zone_of[target])
        trusts = network.trust[source], network.trust[target]
        tenants = self.borders.crosses_tenants(source, target)
        transit = network.postures.transit(flow, *self.zones(index)).part
        cargo = self.cargo[self.cargo_codes[moved]]
        entered = flow_parts.entries(network, border, source)
        return given(
            FlowSubject,
            crossing=tenants or network.zone_of[source] != network.zone_of[target],
            crosses_zones=len(border.left) + len(border.entered),
            crosses_tenants=tenants,
            transfer=flow.id in self.transfers,
            least_trust=min(trusts),
            greatest_trust=max(trusts),
            trust_change=trusts[1] - trusts[0],
            tenant_end=network.tenant_of[source] != NONE or network.tenant_of[target] != NONE,
            moves=cargo.number,
            carriage_declared=flow.carries is not UNSET,
            returns_declared=flow.returns is not UNSET or transit.protocol in ONE_WAY_PROTOCOLS,
            storage=flow.of is not UNSET,
            label=cargo.label,
            unlabelled=cargo.unlabelled,
            key_material=cargo.key_material,
            in_transit=transit,
            authn=flow_parts.authentication(flow),
            authz=flow_parts.authorisation(network, flow, network.components[source]),
            entered=entered,
            audit=self.recording.part(index),
            via=flow_parts.hops(flow, len(entered)),
            necessity=flow_parts.necessity(self.movement, flow, moved),
            replaces=flow.fallback_for is not UNSET,
            fallback=UNSET if flow.fallback_for is UNSET else fallback(network, index),
        )

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
            "necessity.fields_beyond": beyond,
        }
        provenance |= {field: ", ".join(names) for field, names in named.items() if names}
        return Detail(
            path=("flows", flow.id),
            title=f"{flow.source} → {flow.target}",
            crossing=flow.id,
            provenance=provenance,
            peers=(*(network.zone_names[zone] for zone in border.entered), *(hop.component for hop in flow.via)),
        )
