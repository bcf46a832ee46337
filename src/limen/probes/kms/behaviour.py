"""How a test key behaves: it is used, rotated, disabled and enabled, and what it did is recorded step by step."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Literal

import msgspec

from limen.adapters.key_providers import KeyProvider, KeyProviderError, Sealed

RIGHT = b"limen/probe/right-context"
WRONG = b"limen/probe/wrong-context"

RESERVE = 5.0
"""Seconds that disabling, trying and enabling a key may take."""

Outcome = Literal["done", "same", "different", "refused", "denied", "unsupported", "failed"]
"""same, different: an opened ciphertext held what was sealed, or something else; done: any other success."""


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that the key was asked to do."""

    name: str
    outcome: Outcome
    version: str = ""
    """The version that sealed, where the custodian says."""


def behave(key: KeyProvider, kept: bytes = b"", left: Callable[[], float] = lambda: float("inf")) -> list[Step]:
    """Use a test key and return what it did.

    `kept` is a ciphertext that it sealed long ago, under the right context where it binds one.

    `left` returns the seconds left: a key is not disabled when too few are left to enable it again for certain.
    A step that can't follow, as the one before failed, is not there. Whatever happens, the key is enabled again.
    """
    trial = _Trial(key)
    context = RIGHT
    first = trial.sealed("seal", context)
    if first is None and trial.steps[-1].outcome in ("refused", "unsupported"):
        # A key, or a custodian, that binds no context: the rest is tried without one.
        context = b""
        first = trial.sealed("seal-unbound", context)
    if first is None:
        return trial.steps
    if kept:
        trial.opened("open-kept", kept, context, None)
    trial.opened("open", first.ciphertext, context)
    if context:
        trial.opened("open-wrong-context", first.ciphertext, WRONG)
        trial.opened("open-again", first.ciphertext, context)
    # Transit rewraps nothing that has associated data: what is rewrapped has no context where the key lets it.
    free = trial.sealed("seal-free", b"")
    latest = first
    if trial.done("rotate", key.rotate):
        latest = trial.sealed("seal-after-rotation", context) or latest
        trial.opened("open-old", first.ciphertext, context)
        _rewrapped(trial, first if free is None else free, context if free is None else b"")
    if left() >= RESERVE:
        _disabled(trial, latest, context)
    return trial.steps


def _rewrapped(trial: _Trial, old: Sealed, context: bytes) -> None:
    again = trial.sealed("rewrap", context, lambda: trial.key.rewrap(old.ciphertext, context))
    if again is not None:
        trial.opened("open-rewrapped", again.ciphertext, context)


def _disabled(trial: _Trial, latest: Sealed, context: bytes) -> None:
    """Disable the key, try it, and enable it; the last also where disabling seems to have failed."""
    try:
        if trial.done("disable", trial.key.disable):
            trial.sealed("seal-disabled", context)
            trial.opened("open-disabled", latest.ciphertext, context)
    finally:
        if trial.steps[-1].outcome != "unsupported" or trial.steps[-1].name != "disable":
            trial.done("enable", trial.key.enable)
            trial.opened("open-enabled", latest.ciphertext, context)


class _Trial:
    """The steps so far."""

    def __init__(self, key: KeyProvider) -> None:
        self.key = key
        self.plaintext = secrets.token_bytes(24)
        self.steps: list[Step] = []

    def sealed(self, name: str, context: bytes, act: Callable[[], Sealed] | None = None) -> Sealed | None:
        try:
            sealed = self.key.encrypt(self.plaintext, context) if act is None else act()
        except KeyProviderError as error:
            self.steps.append(Step(name=name, outcome=_outcome(error)))
            return None
        self.steps.append(Step(name=name, outcome="done", version=sealed.version))
        return sealed

    def opened(self, name: str, ciphertext: bytes, context: bytes, expected: bytes | None = b"") -> None:
        """Open a ciphertext; with None as what is expected, whatever comes is right."""
        try:
            found = self.key.decrypt(ciphertext, context)
        except KeyProviderError as error:
            self.steps.append(Step(name=name, outcome=_outcome(error)))
            return
        same = expected is None or found == self.plaintext
        self.steps.append(Step(name=name, outcome="same" if same else "different"))

    def done(self, name: str, act: Callable[[], None]) -> bool:
        try:
            act()
        except KeyProviderError as error:
            self.steps.append(Step(name=name, outcome=_outcome(error)))
            return False
        self.steps.append(Step(name=name, outcome="done"))
        return True


def _outcome(error: KeyProviderError) -> Outcome:
    """Return how a failed operation is recorded: only what the key store said of the key is a refusal."""
    return error.kind if error.kind in ("refused", "denied", "unsupported") else "failed"
