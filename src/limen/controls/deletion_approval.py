"""Approvals of a deletion: each a signature of one function over exactly what is to be deleted, why and when.

A DSSE envelope with one signature over one RFC 8785 object. An approval of another range, another ledger, another
function, or of long ago counts for nothing. Serves 21 CFR 11.50, 11.70 and 11.200, NIST SP 800-53 AC-5 and AU-9(5).
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Literal, NamedTuple

import msgspec

from limen.controls.refusals import Reason
from limen.integrity import dsse
from limen.integrity.canonical import CanonicalError, canonical
from limen.integrity.instants import instant, instant_text
from limen.integrity.signatures import PublicKey, Signer, verifies
from limen.integrity.strict_json import strict_json

PAYLOAD_TYPE = "application/vnd.limen.deletion-approval+json"
FRESH = timedelta(days=7)
"""How long an approval is good for."""
SKEW = timedelta(minutes=5)
"""How far the clocks of who approves and who deletes may be apart."""


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be deleted: the oldest records of a ledger, from one to another."""

    ledger: str
    first: int
    last: int
    before: str
    """Hash of the record before the first; 64 zeros where there is none."""
    head: str
    """Hash of the last one."""
    reason: str


class Approver(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who may approve in a function, with the key that is theirs alone (21 CFR 11.100)."""

    function: str
    """As `deletion.approvers` of the ledger names it, such as records-officer."""
    person: str
    key: PublicKey


class Approval(msgspec.Struct, frozen=True, kw_only=True):
    """One approval that was verified."""

    approver: Approver
    digest: str
    """SHA-256 of what was signed, 64 hex digits; it counts once."""


class Objection(NamedTuple):
    """Why a deletion is refused."""

    reason: Reason
    words: str


class _Payload(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    format: Literal["limen-deletion-approval-v1"]
    ledger: str
    first: int
    last: int
    before: str
    head: str
    reason: str
    function: str
    person: str
    at: str


def approve(request: Request, *, function: str, person: str, signer: Signer, now: datetime) -> bytes:
    """Return the approval of a request, signed by the person's own key; a DSSE envelope as text."""
    payload = {
        "format": "limen-deletion-approval-v1",
        **msgspec.structs.asdict(request),
        "function": function,
        "person": person,
        "at": instant_text(now),
    }
    return dsse.encoded(dsse.signed(PAYLOAD_TYPE, canonical(payload), [signer]))


def judged(
    request: Request,
    approvals: Sequence[bytes],
    *,
    functions: Sequence[str],
    approvers: Sequence[Approver],
    used: frozenset[str],
    now: datetime,
    fresh: timedelta = FRESH,
) -> tuple[tuple[Approval, ...], tuple[Objection, ...]]:
    """Return the approvals that count, and every objection: without any all functions approved, each by another person.

    `used` are the digests of approvals that served a deletion already.
    """
    good: list[Approval] = []
    objections: list[Objection] = []
    for number, content in enumerate(approvals, 1):
        found = _one(request, content, approvers, used, now, fresh)
        if isinstance(found, Approval):
            good.append(found)
        else:
            objections.append(Objection(found.reason, f"approval {number}: {found.words}"))
    given = [one.approver.function for one in good]
    for function in functions:
        if given.count(function) != 1:
            words = "nobody approves" if function not in given else "several approve"
            objections.append(Objection("unapproved", f"{words} as {function}"))
    for name, values in (
        ("person", [_plain(one.approver.person) for one in good]),
        ("key", [one.approver.key.id for one in good]),
    ):
        if len(set(values)) != len(values):
            objections.append(Objection("unapproved", f"one {name} approves in several functions"))
    objections += [
        Objection("unapproved", f"{function} is no function that approves")
        for function in sorted(set(given) - set(functions))
    ]
    return tuple(good), tuple(objections)


def _plain(name: str) -> str:
    """Return a name as people compare names: neither capitals, nor blanks, nor how Unicode writes it, make another."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def _one(
    request: Request,
    content: bytes,
    approvers: Sequence[Approver],
    used: frozenset[str],
    now: datetime,
    fresh: timedelta,
) -> Approval | Objection:
    try:
        envelope = dsse.decoded(content)
        payload = msgspec.convert(strict_json(envelope.payload), _Payload)
        whole = canonical(msgspec.structs.asdict(payload)) == envelope.payload
        at = instant(payload.at)
    except (ValueError, CanonicalError):
        return Objection("signature_refused", "it is none")
    if envelope.payload_type != PAYLOAD_TYPE or not whole or len(envelope.signatures) != 1:
        return Objection("signature_refused", "it is none, or not written as one is")
    known = [one for one in approvers if (one.function, one.person) == (payload.function, payload.person)]
    if not known:
        return Objection("unapproved", "nobody of that name approves in that function")
    message = dsse.pae(envelope.payload_type, envelope.payload)
    (signature,) = envelope.signatures
    signed = [one for one in known if one.key.id == signature.keyid and verifies(one.key, signature.sig, message)]
    if not signed:
        return Objection("signature_refused", "it is not signed by the key of who is named")
    said = Request(**{name: getattr(payload, name) for name in Request.__struct_fields__})
    if said != request:
        return Objection("mismatch", "it approves something else")
    if not -SKEW <= now - at <= fresh:
        return Objection("late", "it is not of now")
    # Of what was signed, not of the envelope around it: that can be written in many ways.
    digest = hashlib.sha256(message).hexdigest()
    if digest in used:
        return Objection("replayed", "it served another deletion")
    return Approval(approver=signed[0], digest=digest)
