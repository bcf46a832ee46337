"""What the host knows of each wire: how its item comes to the sender, and where the channel is declared."""

from __future__ import annotations

from limen.analysis.arrivals import arrival_steps
from limen.analysis.exposure import sealed
from limen.analysis.network import bits
from limen.analysis.tables import TableBuilder
from limen.analysis.wire import Wires
from limen.records.subjects import ABSENT, Detail, Step


class WireDetails:
    """Details by the index of the subject, computed late."""

    def __init__(self, wires: Wires, builder: TableBuilder) -> None:
        """Keep the wires, and the codes of the identities that are being built."""
        self.wires = wires
        self.codes = builder.codes

    def __call__(self, index: int) -> Detail:
        """Return the detail of a subject."""
        wires, network = self.wires, self.wires.exposures.network
        flow, way, segment, item, mark = (codes[index] for codes in self.codes)
        edge, declared = flow * 2 + way, network.flows[flow]
        assumed = mark != ABSENT or wires.assumed(edge)
        sender, receiver = (network.component_names[end] for end in (wires.sender(edge), wires.receiver(edge)))
        everything = item == len(network.item_names)
        name = "everything" if everything else network.item_names[item]
        title = f"{name}: {sender} → {receiver}" + (f", segment {segment + 1}" if flow in network.hops else "")
        zones = [network.zone_names[network.zone_of[end[flow]]] for end in (network.source, network.target)]
        posture = network.postures.transit_provenance(declared, zones[0], zones[1])
        channel = posture["in_transit.channel"]
        if segment:
            channel = f"{channel}; via of flow {declared.id}"
        labelled = not everything and network.labelled >> item & 1
        if everything:
            item = self._worst(edge)
        return Detail(
            path=("flows", declared.id),
            title=title,
            crossing=declared.id,
            witness=self.witness(edge, item, assumed=assumed),
            provenance={
                "channel": channel,
                "label": f"data {name}" if labelled else "what could move" if everything else "not declared",
            },
        )

    def _worst(self, edge: int) -> int:
        """Return the item with the highest label among those that could move; -1 for none."""
        network = self.wires.exposures.network
        return max(bits(self.wires.items[edge]), key=lambda item: (*network.labels[item], -item), default=-1)

    def witness(self, edge: int, item: int, *, assumed: bool) -> tuple[Step, ...]:
        """Return a shortest way of an item to the receiver in the least sealed state; empty where it can't be sent."""
        wires, exposures = self.wires, self.wires.exposures
        sender, special = wires.sender(edge), wires.special.get(edge)
        found = []
        for node in exposures.nodes[sender] if item >= 0 else ():
            if not exposures.items(node, assumed=assumed) >> item & 1:
                continue
            if special is not None and not special.passes(exposures.tenant[node]):
                continue
            stack = exposures.states[exposures.state[node]]
            for pushed, keys in () if special is None else special.pushes:
                if pushed >> item & 1:
                    stack = sealed(stack, keys)
            arrival = (node, edge, exposures.state_number[stack])
            found.append((len(stack), arrival_steps(exposures, wires.receiver(edge), item, arrival, plain=False)))
        if not found:
            return ()
        return min(found, key=lambda way: (way[0], len(way[1])))[1]
