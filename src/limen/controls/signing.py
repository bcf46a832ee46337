"""A signed item: content under a signature that holds for one flow, item, record and tenant, and for nothing else.

NIST SP 800-53 SC-8(1), SI-7(6) and AU-10, 21 CFR 11.70. A DSSE envelope (limen.integrity.dsse) of the type below. Its
payload is a header, one RFC 8785 object that names format, flow, item, record and tenant, then a newline, then the
content as it is. RFC 8785 has no newline, so the first one ends the header and no two contents share a payload.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from limen.controls.refusals import RefusedError
from limen.errors import LimenError, Problem
from limen.integrity import dsse
from limen.integrity.canonical import CanonicalError, canonical
from limen.integrity.signatures import PublicKey, Signer, verifies

FORMAT = "limen-signed-item-1"
"""The form of the header."""
TYPE = "application/vnd.limen.signed-item"
"""What a signature is made over beside the payload, so that one of another type counts for nothing here."""
_MOST = 1 << 25
"""Bytes of content that are signed as one item; larger contents are streams of envelopes."""


def sign_item(content: bytes, *, item: str, flow: str, record: str, tenant: str, signer: Signer) -> bytes:
    """Return the content under a signature of `signer`, bound to item, flow, record and tenant (empty: no tenant's).

    Raises RefusedError: signature_refused where a name is empty or no text, too_large above 32 MiB, key_unavailable
    where the key does not sign.
    """
    header = _header(item=item, flow=flow, record=record, tenant=tenant)
    if len(content) > _MOST:
        hint = "send the content as a stream of envelopes"
        raise RefusedError(Problem(message=f"an item of more than {_MOST} bytes", hint=hint), reason="too_large")
    try:
        return dsse.encoded(dsse.signed(TYPE, header + content, [signer]))
    except LimenError:  # whose words may name the key's place, never its value: still not for whoever asks
        raise RefusedError("the key did not sign the item", reason="key_unavailable") from None


def verify_item(signed: bytes, *, item: str, flow: str, record: str, tenant: str, keys: Sequence[PublicKey]) -> bytes:
    """Return the content of a signed item; raises RefusedError (signature_refused) where anything does not hold.

    It holds where exactly one key signed, that key is among `keys`, its signature verifies, and the item was signed
    for this item, flow, record and tenant.
    """
    return verified_item(signed, item=item, flow=flow, record=record, tenant=tenant, keys=keys)[0]


def verified_item(
    signed: bytes, *, item: str, flow: str, record: str, tenant: str, keys: Sequence[PublicKey]
) -> tuple[bytes, str]:
    """Return content and key id of a signed item, as `verify_item` takes it; raises as that does."""
    header = _header(item=item, flow=flow, record=record, tenant=tenant)
    try:
        envelope = dsse.decoded(signed)
    except ValueError:  # its text might quote the content
        raise _refused("it is no signed item", "expected what sign_item makes: a DSSE envelope") from None
    if envelope.payload_type != TYPE:
        raise _refused("it is signed as something else than an item", f"expected the type {TYPE}")
    if len(envelope.signatures) != 1:
        raise _refused(f"it has {len(envelope.signatures)} signatures", "expected one")
    one = envelope.signatures[0]
    key = next((key for key in keys if key.id == one.keyid), None)
    if key is None:
        raise _refused("it is signed by a key that does not count here", "expected a key that the declaration names")
    # The signature first: what nobody signed is not worth a comparison, and tells whoever made it nothing.
    if not verifies(key, one.sig, dsse.pae(envelope.payload_type, envelope.payload)):
        raise _refused("its signature does not verify", "it was changed, or signed with another key")
    if not envelope.payload.startswith(header):
        raise _refused(
            "it was signed for something else", "flow, item, record and tenant must be those it was made for"
        )
    return envelope.payload[len(header) :], key.id


def _header(**bound: str) -> bytes:
    named: dict[str, Any] = {"format": FORMAT, **bound}
    if not all(isinstance(one, str) for one in bound.values()) or not all(bound[n] for n in ("item", "flow", "record")):
        raise _refused("an item is bound to names", "flow, item and record are texts and not empty, tenant is a text")
    try:
        return canonical(named) + b"\n"
    except CanonicalError:
        raise _refused(
            "an item is bound to names that have no UTF-8", "flow, item, record and tenant are texts"
        ) from None


def _refused(message: str, hint: str) -> RefusedError:
    return RefusedError(Problem(message=message, hint=hint), reason="signature_refused")
