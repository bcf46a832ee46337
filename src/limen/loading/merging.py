"""Files to one declaration: entries get their types, names are given once, equal parts are shared."""

from __future__ import annotations

from itertools import takewhile
from typing import Any

import msgspec

from limen.errors import DeclarationError, Location
from limen.loading import sections
from limen.loading.building import Marks
from limen.loading.including import Part
from limen.loading.interning import Interner
from limen.loading.lines import LineReader
from limen.loading.plain_flows import FlowReader
from limen.loading.problems import Path, Problems
from limen.loading.sources import LinesSource, SourceMap
from limen.loading.wording import describe, listing, quote, suggestion
from limen.model.declaration import Declaration, System
from limen.model.flows import Flow
from limen.model.scalars import Identifier

_OPTIONAL = ("profiles", "include", "key_rotation_procedure", *sections.SINGLE)

_NEEDED = ("returns", "originates", "in_transit")
"""Fields without which a check of references would find fault with what is right."""


class Merger:
    """Takes the files one by one; `declaration` is the whole."""

    def __init__(self, places: SourceMap, problems: Problems) -> None:
        """Fill `places` and report to `problems`."""
        self.places = places
        self.problems = problems
        self.named: dict[str, dict[str, Any]] = {section: {} for section in sections.NAMED}
        self.listed: dict[str, list[Any]] = {section: [] for section in (*sections.IDENTIFIED, *sections.NUMBERED)}
        self.plain: dict[str, Any] = {}
        self._interner = Interner()
        self._lines = LineReader(self._interner)
        self._flows = FlowReader(self._interner)
        for section in (*sections.NAMED, *sections.IDENTIFIED, *sections.NUMBERED):
            places.entries[section] = {}

    def add(self, part: Part, root: bool) -> None:
        """Merge one file; its plain value is used up."""
        if isinstance(part.source, LinesSource):
            self._add_lines(part.source, part.marks)
            return
        for name in list(part.value):
            value = part.value.pop(name)
            row = part.marks.sections[name]
            if name not in sections.ALL:
                hint = suggestion(name, sections.ALL) or f"known sections: {listing(sections.ALL)}"
                self.problems.unsure.update(section for section in sections.ALL if quote(section) in hint)
                self.problems.add(f"unknown section {quote(name)}", self.places.locate_row(row, key=True), hint)
            elif name in sections.ROOT_ONLY and not root:
                message = f"{name} belongs into the root file, {quote(self.places.files[0].name)}, alone"
                self.problems.add(message, self.places.locate_row(row, key=True), "move it there")
            elif value is None:  # reported as null
                self.places.sections.setdefault(name, row)
                self.problems.unsure.add(name)
            elif name in sections.NAMED:
                self._add_named(name, value, row, part.marks.entries[name])
            elif name in self.listed:
                self._add_list(name, value, row, part.marks)
            else:
                self._add_single(name, value, row)

    def declaration(self) -> Declaration:
        """Return the whole; report what the root file lacks.

        Where `version` or `system` are wrong, which was reported, a substitute lets references be checked all the same.
        """
        for name in ("version", "system"):
            if name not in self.places.sections:
                hint = "write version: 1" if name == "version" else "write system: {id: NAME}"
                top = Location(file=self.places.files[0].name, line=1, column=1)
                self.problems.add(f"the field {name} is missing", top, hint)
        given: dict[str, Any] = {name: self.plain[name] for name in _OPTIONAL if name in self.plain}
        given.update(self.named)
        given.update((name, tuple(entries)) for name, entries in self.listed.items())
        return Declaration(version=1, system=self.plain.get("system") or System(id="unnamed"), **given)

    def _add_named(self, section: str, value: Any, row: int, rows: dict[str | int, int]) -> None:
        if not isinstance(value, dict):
            self.problems.unsure.add(section)
            message = f"{section}: expected a mapping of names; found {describe(value)}"
            self.problems.add(message, self.places.locate_row(row), "write each entry as NAME: {...}")
            return
        self.places.sections.setdefault(section, row)
        known = self.places.entries[section]
        for name, plain in value.items():
            if name in known:
                self._twice(section, name, rows[name])
                continue
            known[name] = rows[name]
            if self._convert(name, Identifier, rows[name], section, name=True) is None:
                continue
            entry = self._convert(plain, sections.NAMED[section], rows[name], f"{section}.{name}")
            if entry is not None:
                self.named[section][name] = entry

    def _add_list(self, section: str, value: Any, row: int, marks: Marks) -> None:
        if not isinstance(value, list):
            self.problems.unsure.add(section)
            message = f"{section}: expected a list; found {describe(value)}"
            self.problems.add(message, self.places.locate_row(row), "start each entry with -")
            return
        self.places.sections.setdefault(section, row)
        rows = marks.entries[section]
        repeated = section == "flows" and marks.repeats
        for index in range(len(value)):
            # Each plain entry is let go of at once: together they weigh more than the model.
            plain, value[index] = value[index], None
            flow = self._flows.read(plain) if repeated else None
            if flow is not None and flow.id not in self.places.entries[section]:
                self.places.entries[section][flow.id] = rows[index]
                self.listed[section].append(flow)
            else:
                self._add_entry(section, plain, rows[index], index)

    def _add_entry(self, section: str, plain: Any, row: int, index: int) -> None:
        known = self.places.entries[section]
        kind = sections.IDENTIFIED.get(section)
        shown = f"{section}[{index}]"
        if kind is None:
            known[len(known)] = row
        elif isinstance(plain, dict) and isinstance(plain.get("id"), str):
            name = plain["id"]
            shown = f"{section}.{name}"
            if name in known:
                self._twice(section, name, row)
                return
            known[name] = row
        else:
            self.problems.unsure.add(section)
        entry = self._convert(plain, kind or sections.NUMBERED[section], row, shown)
        if entry is not None:
            self.listed[section].append(entry)

    def _add_lines(self, source: LinesSource, marks: Marks) -> None:
        known = self.places.entries["flows"]
        flows = self.listed["flows"]
        found = self.problems.found
        reported = len(found)
        try:
            for flow, start, end in self._lines.read(source, self.problems.add):
                row = marks.add(-1, start, end)
                if not isinstance(flow, Flow):
                    self._add_entry("flows", flow, row, len(known))
                elif flow.id in known:
                    self._twice("flows", flow.id, row)
                else:
                    known[flow.id] = row
                    flows.append(flow)
                if found and self.problems.full:
                    self.problems.more = True
                    return
        except DeclarationError as error:
            self.problems.add_error(error)
        if len(found) > reported:
            self.problems.unsure.add("flows")
        if known and "flows" not in self.places.sections:
            self.places.sections["flows"] = next(iter(known.values()))

    def _add_single(self, name: str, value: Any, row: int) -> None:
        if name in self.places.sections and name != "include":
            self._twice("", name, row)
            return
        self.places.sections.setdefault(name, row)
        kind = sections.SINGLE.get(name) or sections.PLAIN[name]
        entry = self._convert(value, kind, row, name)
        if entry is not None:
            self.plain[name] = (*self.plain.get(name, ()), *entry) if name == "include" else entry

    def _twice(self, section: str, name: str, row: int) -> None:
        rows = self.places.entries[section] if section else self.places.sections
        first = self.places.locate_row(rows[name], key=True)
        what = f"{section}.{name}" if section else name
        self.problems.add(
            f"{quote(what)} is declared twice; first at {first}",
            self.places.locate_row(row, key=True),
            "rename or remove one of them",
        )

    def _convert(self, plain: Any, kind: Any, row: int, shown: str, name: bool = False) -> Any:
        """Return an entry with its type, shared. Report all that is wrong with it, and return what of it is right."""
        try:
            return self._interner.share(msgspec.convert(plain, kind))
        except msgspec.ValidationError as error:

            def locate(*path: str | int, key: bool = False) -> Location:
                return self.places.locate_row(row, *path, key=key or name)

            paths = self.problems.add_misfits(plain, kind, shown, locate, str(error))
            return _without(plain, kind, paths)


def _without(plain: Any, kind: Any, paths: list[Path]) -> Any:
    """Return an entry without its misfits, so that its references are checked all the same; None where none remains.

    The mistakes were reported: what this returns is looked at and never loaded.
    """
    from copy import deepcopy

    plain = deepcopy(plain)  # other entries may share its parts
    for path in paths:
        names = list(takewhile(lambda step: isinstance(step, str), path))
        if not names or names[0] in _NEEDED:
            return None
        holder = plain
        for name in names[:-1]:
            holder = holder.get(name) if isinstance(holder, dict) else None
        if isinstance(holder, dict):
            holder.pop(names[-1], None)
    try:
        return msgspec.convert(plain, kind)
    except msgspec.ValidationError:
        return None
