"""Legal holds: placed and released on record, and what can't be read holds everything."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from limen.controls.ledger import BrokenLedgerError, Entry, Ledger, Line, open_ledger
from limen.controls.legal_hold import PLACED, RELEASED, Holds, holds_of
from limen.controls.refusals import RefusedError

KEY = ("audit", bytes(range(32)))


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with open_ledger(tmp_path / "log.jsonl", name="log", key=KEY) as made:
        yield made


def line(seq: int, action: str = "b", record: str = "r", tenant: str = "t", details: Any = None) -> Line:
    return Line(
        seq=seq, hash="", prev="", time="", tenant=tenant, actor="a", action=action, record=record,
        details=details or {}, key="", raw=b"",
    )  # fmt: skip


def test_a_hold_is_on_record_with_who_and_why(ledger: Ledger) -> None:
    holds = Holds(ledger, tenant="t")
    placed = holds.place("case-7", by="Tom Okafor", reason="a dispute", first=3, last=9, tenant="pharmacy-014")
    (entry,) = ledger.read()
    assert (entry.action, entry.record, entry.seq) == (PLACED, "case-7", placed.seq)
    assert (entry.details["by"], entry.details["reason"]) == ("Tom Okafor", "a dispute")
    assert holds.active() == (placed,)
    holds.release("case-7", by="Ana Ferreira", reason="settled")
    assert holds.active() == ()
    assert [one.action for one in ledger.read()] == [PLACED, RELEASED]
    holds.place("case-7", by="Tom Okafor", reason="again")
    assert [hold.id for hold in holds.active()] == ["case-7"]


@pytest.mark.parametrize(
    "given",
    [
        {"id": " "}, {"by": ""}, {"reason": "\n"}, {"reason": "x" * 1001}, {"first": 5, "last": 4},
        {"first": 0, "last": 4}, {"first": 3}, {"first": -1, "last": 2}, {"id": "case-1"},
    ],
)  # fmt: skip
def test_a_hold_that_says_nothing_is_refused(ledger: Ledger, given: dict[str, Any]) -> None:
    holds = Holds(ledger, tenant="t")
    holds.place("case-1", by="x", reason="y")
    usual = {"id": "case-2", "by": "x", "reason": "y"} | given
    with pytest.raises(RefusedError):
        holds.place(usual.pop("id"), **usual)
    assert len(list(ledger.read())) == 1
    with pytest.raises(RefusedError):
        holds.release("case-2", by="x", reason="y")
    with pytest.raises(RefusedError):
        holds.release("case-1", by="x", reason=" ")
    assert len(holds.active()) == 1


@pytest.mark.parametrize(
    ("scope", "held"),
    [
        ({}, [1, 2, 3, 4]),
        ({"first": 2, "last": 3}, [2, 3]),
        ({"record": "s"}, [3, 4]),
        ({"tenant": "u"}, [2, 4]),
        ({"record": "s", "tenant": "u"}, [4]),
        ({"first": 1, "last": 3, "record": "s", "tenant": "u"}, []),
    ],
)
def test_what_a_hold_covers(scope: dict[str, Any], held: list[int]) -> None:
    details = {"by": "x", "reason": "y"} | scope
    (hold,) = holds_of([line(9, PLACED, "h", details=details)])
    lines = [line(1), line(2, tenant="u"), line(3, record="s"), line(4, record="s", tenant="u")]
    assert [one.seq for one in lines if hold.covers(one)] == held
    assert hold.covers(line(9))  # the entry that placed it


@given(
    st.dictionaries(
        st.sampled_from(["by", "reason", "first", "last", "record", "tenant"]),
        st.none() | st.text(max_size=5) | st.integers() | st.booleans() | st.lists(st.none()),
    )
)
def test_an_entry_that_can_not_be_read_holds_everything_or_what_it_says(details: dict[str, Any]) -> None:
    (hold,) = holds_of([line(1, PLACED, "h", details=details)])
    if not isinstance(details.get("by"), str) or not isinstance(details.get("reason"), str):
        assert hold.covers(line(77, record="whatever"))
    assert hold.covers(line(1))


def test_two_holds_of_one_id_both_hold() -> None:
    details = {"by": "x", "reason": "y"}
    placed = [line(1, PLACED, "h", details=details | {"first": 5, "last": 5}),
              line(2, PLACED, "h", details=details | {"first": 7, "last": 7})]  # fmt: skip
    found = holds_of(placed)
    assert [any(hold.covers(line(seq)) for hold in found) for seq in (5, 6, 7)] == [True, False, True]
    released = [line(3 + seq, RELEASED, "h", details=details | {"seq": seq}) for seq in (1, 2)]
    assert [hold.seq for hold in holds_of([*placed, released[0]])] == [2]
    assert holds_of([*placed, *released]) == ()


@pytest.mark.parametrize("seq", [None, 2, 0, -1, True, 1.0, "1", [1]])
def test_a_release_ends_the_hold_whose_number_it_names_and_no_other(seq: Any) -> None:
    placed = line(1, PLACED, "h", details={"by": "x", "reason": "y"})
    said = {"by": "x", "reason": "z"} | ({} if seq is None else {"seq": seq})
    assert [hold.seq for hold in holds_of([placed, line(3, RELEASED, "h", details=said)])] == [1]
    assert holds_of([placed, line(3, RELEASED, "other", details=said | {"seq": 1})]) != ()
    assert holds_of([placed, line(3, RELEASED, "h", details=said | {"seq": 1})]) == ()


def test_all_that_bear_the_id_are_released(ledger: Ledger) -> None:
    holds = Holds(ledger, tenant="t")
    for reason in ("y", 5):
        details = {"by": "x", "reason": reason}
        ledger.append(Entry(tenant="t", actor="a", action=PLACED, record="h", details=details))
    assert [hold.seq for hold in holds.active()] == [1, 2]
    holds.release("h", by="x", reason="settled")
    assert holds.active() == ()
    assert [one.details.get("seq") for one in ledger.read() if one.action == RELEASED] == [1, 2]


@pytest.mark.parametrize("again", [False, True])
def test_a_release_that_comes_late_lifts_no_newer_hold(ledger: Ledger, again: bool) -> None:
    other = Holds(ledger, tenant="t")
    other.place("case-1", by="x", reason="first dispute")

    class Slow(Holds):
        def active(self) -> Any:
            found = super().active()
            if len(list(ledger.read())) == 1:
                other.release("case-1", by="y", reason="settled")
                if again:
                    other.place("case-1", by="z", reason="second dispute")
            return found

    with pytest.raises(RefusedError, match="meanwhile" if again else "no hold"):
        Slow(ledger, tenant="t").release("case-1", by="x", reason="settled")
    assert [hold.reason for hold in other.active()] == (["second dispute"] if again else [])


def test_a_release_goes_on_behind_what_others_appended(ledger: Ledger) -> None:
    class Slow(Holds):
        def active(self) -> Any:
            found = super().active()
            if len(list(ledger.read())) == 1:
                ledger.append(Entry(tenant="t", actor="a", action="b", record="r"))
            return found

    holds = Slow(ledger, tenant="t")
    Holds(ledger, tenant="t").place("case-1", by="x", reason="y")
    holds.release("case-1", by="x", reason="settled")
    assert [one.action for one in ledger.read()] == [PLACED, "b", RELEASED]
    assert holds.active() == ()


@pytest.mark.parametrize("scope", [{"first": 3}, {"first": -1}, {"last": 4}, {"first": 5, "last": 4}, {"last": -2}])
@pytest.mark.parametrize("more", [{}, {"record": "s"}, {"tenant": "u"}])
def test_a_recorded_hold_over_a_range_that_is_none_holds_everything(
    scope: dict[str, Any], more: dict[str, Any]
) -> None:
    (hold,) = holds_of([line(9, PLACED, "h", details={"by": "x", "reason": "y"} | scope | more)])
    assert all(hold.covers(line(seq)) for seq in (1, 3, 4, 8, 9, 10))


def test_two_who_place_the_same_hold_at_once_learn_it(ledger: Ledger, tmp_path: Path) -> None:
    with open_ledger(tmp_path / "log.jsonl", name="log", key=KEY) as other:
        one = Holds(ledger, tenant="t")

        class Slow(Holds):
            def active(self) -> Any:
                found = super().active()
                if not found and not list(ledger.read()):
                    one.place("case-1", by="x", reason="y", first=1, last=2)
                return found

        with pytest.raises(RefusedError, match="in force"):
            Slow(other, tenant="t").place("case-1", by="z", reason="w", first=8, last=9)
    assert len(one.active()) == 1


def test_a_broken_ledger_has_no_answer_to_what_is_held(ledger: Ledger, tmp_path: Path) -> None:
    holds = Holds(ledger, tenant="t")
    holds.place("case-1", by="x", reason="y")
    ledger.append(Entry(tenant="t", actor="a", action="b", record="r"))
    path = tmp_path / "log.jsonl"
    path.write_bytes(path.read_bytes().replace(b"hold.placed", b"hold.pl4ced"))
    with pytest.raises(BrokenLedgerError):
        holds.active()
