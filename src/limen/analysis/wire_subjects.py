"""The subjects of kind wire: one for each flow, direction, segment between hops, and item.

Its identity is `flow/direction/segment/item`; segments are counted from the flow's source, both ways. A flow that
does not say what it carries has one subject for each direction and segment, with the item `*`. Where only assumed
facts show an item in plaintext, a further subject has `assumed` as its fifth part.
"""

from __future__ import annotations

from array import array
from itertools import chain
from typing import NamedTuple, TypeVar

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

_Value = TypeVar("_Value")

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


class _Rows(NamedTuple):
    """Rows that an edge adds to the table."""

    shapes: list[int]
    items: list[int]
    places: list[int]
    """The segment of each row; empty where all are of the first."""
    causes: list[tuple[int, int]]
    """The mark of each row, and the flow that it rests on as an assumption; empty where all are certain."""


_NO_ROWS = _Rows([], [], [], [])
_OWN = -2
"""The cause of a row that rests on its own flow."""

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
        self.kind_numbers: dict[_Kind, int] = {}
        self.routes: list[tuple[int, ...]] = []
        self.route_numbers: dict[tuple[int, ...], int] = {}
        self.sent: list[_Sent] = []
        self.sent_numbers: dict[_Sent, int] = {}
        self.item_memo: dict[tuple[int, bool, int, _Protected], int] = {}
        self.items_memo: dict[tuple[object, ...], list[tuple[int, int]]] = {}
        self.key_class = classes((one.seals_with, one.signs_with, one.verifies_with) for one in network.components)
        self.signed_memo: dict[int, int] = {}
        self.readable: dict[tuple[int, bool], int] = {}
        self.shapes: dict[int, int] = {}

    def table(self) -> SubjectTable:
        """Return all subjects."""
        wires, network, builder = self.wires, self.network, self.builder
        places = classes(zip(network.zone_of, network.tenant_of, strict=True))
        source, target, hops = network.source, network.target, network.hops
        known: dict[tuple[object, ...], tuple[int, int]] = {}
        routes: list[int] = []
        for flow, (written, start, end) in enumerate(zip(network.flows, source, target, strict=True)):
            # By identity: loading makes equal declarations the same object, which the declaration keeps alive.
            alike = (places[start], places[end], id(written.in_transit), written.of, hops.get(flow))
            both = known.get(alike)
            if both is None:
                both = known[alike] = self.route(flow, 0), self.route(flow, 1)
            routes += both
        others = self.others()
        states = [0] * len(routes)
        for edge, sealed in wires.sealed.items():
            states[edge] = id(sealed)
        memo: dict[tuple[object, ...], _Rows] = {}
        every: list[_Rows] = []
        # What is sealed tells what is in plaintext.
        for edge, like in enumerate(zip(routes, wires.items, wires.held, states, others, strict=True)):
            rows = memo.get(like)
            if rows is None:
                rows = memo[like] = self.edge(edge, routes[edge], like[1:])
            every.append(rows)
        self.fill(every)
        ids = tuple([flow.id for flow in network.flows])
        longest = max((len(hops) for hops in network.hops.values()), default=0)
        segments = tuple(str(number) for number in range(1, longest + 2))
        return builder.finish(
            (ids, DIRECTIONS, segments, (*network.item_names, "*"), ("assumed",)),
            WireDetails(wires, builder),
            ids if wires.exposures.edges.any_assumed else (),
        )

    def others(self) -> list[object]:
        """Return what else tells edges apart: protection, and whether they are assumed or must be seen one by one."""
        wires, network = self.wires, self.network
        found: list[object] = [0] * len(wires.items)
        for flow, written in enumerate(network.flows):
            if protection := written.protection:
                for edge in (flow * 2, flow * 2 + 1):
                    sender, receiver, signed = wires.sender(edge), wires.receiver(edge), self.signed(edge)
                    readable = signed and signed & self.read(receiver, assumed=wires.assumed(edge))
                    found[edge] = (self.key_class[sender], self.key_class[receiver], id(protection), readable)
        if wires.exposures.edges.any_assumed:
            found = [(other, True) if wires.assumed(edge) else other for edge, other in enumerate(found)]
            for edge in wires.later:
                found[edge] = (edge,)
        return found

    def fill(self, every: list[_Rows]) -> None:
        """Fill the columns with the rows of each edge."""
        builder = self.builder
        flows, ways, segments, items, marks = builder.codes
        edges = [edge for edge, rows in enumerate(every) for _ in rows.items]
        builder.shapes.extend(chain.from_iterable([rows.shapes for rows in every]))
        items.extend(chain.from_iterable([rows.items for rows in every]))
        flows.extend([edge >> 1 for edge in edges])
        ways.extend([edge & 1 for edge in edges])
        for column, usual in ((segments, 0), (marks, ABSENT), (builder.assumed, ABSENT)):
            column.extend(array("i", (usual,)) * len(edges))
        if not self.network.hops and not self.wires.exposures.edges.any_assumed:
            return
        row = 0
        for edge, rows in enumerate(every):
            for offset, place in enumerate(rows.places, row):
                segments[offset] = place
            for offset, (mark, flow) in enumerate(rows.causes, row):
                marks[offset] = mark
                builder.assumed[offset] = edge >> 1 if flow == _OWN else flow
            row += len(rows.items)

    def edge(self, edge: int, route: int, memo: tuple[object, ...]) -> _Rows:
        """Return the rows of one edge over a route."""
        wires, assumed = self.wires, self.wires.assumed(edge)
        if not wires.items[edge] and not assumed:
            return _NO_ROWS
        if edge in wires.later:
            return self.later(edge, self.routes[route])
        sent = self.items_memo.get(memo)
        if sent is None:
            sent = self.items_memo[memo] = self.items(edge, assumed=assumed)
        return self.rows(self.routes[route], sent, [(ABSENT, _OWN)] if assumed else [])

    def rows(self, segments: tuple[int, ...], sent: list[tuple[int, int]], cause: list[tuple[int, int]]) -> _Rows:
        """Return the rows of some items, segment by segment; all have one cause, or none."""
        shapes = []
        for kind in segments:
            for _, number in sent:
                shape = self.shapes.get(number << 32 | kind)
                if shape is None:
                    shape = self.shapes[number << 32 | kind] = self.shape(kind, number)
                shapes.append(shape)
        items = [item for item, _ in sent] * len(segments)
        places = [place for place in range(len(segments)) for _ in sent] if len(segments) > 1 else []
        return _Rows(shapes, items, places, cause * len(items))

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

    def later(self, edge: int, segments: tuple[int, ...]) -> _Rows:
        """Return the rows of an edge over which assumed facts show more."""
        wires = self.wires
        items, held, later = wires.items[edge], wires.held[edge], wires.later[edge]
        certain = self.sent_items(edge, items, held, wires.states(edge), assumed=False)
        every = self.sent_items(edge, items, items & (held | later), wires.states(edge, assumed=True), assumed=True)
        found = _Rows([], [], [], [])
        for item in bits(items):
            parts = []
            if held >> item & 1 or not later >> item & 1:
                parts.append(self.rows(segments, [(item, certain[item])], [(ABSENT, ABSENT)]))
            if later >> item & 1:
                mark = 0 if held >> item & 1 else ABSENT
                parts.append(self.rows(segments, [(item, every[item])], [(mark, cause(wires, edge, item))]))
            for part in parts:
                found.shapes.extend(part.shapes)
                found.items.extend(part.items)
                found.places.extend(part.places)
                found.causes.extend(part.causes)
        return found

    def items(self, edge: int, *, assumed: bool) -> list[tuple[int, int]]:
        """Return the items of an edge by what is certain; of an assumed one a row for all that could move."""
        wires = self.wires
        items = wires.items[edge]
        # Where nothing is sealed, all can be in plaintext, which is then the worst whatever else there is.
        sent = self.sent_items(edge, items, wires.held[edge], wires.sealed.get(edge, (((), items),)), assumed=assumed)
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
        return _numbered(sent, self.sent_numbers, self.sent)

    def route(self, flow: int, way: int) -> int:
        """Return the number of the kinds of a flow's segments in one direction."""
        network = self.network
        source, target = network.source[flow], network.target[flow]
        zones = network.zone_of[source], network.zone_of[target]
        names = network.zone_names
        transit = network.postures.transit(network.flows[flow], names[zones[0]], names[zones[1]]).part
        trusts = network.trust[source], network.trust[target]
        kinds = [
            _Kind(
                channel=channel,
                trusts=(trusts[1], trusts[0]) if way else trusts,
                crosses_zones=zones[0] != zones[1],
                crosses_tenants=network.tenant_of[source] != network.tenant_of[target],
                storage=network.flows[flow].of is not UNSET,
            )
            for channel in channels(transit.channel, network.hops.get(flow, ()))
        ]
        route = tuple([_numbered(kind, self.kind_numbers, self.kinds) for kind in kinds])
        return _numbered(route, self.route_numbers, self.routes)

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


def _numbered(value: _Value, numbers: dict[_Value, int], values: list[_Value]) -> int:
    """Return the number of a value, the same for equal ones."""
    found = numbers.get(value)
    if found is None:
        found = numbers[value] = len(values)
        values.append(value)
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
