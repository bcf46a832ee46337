"""Trials side by side: each process loads the declaration for itself and judges some places at a time."""

from __future__ import annotations

import signal
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context

from limen.errors import InternalError, UnassessedError
from limen.testing.declaration_trial import Setting, Trial, Verdict

CHUNK = 24
"""Places that a process judges before it reports; about a second."""
AHEAD = 3
"""Chunks that wait for each process."""

_trial: Trial | None = None


def verdicts(trial: Trial, numbers: Sequence[int], jobs: int) -> Iterator[tuple[list[int], list[Verdict]]]:
    """Yield some places and what became of all their mutants, in any order; one process judges in this one.

    Raises UnassessedError where a process is lost, InternalError where a process sees another declaration.
    """
    chunks = [list(numbers[start : start + CHUNK]) for start in range(0, len(numbers), CHUNK)]
    if jobs <= 1 or len(chunks) <= 1:
        for chunk in chunks:
            yield chunk, trial.verdicts(chunk)
        return
    given = (trial.setting, trial.digest())
    pool = ProcessPoolExecutor(min(jobs, len(chunks)), get_context("spawn"), initializer=_begin, initargs=given)
    pending: dict[Future[list[Verdict]], list[int]] = {}
    chunks.reverse()
    try:
        while True:
            while chunks and len(pending) < jobs * AHEAD:
                chunk = chunks.pop()
                pending[pool.submit(_judge, chunk)] = chunk
            if not pending:
                return
            done, _ = wait(pending, return_when=FIRST_COMPLETED)
            for future in done:
                chunk = pending.pop(future)
                yield chunk, future.result()
    except BrokenProcessPool:
        raise UnassessedError("a process that judged mutants was lost; --resume goes on from here") from None
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _begin(setting: Setting, digest: str) -> None:
    """Make this process's own trial."""
    global _trial  # noqa: PLW0603 a process of the pool has no other place of its own
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's business
    _trial = Trial(setting)
    if _trial.digest() != digest:
        raise InternalError("the declaration or the policies changed while they were mutated")


def _judge(numbers: list[int]) -> list[Verdict]:
    if _trial is None:
        raise InternalError("a process judges before it began")
    return _trial.verdicts(numbers)
