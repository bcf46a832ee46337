"""Subjects of kind component: what each can hold, open, seal and tell apart, and how it is protected."""

from __future__ import annotations

from collections import Counter

from msgspec import UNSET, UnsetType

from limen.analysis.claims import BROKER_PROTOCOLS
from limen.analysis.exposure import Exposures
from limen.analysis.given import given
from limen.analysis.keeping import copied_items
from limen.analysis.kinds.places import ComponentSubject, IngressPart, IsolationPart
from limen.analysis.lattice import BOTTOM
from limen.analysis.listing import listed
from limen.analysis.movement import Movement
from limen.analysis.network import NONE, Network, bits
from limen.analysis.probe_subjects import named_target
from limen.analysis.recording import Recording
from limen.analysis.signing import signed_items
from limen.analysis.tenant_holdings import Holdings
from limen.analysis.traffic import Traffic
from limen.analysis.use import Uses
from limen.model.places import Ingress
from limen.records.subjects import Detail, SubjectTable

ISOLATION_FIELDS = ("row_level_security", "tenant_predicate", "tenant_keys")
"""What a component may say of how it keeps tenants apart."""
PRODUCT_IDENTIFIERS = frozenset({"ndc", "gtin", "serial", "npi", "dea"})
"""Identifiers of products and registrants."""
CANONICAL_IDENTIFIERS = frozenset({"ndc", "gtin", "npi", "dea"})
"""Of those, the ones that are written in several ways and have one canonical form."""


def component_table(
    movement: Movement, exposures: Exposures, traffic: Traffic, recording: Recording, holdings: Holdings
) -> SubjectTable:
    """Return the table of components, in the order of the declaration."""
    return _Components(movement, exposures, traffic, recording, holdings).table()


class _Components:
    """The components of one network; one use."""

    def __init__(
        self, movement: Movement, exposures: Exposures, traffic: Traffic, recording: Recording, holdings: Holdings
    ) -> None:
        self.movement = movement
        self.network = movement.network
        self.exposures = exposures
        self.traffic = traffic
        self.recording = recording
        self.holdings = holdings
        self.identities = Counter(
            component.identity for component in self.network.components if component.identity is not UNSET
        )
        self.quarantines = {
            self.network.component_index[component.ingress.quarantine]
            for component in self.network.components
            if component.ingress is not UNSET
            and component.ingress.quarantine is not UNSET
            and component.ingress.quarantine in self.network.component_index
        }
        self.custodians = _custodians(self.network)
        self.probes = _probes(self.network)
        self.brokers = _brokers(self.network)
        net = self.network
        self.copied = copied_items(
            len(net.components), net.flows, (net.source, net.target), (net.carried, net.returned)
        )
        self.uses = Uses(movement, exposures, traffic)
        self.role_counts: dict[tuple[str, ...], tuple[int, int, int]] = {}
        # By identity: loading makes equal declarations the same object, which the declaration keeps alive.
        self.isolations: dict[int, IsolationPart] = {}
        self.ingresses: dict[tuple[int, int], IngressPart] = {}

    def table(self) -> SubjectTable:
        """Return the table."""
        names = self.network.component_names
        subjects = (((name,), self.subject(index)) for index, name in enumerate(names))
        return listed("component", 1, subjects, self.details)

    def subject(self, index: int) -> ComponentSubject:
        """Return one component as rules see it."""
        network, traffic = self.network, self.traffic
        component, name = network.components[index], network.component_names[index]
        known, human, unknown = self.roles(component.roles)
        plain = self.exposures.plaintext(index, assumed=True)
        stored = network.kept[index]
        relayed = self.relayed(index)
        identity = component.identity
        return ComponentSubject(
            trust=network.trust[index],
            effective_label=network.lattice.part(network.label_of(plain) if plain else BOTTOM),
            holds_plaintext=plain.bit_count(),
            originates=network.originated[index].bit_count(),
            stores=stored.bit_count(),
            stores_undeclared=(stored & plain & ~network.stored[index]).bit_count(),
            stored_label=network.lattice.part(network.label_of(stored) if stored else BOTTOM),
            relays=relayed.bit_count(),
            relays_plaintext=(relayed & plain).bit_count(),
            opens=self.opened(index).bit_count(),
            seals=len(set(component.seals_with)),
            signs=len(set(component.signs_with)),
            produces=len({product.data for product in component.produces}),
            keeps_ledger=index in self.recording.keepers,
            keeps_secrets=index in self.custodians,
            identity=identity is not UNSET,
            same_identity=0 if identity is UNSET else self.identities[identity] - 1,
            opens_flows=len(network.outgoing[index]),
            flows=traffic.flows[index],
            reachable=index in traffic.reached or bool(network.originated[index] | network.stored[index]),
            roles=known + unknown,
            human_roles=human,
            unknown_roles=unknown,
            tenant=network.tenant_of[index] != NONE,
            tenants_held=self.holdings.held[index].bit_count(),
            tenants_stored=self.holdings.stored[index].bit_count(),
            partitioned=component.partitions_by is not UNSET,
            isolation=self.isolation(index),
            at_rest=network.postures.at_rest(name, component),
            processing=network.postures.processing(component),
            ingress=self.ingress(index),
            entry=index in traffic.entry,
            egress=index in traffic.egress,
            egress_items=traffic.departing[index].bit_count(),
            egress_unsigned=traffic.unsigned[index].bit_count(),
            brokered=index in self.brokers,
            copies=self.copied[index].bit_count(),
            probes=tuple(sorted(self.probes[index])),
            quarantine=index in self.quarantines,
            quarantine_writer_reads=len(self.read_by_writers(index)) if index in self.quarantines else 0,
            use=self.uses.part(index),
        )

    def roles(self, names: tuple[str, ...]) -> tuple[int, int, int]:
        """Return the numbers of declared roles, of those that people have, and of undeclared ones."""
        found = self.role_counts.get(names)
        if found is None:
            roles = [self.network.declaration.roles.get(name) for name in dict.fromkeys(names)]
            human = sum(role is not None and role.subjects == "human" for role in roles)
            found = self.role_counts[names] = (len(roles) - roles.count(None), human, roles.count(None))
        return found

    def relayed(self, index: int) -> int:
        """Return the items that arrive and leave again and are nothing of the component's own."""
        network = self.network
        own = network.originated[index] | network.stored[index]
        for product in network.components[index].produces:
            own |= 1 << network.item_index[product.data]
        return self.traffic.arriving[index] & self.traffic.leaving[index] & ~own

    def opened(self, index: int) -> int:
        """Return the keys that a component opens with, those that they wrap included."""
        found = 0
        for name in self.network.components[index].opens_with:
            found |= self.network.wraps[self.network.key_index[name]]
        return found

    def isolation(self, index: int) -> IsolationPart:
        """Return how tenants are kept apart in a component."""
        declared = self.network.components[index].isolation
        found = self.isolations.get(id(declared))
        if found is None:
            stated = {} if declared is UNSET else {name: getattr(declared, name) for name in ISOLATION_FIELDS}
            found = self.isolations[id(declared)] = given(IsolationPart, **stated)
        return found

    def ingress(self, index: int) -> IngressPart:
        """Return what a component does with what comes in from outside."""
        entering, declared = self.traffic.entering[index], self.network.components[index].ingress
        found = self.ingresses.get((entering, id(declared)))
        if found is None:
            found = self.ingresses[entering, id(declared)] = self.ingress_of(entering, declared)
        return found

    def ingress_of(self, entering: int, declared: Ingress | UnsetType) -> IngressPart:
        """Return what is done with some items that come in from outside."""
        network = self.network
        identifiers = {
            identifier
            for item in bits(entering)
            if (data := network.data[item]) is not None
            for identifier in data.identifiers
        }
        if declared is UNSET:
            validated = classified = 0
            canonical: frozenset[str] = frozenset()
        else:
            validated, classified = network.mask(declared.validates), network.mask(declared.classifies)
            canonical = frozenset(declared.canonicalises)
        return IngressPart(
            declared=declared is not UNSET,
            unvalidated=(entering & ~validated).bit_count(),
            unclassified=(entering & ~classified).bit_count(),
            canonicalises=len(canonical),
            product_identifiers=len(identifiers & PRODUCT_IDENTIFIERS),
            uncanonical=len((identifiers & CANONICAL_IDENTIFIERS) - canonical),
            quarantine=declared is not UNSET and declared.quarantine is not UNSET,
            refuses=() if declared is UNSET else tuple(sorted(set(declared.refuses))),
        )

    def read_by_writers(self, quarantine: int) -> list[int]:
        """Return the stores of other trusted zones from which a component that writes to a quarantine can read."""
        network, movement = self.network, self.movement
        writers = {network.source[flow] for flow in network.incoming[quarantine] if movement.moves_forward(flow)}
        writers |= {network.target[flow] for flow in network.outgoing[quarantine] if movement.moves_back(flow)}
        found: set[int] = set()
        for writer in writers:
            found |= {network.target[flow] for flow in network.outgoing[writer] if movement.moves_back(flow)}
            found |= {network.source[flow] for flow in network.incoming[writer] if movement.moves_forward(flow)}
        return sorted(
            store
            for store in found
            if network.stored[store] and network.trust[store] and network.zone_of[store] != network.zone_of[quarantine]
        )

    def unsigned(self, index: int) -> list[str]:
        """Return what leaves a component for trust 0 without a signature of its own, as item on flow."""
        network, movement = self.network, self.movement
        found = []
        if self.traffic.unsigned[index]:
            for flow in sorted({*network.outgoing[index], *network.incoming[index]}):
                out = network.source[flow] == index
                if not network.trust[network.target[flow] if out else network.source[flow]]:
                    left = movement.forward(flow) if out else movement.backward(flow)
                    names = network.names(left & ~signed_items(network, flow, index))
                    found += [f"{name} on {network.flows[flow].id}" for name in names]
        return found

    def details(self, index: int) -> Detail:
        """Return where a component is declared, where its posture comes from, and what the counts are about."""
        network = self.network
        component, name = network.components[index], network.component_names[index]
        provenance = network.postures.component_provenance(name, component)
        entering = self.traffic.entering[index]
        ingress = component.ingress
        validated = 0 if ingress is UNSET else network.mask(ingress.validates)
        classified = 0 if ingress is UNSET else network.mask(ingress.classifies)
        read = self.read_by_writers(index) if index in self.quarantines else []
        named = {
            "holds_plaintext": network.names(self.exposures.plaintext(index, assumed=True)),
            "relays_plaintext": network.names(self.relayed(index) & self.exposures.plaintext(index, assumed=True)),
            "ingress.unvalidated": network.names(entering & ~validated),
            "ingress.unclassified": network.names(entering & ~classified),
            "ingress.validates": network.names(entering & ~validated),
            "ingress.classifies": network.names(entering & ~classified),
            "egress_unsigned": network.names(self.traffic.unsigned[index]),
            "signs_with": self.unsigned(index),
            "tenants_stored": [network.tenant_names[tenant] for tenant in bits(self.holdings.stored[index])],
            "quarantine_writer_reads": [network.component_names[store] for store in read],
        }
        provenance |= {field: ", ".join(names) for field, names in named.items() if names}
        return Detail(
            path=("components", name),
            title=f"component {name}" if component.title is UNSET else component.title,
            provenance=provenance,
            peers=tuple(network.component_names[store] for store in read),
        )


def _brokers(network: Network) -> set[int]:
    """Return the components to which a broker's protocol is spoken, and from which it is, or in whose answers."""
    postures, zone_of, zones = network.postures, network.zone_of, network.zone_names
    spoken: dict[tuple[int, int, int], bool] = {}
    called: set[int] = set()
    calling: set[int] = set()
    for index, (flow, source, target) in enumerate(zip(network.flows, network.source, network.target, strict=True)):
        alike = (id(flow.in_transit), zone_of[source], zone_of[target])
        speaks = spoken.get(alike)
        if speaks is None:
            transit = postures.transit(flow, zones[alike[1]], zones[alike[2]])
            speaks = spoken[alike] = transit.values[0] in BROKER_PROTOCOLS
        if speaks:
            called.add(target)
            calling.add(source)
            if network.returned[index]:
                calling.add(target)
    return called & calling


def _probes(network: Network) -> list[set[str]]:
    """Return the probes that are asked of each component, or of a flow that ends in it."""
    found: list[set[str]] = [set() for _ in network.components]
    for request in network.declaration.probes:
        target, name = named_target(request)
        if target == "component" and name in network.component_index:
            found[network.component_index[name]].add(request.probe)
        elif target == "flow" and name in network.flow_index:
            found[network.target[network.flow_index[name]]].add(request.probe)
    return found


def _custodians(network: Network) -> set[int]:
    """Return the components that keep secrets: the store of `secrets`, and those in which keys lie."""
    declaration = network.declaration
    names = {key.held_by for key in declaration.keys.values() if key.held_by is not UNSET}
    if declaration.secrets is not UNSET and declaration.secrets.store is not UNSET:
        names.add(declaration.secrets.store)
    return {network.component_index[name] for name in names if name in network.component_index}
