"""The ways out of a process that Python itself opens: logging, warnings, uncaught exceptions, event loops."""

from __future__ import annotations

import asyncio
import logging
import sys
import threading
import traceback
import warnings
from typing import TYPE_CHECKING, Any

from limen.controls.redacted_failures import traceback_text, values_of_failure
from limen.controls.redacted_records import RedactionFilter, guarding_factory

if TYPE_CHECKING:
    from types import TracebackType

    from limen.controls.redaction import Redactor

_logger = logging.getLogger("asyncio")


def print_failure(redactor: Redactor, error: BaseException, trace: TracebackType | None, title: str = "") -> None:
    """Print a redacted exception to standard error, under a redacted title; never raises."""
    lines = [redactor.text(title)] if title else []
    _print("\n".join([*lines, traceback_text(redactor, error, trace)]))


def _print(text: str) -> None:
    stream = sys.stderr
    if stream is None:
        return
    try:
        stream.write(text + "\n")
        stream.flush()
    except (OSError, ValueError):  # closed: there is nobody to tell
        return


def log_loop_failure(redactor: Redactor, context: dict[str, Any]) -> None:
    """Log what an event loop reports as its own handler would, redacted."""
    from limen.controls.redaction import WITHHELD

    try:
        error = context.get("exception")
        known = values_of_failure(redactor, error) if isinstance(error, BaseException) else ()
        lines = [str(context.get("message") or "Unhandled exception in event loop")]
        for name in sorted(set(context) - {"message", "exception"}):
            value = context[name]
            if name in ("source_traceback", "handle_traceback"):
                value = "\n" + "".join(traceback.format_list(value)).rstrip()
                lines.append(f"{name}: {value}")
            else:
                lines.append(f"{name}: {value!r}")
        said = redactor.text("\n".join(lines), known, calls=True)
        shown = traceback_text(redactor, error) if isinstance(error, BaseException) else ""
    except Exception:  # noqa: BLE001  # whatever it is: a report that was not redacted does not pass
        said, shown = WITHHELD, ""
    _logger.error("%s", f"{said}\n{shown}".rstrip())


class Installation:
    """What was put in place, until `remove` puts back what was there; also a context manager."""

    def __init__(self, redactor: Redactor, loop: asyncio.AbstractEventLoop | None = None) -> None:
        """Put everything in place."""
        self._redactor, self._loop = redactor, loop
        self._factory = logging.getLogRecordFactory()
        self._hooks = (sys.excepthook, threading.excepthook, sys.unraisablehook, warnings.showwarning)
        self._filter = RedactionFilter(redactor)
        self._handlers = _handlers()
        logging.setLogRecordFactory(guarding_factory(redactor, self._factory))
        for handler in self._handlers:
            handler.addFilter(self._filter)
        sys.excepthook = redactor.hook
        threading.excepthook = self._thread
        sys.unraisablehook = self._unraisable
        warnings.showwarning = self._warning
        self._loop_handler = None
        if loop is not None:
            self._loop_handler = loop.get_exception_handler()
            loop.set_exception_handler(redactor.loop_handler)

    def remove(self) -> None:
        """Put back what was there before."""
        logging.setLogRecordFactory(self._factory)
        for handler in self._handlers:
            handler.removeFilter(self._filter)
        sys.excepthook, threading.excepthook, sys.unraisablehook, warnings.showwarning = self._hooks
        if self._loop is not None:
            self._loop.set_exception_handler(self._loop_handler)

    def __enter__(self) -> Installation:
        return self

    def __exit__(self, *error: object) -> None:
        self.remove()

    def _thread(self, failed: Any) -> None:
        if failed.exc_type is SystemExit or failed.exc_value is None:
            return
        name = failed.thread.name if failed.thread is not None else "unknown"
        print_failure(self._redactor, failed.exc_value, failed.exc_traceback, f"Exception in thread {name}:")

    def _unraisable(self, failed: Any) -> None:
        from limen.controls.redaction import WITHHELD

        try:
            title = f"{failed.err_msg or 'Exception ignored in'}: {failed.object!r}"
        except Exception:  # noqa: BLE001  # a repr that fails is one that is not shown
            title = WITHHELD
        if failed.exc_value is not None:
            print_failure(self._redactor, failed.exc_value, failed.exc_traceback, title)

    def _warning(
        self, message: Any, category: Any, filename: str, lineno: int, file: Any = None, line: str | None = None
    ) -> None:
        from limen.controls.redaction import WITHHELD

        try:
            # Never the line of source: a value may stand in it.
            shown = self._redactor.text(warnings.formatwarning(message, category, filename, lineno, line or ""))
        except Exception:  # noqa: BLE001  # whatever it is: a warning that was not redacted does not pass
            shown = WITHHELD
        if file is not None:
            file.write(shown)
        else:
            _print(shown.rstrip("\n"))


def _handlers() -> list[logging.Handler]:
    """Return all handlers that there are, each once, the one of last resort included."""
    found: dict[int, logging.Handler] = {}
    loggers = [logging.getLogger(), *logging.Logger.manager.loggerDict.values()]
    every = [handler for logger in loggers if isinstance(logger, logging.Logger) for handler in logger.handlers]
    for handler in (*every, *([logging.lastResort] if logging.lastResort else [])):
        found[id(handler)] = handler
    return list(found.values())
