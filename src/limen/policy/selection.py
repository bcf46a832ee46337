"""What a run judges by: rules with parameters, from the profiles that it names."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from limen.errors import Location, PolicyError, Problem, UsageError
from limen.model.declaration import Declaration
from limen.model.scalars import duration_seconds
from limen.policy.catalog import Catalog
from limen.policy.frameworks import in_force
from limen.policy.inspection import Entry
from limen.policy.profiles import ClaimDemand, Profile
from limen.policy.wording import suggestion
from limen.records.rules import Control, Deviation, Rule, SelectedRule

SECTIONS = "required_sections"
"""The parameter that the union of the profiles' `requires` becomes."""
CLAIM_AGES = "claim_ages"
"""The parameter that the profiles' `claims` become: the least `maximum_age` of each claim, in seconds."""

KNOWN_SECTIONS = frozenset(Declaration.__struct_fields__) - {"version", "system", "profiles", "include"}
"""Sections of a declaration that a profile may require."""


_DERIVED = {SECTIONS: "use `requires`", CLAIM_AGES: "use `claims`"}
"""Parameters that no profile sets, and what it uses instead."""


class Selection(msgspec.Struct, frozen=True, kw_only=True):
    """The rules of a run with their parameters."""

    rules: dict[str, SelectedRule]
    """By id, in alphabetical order."""
    entries: dict[str, Entry]
    """What the catalog knows of them, by id."""
    profiles: tuple[str, ...]
    """The profiles named, in order, without doubles."""
    requires: tuple[str, ...]
    """Sections that may not be missing, sorted."""
    claims: tuple[ClaimDemand, ...]
    """What a conformance assessment must have observed."""
    controls: dict[str, Control]
    """Controls in force that the rules serve, by framework:control."""
    deviations: tuple[Deviation, ...]
    """Parameters that are weaker than a profile on which the run builds."""
    attested_waivers: bool
    """Whether a waiver that no trusted approver signed gates."""
    as_of: datetime.date
    """The day whose law holds."""


class _Closure:
    """A profile with all that it extends: what it says in the end."""

    def __init__(self) -> None:
        self.rules: dict[str, set[str]] = {}
        self.members: list[str] = []
        self.parameters: dict[str, Any] = {}


def select(catalog: Catalog, names: Sequence[str], *, rules: Sequence[str] = (), as_of: datetime.date) -> Selection:
    """Return what the named profiles select; `rules` (ids, categories, `category.*`) keeps only a part of it.

    Raises UsageError for a profile or rule that does not exist or where nothing is selected, PolicyError where a
    profile can't be used.
    """
    named = tuple(dict.fromkeys(names))
    _known_profiles(catalog, named)
    problems: list[Problem] = []
    resolving = _Resolving(catalog, problems)
    closures = [resolving.closure(name, ()) for name in named]
    members = list(dict.fromkeys(member for closure in closures for member in closure.members))
    wanted: dict[str, list[str]] = {}
    for name in members:
        for rule_id in resolving.rules(name):
            wanted.setdefault(rule_id, []).append(name)
    parameters = resolving.strictest((closure.parameters for closure in closures), ", ".join(named))
    profiles = [catalog.profiles[name].profile for name in members]
    requires = tuple(sorted({section for profile in profiles for section in profile.requires}))
    claims = tuple(dict.fromkeys(claim for profile in profiles for claim in profile.claims))
    parameters |= _derived(requires, claims)
    if problems and not wanted:
        raise PolicyError(problems)
    kept = _kept(sorted(wanted), rules, catalog)
    selected = {}
    for rule_id in kept:
        entry = catalog.entries[rule_id]
        for name in sorted(set(entry.parameters) - set(parameters)):
            message = f"no profile sets the parameter {name} of the rule {rule_id}"
            location = Location(file=catalog.profiles[wanted[rule_id][0]].file)
            hint = f"add it to `parameters`: {entry.parameters[name].type}"
            problems.append(Problem(message=message, location=location, hint=hint))
        given = {name: parameters[name] for name in sorted(entry.parameters) if name in parameters}
        rule = _citing(entry.rule, catalog, as_of.isoformat(), problems)
        selected[rule_id] = SelectedRule(rule=rule, parameters=given, profiles=tuple(wanted[rule_id]))
    if problems:
        raise PolicyError(problems)
    return Selection(
        rules=selected,
        entries={rule_id: catalog.entries[rule_id] for rule_id in selected},
        profiles=named,
        requires=requires,
        claims=claims,
        controls={
            name: catalog.controls[name]
            for name in sorted({name for one in selected.values() for name in one.rule.controls})
        },
        deviations=resolving.deviations(members, parameters, selected),
        attested_waivers=any(profile.attested_waivers for profile in profiles),
        as_of=as_of,
    )


def profiles_of(catalog: Catalog) -> dict[str, tuple[str, ...]]:
    """Return the profiles that select each rule, those that extend such a one included, in alphabetical order.

    Raises PolicyError where a profile can't be used.
    """
    problems: list[Problem] = []
    resolving = _Resolving(catalog, problems)
    found: dict[str, dict[str, None]] = {rule_id: {} for rule_id in catalog.entries}
    for name in sorted(catalog.profiles):
        for member in resolving.closure(name, ()).members:
            for rule_id in resolving.rules(member):
                found[rule_id][name] = None
    if problems:
        raise PolicyError(problems)
    return {rule_id: tuple(names) for rule_id, names in found.items()}


class Used(msgspec.Struct, frozen=True, kw_only=True):
    """What a selection rests on: enough of the catalog to make it again."""

    rules: tuple[str, ...]
    """Rules that the profiles name, and those that declare a parameter that they set, in alphabetical order."""
    profiles: tuple[str, ...]
    """The profiles that are named, and all that they extend, in alphabetical order."""
    frameworks: tuple[str, ...]
    """The frameworks that the rules cite, in alphabetical order."""


def used_by(catalog: Catalog, names: Sequence[str]) -> Used:
    """Return what the named profiles rest on; raises as `select`."""
    _known_profiles(catalog, tuple(names))
    problems: list[Problem] = []
    resolving = _Resolving(catalog, problems)
    members = sorted({member for name in names for member in resolving.closure(name, ()).members})
    found = {rule_id for member in members for rule_id in resolving.rules(member)}
    cited = {name.partition(":")[0] for rule_id in found for name in catalog.entries[rule_id].rule.controls}
    declared = {name for rule_id in found for name in catalog.entries[rule_id].parameters}
    for key in sorted({key for member in members for key in catalog.profiles[member].profile.parameters} - declared):
        found |= {next(iter([one for one, entry in catalog.entries.items() if key in entry.parameters]), "")} - {""}
    if problems:
        raise PolicyError(problems)
    return Used(rules=tuple(sorted(found)), profiles=tuple(members), frameworks=tuple(sorted(cited)))


class _Resolving:
    """Follows `extends` and puts parameters together, collecting what is wrong."""

    def __init__(self, catalog: Catalog, problems: list[Problem]) -> None:
        self.catalog, self.problems = catalog, problems
        self.done: dict[str, _Closure] = {}
        self.own: dict[str, dict[str, Any]] = {}

    def refuse(self, name: str, message: str, *path: str | int, hint: str = "") -> None:
        location = self.catalog.profiles[name].location(*path)
        self.problems.append(Problem(message=message, location=location, hint=hint))

    def closure(self, name: str, above: tuple[str, ...]) -> _Closure:
        if name in self.done:
            return self.done[name]
        closure = self.done[name] = _Closure()
        profile = self.catalog.profiles[name].profile
        bases = []
        for index, base in enumerate(profile.extends):
            if base not in self.catalog.profiles:
                hint = suggestion(base, self.catalog.profiles)
                self.refuse(name, f"there is no profile {base!r}", "extends", index, hint=hint)
            elif base == name or base in above:
                self.refuse(name, f"the profile extends itself: {' -> '.join((*above, name, base))}", "extends", index)
            else:
                bases.append(self.closure(base, (*above, name)))
        closure.members = list(dict.fromkeys([name, *(member for base in bases for member in base.members)]))
        inherited = self.strictest((base.parameters for base in bases), name)
        self.own[name] = self.parsed(name, profile)
        closure.parameters = inherited | self.own[name]
        for index, section in enumerate(profile.requires):
            if section not in KNOWN_SECTIONS:
                hint = suggestion(section, KNOWN_SECTIONS)
                self.refuse(name, f"there is no section {section!r}", "requires", index, hint=hint)
        return closure

    def parsed(self, name: str, profile: Profile) -> dict[str, Any]:
        found = {}
        for key, value in profile.parameters.items():
            parameter = self.catalog.parameters.get(key)
            if parameter is None or key in _DERIVED:
                hint = _DERIVED.get(key) or suggestion(key, self.catalog.parameters)
                self.refuse(name, f"no rule has a parameter {key!r}", "parameters", key, hint=hint)
                continue
            try:
                found[key] = parameter.parse(value)
            except ValueError as error:
                self.refuse(name, f"the parameter {key} is no {parameter.type}", "parameters", key, hint=str(error))
        return found

    def rules(self, name: str) -> list[str]:
        found = []
        for index, pattern in enumerate(self.catalog.profiles[name].profile.rules):
            matched = matching(pattern, self.catalog.entries)
            if not matched:
                hint = suggestion(pattern, self.catalog.entries)
                self.refuse(name, f"there is no rule {pattern!r}", "rules", index, hint=hint)
            found += matched
        return list(dict.fromkeys(found))

    def strictest(self, tables: Iterable[dict[str, Any]], name: str) -> dict[str, Any]:
        merged: dict[str, Any] = {}
        for table in tables:
            for key, value in table.items():
                try:
                    known = self.catalog.parameters[key]
                    merged[key] = known.stricter_of(merged[key], value) if key in merged else value
                except ValueError as error:
                    message = f"the parameter {key} differs between the profiles of {name}: {error}"
                    hint = "set it in a profile of yours that extends them"
                    self.problems.append(Problem(message=message, hint=hint))
        return merged

    def deviations(
        self, members: Sequence[str], parameters: dict[str, Any], selected: dict[str, SelectedRule]
    ) -> tuple[Deviation, ...]:
        """Return each selected rule's parameter that is weaker than a profile's own value."""
        found = []
        for rule_id, rule in selected.items():
            for key in rule.parameters:
                parameter = self.catalog.parameters[key]
                for name in members:
                    reference = self.own.get(name, {}).get(key)
                    if reference is not None and parameter.weakens(parameters[key], reference):
                        found.append(
                            Deviation(
                                rule=rule_id,
                                parameter=key,
                                profile=name,
                                expected=parameter.text(reference),
                                actual=parameter.text(parameters[key]),
                            )
                        )
        return tuple(found)


def _derived(requires: Sequence[str], claims: Iterable[ClaimDemand]) -> dict[str, Any]:
    """Return the parameters that other parts of profiles become."""
    ages: dict[str, int] = {}
    for demand in claims:
        age = duration_seconds(demand.maximum_age)
        ages[demand.claim] = min(age, ages.get(demand.claim, age))
    return {SECTIONS: list(requires), CLAIM_AGES: dict(sorted(ages.items()))}


def matching(pattern: str, known: Iterable[str]) -> list[str]:
    """Return the ids that a pattern means: an id itself, or all of a category for `category.*` or `category`."""
    category = pattern.removesuffix(".*")
    return [name for name in known if name == pattern or name.split(".", 1)[0] == category]


def _known_profiles(catalog: Catalog, names: tuple[str, ...]) -> None:
    problems = [
        Problem(message=f"there is no profile {name!r}", hint=suggestion(name, catalog.profiles))
        for name in names
        if name not in catalog.profiles
    ]
    if not names:
        hint = f"expected `profiles` of: {', '.join(catalog.profiles)}"
        problems = [Problem(message="no profile is named", hint=hint)]
    if problems:
        raise UsageError(problems)


def _kept(wanted: list[str], patterns: Sequence[str], catalog: Catalog) -> list[str]:
    if not patterns:
        if not wanted:
            raise UsageError("the profiles select no rule")
        return wanted
    kept: set[str] = set()
    problems = []
    for pattern in patterns:
        matched = set(matching(pattern, wanted))
        if not matched:
            hint = suggestion(pattern, wanted)
            if matching(pattern, catalog.entries):
                hint = "name a profile that selects it with --profile"
            problems.append(Problem(message=f"the profiles select no rule {pattern!r}", hint=hint))
        kept |= matched
    if problems:
        raise UsageError(problems)
    return sorted(kept)


def _citing(rule: Rule, catalog: Catalog, day: str, problems: list[Problem]) -> Rule:
    """Return a rule with those of its controls that are in force on a day: no report may cite another."""
    cited = []
    for name in rule.controls:
        control = catalog.controls.get(name)
        if control is None:
            hint = suggestion(name, catalog.controls)
            message = f"{rule.id} serves an unknown control {name!r}"
            problems.append(Problem(message=message, location=Location(file=rule.file), hint=hint))
        elif in_force(control, day):
            cited.append(name)
    return rule if len(cited) == len(rule.controls) else msgspec.structs.replace(rule, controls=tuple(cited))
