"""What engines outside limen share: queries are cut into chunks, and what fails costs one input, not its chunk."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from types import TracebackType
from typing import Self

from limen.errors import Problem, UnassessedError
from limen.policy.engine import LOST, Answer, Job, Query

CHUNK_INPUTS = 512
CHUNK_BYTES = 1 << 20
"""A chunk ends at so many inputs or bytes of them, whichever comes first."""
FAILURES = 3
"""How many jobs may exceed their time before the engine gives up."""


class FaultError(Exception):
    """Some input of a chunk can't be evaluated; the text says why, in the engine's words."""


class NoAnswerError(Exception):
    """The engine works, but gave no answer to a chunk: a deadline passed, or it crashed; the text says which."""


class Asking(ABC):
    """Loads one job at a time and evaluates it on chunks of inputs."""

    def __init__(self, deadline: float) -> None:
        """Keep the seconds that a chunk may take; nothing is asked yet."""
        self.deadline = deadline
        self._jobs: dict[str, Job] = {}
        self._queued: deque[Iterator[Query]] = deque()
        self._lost: dict[str, str] = {}
        self._failures = 0
        self._unchecked = False

    @property
    @abstractmethod
    def version(self) -> str:
        """Name and version of the engine."""

    @abstractmethod
    def evaluate(self, job: Job, inputs: Sequence[bytes]) -> list[Answer]:
        """Return the answers to a chunk, canonical, one an input.

        Raises FaultError where an input can't be evaluated, NoAnswerError without an answer in time, PolicyError
        where a module can't be compiled, UnassessedError where the engine is lost.
        """

    @abstractmethod
    def close(self) -> None:
        """Remove what was left with the engine."""

    def __enter__(self) -> Self:
        """Return the engine itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Make sure of what was answered, unless something failed anyway, and close the engine."""
        try:
            if kind is None:
                self._check()
        finally:
            self.close()

    def prepare(self, jobs: Iterable[Job]) -> None:
        """Keep jobs in place of earlier ones; what can't be compiled is raised by `answer`."""
        self._jobs = {job.name: job for job in jobs}
        self._queued.clear()
        self._lost = {}

    def ask(self, queries: Iterable[Query]) -> None:
        """Keep queries; the next `answer` begins with theirs."""
        self._queued.append(iter(queries))

    def answer(self, queries: Iterable[Query] = ()) -> Iterator[list[Answer]]:
        """Yield the answers to each query in order, one an input; raises as `evaluate`, faults excepted."""
        self._queued.append(iter(queries))
        while self._queued:
            query = next(self._queued[0], None)
            if query is None:
                self._queued.popleft()
                continue
            found: list[Answer] = []
            for chunk in chunks(query.inputs):
                found += self._answers(query.job, chunk)
            yield found
        self._check()

    @abstractmethod
    def checked(self) -> None:
        """Make sure, once all is answered, that the right modules answered; raise UnassessedError otherwise."""

    def _check(self) -> None:
        if self._unchecked:
            self.checked()
            self._unchecked = False

    def _answers(self, name: str, inputs: Sequence[bytes]) -> list[Answer]:
        if name not in self._jobs:
            return [Answer(ok=False, text=f"there is no job {name}")] * len(inputs)
        if name not in self._lost:
            try:
                found = self._apart(self._jobs[name], inputs)
                self._unchecked = True
                return found
            except NoAnswerError as slow:
                self._lost[name] = f"{LOST}{slow}"
                self._failures += 1
                if self._failures > FAILURES:
                    message = f"the policy engine failed {self._failures} times, the last time with {slow}"
                    hint = "a longer --engine-timeout may help; limen test shows which rule it is"
                    raise UnassessedError(Problem(message=message, hint=hint)) from None
        return [Answer(ok=False, text=self._lost[name])] * len(inputs)

    def _apart(self, job: Job, inputs: Sequence[bytes]) -> list[Answer]:
        """Return the answers, halving a chunk with a fault until the input at fault is alone."""
        try:
            return self.evaluate(job, inputs)
        except FaultError as fault:
            if len(inputs) == 1:
                return [Answer(ok=False, text=str(fault))]
        middle = len(inputs) // 2
        return self._apart(job, inputs[:middle]) + self._apart(job, inputs[middle:])


def chunks(inputs: Sequence[bytes]) -> Iterator[Sequence[bytes]]:
    """Cut inputs into chunks in order."""
    begin = size = 0
    for index, text in enumerate(inputs):
        if index > begin and (index - begin >= CHUNK_INPUTS or size + len(text) > CHUNK_BYTES):
            yield inputs[begin:index]
            begin, size = index, 0
        size += len(text)
    if begin < len(inputs):
        yield inputs[begin:]
