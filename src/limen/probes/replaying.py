"""A recorded run read again: the same raw responses, interpreted by this limen, held against what was recorded."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from limen.errors import Location, Problem, UsageError
from limen.probes.attempting import interpreted, observation
from limen.probes.interface import AttemptError, Probe
from limen.probes.recording import read_run
from limen.probes.registry import probe_named
from limen.records.attempts import Attempt, Observation, ProbeRun


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """An attempt whose raw responses say something else than what was recorded of them."""

    probe: str
    target: str
    what: str
    """What differs, in words."""
    explained: bool
    """Whether another version of the probe made the recording; if not, one of the two is wrong."""


def read_verified(folder: Path) -> ProbeRun:
    """Return a recorded run whose facts its raw responses bear out.

    Raises UsageError where it is not as it was written, or where facts differ: a version that is written beside them
    would be an excuse that anybody can write.
    """
    run = read_run(folder)
    problems = [
        Problem(
            message=f"{one.probe} of {one.target}: the raw responses say something else: {one.what}",
            location=Location(file=str(folder)),
            hint="probe again, or judge it with the limen that recorded it"
            if one.explained
            else "what is recorded is not what was seen; probe again",
        )
        for one in differences(run)
    ]
    if problems:
        raise UsageError(problems)
    return run


def differences(run: ProbeRun, probes: Mapping[str, Probe] | None = None) -> list[Difference]:
    """Return where reading the raw responses again gives other facts than the recorded ones.

    Attempts that did not complete have none. `probes` stands for those of this folder, in tests.
    """
    found = []
    for attempt in run.attempts:
        if attempt.status == "completed":
            difference = _difference(attempt, probes)
            if difference is not None:
                found.append(difference)
    return found


def _difference(attempt: Attempt, probes: Mapping[str, Probe] | None) -> Difference | None:
    try:
        probe = probes[attempt.probe] if probes is not None else probe_named(attempt.probe)
    except (KeyError, ImportError):
        return _different(attempt, f"this limen has no probe {attempt.probe}", explained=False)
    explained = attempt.version != probe.VERSION
    try:
        seen = interpreted(probe, attempt.raw, attempt.started_at)
        again = [observation(probe.KIND, one) for one in seen]
    except AttemptError as error:
        return _different(attempt, f"they say nothing: {error.reason}", explained=explained)
    except Exception as error:  # noqa: BLE001 - whatever a changed answer does to a probe is a difference
        return _different(attempt, f"they can't be read: {type(error).__name__}", explained=explained)
    what = _compared(attempt.observations, again)
    if explained and what:
        what = f"read by version {probe.VERSION}, recorded by {attempt.version}: {what}"
    return _different(attempt, what, explained=explained) if what else None


def _different(attempt: Attempt, what: str, *, explained: bool) -> Difference:
    return Difference(probe=attempt.probe, target=attempt.target, what=what, explained=explained)


def _compared(recorded: Sequence[Observation], again: Sequence[Observation]) -> str:
    """Return, in words, how two readings differ; empty where they do not."""
    if tuple(recorded) == tuple(again):
        return ""
    if [(one.kind, one.detail) for one in recorded] != [(one.kind, one.detail) for one in again]:
        return f"{len(recorded)} observations were recorded, and {len(again)} others are read"
    paths = []
    for old, new in zip(recorded, again, strict=True):
        found = _paths(msgspec.json.decode(old.facts), msgspec.json.decode(new.facts), "")
        paths += [f"{old.detail}: {path}" if old.detail else path for path in found]
    return f"other facts: {', '.join(paths[:8])}" + (", …" if len(paths) > 8 else "")


def _paths(old: Any, new: Any, path: str) -> Iterator[str]:
    """Yield the paths at which two values differ, each as deep as both have a name for it."""
    if isinstance(old, dict) and isinstance(new, dict):
        for name in sorted({*old, *new}):
            yield from _paths(old.get(name), new.get(name), f"{path}.{name}" if path else name)
    elif old != new:
        yield path
