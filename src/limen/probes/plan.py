"""What a run would do, said before it is done: every connection of every attempt, and none is made."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from limen.probes.interface import AttemptError, Contact, Target
from limen.probes.redaction import without_userinfo
from limen.probes.schedule import Planned


class PlannedAttempt(msgspec.Struct, frozen=True, kw_only=True):
    """One attempt that a run would make."""

    probe: str
    target: str
    contacts: tuple[Contact, ...]
    """Every connection that it would make."""
    credentials: tuple[str, ...]
    """References to the credentials that it may use; never a value."""
    reason: str
    """Why it makes none; empty where it would make some."""


def plan(planned: Sequence[Planned]) -> list[PlannedAttempt]:
    """Return what each target would have a run do, in order; opens no connection and reads no credential."""
    return [_attempt(one) for one in planned]


def _attempt(one: Planned) -> PlannedAttempt:
    target = one.target
    contacts: list[Contact] = []
    reason, references = one.reason, _references(target)
    if one.probe is not None:
        try:
            contacts = [*_vault(references), *one.probe.contacts(target)]
        except AttemptError as error:
            reason = error.reason.replace(target.endpoint, without_userinfo(target.endpoint))
    return PlannedAttempt(
        probe=target.probe,
        target=without_userinfo(target.name),
        contacts=tuple(msgspec.structs.replace(c, where=without_userinfo(c.where)) for c in contacts),
        credentials=references if contacts else (),
        reason=reason,
    )


def _references(target: Target) -> tuple[str, ...]:
    """Return the references to credentials of a target and of its options, each once."""
    texts = [target.credential, *_texts(msgspec.to_builtins(target.options))]
    return tuple(dict.fromkeys(text for text in texts if text.startswith(("env:", "file:", "vault:"))))


def _vault(references: Sequence[str]) -> list[Contact]:
    """Return the connections that reading credentials takes: to Vault, for each that lies there."""
    return [
        Contact(where="VAULT_ADDR", what=f"read the credential {reference}")
        for reference in references
        if reference.startswith("vault:")
    ]


def _texts(value: Any) -> Iterator[str]:
    """Yield every text within options; those that are references name credentials."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, (list, dict)):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _texts(inner)
