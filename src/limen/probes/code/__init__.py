"""Code held against what is declared of it: rules of ours, run by semgrep, without network."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from limen.probes.interface import Contact, Context, Seen, Target
from limen.records.attempts import RawResponse

NAME = "code"
VERSION = "1"
KIND = "code_observation"
CAPABILITY = ("scan.complete",)


def contacts(target: Target) -> Sequence[Contact]:
    """Return the one folder that is read."""
    where = target.endpoint or str(target.declared.get("repository", "."))
    return [Contact(where=where, what="read its code, and run semgrep on a copy of it")]


def collect(target: Target, context: Context) -> Sequence[RawResponse]:
    """Analyse, and return the record of it; raises AttemptError where semgrep is missing, fails or takes too long."""
    from limen.probes.code.collecting import analysis

    return [RawResponse(name="code.json", media_type="application/json", content=analysis(target, context))]


def interpret(raw: Mapping[str, RawResponse], at: int) -> Sequence[Seen]:
    """Return the facts of a recorded analysis; raises AttemptError where it is none."""
    from limen.probes.code.reading import facts

    return facts(raw)
