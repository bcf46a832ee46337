"""Transfers: two signatures in time, and every other way refused by its reason, on JSON Lines and on SQLite."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from limen.adapters.key_providers.key_store import KeyStore
from limen.controls.identifiers import parse_ndc
from limen.controls.keyring import Keyring, Uses
from limen.controls.ledger import Appended, Entry, LedgerError
from limen.controls.refusals import RefusedError
from limen.controls.signing import sign_item
from limen.controls.transfer import TransferError
from limen.integrity.canonical import canonical
from tests.controls.transferring import (
    DAY,
    ENDPOINTS,
    ORDER,
    RECEIVER,
    RECORD,
    SENDER,
    START,
    Hub,
    count,
    key_of,
    order,
    reference,
    the_way,
)

HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)


@pytest.fixture(params=sorted(ENDPOINTS))
def hub(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Hub]:
    made = Hub(ENDPOINTS[request.param](tmp_path))
    yield made
    made.close()


@pytest.fixture
def plain(tmp_path: Path) -> Iterator[Hub]:
    made = Hub(tmp_path / "cs-ledger.jsonl")
    yield made
    made.close()


def refused(reason: str, step: Callable[[], Any]) -> TransferError:
    with pytest.raises(TransferError) as told:
        step()
    assert told.value.reason == reason, told.value
    assert told.value.__cause__ is None
    return told.value


def test_both_sign_in_time(hub: Hub) -> None:
    proposed = hub.propose()
    assert (proposed.state, proposed.deadline) == ("proposed", START + DAY)
    hub.later(HOUR)
    token = hub.announce()
    hub.later(23 * HOUR)
    done = hub.acknowledge(token=token)
    assert done.state == "reconciled"
    assert hub.actions() == ["proposed", "announced", "acknowledged"]
    assert [line.tenant for line in hub.lines()] == [SENDER, RECEIVER, RECEIVER]
    hub.restart()
    assert hub.transfers.standing(RECORD) == done
    assert not hub.transfers.pending()


def test_the_ledger_has_tokens_and_no_identifiers(hub: Hub) -> None:
    token = hub.propose() and hub.announce()
    hub.acknowledge(token=token)
    text = b"".join(line.raw for line in hub.lines())
    for told in ("01234", "L-77", "2027-05-31", token):
        assert told.encode() not in text
    for message in (order(), count(START)):
        signature = json.loads(message)["signatures"][0]["sig"]
        assert signature.encode() not in text  # with the public key, it would let a guess be tested
    proposal = hub.lines()[0].details
    assert proposal["goods"]["quantity"] == 12
    assert proposal["goods"]["ndc"].startswith("tok:v1:token-1:")


def test_the_same_message_again_gives_the_same_answer_and_posts_nothing(hub: Hub) -> None:
    ordered = order()
    first = hub.propose(ordered)
    assert hub.propose(ordered) == first
    token = hub.announce()
    assert hub.announce() == token
    counted = count(hub.clock.now)
    done = hub.acknowledge(counted, token=token)
    assert hub.acknowledge(counted, token=token) == done
    hub.restart()
    hub.later(30 * DAY)
    assert hub.acknowledge(counted, token="") == done  # an answer that was lost, long ago
    assert hub.propose(ordered) == done
    assert hub.actions() == ["proposed", "announced", "acknowledged"]


def test_another_message_of_the_same_record_is_a_duplicate(hub: Hub) -> None:
    hub.propose()
    refused("duplicate", lambda: hub.propose(order(quantity=13)))
    refused("duplicate", lambda: hub.propose(order()))  # signed anew
    token = hub.announce()
    hub.acknowledge(token=token)
    refused("replayed", lambda: hub.acknowledge(token=token))
    refused("replayed", hub.announce)
    refused("replayed", hub.cancel)
    assert hub.transfers.standing(RECORD).state == "reconciled"


@pytest.mark.parametrize("late", [SECOND, HOUR, 400 * DAY])
def test_late(hub: Hub, late: timedelta) -> None:
    hub.propose()
    token = hub.announce()
    hub.later(DAY + late)
    refused("late", lambda: hub.acknowledge(token=token))
    refused("late", hub.announce)
    refused("late", hub.cancel)
    (expired,) = hub.transfers.expire(actor="transfer-hub", now=hub.clock.now)
    assert expired.state == "expired"
    assert hub.transfers.expire(actor="transfer-hub", now=hub.clock.now) == ()
    refused("late", lambda: hub.acknowledge(token=token))
    assert hub.actions().count("expired") == 1


def test_the_deadline_itself_is_in_time(plain: Hub) -> None:
    plain.propose()
    plain.later(DAY)
    token = plain.announce()
    plain.later(DAY)
    assert plain.acknowledge(token=token).state == "reconciled"


def test_what_is_announced_too_late(plain: Hub) -> None:
    plain.propose()
    plain.later(DAY + SECOND)
    refused("late", plain.announce)


def test_the_ledgers_time_counts_and_not_the_callers(plain: Hub) -> None:
    """A caller whose clock stands still can't acknowledge what the ledger stamps as late."""
    token = plain.propose() and plain.announce()
    before = plain.clock.now
    plain.later(DAY + SECOND)
    found = refused("late", lambda: plain.acknowledge(count(before), token=token, now=before))
    assert found.standing.state == "expired"
    assert plain.actions()[-2:] == ["acknowledged", "refused"]
    plain.restart()
    assert plain.transfers.standing(RECORD).state == "expired"


def test_out_of_order(plain: Hub) -> None:
    refused("out_of_order", plain.announce)
    refused("out_of_order", lambda: plain.acknowledge(token=""))
    refused("out_of_order", plain.cancel)
    plain.propose()
    refused("out_of_order", lambda: plain.acknowledge(token=""))
    assert plain.cancel().state == "cancelled"
    assert plain.cancel().state == "cancelled"
    refused("out_of_order", plain.announce)
    assert plain.actions().count("cancelled") == 1


def test_a_cancelled_order_is_not_acknowledged(plain: Hub) -> None:
    token = plain.propose() and plain.announce()
    refused("wrong_tenant", lambda: plain.cancel(tenant=RECEIVER))
    plain.cancel()
    refused("out_of_order", lambda: plain.acknowledge(token=token))
    assert plain.transfers.standing(RECORD).state == "cancelled"


MISMATCHES = {
    "fewer": {"quantity": 11},
    "more": {"quantity": 13},
    "another lot": {"lot": "L-78"},
    "another product": {"ndc": "01234-0567-09"},
    "everything": {"ndc": "55555-0444-33", "lot": "Z", "quantity": 1},
}


@pytest.mark.parametrize("name", MISMATCHES)
def test_a_count_that_differs_ends_the_transfer(plain: Hub, name: str) -> None:
    token = plain.propose() and plain.announce()
    counted = count(plain.clock.now, **MISMATCHES[name])
    found = refused("mismatch", lambda: plain.acknowledge(counted, token=token))
    assert found.standing.state == "mismatched"
    refused("mismatch", lambda: plain.acknowledge(counted, token=token))  # the same answer
    refused("replayed", lambda: plain.acknowledge(token=token))  # nobody counts until it fits
    plain.restart()
    assert plain.transfers.standing(RECORD).state == "mismatched"
    assert plain.actions().count("acknowledged") == 1


def test_one_ndc_in_two_forms_is_one(plain: Hub) -> None:
    token = plain.propose() and plain.announce()
    assert parse_ndc("1234-0567-08") == parse_ndc(ORDER["ndc"])
    assert plain.acknowledge(count(plain.clock.now, ndc="1234-0567-08"), token=token).state == "reconciled"


def test_tokens(plain: Hub) -> None:
    other = "t-014-022/000124"
    plain.propose()
    plain.propose(order(other), record=other)
    token, others = plain.announce(), plain.announce(other)
    assert len({token, others}) == 2
    for wrong in ("", token[:-1], token + "=", others, "é", token.swapcase(), "\ud800"):
        refused("token_refused", lambda wrong=wrong: plain.acknowledge(token=wrong))
    assert plain.acknowledge(token=token).state == "reconciled"
    refused("token_refused", lambda: plain.acknowledge(count(plain.clock.now, other), record=other, token=token))
    done = plain.acknowledge(count(plain.clock.now, other), record=other, token=others)
    assert done.state == "reconciled"


def forged_orders() -> dict[str, tuple[str, Callable[[], bytes], dict[str, Any]]]:
    way = the_way()
    content = canonical(ORDER)
    key = key_of(0)

    def item(content: bytes = content, by: Any = key, **changed: str) -> bytes:
        bound = {"item": way.sender.item, "flow": way.sender.flow, "record": RECORD, "tenant": SENDER, **changed}
        return sign_item(content, **bound, signer=by)

    def fields(**changed: Any) -> bytes:
        return canonical({**ORDER, **changed})

    def edited() -> bytes:
        message = json.loads(item())
        payload = base64.b64decode(message["payload"]).replace(b'"quantity":12', b'"quantity":92')
        return canonical({**message, "payload": base64.b64encode(payload).decode()}) + b"\n"

    return {
        "unsigned": ("signature_refused", lambda: content, {}),
        "edited": ("signature_refused", edited, {}),
        "signed by the receiver": ("signature_refused", lambda: item(by=key_of(1)), {}),
        "signed by a stranger": ("signature_refused", lambda: item(by=key_of(7)), {}),
        "of another record": ("signature_refused", lambda: item(record="t-014-022/000124"), {}),
        "of another flow": ("signature_refused", lambda: item(flow="out-037"), {}),
        "of another item": ("signature_refused", lambda: item(item="transfer-ack"), {}),
        "of another tenant": ("signature_refused", lambda: item(tenant="pharmacy-037"), {}),
        "with another tenant in the header": ("wrong_tenant", item, {"tenant": "pharmacy-037"}),
        "with the receiver in the header": ("wrong_tenant", item, {"tenant": RECEIVER}),
        "without a tenant in the header": ("wrong_tenant", item, {"tenant": ""}),
        "on a way that is not declared": ("undeclared_route", item, {"record": "t-014-066/000123"}),
        "with a record that is none": ("content_refused", item, {"record": "L-77"}),
        "a quantity of zero": ("content_refused", lambda: item(fields(quantity=0)), {}),
        "a negative quantity": ("content_refused", lambda: item(fields(quantity=-3)), {}),
        "half a quantity": ("content_refused", lambda: item(fields(quantity=0.5)), {}),
        "a quantity as a float": ("content_refused", lambda: item(content.replace(b"12", b"12.0")), {}),
        "a quantity as a text": ("content_refused", lambda: item(fields(quantity="12")), {}),
        "a quantity as a boolean": ("content_refused", lambda: item(fields(quantity=True)), {}),
        "a quantity beyond all stock": ("content_refused", lambda: item(fields(quantity=10**9 + 1)), {}),
        "a field too many": ("content_refused", lambda: item(fields(patient="x")), {}),
        "a field too few": ("content_refused", lambda: item(content.replace(b'"lot":"L-77",', b"")), {}),
        "a field twice": ("content_refused", lambda: item(content.replace(b"{", b'{"expiry":"2027-05-31",')), {}),
        "not canonical": ("content_refused", lambda: item(content.replace(b",", b", ")), {}),
        "no JSON": ("content_refused", lambda: item(b"\xff"), {}),
        "an expiry that is none": ("content_refused", lambda: item(fields(expiry="2027-02-30")), {}),
        "an expiry in another form": ("content_refused", lambda: item(fields(expiry="20270531")), {}),
        "an expired lot": ("content_refused", lambda: item(fields(expiry="2026-11-21")), {}),
        "an ambiguous NDC": ("identifier_ambiguous", lambda: item(fields(ndc="1234567890")), {}),
        "no NDC": ("identifier_invalid", lambda: item(fields(ndc="x")), {}),
        "a lot with a blank": ("identifier_invalid", lambda: item(fields(lot="L 77")), {}),
        "a schedule that is none": ("identifier_invalid", lambda: item(fields(schedule="VI")), {}),
        "schedule II without an order form": ("content_refused", lambda: item(fields(schedule="II")), {}),
        "schedule I without an order form": ("content_refused", lambda: item(fields(schedule="I")), {}),
    }


@pytest.mark.parametrize("name", forged_orders())
def test_orders_that_are_none(plain: Hub, name: str) -> None:
    reason, message, given = forged_orders()[name]
    error = refused(reason, lambda: plain.propose(message(), **given))
    for told in ("1234", "L-77", "L 77", "2027"):
        assert told not in str(error)
        assert all(told not in problem.hint for problem in error.problems)
    (line,) = plain.lines()
    assert (line.action, line.details) == ("transfer:refused", {"reason": reason})
    assert line.record in ("", RECORD, "t-014-066/000123")
    assert plain.transfers.standing(RECORD) is None


def forged_counts() -> dict[str, tuple[str, Callable[[Hub], bytes], dict[str, Any]]]:
    way = the_way()
    own = key_of(1)

    def item(content: bytes, by: Any = own, **changed: str) -> bytes:
        bound = {"item": way.receiver.item, "flow": way.receiver.flow, "record": RECORD, "tenant": RECEIVER, **changed}
        return sign_item(content, **bound, signer=by)

    def content(**changed: Any) -> bytes:
        said = {"ndc": ORDER["ndc"], "lot": ORDER["lot"], "quantity": 12, "counted_at": "2026-11-22T10:00:00Z"}
        return canonical({**said, **changed})

    return {
        "unsigned": ("signature_refused", lambda hub: content(), {}),
        "the sender's order, sent back": ("signature_refused", lambda hub: order(), {}),
        "signed by the sender": ("signature_refused", lambda hub: item(content(), key_of(0)), {}),
        "signed by a stranger": ("signature_refused", lambda hub: item(content(), key_of(7)), {}),
        "of another record": ("signature_refused", lambda hub: item(content(), record="t-014-022/9"), {}),
        "of another flow": ("signature_refused", lambda hub: item(content(), flow="ack-066"), {}),
        "of the sender's tenant": ("signature_refused", lambda hub: item(content(), tenant=SENDER), {}),
        "with the sender in the header": ("wrong_tenant", lambda hub: item(content()), {"tenant": SENDER}),
        "by the sender's principal": ("duty_conflict", lambda hub: item(content()), {"actor": SENDER}),
        "a float": ("content_refused", lambda hub: item(content().replace(b"12}", b"12.0}")), {}),
        "zero": ("content_refused", lambda hub: item(content(quantity=0)), {}),
        "a field of the order": ("content_refused", lambda hub: item(content(expiry="2027-05-31")), {}),
        "without a time": ("content_refused", lambda hub: item(content(counted_at="")), {}),
        "counted before it came": ("out_of_order", lambda hub: item(content(counted_at="2026-11-22T09:58:59Z")), {}),
        "counted tomorrow": ("out_of_order", lambda hub: item(content(counted_at="2026-11-23T10:00:00Z")), {}),
        "an ambiguous NDC": ("identifier_ambiguous", lambda hub: item(content(ndc="1234567890")), {}),
    }


@pytest.mark.parametrize("name", forged_counts())
def test_acknowledgements_that_are_none(plain: Hub, name: str) -> None:
    reason, message, given = forged_counts()[name]
    token = plain.propose() and plain.announce()
    refused(reason, lambda: plain.acknowledge(message(plain), token=token, **given))
    assert plain.transfers.standing(RECORD).state == "announced"
    assert plain.actions() == ["proposed", "announced", "refused"]
    assert plain.acknowledge(token=token).state == "reconciled"  # a forgery takes nothing from the receiver


def test_a_key_of_both_sides_confirms_nothing(plain: Hub) -> None:
    token = plain.propose() and plain.announce()
    plain.keys.extra["pharmacy-022-signing-key"] = (key_of(0).key,)
    by_sender = count(plain.clock.now, by=key_of(0))
    refused("duty_conflict", lambda: plain.acknowledge(by_sender, token=token))


FORMS = {
    "t-014-022/1": "content_refused",
    "t-014-022/1/222-123456789": "",
    "t-014-022/1/222-12345678": "content_refused",
    "t-014-022/1/222-12345678X": "content_refused",
    "t-014-022/1/csos-26XA1B2C3": "",
    "t-014-022/1/csos-25XA1B2C3": "",
    "t-014-022/1/csos-24XA1B2C3": "content_refused",
    "t-014-022/1/csos-27XA1B2C3": "content_refused",
    "t-014-022/1/csos-26YA1B2C3": "content_refused",
    "t-014-022/1/csos-26XA1B2C": "content_refused",
    "t-014-022/1/csos-26xa1b2c3": "content_refused",
    "t-014-022/1/": "content_refused",
    "t-014-022/1/26XA1B2C3": "content_refused",
}


@pytest.mark.parametrize("record", FORMS)
@pytest.mark.parametrize("schedule", ["I", "II"])
def test_schedules_one_and_two_move_on_an_order_form(plain: Hub, record: str, schedule: str) -> None:
    content = canonical({**ORDER, "schedule": schedule})
    way = the_way().sender
    message = sign_item(content, item=way.item, flow=way.flow, record=record, tenant=SENDER, signer=key_of(0))
    if FORMS[record]:
        refused(FORMS[record], lambda: plain.propose(message, record=record))
    else:
        assert plain.propose(message, record=record).state == "proposed"
        token = plain.announce(record)
        counted = count(plain.clock.now, record)
        assert plain.acknowledge(counted, record=record, token=token).state == "reconciled"


def test_the_order_form_is_signed(plain: Hub) -> None:
    message = order("t-014-022/1/222-123456789", schedule="II")
    refused("signature_refused", lambda: plain.propose(message, record="t-014-022/1/222-987654321"))
    refused("signature_refused", lambda: plain.propose(message, record="t-014-022/1"))


@pytest.mark.parametrize("closed_before", range(4))
def test_a_ledger_that_can_not_be_written_stops_every_step(plain: Hub, closed_before: int) -> None:
    ordered, counted, tokens = order(), count(START), [""]
    steps: tuple[Callable[[], Any], ...] = (
        lambda: plain.propose(ordered),
        lambda: tokens.append(plain.announce()),
        lambda: plain.acknowledge(counted, token=tokens[-1]),
        lambda: plain.transfers.expire(actor="transfer-hub", now=plain.clock.now),
    )
    for step in steps[:closed_before]:
        step()
    plain.ledger.close()
    for step in (*steps, plain.cancel, plain.transfers.pending, lambda: plain.transfers.standing(RECORD)):
        refused("ledger_unavailable", step)


def test_a_dead_key_store_stops_a_step(plain: Hub) -> None:
    token = plain.propose() and plain.announce()
    plain.keys.token = {"token-2": b"n" * 32}
    refused("key_unavailable", lambda: plain.acknowledge(token=token))
    assert plain.transfers.standing(RECORD).state == "announced"


def test_rotated_keys_go_on(plain: Hub) -> None:
    token = plain.propose() and plain.announce()
    plain.keys.token["token-2"] = b"n" * 32
    plain.keys.extra["pharmacy-022-signing-key"] = (key_of(8).key,)
    assert plain.announce() == token
    counted = count(plain.clock.now, by=key_of(8))
    assert plain.acknowledge(counted, token=token).state == "reconciled"


def test_several_hubs_over_one_ledger(hub: Hub) -> None:
    """Two that take the same acknowledgement post it once, and both give the same answer."""
    other = hub.another_ledger()
    second = hub.over(other)
    token = hub.propose() and hub.announce()
    assert second.announce(RECORD, actor="transfer-hub", now=hub.clock.now).token == token
    counted = count(hub.clock.now)
    answers, begin = [], threading.Barrier(2)

    def acknowledge(transfers: Any) -> None:
        begin.wait()
        given = {"record": RECORD, "token": token, "tenant": RECEIVER, "actor": RECEIVER, "now": hub.clock.now}
        answers.append(transfers.acknowledge(counted, **given).state)

    threads = [threading.Thread(target=acknowledge, args=(one,)) for one in (hub.transfers, second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    other.close()
    assert answers == ["reconciled"] * 2
    assert hub.actions() == ["proposed", "announced", "acknowledged"]


def test_another_hub_takes_the_same_message_meanwhile(tmp_path: Path) -> None:
    """It comes first, between what this one decided and what it records; both answer the same."""
    told: list[str] = []

    def keep(digest: str, message: bytes) -> None:
        if message == counted:
            told.append(other.acknowledge(message, token=token).state)

    hub, other = (Hub(tmp_path / "cs-ledger.jsonl", **given) for given in ({"keep": keep}, {}))
    counted = count(START)
    token = hub.propose() and hub.announce()
    told.append(hub.acknowledge(counted, token=token).state)
    assert told == ["reconciled", "reconciled"]
    assert hub.actions() == ["proposed", "announced", "acknowledged"]
    hub.close()
    other.close()


def test_another_hub_takes_another_count_meanwhile(tmp_path: Path) -> None:
    def keep(digest: str, message: bytes) -> None:
        if message == counted:
            other.acknowledge(token=token)

    hub, other = (Hub(tmp_path / "cs-ledger.jsonl", **given) for given in ({"keep": keep}, {}))
    counted = count(START)
    token = hub.propose() and hub.announce()
    refused("replayed", lambda: hub.acknowledge(counted, token=token))
    assert hub.actions() == ["proposed", "announced", "acknowledged", "refused"]
    hub.close()
    other.close()


def test_two_counts_at_once_are_one(hub: Hub) -> None:
    """Of two different acknowledgements one counts, and the other one is refused, whoever comes first."""
    token = hub.propose() and hub.announce()
    counts = [count(hub.clock.now), count(hub.clock.now, quantity=11)]
    told: list[str] = []
    begin = threading.Barrier(2)

    def acknowledge(message: bytes) -> None:
        begin.wait()
        try:
            told.append(hub.acknowledge(message, token=token).state)
        except RefusedError as error:
            told.append(error.reason)

    threads = [threading.Thread(target=acknowledge, args=(one,)) for one in counts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(told) in (["reconciled", "replayed"], ["mismatch", "replayed"])
    assert hub.actions().count("acknowledged") == 1


def test_originals_are_kept_before_they_are_recorded(tmp_path: Path) -> None:
    kept: dict[str, bytes] = {}
    hub = Hub(tmp_path / "cs-ledger.jsonl", keep=kept.__setitem__)
    ordered = order()
    standing = hub.propose(ordered)
    assert kept == {standing.proposal.message: ordered}
    counted = count(hub.clock.now)
    done = hub.acknowledge(counted, token=hub.announce())
    assert kept[done.acknowledgement.message] == counted
    hub.close()


def test_an_original_that_can_not_be_kept_is_not_recorded(tmp_path: Path) -> None:
    def keep(digest: str, message: bytes) -> None:
        raise OSError("L-77 can't be written")

    hub = Hub(tmp_path / "cs-ledger.jsonl", keep=keep)
    assert "L-77" not in str(refused("ledger_unavailable", hub.propose))
    assert hub.transfers.standing(RECORD) is None
    hub.close()


def test_with_a_key_store(tmp_path: Path) -> None:
    """The keyring of a hub, with the keys that the declaration names for it."""
    hub = Hub(tmp_path / "cs-ledger.jsonl")
    with KeyStore.create(tmp_path / "keys") as store:
        sides = (the_way().sender, the_way().receiver)
        for side in sides:
            store.new(side.key, "ECDSA-P-384")
        store.new("transfer-token-key", "HMAC-SHA-256")
        component = reference().components["transfer-hub"]
        uses = Uses(verifies=frozenset(component.verifies_with), macs=frozenset({"transfer-token-key"}))
        hub.keys = Keyring.of_store(store, uses=uses)
        hub.restart()
        hub.propose(order(by=store.signer(sides[0].key)))
        token = hub.announce()
        store.rotate("transfer-token-key")
        store.rotate(sides[1].key)
        counted = count(hub.clock.now, by=store.signer(sides[1].key))
        assert hub.acknowledge(counted, token=token).state == "reconciled"
    hub.close()


def test_what_left_the_ledger_still_counts(tmp_path: Path, plain: Hub) -> None:
    token = plain.propose() and plain.announce()
    plain.acknowledge(token=token)
    fresh = Hub(tmp_path / "next.jsonl", earlier=plain.lines())
    refused("replayed", lambda: fresh.acknowledge(token=token))
    refused("duplicate", lambda: fresh.propose(order()))
    fresh.close()


def test_ids_of_tenants_travel(tmp_path: Path) -> None:
    names = {
        name: f"id-of-{name}"
        for name in ("pharmacy-014", "pharmacy-022", "pharmacy-037", "pharmacy-051", "pharmacy-066")
    }
    hub = Hub(tmp_path / "cs-ledger.jsonl", tenants=names)
    refused("wrong_tenant", hub.propose)  # the name in the header
    way = hub.transfers.ways["t-014-022"].sender
    named = sign_item(canonical(ORDER), item=way.item, flow=way.flow, record=RECORD, tenant=SENDER, signer=key_of(0))
    refused("signature_refused", lambda: hub.propose(named, tenant="id-of-pharmacy-014"))  # the name in the signature
    both = sign_item(canonical(ORDER), item=way.item, flow=way.flow, record=RECORD, tenant=way.tenant, signer=key_of(0))
    assert hub.propose(both, tenant="id-of-pharmacy-014").sender == "id-of-pharmacy-014"
    assert hub.lines()[-1].tenant == "id-of-pharmacy-014"
    hub.close()


def test_a_time_without_a_zone(plain: Hub) -> None:
    refused("internal", lambda: plain.propose(now=START.replace(tzinfo=None)))


def test_nothing_shows_a_token(plain: Hub) -> None:
    plain.propose()
    announced = plain.transfers.announce(RECORD, actor="transfer-hub", now=plain.clock.now)
    assert announced.token not in repr(announced)


def test_what_the_ledger_contradicts_goes_nowhere(plain: Hub) -> None:
    """Somebody who can write to the ledger says that it was acknowledged before it was announced."""
    plain.propose()
    details = {
        "goods": plain.lines()[0].details["goods"],
        "counted_at": "2026-11-22T10:00:00Z",
        "message": "m",
        "key": "k",
    }
    plain.ledger.append(
        Entry(tenant=RECEIVER, actor=RECEIVER, action="transfer:acknowledged", record=RECORD, details=details)
    )
    refused("ledger_broken", plain.announce)
    refused("ledger_broken", lambda: plain.acknowledge(token=""))
    refused("ledger_broken", plain.cancel)
    assert plain.transfers.standing(RECORD).state == "contradictory"
    assert not plain.transfers.pending()


def test_a_transfer_whose_ends_are_declared_anew(tmp_path: Path) -> None:
    hub = Hub(tmp_path / "cs-ledger.jsonl")
    hub.propose()
    ids = {f"pharmacy-0{number}": f"id-{number}" for number in (14, 22, 37, 51, 66)}
    hub.given["tenants"] = {**ids, "pharmacy-014": SENDER}
    hub.restart()
    refused("undeclared_route", hub.announce)
    assert hub.transfers.standing(RECORD).state == "proposed"
    hub.close()


def test_a_ledger_that_forgets_what_it_took(plain: Hub) -> None:
    """What comes of a step is read from the ledger, so one that only says yes is found out."""

    class Forgetful:
        name = "cs-ledger"
        head, read = plain.ledger.head, plain.ledger.read

        def append(self, *given: Any, **more: Any) -> Appended:
            return Appended(seq=self.head().length + 1, hash="0" * 64, time="2026-11-22T10:00:00.000000Z")

    transfers = plain.over(Forgetful())  # type: ignore[arg-type]
    how = {"record": RECORD, "tenant": SENDER, "actor": SENDER, "now": START}
    refused("ledger_broken", lambda: transfers.propose(order(), **how))
    plain.propose()
    refused("ledger_broken", lambda: transfers.announce(RECORD, actor="hub", now=START))


def test_a_refusal_that_can_not_be_recorded(plain: Hub) -> None:
    plain.propose()

    class Full:
        """A ledger that can be read and not be written, as on a full disk."""

        name = "cs-ledger"
        head, read = plain.ledger.head, plain.ledger.read

        def append(self, *given: Any, **more: Any) -> None:
            raise LedgerError("no space left on the device, for L-77")

    transfers = plain.over(Full())  # type: ignore[arg-type]
    told = refused("ledger_unavailable", lambda: transfers.announce("t-014-022/9", actor="hub", now=START))
    assert "L-77" not in str(told)
    refused("ledger_unavailable", lambda: transfers.announce(RECORD, actor="hub", now=START))
