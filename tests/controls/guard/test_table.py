"""The table: what the declaration leaves open is a fault, and what it says is in the rows."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from limen.controls.flow_tenants import tenant_items
from limen.controls.guard.guard import Guard
from limen.controls.guard.table import compiled
from limen.controls.refusals import RefusedError
from tests.controls.guard.world import World, caller, changed, flow, text

LEFT_OPEN: dict[str, tuple[str, Callable[[dict[str, Any]], Any]]] = {
    "no authentication": ("unauthenticated", lambda d: flow(d, "dispense-014").pop("authn")),
    "authentication by none": (
        "unauthenticated",
        lambda d: flow(d, "dispense-014").update(authn={"method": "none"}),
    ),
    "no identity of the caller": ("wrong_identity", lambda d: d["components"]["pharmacy-014"].pop("identity")),
    "no authorisation": ("role_missing", lambda d: flow(d, "dispense-014").pop("authz")),
    "neither role nor permission": ("role_missing", lambda d: flow(d, "dispense-014").update(authz={})),
    "a role that does not grant it": (
        "role_missing",
        lambda d: d["roles"]["pharmacy"].update(permissions=["movement:report"]),
    ),
    "a role for people": ("role_missing", lambda d: d["roles"]["pharmacy"].update(subjects="human")),
    "a role that the component lost": (
        "role_missing",
        lambda d: d["components"]["pharmacy-014"].update(roles=["transfer_sender"]),
    ),
    "duties of both sides": (
        "duty_conflict",
        lambda d: d["roles"]["transfer_sender"].update(permissions=["transfer:send", "dispense:write"]),
    ),
    "no label": ("label_missing", lambda d: d["data"]["dispense-record"].pop("label")),
    "no clearance": ("clearance_exceeded", lambda d: d["zones"]["ingress"].pop("clearance")),
    "a lower clearance": (
        "clearance_exceeded",
        lambda d: d["zones"]["ingress"].update(clearance={"level": "internal", "basis": "lowered"}),
    ),
    "another tenant of the flow": (
        "wrong_tenant",
        lambda d: flow(d, "dispense-014").update(tenant="pharmacy-022"),
    ),
    "no ledger": ("ledger_unavailable", lambda d: flow(d, "dispense-014").pop("audit")),
    "no items": ("undeclared_item", lambda d: flow(d, "dispense-014").pop("carries")),
    "a flow of storage": ("undeclared_item", lambda d: flow(d, "dispense-014").update({"of": "storage"})),
    "no such flow": ("undeclared_flow", lambda d: d["flows"].remove(flow(d, "dispense-014"))),
    "fewer fields on the flow": (
        "fields_undeclared",
        lambda d: flow(d, "dispense-014").update(fields={"dispense-record": ["drug", "quantity"]}),
    ),
    "fewer fields needed by the role": (
        "fields_undeclared",
        lambda d: d["roles"]["pharmacy"]["needs"].update({"dispense-record": ["drug", "quantity"]}),
    ),
    "none of the fields needed by the role": (
        "fields_undeclared",
        lambda d: d["roles"]["pharmacy"]["needs"].update({"dispense-record": []}),
    ),
}


@pytest.mark.parametrize("name", LEFT_OPEN)
def test_what_the_declaration_leaves_open_is_refused_and_recorded(world: World, tmp_path: Path, name: str) -> None:
    """One line of the declaration less, and the crossing that conformed to it before does not pass."""
    reason, change = LEFT_OPEN[name]
    payload = world.guard("pharmacy-014").cross(
        "dispense-014", caller("pharmacy-014"), text("dispense-record"), record="rec-1"
    )
    weaker = World(tmp_path, world.store, changed(tmp_path, change))
    guard = weaker.guard("pharmacy-gateway")
    asked: dict[str, Any] = {"item": "dispense-record", "record": "rec-1"}
    with pytest.raises(RefusedError) as refused:
        guard.cross("dispense-014", caller("pharmacy-014"), payload.payload, **asked)
    assert refused.value.reason == reason
    (line,) = weaker.lines("cs-ledger")
    assert (line.action, line.details["reason"]) == ("guard.refused", reason)
    weaker.close()


def test_a_sealed_item_may_be_held_where_nobody_is_cleared(world: World) -> None:
    rows = compiled(world.declaration, "event-broker", {}).rows
    assert rows["publish", "carries", "epcis-event"].faults == ()


def test_an_item_without_fields_is_not_compared(world: World, tmp_path: Path) -> None:
    weaker = World(tmp_path, world.store, changed(tmp_path, lambda d: d["data"]["dispense-record"].pop("fields")))
    weaker.declaration.roles["pharmacy"].needs.clear()
    assert compiled(weaker.declaration, "pharmacy-014", {}).rows["dispense-014", "carries", None].fields is None
    guard = weaker.guard("pharmacy-014")
    assert guard.cross("dispense-014", caller("pharmacy-014"), b"\x00anything", record="rec-1").payload


def test_what_belongs_to_no_tenant_needs_none(world: World) -> None:
    """A ledger's head is nobody's; a movement is somebody's, and so is what is made of it."""
    assert {"chain-head", "alert", "key-request", "audit-entry", "epcis-event"}.isdisjoint(
        tenant_items(world.declaration)
    )
    assert {"cs-movement", "cs-entry", "receipt", "submission", "approval"} <= tenant_items(world.declaration)
    rows = compiled(world.declaration, "cs-ledger", {}).rows
    assert not rows["cs-anchor", "carries", "chain-head"].tenant_needed
    assert rows["entries", "carries", "cs-entry"].tenant_needed
    keeper = caller("cs-ledger", method="mtls")
    head = b'{"head":"00","length":1}'
    for tenant in ("", "pharmacy-014"):
        assert world.guard("cs-ledger").cross("cs-anchor", keeper, head, record="head-1", tenant=tenant).payload


def test_an_item_may_be_left_out_where_there_is_one(world: World) -> None:
    rows = compiled(world.declaration, "edi-gateway", {}).rows
    assert ("edi", "carries", None) not in rows
    assert rows["edi", "returns", None] is rows["edi", "returns", "receipt"]
    with pytest.raises(RefusedError, match="which item of edi is not said") as refused:
        world.guard("edi-gateway").cross("edi", caller("wholesaler"), b"", record="r-1")
    assert refused.value.reason == "undeclared_item"
    assert refused.value.problems[0].hint == "it carries edi-852, edi-867"


def test_every_component_of_the_reference_that_moves_items_can_be_guarded(world: World) -> None:
    guarded = {name: world.guard(name, refusals="") for name in world.declaration.components if ends(world, name)}
    assert len(guarded) > 30
    assert all(isinstance(one, Guard) for one in guarded.values())
    for name in guarded:
        for row in compiled(world.declaration, name, {}).rows.values():
            assert row.faults == (), (row.flow, row.item)


def ends(world: World, name: str) -> bool:
    return any(
        name in (one.source, one.target) and (one.carries or one.returns) and not one.of
        for one in world.declaration.flows
    )


def test_relays_that_lead_in_a_circle_lead_nowhere(world: World, tmp_path: Path) -> None:
    """Two brokers that pass the same item to each other, and nobody who seals it: nothing can ever come of it."""

    def change(declared: dict[str, Any]) -> None:
        declared["components"]["epcis-gateway"]["seals_with"].remove("event-key")
        back = dict(flow(declared, "publish"), id="back")
        back["from"], back["to"] = back["to"], back["from"]
        declared["flows"].append(back)

    loaded = changed(tmp_path, change)
    rows = compiled(loaded.declaration, "trace-service", {}).rows
    assert [fault.reason for fault in rows["consume", "carries", "epcis-event"].faults] == ["layer_missing"]


def test_whoever_opens_a_key_that_wraps_another_can_read_what_that_seals(world: World, tmp_path: Path) -> None:
    def change(declared: dict[str, Any]) -> None:
        declared["components"]["event-broker"]["opens_with"] = ["trace-root"]
        declared["zones"]["supply"]["clearance"] = {"level": "internal", "basis": "lowered"}

    loaded = changed(tmp_path, change)
    rows = compiled(loaded.declaration, "event-broker", {}).rows
    assert [fault.reason for fault in rows["publish", "carries", "epcis-event"].faults] == ["clearance_exceeded"]


def test_tenants_mix_in_a_transfer_only(world: World, tmp_path: Path) -> None:
    def change(declared: dict[str, Any]) -> None:
        for name in ("direct", "lawful"):
            declared["flows"].append(dict(flow(declared, "out-014"), id=name, to="pharmacy-022", tenant="pharmacy-014"))
        declared["flows"].append(dict(flow(declared, "out-014"), id="unsaid", to="pharmacy-022"))
        transfer = dict(declared["transfers"][0], id="t-direct", flows=["lawful"])
        declared["transfers"].append(transfer)

    rows = compiled(changed(tmp_path, change).declaration, "pharmacy-014", {}).rows
    found = {name: [f.reason for f in rows[name, "carries", None].faults] for name in ("direct", "unsaid", "lawful")}
    assert found == {"direct": ["wrong_tenant"], "unsaid": ["wrong_tenant"], "lawful": []}
