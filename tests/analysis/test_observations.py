"""Attempts matched with what the declaration asks, and what they say of its claims."""

from __future__ import annotations

import itertools
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from limen.analysis.observations import Observations
from limen.errors import DeclarationError
from limen.model.declaration import Declaration
from limen.records.attempts import Attempt, Observation
from tests.analysis.systems import system

NOW = 1_800_000_000
DAY = 86_400
VERSIONS = {12: {"offered": [12, 13], "lowest": 12, "highest": 13}, 13: {"offered": [13], "lowest": 13, "highest": 13}}


def declared(*requests: dict[str, Any]) -> Declaration:
    return system(
        {"portal": {"zone": "outside"}, "gateway": {}},
        [{"id": "up", "from": "portal", "to": "gateway"}, {"id": "again", "from": "portal", "to": "gateway"}],
        probes=[{"probe": "tls", **request} for request in requests],
    )


def seen(
    section: str = "flow",
    target: str = "up",
    endpoint: str = "a:443",
    *,
    lowest: int = 13,
    age: int = DAY,
    status: str = "completed",
    probe: str = "tls",
    kind: str = "tls_observation",
    facts: bytes | None = None,
) -> Attempt:
    told = {"channel": "tls", "plaintext": False, "versions": VERSIONS[lowest]}
    content = msgspec.json.encode(told) if facts is None else facts
    observations = (Observation(kind=kind, detail=endpoint, facts=content),) if status == "completed" else ()
    return Attempt(
        probe=probe, version="1", section=section, target=target, endpoint=endpoint, status=status,
        reason="" if status == "completed" else "refused", started_at=NOW - age, duration=0.1,
        observations=observations,
    )  # fmt: skip


FLOW = {"flow": "up", "endpoint": "a:443"}
COMPONENT = {"component": "gateway", "endpoint": "a:443"}
UP = (("flow", "up"), ("component", "gateway"))


def lowest(found: Observations, targets: Any = UP, wanted: int = 13) -> tuple[int, bool, int] | None:
    sight = found.claim("tls", "in_transit.tls.min", wanted, targets)
    return None if sight is None else (sight.agreement.observed, sight.agreement.agrees, sight.age)


def test_what_is_asked_for_and_seen_counts() -> None:
    found = Observations(declared(FLOW), [seen()], NOW)
    assert lowest(found) == (13, True, DAY)
    assert list(found.tables()["tls_observation"].names()) == ["tls_observation:flow/up/a%3A443"]


@pytest.mark.parametrize(
    "other",
    [
        seen(endpoint="b:443"),
        seen(target="again"),
        seen(section="component"),
        seen(section="typed", target="a:443"),
        seen(probe="brokers", kind="brokers_observation"),
    ],
    ids=["moved", "another-flow", "another-section", "typed-by-hand", "another-probe"],
)
def test_what_is_not_asked_for_counts_for_nothing_and_is_kept_apart(other: Attempt) -> None:
    found = Observations(declared(FLOW), [other], NOW)
    assert lowest(found) is None
    assert found.unmatched == (other,)
    assert all(table.size == 0 for table in found.tables().values())


@pytest.mark.parametrize("status", ["error", "not_scheduled"])
def test_an_attempt_that_did_not_complete_sees_nothing(status: str) -> None:
    found = Observations(declared(FLOW), [seen(status=status)], NOW)
    assert lowest(found) is None
    assert found.tables()["tls_observation"].size == 0


def test_the_later_attempt_counts_even_where_it_failed() -> None:
    found = Observations(declared(FLOW), [seen(age=5, status="error"), seen(age=10)], NOW)
    assert lowest(found) is None


def test_the_flow_s_own_endpoint_comes_before_that_of_its_component() -> None:
    both = [seen(), seen("component", "gateway", lowest=12, age=3)]
    found = Observations(declared(FLOW, COMPONENT), both, NOW)
    assert lowest(found) == (13, True, DAY)
    assert lowest(found, (("flow", "again"), ("component", "gateway"))) == (12, False, 3)


def test_of_two_endpoints_of_one_flow_the_one_that_contradicts_counts() -> None:
    other = {"flow": "up", "endpoint": "b:443"}
    attempts = [seen(), seen(endpoint="b:443", lowest=12, age=2 * DAY)]
    for given_in in itertools.permutations(attempts):
        found = Observations(declared(FLOW, other), given_in, NOW)
        assert lowest(found) == (12, False, 2 * DAY)


def test_a_day_that_is_yet_to_come_is_an_age_below_zero() -> None:
    assert lowest(Observations(declared(FLOW), [seen(age=-5)], NOW)) == (13, True, -5)


def test_the_same_thing_seen_twice_is_two_subjects() -> None:
    one = msgspec.structs.replace(seen(), observations=seen().observations * 2)
    names = list(Observations(declared(FLOW), [one], NOW).tables()["tls_observation"].names())
    assert len(set(names)) == 2


@pytest.mark.parametrize(
    ("broken", "words"),
    [
        (seen(kind="kms_observation"), "no kind that this probe makes"),
        (seen(kind="nonsense"), "no kind that this probe makes"),
        (seen(facts=b"{"), "does not have the form"),
        (seen(facts=b'{"channel": 7}'), "does not have the form"),
        (msgspec.structs.replace(seen(), observations=()), "completed and says nothing"),
    ],
    ids=["another-kind", "no-kind", "no-json", "wrong-type", "nothing"],
)
def test_a_recording_that_says_nothing_or_nonsense_is_refused(broken: Attempt, words: str) -> None:
    with pytest.raises(DeclarationError, match=words):
        Observations(declared(FLOW), [broken], NOW)


@given(facts=st.binary(max_size=200))
def test_no_facts_end_in_anything_but_a_refusal(facts: bytes) -> None:
    try:
        Observations(declared(FLOW), [seen(facts=facts)], NOW).tables()
    except DeclarationError:
        return
