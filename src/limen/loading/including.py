"""Which files a declaration consists of: includes, followed to their end and never out of the root's folder."""

from __future__ import annotations

import glob
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from limen.errors import DeclarationError
from limen.loading.building import BrokenTextError, Builder, Marks
from limen.loading.json_events import JsonSyntaxError
from limen.loading.plain_json import DoubtError, plain_json
from limen.loading.plain_yaml import plain_yaml
from limen.loading.problems import Problems
from limen.loading.reading import read_document
from limen.loading.sources import UNREAD, LinesSource, Source, SourceMap
from limen.loading.wording import quote
from limen.loading.yaml_events import YamlSyntaxError, explain

SYNTAXES = {".yaml": "yaml", ".yml": "yaml", ".json": "json", ".jsonl": "jsonl", ".ndjson": "jsonl"}
"""Suffixes of files that may be included, and the syntax of each."""

FILES_LIMIT = 10_000
"""Files of one declaration."""


class Part(NamedTuple):
    """One file of a declaration."""

    source: Source | LinesSource
    number: int
    """Its place in SourceMap.files."""
    value: Any
    """The plain mapping of a YAML or JSON file; None for JSON Lines, which are read later."""
    marks: Marks


def gather(root: Path, places: SourceMap, problems: Problems) -> list[Part]:
    """Read the root file and all that it includes; the root comes first, the others in the order of their names.

    Raises DeclarationError where the root itself can't be understood at all; other troubles go to `problems`.
    """
    reader = _Reader(root, places, problems)
    reader.read(root.resolve(), root.name, ())
    if not reader.parts:
        problems.check()
    return [*reader.parts[:1], *sorted(reader.parts[1:], key=_name)]


def _glob(folder: Path, pattern: str) -> list[Path]:
    """Return the files that match, in the order of their names, but for hidden ones that the pattern does not name.

    Path.glob's `**` follows no links, so that links to their own folder can't make the search endless.
    """
    hidden = {part for part in Path(pattern).parts if part.startswith(".")}
    return [
        match
        for match in sorted(folder.glob(pattern))
        if not match.is_dir()
        and all(part in hidden or not part.startswith(".") for part in match.parts[len(folder.parts) :])
    ]


def _name(part: Part) -> str:
    return part.source.name


def parse(source: Source, marks: Marks | None, problems: Problems) -> Any:
    """Return the plain value of a file; its troubles go to `problems`, and a broken file gives None."""
    value: Any = None
    if source.syntax == "json":
        try:
            value = plain_json(source.text)
        except DoubtError:
            pass  # the slow way tells what is wrong, if anything is
        else:
            if marks is not None:
                marks.number(value, UNREAD)
            return value
    elif marks is not None:
        try:
            return plain_yaml(source.text, marks)
        except DoubtError:
            pass
    builder = Builder(marks)
    try:
        try:
            value = builder.build(source.events(source.text))
        except yaml.YAMLError as error:
            explain(error, source.text)
    except YamlSyntaxError as error:
        problems.add(str(error), source.place(error.index, error.index + 1), error.hint)
    except JsonSyntaxError as error:
        problems.add(f"this is not JSON: {error}", source.place(error.index, error.index + 1))
    except BrokenTextError as error:
        builder.troubles.append(error.trouble)
    for trouble in builder.troubles:
        problems.add_trouble(trouble, source)
    return value


class _Reader:
    def __init__(self, root: Path, places: SourceMap, problems: Problems) -> None:
        self.folder = root.resolve().parent
        self.places = places
        self.problems = problems
        self.parts: list[Part] = []
        self.seen: set[Path] = set()

    def read(self, path: Path, name: str, ancestors: tuple[Path, ...]) -> None:
        self.seen.add(path)
        number = len(self.places.files)
        syntax = SYNTAXES.get(path.suffix.lower(), "yaml")
        marks = Marks(number, self.places.rows)
        if syntax == "jsonl" and ancestors:
            lines = LinesSource(name, path)
            self.places.files.append(lines)
            self.parts.append(Part(lines, number, None, marks))
            return
        try:
            source = Source(name, path, read_document(path, name), "json" if syntax == "json" else "yaml")
        except DeclarationError as error:
            self.problems.add_error(error)
            self.problems.doubt_all()
            return
        self.places.files.append(source)
        before = len(self.problems.found)
        value = parse(source, marks, self.problems)
        if not isinstance(value, dict):
            self.problems.doubt_all()
            if len(self.problems.found) == before:
                empty = not source.text.strip() or value is None
                what = "the file is empty" if empty else "expected a mapping of sections"
                hint = "start with version: 1, or run limen init" if not ancestors else "write sections, such as flows:"
                self.problems.add(what, source.place(0, 1), hint)
            return
        self.parts.append(Part(source, number, value, marks))
        self._follow(value, source, path, (*ancestors, path), marks)

    def _follow(self, value: dict[str, Any], source: Source, path: Path, chain: tuple[Path, ...], marks: Marks) -> None:
        patterns = value.get("include")
        if not isinstance(patterns, list):
            return  # absent, or a mistake of shape that is reported with the others
        for index, pattern in enumerate(patterns):
            if not isinstance(pattern, str):
                continue
            for found in self._matches(pattern, source, path.parent, marks, index):
                self._include(found, source, chain, marks, index)

    def _matches(self, pattern: str, source: Source, folder: Path, marks: Marks, index: int) -> list[Path]:
        if not pattern or "\0" in pattern or Path(pattern).is_absolute():
            self._problem(marks, index, f"include {quote(pattern)} is no relative path", "name files below this folder")
            return []
        try:
            found = _glob(folder, pattern) if glob.has_magic(pattern) else [folder / pattern]
            found = [match for match in found if match.exists() or match.is_symlink()]
        except (OSError, ValueError) as error:
            self._problem(
                marks, index, f"include {quote(pattern)} is no pattern: {quote(str(error))}", "such as flows/*.yaml"
            )
            return []
        if not found:
            message = f"include {quote(pattern)} matches no file"
            self._problem(marks, index, message, f"paths start at the folder of {source.name}")
        return found

    def _include(self, found: Path, source: Source, chain: tuple[Path, ...], marks: Marks, index: int) -> None:
        try:
            target = found.resolve(strict=True)
        except (OSError, RuntimeError) as error:
            reason = getattr(error, "strerror", None) or "a loop of links"
            self._problem(marks, index, f"include {quote(str(found.name))} can't be read: {reason}", "check the path")
            return
        if not target.is_relative_to(self.folder):
            message = f"include {quote(found.name)} leads out of the declaration's folder"
            self._problem(marks, index, message, "keep files, and what links point to, below that folder")
        elif target in chain:
            circle = (*chain[chain.index(target) :], target)
            shown = quote(" -> ".join(step.relative_to(self.folder).as_posix() for step in circle))
            self._problem(marks, index, f"includes go round in a circle: {shown}", "remove one of them")
        elif len(self.seen) >= FILES_LIMIT:
            self._problem(marks, index, f"more than {FILES_LIMIT} files are included", "join files")
        elif target not in self.seen:
            if target.suffix.lower() not in SYNTAXES:
                message = f"include {quote(found.name)} has no known suffix"
                self._problem(marks, index, message, f"known suffixes: {', '.join(SYNTAXES)}")
                return
            self.read(target, target.relative_to(self.folder).as_posix(), chain)

    def _problem(self, marks: Marks, index: int, message: str, hint: str) -> None:
        row = marks.entries["include"][index]
        self.problems.add(message, self.places.locate_row(row), hint)
        self.problems.doubt_all()
