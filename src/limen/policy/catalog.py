"""The catalog: every rule, profile and control that is there, found by where its file lies."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from limen.errors import Location, PolicyError, Problem
from limen.policy import discovery
from limen.policy.frameworks import controls_from
from limen.policy.index import (
    Index,
    IndexedFramework,
    IndexedProfile,
    IndexedRule,
    digest,
    load_index,
    rule_digest,
    schema_texts,
)
from limen.policy.inspection import Entry, inspect
from limen.policy.parameters import Parameter
from limen.policy.profiles import ProfileFile, profile_from
from limen.records.rules import Control, Rule

if TYPE_CHECKING:
    from limen.policy.bundle_signature import Trust


class Catalog(msgspec.Struct, frozen=True, kw_only=True):
    """Every rule, profile and control, by id in alphabetical order."""

    entries: dict[str, Entry]
    """Rules with what was found out about them, by id."""
    libraries: dict[str, discovery.Module]
    """Shared Rego modules, by name."""
    profiles: dict[str, ProfileFile]
    """Profiles, by id."""
    controls: dict[str, Control]
    """Controls of all frameworks, by framework:control."""
    parameters: dict[str, Parameter]
    """Parameters of all rules, by name."""
    places: tuple[discovery.Source, ...]
    """Where it was read from: what is shipped, then the user's folders and bundles."""
    own: tuple[str, ...] = ()
    """Ids of the user's own rules, in alphabetical order."""

    @property
    def rules(self) -> dict[str, Rule]:
        """Rules by id."""
        return {rule_id: entry.rule for rule_id, entry in self.entries.items()}

    def modules(self, entry: Entry) -> tuple[tuple[str, str], ...]:
        """Return name and text of the modules that a rule needs: its own, and the libraries that it uses."""
        texts = [(entry.rule.file, entry.rule.source)]
        texts += [(self.libraries[name].file, self.libraries[name].text) for name in entry.libraries]
        return tuple(texts)


def load_catalog(
    extra: tuple[Path, ...] = (),
    trust: Trust | None = None,
    enclosed: Path | None = None,
    *,
    indexed: bool = True,
) -> Catalog:
    """Return every rule, profile and control; raise PolicyError with all that is wrong with any of them.

    `extra` are folders of the user's own with rules/, lib/, profiles/ and frameworks/, or OPA bundles of the like;
    `trust` says whose signed bundles count. `enclosed` is the folder of a pack's inputs: its rules, profiles and
    frameworks then stand for those that are shipped, and of these nothing is read. `indexed` False reads and lints
    every file anew, whatever the index of this installation knows of such a one.
    """
    return _Reading(extra, load_index() if indexed else Index(), trust, enclosed).catalog()


def build_index() -> bytes:
    """Return what rego/index.json must be; raise PolicyError where a shipped policy can't be used."""
    reading = _Reading((), Index())
    catalog = reading.catalog()
    rules = {}
    for module in reading.modules:
        entry = catalog.entries[module.id]
        bare = msgspec.structs.replace(entry, rule=msgspec.structs.replace(entry.rule, source=""))
        schema = reading.schemas[entry.rule.subject]
        rules[module.file] = IndexedRule(
            digest=rule_digest(module, entry.libraries, catalog.libraries, schema), entry=bare
        )
    index = Index(rules=rules, profiles=reading.read_profiles, frameworks=reading.read_frameworks)
    return msgspec.json.format(msgspec.json.encode(index), indent=1) + b"\n"


class _Reading:
    """Reads policies, through an index where it still holds, collecting what is wrong."""

    def __init__(
        self, extra: tuple[Path, ...], index: Index, trust: Trust | None = None, enclosed: Path | None = None
    ) -> None:
        self.index = index
        self.problems: list[Problem] = []
        self.places = discovery.sources(extra, trust, enclosed)
        self.schemas = schema_texts(enclosed)
        self.modules = discovery.rules(self.places, self.problems)
        self.read_profiles: dict[str, IndexedProfile] = {}
        self.read_frameworks: dict[str, IndexedFramework] = {}

    def catalog(self) -> Catalog:
        """Return the catalog; raise PolicyError with all problems."""
        libraries = {module.id: module for module in discovery.libraries(self.places, self.problems)}
        found = {module.id: self.index.rule(module, libraries, self.schemas) for module in self.modules}
        changed = [module for module in self.modules if found[module.id] is None]
        linted = inspect(changed, libraries, self.schemas, self.problems) if changed else {}
        entries = {}
        for module in self.modules:
            entry = found[module.id] or linted.get(module.id)
            if entry is not None:
                entries[module.id] = entry
        parameters = self.parameters(entries)
        profiles = self.profiles()
        controls = self.controls()
        if self.problems:
            raise PolicyError(self.problems)
        return Catalog(
            entries=entries,
            libraries=libraries,
            profiles=profiles,
            controls=controls,
            parameters=parameters,
            places=tuple(self.places),
            own=tuple(module.id for module in self.modules if not module.shipped),
        )

    def parameters(self, entries: dict[str, Entry]) -> dict[str, Parameter]:
        """Return the parameters of all rules; one name has one type and direction everywhere."""
        found: dict[str, Parameter] = {}
        owner: dict[str, str] = {}
        for module in sorted(self.modules, key=lambda module: (not module.shipped, module.id)):
            entry = entries.get(module.id)
            for name, parameter in entry.parameters.items() if entry is not None else ():
                known = found.setdefault(name, parameter)
                owner.setdefault(name, module.id)
                if known != parameter:
                    message = f"the parameter {name} is declared otherwise by {owner[name]}"
                    hint = f"expected {{type: {known.type}, stricter: {known.stricter}}}, or another name"
                    self.problems.append(Problem(message=message, location=Location(file=module.file), hint=hint))
        return found

    def profiles(self) -> dict[str, ProfileFile]:
        """Return the profiles by id."""
        found: dict[str, ProfileFile] = {}
        for place, stem, shown in discovery.yaml_files(self.places, "profiles"):
            try:
                text = place.text(place.policies, f"profiles/{stem}.yaml", shown)
                known = self.index.profiles.get(shown) if place.shipped else None
                here = digest([text])
                profile = known.profile if known and known.digest == here else profile_from(text, stem, shown)
            except PolicyError as error:
                self.problems.extend(error.problems)
                continue
            if profile.id in found:
                self.double(f"profile {profile.id}", shown, found[profile.id].shipped)
                continue
            self.read_profiles[shown] = IndexedProfile(digest=here, profile=profile)
            found[profile.id] = ProfileFile(profile=profile, file=shown, text=text, shipped=place.shipped)
        return dict(sorted(found.items()))

    def controls(self) -> dict[str, Control]:
        """Return the controls of all frameworks by framework:control."""
        found: dict[str, Control] = {}
        stems: dict[str, bool] = {}
        for place, stem, shown in discovery.yaml_files(self.places, "frameworks"):
            try:
                text = place.text(place.policies, f"frameworks/{stem}.yaml", shown)
                known = self.index.frameworks.get(shown) if place.shipped else None
                here = digest([text])
                theirs = known.controls if known and known.digest == here else controls_from(text, stem, shown)
            except PolicyError as error:
                self.problems.extend(error.problems)
                continue
            if stem in stems:
                self.double(f"framework {stem}", shown, stems[stem])
                continue
            stems[stem] = place.shipped
            self.read_frameworks[shown] = IndexedFramework(digest=here, controls=theirs)
            found |= theirs
        return found

    def double(self, what: str, shown: str, shipped: bool) -> None:
        """Note that a name is taken, and by whom."""
        hint = discovery.renaming(shipped)
        problem = Problem(message=f"there is already a {what}", location=Location(file=shown), hint=hint)
        self.problems.append(problem)
