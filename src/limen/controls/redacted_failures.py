"""Tracebacks without what they must not show: causes, groups and notes too, and values of the frames they went through.

`KeyError: 'Jane Roe'` has no name beside the value. But a frame on its way had a variable that is called
`patient_name`, or a record with such a field: what those hold is taken out of the text. Only the numbers of lines stay,
at the places where Python writes them: whoever had a number on the way would else take them away.
"""

from __future__ import annotations

import secrets
import traceback
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

from limen.controls.redacted_values import TooMuchError, sensitive_texts

if TYPE_CHECKING:
    from types import TracebackType

    from limen.controls.redaction import Redactor

_MOST_FRAMES = 5_000
_MOST_ERRORS = 64


def traceback_text(redactor: Redactor, error: BaseException, trace: TracebackType | None = None) -> str:
    """Return an exception as Python prints it, redacted; never raises."""
    from limen.controls.redaction import WITHHELD

    trace = trace if trace is not None else error.__traceback__
    try:
        failure = traceback.TracebackException(type(error), error, trace, compact=True)
        text, places = _written(_frames(failure), failure.format)
        return redactor.text(text, values_of_failure(redactor, error, trace), kept=places)
    except TooMuchError:  # where it failed, and nothing of what it says
        stack = traceback.extract_tb(trace)
        text, places = _written(stack, lambda: ["Traceback (most recent call last):\n", *stack.format()])
        return redactor.text(f"{text}\n{type(error).__name__}: {WITHHELD}", kept=places)
    except Exception:  # noqa: BLE001  # whatever it is: a text that was not redacted does not pass
        return WITHHELD


def values_of_failure(redactor: Redactor, error: BaseException, trace: TracebackType | None = None) -> tuple[str, ...]:
    """Return the values under sensitive names in the frames of an exception and of those that led to it."""
    found: dict[str, None] = {}
    for one in _errors(error):
        found.update(dict.fromkeys(sensitive_texts(redactor, vars(one))))
        frames = traceback.walk_tb(trace if one is error and trace is not None else one.__traceback__)
        for number, (frame, _) in enumerate(frames):
            if number >= _MOST_FRAMES:
                raise TooMuchError
            found.update(dict.fromkeys(sensitive_texts(redactor, dict(frame.f_locals))))
    return tuple(found)


def _errors(error: BaseException) -> Iterator[BaseException]:
    waiting, seen = [error], set[int]()
    while waiting:
        one = waiting.pop()
        if len(seen) >= _MOST_ERRORS:
            raise TooMuchError
        if id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        if isinstance(one, BaseExceptionGroup):
            waiting += one.exceptions
        waiting += [other for other in (one.__cause__, one.__context__) if other is not None]


class _LineNumber(int):
    """The number of a line that is written as a mark, and counts as the number."""

    mark: str

    def __format__(self, form: str) -> str:
        """Return the mark."""
        return self.mark


def _written(
    frames: Iterable[traceback.FrameSummary], written: Callable[[], Iterable[str]]
) -> tuple[str, list[tuple[int, int]]]:
    """Return a traceback as Python prints it, and where in it the numbers of the frames' lines stand.

    Python is given a mark to print in their place. It is drawn now, so that nothing that was thrown can hold it: a text
    that looks like a line of a traceback has no number that stays.
    """
    mark = secrets.token_hex(16)
    for frame in frames:
        if frame.lineno is not None:
            number = _LineNumber(frame.lineno)
            number.mark = f"{mark}{frame.lineno}:"
            frame.lineno = number
    text, *parts = "".join(written()).rstrip("\n").split(mark)
    places = []
    for part in parts:
        digits, _, rest = part.partition(":")
        places.append((len(text), len(text) + len(digits)))
        text += digits + rest
    return text, places


def _frames(failure: traceback.TracebackException) -> Iterator[traceback.FrameSummary]:
    """Yield the frames of a failure, and of all that led to it."""
    waiting: list[traceback.TracebackException | None] = [failure]
    while waiting:
        one = waiting.pop()
        if one is not None:
            yield from one.stack
            waiting += [one.__cause__, one.__context__, *(one.exceptions or ())]
