"""Transfers against a model of their own: replay, duplicate, reorder, late, forged, mismatch and crash, in any order.

The model knows nothing of entries, tokens' making or folding: it holds a handful of facts a record and says what must
happen. `reconciled` has one way in it: both signatures, both in time, the same goods.
"""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import ClassVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from limen.controls.signing import sign_item
from limen.controls.transfer import TransferError
from limen.integrity.canonical import canonical
from tests.controls.transferring import DAY, ENDPOINTS, HUB, ORDER, RECEIVER, SENDER, START, Hub, key_of, the_way

FIRST = "t-014-022/1"
FAULTS = ("", "", "late", "late", "forged", "by the sender", "another token", "another tenant", "fewer", "twice")
SIGNATORIES = {SENDER: 0, RECEIVER: 1, "stranger": 7}
SOON = (timedelta(0), timedelta(seconds=1), timedelta(hours=11))
STEPS = (*SOON, DAY - timedelta(seconds=1), DAY, DAY + timedelta(seconds=1))
tenants = st.sampled_from((SENDER, RECEIVER, "pharmacy-037"))
quantities = st.sampled_from((12, 12, 12, 11, 13))


@dataclass(frozen=True)
class Message:
    """Something that somebody signed, and what the model knows of it."""

    kind: str
    signed_by: str
    record: str
    quantity: int
    at: datetime
    content: bytes


@dataclass(frozen=True)
class Fact:
    """What the model knows of a record."""

    state: str
    order: Message
    deadline: datetime
    announced_at: datetime | None = None
    answer: Message | None = None


def signed(kind: str, signed_by: str, record: str, quantity: int, at: datetime) -> Message:
    """Return a message by whomever, with the bytes of a real signature."""
    side = the_way().sender if kind == "order" else the_way().receiver
    goods = {**ORDER, "quantity": quantity}
    if kind == "count":
        counted_at = at.strftime("%Y-%m-%dT%H:%M:%SZ")
        goods = {"ndc": ORDER["ndc"], "lot": ORDER["lot"], "quantity": quantity, "counted_at": counted_at}
    bound = {"item": side.item, "flow": side.flow, "record": record, "tenant": side.tenant}
    key = key_of(SIGNATORIES[signed_by])
    return Message(kind, signed_by, record, quantity, at, sign_item(canonical(goods), **bound, signer=key))


class TransferMachine(RuleBasedStateMachine):
    """A hub, its ledger, and whoever sends it whatever."""

    store = ""
    reached: ClassVar[set[str]] = set()
    messages = Bundle("messages")
    records = Bundle("records")

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="limen-transfers-"))
        self.hub = Hub(ENDPOINTS[self.store](self.folder))
        self.facts: dict[str, Fact] = {}
        self.tokens: dict[str, str] = {}
        self.posted: list[tuple[str, str]] = []
        self.found: list[tuple[str, str]] = []
        self.times: dict[tuple[str, str], datetime] = {}
        self.seen = 0

    def teardown(self) -> None:
        self.reached.update(fact.state for fact in self.facts.values())
        self.hub.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def now(self) -> datetime:
        return self.hub.clock.now

    # What people do, as it is meant: each rule goes on from wherever a record stands.

    @initialize(target=records)
    def one_record(self) -> str:
        return FIRST

    @initialize(target=messages)
    def one_order(self) -> Message:
        return signed("order", SENDER, FIRST, 12, START)

    @rule(record=records, quantity=quantities, target=messages)
    def order_and_propose(self, record: str, quantity: int) -> Message:
        message = signed("order", SENDER, record, quantity, self.now)
        self.propose(message, record, SENDER)
        return message

    @rule(record=records, quantity=quantities, target=messages)
    def count_and_acknowledge(self, record: str, quantity: int) -> Message:
        message = signed("count", RECEIVER, record, quantity, self.now)
        self.acknowledge(message, record, RECEIVER, self.tokens.get(record, ""))
        return message

    @rule(fault=st.sampled_from(FAULTS), step=st.sampled_from(SOON), target=records)
    def go_all_the_way(self, fault: str, step: timedelta) -> str:
        """A record of its own, from the order to the answer, with at most one thing wrong."""
        record = f"t-014-022/{len(self.facts) + 2}"
        self.propose(signed("order", SENDER, record, 12, self.now), record, SENDER)
        self.announce(record)
        self.hub.later(DAY + timedelta(seconds=1) if fault == "late" else step)
        by = {"forged": "stranger", "by the sender": SENDER}.get(fault, RECEIVER)
        message = signed("count", by, record, 11 if fault == "fewer" else 12, self.now)
        token = "another" if fault == "another token" else self.tokens[record]
        self.acknowledge(message, record, SENDER if fault == "another tenant" else RECEIVER, token)
        if fault == "twice":
            self.acknowledge(signed("count", RECEIVER, record, 12, self.now), record, RECEIVER, token)
        return record

    # What people sign, rightly and wrongly, and don't send yet.

    @rule(target=messages, record=records, quantity=quantities)
    def a_count(self, record: str, quantity: int) -> Message:
        return signed("count", RECEIVER, record, quantity, self.now)

    @rule(
        target=messages,
        kind=st.sampled_from(("order", "count")),
        by=st.sampled_from(tuple(SIGNATORIES)),
        record=records,
    )
    def a_message_by_anybody(self, kind: str, by: str, record: str) -> Message:
        return signed(kind, by, record, 12, self.now)

    # What the hub is asked, in any order and as often as may be.

    @rule(message=messages, record=records, tenant=tenants)
    def propose_anything(self, message: Message, record: str, tenant: str) -> None:
        self.propose(message, record, tenant)

    @rule(message=messages)
    def propose_as_meant(self, message: Message) -> None:
        self.propose(message, message.record, SENDER)

    @rule(record=records)
    def announce(self, record: str) -> None:
        fact = self.facts.get(record)
        if fact is None or fact.state not in ("proposed", "announced") or self.now > fact.deadline:
            self.refused(lambda: self.hub.announce(record))
            return
        if fact.state == "proposed":
            self.facts[record] = replace(fact, state="announced", announced_at=self.now, deadline=self.now + DAY)
            self.posted.append(("announced", record))
        token = self.hub.announce(record)
        assert self.tokens.setdefault(record, token) == token
        assert len(set(self.tokens.values())) == len(self.tokens)

    @rule(message=messages, record=records, tenant=tenants, whose=records)
    def acknowledge_anything(self, message: Message, record: str, tenant: str, whose: str) -> None:
        self.acknowledge(message, record, tenant, self.tokens.get(whose, ""))

    @rule(message=messages)
    def acknowledge_as_meant(self, message: Message) -> None:
        self.acknowledge(message, message.record, RECEIVER, self.tokens.get(message.record, ""))

    @rule(record=records, tenant=st.sampled_from((RECEIVER, SENDER)))
    def cancel(self, record: str, tenant: str) -> None:
        fact = self.facts.get(record)
        if fact is None or tenant != SENDER:
            self.refused(lambda: self.hub.cancel(record, tenant))
        elif fact.state == "cancelled":
            assert self.hub.cancel(record).state == "cancelled"
        elif fact.state in ("proposed", "announced") and self.now <= fact.deadline:
            assert self.hub.cancel(record).state == "cancelled"
            self.facts[record] = replace(fact, state="cancelled")
            self.posted.append(("cancelled", record))
        else:
            self.refused(lambda: self.hub.cancel(record))

    @rule()
    def expire(self) -> None:
        over = [
            record
            for record, fact in self.facts.items()
            if fact.state in ("proposed", "announced") and self.now > fact.deadline
        ]
        assert [one.record for one in self.hub.transfers.expire(actor=HUB, now=self.now)] == over
        for record in over:
            self.facts[record] = replace(self.facts[record], state="expired")
            self.posted.append(("expired", record))

    @rule(step=st.sampled_from(STEPS))
    def time_goes_by(self, step: timedelta) -> None:
        self.hub.later(step)

    @rule()
    def crash_between_steps(self) -> None:
        self.hub.restart()

    @rule()
    def crash_within_a_write(self) -> None:
        """Half a line of an entry that nobody was told of."""
        if self.store == "JSON Lines":
            self.hub.ledger.close()
            with Path(self.hub.endpoint).open("ab") as file:
                file.write(b'{"_hash":"00')
            self.hub.open()

    @rule(message=messages)
    def crash_after_a_write(self, message: Message) -> None:
        """The answer is lost, and the hub with it; whoever asked asks again."""
        tenant = SENDER if message.kind == "order" else RECEIVER
        for _ in range(2):
            if message.kind == "order":
                self.propose(message, message.record, tenant)
            else:
                self.acknowledge(message, message.record, tenant, self.tokens.get(message.record, ""))
            self.hub.restart()

    # What must happen.

    def propose(self, message: Message, record: str, tenant: str) -> None:
        def step() -> str:
            return self.hub.propose(message.content, record=record, tenant=tenant).state

        genuine = (message.kind, message.signed_by, message.record, tenant) == ("order", SENDER, record, SENDER)
        fact = self.facts.get(record)
        if not genuine or (fact is not None and fact.order.content != message.content):
            self.refused(step)
            return
        if fact is None:
            self.facts[record] = Fact("proposed", message, self.now + DAY)
            self.posted.append(("proposed", record))
        assert step() == self.facts[record].state

    def acknowledge(self, message: Message, record: str, tenant: str, token: str) -> None:
        def step() -> str:
            return self.hub.acknowledge(message.content, record=record, tenant=tenant, token=token).state

        fact = self.facts.get(record)
        genuine = (message.kind, message.signed_by, message.record, tenant) == ("count", RECEIVER, record, RECEIVER)
        if genuine and fact is not None and fact.answer is not None and fact.answer.content == message.content:
            if fact.state == "reconciled":
                assert step() == "reconciled"
            else:
                assert self.refused(step) == "mismatch"
            return
        counts = (
            genuine
            and fact is not None
            and fact.state == "announced"
            and fact.announced_at is not None
            and self.now <= fact.deadline
            and token == self.tokens[record]
            and fact.announced_at - timedelta(minutes=1) <= message.at <= self.now + timedelta(minutes=1)
        )
        if not counts or fact is None:
            self.refused(step)
            return
        agrees = message.quantity == fact.order.quantity
        self.facts[record] = replace(fact, state="reconciled" if agrees else "mismatched", answer=message)
        self.posted.append(("acknowledged", record))
        if agrees:
            assert step() == "reconciled"
        else:
            assert self.refused(step) == "mismatch"

    def refused(self, step: object) -> str:
        with pytest.raises(TransferError) as told:
            step()  # type: ignore[operator]
        assert told.value.reason not in ("internal", "ledger_unavailable", "ledger_broken", "key_unavailable")
        return told.value.reason

    @invariant()
    def the_hub_says_what_the_model_says(self) -> None:
        for record in (FIRST, *self.facts):
            found = self.hub.transfers.standing(record)
            fact = self.facts.get(record)
            assert (found and found.state) == (fact and fact.state)

    @invariant()
    def every_step_was_posted_once_and_in_time(self) -> None:
        for line in self.hub.ledger.read(self.seen + 1):
            self.seen = line.seq
            if line.action.startswith("transfer:") and line.action != "transfer:refused":
                self.found.append((line.action.removeprefix("transfer:"), line.record))
                self.times[self.found[-1]] = datetime.fromisoformat(line.time)
        assert self.found == self.posted
        for record, fact in self.facts.items():
            if fact.state == "reconciled":
                proposed, announced, acknowledged = (
                    self.times[what, record] for what in ("proposed", "announced", "acknowledged")
                )
                assert timedelta(0) <= announced - proposed <= DAY
                assert timedelta(0) <= acknowledged - announced <= DAY
                assert fact.answer is not None
                assert (fact.order.signed_by, fact.answer.signed_by) == (SENDER, RECEIVER)


class OnJsonLines(TransferMachine):
    store = "JSON Lines"


class OnSqlite(TransferMachine):
    store = "SQLite"


@pytest.mark.parametrize("machine", [OnJsonLines, OnSqlite])
def test_whatever_is_sent_in_whatever_order(machine: type[TransferMachine]) -> None:
    machine.reached = set()
    how = settings(max_examples=40, stateful_step_count=40, deadline=None, suppress_health_check=list(HealthCheck))
    for _ in range(5):  # chance alone may not lead there
        run_state_machine_as_test(machine, settings=how)
        if "reconciled" in machine.reached:
            break
    assert "reconciled" in machine.reached  # else nothing was tested
