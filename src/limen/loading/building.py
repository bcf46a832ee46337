"""Events to plain values, by the YAML 1.2 core schema, with every trouble at its place.

Plain values are dicts, lists, texts, integers and booleans. Null and decimal numbers have no meaning in any file
of limen: they are troubles, and appear as None so that one mistake is not reported twice.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterable
from typing import Any, NamedTuple

from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from limen.loading.wording import quote

DEPTH_LIMIT = 64
"""Levels of nesting; a declaration has eight."""

EXPANSION_LIMIT = 1_000_000
"""Nodes that aliases may stand for together."""

DIGITS_LIMIT = 18
"""Digits of an integer, which then fits 64 bits."""

ROW = 4
"""Numbers of one row of places: file, start of the key (or -1), start and end of the value."""

_INTEGER = re.compile(r"[-+]?[0-9]+\Z")
_OCTAL_OR_HEX = re.compile(r"0(?:o[0-7]+|x[0-9a-fA-F]+)\Z")
_DECIMAL = re.compile(
    r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?\Z|[-+]?\.(?:inf|Inf|INF)\Z|\.(?:nan|NaN|NAN)\Z"
)
_WORDS: dict[str, bool] = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_NULLS = frozenset({"", "~", "null", "Null", "NULL"})
_SPECIAL = frozenset("+-.0123456789")
_ABSENT: Any = object()
_IGNORED: Any = object()


class Trouble(NamedTuple):
    """Something wrong between two characters of a text."""

    message: str
    start: int
    end: int
    hint: str = ""
    other: int = -1
    """Where the first of two contradicting places starts; -1 without one."""
    section: str = ""
    """The section of the file that is not read because of this; empty without one."""


def is_plain_word(text: str) -> bool:
    """Return whether letters, digits, "_", "." and "-", the first a letter, mean their own text without quotes."""
    return text not in _WORDS and text not in _NULLS


class BrokenTextError(Exception):
    """A trouble after which nothing more of this text can be understood."""

    def __init__(self, trouble: Trouble) -> None:
        """Keep the trouble."""
        super().__init__(trouble.message)
        self.trouble = trouble


class Marks:
    """Where the sections of one file and the entries in them are: numbers of rows."""

    def __init__(self, file: int, rows: array[int]) -> None:
        """Append to `rows`, on behalf of the file with this number."""
        self.file = file
        self.rows = rows
        self.sections: dict[str, int] = {}
        self.entries: dict[str, dict[str | int, int]] = {}
        self.repeats = False
        """Whether equal parts of flows are the same object in the plain value already."""

    def add(self, key_start: int, start: int, end: int) -> int:
        """Append a row and return its number."""
        self.rows.extend((self.file, key_start, start, end))
        return len(self.rows) // ROW - 1

    def number(self, value: Any, unread: int) -> None:
        """Append rows for all sections and entries of a plain value in the order in which building it would, unread."""
        if not isinstance(value, dict):
            return
        count = 0
        for section, entries in value.items():
            rows: dict[str | int, int] = {}
            if isinstance(entries, (dict, list)):
                for name in entries if isinstance(entries, dict) else range(len(entries)):
                    rows[name] = self.add(unread, count, count)
                    count += 1
            self.sections[section], self.entries[section] = self.add(unread, count, count), rows
            count += 1


class Builder:
    """Builds one text's plain value; `troubles` then says what is wrong with it."""

    def __init__(self, marks: Marks | None = None) -> None:
        """Record places of sections and entries into `marks`, where given."""
        self.marks = marks
        self.troubles: list[Trouble] = []
        self._memo: dict[str, Any] = {}
        self._known: dict[str, str] = {}

    # One loop on purpose: a call for each event would cost a fifth of the whole loading.
    def build(self, events: Iterable[Any]) -> Any:  # noqa: C901
        """Return the plain value of the one document; None for an empty text.

        Raises BrokenTextError where nothing after a trouble can be understood, and what `events` raises.
        """
        root: Any = None
        container: Any = None
        key: Any = _ABSENT
        first: Any = None
        key_start = start = opening = -1
        starts: dict[Any, int] = {}
        keyed = False  # whether the container is a mapping
        stack: list[tuple[Any, Any, int, int, dict[Any, int], bool, str | None, int]] = []
        anchors: dict[str, tuple[Any, int]] = {}
        opened: set[str] = set()
        documents = nodes = expanded = 0
        memo = self._memo
        known = self._known
        texts: dict[str, str] = {}
        marks = self.marks
        pending: dict[str | int, int] = {}
        for event in events:
            kind = event.__class__
            if kind is ScalarEvent:
                nodes += 1
                text = event.value
                if keyed and key is _ABSENT:
                    key = known.get(text) if text not in starts and event.tag is None else None
                    if key is None:
                        key = self._key(event, starts, len(stack) == 1)
                    key_start = starts[key] = event.start_mark.index
                    continue
                if event.tag is not None:
                    self._tag(event)
                if event.style:
                    value = texts.setdefault(text, text)
                else:
                    value = memo.get(text, _ABSENT)
                    if value is _ABSENT:
                        value = self._resolve(text, event)
                        if value is not None:
                            memo[text] = value
                if event.anchor is not None:
                    anchors[event.anchor] = (value, 1)
                first = event
            elif kind is MappingStartEvent or kind is SequenceStartEvent:
                if event.tag is not None:
                    self._tag(event)
                if keyed and key is _ABSENT:
                    raise BrokenTextError(
                        _trouble(event, "a key must be one word of text", "write the key as plain text")
                    )
                if len(stack) >= DEPTH_LIMIT:
                    raise BrokenTextError(
                        _trouble(event, f"more than {DEPTH_LIMIT} levels of nesting", "nest less; ten levels do")
                    )
                nodes += 1
                if event.anchor is not None:
                    opened.add(event.anchor)
                stack.append((container, key, key_start, start, starts, keyed, event.anchor, nodes))
                keyed = kind is MappingStartEvent
                container = {} if keyed else []
                key, key_start, start, starts = _ABSENT, -1, event.start_mark.index, {}
                continue
            elif kind is MappingEndEvent or kind is SequenceEndEvent:
                value = container
                opening = start
                container, key, key_start, start, starts, keyed, anchor, before = stack.pop()
                if anchor is not None:
                    opened.discard(anchor)
                    anchors[anchor] = (value, nodes - before + 1)
                first = None
            elif kind is AliasEvent:
                if keyed and key is _ABSENT:
                    raise BrokenTextError(
                        _trouble(event, "a key must be one word of text", "write the key as plain text")
                    )
                value, size = self._alias(event, anchors, opened)
                nodes += size
                expanded += size
                if expanded > EXPANSION_LIMIT:
                    message = f"aliases stand for more than {EXPANSION_LIMIT:,} nodes"
                    raise BrokenTextError(_trouble(event, message, "write the values out, or keep flows as JSON Lines"))
                first = event
            else:
                if kind is DocumentStartEvent:
                    documents += 1
                    self._document(event, documents)
                continue
            depth = len(stack)
            if 0 < depth <= 2 and marks is not None:
                if key is not _IGNORED:
                    begin = opening if first is None else first.start_mark.index
                    row = marks.add(key_start, begin, event.end_mark.index)
                    if depth == 2:
                        pending[key if keyed else len(container)] = row
                    elif keyed:
                        marks.sections[key], marks.entries[key] = row, pending
                if depth == 1:
                    pending = {}
            if keyed:
                if key is not _IGNORED:
                    container[key] = value
                key = _ABSENT
            elif container is None:
                root = value
            else:
                container.append(value)
        return root

    def _key(self, event: Any, starts: dict[Any, int], top: bool) -> Any:
        """Return a key that was not seen before in this text, or is wrong: then it counts as one to be passed over."""
        if event.tag is not None:
            self._tag(event)
        text = event.value
        if text in starts:
            message = f"{quote(text)} is given twice"
            trouble = _trouble(event, message, "keep one of them")
            self.troubles.append(trouble._replace(other=starts[text], section=text if top else ""))
            return _IGNORED
        if not event.style and text == "<<":
            hint = "write the fields out, or declare them on the zone"
            self.troubles.append(_trouble(event, "merge keys (<<) are not used here", hint))
            return _IGNORED
        if not event.style and (text in _NULLS or text in _WORDS or _DECIMAL.match(text) or _OCTAL_OR_HEX.match(text)):
            message = f"a key must be text, found {quote(text)}"
            self.troubles.append(_trouble(event, message, f'put it in quotes: "{text[:40]}"'))
            return _IGNORED
        return text if event.style else self._known.setdefault(text, text)

    def _resolve(self, text: str, event: Any) -> Any:
        """Return the value of a plain scalar; None, with a trouble, for null and decimal numbers."""
        if text in _WORDS:
            return _WORDS[text]
        if text in _NULLS:
            what = "null is not allowed" if text else "a value is missing (null is not allowed)"
            self.troubles.append(_trouble(event, what, 'leave the field out, or write [], {} or ""'))
            return None
        if text[0] not in _SPECIAL:
            return text
        if _INTEGER.match(text) and len(text.lstrip("+-")) <= DIGITS_LIMIT:
            return int(text)
        if _OCTAL_OR_HEX.match(text) and len(text) <= DIGITS_LIMIT:
            return int(text, 0)
        if _DECIMAL.match(text) or _OCTAL_OR_HEX.match(text):
            message = f"{quote(text)} is a number that no field takes"
            hint = f'quote it where text is meant: "{text}"' if len(text) < 40 else "quote it where text is meant"
            self.troubles.append(_trouble(event, message, hint + "; numbers are integers"))
            return None
        return text

    def _alias(self, event: Any, anchors: dict[str, tuple[Any, int]], opened: set[str]) -> tuple[Any, int]:
        if event.anchor in opened:
            raise BrokenTextError(
                _trouble(event, f"the alias {quote(event.anchor)} stands for itself", "write the value out")
            )
        if event.anchor not in anchors:
            message = f"no anchor {quote('&' + event.anchor)} stands before this alias"
            raise BrokenTextError(_trouble(event, message, "define the anchor first"))
        return anchors[event.anchor]

    def _tag(self, event: Any) -> None:
        self.troubles.append(_trouble(event, f"tags are not used here: {quote(str(event.tag))}", "remove the tag"))

    def _document(self, event: Any, number: int) -> None:
        if number > 1:
            raise BrokenTextError(_trouble(event, "a file holds one document; here starts a second", "use include:"))
        if event.version not in (None, (1, 2)) or event.tags:
            self.troubles.append(_trouble(event, "only the directive %YAML 1.2 is understood", "remove the directive"))


def _trouble(event: Any, message: str, hint: str) -> Trouble:
    return Trouble(message, event.start_mark.index, event.end_mark.index, hint)
