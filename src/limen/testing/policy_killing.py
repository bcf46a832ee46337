"""Runs a target's tests on its mutants: whatever a test does not let pass is killed."""

from __future__ import annotations

from collections.abc import Sequence
from types import TracebackType

from limen.errors import UnassessedError
from limen.policy.child import NO_ANSWER
from limen.policy.embedded import EmbeddedEngine
from limen.policy.engine import LOST, Answer, Job, Query
from limen.testing.policy_mutants import Mutant
from limen.testing.policy_results import Fate
from limen.testing.policy_targets import Suite, Target

PASSED = "true"
"""What a suite's query answers where every test passes."""
BATCH = 64
"""Mutants that are loaded at once: each is an engine of its own."""


class Killing:
    """A process of the engine that runs suites; one that fails too often is replaced."""

    def __init__(self, deadline: float) -> None:
        """Start the process; `deadline` is in seconds, for one mutant and one suite.

        Raises UnassessedError where it can't be started.
        """
        self._deadline = deadline
        self._engine = EmbeddedEngine.start(deadline=deadline)

    def __enter__(self) -> Killing:
        """Return itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the process."""
        self._engine.close()

    def failing(self, target: Target) -> str:
        """Return why its tests teach nothing: there are none, or they fail as it is; empty where they pass."""
        if not target.suites:
            return "it has no tests"
        jobs = [_job(suite.name, suite, target.module.file, target.module.text) for suite in target.suites]
        for suite, answer in zip(target.suites, self._answers(jobs), strict=True):
            if not answer.ok or answer.text != PASSED:
                return f"the tests of {suite.name} do not pass before anything is changed"
        return ""

    def fates(self, target: Target, mutants: Sequence[Mutant]) -> dict[str, Fate]:
        """Return killed, timeout or survived for each mutant, by id."""
        found: dict[str, Fate] = {mutant.id: "survived" for mutant in mutants}
        for suite in target.suites:
            alive = [mutant for mutant in mutants if found[mutant.id] == "survived"]
            jobs = [_job(mutant.id, suite, target.module.file, mutant.text) for mutant in alive]
            for mutant, answer in zip(alive, self._answers(jobs), strict=True):
                if answer.ok and answer.text == PASSED:
                    continue
                found[mutant.id] = "timeout" if not answer.ok and NO_ANSWER in answer.text else "killed"
        return found

    def _answers(self, jobs: Sequence[Job]) -> list[Answer]:
        """Return the answer to each job; one that the engine lost is asked again, alone in a process of its own.

        What is lost twice is the job's doing: whatever ended the first process by chance kills no mutant.
        """
        answers = self._asked(jobs)
        for index, answer in enumerate(answers):
            if not answer.ok and answer.text.startswith(LOST):
                self._anew()
                [answers[index]] = self._asked([jobs[index]])
        return answers

    def _asked(self, jobs: Sequence[Job]) -> list[Answer]:
        """Return the answer to each job, asked once; where the process gives up, that costs the job at hand."""
        answers: list[Answer] = []
        while len(answers) < len(jobs):
            batch = jobs[len(answers) : len(answers) + BATCH]
            try:
                self._engine.prepare(batch)
                for (answer,) in self._engine.answer(Query(job.name, (b"{}",)) for job in batch):
                    answers.append(answer)
            except UnassessedError as error:
                answers.append(Answer(ok=False, text=f"{LOST}up: {error}"))
                self._anew()
        return answers

    def _anew(self) -> None:
        self._engine.close()
        self._engine = EmbeddedEngine.start(deadline=self._deadline)


def _job(name: str, suite: Suite, file: str, text: str) -> Job:
    modules = tuple((known, text if known == file else given) for known, given in suite.modules)
    return Job(name=name, query=suite.query, modules=modules, data="{}")
