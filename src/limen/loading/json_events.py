"""JSON as the same events that YAML has, so that both are built, checked and located by one code."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from yaml.error import Mark
from yaml.events import (
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

_SPACE = re.compile(r"[ \t\n\r]*")
_STRING = re.compile(r'"((?:[^"\\\x00-\x1f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*+)"')
_LITERAL = re.compile(r"(?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)(?![\w.+\-])", re.ASCII)
_WORD = re.compile(r"[\w.+\-]+|.", re.DOTALL)


class JsonSyntaxError(Exception):
    """Text that is no JSON; `index` is where, in characters from its start."""

    def __init__(self, message: str, index: int) -> None:
        """Keep what was expected and where."""
        super().__init__(message)
        self.index = index


def _mark(index: int) -> Mark:
    return Mark("", index, 0, 0, None, 0)


def json_events(text: str) -> Iterator[Event]:
    """Yield the events of one JSON value (RFC 8259), iteratively, so that depth costs no stack.

    Raises JsonSyntaxError at the first character that can't be right; NaN and Infinity are such.
    """
    closers: list[str] = []
    index = skip_space(text, 0)
    expects = "value"
    while True:
        character = text[index : index + 1]
        if expects != "value" and character == closers[-1]:
            mark, index = _mark(index), index + 1
            yield (MappingEndEvent if closers.pop() == "}" else SequenceEndEvent)(mark, _mark(index))
        elif expects == "comma or end":
            if character != ",":
                raise JsonSyntaxError(f'expected "," or "{closers[-1]}"', index)
            index = skip_space(text, index + 1)
            if closers[-1] == "}":
                event, index = _key(text, index)
                yield event
            expects = "value"
            continue
        elif character == "{":
            closers.append("}")
            mark, index = _mark(index), index + 1
            yield MappingStartEvent(None, None, True, mark, _mark(index), flow_style=True)
            index = skip_space(text, index)
            expects = "comma or end"
            if text[index : index + 1] != "}":
                event, index = _key(text, index)
                yield event
                expects = "value"
            continue
        elif character == "[":
            closers.append("]")
            mark, index = _mark(index), index + 1
            yield SequenceStartEvent(None, None, True, mark, _mark(index), flow_style=True)
            index = skip_space(text, index)
            expects = "value or end"
            continue
        else:
            event, index = _scalar(text, index)
            yield event
        index = skip_space(text, index)
        if not closers:
            break
        expects = "comma or end"
    if index < len(text):
        raise JsonSyntaxError("expected nothing more after the value", index)


def skip_space(text: str, index: int) -> int:
    """Return the index of the first character from `index` on that is no white space of JSON."""
    if text[index : index + 1] > " ":
        return index
    return _SPACE.match(text, index).end()  # type: ignore[union-attr]


def _key(text: str, index: int) -> tuple[Event, int]:
    if text[index : index + 1] != '"':
        raise JsonSyntaxError("expected a key in double quotes", index)
    event, index = _scalar(text, index)
    index = skip_space(text, index)
    if text[index : index + 1] != ":":
        raise JsonSyntaxError('expected ":" after the key', index)
    return event, skip_space(text, index + 1)


def _scalar(text: str, index: int) -> tuple[Event, int]:
    found = _STRING.match(text, index)
    if found is not None:
        value = found.group(1)
        if "\\" in value:
            value = json.loads(found.group())
            if any("\ud800" <= character <= "\udfff" for character in value):
                raise JsonSyntaxError("expected a whole character, found half of a surrogate pair", index)
        end = found.end()
        return ScalarEvent(None, None, (False, True), value, _mark(index), _mark(end), style='"'), end
    found = _LITERAL.match(text, index)
    if found is not None:
        end = found.end()
        return ScalarEvent(None, None, (True, False), found.group(), _mark(index), _mark(end), style=""), end
    if index >= len(text):
        raise JsonSyntaxError("the text ends too early", index)
    if text[index] == '"':
        raise JsonSyntaxError("a string is not closed on its line, or holds a wrong escape", index)
    if _WORD.match(text, index).group() in ("NaN", "Infinity", "-Infinity"):  # type: ignore[union-attr]
        raise JsonSyntaxError("NaN and Infinity are not JSON", index)
    raise JsonSyntaxError("expected a value", index)
