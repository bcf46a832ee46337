"""Principals and the uses of roles as rules see them."""

from __future__ import annotations

from typing import Any

from tests.analysis.subjects import detail, facts_of, inputs, some

ROLES: dict[str, Any] = {
    "signer": {
        "permissions": ["report:sign", "report:print"],
        "subjects": "human",
        "needs": {"report": ["visit", "token"], "gone": ["x"]},
    },
    "writer": {"permissions": ["report:write"], "subjects": "workload"},
    "reader": {"permissions": ["report:write", "log:read"], "subjects": "workload"},
}
COMPONENTS: dict[str, Any] = {
    "desk": {},
    "service": {"roles": ["writer", "reader"], "originates": ["report"]},
    "log": {},
}
DATA: dict[str, Any] = {"report": {"fields": ["visit", "token", "site"]}}
FLOWS: list[dict[str, Any]] = [
    {"id": "sign", "from": "desk", "to": "service", "carries": [], "returns": ["report"],
     "authz": {"roles": ["signer"], "permission": "report:sign"}},
    {"id": "write", "from": "service", "to": "log", "carries": ["report"], "fields": {"report": ["visit"]},
     "authz": {"roles": ["writer", "reader"], "permission": "report:write"}},
]  # fmt: skip
PRINCIPALS: dict[str, Any] = {
    "ada": {"roles": ["signer"]},
    "svc": {"roles": ["reader", "writer"]},
    "half": {"roles": ["writer"]},
    "mixed": {"roles": ["signer", "writer", "unheard"]},
    "idle": {"roles": []},
    "twin": {"roles": ["writer"]},
}


def test_principals() -> None:
    found = facts_of(COMPONENTS, FLOWS, data=DATA, roles=ROLES, principals=PRINCIPALS)
    assert inputs(found.tables["principal"]) == {
        "ada": {"roles": 1, "human_roles": 1, "workload_roles": 0, "twins": 0, "as_component": False},
        "svc": {"roles": 2, "human_roles": 0, "workload_roles": 2, "twins": 0, "as_component": True},
        "half": {"roles": 1, "human_roles": 0, "workload_roles": 1, "twins": 1, "as_component": False},
        "mixed": {"roles": 3, "human_roles": 1, "workload_roles": 1, "twins": 0, "as_component": False},
        # The desk acts in no role, and neither does who holds none: a rule of its own asks for a role.
        "idle": {"roles": 0, "human_roles": 0, "workload_roles": 0, "twins": 0, "as_component": True},
        "twin": {"roles": 1, "human_roles": 0, "workload_roles": 1, "twins": 1, "as_component": False},
    }
    assert detail(found.tables["principal"], "ada").path == ("principals", "ada")


def test_what_roles_are_there_for() -> None:
    found = facts_of(COMPONENTS, FLOWS, data=DATA, roles=ROLES)
    role = inputs(found.tables["role"])
    fields = ("idle", "needs", "idle_needs", "unneeded")
    # It is sent the site as well, and there is no item called gone.
    assert some(role["signer"], *fields) == {"idle": 1, "needs": 3, "idle_needs": 1, "unneeded": 1}
    assert detail(found.tables["role"], "signer").provenance["needs"] == "gone.x, report.site"
    # Two roles may use the flow, and neither needs the field: a second role hides nothing.
    assert some(role["writer"], *fields) == {"idle": 0, "needs": 0, "idle_needs": 0, "unneeded": 1}
    assert some(role["reader"], *fields) == {"idle": 1, "needs": 0, "idle_needs": 0, "unneeded": 1}
    # Where one of the two needs it, the other may see it move.
    needing = {**ROLES, "reader": {**ROLES["reader"], "needs": {"report": ["visit"]}}}
    role = inputs(facts_of(COMPONENTS, FLOWS, data=DATA, roles=needing).tables["role"])
    assert [role[name]["unneeded"] for name in ("writer", "reader")] == [0, 0]
