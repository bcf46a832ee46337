"""What goes wrong at a boundary, on purpose: each of these must be refused, and the refusal recorded."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import orjson

from examples.service import partners
from examples.service.calling import ask
from examples.service.drive import Done, Partners, done
from examples.service.pki import Authority
from examples.service.tls import TlsError, context
from limen.controls.envelope import Context
from limen.controls.refusals import RefusedError
from limen.controls.signing import sign_item

REFUSED_TLS = "tls"
"""The reason of a connection that did not come about."""


def undeclared(them: Partners) -> Done:
    """Use a flow that nobody declared."""
    record = them.record("undeclared")
    me, identity = them.who("cmo"), str(them.house.declaration.components["epcis-gateway"].identity)
    answer = ask(
        them.house.ports["epcis-gateway"], "/cmo-backdoor", b"{}", context=me.tls(), identity=identity,
        headers={"limen-record": record},
    )  # fmt: skip
    return done("cmo-backdoor", record, answer)


def not_theirs(them: Partners) -> Done:
    """Use the flow of somebody else."""
    record = them.record("theirs")
    return them.posted("threepl", "cmo-events", _wire(them, "cmo", "cmo-events", _event(), record), record)


def replayed(them: Partners) -> Done:
    """Send the same bytes twice."""
    record = them.record("replay")
    wire = _wire(them, "cmo", "cmo-events", _event(), record)
    first = them.posted("cmo", "cmo-events", wire, record)
    return them.posted("cmo", "cmo-events", wire, record) if first.taken else first


def wrong_tenant(them: Partners) -> Done:
    """Say that a movement belongs to another pharmacy."""
    record = them.record("tenant")
    wire = _wire(them, "cabinet-014", "movement-014", orjson.dumps(partners.movement()), record)
    return them.posted("cabinet-014", "movement-014", wire, record, "pharmacy-022")


def tampered(them: Partners) -> Done:
    """Change one letter of an envelope."""
    record = them.record("tampered")
    wire = bytearray(_wire(them, "cmo", "cmo-events", _event(), record))
    place = wire.index(b'"ciphertext":"') + 40
    wire[place] = ord("A") if wire[place] != ord("A") else ord("B")
    return them.posted("cmo", "cmo-events", bytes(wire), record)


def moved(them: Partners) -> Done:
    """Send an envelope under the name of another record."""
    wire = _wire(them, "cmo", "cmo-events", _event(), them.record("moved"))
    return them.posted("cmo", "cmo-events", wire, them.record("moved"))


def forged(them: Partners) -> Done:
    """Sign with another key than one's own."""
    return _crafted(them, _event(), signer="threepl")


def unsigned(them: Partners) -> Done:
    """Seal without signing."""
    return _crafted(them, _event(), signer="")


def more_fields(them: Partners) -> Done:
    """Send more than was declared."""
    event = partners.event(partners.serial())
    event["epcisBody"]["eventList"][0]["operator_badge"] = "4711"
    return _crafted(them, orjson.dumps(event), signer="cmo")


def ambiguous(them: Partners) -> Done:
    """Name a product by ten digits that two products share."""
    return them.movement(partners.AMBIGUOUS)


def discontinued(them: Partners) -> Done:
    """Move a product that is not marketed any more."""
    return them.movement(partners.DISCONTINUED)


def unregistered(them: Partners) -> Done:
    """Move a product that no directory lists."""
    return them.movement(partners.UNLISTED)


def other_schedule(them: Partners) -> Done:
    """Report a movement of schedule II as one of schedule IV."""
    record = them.record("schedule")
    content = partners.movement(partners.SCHEDULE_II) | {"schedule": "IV"}
    return them.sent("cabinet-014", "movement-014", content, record)


def no_order_form(them: Partners) -> Done:
    """Send schedule II without Form 222."""
    record = f"t-014-022/{them.marker}-{secrets.token_hex(6)}"
    content = partners.order(ndc=partners.SCHEDULE_II, schedule="II")
    return them.sent("pharmacy-014", "out-014", content, record)


def wrong_token(them: Partners) -> Done:
    """Acknowledge a transfer with a token that is not its own."""
    return them.acknowledgement(them.order().record, token=secrets.token_urlsafe(32))


def wrong_count(them: Partners) -> Done:
    """Count less than was sent."""
    return them.acknowledgement(them.order().record, quantity=2)


def own_acknowledgement(them: Partners) -> Done:
    """Acknowledge what one has sent oneself."""
    record = them.order().record
    wire = _wire(them, "pharmacy-022", "ack-022", partners.count(), record)
    return them.posted("pharmacy-014", "ack-022", wire, record)


def unsigned_approval(them: Partners) -> Done:
    """Approve a report without a signature."""
    return _approved(them, document=b"")


def edited_report(them: Partners) -> Done:
    """Sign another text than the report that is kept."""
    return _approved(them, report=b'{"endpoint_value":8,"subject_token":"other","visit":"V3"}')


def copied_signature(them: Partners) -> Done:
    """Show the signature of another report."""
    first = them.report()
    them.sign_off(first.record)
    return _approved(them, document=them.document)


def wrong_password(them: Partners) -> Done:
    """Sign with one component only."""
    return _approved(them, password="not the right one")  # noqa: S106 it is not


def other_person(them: Partners) -> Done:
    """Have somebody sign whose role it is not."""
    return _approved(them, user="m-lindqvist")


def too_large(them: Partners) -> Done:
    """Send more bytes than anybody takes."""
    return them.posted("cmo", "cmo-events", bytes(2 << 20), them.record("large"))


def stranger(them: Partners) -> Done:
    """Show a certificate of an authority that nobody knows."""
    strange = Authority(them.folder / "partners" / "stranger")
    return _connected(them, strange, timedelta(minutes=30))


def expired(them: Partners) -> Done:
    """Show a certificate that has ended."""
    return _connected(them, them.house.authority, timedelta(seconds=-30))


def long_lived(them: Partners) -> Done:
    """Show a certificate that lives longer than the flow lets one live."""
    return _connected(them, them.house.authority, timedelta(hours=5))


MISBEHAVIOUR: dict[str, tuple[Callable[[Partners], Done], str]] = {
    "undeclared": (undeclared, "undeclared_route"),
    "not-theirs": (not_theirs, "role_missing"),
    "replayed": (replayed, "replayed"),
    "wrong-tenant": (wrong_tenant, "wrong_tenant"),
    "tampered": (tampered, "envelope_refused"),
    "moved": (moved, "envelope_refused"),
    "forged": (forged, "signature_refused"),
    "unsigned": (unsigned, "signature_refused"),
    "more-fields": (more_fields, "fields_undeclared"),
    "ambiguous": (ambiguous, "identifier_ambiguous"),
    "discontinued": (discontinued, "discontinued"),
    "unregistered": (unregistered, "unregistered"),
    "other-schedule": (other_schedule, "mismatch"),
    "no-order-form": (no_order_form, "content_refused"),
    "wrong-token": (wrong_token, "token_refused"),
    "wrong-count": (wrong_count, "mismatch"),
    "own-acknowledgement": (own_acknowledgement, "role_missing"),
    "unsigned-approval": (unsigned_approval, "signature_refused"),
    "edited-report": (edited_report, "mismatch"),
    "copied-signature": (copied_signature, "mismatch"),
    "wrong-password": (wrong_password, "unauthenticated"),
    "other-person": (other_person, "role_missing"),
    "too-large": (too_large, "too_large"),
    "stranger": (stranger, REFUSED_TLS),
    "expired": (expired, REFUSED_TLS),
    "long-lived": (long_lived, "credential_too_long"),
}
"""Each misbehaviour by name, with the reason for which it must be refused."""


def _event() -> bytes:
    return orjson.dumps(partners.event(partners.serial()))


def _approved(them: Partners, **instead: Any) -> Done:
    report = them.report()
    try:
        return them.sign_off(report.record, **instead)
    except RefusedError as refused:  # by the console, before anything is sent
        return Done("sign-off", report.record, 0, refused.reason)


def _wire(them: Partners, partner: str, flow: str, content: bytes, record: str) -> bytes:
    me = them.who(partner)
    return me.guard.cross(flow, me.me(flow), content, record=record).payload


def _crafted(them: Partners, content: bytes, *, signer: str) -> Done:
    """Seal and sign past the partner's guard, which would refuse to."""
    record = them.record("crafted")
    inner = content
    if signer:
        key = them.who(signer).keyring.signer(f"{signer}-signing-key")
        inner = sign_item(content, item="epcis-event", flow="cmo-events", record=record, tenant="", signer=key)
    place = Context(zone="ingress", flow="cmo-events", record=record, label="confidential {serialization}")
    sealed = them.who("cmo").keyring.seals("cmo-key").seal(inner, place)
    return them.posted("cmo", "cmo-events", sealed, record)


def _connected(them: Partners, authority: Authority, lifetime: timedelta) -> Done:
    record = them.record("certificate")
    wire = _wire(them, "cmo", "cmo-events", _event(), record)
    declared = them.house.declaration.components
    made = context(authority.client(str(declared["cmo"].identity), lifetime), them.house.authority.certificate)
    try:
        answer = ask(
            them.house.ports["epcis-gateway"], "/cmo-events", wire, context=made,
            identity=str(declared["epcis-gateway"].identity), headers={"limen-record": record},
        )  # fmt: skip
    except TlsError:
        return Done("cmo-events", record, 0, REFUSED_TLS)
    return done("cmo-events", record, answer)
