"""Attempts and observations: what a probe was asked, how it ended, and the facts that it recorded."""

from __future__ import annotations

import hashlib
from typing import Literal

import msgspec

AttemptStatus = Literal["completed", "error", "not_scheduled"]
"""completed: the probe saw what its capability says; anything else is no observation and carries its reason."""
Section = Literal["flow", "component", "key", "ledger", "system", "typed"]
"""What an attempt is about; `typed` is a target from the command line, which never enters an assessment."""


class RawResponse(msgspec.Struct, frozen=True, kw_only=True):
    """What a target answered, as it came: enough to interpret it again elsewhere, without access to the target."""

    name: str
    """Name within the attempt, such as handshakes.json; unique there."""
    media_type: str
    """Media type of the content."""
    content: bytes
    """The answer. Content probes (secrets, code, leak, ledger) keep counts, offsets and digests, never content."""

    @property
    def sha256(self) -> str:
        """SHA-256 of the content, 64 hex digits."""
        return hashlib.sha256(self.content).hexdigest()


class Observation(msgspec.Struct, frozen=True, kw_only=True):
    """Facts that an attempt recorded about one thing: an endpoint, a table, a key."""

    kind: str
    """The kind of subject that it becomes, such as tls_observation."""
    detail: str
    """What exactly was seen, within the attempt's target: an endpoint, a table, a place in a file."""
    facts: bytes
    """The facts as JSON: the fields of the kind's struct, `limen.analysis.observed`, without age and now."""


class Attempt(msgspec.Struct, frozen=True, kw_only=True):
    """One run of one probe on one target."""

    probe: str
    """Name of the probe."""
    version: str
    """Version of the probe."""
    section: Section
    """What kind of thing was probed."""
    target: str
    """Its name in the declaration; the system's id for `system`, the typed text for `typed`."""
    endpoint: str
    """Where it was asked, as declared or typed; never with a credential."""
    asked: str = ""
    """SHA-256 of how it was asked: options, reference of the credential and what of the declaration guided it, 64 hex
    digits; so that an answer to another question does not count. Empty where nobody asked by a declaration."""
    status: AttemptStatus
    reason: str = ""
    """Why it did not complete, or what it could not see; empty where it saw everything."""
    capability: tuple[str, ...] = ()
    """What this probe could have seen, as paths of facts: what is neither seen nor here is unknown, never absent."""
    started_at: int
    """Seconds since 1970, UTC."""
    duration: float
    """Seconds."""
    tries: int = 1
    """How often it was tried."""
    raw: tuple[RawResponse, ...] = ()
    """What the target answered."""
    observations: tuple[Observation, ...] = ()
    """What `interpret` made of it."""


class ProbeRun(msgspec.Struct, frozen=True, kw_only=True):
    """All attempts of one run of `limen probe`."""

    tool_version: str
    system: str
    """Id of the declared system; empty for targets typed on the command line."""
    declaration_sha256: str
    """Digest over the declaration's files, so that a later judgement can say that it changed; may be empty."""
    started_at: int
    """Seconds since 1970, UTC."""
    ended_at: int
    """Seconds since 1970, UTC."""
    attempts: tuple[Attempt, ...]
    salt: str = ""
    """Random, 64 hex digits, so that nobody can guess what a recording holds from its digest in a run log; empty where
    it was never recorded, or by an older limen."""
