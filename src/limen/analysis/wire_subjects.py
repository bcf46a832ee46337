"""The subjects of kind wire: one for each flow, direction, segment between hops, and item.

Its identity is `flow/direction/segment/item`; segments are counted from the flow's source, both ways. A flow that
does not say what it carries has one subject for each direction and segment, with the item `*`. Where only assumed
facts show an item in plaintext, a further subject has `assumed` as its fifth part.
"""

from __future__ import annotations

from array import array

import msgspec
from msgspec import UNSET

from limen.analysis.kinds.data import WireSubject
from limen.analysis.lattice import Point, join
from limen.analysis.network import Hop, Layers, bits
from limen.analysis.tables import TableBuilder
from limen.analysis.wire import States, Wires, cause, depths
from limen.analysis.wire_details import WireDetails
from limen.records.subjects import ABSENT, SubjectTable

DIRECTIONS = ("forward", "return")
"""Names of the directions, by the last bit of an edge's number."""


class _Sent(msgspec.Struct, frozen=True, kw_only=True):
    """What is judged of one item, or of all that could move, whatever the flow is like."""

    label: Point
    labelled: bool
    held: bool
    depth: int
    unheld_seals: int = 0
    unheld_signatures: int = 0
    signed: bool = False
    verified: bool = False
    verifiable: bool = False
    identifiers: int = 0
    sensitive_fields: int = 0
    key_material: bool = False


class _Rows(msgspec.Struct, frozen=True):
    """The subjects of all edges that are alike, without their flow."""

    shapes: array[int]
    items: array[int]
    segments: array[int]
    single: int
    """Shape of the only row, or -1 where there are more."""


def wire_table(wires: Wires) -> SubjectTable:
    """Return the subjects of all wires, by flow, direction and segment."""
    return _Writer(wires).table()


def channels(channel: str, hops: tuple[Hop, ...]) -> tuple[str, ...]:
    """Return the protection of each segment, from a flow's source; `channel` is the flow's own."""
    found = [channel]
    for hop in hops:
        if not hop.terminates:
            found.append(found[-1])
        elif hop.reestablishes:
            found.append(channel)
        else:
            # Where nobody says whether TLS goes on, it is not known, unless there was none to begin with.
            found.append("none" if hop.reestablishes is False or channel == "none" else "undeclared")
    return tuple(found)


class _Common(msgspec.Struct, frozen=True, kw_only=True):
    """What all rows of an edge have in common."""

    channels: tuple[str, ...]
    trusts: tuple[int, int]
    """Trust of the sender's and of the receiver's zone."""
    crosses_zones: bool
    crosses_tenants: bool
    storage: bool


class _Writer:
    """Fills the table; one use."""

    def __init__(self, wires: Wires) -> None:
        self.wires = wires
        network = self.network = wires.exposures.network
        self.builder = TableBuilder("wire", 5)
        self.star = len(network.item_names)
        self.rows_memo: dict[tuple[object, ...], _Rows] = {}
        self.shape_memo: dict[tuple[object, ...], int] = {}
        self.plaintext_memo: dict[int, int] = {}

    def table(self) -> SubjectTable:
        """Return all subjects."""
        wires, network = self.wires, self.network
        items, declared, back = wires.items, network.carriage_declared, network.assumed_back
        for flow in range(len(network.flows)):
            forward = flow * 2
            if items[forward] or not declared[flow]:
                self.write(flow, forward, assumed=not declared[flow])
            if items[forward + 1] or back[flow]:
                self.write(flow, forward + 1, assumed=bool(back[flow]))
        ids = tuple(flow.id for flow in network.flows)
        longest = max((len(hops) for hops in network.hops.values()), default=0)
        segments = tuple(str(number) for number in range(1, longest + 2))
        return self.builder.finish(
            (ids, DIRECTIONS, segments, (*network.item_names, "*"), ("assumed",)),
            WireDetails(wires, self.builder),
            ids if wires.exposures.edges.any_assumed else (),
        )

    def write(self, flow: int, edge: int, *, assumed: bool) -> None:
        """Append the subjects of one edge."""
        wires, network = self.wires, self.network
        if edge in wires.later:
            self.write_later(edge)
            return
        declared = network.flows[flow]
        source, target = network.source[flow], network.target[flow]
        sender, receiver = (target, source) if edge & 1 else (source, target)
        signs: tuple[object, ...] = ()
        if declared.protection:
            ends = network.components[sender], network.components[receiver]
            readable = self.plaintext_at(receiver) & wires.items[edge]
            signs = (id(declared.protection), ends[0].seals_with, ends[0].signs_with, ends[1].verifies_with, readable)
        states = wires.sealed.get(edge)
        memo = (
            network.zone_of[source], network.zone_of[target], network.tenant_of[source] == network.tenant_of[target],
            id(declared.in_transit), network.hops.get(flow), edge & 1, declared.of is UNSET, assumed,
            wires.items[edge], wires.plain[edge], wires.held[edge], id(states), signs,
        )  # fmt: skip
        rows = self.rows_memo.get(memo)
        if rows is None:
            rows = self.rows_memo[memo] = self.rows(edge, assumed=assumed)
        self.append(edge, rows, flow if assumed else ABSENT)

    def plaintext_at(self, component: int) -> int:
        """Return the items that can be in plaintext at a component, by certain facts."""
        found = self.plaintext_memo.get(component)
        if found is None:
            found = self.plaintext_memo[component] = self.wires.exposures.plaintext(component)
        return found

    def append(self, edge: int, rows: _Rows, assumed: int, mark: int = ABSENT) -> None:
        """Append an edge's rows."""
        builder = self.builder
        flows, ways, segments, items, marks = builder.codes
        if rows.single >= 0:
            # By far the most have one item and no hop.
            builder.shapes.append(rows.single)
            flows.append(edge >> 1)
            ways.append(edge & 1)
            segments.append(0)
            items.append(rows.items[0])
            marks.append(mark)
            builder.assumed.append(assumed)
            return
        count = len(rows.shapes)
        builder.shapes.extend(rows.shapes)
        segments.extend(rows.segments)
        items.extend(rows.items)
        for column, code in ((flows, edge >> 1), (ways, edge & 1), (marks, mark), (builder.assumed, assumed)):
            column.extend((code,) * count)

    def rows(self, edge: int, *, assumed: bool) -> _Rows:
        """Return the rows of an edge by what is certain; those of an assumed edge stand for all that could move."""
        wires = self.wires
        states = wires.states(edge)
        sent = self.sent(edge, wires.items[edge], wires.held[edge], states)
        return self.shaped(edge, [(self.star, _all(list(sent.values())))] if assumed else list(sent.items()))

    def write_later(self, edge: int) -> None:
        """Append the subjects of an edge over which assumed facts show more."""
        wires = self.wires
        items, held, later = wires.items[edge], wires.held[edge], wires.later[edge]
        certain = self.sent(edge, items, held, wires.states(edge))
        every = self.sent(edge, items, items & (held | later), wires.states(edge, assumed=True))
        for item in bits(items):
            if not later >> item & 1:
                self.append(edge, self.shaped(edge, [(item, certain[item])]), ABSENT)
                continue
            flow = cause(wires, edge, item)
            if held >> item & 1:
                self.append(edge, self.shaped(edge, [(item, certain[item])]), ABSENT)
                self.append(edge, self.shaped(edge, [(item, every[item])]), flow, 0)
            else:
                self.append(edge, self.shaped(edge, [(item, every[item])]), flow)

    def sent(self, edge: int, items: int, held: int, states: States) -> dict[int, _Sent]:
        """Return what is judged of each item of an edge."""
        network = self.network
        sender = network.components[self.wires.sender(edge)]
        receiver = network.components[self.wires.receiver(edge)]
        layers, depth = network.layers(edge >> 1), depths(states)
        found = {}
        for item in bits(items):
            data = network.data[item]
            protection = layers.get(item, _BARE)
            stacks = [stack for stack, here in states if here >> item & 1]
            missing = {
                key
                for key in protection.seals
                if network.key_names[key] not in sender.seals_with and any(key not in stack for stack in stacks)
            }
            signatures = [network.key_names[key] for key in protection.signs]
            given = [name for name in signatures if name in sender.signs_with]
            found[item] = _Sent(
                label=network.labels[item],
                labelled=bool(network.labelled >> item & 1),
                held=bool(held >> item & 1),
                depth=depth[item],
                unheld_seals=len(missing),
                unheld_signatures=len({*signatures} - {*given}),
                signed=bool(given),
                verified=any(name in receiver.verifies_with for name in given),
                verifiable=bool(given) and bool(self.plaintext_at(self.wires.receiver(edge)) >> item & 1),
                identifiers=0 if data is None else len(data.identifiers),
                sensitive_fields=0 if data is None else len(data.sensitive_fields),
                key_material=item >= network.data_count,
            )
        return found

    def shaped(self, edge: int, sent: list[tuple[int, _Sent]]) -> _Rows:
        """Return the rows of an edge, segment by segment."""
        network, flow = self.network, edge >> 1
        sender, receiver = self.wires.sender(edge), self.wires.receiver(edge)
        zones = network.zone_of[network.source[flow]], network.zone_of[network.target[flow]]
        names = network.zone_names
        transit = network.postures.transit(network.flows[flow], names[zones[0]], names[zones[1]]).part
        common = _Common(
            channels=channels(transit.channel, network.hops.get(flow, ())),
            trusts=(network.trust[sender], network.trust[receiver]),
            crosses_zones=zones[0] != zones[1],
            crosses_tenants=network.tenant_of[sender] != network.tenant_of[receiver],
            storage=network.flows[flow].of is not UNSET,
        )
        rows = [
            (self.shape(common, channel, one), item, segment)
            for segment, channel in enumerate(common.channels)
            for item, one in sent
        ]
        shapes, items, segments = zip(*rows, strict=True)
        return _Rows(array("I", shapes), array("i", items), array("i", segments), shapes[0] if len(rows) == 1 else -1)

    def shape(self, common: _Common, channel: str, sent: _Sent) -> int:
        """Return the shape of one row."""
        memo = (common, channel, sent)
        found = self.shape_memo.get(memo)
        if found is None:
            found = self.shape_memo[memo] = self.builder.shape(
                WireSubject(
                    label=self.network.lattice.part(sent.label),
                    labelled=True if sent.labelled else UNSET,
                    plaintext=not sent.depth,
                    depth=sent.depth,
                    held=sent.held,
                    channel=channel,
                    crossing=common.crosses_zones or common.crosses_tenants,
                    leaves_trust=common.trusts[1] < common.trusts[0],
                    least_trust=min(common.trusts),
                    greatest_trust=max(common.trusts),
                    crosses_tenants=common.crosses_tenants,
                    unheld_seals=sent.unheld_seals,
                    unheld_signatures=sent.unheld_signatures,
                    signed=sent.signed,
                    verified=sent.verified,
                    verifiable=sent.verifiable,
                    storage=common.storage,
                    identifiers=sent.identifiers,
                    sensitive_fields=sent.sensitive_fields,
                    key_material=sent.key_material,
                )
            )
        return found


_BARE = Layers((), ())


def _all(sent: list[_Sent]) -> _Sent:
    """Return what is judged of all that could move, the worst of each; of nothing where the sender holds nothing."""
    return _Sent(
        label=join(one.label for one in sent),
        labelled=all(one.labelled for one in sent),
        held=bool(sent),
        depth=min((one.depth for one in sent), default=0),
        unheld_seals=sum(one.unheld_seals for one in sent),
        unheld_signatures=sum(one.unheld_signatures for one in sent),
        signed=bool(sent) and all(one.signed for one in sent),
        verified=bool(sent) and all(one.verified for one in sent),
        verifiable=any(one.verifiable for one in sent),
        identifiers=sum(one.identifiers for one in sent),
        sensitive_fields=sum(one.sensitive_fields for one in sent),
        key_material=any(one.key_material for one in sent),
    )
