"""The decorator: a function sees what crossed, and its result leaves as the declared item or not at all."""

from __future__ import annotations

import asyncio
import inspect
from typing import Any

import pytest

from limen.controls.guard import Crossed
from limen.controls.refusals import RefusedError
from limen.errors import UsageError
from tests.controls.guard.world import ITEMS, World, caller, text


def sealed(world: World) -> bytes:
    pharmacy = world.guard("pharmacy-014")
    return pharmacy.cross("dispense-014", caller("pharmacy-014"), text("dispense-record"), record="rec-1").payload


def opened(world: World, payload: bytes) -> Any:
    pharmacy = world.guard("pharmacy-014")
    return pharmacy.cross("dispense-014", caller("pharmacy-014"), payload, record="rec-1", direction="returns").json()


def test_a_function_behind_a_guard(world: World) -> None:
    guard, seen = world.guard("pharmacy-gateway"), []

    @guard.guarded(flow="dispense-014", item="dispense-record")
    def take(crossed: Crossed, shelf: str, *, note: str = "") -> dict[str, Any]:
        """Take a record."""
        seen.append((crossed.json(), shelf, note))
        return ITEMS["receipt"]

    back = take(caller("pharmacy-014"), sealed(world), "shelf 4", record="rec-1", note="n")
    assert seen == [(ITEMS["dispense-record"], "shelf 4", "n")]
    assert opened(world, back) == ITEMS["receipt"]
    assert (take.__name__, take.__doc__) == ("take", "Take a record.")
    with pytest.raises(RefusedError) as refused:
        take(caller("pharmacy-022"), sealed(world), "shelf 4", record="rec-1")
    assert refused.value.reason == "role_missing"
    assert len(seen) == 1


def test_an_asynchronous_function_behind_a_guard(world: World) -> None:
    guard = world.guard("pharmacy-gateway")

    @guard.guarded(flow="dispense-014")
    async def take(crossed: Crossed) -> bytes:
        await asyncio.sleep(0)
        return text("receipt")

    assert inspect.iscoroutinefunction(take)
    back = asyncio.run(take(caller("pharmacy-014"), sealed(world), record="rec-1"))
    assert opened(world, back) == ITEMS["receipt"]
    with pytest.raises(RefusedError):
        asyncio.run(take(None, sealed(world), record="rec-1"))


def test_a_function_that_returns_nothing(world: World) -> None:
    guard = world.guard("pharmacy-gateway")
    take = guard.guarded(flow="dispense-014")(lambda crossed: None)
    assert take(caller("pharmacy-014"), sealed(world), record="rec-1") is None
    assert [line.details["direction"] for line in world.lines("cs-ledger")] == ["carries"]


def test_a_result_that_is_not_the_declared_item_does_not_leave(world: World) -> None:
    guard = world.guard("pharmacy-gateway")
    take = guard.guarded(flow="dispense-014")(lambda crossed: crossed.json())
    with pytest.raises(RefusedError) as refused:
        take(caller("pharmacy-014"), sealed(world), record="rec-1")
    assert refused.value.reason == "fields_undeclared"
    hub = world.guard("transfer-hub")
    sent = world.guard("pharmacy-022").cross("ack-022", caller("pharmacy-022"), text("transfer-ack"), record="rec-1")
    take = hub.guarded(flow="ack-022")(lambda crossed: b"thank you")
    with pytest.raises(RefusedError) as refused:
        take(caller("pharmacy-022"), sent.payload, record="rec-1")
    assert refused.value.reason == "undeclared_item"
    assert world.lines("cs-ledger")[-1].details["reason"] == "undeclared_item"


def test_a_shared_flow_gets_its_tenant(world: World) -> None:
    gateway = caller("pharmacy-gateway", method="spiffe")
    asked: dict[str, Any] = {"record": "mv-1", "tenant": "pharmacy-014"}
    sent = world.guard("pharmacy-gateway").cross("movement-in", gateway, text("cs-movement"), **asked)
    take = world.guard("inventory-service").guarded(flow="movement-in")(lambda crossed: None)
    assert take(gateway, sent.payload, **asked) is None
    with pytest.raises(RefusedError) as refused:
        take(gateway, sent.payload, record="mv-1")
    assert refused.value.reason == "wrong_tenant"


@pytest.mark.parametrize(
    ("component", "given", "said"),
    [
        ("pharmacy-gateway", {"flow": "dispense-099"}, "dispense-099 does not lead to pharmacy-gateway"),
        ("pharmacy-gateway", {"flow": "movement-in"}, "movement-in does not lead to pharmacy-gateway"),
        ("pharmacy-gateway", {"flow": "dispense-014", "item": "cs-movement"}, "dispense-014 carries no cs-movement"),
        ("pharmacy-gateway", {"flow": "dispense-014", "returns": "alert"}, "dispense-014 returns no alert"),
        ("edi-gateway", {"flow": "edi"}, "which item edi carries is not said"),
        ("clinical-db", {"flow": "read-for-deid"}, "read-for-deid carries nothing to call a function with"),
    ],
)
def test_what_can_not_be_guarded_is_said_when_it_is_declared(
    world: World, component: str, given: dict[str, Any], said: str
) -> None:
    with pytest.raises(UsageError) as refused:
        world.guard(component).guarded(**given)
    assert [problem.message for problem in refused.value.problems] == [said]
