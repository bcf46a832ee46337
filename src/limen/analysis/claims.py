"""Subjects of kind claim: declared values that reality could contradict, and the probe that could see each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Any, NamedTuple

import msgspec
from msgspec import UNSET

from limen.analysis.claim_words import claim_words
from limen.analysis.kinds.structure import ClaimSubject
from limen.analysis.network import Network
from limen.analysis.observable import (
    component_blindness,
    flow_blindness,
    key_blindness,
    ledger_blindness,
    seers,
    unread,
)
from limen.analysis.observations import Observations, story
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
    blind: str = ""
    """Why no probe could see it; empty where one could."""


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
        if claim.blind:
            return False
        return any((probe, section, name) in self.asked for probe in seers(claim.probe, claim.path))


def claim_table(network: Network, recording: Recording, observations: Observations | None = None) -> SubjectTable:
    """Return the table of claims: those of flows, keys, ledgers, components and of the system, in that order.

    Without observations none of them is seen.
    """
    return _Claims(network, recording, observations).table()


class _Claims:
    """The claims of one declaration; one use."""

    def __init__(self, network: Network, recording: Recording, observations: Observations | None) -> None:
        self.network = network
        self.recording = recording
        self.observations = observations
        self.requests = _Requests(network)
        self.builder = TableBuilder("claim", 3)
        self.names: dict[str, int] = {}
        self.paths: dict[str, int] = {}
        self.listed: tuple[Sequence[str], ...] = ()
        self.finished: SubjectTable

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
        self.listed = (SECTIONS, tuple(self.names), tuple(self.paths))
        self.finished = self.builder.finish(self.listed, self.details)
        return self.finished

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
                    [builder.shape(self.subject(claim, requested=False)) for claim in claims],
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
        targets = (("flow", flow), ("component", target))
        for place, claim in enumerate(claims):
            if any(self.requests.ask(claim, *one) for one in targets):
                if found is shapes:
                    found = list(shapes)
                found[place] = self.builder.shape(self.subject(claim, requested=True, targets=targets))
        return found

    def subject(self, claim: Claim, *, requested: bool, targets: Sequence[tuple[str, str]] = ()) -> ClaimSubject:
        """Return a claim's input; `targets` are what a probe that sees it can be asked about, the nearest first."""
        seen = None
        # Nobody waits for what no probe could see; what one saw of it all the same counts, such as an imported key.
        if self.observations is not None:
            seen = self.observations.claim(claim.probe, claim.path, claim.value, targets)
        blind = "" if seen is not None else claim.blind or unread(claim.probe, claim.path)
        return ClaimSubject(
            claim=claim.path,
            probe=claim.probe,
            declared=claim.value,
            declared_words=claim_words(claim.path, claim.value),
            inherited=claim.inherited,
            observable=not blind,
            blind=blind,
            requested=requested,
            seen=seen is not None,
            observed=UNSET if seen is None else seen.agreement.observed,
            observed_words=UNSET if seen is None else claim_words(claim.path, seen.agreement.observed),
            agrees=UNSET if seen is None else seen.agreement.agrees,
            age=UNSET if seen is None else seen.age,
        )

    def flow_claims(self, flow: Any, source: int, target: int) -> Iterator[Claim]:
        """Yield what a flow's effective posture says of TLS, where TLS is what protects it."""
        zones = (self.network.zone_names[source], self.network.zone_names[target])
        transit = self.network.postures.transit(flow, *zones)
        if transit.part.channel != "tls":
            return
        probe = "brokers" if transit.values[0] in BROKER_PROTOCOLS else "tls"
        blind = flow_blindness(transit.values[0])
        for path, value, own in zip(TRANSIT_PATHS[1:], transit.values[1:], transit.own[1:], strict=True):
            if value is not UNSET:
                shown = TLS_RANKS[value] if path == "in_transit.tls.min" else value
                plain = sorted(set(shown)) if isinstance(shown, tuple) else shown
                yield Claim(path, probe, plain, inherited=not own, blind=blind)

    def component_claims(self, index: int) -> Iterator[Claim]:
        """Yield the claims of a component, each with the reason why no probe could see it."""
        component = self.network.components[index]
        for claim in self.component_values(index):
            yield claim._replace(blind=component_blindness(claim.path, claim.value, component))

    def component_values(self, index: int) -> Iterator[Claim]:
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
        if network.kept[index] or index in self.recording.keepers:
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
        targets = ((section, name),)
        for claim in claims:
            requested = self.requests.ask(claim, section, name)
            self.builder.add(
                self.builder.shape(self.subject(claim, requested=requested, targets=targets)),
                SECTIONS.index(section),
                self.names.setdefault(name, len(self.names)),
                self.paths.setdefault(claim.path, len(self.paths)),
            )

    def details(self, index: int) -> Detail:
        """Return where a claim is declared, and where its value came from."""
        network = self.network
        codes = (column[index] for column in self.builder.codes)
        section, name, path = (names[code] for names, code in zip(self.listed, codes, strict=True))
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
        if self.observations is not None:
            provenance["observed"] = self.sight(index, self.observations, section, name, path)
        return Detail(path=where, title=f"{path} of {section} {name}", crossing=crossing, provenance=provenance)

    def sight(self, index: int, observations: Observations, section: str, name: str, path: str) -> str:
        """Return in words where a claim was seen, or why it was not."""
        shape = self.finished.shapes[index]
        values = (
            msgspec.json.decode(column.values[column.codes[shape]])
            for column in map(self.finished.columns.__getitem__, ("probe", "blind", "seen"))
        )
        probe, blind, seen = values
        attempts = observations.asked(seers(probe, path), targets_of(self.network, section, name))
        if not seen:
            return blind or story(attempts, seen=False)[1]
        where = dict.fromkeys(one.endpoint or one.target for one in attempts if one.status == "completed")
        return f"observed at {' and '.join(where)}"


def targets_of(network: Network, section: str, name: str) -> tuple[tuple[str, str], ...]:
    """Return what a probe can be asked about to see the claims of an entry, the nearest first."""
    if section != "flow":
        return ((section, name),)
    return (("flow", name), ("component", network.flows[network.flow_index[name]].target))


def _key_claims(key: Key) -> Iterator[Claim]:
    values = {
        "custody": key.custody,
        "algorithm": key.algorithm,
        "origin": key.origin,
        "rotation": UNSET if key.rotation is UNSET else duration_seconds(key.rotation),
        "retains_old_versions": key.retains_old_versions,
        "grantees": UNSET if key.grantees is UNSET else sorted(set(key.grantees)),
    }
    for path, value in values.items():
        if value is not UNSET:
            yield Claim(path, "kms", value, inherited=False, blind=key_blindness(path, key))


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
        yield Claim("tiers", "ledger", tiers, inherited=False, blind=ledger_blindness("tiers", ledger))
