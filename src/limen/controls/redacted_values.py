"""Values of any shape without what they must not show: by the names of their fields, and by what stands in them."""

from __future__ import annotations

import datetime
import decimal
import enum
import logging
import re
import uuid
from collections.abc import Iterator, Mapping
from collections.abc import Set as AnySet
from types import ModuleType
from typing import TYPE_CHECKING, Any

from limen.controls.protected import SHOWN, Protected
from limen.controls.values_in_flight import fields_of, texts

if TYPE_CHECKING:
    from limen.controls.redaction import Redactor

_DEEPEST = 32
_MOST = 10_000
"""Members of a value, at all depths, beyond which it is withheld."""
_MOST_COLLECTED = 20_000
_MOST_TEXTS = 200
"""Values under sensitive names beyond which there are too many to be looked for."""
_MOST_OBJECTS = 2
_LEAVES = (str, bytes, bytearray, int, float)
_QUOTED = re.compile(r"""(['"]).{2,}\1""", re.DOTALL)
"""The repr of a text, as tracebacks with locals have it."""
_LOGGERS = ("structlog.",)


class _Walk:
    def __init__(self, redactor: Redactor, known: tuple[str, ...]) -> None:
        self.redactor, self.known, self.left = redactor, known, _MOST

    def of(self, value: Any, depth: int) -> Any:
        self.left -= 1
        if depth > _DEEPEST or self.left < 0:
            raise ValueError("nested too deep, or too much of it")
        if value is None or isinstance(value, bool):
            return value
        if isinstance(value, str):
            return self.text(str(value))
        if isinstance(value, Protected):
            return SHOWN
        if isinstance(value, enum.Enum):
            return value if self.text(f"{value!s} {value!r}") == f"{value!s} {value!r}" else self.text(str(value))
        if isinstance(value, int | float | decimal.Decimal | uuid.UUID | datetime.date | datetime.time):
            return value if self.text(str(value)) == str(value) else self.text(str(value))
        if isinstance(value, bytes | bytearray):
            return self.bytes_of(bytes(value))
        return self.container(value, depth)

    def container(self, value: Any, depth: int) -> Any:
        if isinstance(value, Mapping):
            return {self.key(key): self.member(key, inner, depth) for key, inner in value.items()}
        if isinstance(value, list | tuple | AnySet):
            found = [self.of(inner, depth + 1) for inner in value]
            return tuple(found) if isinstance(value, tuple) else found
        if isinstance(value, BaseException):
            return self.redactor.exception(value)
        if isinstance(value, logging.Logger) or f"{type(value).__module__}.".startswith(_LOGGERS):
            return value
        return self.text(repr(value))

    def member(self, key: Any, value: Any, depth: int) -> Any:
        from limen.controls.redaction import MARK

        if self.redactor.sensitive(key) and value is not None and not _kept(value):
            return MARK
        return self.of(value, depth + 1)

    def key(self, key: Any) -> Any:
        if isinstance(key, str):
            return self.text(str(key))
        return key if key is None or isinstance(key, bool) else self.text(str(key))

    def bytes_of(self, value: bytes) -> bytes:
        text = value.decode("utf-8", "replace")
        shown = self.text(text)
        return value if shown == text else shown.encode()

    def text(self, text: str) -> str:
        from limen.controls.redaction import WITHHELD

        shown = self.redactor.text(text, self.known)
        if shown == WITHHELD:
            raise ValueError("a text could not be redacted")
        return shown


def redacted(redactor: Redactor, value: Any, known: tuple[str, ...] = ()) -> Any:
    """Return a redacted copy; raises ValueError where it is nested too deep, or a text can't be redacted."""
    return _Walk(redactor, known).of(value, 0)


class TooMuchError(ValueError):
    """There is more to look through than there is time for: what was found is not all."""


def sensitive_texts(redactor: Redactor, value: Any) -> tuple[str, ...]:
    """Return the values under sensitive names in a value, so that they can be taken out of what stands beside it.

    Raises TooMuchError where there is too much of it.
    """
    return tuple(dict.fromkeys(_Collector(redactor).of(value, 0, 0)))


class _Collector:
    def __init__(self, redactor: Redactor) -> None:
        self.redactor, self.left, self.texts = redactor, _MOST_COLLECTED, _MOST_TEXTS
        self.seen: dict[int, Any] = {}

    def of(self, value: Any, depth: int, objects: int) -> Iterator[str]:
        if value is None or isinstance(value, _LEAVES) or id(value) in self.seen:
            return
        self.seen[id(value)] = value
        self.left -= 1
        if depth > _DEEPEST or self.left < 0:
            raise TooMuchError
        if isinstance(value, Protected):
            yield from self.told(value)
        elif isinstance(value, list | tuple | AnySet) and not hasattr(value, "_fields"):
            for inner in value:
                yield from self.of(inner, depth + 1, objects)
        else:
            found, more = _fields(value, objects)
            for name, inner in found:
                if self.redactor.sensitive(name):
                    yield from self.told(inner)
                else:
                    yield from self.of(inner, depth + 1, objects + more)

    def told(self, value: Any) -> Iterator[str]:
        for text in texts(value):
            if not _kept(text):
                self.texts -= 1
                if self.texts < 0:
                    raise TooMuchError
                yield from (text, text[1:-1]) if _QUOTED.fullmatch(text) else (text,)


def _fields(value: Any, objects: int) -> tuple[list[tuple[Any, Any]], int]:
    """Return names and values of a mapping, record or object, and 1 where it is an object; nothing is called.

    Of objects within objects only the first are looked at: behind them stands a whole program.
    """
    if isinstance(value, Mapping):
        return list(value.items()), 0
    kind = type(value)
    for names in ("__struct_fields__", "__dataclass_fields__", "_fields"):
        listed = getattr(kind, names, None)
        if isinstance(listed, tuple | dict):
            return [(name, getattr(value, name, None)) for name in listed if isinstance(name, str)], 0
    if objects >= _MOST_OBJECTS or isinstance(value, type) or callable(value) or isinstance(value, ModuleType):
        return [], 0
    return fields_of(value) or [], 1


def _kept(value: Any) -> bool:
    """Return whether a value shows nothing: a mark or a token."""
    from limen.controls.redaction import MARK
    from limen.integrity.tokens import key_of

    if not isinstance(value, str):
        return False
    if value in (MARK, SHOWN):
        return True
    try:
        key_of(value)
    except ValueError:
        return False
    return True
