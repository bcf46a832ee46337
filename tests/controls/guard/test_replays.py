"""Replays: the same bytes pass once, also after a restart, and what did not pass was not seen."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from limen.controls.guard.replays import Replays
from limen.controls.refusals import RefusedError
from limen.errors import UsageError
from tests.controls.guard.world import World, caller, text


def sent(world: World, record: str = "rec-1") -> bytes:
    pharmacy = world.guard("pharmacy-014")
    return pharmacy.cross("dispense-014", caller("pharmacy-014"), text("dispense-record"), record=record).payload


def received(guard: Any, payload: bytes, record: str = "rec-1") -> Any:
    return guard.cross("dispense-014", caller("pharmacy-014"), payload, item="dispense-record", record=record)


def test_a_replay_is_refused_and_recorded(world: World) -> None:
    guard, payload = world.guard("pharmacy-gateway", replays=Replays()), sent(world)
    received(guard, payload)
    with pytest.raises(RefusedError) as refused:
        received(guard, payload)
    assert refused.value.reason == "replayed"
    received(guard, sent(world))  # the same record, sealed anew, is no replay of these bytes
    received(guard, sent(world, "rec-2"), "rec-2")
    outcomes = [line.details.get("reason", "passed") for line in world.lines("cs-ledger")]
    assert outcomes == ["passed", "replayed", "passed", "passed"]


def test_without_a_window_nothing_is_a_replay(world: World) -> None:
    guard, payload = world.guard("pharmacy-gateway"), sent(world)
    received(guard, payload)
    received(guard, payload)


def test_a_window_is_read_back_from_the_ledger(world: World) -> None:
    payload, other = sent(world), sent(world, "rec-2")
    guard = world.guard("pharmacy-gateway")
    received(guard, payload)
    with pytest.raises(RefusedError):
        received(guard, other)  # under another record's id: refused, and not remembered as passed
    again = Replays()
    assert again.remember(world.lines("cs-ledger")) == 1
    guard = world.guard("pharmacy-gateway", replays=again)
    with pytest.raises(RefusedError) as refused:
        received(guard, payload)
    assert refused.value.reason == "replayed"
    received(guard, other, "rec-2")


def test_what_could_not_be_recorded_may_be_sent_again(world: World) -> None:
    guard, payload = world.guard("pharmacy-gateway", replays=Replays()), sent(world)
    world.ledger("cs-ledger").close()
    with pytest.raises(RefusedError) as refused:
        received(guard, payload)
    assert refused.value.reason == "ledger_unavailable"
    with world.opened("cs-ledger") as ledger:
        guard.attach("cs-ledger", ledger)
        received(guard, payload)


def test_of_many_who_send_the_same_at_once_one_passes(world: World) -> None:
    guard, payload = world.guard("pharmacy-gateway", replays=Replays()), sent(world)
    outcomes: list[str] = []

    def run() -> None:
        try:
            received(guard, payload)
            outcomes.append("passed")
        except RefusedError as refused:
            outcomes.append(refused.reason)

    threads = [threading.Thread(target=run) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["passed", *["replayed"] * 7]


KEYS = st.tuples(st.sampled_from("ab"), st.tuples(st.just("t"), st.sampled_from("rs"), st.sampled_from("xyz")))


@given(st.lists(KEYS, max_size=30), st.integers(1, 4))
def test_the_window_is_the_newest_of_each_flow(keys: list[Any], size: int) -> None:
    """Against a list that keeps everything: whatever is among the newest `size` of its flow is a replay."""
    window, kept = Replays(size), {"a": [], "b": []}  # type: ignore[var-annotated]
    for flow, key in keys:
        new = key not in kept[flow][-size:]
        assert window.take(flow, key) == new
        if new:
            kept[flow].append(key)


@pytest.mark.parametrize("size", [0, -1, True, 1.5, None])
def test_a_window_has_a_size(size: Any) -> None:
    with pytest.raises(UsageError):
        Replays(size)
