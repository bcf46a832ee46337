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
from limen.analysis.tables import TableBuilder, classes
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


class _Kind(msgspec.Struct, frozen=True, kw_only=True):
    """What all rows of an edge have in common."""

    channels: tuple[str, ...]
    trusts: tuple[int, int]
    """Trust of the sender's and of the receiver's zone."""
    crosses_zones: bool
    crosses_tenants: bool
    storage: bool


class _Writer:
    """Fills the table; one use.

    What an edge is like and what is sent over it are numbered apart, so that either is worked out once.
    """

    def __init__(self, wires: Wires) -> None:
        self.wires = wires
        network = self.network = wires.exposures.network
        self.builder = TableBuilder("wire", 5)
        self.star = len(network.item_names)
        self.kinds: list[_Kind] = []
        self.sent: list[_Sent] = []
        self.sent_numbers: dict[_Sent, int] = {}
        self.item_memo: dict[tuple[int, bool, int, tuple[int, int, bool, bool]], int] = {}
        self.rows_memo: dict[tuple[int, tuple[object, ...]], _Rows] = {}
        self.items_memo: dict[tuple[object, ...], list[tuple[int, int]]] = {}
        self.key_class = classes((one.seals_with, one.signs_with, one.verifies_with) for one in network.components)
        self.shape_memo: dict[tuple[int, str, int], int] = {}

    def table(self) -> SubjectTable:
        """Return all subjects."""
        wires, network, builder = self.wires, self.network, self.builder
        items, declared, back = wires.items, network.carriage_declared, network.assumed_back
        places = classes(zip(network.zone_of, network.tenant_of, strict=True))
        source, target, hops = network.source, network.target, network.hops
        kinds: dict[tuple[object, ...], int] = {}
        for flow, written in enumerate(network.flows):
            # By identity: loading makes equal declarations the same object, which the declaration keeps alive.
            alike = (places[source[flow]], places[target[flow]], id(written.in_transit), written.of, hops.get(flow))
            kind = kinds.get(alike)
            if kind is None:
                kind = kinds[alike] = self.kind(flow)
            forward = flow * 2
            if items[forward] or not declared[flow]:
                self.write(forward, kind, assumed=not declared[flow])
            if items[forward + 1] or back[flow]:
                self.write(forward + 1, kind + 1, assumed=bool(back[flow]))
        ids = tuple(flow.id for flow in network.flows)
        longest = max((len(hops) for hops in network.hops.values()), default=0)
        segments = tuple(str(number) for number in range(1, longest + 2))
        return builder.finish(
            (ids, DIRECTIONS, segments, (*network.item_names, "*"), ("assumed",)),
            WireDetails(wires, builder),
            ids if wires.exposures.edges.any_assumed else (),
        )

    def write(self, edge: int, kind: int, *, assumed: bool) -> None:
        """Append the subjects of one edge of some kind."""
        wires = self.wires
        if edge in wires.later:
            self.write_later(edge, kind)
            return
        protection = self.network.flows[edge >> 1].protection
        states = wires.sealed.get(edge)
        sent: tuple[object, ...] = (wires.items[edge], wires.plain[edge], wires.held[edge], assumed)
        if protection or states is not None:
            ends = self.key_class[wires.sender(edge)], self.key_class[wires.receiver(edge)]
            sent = (sent, ends, id(states), id(protection) if protection else 0)
        rows = self.rows_memo.get((kind, sent))
        if rows is None:
            items = self.items_memo.get(sent)
            if items is None:
                items = self.items_memo[sent] = self.items(edge, assumed=assumed)
            rows = self.rows_memo[kind, sent] = self.rows(kind, items)
        self.append(edge, rows, edge >> 1 if assumed else ABSENT)

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

    def rows(self, kind: int, sent: list[tuple[int, int]]) -> _Rows:
        """Return the rows of items, segment by segment."""
        rows = [
            (self.shape(kind, channel, number), item, segment)
            for segment, channel in enumerate(self.kinds[kind].channels)
            for item, number in sent
        ]
        shapes, items, segments = zip(*rows, strict=True)
        return _Rows(array("I", shapes), array("i", items), array("i", segments), shapes[0] if len(rows) == 1 else -1)

    def write_later(self, edge: int, kind: int) -> None:
        """Append the subjects of an edge over which assumed facts show more."""
        wires = self.wires
        items, held, later = wires.items[edge], wires.held[edge], wires.later[edge]
        certain = self.sent_items(edge, items, held, wires.states(edge))
        every = self.sent_items(edge, items, items & (held | later), wires.states(edge, assumed=True))
        for item in bits(items):
            if not later >> item & 1:
                self.append(edge, self.rows(kind, [(item, certain[item])]), ABSENT)
                continue
            flow = cause(wires, edge, item)
            if held >> item & 1:
                self.append(edge, self.rows(kind, [(item, certain[item])]), ABSENT)
                self.append(edge, self.rows(kind, [(item, every[item])]), flow, 0)
            else:
                self.append(edge, self.rows(kind, [(item, every[item])]), flow)

    def items(self, edge: int, *, assumed: bool) -> list[tuple[int, int]]:
        """Return the items of an edge by what is certain; of an assumed one a row for all that could move."""
        wires = self.wires
        sent = self.sent_items(edge, wires.items[edge], wires.held[edge], wires.states(edge))
        if assumed:
            return [(self.star, self.number(_all([self.sent[number] for number in sent.values()])))]
        return list(sent.items())

    def sent_items(self, edge: int, items: int, held: int, states: States) -> dict[int, int]:
        """Return the number of what is judged of each item of an edge."""
        network = self.network
        layers, depth = network.layers(edge >> 1), depths(states)
        found = {}
        for item in bits(items):
            protection = layers.get(item)
            here = bool(held >> item & 1)
            seals = (0, 0, False, False) if protection is None else self._protected(edge, item, protection, states)
            memo = (item, here, depth[item], seals)
            number = self.item_memo.get(memo)
            if number is None:
                number = self.item_memo[memo] = self.number(self._item(item, here, depth[item], seals))
            found[item] = number
        return found

    def _protected(self, edge: int, item: int, protection: Layers, states: States) -> tuple[int, int, bool, bool]:
        """Return the missing seals and signatures of an item, and whether it is signed and verified."""
        network, wires = self.network, self.wires
        sender, receiver = network.components[wires.sender(edge)], network.components[wires.receiver(edge)]
        stacks = [stack for stack, here in states if here >> item & 1]
        missing = {
            key
            for key in protection.seals
            if network.key_names[key] not in sender.seals_with and any(key not in stack for stack in stacks)
        }
        signatures = {network.key_names[key] for key in protection.signs}
        given = signatures & {*sender.signs_with}
        return len(missing), len(signatures - given), bool(given), bool(given & {*receiver.verifies_with})

    def _item(self, item: int, held: bool, depth: int, protected: tuple[int, int, bool, bool]) -> _Sent:
        network = self.network
        data = network.data[item]
        return _Sent(
            label=network.labels[item],
            labelled=bool(network.labelled >> item & 1),
            held=held,
            depth=depth,
            unheld_seals=protected[0],
            unheld_signatures=protected[1],
            signed=protected[2],
            verified=protected[3],
            identifiers=0 if data is None else len(data.identifiers),
            sensitive_fields=0 if data is None else len(data.sensitive_fields),
            key_material=item >= network.data_count,
        )

    def number(self, sent: _Sent) -> int:
        """Return the number of what is judged of an item."""
        found = self.sent_numbers.get(sent)
        if found is None:
            found = self.sent_numbers[sent] = len(self.sent)
            self.sent.append(sent)
        return found

    def kind(self, flow: int) -> int:
        """Return the number of what all rows of a flow have in common; the one after it is for the way back."""
        network = self.network
        source, target = network.source[flow], network.target[flow]
        zones = network.zone_of[source], network.zone_of[target]
        names = network.zone_names
        transit = network.postures.transit(network.flows[flow], names[zones[0]], names[zones[1]]).part
        for sender, receiver in ((source, target), (target, source)):
            self.kinds.append(
                _Kind(
                    channels=channels(transit.channel, network.hops.get(flow, ())),
                    trusts=(network.trust[sender], network.trust[receiver]),
                    crosses_zones=zones[0] != zones[1],
                    crosses_tenants=network.tenant_of[source] != network.tenant_of[target],
                    storage=network.flows[flow].of is not UNSET,
                )
            )
        return len(self.kinds) - 2

    def shape(self, kind: int, channel: str, number: int) -> int:
        """Return the shape of one row."""
        found = self.shape_memo.get((kind, channel, number))
        if found is None:
            common, sent = self.kinds[kind], self.sent[number]
            found = self.shape_memo[kind, channel, number] = self.builder.shape(
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
