"""What every key provider is: it describes one key in the custodian's own words, and uses it."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, Protocol

import msgspec

from limen.errors import Problem, UnassessedError

Kind = Literal["refused", "denied", "absent", "throttled", "unreachable", "unsupported", "odd"]
"""Why an operation failed. refused: the key store will not do this with this key or ciphertext, which is an answer;
denied: the credential may not ask; unsupported: the custodian has no such operation; odd: an answer that is none."""


class KeyProviderError(UnassessedError):
    """A custodian did not do what it was asked; never holds a credential, a plaintext or a foreign exception's text."""

    def __init__(self, kind: Kind, message: str, *, again: bool = False, hint: str = "") -> None:
        """Keep what happened in words; `again` says that another try may succeed."""
        super().__init__(Problem(message=message, hint=hint))
        self.kind: Kind = kind
        self.again = again or kind == "throttled"

    @property
    def message(self) -> str:
        """What happened and what to do next, in one line."""
        problem = self.problems[0]
        return f"{problem.message}; {problem.hint}" if problem.hint else problem.message


class Access(msgspec.Struct, frozen=True, kw_only=True):
    """Where one key is, and how it is reached."""

    provider: str
    """One of `PROVIDERS`."""
    endpoint: str
    """URL, host:port, or path of a PKCS#11 module; never with a credential."""
    key: str
    """The provider's name of the key."""
    credential: str = ""
    """The credential's value; never printed."""
    trust: Path | None = None
    """PEM file of the authorities to trust; the system's without it."""
    region: str = ""
    """The region of a cloud provider, where the endpoint does not say it."""
    deadline: float = float("inf")
    """Of `time.monotonic`: when every operation ends."""
    patience: float = 60.0
    """Seconds that one operation may take at most."""

    def __repr__(self) -> str:
        """Return a text without the credential."""
        return f"Access({self.provider}, {self.endpoint}, {self.key})"

    def left(self) -> float:
        """Return the seconds left for an operation that begins now; raises KeyProviderError when none is left."""
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise KeyProviderError("unreachable", f"the time for {self.endpoint} is over")
        return min(left, self.patience)


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What a custodian answered to one question."""

    outcome: Literal["answered", "absent", "denied", "unsupported"]
    body: Any = None
    """The answer as JSON knows it; no key material is ever in it."""


class Sealed(msgspec.Struct, frozen=True, kw_only=True):
    """A ciphertext and the version of the key that made it."""

    ciphertext: bytes
    version: str
    """The custodian's name of the version; empty where it does not say."""


class KeyProvider(Protocol):
    """One key at one custodian. Every operation raises KeyProviderError, and nothing else, where it fails."""

    def describe(self) -> Mapping[str, Answer]:
        """Return what the custodian says of the key, by question; `key` is always among the questions.

        Changes nothing. What may not be asked is an answer `denied`; only where nothing is learnt it raises.
        """

    def encrypt(self, plaintext: bytes, context: bytes) -> Sealed:
        """Return the plaintext sealed by the newest version and bound to the context."""

    def decrypt(self, ciphertext: bytes, context: bytes) -> bytes:
        """Return the plaintext; raises the kind `refused` under another context."""

    def rewrap(self, ciphertext: bytes, context: bytes) -> Sealed:
        """Return what was sealed by an older version, sealed by the newest."""

    def rotate(self) -> None:
        """Give the key a new version, which seals from now on."""

    def disable(self) -> None:
        """Stop the key from being used, so that `enable` can undo it."""

    def enable(self) -> None:
        """Let the key be used again."""

    def close(self) -> None:
        """End connections and sessions; raises nothing."""
