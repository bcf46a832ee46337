"""The fold that says where a transfer stands: reconciled has one way, whatever a ledger holds."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from limen.controls import transfer_states as states
from limen.controls.transfer_states import Standing, Standings

START = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
TOKENS = {name: f"tok:v1:k:{name * 64}" for name in "ab"}
GOODS = {"ndc": TOKENS["a"], "lot": TOKENS["b"], "quantity": 12}
PROPOSAL = {"receiver": "two", "within": 86_400, "goods": GOODS, "schedule": "III", "message": "m1", "key": "k1"}
ANSWER = {"goods": GOODS, "counted_at": "2026-11-22T10:00:00Z", "message": "m2", "key": "k2"}


class Line(NamedTuple):
    """A record of a ledger."""

    seq: int
    time: str
    tenant: str
    actor: str
    action: str
    record: str
    details: dict[str, Any]


def line(what: str, tenant: str, actor: str, details: dict[str, Any], after: timedelta = timedelta(0)) -> Line:
    time = (START + after).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    return Line(1, time, tenant, actor, "transfer:" + what, "r", details)


GOOD = (
    line("proposed", "one", "ana", PROPOSAL),
    line("announced", "two", "hub", {"token_key": "k"}),
    line("acknowledged", "two", "bo", ANSWER),
)
DAY = timedelta(days=1)
MICRO = timedelta(microseconds=1)


def folded(*lines: Line) -> Standing | None:
    standings = Standings()
    for number, one in enumerate(lines, 1):
        standings.take(one._replace(seq=number))
    return standings.get("r")


def state(*lines: Line) -> str | None:
    found = folded(*lines)
    return None if found is None else found.state


def changed(one: Line, **details: Any) -> Line:
    return one._replace(details={**one.details, **details})


def after(one: Line, by: timedelta) -> Line:
    return one._replace(time=(datetime.fromisoformat(one.time) + by).strftime("%Y-%m-%dT%H:%M:%S.%fZ"))


def test_the_way() -> None:
    assert state() is None
    assert state(GOOD[0]) == "proposed"
    assert state(*GOOD[:2]) == "announced"
    assert state(*GOOD) == "reconciled"
    found = folded(*GOOD)
    assert found is not None
    assert (found.sender, found.proposed_by, found.entry) == ("one", "ana", 3)


PROPOSED, ANNOUNCED, ACKNOWLEDGED = GOOD
CONTRADICTIONS: dict[str, tuple[Line, ...]] = {
    "acknowledged unannounced": (PROPOSED, ACKNOWLEDGED),
    "announced twice": (PROPOSED, ANNOUNCED, ANNOUNCED),
    "proposed twice": (PROPOSED, PROPOSED),
    "proposed after its end": (*GOOD, PROPOSED),
    "acknowledged twice": (*GOOD, ACKNOWLEDGED),
    "cancelled after its end": (*GOOD, line("cancelled", "one", "ana", {})),
    "acknowledged by the sender's tenant": (PROPOSED, ANNOUNCED, ACKNOWLEDGED._replace(tenant="one")),
    "acknowledged by a third": (PROPOSED, ANNOUNCED, ACKNOWLEDGED._replace(tenant="three")),
    "acknowledged by the sender's person": (PROPOSED, ANNOUNCED, ACKNOWLEDGED._replace(actor="ana")),
    "acknowledged by the sender's key": (PROPOSED, ANNOUNCED, changed(ACKNOWLEDGED, key="k1")),
    "announced to a third": (PROPOSED, ANNOUNCED._replace(tenant="three")),
    "cancelled by the receiver": (PROPOSED, line("cancelled", "two", "bo", {})),
    "cancelled when it was cancelled": (
        PROPOSED,
        line("cancelled", "one", "ana", {}),
        line("cancelled", "one", "ana", {}),
    ),
    "announced when it had expired": (PROPOSED, line("expired", "one", "hub", {}), ANNOUNCED),
    "something else": (PROPOSED, line("paid", "one", "ana", {})),
    "an acknowledgement without goods": (PROPOSED, ANNOUNCED, ACKNOWLEDGED._replace(details={"message": "m"})),
    "an acknowledgement with more": (PROPOSED, ANNOUNCED, changed(ACKNOWLEDGED, agrees=True)),
    "a quantity that is no number": (
        PROPOSED,
        ANNOUNCED,
        changed(ACKNOWLEDGED, goods={**GOODS, "quantity": "12"}),
    ),
}


@pytest.mark.parametrize("name", CONTRADICTIONS)
def test_what_can_not_be(name: str) -> None:
    assert state(*CONTRADICTIONS[name]) == "contradictory"


@pytest.mark.parametrize(
    "details",
    [
        {},
        {**PROPOSAL, "receiver": "one"},
        {**PROPOSAL, "within": 0},
        {**PROPOSAL, "within": 10**18},
        {**PROPOSAL, "goods": {**GOODS, "quantity": 0}},
        {**PROPOSAL, "goods": {**GOODS, "quantity": 1.5}},
    ],
)
def test_a_proposal_that_is_none_begins_nothing(details: dict[str, Any]) -> None:
    assert state(PROPOSED._replace(details=details)) is None
    assert state(PROPOSED._replace(details=details), ANNOUNCED, ACKNOWLEDGED) is None


ENDS: dict[str, tuple[str, tuple[Line, ...]]] = {
    "one package, one second": (
        "reconciled",
        (
            changed(PROPOSED, goods={**GOODS, "quantity": 1}, within=1),
            ANNOUNCED,
            changed(ACKNOWLEDGED, goods={**GOODS, "quantity": 1}),
        ),
    ),
    "in time": ("reconciled", (PROPOSED, after(ANNOUNCED, DAY), after(ACKNOWLEDGED, 2 * DAY))),
    "announced too late": ("expired", (PROPOSED, after(ANNOUNCED, DAY + MICRO))),
    "acknowledged too late": ("expired", (PROPOSED, ANNOUNCED, after(ACKNOWLEDGED, DAY + MICRO))),
    "another quantity": ("mismatched", (*GOOD[:2], changed(ACKNOWLEDGED, goods={**GOODS, "quantity": 11}))),
    "another lot": ("mismatched", (*GOOD[:2], changed(ACKNOWLEDGED, goods={**GOODS, "lot": TOKENS["a"]}))),
    "another product": ("mismatched", (*GOOD[:2], changed(ACKNOWLEDGED, goods={**GOODS, "ndc": TOKENS["b"]}))),
    "cancelled": ("cancelled", (PROPOSED, line("cancelled", "one", "ana", {}))),
    "cancelled when announced": ("cancelled", (PROPOSED, ANNOUNCED, line("cancelled", "one", "ana", {}))),
    "expired": ("expired", (PROPOSED, ANNOUNCED, line("expired", "one", "hub", {}))),
    "refused in between": ("reconciled", (PROPOSED, line("refused", "", "x", {}), *GOOD[1:])),
    "other records in between": (
        "announced",
        (PROPOSED, ANNOUNCED._replace(record="s"), ANNOUNCED._replace(action="cross"), ANNOUNCED),
    ),
}


@pytest.mark.parametrize("name", ENDS)
def test_ends(name: str) -> None:
    expected, lines = ENDS[name]
    assert state(*lines) == expected


def test_what_is_open_beyond_its_deadline_has_expired() -> None:
    for lines in (GOOD[:1], GOOD[:2]):
        found = folded(*lines)
        assert found is not None
        assert found.at(START + DAY) == found.state
        assert found.at(START + DAY + MICRO) == "expired"
    done = folded(*GOOD)
    assert done is not None
    assert done.at(START + 100 * DAY) == "reconciled"


details = st.sampled_from([PROPOSAL, {"token_key": "k"}, ANSWER, {}, {**ANSWER, "key": "k1"}])
lines = st.lists(
    st.builds(
        line,
        st.sampled_from(["proposed", "announced", "acknowledged", "cancelled", "expired", "refused", "x"]),
        st.sampled_from(["one", "two", "three", ""]),
        st.sampled_from(["ana", "bo", "hub"]),
        details | st.dictionaries(st.text(max_size=9), st.none() | st.integers() | st.text(max_size=5), max_size=4),
        st.sampled_from([timedelta(0), DAY, DAY + MICRO, 3 * DAY]),
    ),
    max_size=8,
)


@given(st.lists(st.sampled_from(GOOD), max_size=4).flatmap(lambda good: lines.map(lambda more: [*good, *more])))
@settings(max_examples=400)
def test_reconciled_has_one_way(told: list[Line]) -> None:
    """Whatever entries there are: where it is reconciled, both signed, in this order, in time, the same goods."""
    if state(*told) != "reconciled":
        return
    steps = [one for one in told if one.action.startswith("transfer:") and one.action != "transfer:refused"]
    steps = steps[next(i for i, one in enumerate(steps) if one.action == states.PROPOSED and one.details == PROPOSAL) :]
    assert [one.action for one in steps] == [states.PROPOSED, states.ANNOUNCED, states.ACKNOWLEDGED]
    proposed, announced, acknowledged = steps
    assert (announced.tenant, acknowledged.tenant) == ("two", "two")
    assert proposed.actor != acknowledged.actor
    assert acknowledged.details == ANSWER
    moments: list[datetime] = [datetime.fromisoformat(one.time) for one in steps]
    assert moments[1] <= moments[0] + DAY
    assert moments[2] <= moments[1] + DAY


def test_the_way_is_found_by_the_search_above() -> None:
    check: Callable[[list[Line]], None] = test_reconciled_has_one_way.hypothesis.inner_test  # type: ignore[attr-defined]
    check(list(GOOD))
