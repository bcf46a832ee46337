"""DSSE envelopes, version 1.0.0: a payload with its type and signatures over both, in one text only.

What is signed is PAE(type, payload), so that no signature of one type counts for another. An envelope is written as
RFC 8785 with a newline behind it; a text that is not written so is refused, which leaves no room for names that stand
twice, for other base64 or for anything that no signature covers.
Source: https://github.com/secure-systems-lab/dsse/blob/v1.0.0/protocol.md
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from limen.integrity import base64_text
from limen.integrity.canonical import CanonicalError, canonical
from limen.integrity.signatures import Signer

_MOST = 1 << 26
"""Bytes beyond which a text is none of ours."""


class Signature(msgspec.Struct, frozen=True, kw_only=True):
    """One signature of an envelope."""

    keyid: str
    """Id of the key; a hint where to look, never a reason to believe."""
    sig: bytes


class Envelope(msgspec.Struct, frozen=True, kw_only=True):
    """A payload with its signatures."""

    payload_type: str
    payload: bytes
    signatures: tuple[Signature, ...] = ()


class _Signature(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    keyid: str
    sig: str


class _Envelope(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    payload: str
    payload_type: str = msgspec.field(name="payloadType")
    signatures: list[_Signature]


def pae(payload_type: str, payload: bytes) -> bytes:
    """Return the pre-authentication encoding, which is what a signature is made over."""
    kind = payload_type.encode()
    return b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload)


def signed(payload_type: str, payload: bytes, signers: Iterable[Signer]) -> Envelope:
    """Return an envelope with a signature by each signer, in their order; raises ValueError where one signs twice."""
    message = pae(payload_type, payload)
    made = tuple(Signature(keyid=signer.key.id, sig=signer.sign(message)) for signer in signers)
    _once(made)
    return Envelope(payload_type=payload_type, payload=payload, signatures=made)


def encoded(envelope: Envelope) -> bytes:
    """Return the one text of an envelope, with a newline behind it."""
    return (
        canonical(
            {
                "payload": base64_text.encoded(envelope.payload),
                "payloadType": envelope.payload_type,
                "signatures": [
                    {"keyid": one.keyid, "sig": base64_text.encoded(one.sig)} for one in envelope.signatures
                ],
            }
        )
        + b"\n"
    )


def decoded(content: bytes) -> Envelope:
    """Return the envelope of a text; raises ValueError where it is none, or not written as `encoded` writes it."""
    if len(content) > _MOST:
        raise ValueError(f"it is no DSSE envelope: longer than {_MOST} bytes")
    try:
        found = msgspec.json.decode(content, type=_Envelope)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise ValueError(f"it is no DSSE envelope: {error}"[:300]) from None
    try:
        payload = base64_text.decoded(found.payload)
        made = tuple(Signature(keyid=one.keyid, sig=base64_text.decoded(one.sig)) for one in found.signatures)
        envelope = Envelope(payload_type=found.payload_type, payload=payload, signatures=made)
        same = encoded(envelope) == content
    except CanonicalError as error:
        raise ValueError(f"it is no DSSE envelope: {error}") from None
    except ValueError as error:
        raise ValueError(f"its payload or a signature is unreadable: {error}") from None
    if not same:
        raise ValueError("it is not written as it must be: RFC 8785 and a newline, each name once")
    _once(made)
    return envelope


def _once(signatures: tuple[Signature, ...]) -> None:
    """Raise ValueError where a key is named twice: it would count twice."""
    names = [one.keyid for one in signatures]
    for name in names:
        if names.count(name) > 1:
            raise ValueError(f"two signatures by the key {name[:100]}")
