"""What is said to a broker in one conversation, and what its answers mean: the shape of each protocol."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, Protocol

import msgspec

from limen.probes.brokers.stream import Stream

Outcome = Literal["admitted", "refused", "unasked", "unknown"]
"""unasked: the server takes no such login, as it asks for none."""


class Login(msgspec.Struct, frozen=True, kw_only=True):
    """What a conversation logs in with; nothing at all is anonymous. Only well-known values, which are no secrets."""

    user: str = ""
    password: str = ""
    given: bool = False
    """Whether user and password are given, though they may be empty."""
    mechanism: str = ""
    """How to log in, where the protocol has several ways; empty for its only one."""


ANONYMOUS = Login()
"""Without any credential."""


class Conversation(msgspec.Struct, frozen=True, kw_only=True):
    """One conversation as recorded; an entry of the raw response conversations.json."""

    channel: Literal["plaintext", "tls"]
    login: Login
    answers: tuple[bytes, ...] = ()
    before: int = 0
    """How many of the answers came in plaintext before TLS was begun."""
    end: str = ""
    """Why it ended before its end; empty where it did not."""


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """What the answers of one conversation mean."""

    spoke: bool = False
    """Whether the server answered in the protocol."""
    outcome: Outcome = "unknown"
    mechanisms: tuple[str, ...] = ()
    """Ways to log in that the server offers, where the protocol names them."""
    tls_required: bool = False
    """Whether it says in plaintext that it goes on over TLS only."""


class Dialect(Protocol):
    """A protocol: a module of this package."""

    LOGINS: Sequence[Login]
    """What to log in with: nothing, then well-known and empty passwords."""

    def prelude(self, stream: Stream) -> None:
        """Say and hear what comes before TLS; nothing where TLS comes first. Raises EndedError."""

    def converse(self, stream: Stream, login: Login, *, begun: bool) -> None:
        """Log in and ask for something small; `begun` where the prelude was heard. Raises EndedError."""

    def read(self, answers: Sequence[bytes], login: Login) -> Reading:
        """Return what answers mean; pure, and never raises, whatever they are."""
