"""Records of declared items, events of a perpetual inventory, and adjustments by two people."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from limen.controls.ingress.accepted import IntakeRefusedError
from limen.controls.ingress.movements import read_adjustment, read_movement
from limen.controls.ingress.reading import Reading
from limen.controls.ingress.records import read_records
from limen.model.data import DataItem
from tests.controls.ingress.ingress_bench import (
    FREE,
    KNOWN_OF_THREE,
    NOW,
    SCHEDULE_II,
    SCHEDULE_IV,
    Bench,
    declaration,
    directory,
)

ITEM: DataItem = declaration().data["cs-movement"]
KINDS = frozenset({"ndc"})


def reading() -> Reading:
    return Reading(now=NOW, directory=directory())


def row(**changes: Any) -> dict[str, Any]:
    value = {"ndc": SCHEDULE_II, "lot": "L1", "quantity": 2, "schedule": "II", **changes}
    return {name: inner for name, inner in value.items() if inner is not DELETE}


DELETE = object()


def problems(value: Any, **given: Any) -> list[str]:
    one = reading()
    found = read_records(json.dumps(value).encode(), one, ITEM, KINDS, given.get("message", "m-1"))
    assert bool(found) != bool(one.faults)
    return [problem.message for problem in one.problems()]


AMBIGUOUS = "ten digits without hyphens are three different NDCs, of which the directory has 0: 4-4-2, 5-3-2 and 5-4-1"
WRONG: list[tuple[Any, str]] = [
    (row(ndc=DELETE), "record 1, ndc: missing"),
    (row(lot=DELETE), "record 1, lot: missing"),
    (row(quantity=DELETE), "record 1, quantity: missing"),
    (row(patient="x"), "record 1: fields that the item doesn't declare"),
    (row(ndc="0406853002"), f"record 1, ndc: {AMBIGUOUS}"),
    (row(ndc=406853001), "record 1, ndc: an NDC is not a text"),
    (row(ndc="123456-7890-12"), "record 1, ndc: an NDC of twelve digits before there are any"),
    (row(lot="a b"), "record 1, lot: the lot has a blank in it"),
    (row(lot=None), "record 1, lot: the lot is not a text"),
    (row(quantity=-1), "record 1, quantity: a quantity below zero"),
    (row(quantity="1e3"), "record 1, quantity: no quantity"),
    (row(quantity="1" * 16), "record 1, quantity: no quantity"),
    (row(quantity=1e300), "record 1, quantity: no quantity"),
    (row(schedule="J"), "record 1, schedule: a schedule is one of I, II, III, IV and V"),
    (row(schedule="2N"), "record 1, schedule: what a registration covers is not a product's schedule"),
    (row(schedule="III"), "record 1: another schedule than the product is listed with"),
    (row(ndc=FREE), "record 1: a schedule for a product that is listed without one"),
    (row(rx_token={"a": 1}), "record 1, rx_token: neither a number nor a text of at most 4000 characters"),
    (row(rx_token="x" * 4001), "record 1, rx_token: neither a number nor a text of at most 4000 characters"),
    ([], "no records"),
    ([row(), 1], "record 2: no JSON object"),
    (None, "record 1: no JSON object"),
    ([row()] * 1001, "more than 1000 records in one message"),
]  # fmt: skip


@pytest.mark.parametrize(("value", "problem"), WRONG, ids=[problem for _, problem in WRONG])
def test_what_is_wrong_with_a_record(value: Any, problem: str) -> None:
    assert problem in problems(value)


def test_a_message_needs_an_id() -> None:
    assert problems(row(), message="") == ["the message's id: no id"]
    assert problems(row(), message="a b") == ["the message's id: no id"]


def test_ten_digits_are_resolved_by_the_directory() -> None:
    one = reading()
    (found,) = read_records(json.dumps(row(ndc="1234567890", schedule=DELETE)).encode(), one, ITEM, KINDS, "m")
    assert found.records()[0]["ndc"] == "01234-5678-90"
    assert found.products()[0].original == "1234567890"
    assert found.products()[0] == directory().packages(found.products()[0])[0].ndc
    assert KNOWN_OF_THREE not in repr(found)


def test_the_candidates_are_named_in_the_hint_only() -> None:
    one = reading()
    read_records(json.dumps(row(ndc="0406853002")).encode(), one, ITEM, KINDS, "m")
    (problem,) = one.problems()
    for text in ("0406-8530-02 (4-4-2", "04068-530-02 (5-3-2", "04068-5300-2 (5-4-1"):
        assert text in problem.hint
    assert "0406" not in problem.message


def test_originals_stay_where_nothing_is_canonicalised() -> None:
    one = reading()
    (found,) = read_records(json.dumps(row()).encode(), one, ITEM, frozenset(), "m")
    assert found.records()[0]["ndc"] == SCHEDULE_II


def sync(**changes: Any) -> dict[str, Any]:
    value = {
        "id": "cab-14/1",
        "time": "2026-11-22T11:59:00Z",
        "action": "dispensed",
        "before": 10,
        "after": 8,
        "record": row(),
        **changes,
    }
    return {name: inner for name, inner in value.items() if inner is not DELETE}


def movement(value: Any) -> tuple[list[Any], list[str]]:
    one = reading()
    found = read_movement(json.dumps(value).encode(), one, ITEM, KINDS)
    return found, [problem.message for problem in one.problems()]


def test_a_movement() -> None:
    (found,), none = movement(sync())
    assert none == []
    assert found.facts == (
        ("action", "dispensed"),
        ("after", "8"),
        ("before", "10"),
        ("time", "2026-11-22T11:59:00+00:00"),
    )
    assert movement(sync(action="received", after="12"))[1] == []
    assert movement(sync(action="counted", after=10))[1] == []


MOVEMENTS: list[tuple[dict[str, Any], str]] = [
    ({"action": "sold"}, "action: no action of the list"),
    ({"action": ["dispensed"]}, "action: no action of the list"),
    ({"after": 9}, "after: what was there and what moved don't add up to what is there"),
    ({"action": "received"}, "after: what was there and what moved don't add up to what is there"),
    ({"action": "counted"}, "after: what was there and what moved don't add up to what is there"),
    ({"before": 1, "after": -1}, "after: a count below zero"),
    ({"before": DELETE}, "before: no quantity"),
    ({"id": DELETE}, "id: no id"),
    ({"time": DELETE}, "time: no time with an offset"),
    ({"time": "2026-11-22T12:30:00Z"}, "time: a time that lies ahead of our clock"),
    ({"record": DELETE}, "record: no JSON object"),
    ({"more": 1}, "the message: a member that no rule knows"),
]


@pytest.mark.parametrize(("changes", "problem"), MOVEMENTS, ids=[problem for _, problem in MOVEMENTS])
def test_what_is_wrong_with_a_movement(changes: dict[str, Any], problem: str) -> None:
    found, told = movement(sync(**changes))
    assert found == []
    assert problem in told


TWO = ("pharmacist-1", "technician-2")


def adjustment(**changes: Any) -> dict[str, Any]:
    value = {
        "id": "adj-1",
        "time": "2026-11-22T11:59:00Z",
        "reason": "breakage-or-spill",
        "by": TWO[0],
        "witness": TWO[1],
        "before": 10,
        "after": 8,
        "record": row(),
        **changes,
    }
    return {name: inner for name, inner in value.items() if inner is not DELETE}


def adjusted(value: Any, people: tuple[str, ...] = TWO) -> tuple[list[Any], list[tuple[str, str]]]:
    one = reading()
    found = read_adjustment(json.dumps(value).encode(), one, ITEM, KINDS, people)
    return found, [(fault.reason, fault.problem.message) for fault in one.faults]


def test_an_adjustment() -> None:
    (found,), none = adjusted(adjustment())
    assert none == []
    assert dict(found.facts)["reason"] == "breakage-or-spill"
    assert (dict(found.facts)["by"], dict(found.facts)["witness"]) == TWO


ADJUSTMENTS: list[tuple[dict[str, Any], tuple[str, ...], str, str]] = [
    ({"reason": "because"}, TWO, "content_refused", "reason: no reason of the list"),
    ({"reason": DELETE}, TWO, "content_refused", "reason: no reason of the list"),
    ({"witness": DELETE}, TWO, "unapproved", "witness: an adjustment needs two people who authenticated"),
    ({"witness": ""}, TWO, "unapproved", "witness: an adjustment needs two people who authenticated"),
    ({}, (), "unapproved", "witness: an adjustment needs two people who authenticated"),
    ({}, TWO[:1], "unapproved", "witness: an adjustment needs two people who authenticated"),
    ({"witness": TWO[0]}, (TWO[0], TWO[0]), "duty_conflict", "witness: the second person is the first one"),
    ({"witness": TWO[0].upper()}, TWO, "duty_conflict", "witness: the second person is the first one"),
    ({}, (TWO[0], TWO[0]), "duty_conflict", "witness: the second person is the first one"),
    ({"witness": "manager-3"}, TWO, "wrong_identity", "witness: other people than those who authenticated"),
    ({}, TWO[::-1], "wrong_identity", "witness: other people than those who authenticated"),
    ({}, (*TWO, "third"), "wrong_identity", "witness: other people than those who authenticated"),
    ({"after": 10}, TWO, "content_refused", "after: an adjustment that changes nothing"),
    ({"after": 7}, TWO, "mismatch", "after: the counts don't differ by the quantity"),
]


@pytest.mark.parametrize(("changes", "people", "reason", "problem"), ADJUSTMENTS)
def test_what_is_wrong_with_an_adjustment(
    changes: dict[str, Any], people: tuple[str, ...], reason: str, problem: str
) -> None:
    found, told = adjusted(adjustment(**changes), people)
    assert found == []
    assert (reason, problem) in told


def accepted(bench: Bench, form: Any, value: Any, **given: Any) -> Any:
    return bench.intake.accept(form, json.dumps(value).encode(), item="cs-movement", source="cabinet-014", **given)


def test_through_the_pharmacy_gateway(make: Any) -> None:
    bench = make("pharmacy-gateway")
    first = accepted(bench, "perpetual-sync", sync())
    assert first.route == "order-form"
    bench.intake.acknowledge(first)
    assert accepted(bench, "perpetual-sync", sync()).repeated == 1
    with pytest.raises(IntakeRefusedError) as found:
        accepted(bench, "perpetual-sync", sync(action="wasted"))
    assert found.value.reason == "duplicate"
    assert accepted(bench, "adjustment", adjustment(), people=TWO).route == "order-form"
    fourth = accepted(bench, "record", [row(), row(ndc=SCHEDULE_IV, schedule="IV")], message="m-1")
    assert (fourth.route, len(fourth.records())) == ("order-form", 2)


def test_an_adjustment_is_retried_with_the_people_who_stood_for_it(make: Any) -> None:
    bench = make("pharmacy-gateway")
    with pytest.raises(IntakeRefusedError) as found:
        accepted(bench, "adjustment", adjustment(time="2026-11-22T12:30:00Z"), people=TWO)
    bench.now = NOW.replace(hour=13)
    again = bench.intake.retry(
        found.value.quarantined,
        opens=bench.keyring.opens("quarantine-key"),
        person="steward",
        reason="the cabinet's clock was ahead",
    )
    assert dict(again.events[0].facts)["witness"] == TWO[1]


def test_a_dispense_record(make: Any) -> None:
    bench = make("pharmacy-gateway")
    value = {"patient_name": "Ada Byron", "dob": "1815-12-10", "rx_number": "7", "drug": FREE, "quantity": 30}
    raw = json.dumps(value).encode()
    found = bench.intake.accept("record", raw, item="dispense-record", source="pharmacy-014", message="d-1")
    assert found.records() == [{**value, "drug": "65162-1007-05", "quantity": "30"}]
    assert found.label.compartments == ("phi",)
    assert found.route == "uncontrolled"
    with pytest.raises(IntakeRefusedError) as error:
        bench.intake.accept(
            "record", raw.replace(b"1815", b"18l5"), item="dispense-record", source="pharmacy-014", message="d-2"
        )
    assert str(error.value) == "record 1, dob: no day"
    kept = b"".join(path.read_bytes() for path in bench.folder.glob("quarantine.sqlite*"))
    assert b"limen-envelope-v1" in kept
    assert b"Byron" not in kept


JSONS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=100)
@given(raw=st.binary(max_size=100) | JSONS.map(lambda value: json.dumps(value).encode()))
def test_any_bytes(raw: bytes) -> None:
    for read in (
        lambda one: read_records(raw, one, ITEM, KINDS, "m"),
        lambda one: read_movement(raw, one, ITEM, KINDS),
        lambda one: read_adjustment(raw, one, ITEM, KINDS, TWO),
    ):
        one = reading()
        assert read(one) == []
        assert one.faults


@settings(max_examples=150)
@given(changes=st.dictionaries(st.sampled_from([*ITEM.fields, "x"]), JSONS, min_size=1, max_size=3))
def test_any_field_may_be_anything(changes: dict[str, Any]) -> None:
    problems(row(**changes))


@settings(max_examples=150)
@given(
    changes=st.dictionaries(st.sampled_from([*sync(), *adjustment()]), JSONS, min_size=1, max_size=3),
    people=st.lists(st.sampled_from([*TWO, ""]), max_size=3),
)
def test_any_member_may_be_anything(changes: dict[str, Any], people: list[str]) -> None:
    for found, told in (movement(sync(**changes)), adjusted(adjustment(**changes), tuple(people))):
        assert bool(found) != bool(told)


@settings(max_examples=50)
@given(value=JSONS)
def test_values_without_a_canonical_form_are_refused(value: Any) -> None:
    problems(row(rx_token=value))


def test_an_integer_beyond_two_to_53_is_refused(make: Any) -> None:
    bench = make("pharmacy-gateway")
    for value in (2**53, "\ud800"):
        with pytest.raises(IntakeRefusedError, match="without a canonical form"):
            accepted(bench, "record", row(rx_token=value), message="m-1")
