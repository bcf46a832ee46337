"""The drawn system in the notations of the tools that limen is compared with: pytm and FlowStrider.

Each gets what its notation can say of the same system: one boundary a zone, one element a component, one data
flow a flow, and the attributes that correspond to a declared control. Nothing is left out that would make it
work more, and nothing is added that limen does not also read.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from benchmarks.topology import Component, Flow, Topology

_CLASSIFICATION = {"public": "PUBLIC", "internal": "RESTRICTED", "confidential": "SENSITIVE", "restricted": "SECRET"}
_TLS = {None: "NONE", "1.1": "TLSv11", "1.2": "TLSv12", "1.3": "TLSv13"}
_PYTM_CLASS = {
    "partner": "ExternalEntity",
    "gateway": "Server",
    "service": "Process",
    "broker": "Process",
    "datastore": "Datastore",
    "ledger": "Datastore",
    "secret-store": "Datastore",
}
_STRIDE_TAG = {
    "partner": "STRIDE:Interactor",
    "gateway": "STRIDE:Process",
    "service": "STRIDE:Process",
    "broker": "STRIDE:Process",
    "datastore": "STRIDE:DataStore",
    "ledger": "STRIDE:DataStore",
    "secret-store": "STRIDE:DataStore",
}


def pytm_script(topology: Topology, *, answers: bool = True) -> Iterator[str]:
    """The lines of a pytm model script; run it with `--json FILE`.

    With `answers`, what a flow returns is a data flow of its own with `responseTo`, as in pytm's own examples.
    """
    yield "from pytm import TM, Boundary, Classification, Controls, Data, Dataflow, Datastore, ExternalEntity, Process"
    yield "from pytm import Server, TLSVersion"
    yield "tm = TM('generated', description='Generated system for benchmarks')"
    names: dict[str, str] = {}
    for number, zone in enumerate(topology.zones):
        names[zone.id] = f"z{number}"
        inside = f", inBoundary={names[zone.within]}" if zone.within else ""
        highest = f"maxClassification=Classification.{_CLASSIFICATION[zone.level]}"
        yield f"z{number} = Boundary({zone.id!r}, {highest}{inside})"
    for number, item in enumerate(topology.items):
        names[item.id] = f"d{number}"
        yield (
            f"d{number} = Data({item.id!r}, classification=Classification.{_CLASSIFICATION[item.level]}, "
            f"isPII={item.compartment == 'phi'}, isStored=True)"
        )
    levels = {zone.id: _CLASSIFICATION[zone.level] for zone in topology.zones}
    for number, component in enumerate(topology.components):
        names[component.id] = f"c{number}"
        yield (
            f"c{number} = {_PYTM_CLASS[component.kind]}({component.id!r}, inBoundary={names[component.zone]}, "
            f"maxClassification=Classification.{levels[component.zone]}, "
            f"controls=Controls({_pytm_controls(component)}){_pytm_stored(component, topology)})"
        )
    for flow in topology.flows:
        source, target = names[flow.source.id], names[flow.target.id]
        carried = ", ".join(names[item] for item in flow.carries)
        shared = (
            f"protocol={flow.posture.protocol!r}, tlsVersion=TLSVersion.{_TLS[flow.posture.tls]}, "
            f"note={flow.purpose!r}, controls=Controls({_pytm_flow_controls(flow)})"
        )
        yield f"f = Dataflow({source}, {target}, {flow.id!r}, data=[{carried}], {shared})"
        if answers and flow.returns:
            returned = ", ".join(names[item] for item in flow.returns)
            yield f"Dataflow({target}, {source}, {flow.id + '-answer'!r}, data=[{returned}], responseTo=f, {shared})"
    yield "tm.process()"


def _pytm_controls(component: Component) -> str:
    """What a component of this kind declares, as pytm's controls."""
    if component.kind == "gateway":
        return (
            "validatesInput=True, sanitizesInput=True, isEncrypted=True, hasAccessControl=True, authorizesSource=True"
        )
    if component.kind in ("datastore", "ledger", "secret-store"):
        return "isEncryptedAtRest=True, isEncrypted=True, hasAccessControl=True"
    if component.kind in ("service", "broker"):
        return "isEncrypted=True, hasAccessControl=True, authorizesSource=True, authenticatesDestination=True"
    return "isEncrypted=True"


def _pytm_stored(component: Component, topology: Topology) -> str:
    """What a store holds, as far as pytm tells kinds of data apart."""
    if component.kind == "ledger":
        return ", storesLogData=True"
    if component.kind != "datastore":
        return ""
    stored = [item for item in topology.items if item.id in component.items]
    personal = any(item.compartment == "phi" for item in stored)
    sensitive = any(item.level in ("confidential", "restricted") for item in stored)
    return f", storesPII={personal}, storesSensitiveData={sensitive}"


def _pytm_flow_controls(flow: Flow) -> str:
    """A flow's posture as pytm's controls."""
    posture = flow.posture
    return (
        f"isEncrypted={posture.tls is not None}, authenticatesSource={posture.authn != 'none'}, "
        f"implementsAuthenticationScheme={posture.authn != 'none'}, authenticationScheme={posture.authn!r}, "
        f"authorizesSource={posture.authorised}, "
        f"authenticatesDestination={posture.mutual}, providesIntegrity={posture.tls is not None}, "
        f"providesConfidentiality={posture.tls is not None or bool(flow.sealed)}"
    )


def flowstrider_model(topology: Topology, *, answers: bool = True) -> str:
    """FlowStrider's data-flow diagram, in the layout that its own writer uses (two spaces a level).

    With `answers`, what a flow returns is an edge of its own.
    """
    restricted = {item.id for item in topology.items if item.level in ("confidential", "restricted")}
    personal = {item.id for item in topology.items if item.compartment == "phi"}
    nodes = {
        component.id: {
            "id": component.id,
            "name": component.id,
            "tags": [_STRIDE_TAG[component.kind]],
            "attributes": _flowstrider_node(component, restricted, personal),
            "severity_multiplier": 1.0,
        }
        for component in topology.components
    }
    edges: dict[str, object] = {}
    for flow in topology.flows:
        edges[flow.id] = _flowstrider_edge(flow, flow.id, flow.carries, restricted, personal)
        if answers and flow.returns:
            answer = flow.id + "-answer"
            edges[answer] = _flowstrider_edge(flow, answer, flow.returns, restricted, personal, back=True)
    clusters = {
        zone.id: {
            "id": zone.id,
            "node_ids": [component.id for component in topology.components if component.zone == zone.id],
            "name": zone.id,
            "tags": ["STRIDE:TrustBoundary"],
            "attributes": {"is_private_network": zone.trust > 1},
            "severity_multiplier": 1.0,
        }
        for zone in topology.zones
    }
    diagram = {
        "id": "generated",
        "nodes": nodes,
        "edges": edges,
        "clusters": clusters,
        "name": "Generated system for benchmarks",
        "tags": ["stride", "bsi_rules", "linddun_rules"],
        "attributes": {"data_lifecycle_policy_exists": True},
    }
    return json.dumps({"dfd_version": "1.0", "dfd": diagram}, indent=2)


def _flowstrider_edge(
    flow: Flow, name: str, items: tuple[str, ...], restricted: set[str], personal: set[str], *, back: bool = False
) -> dict[str, object]:
    """One direction of a flow."""
    ends = (flow.target.id, flow.source.id) if back else (flow.source.id, flow.target.id)
    return {
        "id": name,
        "source_id": ends[0],
        "sink_id": ends[1],
        "name": flow.purpose,
        "tags": ["STRIDE:Dataflow"],
        "attributes": {
            "transport_protocol": f"TLS {flow.posture.tls}" if flow.posture.tls else flow.posture.protocol,
            "handles_confidential_data": bool(restricted.intersection(items)),
            "transmits_user_data": bool(personal.intersection(items)),
            "integrity_check": "digital certificate" if flow.posture.mutual else "check sum",
        },
    }


def _flowstrider_node(component: Component, restricted: set[str], personal: set[str]) -> dict[str, object]:
    """What a component declares, as FlowStrider's attributes for its kind of node."""
    if component.kind == "partner":
        return {"req_permissions": ["upload"], "given_permissions": ["upload"], "is_user": component.role == "portal"}
    shared: dict[str, object] = {
        "auth_req": True,
        "auth_factors": ["Digital Certificate"],
        "handles_confidential_data": bool(restricted.intersection(component.items)) or not component.items,
        "handles_personal_data": bool(personal.intersection(component.items)),
    }
    if component.kind in ("datastore", "ledger", "secret-store"):
        return shared | {"encryption_method": "AES_256", "handles_logs": component.kind == "ledger"}
    return shared | {"input_validation": component.kind == "gateway", "sanitization": component.kind == "gateway"}
