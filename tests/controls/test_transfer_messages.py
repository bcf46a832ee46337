"""What two tenants tell each other, the ways between them, and the token: nothing else is taken."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from limen.controls.guard.records import is_record
from limen.controls.refusals import RefusedError
from limen.controls.transfer_messages import (
    MOST,
    TransferRecord,
    count_content,
    order_content,
    read_count,
    read_order,
    read_record,
)
from limen.controls.transfer_tokens import is_token, transfer_token
from limen.controls.transfer_ways import ways_of
from limen.errors import DeclarationError
from limen.model.declaration import Declaration
from tests.controls.transferring import ORDER, START, reference

GOODS = {name: ORDER[name] for name in ("ndc", "lot", "quantity")}


def test_what_is_written_is_read() -> None:
    order = read_order(order_content(**ORDER))
    assert (order.ndc.canonical, order.lot, order.quantity) == ("01234-0567-08", "L-77", 12)
    assert (order.expiry.isoformat(), order.schedule.canonical) == ("2027-05-31", "III")
    count = read_count(count_content(**GOODS, counted_at=START))
    assert (count.ndc, count.lot, count.quantity, count.counted_at) == (order.ndc, order.lot, order.quantity, START)
    for one in (order, count):
        assert "L-77" not in repr(one)


@given(st.integers(1, MOST), st.integers(0, 4 * 10**9))
def test_round_trips(quantity: int, seconds: int) -> None:
    at = datetime.fromtimestamp(seconds, UTC)
    assert read_order(order_content(**{**ORDER, "quantity": quantity})).quantity == quantity
    assert read_count(count_content(**{**GOODS, "quantity": quantity}, counted_at=at)).counted_at == at


@given(st.binary(max_size=200))
def test_rubbish_is_no_message(content: bytes) -> None:
    for read in (read_order, read_count):
        with pytest.raises(RefusedError):
            read(content)


@given(
    st.dictionaries(
        st.sampled_from(sorted({*ORDER, "counted_at"})), st.none() | st.integers() | st.floats() | st.text(max_size=12)
    )
)
def test_whatever_stands_in_a_message_is_taken_or_refused(said: dict[str, Any]) -> None:
    content = msgspec.json.encode(said, order="sorted")
    for read in (read_order, read_count):
        try:
            assert read(content).quantity == said["quantity"]
        except RefusedError as error:
            assert error.__cause__ is None  # noqa: PT017


@pytest.mark.parametrize("quantity", [0, -1, MOST + 1, 1.0, 1.5, "1", True, None])
def test_quantities_are_whole_and_above_zero(quantity: Any) -> None:
    for write in (
        lambda: order_content(**{**ORDER, "quantity": quantity}),
        lambda: count_content(**{**GOODS, "quantity": quantity}, counted_at=START),
    ):
        with pytest.raises(RefusedError) as told:
            write()
        assert told.value.reason == "content_refused"


def test_records() -> None:
    for text in ("t-014-022/000123", "t/1/222-123456789", "t/1/csos-26XA1B2C3"):
        assert read_record(text).text == text
        assert is_record(text)
    assert read_record("t/1/222-123456789") == TransferRecord(way="t", number="1", order_form="222-123456789")


@pytest.mark.parametrize(
    "text",
    ["", "t", "/1", "t/", "t//", "t/1/", "t/1/x", "t/1/222-123456789/x", "t /1", "t/1\n", "t/é", "t/" + "1" * 65,
     "t" * 100 + "/" + "1" * 60, "t/-1"],
)  # fmt: skip
def test_records_that_are_none(text: str) -> None:
    with pytest.raises(RefusedError) as told:
        read_record(text)
    assert told.value.reason == "content_refused"


@given(st.text(max_size=40) | st.from_regex(r"t/\w{1,9}(/(222-\d{9}|csos-\d\dX[A-Z0-9]{6}))?"))
def test_a_record_is_its_text(text: str) -> None:
    try:
        found = read_record(text).text
    except RefusedError:
        return
    assert found == text
    assert is_record(text)  # what a transfer takes, the guard takes


def test_tokens_are_bound() -> None:
    key = b"k" * 32
    about = {"record": "r", "order": "o", "receiver": "p"}
    token = transfer_token(key, **about)
    assert token == transfer_token(key, **about)
    others = [transfer_token(key, **{**about, name: "x"}) for name in about]
    others += [transfer_token(b"l" * 32, **about), transfer_token(key, record="ro", order="", receiver="p")]
    assert len({token, *others}) == 6
    assert is_token(token, token)
    for other in (*others, "", token[:-1], token + "A", "\ud800", "é" * 43):
        assert not is_token(other, token)
    with pytest.raises(ValueError, match="31 bytes"):
        transfer_token(b"k" * 31, **about)


def test_a_token_known_answer() -> None:
    """Computed apart: HMAC-SHA-256 over the domain and one RFC 8785 array."""
    import base64
    import hashlib
    import hmac

    made = hmac.new(b"k" * 32, b'limen-transfer-token-v1\0["r","o","p"]', hashlib.sha256).digest()
    expected = base64.urlsafe_b64encode(made).decode().rstrip("=")
    assert transfer_token(b"k" * 32, record="r", order="o", receiver="p") == expected


def test_the_ways_of_the_reference() -> None:
    ways = ways_of(reference(), "cs-ledger")
    assert sorted(ways) == ["t-014-022", "t-037-066", "t-051-022"]
    way = ways["t-014-022"]
    assert way.within == timedelta(hours=24)
    assert (way.sender.component, way.sender.flow, way.sender.item) == ("pharmacy-014", "out-014", "transfer-order")
    assert (way.receiver.component, way.receiver.flow, way.receiver.item) == ("pharmacy-022", "ack-022", "transfer-ack")
    assert way.sender.key == "pharmacy-014-signing-key"
    assert way.receiver.key == "pharmacy-022-signing-key"


def without(**changed: Any) -> Declaration:
    """Return the reference with one transfer, which says something else."""
    one = msgspec.to_builtins(reference().transfers[0])
    for name, value in changed.items():
        if value is None:
            one.pop(name)
        else:
            one[name] = value
    return msgspec.structs.replace(reference(), transfers=(msgspec.convert(one, type(reference().transfers[0])),))


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"dual_signature": False}, "not signed by both"),
        ({"dual_signature": None}, "not signed by both"),
        ({"acknowledge_within": None}, "no deadline"),
        ({"token": None}, "can be used again"),
        ({"token": {"ephemeral": True}}, "can be used again"),
        ({"token": {"ephemeral": True, "single_use": False}}, "can be used again"),
        ({"token": {"ephemeral": False, "single_use": True}}, "can be used again"),
        ({"custody_log": "trace-log"}, "no transfer's custody"),
        ({"flows": ["out-014", "nowhere"]}, "not all of its flows"),
        ({"flows": ["out-014"]}, "answers on"),
        ({"flows": ["dispense-014", "in-014-022"]}, "do not follow one another"),
        ({"flows": ["in-014-022", "out-014"]}, "do not follow one another"),
        ({"flows": ["in-014-022"]}, "no declared tenant"),
    ],
)
def test_ways_that_are_left_open(changed: dict[str, Any], told: str) -> None:
    with pytest.raises(DeclarationError, match=told):
        ways_of(without(**changed), "cs-ledger")


def flows(**changed: dict[str, Any]) -> Declaration:
    """Return the reference, some of whose flows say something else."""
    made = [msgspec.structs.replace(flow, **changed.get(flow.id.replace("-", "_"), {})) for flow in reference().flows]
    return msgspec.structs.replace(without(), flows=tuple(made))


def test_flows_that_do_not_carry_one_signed_item() -> None:
    out = next(flow for flow in reference().flows if flow.id == "out-014")
    sealed = {"transfer-order": out.protection["transfer-order"][:1]}
    as_the_sender = {"transfer-ack": out.protection["transfer-order"]}
    for declared, told in (
        (flows(out_014={"carries": ("transfer-order", "receipt")}), "out-014 carries 2 items"),
        (flows(out_014={"carries": msgspec.UNSET}), "out-014 carries 0 items"),
        (flows(out_014={"protection": sealed}), "transfer-order bears 0 signatures on out-014"),
        (flows(ack_022={"protection": as_the_sender}), "sign with the same key"),
        (flows(ack_022={"protection": {}}), "transfer-ack bears 0 signatures on ack-022"),
    ):
        with pytest.raises(DeclarationError, match=told):
            ways_of(declared, "cs-ledger")


def test_everything_that_is_left_open_at_once() -> None:
    with pytest.raises(DeclarationError) as error:
        ways_of(without(dual_signature=None, acknowledge_within=None, token=None), "cs-ledger")
    assert len(error.value.problems) == 3


def test_ids_of_tenants() -> None:
    with pytest.raises(DeclarationError, match="no id for the tenant pharmacy-022"):
        ways_of(without(), "cs-ledger", {"pharmacy-014": "x"})
    with pytest.raises(DeclarationError, match="of one tenant"):
        ways_of(without(), "cs-ledger", {"pharmacy-014": "x", "pharmacy-022": "x"})
    ways = ways_of(without(), "cs-ledger", {"pharmacy-014": "x", "pharmacy-022": "y"})
    assert (ways["t-014-022"].sender.tenant, ways["t-014-022"].receiver.tenant) == ("x", "y")
