"""A run: all attempts, several at once, within a total deadline; each target ends as an attempt, come what may."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import msgspec

from limen import __version__
from limen.model.declaration import Declaration
from limen.probes.attempting import TIMEOUT, attempt
from limen.probes.credentials import Credentials
from limen.probes.interface import Probe, Target, asked
from limen.probes.pace import RATE, Pace
from limen.probes.redaction import without_userinfo
from limen.probes.schedule import Planned, check_names, planned
from limen.probes.targets import targets
from limen.records.attempts import Attempt, AttemptStatus, ProbeRun

CONCURRENCY = 8
"""Attempts at once, where nothing else is said."""
_LEAST = 0.1
"""Seconds that must be left of the run for an attempt to be begun."""


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """What a run may take."""

    timeout: float = TIMEOUT
    """Seconds for each attempt."""
    total: float = float("inf")
    """Seconds for the run."""
    concurrency: int = CONCURRENCY
    """Attempts at once."""
    rate: float = RATE
    """Contacts a second with one host; 0 sets no limit."""


LIMITS = Limits()
"""What a run may take where nothing else is said."""


class InterruptedRun(KeyboardInterrupt):
    """Ctrl-C, or a signal, during a run; what was recorded until then is whole."""

    def __init__(self, run: ProbeRun, cause: KeyboardInterrupt) -> None:
        """Keep the run and the number of the signal."""
        super().__init__(*cause.args)
        self.run = run


def run(
    declaration: Declaration,
    folder: Path,
    *,
    declaration_sha256: str = "",
    names: Sequence[str] = (),
    only_flow: Sequence[str] = (),
    limits: Limits = LIMITS,
    probes: Mapping[str, Probe] | None = None,
    say: Callable[[str], None] = lambda _: None,
    done: Callable[[Attempt], None] = lambda _: None,
) -> ProbeRun:
    """Run the declared probes and return one attempt for each request of the section `probes`, in their order.

    `folder` is the declaration's; `names` and `only_flow` leave out other probes and flows, which end not_scheduled.
    `probes` stands for those of this folder, in tests; `done` is told each attempt as it ends. Raises UsageError
    for names that there are not, InterruptedRun on Ctrl-C.
    """
    if probes is None:
        check_names(declaration, names, only_flow)
    plan = planned(targets(declaration, folder), names=names, only_flow=only_flow, probes=probes)
    return run_planned(
        plan, system=declaration.system.id, declaration_sha256=declaration_sha256, limits=limits, say=say, done=done
    )


def run_typed(
    found: Sequence[Target],
    *,
    limits: Limits = LIMITS,
    probes: Mapping[str, Probe] | None = None,
    say: Callable[[str], None] = lambda _: None,
    done: Callable[[Attempt], None] = lambda _: None,
) -> ProbeRun:
    """Run one attempt for each target that was typed; raises InterruptedRun on Ctrl-C."""
    return run_planned(planned(found, probes=probes), system="", limits=limits, say=say, done=done)


def run_planned(
    plan: Sequence[Planned],
    *,
    system: str,
    declaration_sha256: str = "",
    limits: Limits = LIMITS,
    say: Callable[[str], None] = lambda _: None,
    done: Callable[[Attempt], None] = lambda _: None,
) -> ProbeRun:
    """Run what is planned; raises InterruptedRun, with the attempts that ended, on Ctrl-C."""
    started_at = int(time.time())
    running = _Running(plan, limits, say)
    cause: KeyboardInterrupt | None = None
    try:
        for number, one in running.results():
            done(one)
            say(f"{number} of {len(plan)} attempts: {one.probe} {one.target} {one.status}")
    except KeyboardInterrupt as interrupt:
        cause = interrupt
        running.cancel()
    made = ProbeRun(
        tool_version=__version__,
        system=system,
        declaration_sha256=declaration_sha256,
        started_at=started_at,
        ended_at=int(time.time()),
        attempts=running.attempts(),
    )
    if cause is not None:
        raise InterruptedRun(made, cause)
    return made


class _Running:
    """Workers that take targets in order; one use."""

    def __init__(self, plan: Sequence[Planned], limits: Limits, say: Callable[[str], None]) -> None:
        self.plan, self.limits, self.say = plan, limits, say
        self.pace = Pace(limits.rate)
        self.credentials: dict[Path, Credentials] = {}
        self.until = time.monotonic() + limits.total
        self.cancelled = threading.Event()
        self.ended: dict[int, Attempt] = {}
        self.waiting: queue.SimpleQueue[int] = queue.SimpleQueue()
        self.results_made: queue.SimpleQueue[tuple[int, Attempt]] = queue.SimpleQueue()
        for index, one in enumerate(plan):
            if one.probe is None:
                self.ended[index] = _not_made(one, "not_scheduled", one.reason)
            else:
                self.waiting.put(index)
                self.credentials.setdefault(one.target.folder, Credentials(one.target.folder))

    def results(self) -> Iterator[tuple[int, Attempt]]:
        """Yield how many attempts have ended, and the one that did, as they end."""
        wanted = len(self.plan) - len(self.ended)
        yield from enumerate(list(self.ended.values()), 1)
        threads = [threading.Thread(target=self.work, daemon=True) for _ in range(min(self.limits.concurrency, wanted))]
        for thread in threads:
            thread.start()
        for _ in range(wanted):
            index, one = self.results_made.get()
            self.ended[index] = one
            yield len(self.ended), one

    def work(self) -> None:
        """Make attempts until there are none left to make."""
        while True:
            try:
                index = self.waiting.get_nowait()
            except queue.Empty:
                return
            self.results_made.put((index, self.made(self.plan[index])))

    def made(self, one: Planned) -> Attempt:
        """Return how the attempt on a target ended."""
        target = one.target
        left = self.until - time.monotonic()
        if one.probe is None or self.cancelled.is_set():
            return _not_made(one, "not_scheduled", "the run was interrupted")
        if left < _LEAST:
            return _not_made(one, "not_scheduled", "the time for the run was over; --deadline gives it more")
        return attempt(
            one.probe,
            target,
            timeout=min(self.limits.timeout, left),
            credentials=self.credentials[target.folder],
            pace=self.pace,
            say=self.say,
            cancelled=self.cancelled,
        )

    def cancel(self) -> None:
        """End what is being asked; nothing more is begun."""
        self.cancelled.set()
        deadline = time.monotonic() + 1
        while time.monotonic() < deadline and len(self.ended) < len(self.plan):
            try:
                index, one = self.results_made.get(timeout=0.1)
            except queue.Empty:
                continue
            self.ended[index] = one

    def attempts(self) -> tuple[Attempt, ...]:
        """Return all attempts, in order; those that did not end were interrupted."""
        return tuple(
            self.ended.get(index) or _not_made(one, "error", "it was interrupted")
            for index, one in enumerate(self.plan)
        )


def _not_made(one: Planned, status: AttemptStatus, reason: str) -> Attempt:
    """Return an attempt that asked nothing."""
    probe = one.probe
    return Attempt(
        probe=one.target.probe,
        version="" if probe is None else probe.VERSION,
        section=one.target.section,
        target=without_userinfo(one.target.name),
        endpoint=without_userinfo(one.target.endpoint),
        asked=asked(one.target),
        status=status,
        reason=reason,
        capability=() if probe is None else tuple(probe.CAPABILITY),
        started_at=int(time.time()),
        duration=0.0,
        tries=0,
    )
