"""One attempt: asked in a thread of its own, bounded, tried again where that may help, and recorded however it ends."""

from __future__ import annotations

import os
import threading
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec
import orjson
from msgspec import UNSET

from limen.probes.credentials import Credentials
from limen.probes.interface import AttemptError, Context, Probe, Seen, Target, asked
from limen.probes.pace import Pace
from limen.probes.redaction import without_userinfo
from limen.records.attempts import Attempt, AttemptStatus, Observation, RawResponse

TIMEOUT = 30.0
"""Seconds that an attempt may take, where nothing else is said."""
TRIES = 3
"""How often an attempt is made where its probe says that another try may succeed."""
GRACE = 1.0
"""Seconds that an attempt is waited for beyond its deadline, before it is left behind."""
BACKOFF = 0.25
"""Seconds before the second try; doubled each time."""
_MOST_RAW = 1 << 26
"""Bytes of one raw response beyond which an attempt is an error: nothing could be recorded of it."""

_READING = threading.Lock()
"""Answers are read one at a time: msgspec 0.22 crashes where two threads decode a struct for the first time. Reading is
pure, so that nothing is lost by it."""


class _Asking(threading.Thread):
    """Asks and reads in the background, so that a probe that hangs can be left behind."""

    def __init__(self, probe: Probe, target: Target, context: Context, credentials: Credentials, tries: int) -> None:
        super().__init__(name=f"probe {target.probe} {target.name}", daemon=True)
        self.probe, self.target, self.context, self.credentials = probe, target, context, credentials
        self.most, self.tries = tries, 0
        self.status: AttemptStatus = "error"
        self.reason = "it was interrupted"
        self.raw: tuple[RawResponse, ...] = ()
        self.observations: tuple[Observation, ...] = ()

    def run(self) -> None:
        try:
            self.raw = self.cleaned(self.asked())
            with _READING:
                seen = interpreted(self.probe, self.raw, self.context.started_at)
                observations = tuple(observation(self.probe.KIND, one) for one in seen)
            if any(self.credentials.redaction.finds(o.facts + o.detail.encode()) for o in observations):
                raise AttemptError("what it saw holds its credential, and was dropped")
            self.observations = observations
            self.reason = _unseen(self.probe.CAPABILITY, seen)
            self.status = "completed"
        except AttemptError as error:
            self.reason = error.reason
        except ImportError as error:
            self.reason = f"it needs {error.name or 'a library'}, which can't be imported here"
        except BaseException as error:  # noqa: BLE001 - whatever a probe or its library raises is an attempt's end
            self.reason = f"{type(error).__name__} in the probe, at {_where(error)}: a bug of limen, or of its library"

    def asked(self) -> Sequence[RawResponse]:
        """Return the answers; raises AttemptError where the last try failed too."""
        while True:
            self.tries += 1
            try:
                return self.probe.collect(self.target, self.context)
            except AttemptError as error:
                pause = BACKOFF * 2 ** (self.tries - 1)
                left = self.context.deadline - time.monotonic()
                if not error.again or self.tries >= self.most or left <= pause:
                    raise
                said = f"{self.target.probe} {without_userinfo(self.target.name)}: {error.reason}; trying again"
                self.context.say(self.credentials.redaction.text(said))
                time.sleep(pause)

    def cleaned(self, raw: Sequence[RawResponse]) -> tuple[RawResponse, ...]:
        """Return the answers without credentials; raises AttemptError where they can't be recorded."""
        redact = self.credentials.redaction
        names = [one.name for one in raw]
        if len(set(names)) != len(names):
            raise AttemptError("two raw responses have one name: a bug of limen")
        for one in raw:
            if len(one.content) > _MOST_RAW:
                raise AttemptError(f"the answer {one.name} is too large to record: {len(one.content):,} bytes")
        return tuple(
            msgspec.structs.replace(one, content=redact.content(one.content)) if redact.finds(one.content) else one
            for one in raw
        )


def attempt(
    probe: Probe,
    target: Target,
    *,
    timeout: float = TIMEOUT,
    tries: int = TRIES,
    credentials: Credentials | None = None,
    pace: Pace | None = None,
    say: Callable[[str], None] = lambda _: None,
    cancelled: threading.Event | None = None,
) -> Attempt:
    """Run one probe on one target, and return how it ended; raises nothing, and is over in `timeout` seconds.

    A probe that ignores its deadline is left behind in its thread. `cancelled` ends the attempt early.
    """
    credentials = Credentials(target.folder) if credentials is None else credentials
    started_at, began = int(time.time()), time.monotonic()
    context = _context(began + timeout, started_at, credentials, Pace() if pace is None else pace, say)
    asking = _Asking(probe, target, context, credentials, tries)
    asking.start()
    over = began + timeout + GRACE
    while asking.is_alive() and time.monotonic() < over and not (cancelled is not None and cancelled.is_set()):
        asking.join(min(0.1, max(0.0, over - time.monotonic())) if cancelled is not None else over - time.monotonic())
    late = asking.is_alive()
    status: AttemptStatus = "error" if late else asking.status
    reason = asking.reason
    if late:
        context.deadline = float("-inf")  # whatever it still asks of us is refused
        stopped = cancelled is not None and cancelled.is_set()
        reason = "it was interrupted" if stopped else f"it did not end within {timeout:g} s; --timeout gives it more"
    endpoint = without_userinfo(target.endpoint)
    if endpoint != target.endpoint:
        reason = reason.replace(target.endpoint, endpoint)  # where it says what is wrong with it
    return Attempt(
        probe=probe.NAME,
        version=probe.VERSION,
        section=target.section,
        target=without_userinfo(target.name),
        endpoint=endpoint,
        asked=asked(target),
        status=status,
        reason=credentials.redaction.text(reason),
        capability=tuple(probe.CAPABILITY),
        started_at=started_at,
        duration=round(time.monotonic() - began, 3),
        tries=max(1, asking.tries),
        raw=() if late else asking.raw,
        observations=() if late or status != "completed" else asking.observations,
    )


def interpreted(probe: Probe, raw: Sequence[RawResponse], at: int) -> Sequence[Seen]:
    """Return what the probe reads in raw responses of an attempt that started `at`, in seconds since 1970.

    Raises AttemptError where that is nothing: an attempt that saw nothing has not completed.
    """
    seen = probe.interpret({one.name: one for one in raw}, at)
    if not seen:
        raise AttemptError("nothing was seen in the answers")
    return seen


def observation(kind: str, seen: Seen) -> Observation:
    """Return an observation with its facts as JSON, names in order; raises AttemptError where JSON can't say them."""
    try:
        facts = orjson.dumps(msgspec.to_builtins(seen.facts), option=orjson.OPT_SORT_KEYS)
        same = msgspec.json.decode(facts, type=type(seen.facts)) == seen.facts
    except (orjson.JSONEncodeError, msgspec.MsgspecError, TypeError) as error:
        raise AttemptError(f"its facts are none of {kind}: {type(error).__name__}; a bug of limen") from None
    if not same:
        raise AttemptError(f"its facts are no JSON of {kind}: a bug of limen")
    return Observation(kind=kind, detail=seen.detail, facts=facts)


def _context(
    deadline: float, started_at: int, credentials: Credentials, pace: Pace, say: Callable[[str], None]
) -> Context:
    def paced(host: str) -> None:
        wait = pace.wait_for(host)
        if wait > context.remaining():
            raise AttemptError(f"its turn with {host} would come too late; --rate or --timeout gives it more")
        if wait:
            time.sleep(wait)

    context = Context(
        deadline=deadline,
        started_at=started_at,
        credential=lambda reference: credentials.secret(reference, context.remaining(10.0)),
        pace=paced,
        say=say,
    )
    return context


def _unseen(capability: Sequence[str], seen: Sequence[Seen]) -> str:
    """Return, in words, what the probe could have seen and saw nowhere; empty where it saw everything."""
    unseen = [path for path in capability if all(not any(_values(one.facts, path.split("."))) for one in seen)]
    return f"not seen: {', '.join(unseen)}" if unseen else ""


def _values(value: Any, path: Sequence[str]) -> Iterator[bool]:
    """Yield for each value at a path of facts whether it was seen; a list is looked through."""
    if value is UNSET:
        yield False
    elif isinstance(value, (list, tuple)) and path:
        if not value:
            yield True  # there was none of it to see more of
        for one in value:
            yield from _values(one, path)
    elif not path:
        yield True
    elif isinstance(value, dict):
        yield from _values(value.get(path[0], UNSET), path[1:])
    else:
        yield from _values(getattr(value, path[0], UNSET), path[1:])


def _where(error: BaseException) -> str:
    """Return the file and line of the innermost call: never the message, which may quote what was read."""
    frames = traceback.extract_tb(error.__traceback__)
    if not frames:
        return "an unknown place"
    inner = next((one for one in reversed(frames) if f"{os.sep}limen{os.sep}" in one.filename), frames[-1])
    return f"{'/'.join(Path(inner.filename).parts[-3:])}:{inner.lineno}"
