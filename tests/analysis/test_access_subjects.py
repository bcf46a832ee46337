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
            "idle": 0,
            "needs": 0,
            "idle_needs": 0,
            "unneeded": 0,
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
            "idle": 2,  # record:* is asked, packet:* only of the uploader
            "needs": 0,
            "idle_needs": 0,
            "unneeded": 0,
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
            "idle": 1,
            "needs": 0,
            "idle_needs": 0,
            "unneeded": 0,
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
            "idle": 1,
            "needs": 0,
            "idle_needs": 0,
            "unneeded": 0,
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
        {"unused": "no flow asks for idle:forever", "permissions": "packet:*, idle:forever"},
    )


def test_duties_that_must_stay_apart() -> None:
    found = facts_of(COMPONENTS, FLOWS, roles=ROLES, principals=PRINCIPALS, separation_of_duties=DUTIES)
    table = found.tables["duty_pair"]
    said = {"declared": True, "demanded": False}
    # The fourth pair is the first one turned round.
    assert inputs(table) == {
        "record%3Aedit/submission%3Asign": {**said, "known": 2, "principals": 1, "components": 0, "roles": 0},
        # The admin's packet:* is packet:upload too; the portal holds both in two roles.
        "packet%3Aupload/record%3Aedit": {**said, "known": 2, "principals": 0, "components": 2, "roles": 1},
        "never%3Agranted/packet%3Aupload": {**said, "known": 1, "principals": 0, "components": 0, "roles": 0},
    }
    known = detail(table, "packet%3Aupload/record%3Aedit")
    assert known.path == ("separation_of_duties", 1)
    assert known.peers == ("portal", "gateway", "admin")
    assert known.provenance == {"components": "held by portal, gateway", "roles": "held by admin"}


def _flow(name: str, permission: str, role: str = "anyone", **said: Any) -> dict[str, Any]:
    return {"id": name, "carries": [], "authz": {"roles": [role], "permission": permission}, **said}


LINE: dict[str, Any] = {
    "site": {"originates": ["record"], "tenant": "east"},
    "store": {"stores": ["record"]},
    "maker": {"produces": [{"data": "report", "from": ["record"], "how": "tokenise"}]},
    "desk": {"produces": [{"data": "approval", "from": ["report"], "how": "sign"}]},
    "sender": {"produces": [{"data": "submission", "from": ["report"], "how": "sign"}]},
    "hub": {},
    "shop": {"tenant": "west"},
}
STEPS = [
    _flow("upload", "record:upload", **{"from": "site", "to": "hub", "carries": ["record"]}),
    _flow("write", "record:write", **{"from": "hub", "to": "store", "carries": ["record"]}),
    _flow("read", "record:read", **{"from": "maker", "to": "store", "returns": ["record"]}),
    _flow("look", "record:look", "person", **{"from": "desk", "to": "store", "returns": ["record"]}),
    _flow("pass", "report:pass", **{"from": "maker", "to": "sender", "carries": ["report"]}),
    _flow("sign", "report:sign", "person", **{"from": "desk", "to": "sender", "carries": ["approval"]}),
    _flow("send", "report:send", **{"from": "sender", "to": "hub", "carries": ["submission"]}),
    _flow("out", "stock:send", **{"from": "site", "to": "hub"}),
    _flow("in", "stock:deliver", **{"from": "hub", "to": "shop"}),
    _flow("ack", "stock:acknowledge", **{"from": "shop", "to": "hub"}),
    {"id": "silent", "from": "hub", "to": "store", "carries": ["record"]},
]


def test_duties_that_the_flows_set_apart() -> None:
    found = facts_of(
        LINE,
        STEPS,
        data={name: {} for name in ("record", "report", "approval", "submission")},
        roles={
            "person": {"permissions": [], "subjects": "human"},
            "anyone": {"permissions": [], "subjects": "workload"},
        },
        transfers=[{"id": "t", "flows": ["out", "in"]}],
        tenants={"east": {"kind": "pharmacy"}, "west": {"kind": "pharmacy"}},
        separation_of_duties=[["record:upload", "record:write"], ["record:read", "record:look"]],
    )
    table = found.tables["duty_pair"]
    apart = {name.replace("%3A", ":"): (pair["declared"], pair["demanded"]) for name, pair in inputs(table).items()}
    assert apart == {
        "record:upload/record:write": (True, True),
        "record:look/record:read": (True, False),  # the architects' own: a workload reads, and signs nothing
        "record:upload/report:sign": (False, True),
        "record:write/report:sign": (False, True),
        "record:look/report:sign": (False, True),
        "report:send/report:sign": (False, True),
        "stock:acknowledge/stock:send": (False, True),
    }
    known = detail(table, "report%3Asend/report%3Asign")
    assert known.path == ("separation_of_duties",)
    assert known.provenance == {"demanded": "approval and submission are signed for the same"}
