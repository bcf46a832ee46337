"""Where pieces of a ledger are worked on: in this process, in one for each core, or on a Dask cluster; in order."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import get_context
from typing import Any
from urllib.parse import urlsplit

from limen.probes.interface import AttemptError, Context
from limen.probes.ledger.work import Done

AHEAD = 3
"""Pieces that wait for each process, so that none idles; more would only hold memory."""
Task = tuple[Callable[..., Done], tuple[Any, ...]]
"""What is to be called with what."""


def here(tasks: Iterable[Task], context: Context) -> Iterator[Done]:
    """Yield what tasks return, in order, worked on in this process."""
    for work, arguments in tasks:
        context.remaining()
        yield work(*arguments)


def cores() -> int:
    """Return the cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@contextmanager
def processes(count: int) -> Iterator[tuple[Executor, int]]:
    """Start processes that work on pieces; they end with the block."""
    # Forking a process that has threads, as that of a run of probes has, may leave locks held for ever.
    pool = ProcessPoolExecutor(count, get_context("spawn"))
    try:
        yield pool, count
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


@contextmanager
def cluster(scheduler: str, *, secrets: bool, timeout: float) -> Iterator[tuple[Executor, int]]:
    """Connect to a Dask scheduler; raises AttemptError where there is none or keys would travel in the clear."""
    parts = urlsplit(scheduler)
    if secrets and parts.scheme != "tls" and parts.hostname not in ("127.0.0.1", "::1", "localhost"):
        raise AttemptError("the chain's keys would cross the network in the clear; name the scheduler as tls://…")
    try:
        from distributed import Client
    except ImportError:
        raise AttemptError("a scheduler needs limen[cluster]: pip install 'limen[cluster]'") from None
    made: Any = Client
    try:
        client = made(scheduler, timeout=timeout, set_as_default=False)
    except Exception as error:  # noqa: BLE001 what its transports raise is of no family
        raise AttemptError(f"the scheduler does not answer: {type(error).__name__}", again=True) from None
    try:
        workers = sum(client.ncores().values())
        if not workers:
            raise AttemptError("the scheduler has no workers")
        yield client.get_executor(pure=False), workers
    finally:
        client.close()


def spread(tasks: Iterable[Task], pool: Executor, count: int, context: Context) -> Iterator[Done]:
    """Yield what tasks return, in order, worked on by a pool of so many workers."""
    waiting: deque[Future[Done]] = deque()
    try:
        for work, arguments in tasks:
            waiting.append(pool.submit(work, *arguments))
            if len(waiting) >= count * AHEAD:
                yield _result(waiting.popleft(), context)
        while waiting:
            yield _result(waiting.popleft(), context)
    finally:
        for future in waiting:
            future.cancel()


def _result(future: Future[Done], context: Context) -> Done:
    try:
        return future.result(timeout=context.remaining())
    except TimeoutError:
        context.remaining()
        raise AttemptError("the time for this attempt is over; --timeout gives it more") from None
    except BrokenProcessPool:
        raise AttemptError("a process that verified was lost", again=True) from None
