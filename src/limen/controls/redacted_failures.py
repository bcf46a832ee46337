"""Tracebacks without what they must not show: causes, groups and notes too, and values of the frames they went through.

`KeyError: 'Jane Roe'` has no name beside the value. But a frame on its way had a variable that is called
`patient_name`, or a record with such a field: what those hold is taken out of the text.
"""

from __future__ import annotations

import traceback
from collections.abc import Iterator
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
        lines = traceback.TracebackException(type(error), error, trace, compact=True).format()
        return redactor.text("".join(lines).rstrip("\n"), values_of_failure(redactor, error, trace))
    except TooMuchError:  # where it failed, and nothing of what it says
        frames = "".join(traceback.format_tb(trace)).rstrip("\n")
        return redactor.text(f"Traceback (most recent call last):\n{frames}\n{type(error).__name__}: {WITHHELD}")
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
