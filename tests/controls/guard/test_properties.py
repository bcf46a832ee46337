"""Whatever is given, a crossing returns for a declared combination or raises a refusal, and never anything else."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from limen.controls.guard.crossed import Crossed
from limen.controls.guard.guard import Guard
from limen.controls.principals import Principal
from limen.controls.refusals import REASONS, RefusedError
from tests.controls.guard.world import ITEMS, NOW, World, caller, reference, text

FLOWS = [flow.id for flow in reference().declaration.flows]
ODD: st.SearchStrategy[Any] = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=6),
    st.binary(max_size=6),
    st.lists(st.none()),
)
QUIET = settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
PRINCIPALS = st.sampled_from(
    [
        caller("pharmacy-014"),
        caller("cabinet-014"),
        caller("pharmacy-gateway", method="spiffe"),
        caller("transfer-hub"),
        caller("j-okafor", method="oidc"),
        caller("svc-inventory", method="spiffe"),
    ]
)


@pytest.fixture
def guards(world: World) -> dict[str, Guard]:
    """Return guards that send, receive, relay and record nothing."""
    return {name: world.guard(name) for name in ("pharmacy-gateway", "pharmacy-014", "plant-server", "cmo", "packager")}


@given(
    st.sampled_from(["pharmacy-gateway", "pharmacy-014", "plant-server", "cmo", "packager"]),
    st.sampled_from(FLOWS) | ODD,
    PRINCIPALS | ODD,
    st.sampled_from([text(item) for item in ITEMS]) | st.sampled_from(list(ITEMS.values())) | ODD | st.binary(),
    st.fixed_dictionaries(
        {"record": st.sampled_from(["rec-1", "r", "A/b:c"]) | ODD},
        optional={
            "item": st.sampled_from(sorted(ITEMS)) | ODD,
            "direction": st.sampled_from(["carries", "returns"]) | ODD,
            "tenant": st.sampled_from(["", "pharmacy-014"]) | ODD,
        },
    ),
)
@QUIET
def test_a_crossing_returns_or_is_refused(
    guards: dict[str, Guard], component: str, flow: Any, principal: Any, payload: Any, asked: dict[str, Any]
) -> None:
    guard = guards[component]
    try:
        crossed = guard.cross(flow, principal, payload, **asked)
    except RefusedError as refused:
        named = refused
    else:
        declared = next(one for one in reference().declaration.flows if one.id == flow)
        moved = declared.carries if crossed.direction == "carries" else declared.returns
        assert moved
        assert crossed.item in moved
        assert component in (declared.source, declared.target)
        assert isinstance(crossed, Crossed)
        return
    assert named.reason in REASONS
    assert named.reason != "internal"
    assert len(named.incident) == 16
    for value in (payload, flow, asked["record"]):
        if isinstance(value, str) and len(value) > 5 and value not in FLOWS:
            assert value not in str(named)


CHANGES: dict[str, st.SearchStrategy[Any]] = {
    "flow": st.sampled_from([flow for flow in FLOWS if flow != "dispense-014"]) | st.text(),
    "item": st.sampled_from(sorted(set(ITEMS) - {"dispense-record"})) | st.text(),
    "direction": st.just("returns") | st.text(),
    "record": st.from_regex(r"[a-z]{1,8}", fullmatch=True) | st.text(),
    "tenant": st.text(min_size=1).filter(lambda one: one != "pharmacy-014"),
    "principal.name": st.sampled_from(sorted(reference().declaration.components)) | st.just("j-okafor"),
    "principal.identity": st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1),
    "principal.roles": st.frozensets(
        st.sampled_from([*sorted(set(reference().declaration.roles) - {"pharmacy"}), "superuser"])
    ),
    "principal.tenant": st.sampled_from([*sorted(set(reference().declaration.tenants) - {"pharmacy-014"}), ""]),
    "principal.method": st.sampled_from(["oidc", "spiffe", "signed-request", "password", "none"]),
    "principal.until": st.timedeltas(timedelta(days=-9), timedelta(seconds=-60)).map(lambda left: NOW + left)
    | st.timedeltas(timedelta(hours=1, seconds=61), timedelta(days=9)).map(lambda left: NOW + left),
}


@pytest.mark.parametrize("name", [*CHANGES, "payload"])
@given(data=st.data())
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_any_one_change_of_a_conforming_crossing_is_refused(world: World, name: str, data: st.DataObject) -> None:
    guard, principal = world.guard("pharmacy-gateway"), caller("pharmacy-014")
    sent = world.guard("pharmacy-014").cross("dispense-014", principal, text("dispense-record"), record="rec-1")
    asked: dict[str, Any] = {
        "flow": "dispense-014",
        "principal": principal,
        "payload": sent.payload,
        "item": "dispense-record",
        "record": "rec-1",
        "direction": "carries",
        "tenant": "pharmacy-014",
    }
    assert guard.cross(**asked).payload == text("dispense-record")
    part, _, attribute = name.partition(".")
    if name == "payload":
        place = data.draw(st.integers(0, 1 << 20)) % len(sent.payload)
        asked["payload"] = (
            sent.payload[:place]
            + bytes([sent.payload[place] ^ data.draw(st.integers(1, 255))])
            + sent.payload[place + 1 :]
        )
    elif attribute:
        value = data.draw(CHANGES[name])
        if value == getattr(principal, attribute):
            return
        asked[part] = changed(principal, attribute, value)
    else:
        asked[part] = data.draw(CHANGES[name])
    if asked[part] == "rec-1":
        return
    before = len(world.lines("cs-ledger"))
    with pytest.raises(RefusedError):
        guard.cross(**asked)
    after = world.lines("cs-ledger")
    assert len(after) == before + 1
    assert after[-1].action == "guard.refused"


def changed(principal: Principal, attribute: str, value: Any) -> Principal | None:
    try:
        return msgspec.structs.replace(principal, **{attribute: value})
    except RefusedError:
        return None


def test_many_threads_cross_at_once(world: World) -> None:
    """Eight threads on both ends: everything conforming passes, everything else is refused, and the chain holds."""
    guard, pharmacy, principal = world.guard("pharmacy-gateway"), world.guard("pharmacy-014"), caller("pharmacy-014")
    passed: list[str] = []
    failed: list[BaseException] = []

    def run(number: int) -> None:
        try:
            for turn in range(5):
                record = f"rec-{number}-{turn}"
                sent = pharmacy.cross("dispense-014", principal, text("dispense-record"), record=record)
                got = guard.cross("dispense-014", principal, sent.payload, item="dispense-record", record=record)
                passed.append(got.record)
                with pytest.raises(RefusedError):
                    guard.cross("dispense-014", principal, sent.payload, item="dispense-record", record="other")
        except BaseException as error:  # noqa: BLE001 shown by the test
            failed.append(error)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert len(set(passed)) == 40
    lines = world.lines("cs-ledger")
    assert [line.details["outcome"] for line in lines].count("passed") == 40
    assert {line.record for line in lines if line.details["outcome"] == "passed"} == set(passed)
    assert len(lines) == 80
