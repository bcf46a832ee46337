"""Small YAML files of the policy side, read strictly: metadata blocks, profiles, frameworks, waivers.

Dates stay text, so that a value means the same quoted or not. Anchors, aliases, duplicate keys, null and
text that is not UTF-8 are refused; every problem carries file, line and column.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from limen.errors import LimenError, Location, Problem
from limen.policy.wording import suggestion

MAX_BYTES = 8_000_000
"""Largest file that is read; policy files are written by hand."""
MAX_DEPTH = 50
"""Levels of nesting that are followed."""
_INTEGER = re.compile(r"[-+]?[0-9]+\Z")

T = TypeVar("T")
Path_ = tuple[str | int, ...]


class Document(msgspec.Struct, frozen=True, kw_only=True):
    """A YAML text as plain data, with the place of every value."""

    file: str
    data: Any
    marks: dict[Path_, tuple[int, int]]
    """Line and column, from 1, of each value by its path; keys of mappings by the path of their value."""
    lines: tuple[str, ...] = ()
    first_line: int = 1
    """Line in the file at which the text starts: a metadata block does not start at line 1."""

    def location(self, path: Path_) -> Location:
        """Return where a path is, or the nearest thing around it."""
        while path and path not in self.marks:
            path = path[:-1]
        line, column = self.marks.get(path, (1, 1))
        excerpt = self.lines[line - 1] if 0 < line <= len(self.lines) else ""
        return Location(file=self.file, line=line + self.first_line - 1, column=column, excerpt=excerpt)


def read(path: Path, shown: str, family: type[LimenError]) -> Document:
    """Read a YAML file; raise `family` where it can't be read or breaks the rules of this module."""
    return parse(read_bytes(path, shown, family), shown, family)


def read_bytes(path: Path, shown: str, family: type[LimenError]) -> bytes:
    """Return a file's bytes; raise `family` where it can't be read, or is larger than `MAX_BYTES`."""
    location = Location(file=shown)
    try:
        with open(path, "rb", buffering=0) as file:  # noqa: PTH123 a start opens some 160: Path.open takes twice as long
            if os.fstat(file.fileno()).st_size > MAX_BYTES:
                raise family(Problem(message=f"file is larger than {MAX_BYTES:,} bytes", location=location))
            return file.readall()
    except OSError as error:
        raise family(Problem(message=f"can't read the file: {error.strerror or error}", location=location)) from None


def parse(
    text: bytes | str, shown: str, family: type[LimenError], *, first_line: int = 1, lines: tuple[str, ...] = ()
) -> Document:
    """Parse YAML; raise `family` with every problem of form that it has.

    Where the text is part of a file, `first_line` says where it starts there and `lines` are its lines as they stand.
    """
    import yaml

    def refuse(message: str, line: int = 0, column: int = 0) -> LimenError:
        return family(Problem(message=message, location=Location(file=shown, line=line, column=column)))

    if isinstance(text, bytes):
        try:
            text = text.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise refuse("not UTF-8", error.object.count(b"\n", 0, error.start) + 1) from None
    lines = lines or tuple(text.splitlines())
    building = _Building(shown, first_line, lines)
    try:
        for event in yaml.parse(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
            building.take(event)
    except (yaml.YAMLError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        reason = getattr(error, "problem", None) or "malformed"
        raise refuse(
            f"not YAML: {reason}", mark.line + first_line if mark else first_line, mark.column + 1 if mark else 1
        ) from None
    except _TooDeepError as error:
        raise refuse(f"nested more than {MAX_DEPTH} levels deep", int(str(error)) + first_line, 1) from None
    if building.problems:
        raise family(building.problems)
    if not building.root:
        raise refuse("the file is empty", first_line, 1)
    return Document(file=shown, data=building.root[0], marks=building.marks, lines=lines, first_line=first_line)


class _TooDeepError(Exception):
    """The text is nested deeper than anyone would write; says the line."""


class _Building:
    """Turns the event stream into plain data, without recursion, collecting what is wrong."""

    def __init__(self, file: str, first_line: int, lines: tuple[str, ...]) -> None:
        self.file, self.first_line, self.lines = file, first_line, lines
        self.marks: dict[Path_, tuple[int, int]] = {}
        self.problems: list[Problem] = []
        self.root: list[Any] = []
        self.open: list[tuple[Path_, Any, list[str | None]]] = []
        """Open collections: path, value, and for mappings the key that awaits its value."""
        self.documents = 0

    def refuse(self, event: Any, message: str, hint: str = "") -> None:
        line, column = event.start_mark.line, event.start_mark.column + 1
        excerpt = self.lines[line] if line < len(self.lines) else ""
        location = Location(file=self.file, line=line + self.first_line, column=column, excerpt=excerpt)
        self.problems.append(Problem(message=message, location=location, hint=hint))

    def take(self, event: Any) -> None:
        """Take the next event of the stream."""
        kind = type(event).__name__
        if kind in ("MappingEndEvent", "SequenceEndEvent"):
            self.open.pop()
        elif kind == "DocumentStartEvent":
            self.documents += 1
            if self.documents > 1:
                self.refuse(event, "a second document is not allowed", "write one document a file")
        elif kind in ("MappingStartEvent", "SequenceStartEvent", "ScalarEvent", "AliasEvent"):
            self.node(event, kind)

    def node(self, event: Any, kind: str) -> None:
        """Take a key, or a value into what is open."""
        if event.anchor is not None:
            self.refuse(event, "anchors and aliases are not allowed", "write the value twice")
        if getattr(event, "tag", None) not in (None, "!"):
            self.refuse(event, "a YAML tag is not allowed here", "leave it out")
        if self.open and isinstance(self.open[-1][1], dict) and not self.open[-1][2]:
            self.key(event, kind)
            return
        path = self.place(event)
        value: Any = {} if kind == "MappingStartEvent" else []
        if kind == "ScalarEvent":
            value = self.scalar(event)
        elif kind == "AliasEvent":
            value = ""
        self.put(value)
        if kind in ("MappingStartEvent", "SequenceStartEvent"):
            self.enter(event, path, value)

    def enter(self, event: Any, path: Path_, value: Any) -> None:
        self.open.append((path, value, []))
        if len(self.open) > MAX_DEPTH:
            raise _TooDeepError(event.start_mark.line)

    def key(self, event: Any, kind: str) -> None:
        _, mapping, waiting = self.open[-1]
        if kind != "ScalarEvent":
            self.refuse(event, "a key must be text")
            waiting.append(None)
            if kind != "AliasEvent":
                self.enter(event, (), {} if kind == "MappingStartEvent" else [])
            return
        if event.value in mapping:
            self.refuse(event, f"the key {event.value!r} is given twice")
        waiting.append(event.value)

    def place(self, event: Any) -> Path_:
        if not self.open:
            path: Path_ = ()
        else:
            above, holder, waiting = self.open[-1]
            step = (waiting[0] or "") if isinstance(holder, dict) else len(holder)
            path = (*above, step)
        self.marks[path] = (event.start_mark.line + 1, event.start_mark.column + 1)
        return path

    def put(self, value: Any) -> None:
        if not self.open:
            self.root.append(value)
            return
        _, holder, waiting = self.open[-1]
        if isinstance(holder, list):
            holder.append(value)
        elif (name := waiting.pop()) is not None:
            holder[name] = value

    def scalar(self, event: Any) -> Any:
        """Return a scalar: dates and fractions stay text, so that they mean the same quoted or not."""
        text: str = event.value
        if not event.implicit[0]:
            return text
        if text in ("true", "True", "TRUE", "false", "False", "FALSE"):
            return text.lower() == "true"
        if text in ("", "~", "null", "Null", "NULL"):
            self.refuse(event, "null is not allowed here", "leave the key out")
            return ""
        if _INTEGER.match(text):
            if len(text) > 18:
                self.refuse(event, "the number has more than 18 digits")
                return 0
            return int(text)
        return text


def convert(document: Document, shape: type[T], family: type[LimenError]) -> T:
    """Return a document's data as a struct; raise `family` with every way in which it does not fit."""
    try:
        return msgspec.convert(document.data, shape)
    except msgspec.ValidationError as error:
        raise family(_misfits(document, shape, str(error))) from None


def _misfits(document: Document, shape: type[Any], fallback: str) -> list[Problem]:
    from jsonschema import Draft202012Validator

    problems = []
    for error in Draft202012Validator(msgspec.json.schema(shape)).iter_errors(document.data):
        path = tuple(error.absolute_path)
        if error.validator == "additionalProperties":
            known = sorted(error.schema.get("properties", {}))
            for key in sorted(set(error.instance) - set(known)):
                where = document.location((*path, key))
                problems.append(Problem(message=f"unknown key {key!r}", location=where, hint=suggestion(key, known)))
        else:
            message = error.message if len(error.message) < 300 else f"{error.message[:300]}…"
            problems.append(Problem(message=message, location=document.location(path)))
    return problems or [Problem(message=fallback, location=document.location(()))]
