"""The subjects of kind transformation: `component/action/item/means`, where the means are a key, a flow or sources."""

from __future__ import annotations

from msgspec import UNSET

from limen.analysis.kinds.data import TransformationSubject
from limen.analysis.lattice import Point, below
from limen.analysis.network import NONE, bits
from limen.analysis.tables import TableBuilder
from limen.analysis.transformations import Transformation, transformations
from limen.analysis.wire import Wires
from limen.analysis.witness import assumed_flow, witness_of
from limen.records.subjects import ABSENT, Detail, Step, SubjectTable

ACTIONS = ("seal", "open", "terminate", "reestablish", "produce", "reverse")
"""What can happen to an item, in the order of the codes."""
DECLASSIFYING = ("tokenise", "redact", "aggregate")
"""Ways of making an item that may have a lower label than its sources."""


def transformation_table(wires: Wires) -> SubjectTable:
    """Return the subjects of all transformations, by component."""
    return _Writer(wires).table()


class _Writer:
    """Fills the table and keeps what its details need; one use."""

    def __init__(self, wires: Wires) -> None:
        self.wires = wires
        self.exposures = wires.exposures
        self.network = wires.exposures.network
        self.found = transformations(wires)
        self.shapes: dict[tuple[object, ...], int] = {}

    def table(self) -> SubjectTable:
        """Return all subjects."""
        network, builder = self.network, TableBuilder("transformation", 4)
        means: dict[str, int] = {}
        for one in self.found:
            builder.add(
                self.shape(builder, one),
                one.component,
                ACTIONS.index(one.action),
                one.item,
                means.setdefault(one.means, len(means)),
                assumed=self.cause(one) if one.assumed else ABSENT,
            )
        names = (network.component_names, ACTIONS, network.item_names, tuple(means))
        any_assumed = self.exposures.edges.any_assumed
        return builder.finish(names, self.detail, tuple(flow.id for flow in network.flows) if any_assumed else ())

    def shape(self, builder: TableBuilder, one: Transformation) -> int:
        """Return the shape of a transformation's subject."""
        network = self.network
        after, trust = network.labels[one.item], network.trust[one.component]
        if one.product == NONE:
            memo: tuple[object, ...] = (one.action, after, trust)
            found = self.shapes.get(memo)
            if found is None:
                found = self.shapes[memo] = builder.shape(self.subject(one.action, after, after, trust))
            return found
        declared = network.components[one.component].produces[one.product]
        sources = self.exposures.products[one.component][one.product].sources
        before = network.label_of(sources)
        return builder.shape(
            TransformationSubject(
                action=one.action,
                how=declared.how,
                lowers=not below(before, after),
                approved=declared.approved_by is not UNSET,
                keyed=declared.key is not UNSET,
                declassifies=declared.how in DECLASSIFYING,
                tokens=all((data := network.data[item]) is not None and data.token for item in bits(sources)),
                before=network.lattice.part(before),
                after=network.lattice.part(after),
                trust=trust,
                possible=one.possible,
            )
        )

    def subject(self, action: str, before: Point, after: Point, trust: int) -> TransformationSubject:
        """Return the input for a change of state, which leaves the label as it is."""
        lattice = self.network.lattice
        return TransformationSubject(
            action=action,
            lowers=False,
            approved=False,
            keyed=action in ("seal", "open"),
            declassifies=False,
            tokens=False,
            before=lattice.part(before),
            after=lattice.part(after),
            trust=trust,
            possible=True,
        )

    def cause(self, one: Transformation) -> int:
        """Return a flow that does not say what it carries and without which a transformation would not be possible."""
        if one.flow != NONE and not self.network.carriage_declared[one.flow]:
            return one.flow
        exposures = self.exposures
        wanted = 1 << one.item
        if one.product != NONE:
            wanted = exposures.products[one.component][one.product].sources
        for node in exposures.nodes[one.component]:
            if self._fits(one, exposures.states[exposures.state[node]]):
                for item in bits(exposures.have[node] & ~exposures.items(node, assumed=False) & wanted):
                    return assumed_flow(exposures, node, item)
        return self.network.carriage_declared.find(0)

    def detail(self, index: int) -> Detail:
        """Return what the host knows of a subject."""
        network, one = self.network, self.found[index]
        place, item = network.component_names[one.component], network.item_names[one.item]
        provenance = {"trust": f"zone {network.components[one.component].zone}"}
        path: tuple[str | int, ...] = ("components", place)
        if one.product != NONE:
            path = ("components", place, "produces", one.product)
            provenance["before"] = f"data {', '.join(network.components[one.component].produces[one.product].sources)}"
        elif one.action in ("terminate", "reestablish"):
            path = ("flows", network.flows[one.flow].id)
        provenance["after"] = f"data {item}" if network.labelled >> one.item & 1 else "not declared"
        return Detail(
            path=path,
            title=f"{place}: {one.action} {item} ({one.means})",
            crossing=network.flows[one.flow].id if one.flow != NONE else "",
            witness=self.witness(one),
            provenance=provenance,
        )

    def witness(self, one: Transformation) -> tuple[Step, ...]:
        """Return a way of the item, or the longest of the ways of a product's sources, to where it is changed."""
        exposures = self.exposures
        wanted = [one.item]
        if one.product != NONE:
            wanted = list(bits(exposures.products[one.component][one.product].sources))
        ways = []
        for item in wanted:
            here = [
                witness_of(exposures, node, item)
                for node in exposures.nodes[one.component]
                if exposures.have[node] >> item & 1 and self._fits(one, exposures.states[exposures.state[node]])
            ]
            if not here:
                return ()
            ways.append(min(here, key=len))
        return max(ways, key=len)

    def _fits(self, one: Transformation, stack: tuple[int, ...]) -> bool:
        """Return whether an item in a state is what a transformation starts from."""
        if one.product != NONE:
            return not stack
        if one.action == "open":
            return bool(stack) and self.network.key_names[stack[0]] == one.means
        if one.action == "seal":
            return self.network.key_index[one.means] not in stack
        return True
