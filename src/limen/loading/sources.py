"""Where everything in a declaration was written, found late.

Loading keeps four numbers for each section and entry. A deeper path is found when somebody asks for it, by parsing
that entry alone once more: most entries are never asked about, and a place for each value would cost more memory
than the model itself.
"""

from __future__ import annotations

import hashlib
import re
from array import array
from bisect import bisect_right
from collections.abc import Iterable
from pathlib import Path

from yaml.events import Event

from limen.errors import DeclarationError, Location
from limen.loading import reading
from limen.loading.building import ROW
from limen.loading.finding import Span, find
from limen.loading.json_events import json_events
from limen.loading.json_skipping import find_quickly, json_rows
from limen.loading.plain_json import DoubtError
from limen.loading.yaml_events import yaml_events

EXCERPT_LIMIT = 4000
"""Characters of a line that a location repeats."""

UNREAD = -2
"""Start of a key whose place was not read yet: the start of its value is then its number among the file's rows."""

_ID = ("id",)

_BREAK = re.compile(r"\r\n|\n|\r")
_KEY = re.compile(r"""(?:"(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|[^\n\r]*?(?=\s*:(?:\s|$)|\s*$|[\n\r]))""")


class Source:
    """One YAML or JSON file; gives places in its text."""

    def __init__(self, name: str, path: Path, data: bytes, syntax: str) -> None:
        """Know the file by `name` in messages; `syntax` is yaml or json. Raises DeclarationError as `decode` does."""
        self.name = name
        self.path = path
        self.syntax = syntax
        self.digest = hashlib.sha256(data).hexdigest()
        self.size = len(data)
        self._text: str | None = reading.decode(data, name)
        self._starts: array[int] | None = None
        self._rows: array[int] | None = None

    @property
    def text(self) -> str:
        """The text as it was loaded; empty where the file has changed since or is gone."""
        if self._text is None:
            try:
                data = reading.read_document(self.path, self.name)
                same = hashlib.sha256(data).hexdigest() == self.digest
                self._text = reading.decode(data, self.name) if same else ""
            except DeclarationError:
                self._text = ""
        return self._text

    def forget(self) -> None:
        """Let go of the text; it is read again when a place is asked for."""
        self._text = self._rows = self._starts = None

    def events(self, text: str) -> Iterable[Event]:
        """Return the events of a text in this file's syntax."""
        return yaml_events(text) if self.syntax == "yaml" else json_events(text)

    def place(self, start: int, end: int) -> Location:
        """Return the location of the characters from `start` to `end`, cut at the end of the first line."""
        text = self.text
        if not text and start:
            return Location(file=self.name)
        if self._starts is None:
            self._starts = array("q", [0])
            self._starts.extend(found.end() for found in _BREAK.finditer(text))
        start = min(start, len(text))
        line = bisect_right(self._starts, start) - 1
        begin = self._starts[line]
        stop = self._starts[line + 1] if line + 1 < len(self._starts) else len(text)
        row = text[begin:stop].rstrip("\r\n")
        length = max(0, min(end, begin + len(row)) - start)
        return Location(
            file=self.name, line=line + 1, column=start - begin + 1, length=length, excerpt=row[:EXCERPT_LIMIT]
        )

    def locate(self, key_start: int, start: int, end: int, path: tuple[str | int, ...], key: bool) -> Location:
        """Return the place of a path inside the value between `start` and `end`; its key where there is no path."""
        text = self.text
        if key_start == UNREAD:
            key_start, start, end = self._row(start)
        if not path and key_start >= 0:
            if not key and text[start : start + 1] and self._is_scalar(start, end):
                return self.place(start, end)
            found = _KEY.match(text, key_start)
            return self.place(key_start, found.end() if found else key_start)
        # The first line keeps its column, so that indentation means the same as it did in the whole text.
        column = start - max(text.rfind("\n", 0, start), text.rfind("\r", 0, start)) - 1
        pad = column if self.syntax == "yaml" else 0
        entry = " " * pad + text[start:end]
        span = self._find(entry, path, key) if path else None
        if span is None and key_start >= 0:
            return self.locate(key_start, start, end, (), True)
        span = span or self._find(entry, _ID)
        if span is None:
            return self.place(start, end)
        return self.place(start + span.start - pad, start + span.end - pad)

    def _row(self, number: int) -> tuple[int, int, int]:
        """Return the place of the section or entry with this number, in the order in which a Builder marks them."""
        if self._rows is None:
            try:
                self._rows = json_rows(self.text)
            except DoubtError:
                self._rows = array("q")  # the file has changed since
        _, key_start, start, end = self._rows[number * ROW : number * ROW + ROW] or (0, -1, 0, 0)
        return key_start, start, end

    def _find(self, entry: str, path: tuple[str | int, ...], key: bool = False) -> Span | None:
        return find(yaml_events(entry), path, key) if self.syntax == "yaml" else _find_json(entry, path, key)

    def _is_scalar(self, start: int, end: int) -> bool:
        return self.text[start] not in "{[&*" and find(self.events(self.text[start:end]), ()) == Span(0, end - start)


def _find_json(text: str, path: tuple[str | int, ...], key: bool = False) -> Span | None:
    try:
        return find_quickly(text, path, key)
    except DoubtError:
        return find(json_events(text), path, key)


class LinesSource:
    """One JSON Lines file; places are bytes, and lines are read again one by one."""

    syntax = "jsonl"

    def __init__(self, name: str, path: Path) -> None:
        """Know the file by `name` in messages; digest and size are set once it was read."""
        self.name = name
        self.path = path
        self.digest = ""
        self.size = 0
        self._starts: array[int] | None = None

    def forget(self) -> None:
        """Let go of what can be found again."""
        self._starts = None

    def place(self, start: int, end: int, path: tuple[str | int, ...] = (), key: bool = False) -> Location:
        """Return the location of a path inside the line between two bytes; its id where there is no path."""
        try:
            with reading.open_regular(self.path, self.name) as file:
                number = self._number(start, file)
                file.seek(start)
                text = file.read(end - start).decode("utf-8", "replace")
        except (DeclarationError, OSError):
            return Location(file=self.name)
        offset = int(text.startswith("\ufeff"))
        text = text[offset:].rstrip("\r\n")
        span = _find_json(text, path, key) if path else None
        span = span or _find_json(text, _ID) or Span(0, len(text))
        return self.inside(number, text, span.start, span.end)

    def inside(self, number: int, text: str, start: int, end: int) -> Location:
        """Return the location of characters in the line with this number, whose text is at hand."""
        return Location(
            file=self.name,
            line=number,
            column=start + 1,
            length=max(0, min(end, len(text)) - start),
            excerpt=text[:EXCERPT_LIMIT],
        )

    def _number(self, start: int, file: Iterable[bytes]) -> int:
        if self._starts is None:
            self._starts = array("q")
            position = 0
            for line in file:
                self._starts.append(position)
                position += len(line)
        return bisect_right(self._starts, start)


class SourceMap:
    """The places of all sections and entries; deeper paths are found when asked for."""

    def __init__(self) -> None:
        """Start without files."""
        self.files: list[Source | LinesSource] = []
        self.rows: array[int] = array("q")
        self.sections: dict[str, int] = {}
        self.entries: dict[str, dict[str | int, int]] = {}

    def locate(self, *path: str | int, key: bool = False) -> Location:
        """Return where a path was written, such as ``locate("flows", "site-upload", "in_transit", "tls", "min")``.

        Entries of `flows`, `transfers` and `assertions` go by their id, those of other lists by their number. What was
        not written is located at the nearest part of the path that was, at last at the root file. `key` asks for a
        field's name rather than its value.
        """
        if path and isinstance(path[0], str):
            entries = self.entries.get(path[0])
            if entries is not None and len(path) > 1 and path[1] in entries:
                return self.locate_row(entries[path[1]], *path[2:], key=key)
            if path[0] in self.sections:
                rest = path[1:] if path[0] not in self.entries else ()
                return self.locate_row(self.sections[path[0]], *rest, key=key)
        return Location(file=self.files[0].name if self.files else "")

    def locate_row(self, row: int, *path: str | int, key: bool = False) -> Location:
        """Return the place of a path inside the value of one row."""
        number, key_start, start, end = self.rows[row * ROW : row * ROW + ROW]
        source = self.files[number]
        if isinstance(source, LinesSource):
            return source.place(start, end, path, key)
        return source.locate(key_start, start, end, path, key)

    def forget(self) -> None:
        """Let go of all texts, once loading is over."""
        for source in self.files:
            source.forget()
