"""Secrets in repositories and folders: found by form and by name, told by place and digest, never by content."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from limen.probes.interface import Contact, Context, Seen, Target
from limen.records.attempts import RawResponse

NAME = "secrets"
VERSION = "1"
KIND = "secrets_observation"
CAPABILITY = ("scan.complete", "scan.in_ci")


def contacts(target: Target) -> Sequence[Contact]:
    """Return the one folder or file that is read."""
    history = " and every object of its history" if target.options.history is True else ""
    where = target.endpoint or str(target.declared.get("repository", "."))
    return [Contact(where=where, what=f"read its files{history}")]


def collect(target: Target, context: Context) -> Sequence[RawResponse]:
    """Search, and return the record of it; raises AttemptError where the target or a file of options can't be read."""
    from limen.probes.secrets.collecting import search

    return [RawResponse(name="secrets.json", media_type="application/json", content=search(target, context))]


def interpret(raw: Mapping[str, RawResponse], at: int) -> Sequence[Seen]:
    """Return the facts of a recorded search; raises AttemptError where it is none."""
    from limen.probes.secrets.reading import facts

    return facts(raw)
