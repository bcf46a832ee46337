"""One trial of a declaration: its places, the judge of their mutants, and the verdict on each place."""

from __future__ import annotations

import datetime
import hashlib
import pathlib
from collections.abc import Sequence
from functools import cached_property
from typing import Literal

import msgspec

from limen.analysis.facts import context_of
from limen.assess import places_as_typed
from limen.errors import DeclarationError, Location, PolicyError, Problem, UsageError
from limen.loading import find, load, sections
from limen.loading.declared import declared
from limen.model.declaration import Declaration
from limen.policy.bundle_signature import Trust
from limen.policy.catalog import load_catalog
from limen.policy.decide import jobs_of
from limen.policy.embedded import EmbeddedEngine
from limen.policy.selection import select
from limen.testing.declaration_building import effective, rebuilt, refusal, without_include
from limen.testing.declaration_equivalence import Equivalents, subjects_digest
from limen.testing.declaration_judge import Judge
from limen.testing.declaration_mutants import Mutant, mutants, mutated
from limen.testing.declaration_names import Names
from limen.testing.declaration_orders import ORDERS, check
from limen.testing.declaration_places import Path, Place, leaves, places
from limen.testing.policy_journal import tool_digest

Outcome = Literal["caught", "refused", "equivalent", "survived", "disproved"]
"""caught: a rule found something new. refused: the loader would not take it. equivalent: the proof holds. disproved:
the field is listed as equivalent, but the proof fails. survived: nothing noticed."""


class Setting(msgspec.Struct, frozen=True, kw_only=True):
    """What is mutated, and what judges it."""

    path: pathlib.Path | None = None
    """The declaration, its folder, or None to look upwards from here."""
    profiles: tuple[str, ...] = ()
    """Profiles beside those that the declaration names."""
    policies: tuple[pathlib.Path, ...] = ()
    """Folders and bundles with more rules and profiles."""
    trust: Trust | None = None
    """Whose signed bundles count."""
    as_of: datetime.date
    """The day whose law holds."""
    equivalents: pathlib.Path | None = None
    """The list of equivalents in place of the one that is shipped; for tests."""


class Verdict(msgspec.Struct, frozen=True, array_like=True):
    """What became of one mutant."""

    place: int
    """The number of its place."""
    mutant: Mutant
    outcome: Outcome
    why: str = ""
    """The finding or the problem that noticed it."""


class Trial:
    """A declaration that conforms or not, ready to be mutated. A context manager, since it has an engine."""

    def __init__(self, setting: Setting) -> None:
        """Load, judge the unchanged declaration, and find all places.

        Raises LimenError where declaration or policies can't be used.
        """
        check(leaves())
        self.setting = setting
        self.path = find(setting.path or pathlib.Path())
        with places_as_typed(self.path.parent):
            self.loaded = load(self.path)
            self.declared = declared(self.path)
        self.places: list[Place] = places(self.declared)
        self.equivalents = Equivalents(setting.equivalents) if setting.equivalents else Equivalents()
        self._names = Names(self.declared)
        self._base = self.loaded.declaration
        catalog = load_catalog(setting.policies, setting.trust)
        self._selection = select(catalog, (*self._base.profiles, *setting.profiles), as_of=setting.as_of)
        self._catalog = catalog
        self._engine = EmbeddedEngine.start()
        self._judge = Judge(catalog, self._selection, self._engine, setting.as_of)
        with places_as_typed(self.path.parent):
            self._known = self._judge.findings(self._base)

    def __enter__(self) -> Trial:
        """Return the trial itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """End the engine."""
        self._engine.close()

    @property
    def known(self) -> frozenset[str]:
        """What is found in the unchanged declaration."""
        return self._known

    def digest(self) -> str:
        """Return a digest of all that verdicts depend on: program, declaration, rules, orders, equivalents, day."""
        jobs = jobs_of(self._catalog, self._selection, context_of(self.setting.as_of))
        tool = tool_digest(self._engine.version, 0)
        parts = (tool, self.declared, self._base.profiles, jobs, ORDERS, self.equivalents.text)
        files = [(file.name, file.sha256) for file in self.loaded.files]
        return hashlib.sha256(msgspec.json.encode((parts, files, self.setting.as_of))).hexdigest()

    def location(self, place: Place) -> Location:
        """Return where a place was written."""
        return self.loaded.sources.locate(*self._named(place.path))

    def shown(self, path: Path) -> str:
        """Return a path as people write it: entries that have an id go by it, and slashes join the steps."""
        return "/".join(map(str, self._named(path)))

    def words(self, mutant: Mutant) -> str:
        """Return a mutant in words."""
        return f"{self.shown(mutant.path)} {mutant.words}"

    def numbers(self, only: Sequence[str]) -> list[int]:
        """Return the numbers of all places, or of those at or below the ones that are named.

        Raises UsageError for a name at which nothing is declared.
        """
        shown = [self.shown(place.path) for place in self.places]
        wanted = [name.strip("/") for name in only]
        problems = [
            Problem(message=f"nothing is declared at {name!r}", hint="such as keys or flows/NAME/in_transit")
            for name in wanted
            if not any(text == name or text.startswith(f"{name}/") for text in shown)
        ]
        if problems:
            raise UsageError(problems)
        return [
            number
            for number, text in enumerate(shown)
            if not wanted or any(text == name or text.startswith(f"{name}/") for name in wanted)
        ]

    def _named(self, path: Path) -> Path:
        section = str(path[0])
        if len(path) == 1 or section not in sections.IDENTIFIED:
            return path
        return (section, self.declared[section][path[1]]["id"], *path[2:])

    def mutants(self, place: Place) -> list[Mutant]:
        """Return the mutants of a place; none where no other value is possible."""
        return mutants(place, self._names)

    def verdicts(self, numbers: Sequence[int]) -> list[Verdict]:
        """Return what becomes of every mutant of some places."""
        return [
            self._verdict(number, self.places[number], mutant)
            for number in numbers
            for mutant in self.mutants(self.places[number])
        ]

    def _verdict(self, number: int, place: Place, mutant: Mutant) -> Verdict:
        if mutant.path[0] == "include":
            changed = without_include(self.loaded, int(mutant.path[1]))
        else:
            changed = rebuilt(self._base, mutated(self.declared, mutant), mutant.path)
        if changed == self._base:
            return Verdict(number, mutant, "equivalent", "the declaration stays the same")
        if problem := refusal(changed):
            return Verdict(number, mutant, "refused", problem)
        try:
            finding = self._finding(changed)
            if finding:
                return Verdict(number, mutant, "caught", finding)
            if effective(changed) == self._effective:
                return Verdict(number, mutant, "equivalent", "the same follows from what remains")
            listed = self.equivalents.entries.get(place.field)
            if listed is None or mutant.path != place.path:
                return Verdict(number, mutant, "survived")
            spelling = (str(mutant.value), str(place.value)) if listed.proof == "spelling" else None
            if subjects_digest(changed, self.setting.as_of, spelling) == self._subjects:
                return Verdict(number, mutant, "equivalent", f"{listed.proof}: {listed.reason}")
            return Verdict(number, mutant, "disproved")
        except (DeclarationError, PolicyError, UsageError) as error:  # no profile is left, or none that can be used
            return Verdict(number, mutant, "refused", error.problems[0].message)

    def _finding(self, changed: Declaration) -> str:
        """Return a new finding on a mutant; other profiles select other rules, and need a judge of their own."""
        if changed.profiles == self._base.profiles:
            return self._judge.new_finding(changed, self._known)
        selection = select(self._catalog, (*changed.profiles, *self.setting.profiles), as_of=self.setting.as_of)
        with EmbeddedEngine.start() as engine:
            return Judge(self._catalog, selection, engine, self.setting.as_of).new_finding(changed, self._known)

    @cached_property
    def _effective(self) -> Declaration:
        return effective(self._base)

    @cached_property
    def _subjects(self) -> str:
        return subjects_digest(self._base, self.setting.as_of)
