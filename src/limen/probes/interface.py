"""What every probe is: it says whom it would contact, asks, and turns answers into facts. It never judges.

A probe is a package of `limen.probes`, found by its location; its `__init__` has what `Probe` lists, and imports
what is heavy only within functions. Asking (`collect`) and reading (`interpret`) are apart so that a recorded answer
can be read again, elsewhere and years later, with the same outcome: `interpret` is pure, and all that it needs
is in the raw responses.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import msgspec

from limen.adapters.secret_values import Secret
from limen.integrity.canonical import canonical
from limen.model.probing import ProbeOptions
from limen.records.attempts import RawResponse, Section


class Contact(msgspec.Struct, frozen=True, kw_only=True):
    """One connection that a probe would make, for `--plan`."""

    where: str
    """host:port, URL or path; never with a credential."""
    what: str
    """What would be done there, in words: `12 TLS handshakes`, `read 3 tables`."""
    writes: bool = False
    """Whether it changes anything there, even for a moment (a test key, a test prefix, a rolled-back transaction)."""


class Target(msgspec.Struct, frozen=True, kw_only=True):
    """What one attempt is about: a request of the section `probes`, or a target typed on the command line."""

    probe: str
    section: Section
    name: str
    """Name in the declaration; the system's id for `system`, the typed text for `typed`."""
    endpoint: str
    """host:port, URL or path, as declared or typed."""
    credential: str = ""
    """A reference (env:NAME, file:PATH, vault:PATH), never a value; empty where none is declared."""
    options: ProbeOptions = ProbeOptions()
    declared: Mapping[str, Any] = {}
    """What the declaration says that the probe needs to know how to ask, as JSON knows it; `limen.probes.targets`
    makes it. Never used to decide what was seen."""
    folder: Path = Path()
    """The declaration's folder, from which relative paths count."""


def asked(target: Target) -> str:
    """Return the SHA-256 of how a target is asked, 64 hex digits: options, the credential's reference, the declared.

    A recording holds it, so that a declaration which asks otherwise today is not judged by the answer.
    """
    how = {
        "options": msgspec.to_builtins(target.options),
        "credential": target.credential,
        "declared": msgspec.to_builtins(target.declared, order="sorted"),
    }
    return hashlib.sha256(canonical(how)).hexdigest()


class AttemptError(Exception):
    """An attempt that could not be completed, with its reason in words a person can act on; never with a secret."""

    def __init__(self, reason: str, *, again: bool = False) -> None:
        """Keep the reason; `again` says that another try may succeed (a reset, a throttled request)."""
        super().__init__(reason)
        self.reason = reason
        self.again = again


class Context:
    """What an attempt may use of the outside: its deadline, its pace and its credential."""

    def __init__(
        self,
        *,
        deadline: float,
        started_at: int,
        credential: Callable[[str], Secret],
        pace: Callable[[str], None] = lambda _: None,
        say: Callable[[str], None] = lambda _: None,
    ) -> None:
        """Keep the parts; `deadline` is of `time.monotonic`."""
        self.deadline = deadline
        self.started_at = started_at
        """The clock, read once for the attempt: seconds since 1970."""
        self._credential, self._pace, self.say = credential, pace, say

    def remaining(self, most: float = float("inf")) -> float:
        """Return the seconds left, `most` at most; raises AttemptError when none is left."""
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise AttemptError("the time for this attempt is over; --timeout gives it more")
        return min(left, most)

    def pace(self, host: str) -> None:
        """Wait until the host may be contacted again; raises AttemptError when the deadline comes first."""
        self._pace(host)
        self.remaining()

    def credential(self, target: Target) -> Secret:
        """Return the target's credential; raises AttemptError where there is none or it can't be read."""
        return self.secret(target.credential)

    def secret(self, reference: str) -> Secret:
        """Return what a reference (env:, file:, vault:) stands for; raises AttemptError where it can't be read."""
        if not reference:
            raise AttemptError("no credential is declared; add one to the probe: env:NAME, file:PATH or vault:PATH")
        return self._credential(reference)


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """What `interpret` read in the raw responses about one thing."""

    detail: str
    """What exactly: an endpoint, a table, a place in a file; empty where the target is the thing itself."""
    facts: msgspec.Struct
    """A struct of the probe's kind, of `limen.analysis.observed`."""


class Probe(Protocol):
    """What the package of a probe has."""

    NAME: str
    """One of the model's probe names."""
    VERSION: str
    """Raised whenever `interpret` or what is asked changes."""
    KIND: str
    """The kind of its observations, `<name>_observation`."""
    CAPABILITY: tuple[str, ...]
    """Paths of facts that it can see where the target lets it."""

    def contacts(self, target: Target) -> Sequence[Contact]:
        """Return every connection that an attempt would make; opens none."""

    def collect(self, target: Target, context: Context) -> Sequence[RawResponse]:
        """Ask, and return the answers; raises AttemptError with the reason where nothing could be learnt."""

    def interpret(self, raw: Mapping[str, RawResponse], at: int) -> Sequence[Seen]:
        """Return the facts in raw responses, by name, of an attempt that started `at`; pure.

        Raises AttemptError where they say nothing.
        """
