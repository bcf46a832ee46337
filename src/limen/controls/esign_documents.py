"""A signature of a person over a record: what is signed, how it is verified alone, and how people see it.

21 CFR 11.50 (printed name, time, meaning; shown in every human-readable form), 11.70 (linked to its record, so that it
can't be excised, copied or moved). A DSSE envelope of the type below, under the one key of the person.
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import NoReturn

from limen.controls.esign_people import People, Person
from limen.controls.principals import SKEW
from limen.controls.refusals import Reason, RefusedError
from limen.errors import Problem
from limen.integrity import dsse
from limen.integrity.e_signatures import Meaning
from limen.integrity.forms import Count, Form, Hex, read_form
from limen.integrity.instants import instant
from limen.integrity.signatures import verifies

FORMAT = "limen-record-signature-1"
"""The form of what is signed."""
TYPE = "application/vnd.limen.record-signature+json"
"""What a signature is made over beside the payload; an e-signature of a pack is of another type."""
STATEMENTS: dict[Meaning, str] = {
    "authorship": "I wrote this record.",
    "review": "I reviewed this record.",
    "approval": "I approve this record.",
    "responsibility": "I am responsible for this record.",
}
"""What each meaning says."""


class SignedRecord(Form, frozen=True):
    """The record that a signature is linked to."""

    tenant: str
    item: str
    """What it is, by the declaration: a data item."""
    record: str
    """Its number."""
    size: Count
    """Bytes of its content."""
    digest: Hex
    """SHA-256 of its content."""


class RecordSignature(Form, frozen=True):
    """What a person signs."""

    format: str
    about: SignedRecord
    user: str
    name: str
    at: str
    meaning: Meaning
    order: Count
    """Number of this signature among those of the record, from 1."""
    previous: str
    """SHA-256 of the signature before it; empty for the first."""
    key: Hex
    """Id of the key that signs."""


def about(content: bytes, *, item: str, record: str, tenant: str) -> SignedRecord:
    """Return what a signature over a record's content is linked to."""
    digest = hashlib.sha256(content).hexdigest()
    return SignedRecord(tenant=tenant, item=item, record=record, size=len(content), digest=digest)


def verified_document(
    document: bytes, expected: SignedRecord, people: People, now: datetime, *, meaning: Meaning | None = None
) -> RecordSignature:
    """Return what a person signed, where the document holds for this record and content, and for this person.

    `now` is aware. With `meaning` another one is refused. Whether it was recorded is for `esign` to say. Raises
    RefusedError: signature_refused, mismatch (the record was changed, or is another), wrong_identity, late (the key was
    revoked before).
    """
    if now.utcoffset() is None:
        _refuse("internal", "the time has no time zone")
    try:
        envelope = dsse.decoded(document)
        signature = read_form(envelope.payload, RecordSignature)
        at = instant(signature.at)
    except ValueError:
        _refuse("signature_refused", "it is no signature of a person", "expected what sign makes: a digest is none")
    if envelope.payload_type != TYPE or signature.format != FORMAT:
        _refuse("signature_refused", "it is a signature of something else than a record")
    if len(envelope.signatures) != 1 or envelope.signatures[0].keyid != signature.key:
        _refuse("signature_refused", "it is not signed by the one key that it names")
    person = people.by_key(signature.key)
    if person is None:
        _refuse("wrong_identity", "its key is nobody's here", "enrol the person, if it is one of yours")
    if not verifies(person.key, envelope.signatures[0].sig, dsse.pae(TYPE, envelope.payload)):
        _refuse("signature_refused", "its signature does not verify", "it was changed, or made by somebody else")
    if (signature.user, signature.name) != (person.user, person.name):
        _refuse("wrong_identity", "it says another name than the one of its key's owner")
    _in_time(person, at, now)
    if meaning is not None and signature.meaning != meaning:
        _refuse("mismatch", f"it means {signature.meaning}, not {meaning}")
    same = (signature.about.tenant, signature.about.item, signature.about.record)
    if same != (expected.tenant, expected.item, expected.record):
        _refuse("mismatch", "it was made for another record", "a signature can't be moved (21 CFR 11.70)")
    if signature.about != expected:
        _refuse("mismatch", "the record was changed since it was signed", "sign it anew: that is a new entry")
    return signature


def manifestation(signature: RecordSignature) -> tuple[str, ...]:
    """Return the lines that every human-readable form of a signed record shows (21 CFR 11.50(b)): plain text.

    Only for what was verified. Names are printable by `People`, so no line can hold another one.
    """
    return (
        f"Electronically signed by: {signature.name} ({signature.user})",
        f"Date and time: {signature.at.replace('T', ' ').removesuffix('Z')} UTC",
        f"Meaning: {signature.meaning}. {STATEMENTS[signature.meaning]}",
    )


def digest_of(document: bytes) -> str:
    """Return what a signature is called: the SHA-256 of its document."""
    return hashlib.sha256(document).hexdigest()


def _in_time(person: Person, at: datetime, now: datetime) -> None:
    if at > now + SKEW:
        _refuse("signature_refused", "it was signed in the future", "see to the clocks (NIST AU-8)")
    if at < person.since:
        _refuse("signature_refused", "it was signed before the person was enrolled")
    if person.revoked is not None and at >= person.revoked:
        _refuse("late", "the person's key was revoked before it was signed")


def _refuse(reason: Reason, message: str, hint: str = "") -> NoReturn:
    raise RefusedError(Problem(message=message, hint=hint), reason=reason) from None
