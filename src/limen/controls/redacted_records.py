"""Log records and structlog events without what they must not show: message, arguments, traceback, extra attributes.

A record is rendered and redacted when it is made. What is put on it later (extra attributes, what filters and
formatters add) is redacted as it is put there.
"""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Callable, Mapping, MutableMapping
from typing import TYPE_CHECKING, Any

from limen.controls.redacted_failures import traceback_text, values_of_failure
from limen.controls.redacted_values import redacted, sensitive_texts

if TYPE_CHECKING:
    from limen.controls.redaction import Redactor

_PLAIN = logging.LogRecord("", 0, "", 0, "", (), None)
Factory = Callable[..., logging.LogRecord]
"""What makes log records."""
STANDARD = frozenset(vars(_PLAIN)) | {"message", "asctime", "taskName"}
"""Attributes that every record has."""
_RENDERED = frozenset({"msg", "args", "exc_info", "exc_text", "stack_info"})
_CODE = frozenset({"levelname", "asctime"})
_TEXTS = STANDARD - {"msg", "levelname", "asctime"}
_ORDINARY = re.compile(r"MainThread|MainProcess|root|Task-\d{1,9}|Thread-\d{1,9}|ThreadPoolExecutor-\d{1,9}_\d{1,9}")
"""Names that Python itself gives to threads, processes and tasks."""
_ASYNCIO = "asyncio"


def redact_record(redactor: Redactor, record: logging.LogRecord) -> None:
    """Redact a record in place; where that fails its texts are withheld and it says so."""
    held = vars(record)
    try:
        changed = _changed(redactor, record, held)
    except Exception:  # noqa: BLE001  # whatever it is: a record that was not redacted does not pass
        changed = _withheld(held)
    for name, value in changed.items():
        dict.__setitem__(held, name, value)


def _changed(redactor: Redactor, record: logging.LogRecord, held: Mapping[str, Any]) -> dict[str, Any]:
    extra = {name: value for name, value in held.items() if name not in STANDARD}
    error = _error(held.get("exc_info"))
    spoken = [one for one in (held["msg"], *_listed(held["args"])) if isinstance(one, BaseException)]
    known = [*sensitive_texts(redactor, [held["msg"], held["args"], extra])]
    for one in (*spoken, *([error] if error is not None else [])):
        known += values_of_failure(redactor, one)
    every = tuple(dict.fromkeys(known))
    calls = held["name"] == _ASYNCIO

    def text(value: str) -> str:
        return checked(redactor.text(value, every, calls=calls))

    changed: dict[str, Any] = {"args": (), "exc_info": None}
    if isinstance(held["msg"], Mapping) and not held["args"]:
        changed["msg"] = _event(redactor, held["msg"], every)
    else:
        changed["msg"] = text(record.getMessage())
    if error is not None:
        changed["exc_text"] = checked(traceback_text(redactor, error, _trace(held.get("exc_info"))))
    for name, value in held.items():
        if name in _TEXTS and isinstance(value, str) and name not in changed and not _ORDINARY.fullmatch(value):
            changed[name] = text(value)
    changed.update(redacted(redactor, extra, every) if extra else {})
    return changed


def _withheld(held: Mapping[str, Any]) -> dict[str, Any]:
    from limen.controls.redaction import WITHHELD

    changed: dict[str, Any] = {name: WITHHELD for name in held if name not in STANDARD}
    changed |= {name: "" for name in ("threadName", "processName", "taskName") if held.get(name)}
    return changed | {"msg": WITHHELD, "message": WITHHELD, "args": (), "exc_info": None, "exc_text": None,
                      "stack_info": None}  # fmt: skip


def checked(text: str) -> str:
    """Return a redacted text; raises ValueError where it was withheld, so that the whole record is."""
    from limen.controls.redaction import WITHHELD

    if text == WITHHELD:
        raise ValueError("a text could not be redacted")
    return text


def _listed(args: Any) -> list[Any]:
    return list(args) if isinstance(args, tuple | list) else [args]


def _error(exc_info: Any) -> BaseException | None:
    found = exc_info[1] if isinstance(exc_info, tuple) and len(exc_info) == 3 else exc_info
    return found if isinstance(found, BaseException) else None


def _trace(exc_info: Any) -> Any:
    return exc_info[2] if isinstance(exc_info, tuple) and len(exc_info) == 3 else None


class RedactionFilter(logging.Filter):
    """Redacts each record that a handler handles; lets every record pass (45 CFR 164.312(b): the entry stays)."""

    def __init__(self, redactor: Redactor) -> None:
        """Redact with one redactor."""
        super().__init__()
        self._redactor = redactor

    def filter(self, record: logging.LogRecord) -> bool:
        """Redact a record in place and let it pass."""
        if getattr(type(record), "redacted_by", None) is not self._redactor:
            redact_record(self._redactor, record)
        return True


class _Held(dict[str, Any]):
    """Attributes of a record; what `extra` brings is written here by logging itself, past any method of the record."""

    def __init__(self, redactor: Redactor, values: Mapping[str, Any]) -> None:
        super().__init__(values)
        self._redactor = redactor

    def __setitem__(self, name: str, value: Any) -> None:
        from limen.controls.redaction import WITHHELD

        named = self._redactor.sensitive(name) or sensitive_texts(self._redactor, [value])
        # What it names may stand in the message as well; and a record that was withheld stays withheld, whole.
        if named or name in STANDARD or self.get("msg") == WITHHELD:
            self.update({name: value})
            return
        try:
            super().__setitem__(name, redacted(self._redactor, value))
        except Exception:  # noqa: BLE001  # whatever it is: a value that was not redacted does not pass
            self.update({name: value})

    def setdefault(self, name: str, default: Any = None) -> Any:
        """Put a value in, redacted, where there is none."""
        if name not in self:
            self[name] = default
        return self[name]

    def __ior__(self, other: Any) -> _Held:  # type: ignore[override,misc]
        self.update(other)
        return self

    def update(self, *given: Any, **named: Any) -> None:
        """Put values in, redacted together, since one may repeat what another names."""
        other = logging.LogRecord("", 0, "", 0, "", (), None)
        vars(other).update({**self, **dict(*given, **named)})
        redact_record(self._redactor, other)
        super().update(vars(other))


def guarding_factory(redactor: Redactor, before: Factory) -> Factory:
    """Return a record factory that redacts what another one makes, and whatever is put on a record later."""
    classes: dict[int, type[logging.LogRecord]] = {}

    def factory(*args: Any, **kwargs: Any) -> logging.LogRecord:
        record = before(*args, **kwargs)
        redact_record(redactor, record)
        values, kind = vars(record), type(record)
        if id(kind) not in classes:
            classes[id(kind)] = _guarded_class(redactor, kind)
        object.__setattr__(record, "__class__", classes[id(kind)])
        object.__setattr__(record, "__dict__", _Held(redactor, values))
        return record

    return factory


def _guarded_class(redactor: Redactor, kind: type[logging.LogRecord]) -> type[logging.LogRecord]:
    """Return a class of records like another one; it keeps that one alive, so that its id names no other."""

    def set_attribute(record: logging.LogRecord, name: str, value: Any) -> None:
        if name in _CODE or name == "message":  # made of what was redacted
            dict.__setitem__(vars(record), name, value)
        else:
            vars(record)[name] = value

    def reduce(record: logging.LogRecord, protocol: Any) -> tuple[Any, ...]:
        return logging.makeLogRecord, (dict(vars(record)),)

    members = {"__setattr__": set_attribute, "__reduce_ex__": reduce, "redacted_by": redactor}
    return type(f"Redacted{kind.__name__}", (kind,), members)


def redacted_event(redactor: Redactor, method: str, event: Any) -> Any:
    """Return a structlog event, or what a renderer made of it, redacted; never raises."""
    from limen.controls.redaction import WITHHELD

    try:
        if isinstance(event, str):
            return checked(redactor.text(event))
        if isinstance(event, bytes):
            return checked(redactor.text(event.decode("utf-8", "surrogateescape"))).encode("utf-8", "surrogateescape")
        if isinstance(event, tuple):  # (arguments, keywords) of a logger's method
            return tuple(redacted_event(redactor, method, one) for one in event)
        return _event(redactor, event, ())
    except Exception:  # noqa: BLE001  # whatever it is: an event that was not redacted does not pass
        return {"event": WITHHELD, "level": method} if isinstance(event, Mapping) else WITHHELD


def _event(redactor: Redactor, event: Mapping[str, Any], known: tuple[str, ...]) -> dict[str, Any]:
    """Return an event's redacted copy; an exception that nothing rendered yet becomes its redacted traceback."""
    rest: MutableMapping[str, Any] = dict(event)
    exc_info = rest.pop("exc_info", None)
    error = _error(sys.exc_info() if exc_info is True else exc_info)
    spoken = [one for one in rest.values() if isinstance(one, BaseException)]
    every = [*known, *sensitive_texts(redactor, rest)]
    for one in (*spoken, *([error] if error is not None else [])):
        every += values_of_failure(redactor, one)
    made: dict[str, Any] = redacted(redactor, rest, tuple(dict.fromkeys(every)))
    if error is not None:
        made["exception"] = checked(traceback_text(redactor, error, _trace(exc_info)))
    return made
