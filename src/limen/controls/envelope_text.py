"""The text of an envelope: one RFC 8785 object, `limen-envelope-v1`, of which every value has one text only. Pure.

    {"ciphertext":…,"flow":…,"format":"limen-envelope-v1","key":…,"label":…,"nonce":…,"record":…,"version":…,
     "wrapped":…,"zone":…}

`ciphertext` (AES-256-GCM with its 16-byte tag behind it, NIST SP 800-38D) and `nonce` (12 bytes) are base64 of RFC
4648, section 4; `wrapped` is the data key as the custodian of `key` sealed it, `version` the custodian's version that
did. What is authenticated beside the plaintext is the RFC 8785 text of all other members: zone, flow, record, key,
label, version, format, and the wrapped data key. So nobody can move an envelope to another record, flow or zone,
lower its label, or claim another key or version (NIST SP 800-53 SC-8(1), SC-13, SC-16; 45 CFR 164.312(c)(1)).

Texts are spliced of encoded parts: orjson writes a string as RFC 8785 does, and the names are sorted here, once.
"""

from __future__ import annotations

from binascii import b2a_base64
from typing import Any

import msgspec
import orjson

from limen.controls.refusals import Reason, RefusedError
from limen.errors import Problem
from limen.integrity.base64_text import decoded
from limen.integrity.canonical import CanonicalError, canonical
from limen.integrity.strict_json import strict_json

FORMAT = "limen-envelope-v1"
NONCE = 12
"""Bytes of a nonce."""
TAG = 16
"""Bytes of a tag."""
LARGEST = 64 << 20
"""Bytes of a plaintext beyond which `limen.controls.streaming` is for it."""
LONGEST = 4096
"""Characters of a member of a context at most."""
LARGEST_TEXT = LARGEST * 4 // 3 + (64 << 10)
"""Bytes of an envelope beyond which it is none."""
Members = tuple[bytes, bytes, bytes, bytes]
"""Zone, flow, record and label, each as a JSON string."""
CONTEXT = ("zone", "flow", "record", "label")
MEMBERS = ("ciphertext", "flow", "format", "key", "label", "nonce", "record", "version", "wrapped", "zone")
_NOT_STRICT = 1 << 24
"""Bytes beyond which an envelope is not read for all its problems."""


class EnvelopeError(RefusedError):
    """An envelope that is refused (`envelope_refused`), or whose key can't be used (`key_unavailable`).

    Nothing in it repeats a value of the envelope, the context or the plaintext.
    """

    def __init__(
        self, problems: str | Problem | list[Problem] | tuple[Problem, ...], reason: Reason = "envelope_refused"
    ) -> None:
        """Keep what is wrong, and which of the two reasons it is."""
        super().__init__(problems, reason=reason)


class Context(msgspec.Struct, frozen=True, kw_only=True):
    """What an envelope is bound to: it opens under the same context only. None of it is secret.

    The record is the id under which the record is kept, best one that says nothing of a person: it stands in the
    envelope. Raises EnvelopeError where a member is no text, is empty, is longer than 4,096 characters or has no UTF-8.
    """

    zone: str
    """The zone that may open it."""
    flow: str
    """The flow that carries it, or the id of the store that keeps it."""
    record: str
    """The record's id."""
    label: str
    """Its sensitivity, in the declaration's words."""

    def __post_init__(self) -> None:
        """Check every member."""
        wrong = []
        for name in CONTEXT:
            value: object = getattr(self, name)
            if type(value) is not str or not value or len(value) > LONGEST or not _encodes(value):
                wrong.append(name)
        if wrong:
            hint = f"each is a text of 1 to {LONGEST} characters"
            raise EnvelopeError(
                [Problem(message=f"the context's {name} can't be bound", hint=hint) for name in wrong]
            ) from None

    def __repr__(self) -> str:
        """Return a text without the record's id, which may be a person's."""
        return f"Context(zone={self.zone!r}, flow={self.flow!r}, label={self.label!r})"

    def __rich_repr__(self) -> Any:
        """Show the same where rich prints it."""
        yield from (("zone", self.zone), ("flow", self.flow), ("label", self.label))


class Parts(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The members of an envelope, decoded."""

    ciphertext: bytes
    flow: str
    format: str
    key: str
    label: str
    nonce: bytes
    record: str
    version: str
    wrapped: str
    zone: str

    def __repr__(self) -> str:
        """Return a text without the record's id."""
        return f"Parts({self.key!r}, {self.version!r}, {len(self.ciphertext)} bytes)"


class Frame:
    """What all envelopes of one data key share of their text, encoded once."""

    __slots__ = ("after", "before", "key", "version", "wrapped")

    def __init__(self, key: str, version: str, wrapped: str) -> None:
        """Encode the members that never change; raises EnvelopeError where one has no JSON text."""
        try:
            encoded = [orjson.dumps(value) for value in (FORMAT, key, version, wrapped)]
        except orjson.JSONEncodeError:
            raise EnvelopeError("the custodian's words for the key, its version or the data key are no text") from None
        self.key, self.version, self.wrapped = key, version, wrapped
        self.before = b',"format":%b,"key":%b,"label":' % (encoded[0], encoded[1])
        self.after = b',"version":%b,"wrapped":%b,"zone":' % (encoded[2], encoded[3])

    def bound(self, context: Members) -> bytes:
        """Return what is authenticated beside the plaintext, of a context's encoded zone, flow, record and label."""
        zone, flow, record, label = context
        return b'{"flow":%b%b%b,"record":%b%b%b}' % (flow, self.before, label, record, self.after, zone)

    def text(self, ciphertext: bytes, nonce: bytes, context: Members) -> bytes:
        """Return the whole envelope."""
        zone, flow, record, label = context
        return b'{"ciphertext":"%b","flow":%b%b%b,"nonce":"%b","record":%b%b%b}' % (
            b2a_base64(ciphertext, newline=False), flow, self.before, label,
            b2a_base64(nonce, newline=False), record, self.after, zone,
        )  # fmt: skip


def encoded(context: Context | Parts) -> Members:
    """Return zone, flow, record and label as JSON strings, as RFC 8785 writes them."""
    write = orjson.dumps
    return write(context.zone), write(context.flow), write(context.record), write(context.label)


_DECODER = msgspec.json.Decoder(Parts)


def parts_of(envelope: bytes) -> Parts | None:
    """Return the members of an envelope; None where it is none, whose `problems` say why.

    That it is written as it must be is not known before its text was made anew and compared.
    """
    try:
        return _DECODER.decode(envelope) if type(envelope) is bytes and len(envelope) <= LARGEST_TEXT else None
    except (msgspec.MsgspecError, ValueError, RecursionError, TypeError):
        return None


def problems(envelope: bytes, key: str = "", context: Context | None = None) -> list[Problem]:
    """Return everything that is wrong with an envelope, as far as its text shows; empty where nothing is.

    `key` is the name of the key that it must be for, `context` what it must be bound to; either may be left out.
    """
    if not isinstance(envelope, bytes):
        return [Problem(message="the envelope is no bytes")]
    if len(envelope) > min(LARGEST_TEXT, _NOT_STRICT):
        found = parts_of(envelope)
        if found is None:
            return [Problem(message="the envelope is larger than any that is taken, or is none")]
        members: dict[str, Any] = msgspec.to_builtins(found)
    else:
        try:
            members = strict_json(envelope)
        except ValueError:
            return [Problem(message="the envelope is no JSON text with every name once", hint=_HINT)]
    if not isinstance(members, dict):
        return [Problem(message="the envelope is no JSON object", hint=_HINT)]
    if members.keys().isdisjoint(MEMBERS):
        return [
            Problem(
                message="it is no envelope: what was to be sealed came open, or sealed by something else", hint=_HINT
            )
        ]
    wrong = _of_members(members)
    if not wrong:
        wrong = _of_values(members)
        if canonical(members) != envelope:
            wrong.append("the envelope is not written as RFC 8785 has it: it was written anew by somebody else")
    if key and isinstance(members.get("key"), str) and members["key"] != key:
        wrong.append("the envelope is for another key")
    for name in CONTEXT if context is not None else ():
        if isinstance(members.get(name), str) and members[name] != getattr(context, name):
            wrong.append(f"the envelope is bound to another {name}")
    return [Problem(message=message, hint=_HINT) for message in wrong]


_HINT = f"an envelope of {FORMAT} is what Envelopes.seal returned, to the byte"


def _of_members(members: dict[str, Any]) -> list[str]:
    wrong = [f"the envelope has no {name}" for name in MEMBERS if name not in members]
    unknown = len(members.keys() - set(MEMBERS))
    if unknown:
        wrong.append(f"the envelope has {unknown} members that no envelope has")
    for name in MEMBERS:
        value = members.get(name, "-")
        if not isinstance(value, str):
            wrong.append(f"the envelope's {name} is no text")
        elif not value or not _encodes(value):
            wrong.append(f"the envelope's {name} is empty, or no text that can be written")
    return wrong


def _of_values(members: dict[str, str]) -> list[str]:
    wrong = []
    if members["format"] != FORMAT:
        wrong.append(f"the envelope's format is not {FORMAT}")
    wrong += [f"the envelope's {name} is longer than {LONGEST}" for name in CONTEXT if len(members[name]) > LONGEST]
    for name, least, most in (("nonce", NONCE, NONCE), ("ciphertext", TAG, LARGEST + TAG)):
        try:
            if not least <= len(decoded(members[name])) <= most:
                wrong.append(f"the envelope's {name} has not the length that it must have")
        except ValueError:
            wrong.append(f"the envelope's {name} is no base64 as it is written")
    try:
        canonical(members)
    except CanonicalError:
        wrong.append("the envelope has no canonical text")
    return wrong


def _encodes(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True
