"""Subjects of kind claim: declared values that reality could contradict, and the probe that could see each."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import Any, NamedTuple

import msgspec
from msgspec import UNSET

from limen.analysis.kinds.structure import ClaimSubject
from limen.analysis.network import Network
from limen.analysis.posture import AT_REST_FIELDS, TRANSIT_PATHS
from limen.analysis.recording import Recording
from limen.analysis.tables import TableBuilder
from limen.model.keys import Key
from limen.model.ledgers import Ledger
from limen.model.scalars import TLS_RANKS, duration_seconds
from limen.records.subjects import Detail, SubjectTable

BROKER_PROTOCOLS = frozenset({"amqp", "amqps", "kafka", "mqtt", "mqtts", "nats", "redis"})
"""Protocols that the brokers probe speaks; the tls probe sees the others."""
SECTIONS = ("flow", "key", "ledger", "component", "system")
"""First parts of claims' names, by code; the section of the declaration is the plural, but for the system."""


class Claim(NamedTuple):
    """One declared value."""

    path: str
    """Path within its section, such as in_transit.tls.min."""
    probe: str
    """The probe that could observe it."""
    value: Any
    """The effective value as JSON knows it: seconds, ranks, sorted lists."""
    inherited: bool
    """Whether a zone gave it."""


class _Requests:
    """What `probes` asks for."""

    def __init__(self, network: Network) -> None:
        self.asked: set[tuple[str, str, str]] = set()
        for request in network.declaration.probes:
            for section, name in (
                ("flow", request.flow),
                ("component", request.component),
                ("key", request.key),
                ("ledger", request.ledger),
            ):
                if name is not UNSET:
                    self.asked.add((request.probe, section, name))
            if (request.flow, request.component, request.key, request.ledger) == (UNSET,) * 4:
                self.asked.add((request.probe, "system", network.declaration.system.id))

    def ask(self, claim: Claim, section: str, name: str) -> bool:
        """Return whether a probe is asked for that could observe a claim of an entry."""
        probes = ("leak", "code") if claim.probe == "leak" else (claim.probe,)
        return any((probe, section, name) in self.asked for probe in probes)


def claim_table(network: Network, recording: Recording) -> SubjectTable:
    """Return the table of claims: those of flows, keys, ledgers, components and of the system, in that order."""
    return _Claims(network, recording).table()


class _Claims:
    """The claims of one declaration; one use."""

    def __init__(self, network: Network, recording: Recording) -> None:
        self.network = network
        self.recording = recording
        self.requests = _Requests(network)
        self.builder = TableBuilder("claim", 3)
        self.names: dict[str, int] = {}
        self.paths: dict[str, int] = {}

    def table(self) -> SubjectTable:
        """Return the table."""
        declaration = self.network.declaration
        self.flows()
        for name, key in declaration.keys.items():
            self.add("key", name, _key_claims(key))
        for name, ledger in declaration.ledgers.items():
            self.add("ledger", name, _ledger_claims(ledger))
        for index, name in enumerate(self.network.component_names):
            self.add("component", name, self.component_claims(index))
        secrets = declaration.secrets
        if secrets is not UNSET and secrets.scanning is not UNSET and secrets.scanning.in_ci is not UNSET:
            claim = Claim("secrets.scanning.in_ci", "secrets", secrets.scanning.in_ci, inherited=False)
            self.add("system", declaration.system.id, [claim])
        return self.builder.finish([SECTIONS, tuple(self.names), tuple(self.paths)], self.details)

    def flows(self) -> None:
        """Add the claims of all flows; flows with the same effective posture share their shapes."""
        network, builder, names = self.network, self.builder, self.names
        memo: dict[tuple[int, int, int], tuple[list[Claim], list[int], list[int]]] = {}
        written: list[list[int]] = []
        paths_written: list[list[int]] = []
        named: list[list[int]] = []
        asked = any(section in ("flow", "component") for _, section, _ in self.requests.asked)
        zone_of = network.zone_of
        for flow, source, target in zip(network.flows, network.source, network.target, strict=True):
            alike = (id(flow.in_transit), zone_of[source], zone_of[target])
            found = memo.get(alike)
            if found is None:
                claims = list(self.flow_claims(flow, zone_of[source], zone_of[target]))
                found = memo[alike] = (
                    claims,
                    [builder.shape(_subject(claim, requested=False)) for claim in claims],
                    [self.paths.setdefault(claim.path, len(self.paths)) for claim in claims],
                )
            claims, shapes, paths = found
            if not claims:
                continue
            if asked:
                shapes = self.requested_shapes(claims, shapes, flow.id, flow.target)
            named.append([len(names)] * len(claims))
            names[flow.id] = len(names)
            written.append(shapes)
            paths_written.append(paths)
        builder.shapes.extend(chain.from_iterable(written))
        sections, name_codes, path_codes = builder.codes
        name_codes.extend(chain.from_iterable(named))
        path_codes.extend(chain.from_iterable(paths_written))
        sections.extend([0] * len(name_codes))

    def requested_shapes(self, claims: list[Claim], shapes: list[int], flow: str, target: str) -> list[int]:
        """Return the shapes of a flow's claims; those are marked that a probe of it or of its target is asked for."""
        found = shapes
        for place, claim in enumerate(claims):
            if self.requests.ask(claim, "flow", flow) or self.requests.ask(claim, "component", target):
                if found is shapes:
                    found = list(shapes)
                found[place] = self.builder.shape(_subject(claim, requested=True))
        return found

    def flow_claims(self, flow: Any, source: int, target: int) -> Iterator[Claim]:
        """Yield what a flow's effective posture says of TLS, where TLS is what protects it."""
        zones = (self.network.zone_names[source], self.network.zone_names[target])
        transit = self.network.postures.transit(flow, *zones)
        if transit.part.channel != "tls":
            return
        probe = "brokers" if transit.values[0] in BROKER_PROTOCOLS else "tls"
        for path, value, own in zip(TRANSIT_PATHS[1:], transit.values[1:], transit.own[1:], strict=True):
            if value is not UNSET:
                shown = TLS_RANKS[value] if path == "in_transit.tls.min" else value
                yield Claim(path, probe, sorted(set(shown)) if isinstance(shown, tuple) else shown, inherited=not own)

    def component_claims(self, index: int) -> Iterator[Claim]:
        """Yield what a component says of isolation, and its effective posture of its medium and its logs."""
        network = self.network
        component, name = network.components[index], network.component_names[index]
        if component.partitions_by is not UNSET:
            yield Claim("partitions_by", "tenancy", component.partitions_by, inherited=False)
        if component.isolation is not UNSET:
            for field in component.isolation.__struct_fields__:
                value = getattr(component.isolation, field)
                if value is not UNSET:
                    yield Claim(f"isolation.{field}", "tenancy", value, inherited=False)
        if network.stored[index] or index in self.recording.keepers:
            at_rest = network.postures.at_rest(name, component)
            values = (at_rest.algorithm, network.postures.at_rest_key(component))
            for field, value in zip(AT_REST_FIELDS, values, strict=True):
                if value not in ("undeclared", ""):
                    path = f"at_rest.{field}"
                    inherited = component.at_rest is UNSET or getattr(component.at_rest, field) is UNSET
                    yield Claim(path, "storage", value, inherited=inherited)
        logging = network.postures.processing(component).plaintext_logging
        if logging != "undeclared":
            path = "processing.plaintext_logging"
            own = component.processing
            yield Claim(path, "leak", logging, inherited=own is UNSET or own.plaintext_logging is UNSET)

    def add(self, section: str, name: str, claims: Any) -> None:
        """Add the claims of one entry."""
        for claim in claims:
            self.builder.add(
                self.builder.shape(_subject(claim, requested=self.requests.ask(claim, section, name))),
                SECTIONS.index(section),
                self.names.setdefault(name, len(self.names)),
                self.paths.setdefault(claim.path, len(self.paths)),
            )

    def details(self, index: int) -> Detail:
        """Return where a claim is declared, and where its value came from."""
        network = self.network
        codes = [column[index] for column in self.builder.codes]
        section, name, path = SECTIONS[codes[0]], list(self.names)[codes[1]], list(self.paths)[codes[2]]
        fields = tuple(path.split("."))
        where: tuple[str | int, ...] = fields if section == "system" else (f"{section}s", name, *fields)
        provenance: dict[str, str] = {}
        crossing = ""
        if section == "flow":
            flow = network.flows[network.flow_index[name]]
            zones = (network.components[network.component_index[end]].zone for end in (flow.source, flow.target))
            origin, crossing = network.postures.transit_provenance(flow, *zones)[path], name
        elif section == "component":
            component = network.components[network.component_index[name]]
            origin = network.postures.component_provenance(name, component).get(path, f"declared on component {name}")
        else:
            origin = f"declared on {section} {name}"
        provenance[path] = origin
        return Detail(path=where, title=f"{path} of {section} {name}", crossing=crossing, provenance=provenance)


def _subject(claim: Claim, *, requested: bool) -> ClaimSubject:
    return ClaimSubject(
        claim=claim.path,
        probe=claim.probe,
        declared=claim.value,
        inherited=claim.inherited,
        requested=requested,
        seen=False,
    )


def _key_claims(key: Key) -> Iterator[Claim]:
    values = {
        "custody": key.custody,
        "origin": key.origin,
        "rotation": UNSET if key.rotation is UNSET else duration_seconds(key.rotation),
        "retains_old_versions": key.retains_old_versions,
        "grantees": UNSET if key.grantees is UNSET else sorted(set(key.grantees)),
    }
    for path, value in values.items():
        if value is not UNSET:
            yield Claim(path, "kms", value, inherited=False)


def _ledger_claims(ledger: Ledger) -> Iterator[Claim]:
    if ledger.chain is not UNSET:
        yield Claim("chain", "ledger", msgspec.to_builtins(ledger.chain), inherited=False)
    if ledger.append_only is not UNSET:
        yield Claim("append_only", "ledger", ledger.append_only, inherited=False)
    if ledger.anchors is not UNSET:
        anchors = {"every": duration_seconds(ledger.anchors.every), "to": ledger.anchors.to}
        yield Claim("anchors", "ledger", anchors, inherited=False)
    if ledger.tiers:
        tiers = [msgspec.to_builtins(tier) | {"until": duration_seconds(tier.until)} for tier in ledger.tiers]
        yield Claim("tiers", "ledger", tiers, inherited=False)
