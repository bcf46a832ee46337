"""The subjects of kind wire: one for each flow, direction, segment between hops, and item.

Its identity is `flow/direction/segment/item`; segments are counted from the flow's source, both ways. A flow that
does not say what it carries has one subject for each direction and segment, with the item `*`. Where only assumed
facts show an item in plaintext, a further subject has `assumed` as its fifth part.
"""

from __future__ import annotations

from array import array

import msgspec
from msgspec import UNSET

from limen.analysis.flow_columns import Hop, union
from limen.analysis.kinds.data import WireSubject
from limen.analysis.lattice import Point, join
from limen.analysis.network import Layers, bits
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
    """What all rows of one segment have in common."""

    channel: str
    trusts: tuple[int, int]
    """Trust of the sender's and of the receiver's zone."""
    crosses_zones: bool
    crosses_tenants: bool
    storage: bool


_Protected = tuple[int, int, bool, bool, bool]
"""Missing seals and signatures; whether the item is signed, verified, and could be verified."""
_BARE: _Protected = (0, 0, False, False, False)


class _Writer:
    """Fills the table; one use.

    What a segment is like and what is sent over it are numbered apart, so that either is worked out once.
    """

    def __init__(self, wires: Wires) -> None:
        self.wires = wires
        network = self.network = wires.exposures.network
        self.builder = TableBuilder("wire", 5)
        self.star = len(network.item_names)
        self.kinds: list[_Kind] = []
        self.sent: list[_Sent] = []
        self.sent_numbers: dict[_Sent, int] = {}
        self.item_memo: dict[tuple[int, bool, int, _Protected], int] = {}
        self.items_memo: dict[tuple[object, ...], list[tuple[int, int]]] = {}
        self.key_class = classes((one.seals_with, one.signs_with, one.verifies_with) for one in network.components)
        self.signed_memo: dict[int, int] = {}
        self.readable: dict[tuple[int, bool], int] = {}
        self.shapes: dict[int, int] = {}
        self.edges: list[int] = []
        self.places: dict[int, int] = {}
        self.marks: dict[int, int] = {}
        self.assumed: dict[int, int] = {}

    def table(self) -> SubjectTable:
        """Return all subjects."""
        wires, network, builder = self.wires, self.network, self.builder
        items, declared, back = wires.items, network.carriage_declared, network.assumed_back
        places = classes(zip(network.zone_of, network.tenant_of, strict=True))
        source, target, hops = network.source, network.target, network.hops
        kinds: dict[tuple[object, ...], tuple[list[int], list[int]]] = {}
        for flow, written in enumerate(network.flows):
            # By identity: loading makes equal declarations the same object, which the declaration keeps alive.
            alike = (places[source[flow]], places[target[flow]], id(written.in_transit), written.of, hops.get(flow))
            kind = kinds.get(alike)
            if kind is None:
                kind = kinds[alike] = self.segments(flow, 0), self.segments(flow, 1)
            forward = flow * 2
            if items[forward] or not declared[flow]:
                self.write(forward, kind[0], assumed=not declared[flow])
            if items[forward + 1] or back[flow]:
                self.write(forward + 1, kind[1], assumed=bool(back[flow]))
        self.fill()
        ids = tuple(flow.id for flow in network.flows)
        longest = max((len(hops) for hops in network.hops.values()), default=0)
        segments = tuple(str(number) for number in range(1, longest + 2))
        return builder.finish(
            (ids, DIRECTIONS, segments, (*network.item_names, "*"), ("assumed",)),
            WireDetails(wires, builder),
            ids if wires.exposures.edges.any_assumed else (),
        )

    def fill(self) -> None:
        """Fill the columns that follow from the rows, or are the same for nearly all."""
        builder = self.builder
        flows, ways, segments, _, marks = builder.codes
        flows.extend([edge >> 1 for edge in self.edges])
        ways.extend([edge & 1 for edge in self.edges])
        for column, usual, others in (
            (segments, 0, self.places),
            (marks, ABSENT, self.marks),
            (builder.assumed, ABSENT, self.assumed),
        ):
            column.extend(array("i", (usual,)) * len(self.edges))
            for row, code in others.items():
                column[row] = code

    def write(self, edge: int, segments: list[int], *, assumed: bool) -> None:
        """Append the subjects of one edge with some kinds of segments."""
        wires = self.wires
        if edge in wires.later:
            self.write_later(edge, segments)
            return
        protection = self.network.flows[edge >> 1].protection
        states = wires.sealed.get(edge)
        memo: tuple[object, ...] = (wires.items[edge], wires.plain[edge], wires.held[edge], assumed)
        if not protection:
            memo = (memo, id(states))
        else:
            sender, receiver = wires.sender(edge), wires.receiver(edge)
            signed = self.signed(edge)
            readable = signed and signed & self.read(receiver, assumed=assumed)
            memo = (memo, self.key_class[sender], self.key_class[receiver], id(states), id(protection), readable)
        sent = self.items_memo.get(memo)
        if sent is None:
            sent = self.items_memo[memo] = self.items(edge, assumed=assumed)
        self.append(edge, segments, sent, edge >> 1 if assumed else ABSENT)

    def append(
        self, edge: int, segments: list[int], sent: list[tuple[int, int]], assumed: int, mark: int = ABSENT
    ) -> None:
        """Append the rows of some items, segment by segment."""
        builder, shapes, edges = self.builder, self.shapes, self.edges
        first = len(edges)
        for place, kind in enumerate(segments):
            if place:
                self.places.update(dict.fromkeys(range(len(edges), len(edges) + len(sent)), place))
            for item, number in sent:
                shape = shapes.get(number << 32 | kind)
                if shape is None:
                    shape = shapes[number << 32 | kind] = self.shape(kind, number)
                builder.shapes.append(shape)
                builder.codes[3].append(item)
                edges.append(edge)
        if assumed != ABSENT:
            self.assumed.update(dict.fromkeys(range(first, len(edges)), assumed))
        if mark != ABSENT:
            self.marks.update(dict.fromkeys(range(first, len(edges)), mark))

    def signed(self, edge: int) -> int:
        """Return the items that an edge's flow declares a signature over."""
        layers = self.network.layers(edge >> 1)
        found = self.signed_memo.get(id(layers))
        if found is None:
            found = self.signed_memo[id(layers)] = union(1 << item for item, one in layers.items() if one.signs)
        return found

    def read(self, component: int, *, assumed: bool) -> int:
        """Return the items that can be in plaintext at a component."""
        found = self.readable.get((component, assumed))
        if found is None:
            found = self.wires.exposures.plaintext(component, assumed=assumed)
            self.readable[component, assumed] = found
        return found

    def write_later(self, edge: int, segments: list[int]) -> None:
        """Append the subjects of an edge over which assumed facts show more."""
        wires = self.wires
        items, held, later = wires.items[edge], wires.held[edge], wires.later[edge]
        certain = self.sent_items(edge, items, held, wires.states(edge), assumed=False)
        every = self.sent_items(edge, items, items & (held | later), wires.states(edge, assumed=True), assumed=True)
        for item in bits(items):
            if held >> item & 1 or not later >> item & 1:
                self.append(edge, segments, [(item, certain[item])], ABSENT)
            if later >> item & 1:
                mark = 0 if held >> item & 1 else ABSENT
                self.append(edge, segments, [(item, every[item])], cause(wires, edge, item), mark)

    def items(self, edge: int, *, assumed: bool) -> list[tuple[int, int]]:
        """Return the items of an edge by what is certain; of an assumed one a row for all that could move."""
        wires = self.wires
        sent = self.sent_items(edge, wires.items[edge], wires.held[edge], wires.states(edge), assumed=assumed)
        if assumed:
            return [(self.star, self.number(_all([self.sent[number] for number in sent.values()])))]
        return list(sent.items())

    def sent_items(self, edge: int, items: int, held: int, states: States, *, assumed: bool) -> dict[int, int]:
        """Return the number of what is judged of each item of an edge."""
        network = self.network
        layers, depth = network.layers(edge >> 1), depths(states)
        readable = self.read(self.wires.receiver(edge), assumed=assumed) if layers else 0
        found = {}
        for item in bits(items):
            protection = layers.get(item)
            here = bool(held >> item & 1)
            seals = _BARE
            if protection is not None:
                stacks = [stack for stack, inside in states if inside >> item & 1]
                seals = self._protected(edge, protection, stacks, readable=bool(readable >> item & 1))
            memo = (item, here, depth[item], seals)
            number = self.item_memo.get(memo)
            if number is None:
                number = self.item_memo[memo] = self.number(self._item(item, here, depth[item], seals))
            found[item] = number
        return found

    def _protected(self, edge: int, protection: Layers, stacks: list[tuple[int, ...]], *, readable: bool) -> _Protected:
        """Return what is judged of an item's protection, given its states on the wire."""
        network, wires = self.network, self.wires
        sender, receiver = network.components[wires.sender(edge)], network.components[wires.receiver(edge)]
        missing = {
            key
            for key in protection.seals
            if network.key_names[key] not in sender.seals_with and any(key not in stack for stack in stacks)
        }
        signatures = {network.key_names[key] for key in protection.signs}
        given = signatures & {*sender.signs_with}
        verified = bool(given & {*receiver.verifies_with})
        return len(missing), len(signatures - given), bool(given), verified, bool(given) and readable

    def _item(self, item: int, held: bool, depth: int, protected: _Protected) -> _Sent:
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
            verifiable=protected[4],
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

    def segments(self, flow: int, way: int) -> list[int]:
        """Return the kind of each segment of a flow in one direction."""
        network = self.network
        source, target = network.source[flow], network.target[flow]
        zones = network.zone_of[source], network.zone_of[target]
        names = network.zone_names
        transit = network.postures.transit(network.flows[flow], names[zones[0]], names[zones[1]]).part
        trusts = network.trust[source], network.trust[target]
        first = len(self.kinds)
        self.kinds.extend(
            _Kind(
                channel=channel,
                trusts=(trusts[1], trusts[0]) if way else trusts,
                crosses_zones=zones[0] != zones[1],
                crosses_tenants=network.tenant_of[source] != network.tenant_of[target],
                storage=network.flows[flow].of is not UNSET,
            )
            for channel in channels(transit.channel, network.hops.get(flow, ()))
        )
        return list(range(first, len(self.kinds)))

    def shape(self, kind: int, number: int) -> int:
        """Return the shape of one row."""
        common, sent = self.kinds[kind], self.sent[number]
        return self.builder.shape(
            WireSubject(
                label=self.network.lattice.part(sent.label),
                labelled=True if sent.labelled else UNSET,
                plaintext=not sent.depth,
                depth=sent.depth,
                held=sent.held,
                channel=common.channel,
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
