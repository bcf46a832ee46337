"""What crossed a guard once and should not have: fields below the top, callers that equal everybody, telling ids."""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import orjson
import pytest
from cryptography.hazmat.primitives.asymmetric import utils

from limen.adapters.key_providers.key_store import KeyStore
from limen.controls.guard.entries import CROSSED
from limen.controls.guard.guard import Guard
from limen.controls.guard.replays import Replays
from limen.controls.principals import Principal
from limen.controls.refusals import RefusedError
from limen.integrity import dsse
from limen.integrity.canonical import canonical
from limen.integrity.strict_json import strict_json
from tests.controls.guard.conftest import store, world  # noqa: F401 fixtures
from tests.controls.guard.world import ITEMS, NOW, World, caller, changed, flow

ORDER = int("ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973", 16)
"""Of the group of P-384 (FIPS 186-5)."""
TENANT = "pharmacy-014"
RECORD = ITEMS["dispense-record"]
BELOW: list[Any] = [
    {"patient_name": "Nilufar Castellane"},
    [{"patient_name": "Nilufar Castellane"}],
    {"drug": [[{"quantity": {"dob": "1961-04-02"}}]]},
]
"""What may not stand in an open field: a sealed one, further down."""


def sent(guard: Guard, payload: Any, record: str = "r-1", principal: Principal | None = None) -> bytes:
    principal = principal or caller("pharmacy-gateway", method="spiffe")
    return guard.cross("dispense-in", principal, payload, record=record, tenant=TENANT).payload


def reason(call: Any, *given: Any, **named: Any) -> str:
    with pytest.raises(RefusedError) as refused:
        call(*given, **named)
    assert "Nilufar" not in str(refused.value)
    return refused.value.reason


@pytest.mark.parametrize("below", BELOW)
def test_a_sealed_field_further_down_does_not_leave_in_plaintext(world: World, below: Any) -> None:  # noqa: F811
    """Field encryption seals members of the record, and a declared name was taken at any depth."""
    gateway = world.guard("pharmacy-gateway")
    assert reason(sent, gateway, {**RECORD, "drug": below}) == "content_refused"
    assert reason(sent, gateway, orjson.dumps({**RECORD, "drug": below})) == "content_refused"


@pytest.mark.parametrize("below", BELOW)
def test_a_sealed_field_further_down_is_not_taken_in_plaintext(world: World, below: Any) -> None:  # noqa: F811
    wire = json.loads(sent(world.guard("pharmacy-gateway"), RECORD))
    wire["drug"] = below
    taken = world.guard("patient-store", ledgers={"cs-ledger": world.ledger("cs-ledger")})
    payload = json.dumps(wire).encode()
    assert reason(sent, taken, payload) == "content_refused"
    assert [line.action for line in world.lines("cs-ledger")] == ["guard.crossed", "guard.refused"]


class Everybody(str):
    """A text that equals every other."""

    __slots__ = ()
    __hash__ = str.__hash__

    def __eq__(self, other: object) -> bool:
        return True

    def __ne__(self, other: object) -> bool:
        return False


class Everyone(frozenset[str]):
    """Roles that are never apart from others."""

    __slots__ = ()

    def isdisjoint(self, other: Any) -> bool:
        return False


@pytest.mark.parametrize(
    "shown",
    [
        {"identity": Everybody("x")},
        {"method": Everybody("none")},
        {"tenant": Everybody("x")},
        {"name": Everybody("pharmacy-gateway")},
        {"roles": Everyone()},
        {"roles": frozenset({Everybody("x")})},
    ],
)
def test_a_text_that_equals_everything_is_nobody(shown: dict[str, Any]) -> None:
    """A subclass of str decides itself what it equals; the guard compared with it."""
    given: dict[str, Any] = {"name": "x", "identity": "y", "roles": frozenset(), "method": "mtls"}
    with pytest.raises(RefusedError) as refused:
        Principal(**{**given, "until": NOW + timedelta(minutes=5), **shown})
    assert refused.value.reason == "unauthenticated"


@pytest.mark.parametrize(
    "record", ["Nilufar_Castellane", "NILUFAR-CASTELLANE", "x/nilufar.castellane/2", "19610402", "1961:04:02"]
)
def test_a_record_id_that_is_an_identifier_written_otherwise_is_refused(world: World, record: str) -> None:  # noqa: F811
    """Ids go into ledgers; an identifier in other case, or with other signs in between, is one all the same."""
    assert reason(sent, world.guard("pharmacy-gateway"), RECORD, record) == "record_refused"
    (line,) = world.lines("cs-ledger")
    assert (line.record, line.details["reason"]) == ("", "record_refused")


def test_a_record_id_of_its_own_still_crosses(world: World, tmp_path: Path, store: KeyStore) -> None:  # noqa: F811
    assert b"Nilufar" not in sent(world.guard("pharmacy-gateway"), RECORD, "3f0c7a61-0402-4b1e-9d59-aa7d5e2f0a11")


def test_a_refusal_that_no_ledger_gets_is_said(world: World, caplog: pytest.LogCaptureFixture) -> None:  # noqa: F811
    """A component that records nothing refused in silence."""
    with pytest.raises(RefusedError) as refused:
        sent(world.guard("patient-store"), b"{}", "r-1", caller("pharmacy-014"))
    assert caplog.messages == [
        f"refused, and recorded in no ledger: {refused.value.reason}, incident {refused.value.incident}"
    ]


def test_a_sealed_field_of_another_record_is_not_kept_unopened(tmp_path: Path, store: KeyStore) -> None:  # noqa: F811
    """Whoever has no key for a field looked at its key only, and kept the field of another tenant's record."""
    given = changed(tmp_path, lambda declared: declared["components"]["patient-store"].pop("opens_with", None))
    apart = World(tmp_path, store, given)
    ledgers = {"cs-ledger": apart.ledger("cs-ledger")}
    gateway, taken = apart.guard("pharmacy-gateway"), apart.guard("patient-store", ledgers=ledgers)
    principal = caller("pharmacy-gateway", method="spiffe")
    ours = json.loads(sent(gateway, RECORD))
    theirs = json.loads(gateway.cross("dispense-in", principal, RECORD, record="r-2", tenant="pharmacy-022").payload)
    assert sent(taken, canonical(ours)) == canonical(ours)
    for moved in ({"dob": theirs["dob"]}, {"dob": ours["patient_name"]}, {"dob": "1961-04-02"}):
        assert reason(sent, taken, canonical({**ours, **moved})) == "layer_missing"
    apart.close()


def other_signature(wire: bytes) -> bytes:
    """Return a signed text with the second text that its ECDSA signature has."""
    envelope = dsse.decoded(wire)
    r, s = utils.decode_dss_signature(envelope.signatures[0].sig)
    other = msgspec.structs.replace(envelope.signatures[0], sig=utils.encode_dss_signature(r, ORDER - s))
    return dsse.encoded(msgspec.structs.replace(envelope, signatures=(other,)))


def test_a_signature_that_is_written_otherwise_makes_nothing_new(tmp_path: Path, store: KeyStore) -> None:  # noqa: F811
    """Who has an ECDSA signature has a second one, of the same content, without any key."""

    def change(declared: Any) -> None:
        protection = flow(declared, "dispense-014")["protection"]
        protection["dispense-record"] = [{"signed": "pharmacy-014-signing-key"}]

    signed = World(tmp_path, store, changed(tmp_path, change))
    guard, pharmacy = signed.guard("pharmacy-gateway", replays=Replays()), caller("pharmacy-014")
    wire = signed.guard("pharmacy-014").cross("dispense-014", pharmacy, RECORD, record="r-1").payload
    again = other_signature(wire)
    assert again != wire
    assert guard.cross("dispense-014", pharmacy, wire, record="r-1").json() == RECORD
    for one in (wire, again):
        assert reason(guard.cross, "dispense-014", pharmacy, one, record="r-1") == "replayed"
    signed.close()


def test_a_signature_around_what_is_sealed_makes_nothing_new(tmp_path: Path, store: KeyStore) -> None:  # noqa: F811
    """The window knew the whole wire once anything in it was sealed, and so not the second text of its signature."""

    def change(declared: Any) -> None:
        protection = flow(declared, "dispense-014")["protection"]
        protection["dispense-record"] = [{"signed": "pharmacy-014-signing-key"}, {"sealed": "pharmacy-014-key"}]

    both = World(tmp_path, store, changed(tmp_path, change))
    guard, pharmacy = both.guard("pharmacy-gateway", replays=Replays()), caller("pharmacy-014")
    wire = both.guard("pharmacy-014").cross("dispense-014", pharmacy, RECORD, record="r-1").payload
    assert guard.cross("dispense-014", pharmacy, wire, record="r-1").json() == RECORD
    for one in (wire, other_signature(wire)):
        assert reason(guard.cross, "dispense-014", pharmacy, one, record="r-1") == "replayed"
    (crossed,) = [line for line in both.lines("cs-ledger") if line.action == CROSSED]
    sealed = dsse.decoded(wire).payload.partition(b"\n")[2]
    assert crossed.details["payload"] == hashlib.sha256(sealed).hexdigest()
    both.close()


def test_sealed_fields_that_are_written_otherwise_make_nothing_new(world: World) -> None:  # noqa: F811
    """JSON has many texts: a blank behind it, or another order, was another crossing."""
    principal = caller("pharmacy-gateway", method="spiffe")
    ours: dict[str, Any] = {"record": "r-1", "tenant": TENANT}
    ledgers = {"cs-ledger": world.ledger("cs-ledger")}
    sender = world.guard("pharmacy-gateway")
    guard = world.guard("patient-store", replays=Replays(), ledgers=ledgers)
    wire = sender.cross("dispense-in", principal, RECORD, **ours).payload
    turned = json.dumps(dict(reversed(json.loads(wire).items()))).encode()
    assert guard.cross("dispense-in", principal, turned, **ours).json() == RECORD
    for one in (wire, turned, wire + b" "):
        assert reason(guard.cross, "dispense-in", principal, one, **ours) == "replayed"
    again = sender.cross("dispense-in", principal, RECORD, **ours).payload
    assert guard.cross("dispense-in", principal, again, **ours).json() == RECORD


@pytest.mark.parametrize(("sealed", "given"), [("edi-852", "edi-867"), ("edi-867", "edi-852")])
def test_a_sealed_item_is_not_passed_for_another(world: World, sealed: str, given: str) -> None:  # noqa: F811
    """Two items of one flow under one key and label: the envelope did not say which it was, and the caller did."""
    principal = caller("edi-gateway", method="spiffe")
    content = {"ndc": "00406-0512-01", "lot": "L22A", "quantity": 3}
    ours: dict[str, Any] = {"record": "r-1", "tenant": TENANT}
    wire = world.guard("edi-gateway").cross("edi-in", principal, content, item=sealed, **ours).payload
    taken = world.guard("inventory-service")
    assert reason(taken.cross, "edi-in", principal, wire, item=given, **ours) == "envelope_refused"
    assert taken.cross("edi-in", principal, wire, item=sealed, **ours).json() == content


@pytest.mark.parametrize("number", ["1e999", "-1e999", "1" * 400 + ".0"])
def test_a_number_that_only_some_readers_take_for_infinity_is_refused(world: World, number: str) -> None:  # noqa: F811
    """One reader of the guard refused it, and the other one let it through as infinity."""
    content = json.dumps({**RECORD, "quantity": 0}).replace('"quantity": 0', f'"quantity": {number}').encode()
    assert reason(sent, world.guard("pharmacy-gateway"), content) == "content_refused"
    with pytest.raises(ValueError, match="too large"):
        strict_json(number.encode())
