"""What an engine is: it loads judgements and answers them, and never decides what an answer means."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol

import msgspec

LOST = "the policy engine gave "
"""How the text of an answer begins that an engine lost, by a deadline or a crash: it says nothing of rule or input."""


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """One query with all that it needs, apart from its inputs."""

    name: str
    """A rule's id, or the name of a test file."""
    query: str
    """Path of the document that is evaluated, such as data.limen.rules.transit.tls_minimum."""
    modules: tuple[tuple[str, str], ...]
    """Name and text of each Rego module."""
    data: str
    """The data document, as JSON text."""
    coverage: bool = False
    """Whether to note which lines ran."""


class Query(msgspec.Struct, frozen=True):
    """A job and the inputs that it is asked for."""

    job: str
    inputs: Sequence[bytes]
    """Each a JSON text."""


class Answer(msgspec.Struct, frozen=True, array_like=True):
    """What came of one input."""

    ok: bool
    """Whether the engine evaluated it; false: `text` says why not."""
    text: str
    """The document as JSON; empty where it is undefined."""


class PolicyEngine(Protocol):
    """Evaluates Rego; three implementations, one meaning."""

    @property
    def version(self) -> str:
        """Name and version, for the assessment."""
        ...

    def prepare(self, jobs: Iterable[Job]) -> None:
        """Load jobs, in place of earlier ones; raise PolicyError where a module can't be parsed."""
        ...

    def ask(self, queries: Iterable[Query]) -> None:
        """Begin with queries and return at once; the answers that the next `answer` yields begin with theirs."""
        ...

    def answer(self, queries: Iterable[Query] = ()) -> Iterator[list[Answer]]:
        """Yield the answers to each query in order, one an input.

        What could not be evaluated (a deadline, a crash) is an answer that is not ok. Raises UnassessedError
        where the engine can't go on.
        """
        ...
