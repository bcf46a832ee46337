"""Envelopes: what crosses a boundary sealed, bound to where it belongs, under a key that its custodian keeps.

`envelope_text` says what an envelope is, `data_keys` how its key is made, kept and ended. AES-256-GCM with a random
nonce; NIST SP 800-53 SC-8(1), SC-12, SC-13, SC-28(1); 45 CFR 164.312(a)(2)(iv), (c)(1), (e)(2)(ii).
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Literal

import msgspec

from limen.adapters.key_providers.interface import KeyProvider, KeyProviderError
from limen.adapters.key_providers.standing import Standing, standing
from limen.controls.data_keys import DataKey, DataKeys, Limits, seconds
from limen.controls.envelope_text import (
    FORMAT,
    LARGEST,
    NONCE,
    TAG,
    Context,
    EnvelopeError,
    Frame,
    Members,
    Parts,
    encoded,
    parts_of,
    problems,
)
from limen.controls.refusals import Reason
from limen.errors import Problem

__all__ = ["FORMAT", "LARGEST", "Context", "EnvelopeError", "Envelopes", "Inspection", "Limits", "inspected"]
Use = Literal["seal", "open"]
RENEWED = 1.0
"""Seconds within which `rewrap` takes a data key for one of the newest version."""


class Inspection(msgspec.Struct, frozen=True, kw_only=True):
    """What an envelope shows without being opened. Sound is one without problems: it may still not open."""

    problems: tuple[Problem, ...]
    """Everything that is wrong with it, in words that repeat nothing of it."""
    standing: Standing | Literal["unasked"]
    """How its version stands at the custodian: live, readable, unreadable, absent, or unknown; unasked."""
    key: str = ""
    """The declared name of its key; this and what follows is empty where the text is none."""
    version: str = ""
    """The custodian's version that wrapped its data key."""
    context: Context | None = None
    """What it claims to be bound to; None where that can't be told."""
    plaintext_bytes: int = 0
    """How long the plaintext is."""
    bound: bytes = b""
    """What is authenticated beside the plaintext, derived anew from the members."""

    @property
    def is_sound(self) -> bool:
        """Whether nothing is wrong, as far as can be seen without opening it."""
        return not self.problems

    def __repr__(self) -> str:
        """Return a text without the record's id."""
        return f"Inspection({self.key!r}, {self.version!r}, {self.standing}, {len(self.problems)} problems)"


class Envelopes:
    """Seals and opens with one key. Safe for threads; a forked child begins with no data key."""

    def __init__(
        self,
        name: str,
        provider: KeyProvider,
        *,
        limits: Limits | None = None,
        may: frozenset[Use] | None = None,
        ticks: Callable[[], float] = seconds,
    ) -> None:
        """Keep the key's declared name and where it is; nothing is asked before it is needed.

        `may` is what may be done with it, all without it. `ticks` are seconds that never run back; the lifetime of data
        keys is counted in them.
        """
        self.name = name
        self._may = frozenset({"seal", "open"}) if may is None else may
        self._provider = provider
        self._data_keys = DataKeys(name, provider, limits or Limits(), ticks)

    def __repr__(self) -> str:
        """Return a text without any secret."""
        return f"Envelopes({self.name!r})"

    def seal(self, plaintext: bytes, context: Context) -> bytes:
        """Return the envelope of a plaintext of at most 64 MiB, bound to a context.

        Raises EnvelopeError: key_unavailable where the key can't be used or may not write, envelope_refused where the
        plaintext is too large or no bytes.
        """
        self._demand("seal")
        if type(plaintext) is not bytes:
            raise EnvelopeError(Problem(message="what is to be sealed is no bytes", hint="encode it first"))
        size = len(plaintext)
        if size > LARGEST:
            raise EnvelopeError(Problem(message=f"the plaintext is larger than {LARGEST} bytes", hint=_STREAM))
        members = encoded(context)
        key = self._data_keys.sealing(size)
        nonce = os.urandom(NONCE)
        frame = key.frame
        return frame.text(key.cipher.encrypt(nonce, plaintext, frame.bound(members)), nonce, members)

    def open(self, envelope: bytes, context: Context) -> bytes:
        """Return the plaintext of an envelope that is bound to exactly this context.

        Raises EnvelopeError: envelope_refused, with everything that is wrong, where it is no envelope to the byte, is
        for another key or context, or was changed; key_unavailable where the custodian can't be asked.
        """
        self._demand("open")
        parts = parts_of(envelope)
        if parts is None:
            raise self._refused(envelope, context)
        members = encoded(context)
        key = self._key_of(parts, envelope, context, members)
        from cryptography.exceptions import InvalidTag

        try:
            opened: bytes = key.cipher.decrypt(parts.nonce, parts.ciphertext, key.frame.bound(members))
        except InvalidTag:
            message = "the envelope does not open: its ciphertext, nonce or wrapped key was changed, or its version"
            raise EnvelopeError(Problem(message=message)) from None
        return opened

    def rewrap(self, envelope: bytes, context: Context) -> bytes:
        """Return an envelope of the same plaintext and context, sealed anew under the newest version of the key.

        The plaintext is opened and sealed again, so that everything stays authenticated together, and a version or a
        wrapped key is never exchanged under a ciphertext. Raises EnvelopeError.
        """
        plaintext = self.open(envelope, context)
        self._data_keys.renew(within=RENEWED)
        return self.seal(plaintext, context)

    def inspect(self, envelope: bytes, context: Context | None = None, *, ask: bool = True) -> Inspection:
        """Return everything that is wrong with an envelope, without opening it; raises nothing for any bytes.

        With `ask` the custodian says how the version stands; that it can't be asked, or does not say, is a problem. Of
        an envelope of another key it is not asked.
        """
        found = inspected(envelope, self.name, context)
        if not ask or not found.version or found.key != self.name:
            return found
        try:
            stands = standing(self._provider.describe(), found.version)
        except KeyProviderError as error:
            message = f"the custodian does not say how the key {self.name} stands: {error.problems[0].message}"
            more = Problem(message=message, hint=error.problems[0].hint)
            return msgspec.structs.replace(found, standing="unknown", problems=(*found.problems, more))
        wrong = _STANDINGS.get(stands)
        more_of = () if wrong is None else (Problem(message=wrong),)
        return msgspec.structs.replace(found, standing=stands, problems=(*found.problems, *more_of))

    def stream_key(self) -> DataKey:
        """Return a new data key for one stream alone (see `streaming`); raises EnvelopeError, key_unavailable."""
        self._demand("seal")
        return self._data_keys.fresh()

    def stream_key_of(self, version: str, wrapped: str) -> DataKey:
        """Return the data key of a stream; raises EnvelopeError where the custodian does not unwrap it."""
        self._demand("open")
        return self._data_keys.opening(version, wrapped)

    def forget(self) -> None:
        """Forget every data key, such as after an incident; the next use asks the custodian."""
        self._data_keys.forget()

    def _key_of(self, parts: Parts, envelope: bytes, context: Context, members: Members) -> DataKey:
        """Return the data key of an envelope whose text is right in everything that needs no key."""
        if (
            parts.key != self.name
            or parts.format != FORMAT
            or len(parts.nonce) != NONCE
            or len(parts.ciphertext) < TAG
            or not parts.version
            or not parts.wrapped
        ):
            raise self._refused(envelope, context)
        frame = Frame(parts.key, parts.version, parts.wrapped)
        # One comparison of the whole: the context, every name, every base64 text and the order are as sealed.
        if frame.text(parts.ciphertext, parts.nonce, members) != envelope:
            raise self._refused(envelope, context)
        return self._data_keys.opening(parts.version, parts.wrapped)

    def _demand(self, use: Use) -> None:
        if use not in self._may:
            hint = f"declare it in the component's {use}s_with, if it should"
            raise EnvelopeError(Problem(message=f"this component {use}s nothing with {self.name}", hint=hint), _NO_KEY)

    def _refused(self, envelope: bytes, context: Context) -> EnvelopeError:
        found = problems(envelope, self.name, context)
        return EnvelopeError(found or [Problem(message="the envelope is not as it was sealed")])


def inspected(envelope: bytes, key: str = "", context: Context | None = None) -> Inspection:
    """Return what is wrong with an envelope as far as its text shows, without asking anybody. Pure; raises nothing."""
    wrong = tuple(problems(envelope, key, context))
    parts = parts_of(envelope)
    if parts is None:
        return Inspection(problems=wrong, standing="unasked")
    try:
        claimed = Context(zone=parts.zone, flow=parts.flow, record=parts.record, label=parts.label)
        bound = Frame(parts.key, parts.version, parts.wrapped).bound(encoded(claimed))
    except EnvelopeError as error:
        return Inspection(problems=wrong or error.problems, standing="unasked")
    return Inspection(
        problems=wrong,
        standing="unasked",
        key=parts.key,
        version=parts.version,
        context=claimed,
        plaintext_bytes=max(0, len(parts.ciphertext) - TAG),
        bound=bound,
    )


_NO_KEY: Reason = "key_unavailable"
_STREAM = "seal it as a stream: limen.controls.streaming"
_STANDINGS = {
    "unreadable": "the version of the key that sealed the envelope opens nothing any more",
    "absent": "the custodian knows no such key, or no such version of it",
    "unknown": "the custodian does not say how the version of the key stands",
}
"""What is wrong with a standing; live and readable are not wrong."""
