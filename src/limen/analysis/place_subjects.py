"""Subjects of kinds zone and data: places of like security, and what moves between them."""

from __future__ import annotations

from collections import Counter
from itertools import chain

from msgspec import UNSET

from limen.analysis.borders import Borders
from limen.analysis.exposure import Exposures
from limen.analysis.field_names import PERSONAL, PRODUCT, TOKEN_SUFFIX, plain
from limen.analysis.flow_columns import union
from limen.analysis.given import given, seconds
from limen.analysis.kinds.data import DataSubject
from limen.analysis.kinds.places import ZoneSubject
from limen.analysis.listing import listed
from limen.analysis.network import Network
from limen.analysis.recording import Recording
from limen.analysis.standing import Standings
from limen.analysis.traffic import Traffic
from limen.model.data import DataItem
from limen.records.subjects import Detail, SubjectTable

MANIFESTATION = frozenset({"printed_name", "signed_at", "meaning", "content_digest"})
"""Fields that make a signature readable by people and bind it to its record (21 CFR 11.50 and 11.70)."""


def zone_table(network: Network, borders: Borders, exposures: Exposures) -> SubjectTable:
    """Return the table of declared zones, in the order of the declaration."""
    declaration = network.declaration
    members = Counter(network.zone_of)
    pairs = Counter(
        (network.zone_of[source], network.zone_of[target])
        for source, target in zip(network.source, network.target, strict=True)
    )
    ended = Counter(assertion.never.target for assertion in declaration.assertions)
    standings = Standings(exposures)
    entering: Counter[int] = Counter()
    for (source, target), number in pairs.items():
        for zone in borders.between(source, target).entered:
            entering[zone] += number
    subjects = []
    for name, zone_declared in declaration.zones.items():
        index = network.zone_index[name]
        outer = UNSET if zone_declared.within is UNSET else declaration.zones.get(zone_declared.within, UNSET)
        callers = () if zone_declared.callers is UNSET else zone_declared.callers
        subject = given(
            ZoneSubject,
            trust=zone_declared.trust,
            cleared=zone_declared.clearance is not UNSET,
            clearance=network.lattice.part(network.lattice.clearance(zone_declared.clearance)),
            callers_declared=zone_declared.callers is not UNSET,
            anonymous="anyone" in callers,
            rate_limited=zone_declared.rate_limited,
            asserted=ended[name] + ended[f"zone:{name}"],
            segmented=zone_declared.segment is not UNSET,
            nested=zone_declared.within is not UNSET,
            trust_gain=0 if outer is UNSET else zone_declared.trust - outer.trust,
            components=members[index],
            entering_flows=entering[index],
            standing=standings.part(index, zone_declared),
        )
        subjects.append(((name,), subject))
    names = list(declaration.zones)

    def details(index: int) -> Detail:
        title = declaration.zones[names[index]].title
        return Detail(path=("zones", names[index]), title=f"zone {names[index]}" if title is UNSET else title)

    return listed("zone", 1, subjects, details)


def data_table(network: Network, exposures: Exposures, traffic: Traffic, recording: Recording) -> SubjectTable:
    """Return the table of declared data items, in the order of the declaration."""
    stored: Counter[str] = Counter()
    validated: Counter[str] = Counter()
    classified: Counter[str] = Counter()
    for component in network.components:
        stored.update(set(component.stores))
        if component.ingress is not UNSET:
            validated.update(set(component.ingress.validates))
            classified.update(set(component.ingress.classifies))
    signatures = {
        product.data for component in network.components for product in component.produces if product.how == "sign"
    }
    logged = [exposures.held(keeper, assumed=True) | network.stored[keeper] for keeper in sorted(recording.keepers)]
    items = network.declaration.data.values()
    marked = set(map(plain, chain(PERSONAL, PRODUCT, *(item.identifiers for item in items))))
    sensitive = set(map(plain, chain(PERSONAL, *(item.sensitive_fields for item in items))))
    published = union(traffic.departing)
    asserted = Counter(
        assertion.never.data for assertion in network.declaration.assertions if assertion.never.state == "any"
    )

    def unmarked(item: DataItem) -> tuple[list[str], list[str]]:
        identifying = {field for field in item.fields if plain(field) in marked}
        secret = {field for field in item.fields if plain(field) in sensitive}
        return (sorted(identifying - set(item.identifiers)), sorted(secret - set(item.sensitive_fields)))

    subjects = []
    for name, item in network.declaration.data.items():
        index = network.item_index[name]
        subject = given(
            DataSubject,
            labelled=item.label is not UNSET,
            label=network.lattice.part(network.labels[index]),
            identifiers=len(set(item.identifiers)),
            sensitive_fields=len(set(item.sensitive_fields)),
            unmarked_identifiers=len(unmarked(item)[0]),
            unmarked_sensitive=len(unmarked(item)[1]),
            token_fields=sum(plain(field).endswith(TOKEN_SUFFIX) for field in set(item.fields)),
            published=bool(published >> index & 1),
            asserted=asserted[name],
            retained=item.retention is not UNSET,
            retention=seconds(item.retention),
            signature=name in signatures,
            manifestation=tuple(sorted(MANIFESTATION & set(item.fields))),
            token=item.token,
            stored=stored[name],
            ledger_stored=sum(held >> index & 1 for held in logged),
            moved=traffic.movers[index],
            requires_integrity=item.requires_integrity,
            validated=validated[name],
            classified=classified[name],
            enters=traffic.bringers[index],
        )
        subjects.append(((name,), subject))
    names = list(network.declaration.data)

    def details(index: int) -> Detail:
        title = network.declaration.data[names[index]].title
        identifiers, sensitive_fields = unmarked(network.declaration.data[names[index]])
        named = (("identifiers", identifiers), ("sensitive_fields", sensitive_fields))
        return Detail(
            path=("data", names[index]),
            title=f"data {names[index]}" if title is UNSET else title,
            provenance={field: "not " + ", ".join(fields) for field, fields in named if fields},
        )

    return listed("data", 1, subjects, details)
