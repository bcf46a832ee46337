"""The names that a declaration declares, and the check that a reference means one of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec import UNSET, UnsetType

from limen.loading.problems import Problems
from limen.loading.sources import SourceMap
from limen.loading.wording import quote, suggestion
from limen.model.data import Clearance, Label
from limen.model.declaration import Declaration

SUGGESTIONS_LIMIT = 200
"""Suggestions of one loading; each compares a name with all others of its section."""

_KINDS = {
    "zones": "zone",
    "components": "component",
    "data": "data item",
    "flows": "flow",
    "keys": "key",
    "roles": "role",
    "tenants": "tenant",
    "ledgers": "ledger",
}
_MAY_LACK = frozenset({"keys", "roles", "tenants", "ledgers"})
"""Sections whose absence policy judges: a reference into nothing is a finding there, not a slip of the pen."""


class Names:
    """Names by section; reports references to names that are not there."""

    def __init__(self, declaration: Declaration, places: SourceMap, problems: Problems) -> None:
        """Take the names from `places`, which holds those of entries with mistakes too."""
        self.declaration = declaration
        self.problems = problems
        self._places = places
        self._known: dict[str, Mapping[str | int, int]] = {section: places.entries[section] for section in _KINDS}
        self._suggestions = 0
        labels = declaration.labels
        if "labels" in problems.unsure:
            labels = UNSET
        self._levels = frozenset(labels.levels) if labels is not UNSET else None
        self._compartments = frozenset(labels.compartments) if labels is not UNSET else None

    def known(self, section: str) -> Mapping[str | int, int] | None:
        """Return the names of a section; None where any name is as good, since policy judges the missing section."""
        names = self._known[section]
        return None if section in _MAY_LACK and not names else names

    def check(self, section: str, name: str | UnsetType, *path: str | int) -> None:
        """Report a name that the section does not declare; a name that is not given is no reference."""
        names = self.known(section)
        if name is UNSET or names is None or name in names or section in self.problems.unsure:
            return
        self.report(f"no {_KINDS[section]} is called {quote(name)}", self._hint(section, name), *path)

    def check_all(self, section: str, names: Iterable[str] | UnsetType, *path: str | int) -> None:
        """Report each name of a list that the section does not declare."""
        if names is not UNSET:
            for index, name in enumerate(names):
                self.check(section, name, *path, index)

    def check_items(self, references: Iterable[str] | UnsetType, *path: str | int) -> None:
        """Report each reference of a list that is neither a data item nor `key:` and a key."""
        if references is not UNSET:
            for index, reference in enumerate(references):
                self.check_item(reference, *path, index)

    def check_item(self, reference: str, *path: str | int) -> None:
        """Report a reference that is neither a data item nor `key:` and a key."""
        if reference.startswith("key:"):
            self.check("keys", reference[4:], *path)
        else:
            self.check("data", reference, *path)

    def check_label(self, label: Label | Clearance | UnsetType, *path: str | int) -> None:
        """Report a level or compartment that `labels` does not list; without `labels` policy judges."""
        if label is UNSET or self._levels is None or self._compartments is None:
            return
        if label.level not in self._levels:
            self._unlisted("level", "levels", label.level, self._levels, *path, "level")
        for index, compartment in enumerate(label.compartments):
            if compartment not in self._compartments:
                at = (*path, "compartments", index)
                self._unlisted("compartment", "compartments", compartment, self._compartments, *at)

    def check_fields(self, item: str, fields: Iterable[str], *path: str | int) -> None:
        """Report each field that the item does not have; an item that lists no fields may have any."""
        declared = self.declaration.data.get(item)
        if declared is None or not declared.fields:
            return
        for index, field in enumerate(fields):
            if field not in declared.fields:
                hint = suggestion(field, declared.fields) or f"list it under data.{item}.fields"
                self.report(f"{item} has no field {quote(field)}", hint, *path, index)

    def check_party(self, party: str, *path: str | int) -> None:
        """Report a caller `zone:x`, `component:x` or `role:x` that is not declared."""
        kind, _, name = party.partition(":")
        if name:
            self.check(f"{kind}s", name, *path)

    def check_place(self, place: str | UnsetType, *path: str | int) -> None:
        """Report a place that is neither zone nor component, or both without saying which."""
        if place is UNSET:
            return
        if ":" in place:
            self.check_party(place, *path)
            return
        zone, component = place in self._known["zones"], place in self._known["components"]
        if zone and component:
            self.report(f"{quote(place)} is a zone and a component", f"write zone:{place} or component:{place}", *path)
        elif not zone and not component and self.problems.unsure.isdisjoint(("zones", "components")):
            near = self._near(place, [*self._known["zones"], *self._known["components"]])
            hint = near or "declare it, or correct the name"
            self.report(f"no zone or component is called {quote(place)}", hint, *path)

    def check_circles(self, section: str, outer: Mapping[str, str | UnsetType], field: str, verb: str) -> None:
        """Report each circle that one reference from entry to entry makes, once, at its first member."""
        done: set[str] = set()
        for start in outer:
            chain: list[str] = []
            name: str | UnsetType = start
            while name is not UNSET and name not in done and name in outer:
                done.add(name)
                chain.append(name)
                name = outer[name]
            if name is not UNSET and name in chain:
                circle = chain[chain.index(name) :]
                shown = f" {verb} ".join([*circle, name])
                self.report(f"a circle: {shown}", "remove one of these references", section, circle[0], field)

    def report(self, message: str, hint: str, *path: str | int) -> None:
        """Report what is wrong at a path of the declaration."""
        where = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)[1:]
        if self.problems.full:
            self.problems.more = True
            return
        self.problems.add(f"{where}: {message}", self._places.locate(*path), hint)

    def _unlisted(self, kind: str, field: str, name: str, names: Iterable[str], *path: str | int) -> None:
        hint = self._near(name, names) or f"list it under labels.{field}"
        self.report(f"no {kind} is called {quote(name)}", hint, *path)

    def _hint(self, section: str, name: str) -> str:
        near = self._near(name, self._known[section])
        return near or f"declare it under {section}, or correct the name"

    def _near(self, name: str, names: Iterable[str | int]) -> str:
        self._suggestions += 1
        if self._suggestions > SUGGESTIONS_LIMIT:
            return ""
        return suggestion(name, [other for other in names if isinstance(other, str)])
