"""Simulations say what a crossing would come to, with every reason and line, and nothing happens."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from limen.controls.access_rules import AccessRules
from limen.controls.guard.simulating import Simulation
from limen.controls.principals import Principal
from limen.controls.refusals import RefusedError
from tests.controls.guard.strategies import PRINCIPALS, TENANTS
from tests.controls.guard.world import NOW, World, caller, reference, text


def test_what_conforms_is_explained_with_the_lines_that_decide(world: World) -> None:
    found = world.guard("transfer-hub").simulate("out-014", caller("pharmacy-014"))
    assert found.allowed
    assert found.reasons == ()
    answers = {step.step: step.answer for step in found.steps}
    assert answers == {
        "declared": "yes",
        "authenticated": "yes",
        "authorised": "yes",
        "tenant": "yes",
        "classified": "unasked",
        "protected": "unasked",
        "ruled": "yes",
        "logged": "unasked",
    }
    lines = {step.step: step.decided_by for step in found.steps}
    number = next(
        number
        for number, line in enumerate((reference().root / "flows/pharmacies.jsonl").read_text().splitlines(), 1)
        if '"id": "out-014"' in line
    )
    assert lines["authorised"][0].startswith(f"flows/pharmacies.jsonl:{number}:")
    assert lines["authorised"][0].endswith(": flows.out-014.authz")
    assert lines["classified"][0].startswith("boundaries.yaml:")
    said = str(found)
    assert said.startswith("out-014 transfer-order: allowed\n")
    assert "taken off transfer-order" in said


def test_every_reason_at_once(world: World) -> None:
    principal = caller("pharmacy-014", method="oidc", roles=frozenset(), until=NOW - timedelta(days=1), tenant="")
    found = world.guard("transfer-hub").simulate("out-014", principal, tenant="pharmacy-022", record="no id")
    assert not found.allowed
    assert found.reasons == (
        "wrong_method",
        "credential_expired",
        "role_missing",
        "wrong_tenant",
        "record_refused",
    )
    assert "credential_expired: the credential has ended" in str(found)


def test_without_files_the_paths_are_named(world: World) -> None:
    plain = World(world.folder, world.store, reference().declaration)
    plain.ledgers = world.ledgers
    found = plain.guard("transfer-hub").simulate("out-014", None)
    assert found.steps[1].decided_by == ("flows.out-014.authn",)
    assert found.reasons == ("unauthenticated",)


def test_what_is_not_declared(world: World) -> None:
    guard = world.guard("transfer-hub")
    for given_, reason in (
        (("dispense-099",), "undeclared_flow"),
        (("dispense-014",), "not_an_end"),
        (("out-014", caller("pharmacy-014"), "receipt"), "undeclared_item"),
        ((["out-014"],), "undeclared_flow"),
    ):
        flow, principal, item = (*given_, None, None)[:3]
        found: Simulation = guard.simulate(flow, principal, item)  # type: ignore[arg-type]
        assert (found.allowed, found.reasons) == (False, (reason,))
        assert len(found.steps) == 1
    assert "refused" in str(guard.simulate("dispense-099", None))


def test_the_fields_of_what_would_be_sent_are_compared(world: World) -> None:
    guard, principal = world.guard("pharmacy-014"), caller("pharmacy-014")
    assert guard.simulate("dispense-014", principal, payload=text("dispense-record")).allowed
    found = guard.simulate("dispense-014", principal, payload=b'{"address":"12 Wexford Street"}')
    assert found.reasons == ("fields_undeclared",)
    assert "Wexford" not in str(found)


def test_live_rules_are_said_to_be_unasked(world: World) -> None:
    with AccessRules("package g\nallow := false", query="data.g.allow") as rules:
        found = world.guard("transfer-hub", rules=rules).simulate("out-014", caller("pharmacy-014"))
    assert {step.step: step.answer for step in found.steps}["ruled"] == "unasked"


def test_nothing_is_recorded_and_no_key_is_used(world: World) -> None:
    guard = world.guard("pharmacy-gateway")
    world.ledger("cs-ledger").close()
    assert guard.simulate("dispense-014", caller("pharmacy-014"), "dispense-record").allowed
    assert not guard.simulate("dispense-014", None, "dispense-record").allowed
    assert world.lines("cs-ledger") == []


@given(principal=PRINCIPALS | st.just(caller("pharmacy-014")) | st.none(), tenant=st.sampled_from(["", *TENANTS]))
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_crossing_is_refused_for_the_first_reason_of_its_simulation(
    world: World, principal: Principal | None, tenant: str
) -> None:
    """The two never disagree: what is simulated as allowed passes with a sound payload, and nothing else does."""
    guard = world.guard("pharmacy-014")
    asked: dict[str, Any] = {"record": "rec-1", "tenant": tenant}
    found = guard.simulate("dispense-014", principal, payload=text("dispense-record"), **asked)
    if found.allowed:
        guard.cross("dispense-014", principal, text("dispense-record"), **asked)
        return
    with pytest.raises(RefusedError) as refused:
        guard.cross("dispense-014", principal, text("dispense-record"), **asked)
    assert refused.value.reason == found.reasons[0]
