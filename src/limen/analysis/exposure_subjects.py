"""The subjects of kind exposure: one for each component, item and origin tenant.

Its identity is `component/item/tenant`. Where assumed facts show more than the certain ones, a further subject has
`assumed` as its fourth part, and the flow that does not say what it carries.
"""

from __future__ import annotations

from msgspec import UNSET

from limen.analysis.arrivals import Ways
from limen.analysis.exposure import PLAINTEXT, Exposures
from limen.analysis.exposure_places import FACTS, Place, Places
from limen.analysis.integrity import Integrity
from limen.analysis.kinds.data import ExposureSubject
from limen.analysis.lattice import below
from limen.analysis.network import bits
from limen.analysis.tables import TableBuilder, classes
from limen.analysis.witness import assumed_flow, witness_of
from limen.records.subjects import ABSENT, Detail, Step, SubjectTable


def exposure_table(exposures: Exposures, integrity: Integrity) -> SubjectTable:
    """Return the subjects of all exposures, by component, tenant and facts."""
    return _Writer(exposures, integrity).table()


class _Writer:
    """Fills the table; one use."""

    def __init__(self, exposures: Exposures, integrity: Integrity) -> None:
        self.exposures = exposures
        network = self.network = exposures.network
        self.certain = Places(exposures, integrity, assumed=False)
        self.every = Places(exposures, integrity, assumed=True) if exposures.edges.any_assumed else None
        self.ways = Ways(exposures)
        self.builder = TableBuilder("exposure", 4)
        self.required = sum(
            1 << item
            for item, data in enumerate(network.data)
            if data is not None and data.requires_integrity is not UNSET
        )
        ledgers = {ledger.component for ledger in network.declaration.ledgers.values()}
        self.keeps_ledger = [name in ledgers for name in network.component_names]
        self.component_class = classes(
            (
                network.clearances[index],
                network.cleared[index],
                component.clearance is UNSET or component.clearance.basis is UNSET,
                component.clearance is UNSET,
                network.trust[index],
                self.keeps_ledger[index],
            )
            for index, component in enumerate(network.components)
        )
        self.item_class = classes(
            (
                network.labels[index],
                network.labelled >> index & 1,
                None if data is None else (data.requires_integrity, len(data.identifiers), data.token),
            )
            for index, data in enumerate(network.data)
        )
        self.shapes: dict[tuple[int, int, int], dict[int, int]] = {}

    def table(self) -> SubjectTable:
        """Return all subjects."""
        exposures, network = self.exposures, self.network
        for component in range(len(network.components)):
            for tenant in dict.fromkeys(exposures.tenant[node] for node in exposures.nodes[component]):
                certain = self.certain.place(component, tenant)
                self.write(component, tenant, certain, certain.items, ABSENT)
                if self.every is not None:
                    every = self.every.place(component, tenant)
                    if more := self.more(certain, every):
                        self.write(component, tenant, every, more, 0)
        names = (network.component_names, network.item_names, network.tenant_names, ("assumed",))
        flows = tuple(flow.id for flow in network.flows) if self.every is not None else ()
        details = _Details(exposures, self.ways, self.builder, self.certain, self.every)
        return self.builder.finish(names, details, flows)

    def more(self, certain: Place, every: Place) -> int:
        """Return the items that assumed facts show to be here, in plaintext, arriving so, foreign, or less trusted."""
        found = every.items & ~certain.items
        for name in ("plaintext", "arrives_plaintext", "outside_transfer"):
            found |= every.fact(name) & ~certain.fact(name)
        for value, items in certain.integrity:
            for less, worse in every.integrity:
                if less < value:
                    found |= items & worse & self.required
        return found

    def write(self, component: int, tenant: int, place: Place, items: int, mark: int) -> None:
        """Append the subjects of some items of one place."""
        builder, item_class = self.builder, self.item_class
        written: list[int] = []
        shapes_written: list[int] = []
        for facts, value, here in place.groups(items):
            alike = (self.component_class[component], facts, value)
            shapes = self.shapes.get(alike)
            if shapes is None:
                shapes = self.shapes[alike] = {}
            for item in bits(here):
                shape = shapes.get(item_class[item])
                if shape is None:
                    shape = shapes[item_class[item]] = self.shape(component, item, facts, value)
                shapes_written.append(shape)
                written.append(item)
        count = len(written)
        builder.shapes.extend(shapes_written)
        for column, codes in zip(
            (*builder.codes, builder.assumed),
            (
                [component] * count,
                written,
                [tenant] * count,
                [mark] * count,
                [ABSENT] * count if mark == ABSENT else [self.cause(component, tenant, item) for item in written],
            ),
            strict=True,
        ):
            column.extend(codes)

    def cause(self, component: int, tenant: int, item: int) -> int:
        """Return a flow without which an assumed subject would not be."""
        exposures = self.exposures
        here = [node for node in exposures.nodes[component] if exposures.tenant[node] == tenant]
        for node in sorted(here, key=lambda node: exposures.state[node] != PLAINTEXT):
            if exposures.have[node] >> item & 1 and not exposures.items(node, assumed=False) >> item & 1:
                return assumed_flow(exposures, node, item)
        found = self.ways.assumed_flow(component, item, tenant)
        # Integrity may sink on a longer way; any flow that does not say what it carries may be on it.
        return found if found >= 0 else self.network.carriage_declared.find(0)

    def shape(self, component: int, item: int, facts: int, integrity: int) -> int:
        """Return the shape of a subject with some facts."""
        network = self.network
        data, own = network.data[item], network.components[component].clearance
        label, clearance = network.labels[item], network.clearances[component]
        flags = {name: bool(facts >> bit & 1) for bit, name in enumerate(FACTS)}
        return self.builder.shape(
            ExposureSubject(
                **flags,
                label=network.lattice.part(label),
                labelled=True if network.labelled >> item & 1 else UNSET,
                clearance=network.lattice.part(clearance),
                cleared=True if network.cleared[component] else UNSET,
                basis=own is not UNSET and own.basis is not UNSET,
                own_clearance=own is not UNSET,
                excess=not below(label, clearance),
                trust=network.trust[component],
                integrity=integrity,
                requires_integrity=0 if data is None or data.requires_integrity is UNSET else data.requires_integrity,
                ledger=self.keeps_ledger[component],
                identifiers=0 if data is None else len(data.identifiers),
                token=data is not None and data.token,
            )
        )


class _Details:
    """What the host knows of each subject, computed late."""

    def __init__(
        self, exposures: Exposures, ways: Ways, builder: TableBuilder, certain: Places, every: Places | None
    ) -> None:
        self.exposures = exposures
        self.ways = ways
        self.codes = builder.codes
        self.places = (certain, certain if every is None else every)

    def __call__(self, index: int) -> Detail:
        """Return the detail of a subject."""
        network = self.exposures.network
        component, item, tenant, mark = (codes[index] for codes in self.codes)
        steps = self.witness(component, item, tenant, assumed=mark != ABSENT)
        name, place = network.item_names[item], network.component_names[component]
        title = f"{name} at {place}" + (f", of {network.tenant_names[tenant]}" if tenant >= 0 else "")
        declared = network.components[component]
        if declared.clearance is not UNSET:
            clearance = f"declared on component {place}"
        else:
            clearance = f"zone {declared.zone}" if network.cleared[component] else "not declared"
        source = f"data {name}" if network.data[item] is not None else "what the key seals"
        return Detail(
            path=("components", place),
            title=title,
            crossing=next((step.flow for step in reversed(steps) if step.flow and step.action != "seals"), ""),
            witness=steps,
            provenance={
                "clearance": clearance,
                "label": source if network.labelled >> item & 1 else "not declared",
                "trust": f"zone {declared.zone}",
            },
        )

    def witness(self, component: int, item: int, tenant: int, *, assumed: bool) -> tuple[Step, ...]:
        """Return the way that shows the worst: to arrive outside a transfer, to arrive in plaintext, to be there."""
        exposures = self.exposures
        place = self.places[assumed].place(component, tenant)
        outside, plain = (place.fact(fact) >> item & 1 for fact in ("outside_transfer", "arrives_plaintext"))
        if outside or plain:
            steps = self.ways.witness(
                component, item, tenant, assumed=assumed, outside=bool(outside), plain=bool(plain)
            ) or self.ways.witness(component, item, tenant, assumed=assumed, outside=bool(outside), plain=False)
            if steps:
                return steps
        here = [
            node
            for node in exposures.nodes[component]
            if exposures.tenant[node] == tenant and exposures.items(node, assumed=assumed) >> item & 1
        ]
        plain_nodes = [node for node in here if exposures.state[node] == PLAINTEXT]
        return min((witness_of(exposures, node, item) for node in plain_nodes or here), key=len)
