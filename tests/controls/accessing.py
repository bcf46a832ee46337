"""A small declaration with roles and duties, and principals of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from limen.controls.principals import Principal
from limen.model.declaration import Declaration

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
SPIFFE = "spiffe://x.example/uploader"
DECLARED: dict[str, Any] = {
    "version": 1,
    "system": {"id": "x"},
    "roles": {
        "coordinator": {
            "permissions": ["packet:upload", "packet:read"],
            "subjects": "any",
            "needs": {"record": ["subject_id", "visit"], "note": ["text"]},
        },
        "reviewer": {
            "permissions": ["submission:sign", "packet:read"],
            "subjects": "human",
            "needs": {"record": ["visit", "value"]},
        },
        "investigator": {"permissions": ["record:*"], "subjects": "human", "custody_logged": True},
        "steward": {"permissions": ["packet:*"], "subjects": "any"},
    },
    "principals": {
        "ana": {"roles": ["coordinator"]},
        "bo": {"roles": ["reviewer"]},
        "cara": {"roles": ["coordinator", "reviewer"]},
        "dan": {"roles": ["investigator"]},
        "eve": {"roles": ["steward", "reviewer"]},
        "fay": {"roles": ["coordinator", "retired"]},
    },
    "separation_of_duties": [["packet:upload", "submission:sign"], ["record:open", "submission:sign"]],
    "zones": {"z": {"trust": 1}},
    "tenants": {"t-1": {"kind": "site"}, "t-2": {"kind": "site"}},
    "components": {
        "uploader": {"zone": "z", "kind": "service", "identity": SPIFFE, "tenant": "t-1", "roles": ["coordinator"]},
        "signer": {"zone": "z", "kind": "service", "identity": "spiffe://x.example/signer", "roles": ["reviewer"]},
        "store": {"zone": "z", "kind": "datastore"},
    },
    "flows": [
        {
            "id": "upload",
            "from": "uploader",
            "to": "store",
            "authn": {"method": "mtls", "credential": {"lifetime": "PT1H"}},
            "authz": {"roles": ["coordinator"], "permission": "packet:upload"},
        },
        {
            "id": "open-door",
            "from": "uploader",
            "to": "store",
            "authz": {"roles": ["coordinator"], "permission": "packet:upload"},
        },
        {
            "id": "unlimited",
            "from": "uploader",
            "to": "store",
            "authn": {"method": "mtls"},
            "authz": {"roles": ["coordinator"], "permission": "packet:upload"},
        },
        {
            "id": "unsaid",
            "from": "uploader",
            "to": "store",
            "authn": {"method": "mtls", "credential": {}},
            "authz": {"roles": ["coordinator"], "permission": "packet:upload"},
        },
        {"id": "silent", "from": "uploader", "to": "store", "authn": {"method": "mtls"}},
        {"id": "nobody", "from": "uploader", "to": "store", "authn": {"method": "none"}},
    ],
}  # fmt: skip


def declaration(**changed: Any) -> Declaration:
    """Return the declaration, or one that says something else."""
    return msgspec.convert({**DECLARED, **changed}, Declaration)


def principal(name: str, *roles: str, **changed: Any) -> Principal:
    """Return somebody of the declaration who claims roles."""
    usual: dict[str, Any] = {
        "name": name,
        "identity": SPIFFE if name == "uploader" else f"{name}@x.example",
        "roles": frozenset(roles),
        "tenant": "t-1" if name == "uploader" else "",
        "method": "mtls",
        "until": NOW + timedelta(minutes=30),
    }
    return Principal(**{**usual, **changed})
