"""Flows as the HTML report and the PDF list them: crossings with their posture, and what moves inside a zone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import msgspec

from limen.records.assessment import Assessment, CrossingRow, Finding, MapEdge
from limen.reports._words import plural

_TRANSPORT = (("in_transit.protocol", ""), ("in_transit.tls.min", "TLS "), ("in_transit.tls.mutual", "mutual "))


class FlowRow(msgspec.Struct, frozen=True, kw_only=True):
    """One flow."""

    flow: str
    source: str
    source_zone: str
    target: str
    target_zone: str
    crosses: str
    """Zones and tenants crossed; empty inside a zone."""
    trust: str
    """Change of trust in words; empty inside a zone."""
    label: str
    assumed: bool
    carries: str
    returns: str
    transport: tuple[tuple[str, str], ...]
    """Values with where each came from."""
    identity: str
    ledger: str
    place: str
    """Where the declaration has it, from the declaration's folder."""
    findings: int
    """Number of open findings."""
    worst: str
    """Fingerprint of the worst of them; empty where there is none."""


def flow_rows(assessment: Assessment, findings: Iterable[Finding]) -> list[FlowRow]:
    """Return crossings, then all other flows; findings are given the worst first."""
    counts: Counter[str] = Counter()
    worst: dict[str, str] = {}
    for finding in findings:
        if finding.crossing and finding.disposition == "open":
            counts[finding.crossing] += 1
            worst.setdefault(finding.crossing, finding.fingerprint)
    zone = {node.id: node.zone for node in assessment.map.nodes}
    rows = [_crossing(row, counts[row.flow], worst.get(row.flow, "")) for row in assessment.crossings]
    crossing = {row.flow for row in rows}
    rows += [
        _inside(edge, zone, counts[edge.id], worst.get(edge.id, ""))
        for edge in assessment.map.edges
        if edge.id not in crossing
    ]
    return rows


def marks(findings: Iterable[Finding]) -> dict[str, str]:
    """Return the flows and components with open findings, each with how many and the worst rule, for the map."""
    counts: Counter[str] = Counter()
    worst: dict[str, str] = {}
    for finding in findings:
        if finding.disposition == "open":
            name = finding.crossing or finding.subject.removeprefix("component:")
            counts[name] += 1
            worst.setdefault(name, finding.rule)
    return {name: f"{plural(counts[name], 'finding')}, worst {rule}" for name, rule in worst.items()}


def _crossing(row: CrossingRow, findings: int, worst: str) -> FlowRow:
    return FlowRow(
        flow=row.flow,
        source=row.source,
        source_zone=row.source_zone,
        target=row.target,
        target_zone=row.target_zone,
        crosses=", ".join(row.crosses),
        trust=f"trust {row.trust_change:+d}" if row.trust_change else "equal trust",
        label=row.label,
        assumed=row.assumed,
        carries=", ".join(row.carries),
        returns=", ".join(row.returns),
        transport=tuple(
            (f"{lead}{row.posture[path]}", row.provenance.get(path, ""))
            for path, lead in _TRANSPORT
            if row.posture.get(path)
        ),
        identity=row.posture.get("authn.method", ""),
        ledger=row.posture.get("audit.ledger", ""),
        place=str(row.location),
        findings=findings,
        worst=worst,
    )


def _inside(edge: MapEdge, zone: dict[str, str], findings: int, worst: str) -> FlowRow:
    return FlowRow(
        flow=edge.id,
        source=edge.source,
        source_zone=zone.get(edge.source, ""),
        target=edge.target,
        target_zone=zone.get(edge.target, ""),
        crosses="",
        trust="",
        label="",
        assumed=False,
        carries=", ".join(edge.items),
        returns="",
        transport=((edge.protocol, ""),) if edge.protocol else (),
        identity="",
        ledger="",
        place="",
        findings=findings,
        worst=worst,
    )
