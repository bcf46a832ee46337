"""Synthetic identifiers that were sent through a flow or planted, and where they turn up though they must not.

An endpoint is `file:PATH` (a file or a folder, compressed ones included), `postgresql://HOST:PORT/DATABASE`,
`redis://HOST:PORT/NUMBER`, `rediss://…` or `https://HOST/BUCKET/PREFIX`. That nothing was found counts only with proof
that it would have been seen: a marker that lies there, or canaries that arrived where the flow delivers them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from limen.probes.interface import Contact, Context, Seen, Target
from limen.records.attempts import RawResponse

NAME = "leak"
VERSION = "1"
KIND = "leak_observation"
CAPABILITY = ("clear", "encoded")


def contacts(target: Target) -> Sequence[Contact]:
    """Return every connection that an attempt would make; raises AttemptError where the endpoint has no known form."""
    from limen.probes.leak.asking import contacts_of

    return contacts_of(target)


def collect(target: Target, context: Context) -> Sequence[RawResponse]:
    """Send canaries where a driver is declared, and look for them; raises AttemptError where it can't be done."""
    from limen.probes.leak.asking import ask

    return ask(target, context)


def interpret(raw: Mapping[str, RawResponse], at: int) -> Sequence[Seen]:
    """Return the facts in what was found; raises AttemptError where the recording is none."""
    from limen.probes.leak.reading import read

    return read(raw)
