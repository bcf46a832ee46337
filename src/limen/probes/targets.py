"""Targets from a declaration: what each request of the section `probes` is about, and what its probe must know to ask.

One function a probe makes `declared`: only what decides how to ask, as JSON knows it, never what ought to be seen.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
from msgspec import UNSET

from limen.analysis.posture import TRANSIT_PATHS, Postures
from limen.analysis.probe_subjects import named_target
from limen.model.declaration import Declaration
from limen.model.flows import Flow
from limen.model.operations import ProbeRequest
from limen.model.probing import ProbeOptions
from limen.model.scalars import duration_seconds
from limen.probes.interface import Target
from limen.records.attempts import Section

Declared = dict[str, Any]


def targets(declaration: Declaration, folder: Path) -> list[Target]:
    """Return one target for each request of `probes`, in their order; relative paths count from `folder`."""
    return [_target(declaration, request, folder) for request in declaration.probes]


def typed_target(probe: str, endpoint: str, credential: str, options: ProbeOptions) -> Target:
    """Return a target typed on the command line; relative paths count from here."""
    return Target(
        probe=probe,
        section="typed",
        name=endpoint,
        endpoint=endpoint,
        credential=credential,
        options=options,
        folder=Path(),
    )


def _target(declaration: Declaration, request: ProbeRequest, folder: Path) -> Target:
    kind, name = named_target(request)
    section: Section = "system" if kind in ("none", "several") else kind  # type: ignore[assignment]
    return Target(
        probe=request.probe,
        section=section,
        name=declaration.system.id if kind == "none" else name,
        endpoint="" if request.endpoint is UNSET else request.endpoint,
        credential="" if request.credential is UNSET else request.credential,
        options=request.options,
        declared=_DECLARED[request.probe](declaration, section, name),
        folder=folder,
    )


def _flows(declaration: Declaration, section: str, name: str) -> Iterator[Flow]:
    """Yield the flow that is named, or those that end at the component that is."""
    for flow in declaration.flows:
        if (section == "flow" and flow.id == name) or (section == "component" and flow.target == name):
            yield flow


def _transit(declaration: Declaration, section: str, name: str, path: str) -> list[str]:
    """Return the effective values of a path of `in_transit` there, sorted; without those that nobody declares."""
    postures, place = Postures(declaration.zones, declaration.keys), TRANSIT_PATHS.index(path)
    found = set()
    for flow in _flows(declaration, section, name):
        ends = (declaration.components.get(flow.source), declaration.components.get(flow.target))
        zones = ["" if end is None else end.zone for end in ends]
        value = postures.transit(flow, zones[0], zones[1]).values[place]
        if value is not UNSET:
            found.add(str(value))
    return sorted(found)


def _protocols(declaration: Declaration, section: str, name: str) -> list[str]:
    """Return what is spoken there."""
    return _transit(declaration, section, name, "in_transit.protocol")


def _plain(part: Any) -> Any:
    """Return a part of the model as JSON knows it, without what is not declared."""
    return msgspec.to_builtins(part)


def _tls(declaration: Declaration, section: str, name: str) -> Declared:
    mutual = set(_transit(declaration, section, name, "in_transit.tls.mutual")) - {"off"}
    return {"protocols": _protocols(declaration, section, name), "client_certificates": bool(mutual)}


def _brokers(declaration: Declaration, section: str, name: str) -> Declared:
    return {"protocols": _protocols(declaration, section, name)}


def _kms(declaration: Declaration, section: str, name: str) -> Declared:
    key = declaration.keys.get(name)
    return {} if key is None else _plain(key)


def _ledger(declaration: Declaration, section: str, name: str) -> Declared:
    ledger = declaration.ledgers.get(name)
    if ledger is None:
        return {}
    keeper = declaration.components.get(ledger.component)
    tenant = {} if keeper is None or keeper.tenant is UNSET else {"tenant": keeper.tenant}
    return {**_plain(ledger), **tenant}


def _tenancy(declaration: Declaration, section: str, name: str) -> Declared:
    component = declaration.components.get(name)
    if component is None:
        return {}
    tenants = {tenant: _plain(one) for tenant, one in declaration.tenants.items()}
    own = {field: value for field, value in _plain(component).items() if field in ("partitions_by", "isolation")}
    return {**own, "tenants": tenants}


def _storage(declaration: Declaration, section: str, name: str) -> Declared:
    """Return how long what lies there must be kept, whether some of it is written once, who must approve a deletion."""
    ledgers = [one for one in declaration.ledgers.values() if one.component == name]
    component = declaration.components.get(name)
    items = () if component is None else (declaration.data.get(item) for item in component.stores)
    kept = [tier.until for ledger in ledgers for tier in ledger.tiers]
    kept += [item.retention for item in items if item is not None and item.retention is not UNSET]
    approvers = [len(set(one.deletion.approvers)) for one in ledgers if one.deletion is not UNSET]
    found: Declared = {
        "write_once": any(tier.worm for ledger in ledgers for tier in ledger.tiers),
        "keys": {key: one.id for key, one in declaration.keys.items() if one.id is not UNSET},
    }
    return (
        found
        | ({"duty": max(map(duration_seconds, kept))} if kept else {})
        | ({"approvers": max(approvers)} if approvers else {})
    )


def _repository(declaration: Declaration, section: str, name: str) -> Declared:
    secrets = declaration.secrets
    if secrets is UNSET or secrets.scanning is UNSET:
        return {}
    return {"repository": secrets.scanning.repository}


def _code(declaration: Declaration, section: str, name: str) -> Declared:
    """Return the repository, and the algorithms that the code must keep: those of the component, or of the system."""
    postures = Postures(declaration.zones, declaration.keys)
    own = [(one, part) for one, part in declaration.components.items() if section == "system" or one == name]
    algorithms = {postures.at_rest(one, part).algorithm for one, part in own}
    return _repository(declaration, section, name) | {"algorithms": sorted(algorithms - {"undeclared", "none"})}


def _leak(declaration: Declaration, section: str, name: str) -> Declared:
    return {"protocols": _protocols(declaration, section, name)}


_DECLARED: dict[str, Callable[[Declaration, str, str], Declared]] = {
    "tls": _tls,
    "kms": _kms,
    "ledger": _ledger,
    "tenancy": _tenancy,
    "secrets": _repository,
    "code": _code,
    "storage": _storage,
    "leak": _leak,
    "brokers": _brokers,
}
"""By probe, what it must know of a section's entry to ask; a test holds it against the model's names of probes."""
