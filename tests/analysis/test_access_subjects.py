"""Roles and duties as rules see them."""

from __future__ import annotations

from typing import Any

from tests.analysis.subjects import detail, facts_of, inputs

ROLES: dict[str, Any] = {
    "uploader": {"permissions": ["packet:upload"], "subjects": "human", "custody_logged": True},
    "admin": {"permissions": ["packet:*", "record:edit", "idle:forever"], "subjects": "any"},
    "signer": {"permissions": ["submission:sign"], "subjects": "human"},
    "clerk": {"permissions": ["record:edit"], "subjects": "workload"},
}
COMPONENTS: dict[str, Any] = {
    "portal": {"roles": ["uploader", "clerk"], "originates": ["record"]},
    "gateway": {"roles": ["admin"]},
}
FLOWS: list[dict[str, Any]] = [
    {
        "from": "portal",
        "to": "gateway",
        "carries": ["record"],
        "authz": {"roles": ["uploader"], "permission": "packet:upload"},
    },
    {
        "from": "portal",
        "to": "gateway",
        "carries": [],
        "returns": ["record"],
        "authz": {"roles": ["admin"], "permission": "record:*"},
    },
]
PRINCIPALS = {
    "jane": {"roles": ["signer", "clerk"]},
    "john": {"roles": ["uploader", "uploader"]},
    "ghost": {"roles": ["none"]},
}
DUTIES = [
    ["submission:sign", "record:edit"],
    ["packet:upload", "record:edit"],
    ["never:granted", "packet:upload"],
    ["record:edit", "submission:sign"],
]


def test_roles() -> None:
    found = facts_of(COMPONENTS, FLOWS, roles=ROLES, principals=PRINCIPALS)
    assert inputs(found.tables["role"]) == {
        "uploader": {
            "permissions": 1,
            "wildcards": 0,
            "unused": 0,
            "subjects": "human",
            "held_by_components": 1,
            "held_by_principals": 1,
            "custody_logged": True,
            "reads_identifying": False,
        },
        "admin": {
            "permissions": 3,
            "wildcards": 1,
            "unused": 1,
            "subjects": "any",
            "held_by_components": 1,
            "held_by_principals": 0,
            "custody_logged": False,
            "reads_identifying": True,
        },
        "signer": {
            "permissions": 1,
            "wildcards": 0,
            "unused": 1,
            "subjects": "human",
            "held_by_components": 0,
            "held_by_principals": 1,
            "custody_logged": False,
            "reads_identifying": False,
        },
        # A flow asks for record:*, so record:edit is used.
        "clerk": {
            "permissions": 1,
            "wildcards": 0,
            "unused": 0,
            "subjects": "workload",
            "held_by_components": 1,
            "held_by_principals": 1,
            "custody_logged": False,
            "reads_identifying": False,
        },
    }
    known = detail(found.tables["role"], "admin")
    assert (known.path, known.peers, known.provenance) == (
        ("roles", "admin"),
        ("idle:forever",),
        {"unused": "no flow asks for idle:forever"},
    )


def test_duties_that_must_stay_apart() -> None:
    found = facts_of(COMPONENTS, FLOWS, roles=ROLES, principals=PRINCIPALS, separation_of_duties=DUTIES)
    table = found.tables["duty_pair"]
    # The fourth pair is the first one turned round.
    assert inputs(table) == {
        "record%3Aedit/submission%3Asign": {"known": 2, "principals": 1, "components": 0, "roles": 0},
        # The admin's packet:* is packet:upload too; the portal holds both in two roles.
        "packet%3Aupload/record%3Aedit": {"known": 2, "principals": 0, "components": 2, "roles": 1},
        "never%3Agranted/packet%3Aupload": {"known": 1, "principals": 0, "components": 0, "roles": 0},
    }
    known = detail(table, "packet%3Aupload/record%3Aedit")
    assert known.path == ("separation_of_duties", 1)
    assert known.peers == ("portal", "gateway", "admin")
    assert known.provenance == {"components": "held by portal, gateway", "roles": "held by admin"}
