"""Claims and attempts for reports: declared, inherited, derived and observed, side by side, and what was tried."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from msgspec import UNSET

from limen.analysis.claims import targets_of
from limen.analysis.facts import Facts
from limen.analysis.network import Network
from limen.analysis.observable import seers
from limen.analysis.observations import Observations, story
from limen.analysis.posture import TRANSIT_PATHS, Locate
from limen.analysis.probe_subjects import named_target
from limen.model.scalars import TLS_RANKS
from limen.records.attempts import Attempt
from limen.records.endpoints import without_secret
from limen.records.lazy import Lazy
from limen.records.reconciliation import ABSENT, AttemptRow, ClaimRow, Sight

_ENCODE = msgspec.json.Encoder().encode


def claim_rows(facts: Facts, observations: Observations, locate: Locate) -> Sequence[ClaimRow]:
    """Return every claim in the order of its table; each is described and located when it is asked for."""
    table = facts.tables["claim"]
    if not table.shapes:
        return ()
    read = {field: table.columns[field] for field in ("probe", "declared", "requested", "observable", "blind")}
    optional = [table.columns.get(field) for field in ("observed", "agrees", "age")]

    def row(index: int) -> ClaimRow:
        shape = table.shapes[index]
        section, name, path = (part.names[part.codes[index]] for part in table.identity)
        value = {field: column.values[column.codes[shape]] for field, column in read.items()}
        seen = [
            ABSENT if column is None or column.codes[shape] < 0 else column.values[column.codes[shape]]
            for column in optional
        ]
        probe, blind = msgspec.json.decode(value["probe"]), msgspec.json.decode(value["blind"])
        own, zones = _sources(facts.network, section, name, path, value["declared"])
        attempts = observations.asked(seers(probe, path), targets_of(facts.network, section, name))
        ended, reason = story([] if blind else attempts, seen=seen[1] != ABSENT)
        detail = table.details(index)
        return ClaimRow(
            subject=table.name(index),
            section=section,
            name=name,
            claim=path,
            probe=probe,
            declared=own,
            inherited=zones,
            derived=value["declared"],
            observed=seen[0],
            agrees=msgspec.json.decode(seen[1]),
            age=msgspec.json.decode(seen[2]),
            attempt=ended,
            reason=blind or reason,
            requested=value["requested"] == b"true",
            observable=not blind,
            provenance=detail.provenance.get(path, ""),
            location=locate(detail.path),
        )

    return Lazy(table.size, row)


def attempt_rows(facts: Facts, observations: Observations) -> tuple[AttemptRow, ...]:
    """Return one row for each request of `probes`, tried or not, and then what was tried and is not asked for."""
    rows = []
    for index, request in enumerate(facts.network.declaration.probes):
        if (match := observations.matches.get(index)) is not None:
            rows.append(_attempt(match.attempt, counts=True))
            continue
        section, name = named_target(request)
        rows.append(
            AttemptRow(
                probe=request.probe,
                version="",
                section="system" if section == "none" else section,
                target=name or facts.network.declaration.system.id,
                endpoint="" if request.endpoint is UNSET else without_secret(request.endpoint),
                status="none",
                reason="no attempt was recorded",
                started_at=0,
                duration=0.0,
                tries=0,
                observations=0,
                counts=True,
            )
        )
    return (*rows, *(_attempt(one, counts=False) for one in observations.unmatched))


def _attempt(attempt: Attempt, *, counts: bool) -> AttemptRow:
    status: Sight = attempt.status
    return AttemptRow(
        probe=attempt.probe,
        version=attempt.version,
        section=attempt.section,
        target=attempt.target,
        endpoint=attempt.endpoint,
        status=status,
        reason=attempt.reason,
        started_at=attempt.started_at,
        duration=attempt.duration,
        tries=attempt.tries,
        observations=len(attempt.observations),
        counts=counts,
    )


def _sources(network: Network, section: str, name: str, path: str, derived: bytes) -> tuple[bytes, bytes]:
    """Return what an entry itself says and what its zones give, as JSON."""
    if section == "flow":
        index = network.flow_index[name]
        zones = (network.zone_of[end[index]] for end in (network.source, network.target))
        place = TRANSIT_PATHS.index(path)
        own, given = network.postures.transit_sources(
            network.flows[index], place, *map(network.zone_names.__getitem__, zones)
        )
    elif path.partition(".")[0] in ("at_rest", "processing"):
        own, given = network.postures.component_sources(network.components[network.component_index[name]], path)
    else:
        return derived, ABSENT
    return _plain(path, own), _plain(path, given)


def _plain(path: str, value: Any) -> bytes:
    """Return a declared value as claims have it: TLS versions as ranks, lists sorted."""
    if value is UNSET:
        return ABSENT
    if path == "in_transit.tls.min":
        return _ENCODE(TLS_RANKS[value])
    return _ENCODE(sorted(set(value)) if isinstance(value, tuple) else value)
