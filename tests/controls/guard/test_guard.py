"""The guard on the reference system: what conforms passes and is recorded, and nothing else passes."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from limen.controls.envelope import Context
from limen.controls.guard.guard import Guard, utc_now
from limen.controls.principals import Principal
from limen.controls.refusals import RefusedError
from limen.controls.signing import sign_item
from tests.controls.guard.world import ITEMS, NOW, World, caller, changed, text


@dataclass
class Try:
    """A crossing that is about to be tried, at first a conforming one: a pharmacy's record, at the gateway."""

    world: World
    guard: Guard
    flow: str = "dispense-014"
    item: str | None = "dispense-record"
    record: Any = "rec-1"
    direction: Any = "carries"
    tenant: Any = "pharmacy-014"
    principal: Any = field(default_factory=lambda: caller("pharmacy-014"))
    payload: Any = b""
    ledger: str = "cs-ledger"

    def sealed_by(self, component: str, flow: str = "dispense-014", **given: Any) -> bytes:
        """Return what a component's own guard sends."""
        given.setdefault("item", self.item)
        content = given.pop("content", text(given["item"]))
        principal = given.pop("principal", caller(component))
        sender = self.world.guard(component)
        return sender.cross(flow, principal, content, **{"record": "rec-1", **given}).payload

    def cross(self) -> Any:
        """Try it."""
        return self.guard.cross(
            self.flow,
            self.principal,
            self.payload,
            item=self.item,
            record=self.record,
            direction=self.direction,
            tenant=self.tenant,
        )


def conforming(world: World) -> Try:
    """Return a crossing that passes."""
    made = Try(world, world.guard("pharmacy-gateway"))
    made.payload = made.sealed_by("pharmacy-014")
    return made


def test_the_conforming_twin_passes_and_is_recorded(world: World) -> None:
    crossed = conforming(world).cross()
    assert crossed.json() == ITEMS["dispense-record"]
    assert (crossed.flow, crossed.item, crossed.sent, crossed.sealed) == (
        "dispense-014",
        "dispense-record",
        False,
        False,
    )
    (line,) = world.lines("cs-ledger")
    assert crossed.entry is not None
    assert (line.seq, line.hash) == (crossed.entry.seq, crossed.entry.hash)
    assert (line.actor, line.action, line.record, line.tenant) == (
        "pharmacy-014",
        "guard.crossed",
        "rec-1",
        "pharmacy-014",
    )
    assert line.details["outcome"] == "passed"
    assert line.details["purpose"] == "Record what was dispensed to a patient"
    assert line.details["permission"] == "dispense:report"


def shown(**given: Any) -> Callable[[Try], None]:
    """Return what changes the principal of a crossing."""

    def change(one: Try) -> None:
        one.principal = msgspec.structs.replace(one.principal, **given)

    return change


def put(name: str, value: Any) -> Callable[[Try], None]:
    """Return what changes one part of a crossing."""

    def change(one: Try) -> None:
        setattr(one, name, value)

    return change


def tampered(one: Try) -> None:
    envelope = json.loads(one.payload)
    envelope["ciphertext"] = ("B" if envelope["ciphertext"][0] == "A" else "A") + envelope["ciphertext"][1:]
    one.payload = json.dumps(envelope, separators=(",", ":"), sort_keys=True).encode()


def another_context(**given: str) -> Callable[[Try], None]:
    def change(one: Try) -> None:
        one.payload = json.dumps(json.loads(one.payload) | given, separators=(",", ":"), sort_keys=True).encode()

    return change


def made(one: Try, content: bytes, *, signer: str = "pharmacy-014-signing-key", **bound: str) -> bytes:
    """Return what a sender who does not look would send: any content under the declared keys."""
    given = {"item": "dispense-record", "flow": "dispense-014", "record": one.record, "tenant": "pharmacy-014"} | bound
    return sealed(one, sign_item(content, signer=one.world.keyring.signer(signer), **given))


def sealed(one: Try, content: bytes) -> bytes:
    context = Context(zone="ingress", flow="dispense-014", record=one.record, label="restricted {phi}")
    return one.world.keyring.seals("pharmacy-014-key").seal(content, context)


def without_signature(one: Try) -> None:
    one.payload = sealed(one, text("dispense-record"))


def signed_by(name: str, **bound: str) -> Callable[[Try], None]:
    """Return what seals an item with the declared key, under another signature than the declared one."""

    def change(one: Try) -> None:
        one.payload = made(one, text("dispense-record"), signer=name, **bound)

    return change


def of_another_flow(one: Try) -> None:
    one.payload = one.sealed_by("pharmacy-022", "dispense-022")


def with_content(**more: Any) -> Callable[[Try], None]:
    """Return what sends another content under the declared keys."""

    def change(one: Try) -> None:
        one.payload = made(one, json.dumps(ITEMS["dispense-record"] | more, separators=(",", ":")).encode())

    return change


def named_after_the_patient(one: Try) -> None:
    one.record = "rx-1961-04-02"
    one.payload = made(one, text("dispense-record"))


REFUSED: dict[str, tuple[str, Callable[[Try], None]]] = {
    # declared
    "a flow that is not declared": ("undeclared_flow", put("flow", "dispense-099")),
    "a flow that is declared elsewhere": ("not_an_end", put("flow", "site-012-upload")),
    "a flow whose name is no text": ("undeclared_flow", put("flow", 14)),
    "a flow whose name no dict takes": ("undeclared_flow", put("flow", ["dispense-014"])),
    "an item that the flow does not carry": ("undeclared_item", put("item", "cs-movement")),
    "an item that only comes back": ("undeclared_item", put("item", "receipt")),
    "the other direction": ("undeclared_item", put("direction", "returns")),
    "a direction that is none": ("undeclared_item", put("direction", "sideways")),
    # authenticated
    "nobody": ("unauthenticated", put("principal", None)),
    "something else than a principal": ("unauthenticated", put("principal", {"name": "pharmacy-014"})),
    "another identity": ("wrong_identity", shown(identity="spiffe://aldermoor.example/pharmacy/022")),
    "another method": ("wrong_method", shown(method="oidc")),
    "an ended credential": ("credential_expired", shown(until=NOW - timedelta(minutes=2))),
    "a credential that lives too long": ("credential_too_long", shown(until=NOW + timedelta(hours=3))),
    # authorised
    "no role": ("role_missing", shown(roles=frozenset())),
    "another declared role": ("role_missing", shown(roles=frozenset({"transfer_sender"}))),
    "a role that nobody gave it": ("role_missing", shown(roles=frozenset({"pharmacy_intake", "ledger_writer"}))),
    "a role that is not declared": ("role_missing", shown(roles=frozenset({"superuser"}))),
    "another component": ("role_missing", put("principal", caller("pharmacy-022"))),
    "a person without a role of the flow": ("wrong_method", put("principal", caller("j-okafor", method="oidc"))),
    "a name that is not declared": ("role_missing", shown(name="pharmacy-099")),
    # tenants
    "a principal of another tenant": ("wrong_tenant", shown(tenant="pharmacy-022")),
    "a principal of no tenant": ("wrong_tenant", shown(tenant="")),
    "a payload of another tenant": ("wrong_tenant", put("tenant", "pharmacy-022")),
    "a payload of a tenant that is not declared": ("wrong_tenant", put("tenant", "pharmacy-099")),
    "a payload whose tenant is no text": ("wrong_tenant", put("tenant", 14)),
    # classified
    "no record id": ("record_refused", put("record", "")),
    "a record id with a blank": ("record_refused", put("record", "rec 1")),
    "a record id with a line break": ("record_refused", put("record", "rec-1\n")),
    "a record id that is no text": ("record_refused", put("record", 1)),
    "a record id made of an identifier": ("record_refused", named_after_the_patient),
    "a payload that is no bytes": ("content_refused", put("payload", "text")),
    "a payload that is nothing": ("content_refused", put("payload", None)),
    "a record in place of what was on the wire": ("content_refused", put("payload", ITEMS["dispense-record"])),
    "an undeclared field": ("fields_undeclared", with_content(address="12 Wexford Street")),
    "an undeclared field inside a declared one": ("fields_undeclared", with_content(drug={"allergies": "none"})),
    # protected
    "plaintext": ("envelope_refused", put("payload", text("dispense-record"))),
    "an empty payload": ("envelope_refused", put("payload", b"")),
    "bytes that are nothing": ("envelope_refused", put("payload", b"\xff\x00")),
    "a tampered ciphertext": ("envelope_refused", tampered),
    "an envelope of another record": ("envelope_refused", put("record", "rec-2")),
    "an envelope whose record was written over": ("envelope_refused", another_context(record="rec-2")),
    "an envelope whose label was lowered": ("envelope_refused", another_context(label="public")),
    "an envelope of another flow": ("envelope_refused", of_another_flow),
    "an envelope of another key": ("envelope_refused", another_context(key="pharmacy-022-key")),
    "no signature inside": ("signature_refused", without_signature),
    "a signature by another's key": ("signature_refused", signed_by("pharmacy-022-signing-key")),
    "a signature for another record": ("signature_refused", signed_by("pharmacy-014-signing-key", record="rec-9")),
    "a signature for another item": ("signature_refused", signed_by("pharmacy-014-signing-key", item="cs-movement")),
    "a signature for another flow": ("signature_refused", signed_by("pharmacy-014-signing-key", flow="movement-014")),
    "a signature for another tenant": ("signature_refused", signed_by("pharmacy-014-signing-key", tenant="site-012")),
}


@pytest.mark.parametrize("name", REFUSED)
def test_is_refused_and_recorded(world: World, name: str) -> None:
    """Each is one change of the conforming crossing: refused with that reason, and recorded as refused."""
    reason, change = REFUSED[name]
    one = conforming(world)
    change(one)
    with pytest.raises(RefusedError) as refused:
        one.cross()
    assert refused.value.reason == reason
    assert type(refused.value) is RefusedError
    assert refused.value.__context__ is None
    (line,) = world.lines("cs-ledger")
    assert line.action == "guard.refused"
    assert (line.details["outcome"], line.details["reason"]) == ("refused", reason)
    assert line.details["incident"] == refused.value.incident
    for value in ITEMS["dispense-record"].values():
        assert str(value).encode() not in line.raw or len(str(value)) < 4
        assert len(str(value)) < 4 or str(value) not in str(refused.value)
    assert conforming(world).cross().json() == ITEMS["dispense-record"]


def test_who_only_claims_a_name_is_not_the_actor(world: World) -> None:
    one = conforming(world)
    shown(identity="spiffe://somebody.example/else")(one)
    with pytest.raises(RefusedError):
        one.cross()
    (line,) = world.lines("cs-ledger")
    assert (line.actor, line.details["claimed"]) == ("unauthenticated", "pharmacy-014")


def test_what_a_caller_gives_is_not_recorded_unless_declared(world: World) -> None:
    one = conforming(world)
    one.flow, one.item, one.record, one.tenant = "Castellane", "1961-04-02", "Nilufar Castellane", "S-0440"
    shown(name="Nilufar")(one)
    with pytest.raises(RefusedError) as refused:
        one.cross()
    (line,) = world.lines("cs-ledger")
    for given in ("Castellane", "1961", "Nilufar", "S-0440"):
        assert given.encode() not in line.raw
        assert given not in str(refused.value)


@pytest.mark.parametrize(
    ("flow", "sender", "receiver", "item", "tenant"),
    [
        ("dispense-014", "pharmacy-014", "pharmacy-gateway", "dispense-record", ""),
        ("movement-014", "cabinet-014", "pharmacy-gateway", "cs-movement", ""),
        ("cmo-events", "cmo", "epcis-gateway", "epcis-event", ""),
        ("out-014", "pharmacy-014", "transfer-hub", "transfer-order", ""),
        ("in-014-022", "transfer-hub", "pharmacy-022", "transfer-order", ""),
        ("ack-022", "pharmacy-022", "transfer-hub", "transfer-ack", ""),
        ("dispense-in", "pharmacy-gateway", "patient-store", "dispense-record", "pharmacy-014"),
        ("movement-in", "pharmacy-gateway", "inventory-service", "cs-movement", "pharmacy-014"),
        ("reject-record", "pharmacy-gateway", "quarantine", "dispense-record", "pharmacy-014"),
        ("submit", "packager", "sponsor", "submission", "site-012"),
    ],
)
def test_both_ends_of_a_flow(world: World, flow: str, sender: str, receiver: str, item: str, tenant: str) -> None:
    """What one end sends the other receives, and whichever end is declared to records it."""
    declared = next(one for one in world.declaration.flows if one.id == flow)
    assert declared.authn
    assert declared.audit
    principal = caller(sender, method=declared.authn.method)
    sent = world.guard(sender).cross(flow, principal, text(item), item=item, record="rec-1", tenant=tenant)
    assert sent.sent
    assert text(item) not in sent.payload
    got = world.guard(receiver).cross(flow, principal, sent.payload, item=item, record="rec-1", tenant=tenant)
    if flow == "reject-record":  # the quarantine has no key: it keeps what it can't read
        assert got.sealed
        assert got.payload == sent.payload
    else:
        assert got.json() == ITEMS[item]
        assert got.wire == sent.payload
    ends = [line.details["end"] for line in world.lines(declared.audit.ledger)]
    assert ends == {"from": ["sender"], "to": ["receiver"], "both": ["sender", "receiver"]}[declared.audit.by]


def test_a_receipt_comes_back(world: World) -> None:
    one = conforming(world)
    one.cross()
    back = one.guard.cross(
        "dispense-014", one.principal, ITEMS["receipt"], item="receipt", record="rec-1", direction="returns"
    )
    pharmacy = world.guard("pharmacy-014")
    got = pharmacy.cross("dispense-014", one.principal, back.payload, record="rec-1", direction="returns")
    assert got.json() == ITEMS["receipt"]


def test_a_person_signs_off(world: World) -> None:
    """A person is who the declaration names, through the component that they use, with the identity they were given."""
    identities = {"j-okafor": "oidc|okafor"}
    person = caller("j-okafor", method="oidc", identity="oidc|okafor", until=NOW + timedelta(minutes=10))
    sent = world.guard("review-console", identities=identities).cross(
        "sign-off", person, text("approval"), record="rep-1", tenant="site-012"
    )
    packager = world.guard("packager", identities=identities)
    got = packager.cross("sign-off", person, sent.payload, record="rep-1", tenant="site-012")
    assert got.json() == ITEMS["approval"]
    with pytest.raises(RefusedError) as refused:
        world.guard("packager").cross("sign-off", person, sent.payload, record="rep-1", tenant="site-012")
    assert refused.value.reason == "wrong_identity"


def test_a_shared_flow_needs_the_tenant_and_binds_it(world: World) -> None:
    gateway = caller("pharmacy-gateway", method="spiffe")
    sent = world.guard("pharmacy-gateway").cross(
        "movement-in", gateway, text("cs-movement"), record="mv-1", tenant="pharmacy-014"
    )
    inventory = world.guard("inventory-service")
    for tenant, reason in (("", "wrong_tenant"), ("pharmacy-022", "envelope_refused"), ("site-1", "wrong_tenant")):
        with pytest.raises(RefusedError) as refused:
            inventory.cross("movement-in", gateway, sent.payload, record="mv-1", tenant=tenant)
        assert refused.value.reason == reason
    assert inventory.cross("movement-in", gateway, sent.payload, record="mv-1", tenant="pharmacy-014").json()


def test_who_has_no_key_passes_on_what_it_got_and_only_that(world: World) -> None:
    """The plant's server and the broker hold no keys: what they pass on opens later, and nothing else does."""
    line, server = caller("line-1", method="spiffe"), caller("plant-server", method="spiffe")
    sent = world.guard("line-1").cross("line-1-events", line, text("epcis-event"), record="ev-1")
    relay = world.guard("plant-server")
    kept = relay.cross("line-1-events", line, sent.payload, record="ev-1")
    assert kept.sealed
    passed = relay.cross("plant-events", server, kept.payload, record="ev-1")
    assert passed.payload == sent.payload
    gateway = world.guard("epcis-gateway")
    assert gateway.cross("plant-events", server, passed.payload, record="ev-1").json() == ITEMS["epcis-event"]
    for wrong in (text("epcis-event"), b"", sent.payload[:-1]):
        for guard in (relay, gateway):
            with pytest.raises(RefusedError) as refused:
                guard.cross("plant-events", server, wrong, record="ev-1")
            assert refused.value.reason == "envelope_refused"
    with pytest.raises(RefusedError):
        relay.cross("plant-events", server, kept.payload, record="ev-2")
    others = world.guard("cmo").cross("cmo-events", caller("cmo"), text("epcis-event"), record="ev-1")
    with pytest.raises(RefusedError, match="not sealed for a flow that leads here"):
        gateway.cross("plant-events", server, others.payload, record="ev-1")


def test_fields_that_stay_sealed_are_sealed(world: World, tmp_path: Path) -> None:
    """A store without the key keeps the record with its fields sealed, and refuses one whose fields are open."""

    def change(declared: dict[str, Any]) -> None:
        declared["components"]["patient-store"]["opens_with"] = []

    blind = World(tmp_path, world.store, changed(tmp_path, change))
    asked: dict[str, Any] = {"record": "rec-1", "tenant": "pharmacy-014"}
    principal, store = caller("pharmacy-gateway", method="spiffe"), blind.guard("patient-store")
    sent = world.guard("pharmacy-gateway").cross("dispense-in", principal, text("dispense-record"), **asked)
    kept = store.cross("dispense-in", principal, sent.payload, **asked)
    assert kept.json()["drug"] == ITEMS["dispense-record"]["drug"]
    assert "Castellane" not in str(kept.json())
    for name, value in (("dob", "1961-04-02"), ("patient_name", None), ("dob", "\ud800"), ("dob", kept.json()["drug"])):
        opened = json.dumps(kept.json() | {name: value}).encode()
        with pytest.raises(RefusedError) as refused:
            store.cross("dispense-in", principal, opened, **asked)
        assert refused.value.reason == "layer_missing"
    blind.close()


def test_nothing_is_sent_that_the_receiver_would_refuse(world: World) -> None:
    """The sender's guard looks at the content too: an undeclared field never leaves."""
    pharmacy, principal = world.guard("pharmacy-014"), caller("pharmacy-014")
    for content, reason in (
        ({**ITEMS["dispense-record"], "address": "12 Wexford Street"}, "fields_undeclared"),
        (b"MSH|^~\\&|", "content_refused"),
        (b"[1, 2]", "content_refused"),
        (b'{"drug": 1, "drug": 2}', "content_refused"),
        ({"drug": float("nan")}, "content_refused"),
    ):
        with pytest.raises(RefusedError) as refused:
            pharmacy.cross("dispense-014", principal, content, record="rec-1")  # type: ignore[arg-type]
        assert refused.value.reason == reason


def test_a_payload_of_another_form_needs_a_reader(world: World) -> None:
    order, principal = b"QTY*12~", caller("pharmacy-014")
    with pytest.raises(RefusedError, match="fields can't be told"):
        world.guard("pharmacy-014").cross("out-014", principal, order, record="t-1")

    def reads(payload: bytes) -> list[str]:
        return ["quantity"] if payload == order else ["shelf"]

    guard = world.guard("pharmacy-014", readers={"transfer-order": reads})
    sent = guard.cross("out-014", principal, order, record="t-1")
    hub = world.guard("transfer-hub", readers={"transfer-order": reads})
    assert hub.cross("out-014", principal, sent.payload, record="t-1").payload == order
    with pytest.raises(RefusedError) as refused:
        guard.cross("out-014", principal, b"SHELF*A~", record="t-1")
    assert refused.value.reason == "fields_undeclared"
    broken = world.guard("pharmacy-014", readers={"transfer-order": lambda payload: 1 / 0})
    with pytest.raises(RefusedError) as refused:
        broken.cross("out-014", principal, order, record="t-1")
    assert refused.value.reason == "internal"


def test_a_payload_that_is_too_large(world: World) -> None:
    guard = world.guard("pharmacy-gateway", largest=100)
    with pytest.raises(RefusedError) as refused:
        guard.cross("dispense-014", caller("pharmacy-014"), b"x" * 101, record="rec-1", item="dispense-record")
    assert refused.value.reason == "too_large"
    pharmacy = world.guard("pharmacy-014", largest=100)
    for content in (ITEMS["dispense-record"], text("dispense-record")):
        with pytest.raises(RefusedError) as refused:
            pharmacy.cross("dispense-014", caller("pharmacy-014"), content, record="rec-1")
        assert refused.value.reason == "too_large"


def test_a_failing_clock_lets_nothing_through(world: World) -> None:
    times = iter([NOW])

    def clock() -> Any:
        for time in times:
            return time
        raise OSError("no clock, and no secret 1961-04-02 either")

    one = conforming(world)
    one.guard = world.guard("pharmacy-gateway", clock=clock)
    with pytest.raises(RefusedError) as refused:
        one.cross()
    assert refused.value.reason == "internal"
    assert "1961" not in str(refused.value)
    assert world.lines("cs-ledger")[0].details["reason"] == "internal"


def test_a_clock_without_a_time_zone_lets_nothing_through(world: World) -> None:
    times = iter([NOW])
    one = conforming(world)
    one.guard = world.guard("pharmacy-gateway", clock=lambda: next(times, NOW.replace(tzinfo=None)))
    with pytest.raises(RefusedError) as refused:
        one.cross()
    assert refused.value.reason == "internal"


def test_what_fails_inside_is_told_to_operators_by_its_type(world: World, caplog: pytest.LogCaptureFixture) -> None:
    """A reader that raised was `internal` to the caller, and nothing to anybody else."""

    def reader(_: bytes) -> Any:
        raise LookupError("Castellane")

    one = conforming(world)
    one.guard = world.guard("pharmacy-gateway", readers={"dispense-record": reader})
    with pytest.raises(RefusedError) as refused:
        one.cross()
    assert refused.value.reason == "internal"
    (told,) = [record.getMessage() for record in caplog.records if record.name == "limen.guard"]
    assert told == f"the guard failed inside: LookupError, incident {refused.value.incident}"


def test_reprs_show_nothing_of_a_record(world: World) -> None:
    one = conforming(world)
    crossed = one.cross()
    for text_of in (
        repr(crossed),
        str(crossed),
        repr(one.guard),
        repr(one.guard.admit("dispense-014", one.principal, item="receipt", record="rec-1")),
    ):
        for given in ("Castellane", "1961", "rec-1", "spiffe://"):
            assert given not in text_of


def test_a_principal_is_asked_about_before_there_is_a_payload(world: World) -> None:
    guard, principal = world.guard("pharmacy-gateway"), caller("pharmacy-014")
    admission = guard.admit("dispense-014", principal, item="receipt", record="rec-1")
    assert (admission.flow, admission.item, admission.tenant) == ("dispense-014", "receipt", "pharmacy-014")
    assert world.lines("cs-ledger") == []
    other: Principal = caller("pharmacy-022")
    with pytest.raises(RefusedError) as refused:
        guard.admit("dispense-014", other, item="receipt", record="rec-1")
    assert refused.value.reason == "role_missing"
    assert len(world.lines("cs-ledger")) == 1


def test_content_as_json_only_where_there_is_content(world: World) -> None:
    one = conforming(world)
    crossed = one.cross()
    sent = world.guard("pharmacy-014").cross("dispense-014", one.principal, text("dispense-record"), record="rec-1")
    kept = world.guard("quarantine").cross(
        "reject-record",
        caller("pharmacy-gateway", method="spiffe"),
        world.guard("pharmacy-gateway")
        .cross(
            "reject-record",
            caller("pharmacy-gateway", method="spiffe"),
            text("dispense-record"),
            item="dispense-record",
            record="rec-1",
            tenant="pharmacy-014",
        )
        .payload,
        item="dispense-record",
        record="rec-1",
        tenant="pharmacy-014",
    )
    odd = msgspec.structs.replace(crossed, payload=b"<record/>")
    for other in (sent, kept, odd):
        with pytest.raises(RefusedError) as refused:
            other.json()
        assert refused.value.reason == "content_refused"
    shown_by_rich = list(crossed.__rich_repr__())
    assert ("bytes", len(text("dispense-record"))) in shown_by_rich
    assert not any("Castellane" in str(part) or "rec-1" in str(part) for part in shown_by_rich)


def test_the_systems_clock_is_the_default(world: World) -> None:
    one = conforming(world)
    one.guard = world.guard("pharmacy-gateway", clock=utc_now)
    shown(until=utc_now() + timedelta(minutes=5))(one)
    assert one.cross()
    shown(until=utc_now() - timedelta(minutes=5))(one)
    with pytest.raises(RefusedError) as refused:
        one.cross()
    assert refused.value.reason == "credential_expired"


@pytest.mark.parametrize("content", [b"[]", b'[{"drug":"x"}]'])
def test_fields_are_sealed_in_one_record_only(world: World, content: bytes) -> None:
    guard, principal = world.guard("pharmacy-gateway"), caller("pharmacy-gateway", method="spiffe")
    with pytest.raises(RefusedError) as refused:
        guard.cross("dispense-in", principal, content, record="rec-1", tenant="pharmacy-014")
    assert refused.value.reason == "content_refused"


def test_a_record_without_canonical_text_is_not_sealed(world: World) -> None:
    guard, principal = world.guard("pharmacy-gateway"), caller("pharmacy-gateway", method="spiffe")
    for value in (b'"\\ud800"', b"9007199254740993"):
        with pytest.raises(RefusedError) as refused:
            guard.cross("dispense-in", principal, b'{"quantity":%b}' % value, record="rec-1", tenant="pharmacy-014")
        assert refused.value.reason == "content_refused"
