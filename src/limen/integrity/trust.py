"""Whose signatures count: the trust file, which comes from the auditor and never from a pack.

It names keys with their holders, roles, validity and revocation, the logs, witnesses and timestamp authorities that are
believed, and what must be there. A signature is judged at the earliest trusted time that covers it, at the verifier's
clock where there is none; what was timestamped before a key was revoked stays good, and that is said.
"""

from __future__ import annotations

import datetime
from typing import Any

import msgspec

from limen.integrity.instants import instant_text
from limen.integrity.notes import Note, cosigned_at
from limen.integrity.signatures import PublicKey

FORMAT = "limen-trust-1"


class Revocation(msgspec.Struct, frozen=True, kw_only=True):
    """From when a key counts no more."""

    at: datetime.datetime
    reason: str


class TrustedKey(msgspec.Struct, frozen=True, kw_only=True):
    """A key of a person or of the producer, and when it counts."""

    key: PublicKey
    holder: str
    """Printed name of who holds it."""
    user: str
    """Who holds it, as signatures name the user."""
    roles: tuple[str, ...]
    """What it may sign as; `producer` signs the Statement of a pack."""
    valid_from: datetime.datetime
    valid_to: datetime.datetime
    """First instant at which it counts no more."""
    revoked: Revocation | None = None


class TrustedLog(msgspec.Struct, frozen=True, kw_only=True):
    """A run log that is believed to be the producer's."""

    origin: str
    key: PublicKey
    """Of Ed25519."""


class TrustedWitness(msgspec.Struct, frozen=True, kw_only=True):
    """A witness that is believed to have seen what it cosigned."""

    name: str
    key: PublicKey
    """Of Ed25519."""


class TrustedAuthority(msgspec.Struct, frozen=True, kw_only=True):
    """A timestamp authority (RFC 3161) that is believed."""

    name: str
    certificates: tuple[str, ...]
    """In PEM, one each: roots, and what leads to them."""


class Requirements(msgspec.Struct, frozen=True, kw_only=True):
    """What a pack must carry to be accepted."""

    signatures: dict[str, int] = {}
    """How many different users must have signed, by role."""
    timestamp: bool = False
    log: bool = False
    witnesses: int = 0
    """How many witnesses must have cosigned."""


class Trust(msgspec.Struct, frozen=True, kw_only=True):
    """A trust file."""

    keys: tuple[TrustedKey, ...] = ()
    logs: tuple[TrustedLog, ...] = ()
    witnesses: tuple[TrustedWitness, ...] = ()
    authorities: tuple[TrustedAuthority, ...] = ()
    require: Requirements = Requirements()

    def keys_of(self, key_id: str) -> tuple[TrustedKey, ...]:
        """Return what is said of a key, once for each time in which it counts; empty for one that is not trusted."""
        return tuple(one for one in self.keys if one.key.id == key_id)


class TrustError(ValueError):
    """A trust file, or requirements, that can't be used; says everything that is wrong."""

    def __init__(self, problems: list[str] | tuple[str, ...]) -> None:
        """Keep each problem in words."""
        self.problems = tuple(problems)
        super().__init__("; ".join(self.problems))


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """Whether a key counted when it signed."""

    ok: bool
    words: str
    """Why, or why not."""


def standing(key: TrustedKey, at: datetime.datetime, covered_since: datetime.datetime | None = None) -> Standing:
    """Return whether a signature of a key counts.

    `at` is the verifier's clock; `covered_since` the earliest trusted timestamp that covers the signature, None without
    one. A revoked key counts only for what such a timestamp covers from before its revocation.
    """
    judged = at if covered_since is None else covered_since
    seen = "now" if covered_since is None else f"at its trusted timestamp, {instant_text(covered_since)}"
    if judged < key.valid_from:
        return Standing(ok=False, words=f"the key is valid from {instant_text(key.valid_from)}, and is not yet {seen}")
    if judged >= key.valid_to:
        return Standing(ok=False, words=f"the key was valid until {instant_text(key.valid_to)}, and is expired {seen}")
    if key.revoked is not None:
        revoked = f"the key was revoked at {instant_text(key.revoked.at)}: {key.revoked.reason}"
        if covered_since is None:
            return Standing(ok=False, words=f"{revoked}; no trusted timestamp shows that it signed before")
        if covered_since >= key.revoked.at:
            return Standing(
                ok=False, words=f"{revoked}; its earliest trusted timestamp is {instant_text(covered_since)}"
            )
        return Standing(ok=True, words=f"{revoked}; it signed before, {seen}")
    if at >= key.valid_to:
        return Standing(ok=True, words=f"the key expired at {instant_text(key.valid_to)}; it was valid {seen}")
    return Standing(ok=True, words=f"the key is valid {seen}")


def witnessed(note: Note, trust: Trust) -> dict[str, int]:
    """Return when each trusted witness cosigned a checkpoint, in seconds since 1970; a witness counts once by its name.

    A name may stand with several keys, as it does when a witness changed its key.
    """
    found: dict[str, int] = {}
    for witness in trust.witnesses:
        at = cosigned_at(note, witness.name, witness.key)
        if at is not None:
            found[witness.name] = max(at, found.get(witness.name, 0))
    return found


def stricter(one: Requirements, other: Requirements) -> Requirements:
    """Return what meets both."""
    roles = sorted({*one.signatures, *other.signatures})
    return Requirements(
        signatures={role: max(one.signatures.get(role, 0), other.signatures.get(role, 0)) for role in roles},
        timestamp=one.timestamp or other.timestamp,
        log=one.log or other.log,
        witnesses=max(one.witnesses, other.witnesses),
    )


def read_trust(text: bytes) -> Trust:
    """Return a trust file in JSON; raises TrustError, a ValueError, with everything that is wrong with it.

    For YAML, read the text and give its value to `trust_from`.
    """
    return trust_from(_json(text))


def trust_from(value: Any) -> Trust:
    """Return the trust file of a plain value; raises TrustError with everything that is wrong with it."""
    from limen.integrity.reading_trust import trust_of

    trust, problems = trust_of(value)
    if problems:
        raise TrustError(problems)
    return trust


def read_requirements(text: bytes) -> Requirements:
    """Return a signing policy in JSON, which has the shape of `require`; raises TrustError."""
    return requirements_from(_json(text))


def requirements_from(value: Any) -> Requirements:
    """Return the signing policy of a plain value; raises TrustError with everything that is wrong with it."""
    from limen.integrity.reading_trust import requirements_of

    found, problems = requirements_of(value, "")
    if problems:
        raise TrustError(problems)
    return found


def _json(text: bytes) -> Any:
    from limen.integrity.strict_json import strict_json

    try:
        return strict_json(text)
    except ValueError as error:
        raise TrustError([str(error)]) from None
