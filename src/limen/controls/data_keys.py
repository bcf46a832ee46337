"""Data keys: made here, sealed by a custodian, used for a while and forgotten.

A data key is 32 random bytes that the custodian's key wraps, so that the custodian is asked a few times a minute and
not for every message. It lives for a declared time and a declared number of messages and bytes, far below the 2^32
messages that random 96-bit nonces allow (NIST SP 800-38D, 8.3; SP 800-57 part 1: cryptoperiods; SC-12). Beyond that
time nothing is sealed or opened without asking the custodian again: a dead, disabled or retired key stops writing
within the lifetime, and a key of a file store at once, since a change of the file is seen at every use. What a
custodian was asked before such a change, or before all was forgotten, is not used either: it is asked again.

Threads share data keys under a lock. A forked child forgets its parent's: it makes its own, so that no count of
messages goes on twice. Nonces come from the system for each message (`os.urandom`), never from a counter that a fork, a
restored snapshot of memory or a second process could repeat.

Python can't overwrite `bytes`, and `cryptography` copies a key into OpenSSL's memory: a forgotten data key is gone once
both are freed and their memory is used anew, which nobody can force from here. What bounds the harm is that it is one
of many, each for a few minutes.
"""

from __future__ import annotations

import base64
import os
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Any, Protocol, runtime_checkable

import msgspec

from limen.adapters.forking import begins_in_children
from limen.adapters.key_providers.interface import KeyProvider, KeyProviderError
from limen.controls.envelope_text import EnvelopeError, Frame
from limen.controls.refusals import Reason
from limen.errors import Problem, UsageError
from limen.integrity.canonical import canonical

BYTES = 32
"""Bytes of a data key: AES-256."""
MOST_MESSAGES = 1 << 32
"""Messages of one key with random 96-bit nonces, at most (NIST SP 800-38D, 8.3)."""
MOST_BYTES = 1 << 38
"""Bytes under one key at most: about what RFC 8446, 5.5, allows AES-GCM (2^24.5 records of 2^14 bytes)."""
LONGEST_WRAPPED = 1 << 15
"""Characters of a wrapped data key at most; one under ML-KEM-1024 has 2,158."""
_LONGEST = 86_400.0
_TRIES = 4
"""How often a custodian is asked the same where it changes, or all is forgotten, while it answers."""
_CLOCK: int = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


def seconds() -> float:
    """Return seconds that never run back and, where the system can say so (Linux), go on while it sleeps."""
    return time.clock_gettime(_CLOCK)


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """How long, and for how much, a data key is used. Raises UsageError for what no key may be used for."""

    lifetime: float = 300.0
    """Seconds from its making, or from its unwrapping, after which it is not used any more."""
    messages: int = 1 << 20
    """Messages that one data key seals."""
    volume: int = 1 << 36
    """Bytes of plaintext that one data key seals."""
    opened: int = 1024
    """Unwrapped data keys that are kept; the one that was not used for longest goes first."""

    def __post_init__(self) -> None:
        """Check each against its bound."""
        bounds = (
            ("lifetime", self.lifetime, _LONGEST), ("messages", self.messages, MOST_MESSAGES),
            ("volume", self.volume, MOST_BYTES), ("opened", self.opened, 1 << 20),
        )  # fmt: skip
        wrong = [
            Problem(message=f"the limit {name} of data keys can't be that", hint=f"more than 0, at most {most:g}")
            for name, value, most in bounds
            if not 0 < value <= most
        ]
        if wrong:
            raise UsageError(wrong)


@runtime_checkable
class Stamped(Protocol):
    """A key provider that tells cheaply whether anything about its key has changed."""

    def stamp(self) -> Any:
        """Return what differs after any change; raises KeyProviderError where the key is gone."""


class DataKey:
    """One data key, ready to seal and to open; its text shows nothing of it."""

    __slots__ = ("cipher", "frame", "made", "messages", "size", "until")

    def __init__(self, material: bytes, frame: Frame, made: float, lifetime: float) -> None:
        """Make its cipher, once: a new one for each message would halve the speed."""
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        self.cipher = AESGCM(material)
        self.frame, self.made, self.until = frame, made, made + lifetime
        self.messages = self.size = 0


class DataKeys:
    """The data keys of one key at its custodian."""

    def __init__(self, name: str, provider: KeyProvider, limits: Limits, ticks: Callable[[], float]) -> None:
        """Keep whom to ask; nothing is asked before a data key is needed. `ticks` are seconds that never run back."""
        self._name, self._provider, self._limits, self._ticks = name, provider, limits, ticks
        self._context = canonical({"format": "limen-data-key-v1", "key": name})
        self._stamped = provider if isinstance(provider, Stamped) else None
        self.begin()
        begins_in_children(self)

    def begin(self) -> None:
        """Begin with no data key and with locks that nobody holds, as at first; for a process that was forked, too."""
        self._lock, self._making = threading.Lock(), threading.Lock()
        self._current: DataKey | None = None
        self._opened: OrderedDict[tuple[str, str], DataKey] = OrderedDict()
        self._stamp: Any = None
        self._changes = 0  # how often all was forgotten; what was asked for before counts no more
        self._renewed = float("-inf")  # what was made before is not sealed with any more

    def sealing(self, size: int) -> DataKey:
        """Return the data key that seals a message of `size` bytes, and count it.

        Raises EnvelopeError, key_unavailable, where a new one is needed and the custodian does not wrap it.
        """
        if size > self._limits.volume:
            raise EnvelopeError(Problem(message="the plaintext is larger than all that one data key may seal"))
        key = self._counted(size)
        if key is not None:
            return key
        with self._making:  # one thread asks the custodian, the others wait for what it gets
            return self._counted(size) or self._new(size)

    def _counted(self, size: int) -> DataKey | None:
        with self._lock:
            self._look()
            key = self._current
            if (
                key is None
                or self._ticks() >= key.until
                or key.messages >= self._limits.messages
                or key.size + size > self._limits.volume
            ):
                return None
            key.messages += 1
            key.size += size
            return key

    def _new(self, size: int) -> DataKey:
        """Return a new data key, which seals the message that it was made for, however long the custodian took."""

        def keep(made: DataKey) -> None:
            made.messages, made.size = 1, size
            # Whoever renewed while it was made wants a later one; for this message, which was before, it is right.
            if made.made >= self._renewed:
                self._current = made
            self._keep(made)

        return self._unchanged(self._made, keep)

    def opening(self, version: str, wrapped: str) -> DataKey:
        """Return the data key that a custodian wrapped; raises EnvelopeError where it does not unwrap it."""
        with self._lock:
            self._look()
            found = self._opened.get((version, wrapped))
            if found is not None and self._ticks() < found.until:
                self._opened.move_to_end((version, wrapped))
                return found
        if not wrapped.isascii() or len(wrapped) > LONGEST_WRAPPED:
            raise EnvelopeError("the wrapped data key is nothing that a custodian made")
        return self._unchanged(lambda: self._unwrapped(version, wrapped), self._keep)

    def fresh(self) -> DataKey:
        """Return a new data key that nobody else gets, for a stream; it is counted nowhere and kept nowhere."""
        return self._unchanged(self._made, lambda _: None)

    def renew(self, within: float = 0.0) -> None:
        """Let what is sealed next be sealed by a data key that was made in the last `within` seconds, or later."""
        with self._lock:
            self._renewed = max(self._renewed, self._ticks() - within)
            if self._current is not None and self._current.made <= self._renewed:
                self._current = None

    def forget(self) -> None:
        """Forget every data key, those that are being made, too; the next use asks the custodian."""
        with self._lock:
            self._forget()

    def _forget(self) -> None:
        """Forget every data key; the lock is held."""
        self._changes += 1
        self._current = None
        self._opened.clear()

    def _unchanged(self, ask: Callable[[], DataKey], keep: Callable[[DataKey], None]) -> DataKey:
        """Return what the custodian answers, and keep it, where nothing changed and nothing was forgotten meanwhile.

        What was asked for before a key was retired must not outlive that for a whole lifetime. So it is asked again, a
        few times, and then refused. `keep` is called with the lock held.
        """
        for _ in range(_TRIES):
            with self._lock:
                self._look()
                before = self._changes
            found = ask()
            with self._lock:
                self._look()
                if before == self._changes:
                    keep(found)
                    return found
        message = f"the custodian of {self._name} changes, or all is forgotten, faster than it answers"
        raise EnvelopeError(Problem(message=message, hint="try again when nobody changes its keys"), "key_unavailable")

    def _look(self) -> None:
        """Forget all where the custodian tells of a change; the lock is held."""
        if self._stamped is None:
            return
        try:
            stamp = self._stamped.stamp()
        except KeyProviderError as error:
            raise self._refused(error, "look at", "key_unavailable") from None
        if stamp != self._stamp:
            self._stamp = stamp
            self._forget()

    def _unwrapped(self, version: str, wrapped: str) -> DataKey:
        begun = self._ticks()
        try:
            material = self._provider.decrypt(wrapped.encode(), self._context)
        except KeyProviderError as error:
            reason: Reason = "envelope_refused" if error.kind == "refused" else "key_unavailable"
            raise self._refused(error, "unwrap", reason) from None
        if len(material) != BYTES:
            raise EnvelopeError("what the custodian unwrapped is no data key")
        return DataKey(material, Frame(self._name, version, wrapped), begun, self._limits.lifetime)

    def _made(self) -> DataKey:
        begun = self._ticks()
        material = os.urandom(BYTES)
        try:
            sealed = self._provider.encrypt(material, self._context)
        except KeyProviderError as error:
            raise self._refused(error, "wrap", "key_unavailable") from None
        wrapped = sealed.ciphertext.decode("ascii", "replace")
        if not sealed.version or not wrapped or not wrapped.isascii() or _shown(material, sealed.ciphertext):
            message = f"the custodian of {self._name} wrapped no data key, or does not say which version wrapped it"
            raise EnvelopeError(Problem(message=message), "key_unavailable")
        return DataKey(material, Frame(self._name, sealed.version, wrapped), begun, self._limits.lifetime)

    def _keep(self, key: DataKey) -> None:
        self._opened[key.frame.version, key.frame.wrapped] = key
        while len(self._opened) > self._limits.opened:
            self._opened.popitem(last=False)

    def _refused(self, error: KeyProviderError, what: str, reason: Reason) -> EnvelopeError:
        first = error.problems[0]
        message = f"the custodian does not {what} a data key of {self._name}: {first.message}"
        return EnvelopeError(Problem(message=message, hint=first.hint), reason)


def _shown(material: bytes, ciphertext: bytes) -> bool:
    """Return whether a custodian "wrapped" a data key by writing it down, as one that only pretends to would."""
    forms = (material, base64.b64encode(material), base64.urlsafe_b64encode(material), material.hex().encode())
    return any(form.rstrip(b"=") in text for form in forms for text in (ciphertext, ciphertext.lower()))
