"""What engines answered in a run that lost one, kept by what was asked, so that it need not be asked again."""

from __future__ import annotations

import hashlib
import random
from collections import deque
from collections.abc import Iterable, Iterator

import msgspec

from limen.errors import Problem, UnassessedError, UsageError
from limen.policy.engine import Answer, Job, PolicyEngine, Query

FORMAT = "limen-answers/1"
_ASKED_AGAIN = 8
"""One query in so many has one of its kept answers asked again; the first always."""


class _File(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A journal as it is written."""

    format: str
    sha256: str
    """Of the answers, in hex."""
    answers: dict[str, str]
    """The text that an engine answered, by digest of engine, job and input."""


class Journal:
    """Answers of an earlier run, and those of this one.

    What is asked is part of an answer's name: engine and version, query, modules, parameters, context and input. An
    answer to anything else can't be found under it.
    """

    def __init__(self, known: dict[str, str] | None = None) -> None:
        """Begin with the answers of an earlier run."""
        self.known = known or {}
        self.kept: dict[str, str] = {}
        """Answers that this run used or got."""

    @classmethod
    def read(cls, content: bytes, name: str) -> Journal:
        """Return a journal; raise UsageError where it is damaged, for then nothing in it counts."""
        try:
            file = msgspec.json.decode(content, type=_File)
        except (msgspec.MsgspecError, ValueError, RecursionError):
            file = None
        if file is None or file.format != FORMAT or file.sha256 != _digest_of(file.answers):
            message = f"{name} does not hold what an interrupted run kept: it is damaged, or something else"
            raise UsageError(Problem(message=message, hint="remove it, or leave out --resume"))
        return cls(file.answers)

    def content(self) -> bytes:
        """Return what to write where the engine was lost, with what this run did not come to."""
        answers = self.known | self.kept
        return msgspec.json.encode(_File(format=FORMAT, sha256=_digest_of(answers), answers=answers)) + b"\n"


class Journalled:
    """An engine that is asked only what the journal does not know, and whose answers are kept there.

    Some of what it knows is asked all the same: a journal that was not written by this engine is refused.
    """

    def __init__(self, engine: PolicyEngine, journal: Journal) -> None:
        """Keep both; nothing is asked yet."""
        self._engine, self._journal = engine, journal
        self._jobs: dict[str, bytes] = {}
        self._queued: deque[Iterator[Query]] = deque()
        self._chance = random.Random()  # noqa: S311 - what is checked must not be foreseen, and is no secret
        self._checked = False

    @property
    def version(self) -> str:
        """Name and version of the engine."""
        return self._engine.version

    def prepare(self, jobs: Iterable[Job]) -> None:
        """Load jobs; raises as the engine's own."""
        prepared = tuple(jobs)
        self._jobs = {job.name: self._digest(job) for job in prepared}
        self._queued.clear()
        self._engine.prepare(prepared)

    def ask(self, queries: Iterable[Query]) -> None:
        """Keep queries; the next `answer` begins with theirs."""
        self._queued.append(iter(queries))

    def answer(self, queries: Iterable[Query] = ()) -> Iterator[list[Answer]]:
        """Yield the answers to each query in order; raises as the engine's own.

        Raises UnassessedError where the engine gives another answer than the journal has.
        """
        self._queued.append(iter(queries))
        begun: deque[_Begun] = deque()
        for answers in self._engine.answer(self._unknown(begun)):
            yield self._whole(begun.popleft(), answers)

    def _unknown(self, begun: deque[_Begun]) -> Iterator[Query]:
        """Yield each query with the inputs that must be asked."""
        while self._queued:
            query = next(self._queued[0], None)
            if query is None:
                self._queued.popleft()
                continue
            job = self._jobs.get(query.job, b"")
            names = [hashlib.sha256(job + text).hexdigest() for text in query.inputs]
            asked = [place for place, name in enumerate(names) if name not in self._journal.known]
            known = len(names) - len(asked)
            again = -1
            if known and (not self._checked or self._chance.randrange(_ASKED_AGAIN) == 0):
                self._checked = True
                again = self._chance.choice([place for place, name in enumerate(names) if name in self._journal.known])
                asked.append(again)
            begun.append(_Begun(query.job, names, asked, again))
            yield Query(query.job, [query.inputs[place] for place in asked])

    def _whole(self, begun: _Begun, answers: list[Answer]) -> list[Answer]:
        """Return answers of engine and journal, in the order of the inputs."""
        given = dict(zip(begun.asked, answers, strict=True))
        known, kept = self._journal.known, self._journal.kept
        if begun.again >= 0 and given[begun.again] != Answer(ok=True, text=known[begun.names[begun.again]]):
            message = f"what was kept of an interrupted run is not what {self.version} answers for {begun.job}"
            raise UnassessedError(Problem(message=message, hint="run without --resume, which asks everything anew"))
        found = []
        for place, name in enumerate(begun.names):
            answer = given[place] if place in given else Answer(ok=True, text=known[name])
            if answer.ok:  # a deadline or a crash may not come again
                kept[name] = answer.text
            found.append(answer)
        return found

    def _digest(self, job: Job) -> bytes:
        asked = (FORMAT, self.version, job.query, job.modules, job.data)
        return hashlib.sha256(msgspec.json.encode(asked)).digest()


class _Begun(msgspec.Struct, frozen=True):
    """A query that the engine has in part."""

    job: str
    names: list[str]
    """Of each input's answer in the journal."""
    asked: list[int]
    """Places of the inputs that the engine is asked."""
    again: int
    """The place of one that the journal knows, too; -1 for none."""


def _digest_of(answers: dict[str, str]) -> str:
    return hashlib.sha256(msgspec.json.encode(answers, order="sorted")).hexdigest()
