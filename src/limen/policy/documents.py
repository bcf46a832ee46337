"""Small YAML files of the policy side, read strictly: metadata blocks, profiles, frameworks, waivers.

Dates stay text, so that a value means the same quoted or not. Anchors, aliases, duplicate keys, null and
text that is not UTF-8 are refused; every problem carries file, line and column.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, TypeVar

import msgspec

from limen.errors import LimenError, Location, Problem
from limen.policy.wording import suggestion

MAX_BYTES = 8_000_000
"""Largest file that is read; policy files are written by hand."""

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
        if path.stat().st_size > MAX_BYTES:
            raise family(Problem(message=f"file is larger than {MAX_BYTES:,} bytes", location=location))
        return path.read_bytes()
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
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        node = yaml.compose(text, Loader=loader)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        reason = getattr(error, "problem", None) or "nested too deeply or malformed"
        raise refuse(
            f"not YAML: {reason}", mark.line + first_line if mark else first_line, mark.column + 1 if mark else 1
        ) from None
    if node is None:
        raise refuse("the file is empty", first_line, 1)
    lines = lines or tuple(text.splitlines())
    building = _Building(shown, first_line, lines)
    data = building.value(node, ())
    if building.problems:
        raise family(building.problems)
    return Document(file=shown, data=data, marks=building.marks, lines=lines, first_line=first_line)


class _Building:
    """Turns composed nodes into plain data, collecting what is wrong."""

    def __init__(self, file: str, first_line: int, lines: tuple[str, ...]) -> None:
        self.file, self.first_line, self.lines = file, first_line, lines
        self.marks: dict[Path_, tuple[int, int]] = {}
        self.problems: list[Problem] = []
        self.seen: set[int] = set()

    def refuse(self, node: Any, message: str, hint: str = "") -> None:
        line, column = node.start_mark.line, node.start_mark.column + 1
        excerpt = self.lines[line] if line < len(self.lines) else ""
        location = Location(file=self.file, line=line + self.first_line, column=column, excerpt=excerpt)
        self.problems.append(Problem(message=message, location=location, hint=hint))

    def value(self, node: Any, path: Path_) -> Any:
        if id(node) in self.seen:
            self.refuse(node, "anchors and aliases are not allowed", "write the value twice")
            return None
        self.seen.add(id(node))
        self.marks[path] = (node.start_mark.line + 1, node.start_mark.column + 1)
        tag = node.tag.removeprefix("tag:yaml.org,2002:")
        if tag == "map":
            return self.mapping(node, path)
        if tag == "seq":
            return [self.value(item, (*path, index)) for index, item in enumerate(node.value)]
        text: str = node.value
        if tag in ("str", "timestamp"):
            return text
        if tag == "bool":
            if text.lower() in ("true", "false"):
                return text.lower() == "true"
            return text
        if tag == "int" and text.lstrip("+-").isdecimal():
            if len(text) > 18:
                self.refuse(node, "the number has more than 18 digits")
                return None
            return int(text)
        if tag == "float" or tag == "int":
            return text
        self.refuse(node, f"{'null' if tag == 'null' else 'a YAML tag'} is not allowed here", "leave the key out")
        return None

    def mapping(self, node: Any, path: Path_) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key, item in node.value:
            name = getattr(key, "value", None)
            if not isinstance(name, str):
                self.refuse(key, "a key must be text")
                continue
            if name in found:
                self.refuse(key, f"the key {name!r} is given twice")
            found[name] = self.value(item, (*path, name))
        return found


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
