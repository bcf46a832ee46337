"""Deletion: with one condition missing nothing is deleted, and with none missing exactly what was asked for."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from limen.controls.anchoring import Anchoring
from limen.controls.deletion import DECIDED, DELETED
from limen.controls.deletion_approval import Approver, Request, judged
from limen.controls.keeping import keeping
from limen.controls.ledger import Entry, Ledger, LedgerError, open_ledger
from limen.controls.legal_hold import Holds
from limen.controls.refusals import RefusedError
from limen.controls.segments import open_segmented
from limen.controls.tiers import verified_across
from limen.controls.witness import FileWitness, WitnessError
from limen.errors import DeclarationError
from limen.integrity import dsse
from limen.integrity.verifying import Expected
from limen.model.ledgers import Deletion
from limen.model.probing import ChainKey, ProbeOptions, StoredRecords
from limen.probes import storage
from limen.probes.attempting import attempt
from limen.probes.interface import Target
from tests.controls.deleting import (
    ANCHORER,
    APPROVERS,
    COUNSEL,
    DAY,
    KEY,
    OFFICER,
    STRANGER,
    WITNESS,
    Place,
    declared,
)
from tests.controls.test_segments import Crash, Failing
from tests.probes.ledger.test_runs import probed, seen


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    made = Place(tmp_path)
    yield made
    made.ledger.close()


def grown(place: Place) -> None:
    """Three segments, of which the first two are expired."""
    for days in (10, 10, 150):
        place.grow()
        place.cut()
        place.later(days)
    place.grow()
    place.cut()
    place.grow(1)


def test_what_is_expired_unheld_approved_and_anchored_is_deleted(place: Place) -> None:
    grown(place)
    assert [one.last for one in place.deletions.expired(place.clock.now)] == [3, 7, 11]
    request = place.deletions.request(7, "kept for long enough")
    before = place.records()
    gone = place.deletions.delete(request, place.approvals(request), place.clock.now)
    assert [one.last for one in gone] == [3, 7]
    assert place.bodies() == [f"log-{8:012}-{11:012}.jsonl", f"log-{12:012}-{15:012}.jsonl"]
    assert place.records()[: len(before) - 7] == [seq for seq in before if seq > 7]
    decided, deleted = (line for line in place.ledger.read() if line.action in (DECIDED, DELETED))
    assert deleted.details["approvers"] == ["records-officer", "legal-counsel"]
    assert deleted.details["persons"] == ["Ana Ferreira", "Tom Okafor"]
    assert (deleted.details["first"], deleted.details["last"]) == (1, 7)
    assert deleted.details["record_time"] == gone[-1].newest
    assert len(decided.details["envelopes"]) == 2
    found = verified_across(place.ledger, Expected(tenant="t", strict=True))
    assert found.faults == {}
    again = place.deletions.request(11, "and more")
    place.deletions.delete(again, place.approvals(again), place.clock.now)
    assert place.records()[0] == 12
    place.ledger.close()
    place.open()
    assert place.records()[0] == 12
    assert place.deletions.finish(place.clock.now) == ()


Spoil = Callable[[Place, Request], tuple[Request, list[bytes]]]


def good(place: Place, request: Request) -> tuple[Request, list[bytes]]:
    return request, place.approvals(request)


def one_approval(place: Place, request: Request) -> tuple[Request, list[bytes]]:
    return request, place.approvals(request)[:1]


def both_by_one_person(place: Place, request: Request) -> tuple[Request, list[bytes]]:
    first = place.approval(request, "records-officer", "Ana Ferreira", OFFICER)
    return request, [first, place.approval(request, "legal-counsel", "Ana Ferreira", OFFICER)]


def wrong_key(place: Place, request: Request) -> tuple[Request, list[bytes]]:
    return request, [
        place.approvals(request)[0],
        place.approval(request, "legal-counsel", "Tom Okafor", STRANGER),
    ]


def keys_exchanged(place: Place, request: Request) -> tuple[Request, list[bytes]]:
    return request, [
        place.approval(request, "records-officer", "Ana Ferreira", COUNSEL),
        place.approval(request, "legal-counsel", "Tom Okafor", OFFICER),
    ]


def one_twice(place: Place, request: Request) -> tuple[Request, list[bytes]]:
    first = place.approvals(request)[0]
    return request, [first, first]


def old(place: Place, request: Request) -> tuple[Request, list[bytes]]:
    return request, place.approvals(request, now=place.clock.now - timedelta(days=8))


def of_a_time_to_come(place: Place, request: Request) -> tuple[Request, list[bytes]]:
    return request, place.approvals(request, now=place.clock.now + timedelta(days=1))


def of_another_range(place: Place, request: Request) -> tuple[Request, list[bytes]]:
    return request, place.approvals(place.deletions.request(3, request.reason))


def of_another_reason(place: Place, request: Request) -> tuple[Request, list[bytes]]:
    return request, place.approvals(msgspec.structs.replace(request, reason="another"))


def of_another_ledger(place: Place, request: Request) -> tuple[Request, list[bytes]]:
    other = msgspec.structs.replace(request, ledger="other")
    return other, place.approvals(other)


def unknown_function(place: Place, request: Request) -> tuple[Request, list[bytes]]:
    return request, [*place.approvals(request)[:1], place.approval(request, "janitor", "Tom Okafor", COUNSEL)]


def a_third_function(place: Place, request: Request) -> tuple[Request, list[bytes]]:
    return request, [*place.approvals(request), place.approval(request, "janitor", "Jo", STRANGER)]


def unknown_person(place: Place, request: Request) -> tuple[Request, list[bytes]]:
    return request, [*place.approvals(request)[:1], place.approval(request, "legal-counsel", "Jo", COUNSEL)]


def a_middle_segment(place: Place, request: Request) -> tuple[Request, list[bytes]]:
    first, second, *_ = place.ledger.segments()
    middle = msgspec.structs.replace(request, first=second.first, before=first.head)
    return middle, place.approvals(middle)


def half_a_segment(place: Place, request: Request) -> tuple[Request, list[bytes]]:
    half = msgspec.structs.replace(request, last=5, head=next(iter(place.ledger.read(5))).hash)
    return half, place.approvals(half)


def another_head(place: Place, request: Request) -> tuple[Request, list[bytes]]:
    other = msgspec.structs.replace(request, head="f" * 64)
    return other, place.approvals(other)


def too_young(place: Place, request: Request) -> tuple[Request, list[bytes]]:
    young = place.deletions.request(place.ledger.segments()[-1].last, "why not")
    return young, place.approvals(young)


def no_reason(place: Place, request: Request) -> tuple[Request, list[bytes]]:
    silent = msgspec.structs.replace(request, reason=" ")
    return silent, place.approvals(silent)


def held(**scope: Any) -> Spoil:
    def spoil(place: Place, request: Request) -> tuple[Request, list[bytes]]:
        place.holds.place("case-7", by="Tom Okafor", reason="a dispute", **scope)
        return request, place.approvals(request)

    return spoil


def no_approvals(place: Place, request: Request) -> tuple[Request, list[bytes]]:
    return request, []


def another_type(place: Place, request: Request) -> tuple[Request, list[bytes]]:
    found = []
    for content, signer in zip(place.approvals(request), (OFFICER, COUNSEL), strict=True):
        envelope = dsse.decoded(content)
        found.append(dsse.encoded(dsse.signed("application/vnd.limen.other+json", envelope.payload, [signer])))
    return request, found


def two_signatures(place: Place, request: Request) -> tuple[Request, list[bytes]]:
    first, second = place.approvals(request)
    envelope = dsse.decoded(first)
    both = dsse.encoded(dsse.signed(envelope.payload_type, envelope.payload, [OFFICER, COUNSEL]))
    return request, [both, second]


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (too_young, "not_expired"),
        (held(), "on_hold"),
        (held(first=7, last=9), "on_hold"),
        (held(record="r-2"), "on_hold"),
        (held(tenant="t"), "on_hold"),
        (held(first=1, last=20, record="r-0", tenant="t"), "on_hold"),
        (no_approvals, "unapproved"),
        (one_approval, "unapproved"),
        (both_by_one_person, "unapproved"),
        (one_twice, "unapproved"),
        (wrong_key, "signature_refused"),
        (keys_exchanged, "signature_refused"),
        (two_signatures, "signature_refused"),
        (another_type, "signature_refused"),
        (old, "late"),
        (of_a_time_to_come, "late"),
        (of_another_range, "mismatch"),
        (of_another_reason, "mismatch"),
        (of_another_ledger, "mismatch"),
        (another_head, "mismatch"),
        (a_middle_segment, "mismatch"),
        (half_a_segment, "mismatch"),
        (no_reason, "mismatch"),
        (unknown_function, "unapproved"),
        (a_third_function, "unapproved"),
        (unknown_person, "unapproved"),
    ],
)
def test_one_missing_condition_and_nothing_is_deleted(place: Place, spoil: Spoil, reason: str) -> None:
    grown(place)
    request, approvals = spoil(place, place.deletions.request(7, "kept for long enough"))
    files = sorted((path.name, path.read_bytes()) for path in place.folder.iterdir())
    with pytest.raises(RefusedError) as raised:
        place.deletions.delete(request, approvals, place.clock.now)
    assert raised.value.reason == reason
    assert sorted((path.name, path.read_bytes()) for path in place.folder.iterdir()) == files
    assert place.deletions.finish(place.clock.now) == ()
    assert place.records()[0] == 1


@pytest.mark.parametrize("scope", [{"first": 12, "last": 99}, {"record": "r-9"}, {"tenant": "other"}])
def test_a_hold_over_something_else_holds_nothing_here(place: Place, scope: dict[str, Any]) -> None:
    grown(place)
    place.holds.place("case-7", by="Tom Okafor", reason="a dispute", **scope)
    request = place.deletions.request(7, "kept for long enough")
    assert len(place.deletions.delete(request, place.approvals(request), place.clock.now)) == 2


def test_a_released_hold_holds_nothing(place: Place) -> None:
    grown(place)
    place.holds.place("case-7", by="Tom Okafor", reason="a dispute")
    place.holds.release("case-7", by="Tom Okafor", reason="settled")
    request = place.deletions.request(7, "kept for long enough")
    assert len(place.deletions.delete(request, place.approvals(request), place.clock.now)) == 2


def test_the_entry_that_placed_a_hold_stays_as_long_as_it(place: Place) -> None:
    place.holds.place("case-7", by="Tom Okafor", reason="a dispute", tenant="nobody-yet")
    grown(place)
    request = place.deletions.request(place.ledger.segments()[0].last, "kept for long enough")
    with pytest.raises(RefusedError, match="under the hold case-7"):
        place.deletions.delete(request, place.approvals(request), place.clock.now)


def test_an_approval_counts_once(place: Place) -> None:
    grown(place)
    request = place.deletions.request(7, "kept for long enough")
    approvals = place.approvals(request)
    place.deletions.delete(request, approvals, place.clock.now)
    used = place.deletions._used(place.clock.now)
    _, objections = judged(
        request,
        approvals,
        functions=("records-officer", "legal-counsel"),
        approvers=APPROVERS,
        used=used,
        now=place.clock.now,
    )
    assert {one.reason for one in objections} == {"replayed", "unapproved"}
    with pytest.raises(RefusedError):
        place.deletions.delete(request, approvals, place.clock.now)


def test_an_end_that_no_anchor_names_is_not_deleted(place: Place) -> None:
    place.grow()
    place.ledger.cut()
    place.later(200)
    request = place.deletions.request(3, "kept for long enough")
    with pytest.raises(RefusedError, match="no anchor of the witness"):
        place.deletions.delete(request, place.approvals(request), place.clock.now)
    assert place.records() == [1, 2, 3]


def test_without_the_witness_nothing_is_deleted_and_later_it_is(place: Place, tmp_path: Path) -> None:
    grown(place)
    request = place.deletions.request(7, "kept for long enough")

    class Down(FileWitness):
        def keep(self, anchor: Any) -> Any:
            raise WitnessError("it is down")

    place.anchoring._witness = Down(tmp_path / "anchors.jsonl", WITNESS, submitter=ANCHORER.key, clock=place.clock)
    with pytest.raises(WitnessError):
        place.deletions.delete(request, place.approvals(request), place.clock.now)
    assert place.records()[0] == 1
    with pytest.raises(WitnessError):
        place.deletions.finish(place.clock.now)
    assert place.records()[0] == 1
    place.anchoring._witness = place.witness
    place.holds.place("case-7", by="Tom Okafor", reason="a dispute", first=2, last=2)
    assert place.deletions.finish(place.clock.now) == ()
    assert place.records()[0] == 1
    place.holds.release("case-7", by="Tom Okafor", reason="settled")
    assert [one.last for one in place.deletions.finish(place.clock.now)] == [3, 7]
    assert place.records()[0] == 8


def test_a_forged_decision_deletes_nothing(place: Place) -> None:
    grown(place)
    request = place.deletions.request(7, "kept for long enough")
    for envelopes in ([], ["{}"], [one.decode() for one in both_by_one_person(place, request)[1]]):
        details = {"request": msgspec.structs.asdict(request), "envelopes": envelopes, "approvals": []}
        place.ledger.append(Entry(tenant="t", actor="a", action=DECIDED, record="log", details=details))
        place.ledger.append(Entry(tenant="t", actor="a", action=DELETED, record="log", details={"last": 7}))
    place.ledger.append(Entry(tenant="t", actor="a", action=DECIDED, record="log", details={"request": 1}))
    assert place.deletions.finish(place.clock.now) == ()
    assert place.records()[0] == 1


@pytest.mark.parametrize("step", range(24))
def test_a_crash_at_any_write_loses_nothing_else_and_is_finished(place: Place, step: int) -> None:
    grown(place)
    request = place.deletions.request(7, "kept for long enough")
    rest = {line.hash for line in place.ledger.read(8)}
    place.ledger.files.disk = Failing(step)
    with suppress(Crash):
        place.deletions.delete(request, place.approvals(request), place.clock.now)
    place.ledger.close()
    place.open()
    assert rest <= {line.hash for line in place.ledger.read()}
    assert verified_across(place.ledger).faults == {}
    place.deletions.finish(place.clock.now)
    assert place.records()[0] == 8
    assert [action for action in place.actions() if action in (DECIDED, DELETED)] == [DECIDED, DELETED]
    assert place.deletions.finish(place.clock.now) == ()


def test_what_does_not_declare_enough_deletes_nothing(place: Place) -> None:
    for wrong, words in (
        ({"tiers": ()}, "declares no tiers"),
        ({"legal_hold": None}, "does not declare legal holds"),
        ({"legal_hold": "unsupported"}, "does not declare legal holds"),
        ({"deletion": None}, "fewer than two functions"),
        ({"deletion": Deletion(approvers=("records-officer",), logged=True)}, "fewer than two functions"),
        ({"deletion": Deletion(approvers=("records-officer", "records-officer"), logged=True)}, "fewer than two"),
        ({"deletion": Deletion(approvers=("records-officer", "legal-counsel"))}, "not declared as recorded"),
        ({"deletion": Deletion(approvers=("records-officer", "ceo"), logged=True)}, "nobody who could approve"),
    ):
        with pytest.raises(DeclarationError, match=words):
            place.deleting(declaration=declared(**wrong))
    with pytest.raises(DeclarationError, match="nobody who could approve"):
        place.deleting(approvers=APPROVERS[:1])


def test_the_longest_duty_counts(place: Place) -> None:
    assert max(keeping(place.declaration, "log")) == 100 * 86_400  # the item's, and not that of an item elsewhere
    assert place.deletions.duty == 100 * DAY


@given(st.lists(st.binary(max_size=300) | st.sampled_from([b"{}", b"null", b'{"payload":""}']), max_size=3))
@settings(max_examples=60, deadline=None)
def test_any_bytes_are_no_approval(contents: list[bytes]) -> None:
    request = Request(ledger="log", first=1, last=2, before="0" * 64, head="f" * 64, reason="r")
    found, objections = judged(
        request,
        contents,
        functions=("records-officer", "legal-counsel"),
        approvers=APPROVERS,
        used=frozenset(),
        now=Place.__init__.__globals__["NOW"],
    )
    assert found == ()
    assert {one.reason for one in objections} <= {"unapproved", "signature_refused"}


def test_one_key_for_two_names_is_one_person(place: Place) -> None:
    grown(place)
    request = place.deletions.request(7, "kept for long enough")
    approvers = (APPROVERS[0], Approver(function="legal-counsel", person="Tom Okafor", key=OFFICER.key))
    deletions = place.deleting(approvers=approvers)
    approvals = [
        place.approval(request, "records-officer", "Ana Ferreira", OFFICER),
        place.approval(request, "legal-counsel", "Tom Okafor", OFFICER),
    ]
    with pytest.raises(RefusedError, match="one key approves in several functions"):
        deletions.delete(request, approvals, place.clock.now)


def asked(place: Place, **options: Any) -> dict[str, Any]:
    (place.folder / "audit.key").touch(0o600)
    (place.folder / "audit.key").write_text(KEY[1].hex())
    (place.folder / "witness.pem").write_text(WITNESS.key.pem)
    key = ChainKey(id="audit", secret="file:audit.key")
    usual = {"anchors": "anchors.jsonl", "witness": "witness.pem"} | options
    return seen(probed(place.folder, "log*.jsonl", chain_keys=(key,), strict=True, **usual))


def test_the_probe_accepts_a_base_that_the_witness_signed_and_no_other(place: Place) -> None:
    grown(place)
    whole = asked(place)
    assert "base" not in whole
    request = place.deletions.request(7, "kept for long enough")
    place.deletions.delete(request, place.approvals(request), place.clock.now)
    found = asked(place)
    assert (found["base"], found["records"]) == (7, place.ledger.head().length - 7)
    assert (found["chain"]["faults"], found["sequence"]["faults"], found["clock"]["faults"]) == (0, 0, 0)
    assert (found["anchors"]["missing"], found["anchors"]["differing"], found["append_only"]) == (0, 0, True)
    # Without the witness's key nobody can tell who signed; without its base the beginning is missing.
    unsigned = seen(probed(place.folder, "log*.jsonl", chain_keys=(ChainKey(id="audit", secret="file:audit.key"),),
                           anchors="anchors.jsonl"))  # fmt: skip
    assert (unsigned["chain"]["faults"], unsigned["sequence"]["faults"]) == (1, 1)
    place.ledger.close()
    (place.folder / f"log-{8:012}-{11:012}.jsonl").unlink()  # the next segment, at whose end there is an anchor, too
    more = asked(place)
    assert (more["chain"]["faults"], more["sequence"]["faults"]) == (1, 1)
    assert (more["sequence"]["kind"], more["chain"]["kind"]) == ("gap", "missing")


def test_the_storage_probe_takes_the_deletion_for_lawful(place: Place) -> None:
    grown(place)
    request = place.deletions.request(7, "kept for long enough")
    place.deletions.delete(request, place.approvals(request), place.clock.now)
    records = StoredRecords(sequence="_seq", deletions=DELETED)
    target = Target(
        probe="storage",
        section="components",
        name="log",
        endpoint="file:log*.jsonl",
        options=ProbeOptions(records=records),
        declared={"duty": 100 * 86_400, "approvers": 2},
        folder=place.folder,
    )
    made = attempt(storage, target, timeout=20.0)
    assert made.status == "completed", made.reason
    found = json.loads(made.observations[0].facts)["records"]
    assert {name: found[name] for name in ("missing", "unexplained", "deletions", "early", "unapproved", "gap")} == {
        "missing": 7, "unexplained": 0, "deletions": 1, "early": 0, "unapproved": 0, "gap": 0,
    }  # fmt: skip


def test_a_base_of_a_forged_anchor_is_none(place: Place) -> None:
    grown(place)
    first = place.ledger.segments()[0]
    place.ledger.close()
    (place.folder / f"{first.stem}.jsonl").unlink()
    from limen.controls.witness import sign_anchor
    from limen.integrity.anchors import Anchor, anchor_line

    at = place.clock.now.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    forged = Anchor(ledger="log", length=first.last, head=first.head, bytes=1, at=at, base="deleted")
    for signer in (STRANGER, None):
        line = anchor_line(forged if signer is None else sign_anchor(forged, signer))
        with (place.folder / "more.jsonl").open("wb") as file:
            file.write((place.folder / "anchors.jsonl").read_bytes() + line)
        found = asked(place, anchors="more.jsonl")
        assert (found["chain"]["faults"], found["sequence"]["faults"]) == (1, 1)
        assert "base" not in found
        assert found["anchors"]["witnessed"] is False


def test_a_base_with_a_checkpoint(place: Place) -> None:
    grown(place)
    assert asked(place, checkpoint="checkpoint")["sequence"]["faults"] == 0
    request = place.deletions.request(7, "kept for long enough")
    place.deletions.delete(request, place.approvals(request), place.clock.now)
    for _ in range(2):
        found = asked(place, checkpoint="checkpoint")
        assert (found["base"], found["sequence"]["faults"], found["append_only"]) == (7, 0, True)
    text = (place.folder / "anchors.jsonl").read_bytes().splitlines(keepends=True)
    (place.folder / "fewer.jsonl").write_bytes(b"".join(line for line in text if b'"base"' not in line))
    found = asked(place, checkpoint="checkpoint", anchors="fewer.jsonl")
    assert (found["sequence"]["faults"], found["chain"]["faults"]) == (1, 1)


class Schedule(RuleBasedStateMachine):
    """Anything in any order: what is held or not expired is never deleted."""

    def __init__(self) -> None:
        super().__init__()
        import tempfile

        self.temporary = tempfile.TemporaryDirectory()
        self.place = Place(Path(self.temporary.name))
        self.times: dict[str, Any] = {}
        self.seqs: dict[str, int] = {}
        self.held: set[str] = set()
        self.count = 0

    def known(self) -> dict[str, Any]:
        return {line.hash: line for line in self.place.ledger.read()}

    @rule(count=st.integers(1, 3), tenant=st.sampled_from(["t", "u"]))
    def grow(self, count: int, tenant: str) -> None:
        self.place.grow(count, tenant)

    @rule(days=st.sampled_from([0.5, 20, 60, 120]))
    def wait(self, days: float) -> None:
        self.place.later(days)

    @rule()
    def cut(self) -> None:
        if self.place.ledger.mark().length:
            self.place.cut()

    @precondition(lambda self: len(self.held) < 2)
    @rule(tenant=st.sampled_from(["", "t", "u"]), first=st.integers(0, 8))
    def hold(self, tenant: str, first: int) -> None:
        self.count += 1
        scope = {"first": first, "last": first + 2} if first else {}
        self.place.holds.place(f"h{self.count}", by="x", reason="y", tenant=tenant, **scope)
        self.held.add(f"h{self.count}")

    @precondition(lambda self: self.held)
    @rule()
    def release(self) -> None:
        name = min(self.held)
        self.place.holds.release(name, by="x", reason="y")
        self.held.discard(name)

    @rule(pick=st.floats(0, 1), step=st.sampled_from([0, 1, 3, 5, 8, 99, 99, 99]))
    def delete(self, pick: float, step: int) -> None:
        present = self.place.deletions._present()
        if not present:
            return
        last = present[min(len(present) - 1, int(pick * len(present)))].last
        request = self.place.deletions.request(last, "it is time")
        before, now, holds = self.known(), self.place.clock.now, self.place.holds.active()
        self.place.ledger.files.disk = Failing(step)
        try:
            self.place.deletions.delete(request, self.place.approvals(request), now)
        except RefusedError:
            assert self.known().keys() >= before.keys()
        except Crash:
            self.place.ledger.close()
            self.place.open()
        self.place.ledger.files.disk = type(self.place.witness._disk)()
        self.lawful(before, now, holds)

    @rule()
    def finish(self) -> None:
        before, now, holds = self.known(), self.place.clock.now, self.place.holds.active()
        self.place.deletions.finish(now)
        self.lawful(before, now, holds)

    def lawful(self, before: dict[str, Any], now: Any, holds: Any) -> None:
        from datetime import datetime

        after = self.known()
        event("deleted" if before.keys() - after.keys() else "kept")
        for digest in before.keys() - after.keys():
            line = before[digest]
            assert now - datetime.fromisoformat(line.time) >= 100 * DAY
            assert not [hold.id for hold in holds if hold.covers(line)]

    @invariant()
    def one_chain(self) -> None:
        assert verified_across(self.place.ledger).faults == {}

    def teardown(self) -> None:
        self.place.ledger.close()
        self.temporary.cleanup()


TestSchedule = Schedule.TestCase
TestSchedule.settings = settings(max_examples=40, stateful_step_count=30, deadline=None)


def test_holds_and_anchors_of_another_ledger_are_none(place: Place, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    said, clock = place.declaration.ledgers["log"], place.clock
    # Another ledger, one of the same name, and what sees but the newest part of the same one.
    others: tuple[Ledger, ...] = (
        open_ledger(tmp_path / "other.jsonl", name="other", key=KEY, clock=clock),
        open_segmented(tmp_path / "elsewhere", name="log", key=KEY, clock=clock),
        open_segmented(tmp_path / "elsewhere", name="other", key=KEY, clock=clock),
        open_ledger(place.ledger.files.active, name="log", key=KEY, clock=clock),
    )
    for other in others:
        holds = Holds(other, tenant="t")
        anchoring = Anchoring(other, said, place.witness, ANCHORER, tenant="t")
        with pytest.raises(DeclarationError, match="the holds are not") as raised:
            place.deleting(holds=holds, anchoring=anchoring)
        assert [problem.message.split(" are")[0] for problem in raised.value.problems] == ["the holds", "the anchors"]
        with pytest.raises(DeclarationError, match="the anchors are not"):
            place.deleting(anchoring=anchoring)
        other.close()
    with open_segmented(tmp_path / "elsewhere" / "..", name="log", key=KEY, clock=clock) as same:
        place.deleting(holds=Holds(same, tenant="t"))  # another object of the same ledger sees the same holds


def test_a_note_that_somebody_made_hides_nothing(place: Place) -> None:
    grown(place)
    for segment in place.ledger.segments()[:2]:
        body = place.ledger.files.body(segment)
        whole = body.read_bytes()
        body.unlink()
        note = place.folder / f"{segment.stem}.deleted"
        for content in (b"{}", b'{"at":"2019-01-01","first":1,"last":7}', b""):
            note.write_bytes(content)
            for look in (lambda: list(place.ledger.read()), lambda: verified_across(place.ledger), place.ledger.gone):
                with pytest.raises(LedgerError):
                    look()
        note.unlink()
        body.write_bytes(whole)
    assert place.records()[0] == 1


def test_a_deletion_that_is_recorded_covers_no_later_note(place: Place) -> None:
    grown(place)
    request = place.deletions.request(3, "kept for long enough")
    place.deletions.delete(request, place.approvals(request), place.clock.now)
    segment = place.ledger.present()[0]
    place.ledger.files.note(segment, "deleted", {})
    place.ledger.files.body(segment).unlink()
    with pytest.raises(LedgerError, match="nothing records"):
        list(place.ledger.read())
    place.ledger.close()
    place.open()
    with pytest.raises(LedgerError, match="nothing records"):
        place.records()


def test_deletions_of_deletions_are_still_known(place: Place) -> None:
    grown(place)
    for last in (3, 7, 11):
        request = place.deletions.request(last, "kept for long enough")
        place.deletions.delete(request, place.approvals(request), place.clock.now)
        place.later(1)
    place.cut()
    place.later(200)
    place.cut()
    last = place.ledger.present()[-2].last  # which has the entries of the deletions before
    request = place.deletions.request(last, "kept for long enough")
    place.deletions.delete(request, place.approvals(request), place.clock.now)
    place.ledger.close()
    place.open()
    assert place.records()[0] == last + 1


def test_a_hold_that_comes_while_the_witness_is_asked_stops_the_deletion(place: Place) -> None:
    grown(place)
    request = place.deletions.request(7, "kept for long enough")
    keep = place.witness.keep

    class Slow(FileWitness):
        def keep(self, anchor: Any) -> Any:
            if anchor.base:
                place.holds.place("case-7", by="Tom Okafor", reason="a dispute", first=2, last=2)
            return keep(anchor)

    place.anchoring._witness = Slow(place.folder / "anchors.jsonl", WITNESS, clock=place.clock)
    with pytest.raises(RefusedError) as raised:
        place.deletions.delete(request, place.approvals(request), place.clock.now)
    assert raised.value.reason == "on_hold"
    assert place.records()[0] == 1
    place.anchoring._witness = place.witness
    assert place.deletions.finish(place.clock.now) == ()
    assert place.records()[0] == 1
    place.holds.release("case-7", by="Tom Okafor", reason="settled")
    assert len(place.deletions.finish(place.clock.now)) == 2


def test_a_hold_that_comes_between_judging_and_deciding_stops_the_deletion(place: Place) -> None:
    grown(place)
    request = place.deletions.request(7, "kept for long enough")
    against = place.deletions._against

    def late(request: Request, now: Any) -> Any:
        yield from against(request, now)
        if not place.holds.active():
            place.holds.place("case-7", by="Tom Okafor", reason="a dispute", first=2, last=2)

    place.deletions._against = late  # type: ignore[method-assign]
    with pytest.raises(RefusedError) as raised:
        place.deletions.delete(request, place.approvals(request), place.clock.now)
    assert raised.value.reason == "on_hold"
    assert DECIDED not in place.actions()


def test_a_broken_segment_is_evidence_and_is_not_deleted(place: Place) -> None:
    grown(place)
    body = place.ledger.files.body(place.ledger.segments()[0])
    body.write_bytes(body.read_bytes().replace(b"r-1", b"r-7"))
    request = place.deletions.request(7, "kept for long enough")
    with pytest.raises(LedgerError):
        place.deletions.delete(request, place.approvals(request), place.clock.now)
    assert body.exists()
