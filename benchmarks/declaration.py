"""The drawn system as a limen declaration: one YAML file, or a YAML file that includes JSON Lines of flows."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from benchmarks.topology import CELL, LOG_PERMISSION, PATTERNS, SECRET_PERMISSION, Component, Flow, Topology, cell_items

PROFILES = ("zero-trust", "dscsa", "dea-controlled-substances", "part-11", "hipaa")
"""The regimes that the reference system declares, with all their rules. `assured` asks for redundancy that a drawn
system has not, and would measure the printing of findings."""

_LEVELS = ("public", "internal", "confidential", "restricted")
_COMPARTMENTS = ("phi", "serialization", "controlled-substance", "regulatory")
_STORE_KEYS = {
    "clinical-data": "clinical-data-key",
    "business-data": "business-data-key",
    "archive": "archive-key",
    "records": "records-key",
    "processing": "processing-key",
    "messaging": "messaging-key",
}
_PROCESSING = {
    "envelope": True,
    "field_encryption": True,
    "zeroize": True,
    "plaintext_logging": "forbidden",
    "core_dumps": "disabled",
    "debug_output": "forbidden",
}
# What YAML reads as the same text without quotes; numbers, dates and words that mean something else need them.
_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_./-]*\Z")
_WORDS = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null"})


def sections(topology: Topology, *, include: tuple[str, ...] = ()) -> dict[str, object]:
    """What people write: every section but those of `inventory` and `flows`, in the order of a declaration."""
    listed = {"include": list(include)} if include else {}
    return {
        "version": 1,
        "system": {"id": "generated", "title": "Generated system for benchmarks", "owner": "platform-security"},
        "profiles": list(PROFILES),
        **listed,
        "labels": {"levels": list(_LEVELS), "compartments": list(_COMPARTMENTS)},
        "data": {
            item.id: {
                "label": _label(item.level, (item.compartment,) if item.compartment else ()),
                "fields": list(item.sensitive_fields),
                "sensitive_fields": list(item.sensitive_fields),
                "retention": item.retention,
            }
            for item in topology.items
        },
        "zones": {zone.id: _zone(zone.id, topology) for zone in topology.zones},
        "keys": _keys(topology),
        "roles": _roles(topology),
        "principals": {"svc-intake": {"roles": ["gateway"]}, "svc-dispatch": {"roles": ["packager"]}},
        "separation_of_duties": [["dispatch:send", "record:keep"]],
        "secrets": {
            "store": "vault",
            "injected_as": "memory",
            "on_missing": "refuse-to-start",
            "lifetime": "PT12H",
            "scanning": {"repository": ".", "in_ci": True},
        },
        "incident_response": {
            "runbook": "docs/incident.md",
            "triggers": ["chain-mismatch", "tenant-collision", "schedule-anomaly", "crypto-failure"],
            "preserves_evidence": True,
            "hook": "ops-webhook",
        },
        "verification": {"schedule": "P1D", "of": ["ledgers", "tenancy", "retention"]},
        "key_rotation_procedure": "docs/rotation.md",
        "assertions": [
            {"id": "through-the-gate", "never": {"from": "untrusted", "to": "clinical-data", "except_via": ["ingress"]}}
        ],
    }


def inventory(topology: Topology) -> dict[str, object]:
    """The sections that grow with the system, besides `flows`: large companies export them from a directory."""
    return {
        "components": {component.id: _component(component) for component in topology.components},
        "ledgers": {
            component.id: _ledger(component) for component in topology.components if component.kind == "ledger"
        },
    }


def flow_object(flow: Flow) -> dict[str, object]:
    """One flow, as plain values."""
    posture = flow.posture
    tls = {"tls": {"min": posture.tls, "mutual": "required" if posture.mutual else "off"}} if posture.tls else {}
    credential = {"credential": {"lifetime": posture.lifetime}} if posture.lifetime else {}
    result: dict[str, object] = {
        "id": flow.id,
        "from": flow.source.id,
        "to": flow.target.id,
        "carries": list(flow.carries),
        "returns": list(flow.returns),
        "in_transit": {"protocol": posture.protocol, **tls},
        "authn": {"method": posture.authn, **credential},
    }
    if flow.target.role == "backup":
        result["of"] = "storage"
    if posture.authorised:
        result["authz"] = {"roles": [flow.source.role], "permission": flow.permission}
    if flow.sealed:
        result["protection"] = {item: [{"sealed": f"{item}-key"}] for item in flow.sealed}
    if posture.audited and flow.target.kind != "ledger":
        by = "from" if flow.source.kind in ("gateway", "service", "broker") else "to"
        if by == "from" or flow.target.kind in ("gateway", "service", "broker"):
            recorder = flow.source if by == "from" else flow.target
            result["audit"] = {"ledger": f"ledger-{recorder.cell}-0", "by": by, "redacts": True}
    result["purpose"] = flow.purpose
    return result


def yaml_declaration(topology: Topology) -> Iterator[str]:
    """The lines of one `boundaries.yaml` with all flows in it."""
    yield from yaml_sections(sections(topology) | inventory(topology))
    yield "flows:"
    for flow in topology.flows:
        for number, (name, value) in enumerate(flow_object(flow).items()):
            yield f"  {'-' if number == 0 else ' '} {name}: {_inline(value)}"


def yaml_sections(declared: dict[str, object]) -> Iterator[str]:
    """Sections as blocks, and what is in them inline, which is how large declarations are written by hand."""
    for name, value in declared.items():
        if isinstance(value, dict) and value and all(isinstance(entry, dict) for entry in value.values()):
            yield f"{name}:"
            for key, entry in value.items():
                yield f"  {key}: {_inline(entry)}"
        else:
            yield f"{name}: {_inline(value)}"


def json_lines(topology: Topology) -> Iterator[str]:
    """One flow a line."""
    for flow in topology.flows:
        yield json.dumps(flow_object(flow), separators=(",", ":"))


def _inline(value: object) -> str:
    """A value in YAML's flow style."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_inline(entry)}" for key, entry in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_inline(entry) for entry in value) + "]"
    if isinstance(value, str) and _PLAIN.match(value) and value.lower() not in _WORDS:
        return value
    return json.dumps(value)


def _label(level: str, compartments: tuple[str, ...]) -> dict[str, object]:
    """A label or clearance."""
    return {"level": level, "compartments": list(compartments)}


def _zone(name: str, topology: Topology) -> dict[str, object]:
    """One zone with its clearance, its callers and the defaults of what lives in it."""
    zone = next(zone for zone in topology.zones if zone.id == name)
    result: dict[str, object] = {
        "trust": zone.trust,
        "clearance": _label(zone.level, () if zone.level == "public" else _COMPARTMENTS),
        "callers": list(zone.callers),
    }
    if zone.within:
        result["within"] = zone.within
    if "anyone" in zone.callers:
        result["rate_limited"] = True
    if zone.trust > 1 or name in _STORE_KEYS:
        at_rest = {"algorithm": "AES-256-GCM", "key": _STORE_KEYS[name]} if name in _STORE_KEYS else None
        result["posture"] = {"processing": _PROCESSING, **({"at_rest": at_rest} if at_rest else {})}
    return result


def _component(component: Component) -> dict[str, object]:
    """One component: what starts in it, what it can open and seal, who it is."""
    result: dict[str, object] = {"zone": component.zone, "kind": component.kind}
    sealed = [f"{item.id}-key" for item in cell_items(component.cell) if item.level == "restricted"]
    if component.kind == "partner":
        basis = f"agreement {component.id}"
        result["clearance"] = {**_label("restricted", _COMPARTMENTS), "basis": basis}
        result["originates"] = [*component.items, "receipt"]
        result["independent"] = dict.fromkeys((*component.items, "receipt"), "Made from the partner's own systems")
    elif component.kind == "datastore" and component.items:
        result["stores"] = list(component.items)
    elif component.kind in ("gateway", "service", "broker"):
        result["originates"] = ["audit-extract", "receipt", "status"]
        result["independent"] = {
            "audit-extract": "Holds identifiers of entries only",
            "receipt": "Says that something arrived, not what",
            "status": "Says whether the component is well",
        }
    if component.kind == "gateway":
        items = [item.id for item in cell_items(component.cell)]
        result["ingress"] = {
            "classifies": items,
            "validates": items,
            "quarantine": f"business-store-{component.cell}-0",
        }
    if (sealed and component.kind in ("partner", "gateway", "service")) or component.role == "clinical-store":
        result["opens_with"] = sealed
        result["seals_with"] = sealed
    if component.kind != "partner":
        result["identity"] = f"spiffe://generated/{component.id}"
    if component.role in CELL:
        result["roles"] = [component.role]
    return result


def _keys(topology: Topology) -> dict[str, object]:
    """A key for each restricted item and each zone that stores, wrapped by a root key; one key for the chains."""

    def key(name: str, purpose: str, algorithm: str, **more: object) -> dict[str, object]:
        return {
            "custody": "kms",
            "provider": "aws-kms",
            "id": f"alias/{name}",
            "algorithm": algorithm,
            "purpose": purpose,
            "environment": "production",
            "rotation": "P365D",
            "retains_old_versions": True,
            "origin": "hsm",
            "module": {"standard": "FIPS 140-3", "level": 3, "certificate": "4759"},
            "held_by": "vault",
            "activated": "2026-10-01",
            "cryptoperiod": "P2Y",
            **more,
        }

    names = [f"{item.id}-key" for item in topology.items if item.level == "restricted"]
    names += _STORE_KEYS.values()
    result: dict[str, object] = {"root-key": key("root", "wrap", "AES-256")}
    for name in names:
        result[name] = key(name, "encrypt", "AES-256", wrapped_by="root-key")
    result["audit-key"] = key("audit", "mac", "HMAC-SHA-256")
    return result


def _roles(topology: Topology) -> dict[str, object]:
    """One role for each role of a cell, with what it may do and the sensitive fields that it needs."""
    needs = {item.id: list(item.sensitive_fields) for item in topology.items if item.sensitive_fields}
    permissions: dict[str, set[str]] = {role: set() for role in CELL}
    for source, _, _, permission, _ in PATTERNS:
        permissions[source].add(permission)
    for role in ("gateway", "service", "broker", "packager"):
        permissions[role].add(LOG_PERMISSION)
    permissions["service"].add(SECRET_PERMISSION)
    return {
        role: {"permissions": sorted(granted), "subjects": "workload", "needs": needs}
        for role, granted in permissions.items()
    }


def _ledger(component: Component) -> dict[str, object]:
    """A ledger that holds for the longest retention that any profile asks for."""
    return {
        "component": component.id,
        "records": ["actor", "action", "record", "time", "purpose", "permission", "outcome"],
        "chain": {"algorithm": "HMAC-SHA-256", "key": "audit-key", "format": "limen-v1"},
        "anchors": {"every": "PT1H", "to": "partner-0-0"},
        "append_only": True,
        "verify_on_read": True,
        "tiers": [
            {"name": "hot", "until": "P365D"},
            {"name": "warm", "until": "P3Y", "worm": True},
            {"name": "cold", "until": "P7Y", "worm": True, "encrypted": True, "proof_of_existence": "rfc3161"},
        ],
        "legal_hold": "supported",
        "deletion": {"approvers": ["records-officer", "legal-counsel"], "logged": True},
        "clock": {"source": "ntp", "max_skew": "PT5M"},
    }
