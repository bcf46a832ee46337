"""The embedded engine: regorus in a child process of ours, with a deadline for every chunk of inputs."""

from __future__ import annotations

import sys
from collections import deque
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import NamedTuple

import msgspec

from limen.errors import Location, PolicyError, Problem, UnassessedError
from limen.policy.child import Child, LostError
from limen.policy.engine import LOST, Answer, Job, Query

DEADLINE = 10.0
"""Seconds that a chunk of inputs may take; one input takes some 50 µs."""
CHUNK_INPUTS = 512
CHUNK_BYTES = 1 << 20
"""A chunk ends at so many inputs or bytes of them, whichever comes first."""
RESTARTS = 3
"""How often the process is started anew before the engine gives up."""
AHEAD = 256
AHEAD_BYTES = 4 << 20
"""So many chunks or bytes of them are sent before the first is answered, so that neither side waits for the other."""

_CHILD = Path(__file__).with_name("embedded_child.py")
_ANSWERS = msgspec.json.Decoder(list[Answer])
_REPORTS = msgspec.json.Decoder(list[tuple[str, list[int], list[int]]])
_PROBLEMS = msgspec.json.Decoder(dict[str, list[tuple[str, str]]])


class _Chunk(NamedTuple):
    """Some of the inputs that a job is asked for."""

    job: str
    inputs: int
    frame: bytes
    """What is sent: job and inputs."""


class EmbeddedEngine:
    """regorus behind a pipe. A time-out or a crash costs the job at hand; the next one gets a new process."""

    def __init__(self, child_script: Path, regorus_folder: Path, deadline: float) -> None:
        """Start the process; `start` is what callers want."""
        self._command = [sys.executable, "-I", "-S", str(child_script), str(regorus_folder)]
        self._folder = regorus_folder
        self._deadline = deadline
        self._jobs: tuple[Job, ...] = ()
        self._unread = 0  # lists of jobs that were sent and whose answer was not read
        self._failures = 0
        self._lost: dict[str, str] = {}
        self._forget()
        self._child = Child(self._command)

    @classmethod
    def start(cls, *, deadline: float = DEADLINE, child_script: Path = _CHILD) -> EmbeddedEngine:
        """Start the process and return at once; raise UnassessedError where regorus is not installed."""
        return cls(child_script, regorus_folder(), deadline)

    @property
    def version(self) -> str:
        """Name and version of the engine."""
        return f"regorus {_wheel_version(self._folder)}"

    def __enter__(self) -> EmbeddedEngine:
        """Return the engine itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the process."""
        self.close()

    def close(self) -> None:
        """End the process."""
        self._child.close()

    def prepare(self, jobs: Iterable[Job]) -> None:
        """Send jobs and return at once; what can't be parsed is raised by the next `answer`."""
        self._jobs = tuple(jobs)
        self._lost = {}
        self._forget()
        self._send_jobs()

    def ask(self, queries: Iterable[Query]) -> None:
        """Send queries, as many as may be sent ahead, and return at once; the next `answer` begins with theirs."""
        self._unasked.append(_chunks(queries, self._waiting))
        self._send_ahead()

    def answer(self, queries: Iterable[Query] = ()) -> Iterator[list[Answer]]:
        """Yield the answers to each query in order, one an input.

        Raises PolicyError where a module can't be parsed, UnassessedError where the process can't be kept alive.
        """
        self._unasked.append(_chunks(queries, self._waiting))
        waiting = self._waiting
        collected: list[Answer] = []
        for answers in self._exchange():
            collected.extend(answers)
            while waiting and len(collected) >= waiting[0]:
                yield collected[: waiting[0]]
                del collected[: waiting.popleft()]
        while waiting:  # without inputs, at the end
            waiting.popleft()
            yield []

    def coverage(self) -> dict[str, tuple[set[int], set[int]]]:
        """Return for each module the lines that ran, and those that did not, over all jobs with `coverage`.

        Raises as `answer`.
        """
        found: dict[str, tuple[set[int], set[int]]] = {}
        self._load()
        try:
            self._child.send(msgspec.json.encode({"coverage": True}))
            reports = _REPORTS.decode(self._child.receive(self._deadline))
        except (LostError, msgspec.DecodeError) as error:
            raise UnassessedError(f"the policy engine gave no coverage: {error}") from None
        for file, ran, idle in reports:
            covered, missed = found.setdefault(file, (set(), set()))
            covered.update(ran)
            missed.update(idle)
        return {file: (covered, missed - covered) for file, (covered, missed) in found.items()}

    def _forget(self) -> None:
        self._unasked: deque[Iterator[_Chunk]] = deque()
        self._waiting: deque[int] = deque()  # inputs of each query that was begun and not answered
        self._pending: deque[_Chunk] = deque()
        self._ahead = 0  # bytes of what is pending
        self._sent = 0  # how many of what is pending were sent to this process

    def _send_ahead(self) -> None:
        while self._unasked and len(self._pending) < AHEAD and self._ahead < AHEAD_BYTES:
            chunk = next(self._unasked[0], None)
            if chunk is None:
                self._unasked.popleft()
            else:
                self._pending.append(chunk)
                self._ahead += len(chunk.frame)
        for chunk in islice(self._pending, self._sent, None):
            if chunk.job not in self._lost:
                self._child.send(chunk.frame)
        self._sent = len(self._pending)

    def _exchange(self) -> Iterator[list[Answer]]:
        """Yield each chunk's answers in order, sending some ahead; a job that lost one gets errors from then on."""
        while True:
            self._send_ahead()
            if not self._pending:
                return
            chunk = self._pending[0]
            answers: list[Answer] = []
            if chunk.job not in self._lost:
                try:
                    self._load()
                    answers = self._received(chunk.inputs)
                except LostError as lost:
                    self._lost[chunk.job] = f"{LOST}{lost}"
                    self._restart(lost)
            if chunk.job in self._lost:
                answers = [Answer(ok=False, text=self._lost[chunk.job])] * chunk.inputs
            self._pending.popleft()
            self._ahead -= len(chunk.frame)
            self._sent = max(0, self._sent - 1)
            yield answers

    def _send_jobs(self) -> None:
        self._unread += 1
        self._child.send(msgspec.json.encode({"jobs": self._jobs}))

    def _load(self) -> None:
        problems: list[tuple[str, str]] = []
        try:
            while self._unread:  # of several, the last is what is loaded
                self._unread -= 1
                problems = _PROBLEMS.decode(self._child.receive(self._deadline)).get("problems", [])
        except (msgspec.DecodeError, LostError) as error:
            raise UnassessedError(f"the policy engine could not load the rules: {error}") from None
        if problems:
            raise PolicyError([Problem(message=text, location=Location(file=name)) for name, text in problems])

    def _received(self, expected: int) -> list[Answer]:
        try:
            answers = _ANSWERS.decode(self._child.receive(self._deadline))
        except msgspec.DecodeError:
            raise LostError("an answer that is none") from None
        if len(answers) != expected:
            raise LostError(f"{len(answers)} answers to {expected} inputs")
        return answers

    def _restart(self, lost: LostError) -> None:
        self._child.close()
        self._failures += 1
        if self._failures > RESTARTS:
            message = f"the policy engine failed {self._failures} times, the last time with {lost}"
            raise UnassessedError(Problem(message=message, hint="limen test shows which rule it is")) from None
        self._child = Child(self._command)
        self._sent = self._unread = 0
        self._send_jobs()


def _chunks(queries: Iterable[Query], waiting: deque[int]) -> Iterator[_Chunk]:
    """Cut queries into chunks, lazily, and append each query's number of inputs to `waiting` before its first chunk."""
    for query in queries:
        waiting.append(len(query.inputs))
        inputs: list[str] = []
        size = 0
        for text in query.inputs:
            if inputs and (len(inputs) >= CHUNK_INPUTS or size + len(text) > CHUNK_BYTES):
                yield _chunk(query.job, inputs)
                inputs, size = [], 0
            inputs.append(text.decode())
            size += len(text)
        if inputs:
            yield _chunk(query.job, inputs)


def _chunk(job: str, inputs: list[str]) -> _Chunk:
    return _Chunk(job, len(inputs), msgspec.json.encode((job, inputs)))


def parse_modules(modules: list[tuple[str, str]], deadline: float = DEADLINE) -> list[Answer]:
    """Return the syntax tree of each module (name and text) as JSON, or why it has none.

    A process of its own parses, because a module may be made to overflow the parser's stack. Raises UnassessedError
    where it gives no answer.
    """
    child = Child([sys.executable, "-I", "-S", str(_CHILD), str(regorus_folder())])
    try:
        child.send(msgspec.json.encode({"parse": modules}))
        answers = _ANSWERS.decode(child.receive(deadline))
    except (LostError, msgspec.DecodeError) as error:
        names = ", ".join(name for name, _ in modules[:3])
        raise UnassessedError(f"the policy engine could not parse {names} or a module after it: {error}") from None
    finally:
        child.close()
    return answers


def regorus_folder() -> Path:
    """Return the folder that holds the regorus package, unimported; raise UnassessedError without one."""
    from importlib.util import find_spec

    spec = find_spec("regorus")
    if spec is None or spec.origin is None:
        raise UnassessedError(
            Problem(
                message="the policy engine regorus is not installed",
                hint="install gordon-to-regorus as limen requires it",
            )
        )
    return Path(spec.origin).parent.parent


def _wheel_version(folder: Path) -> str:
    """Return the version of the installed wheel; importlib.metadata would take 30 ms to say the same."""
    for found in sorted(folder.glob("gordon_to_regorus-*.dist-info")):
        return found.name.removeprefix("gordon_to_regorus-").removesuffix(".dist-info")
    return "of unknown version"
