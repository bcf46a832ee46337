"""Where rules, libraries, profiles and frameworks lie: a file in its folder is registered, anything else is refused."""

from __future__ import annotations

import os
import re
from pathlib import Path

import msgspec

from limen.errors import Location, PolicyError, Problem
from limen.policy.documents import read_bytes
from limen.policy.location import policies_root, rego_root

TEST_SUFFIX = "_test.rego"
_SLUG = re.compile(r"[a-z][a-z0-9_]*\Z")


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """A folder with rules/ and lib/, and one with profiles/ and frameworks/."""

    rego: Path
    policies: Path
    shown: str
    """How messages begin the names of its files."""
    shipped: bool


class Module(msgspec.Struct, frozen=True, kw_only=True):
    """A Rego file as it was found."""

    id: str
    """category.rule of a rule, the name of a library."""
    file: str
    """Its name in messages, with forward slashes."""
    text: str
    shipped: bool


def sources(extra: tuple[Path, ...]) -> list[Source]:
    """Return where to look: what is shipped, then the user's folders; raise PolicyError where one is of no use."""
    found = [Source(rego=rego_root() / "limen", policies=policies_root(), shown="", shipped=True)]
    for folder in extra:
        location = Location(file=str(folder))
        if not folder.is_dir():
            raise PolicyError(Problem(message="there is no such folder", location=location))
        if not any((folder / name).is_dir() for name in ("rules", "profiles", "frameworks")):
            hint = "expected rules/, profiles/ or frameworks/ in it"
            raise PolicyError(Problem(message="the folder holds no policies", location=location, hint=hint))
        found.append(Source(rego=folder, policies=folder, shown=f"{folder.as_posix()}/", shipped=False))
    return found


def rules(places: list[Source], problems: list[Problem]) -> list[Module]:
    """Return the rules' modules by id; append a problem for each misplaced file and each double."""
    found: dict[str, Module] = {}
    for place in places:
        for inside in _rego_files(place.rego, "rules"):
            category, name = inside[1], inside[-1]
            rule = inside[2] if len(inside) == 4 else ""
            named = name in (f"{rule}.rego", f"{rule}{TEST_SUFFIX}")
            if not (named and _SLUG.match(category) and _SLUG.match(rule)):
                hint = "expected rules/<category>/<rule>/<rule>.rego and its <rule>_test.rego, in lower case"
                location = Location(file=_shown(place, inside))
                problems.append(Problem(message="no rule belongs here", location=location, hint=hint))
            elif name == f"{rule}.rego":
                _add(found, f"{category}.{rule}", inside, place, problems)
    return sorted(found.values(), key=lambda module: module.id)


def libraries(places: list[Source], problems: list[Problem]) -> list[Module]:
    """Return the shared modules by name; append a problem for each double."""
    found: dict[str, Module] = {}
    for place in places:
        for inside in _rego_files(place.rego, "lib"):
            if not inside[-1].endswith(TEST_SUFFIX):
                _add(found, inside[-1].removesuffix(".rego"), inside, place, problems)
    return sorted(found.values(), key=lambda module: module.id)


def tests(places: list[Source], problems: list[Problem]) -> list[Module]:
    """Return the test modules of rules and libraries, by file."""
    found: dict[str, Module] = {}
    for place in places:
        for folder in ("lib", "rules"):
            for inside in _rego_files(place.rego, folder):
                if inside[-1].endswith(TEST_SUFFIX):
                    _add(found, _shown(place, inside), inside, place, problems)
    return list(found.values())


def yaml_files(places: list[Source], folder: str) -> list[tuple[Source, Path, str]]:
    """Return the YAML files of a folder (profiles, frameworks) with their names in messages."""
    found = []
    for place in places:
        for path in sorted((place.policies / folder).glob("*.yaml")):
            shown = f"{place.shown}{folder}/{path.name}" if place.shown else f"policies/{folder}/{path.name}"
            found.append((place, path, shown))
    return found


def _add(found: dict[str, Module], name: str, inside: tuple[str, ...], place: Source, problems: list[Problem]) -> None:
    shown = _shown(place, inside)
    if name in found:
        hint = "give it another name: what is shipped can't be replaced"
        message = f"{name} is already defined by {found[name].file}"
        problems.append(Problem(message=message, location=Location(file=shown), hint=hint))
        return
    try:
        text = read_bytes(place.rego.joinpath(*inside), shown, PolicyError).decode("utf-8")
    except UnicodeDecodeError:
        problems.append(Problem(message="not UTF-8", location=Location(file=shown)))
    except PolicyError as error:
        problems.extend(error.problems)
    else:
        found[name] = Module(id=name, file=shown, text=text.replace("\r\n", "\n"), shipped=place.shipped)


def _rego_files(root: Path, folder: str) -> list[tuple[str, ...]]:
    """Return the parts of each Rego file's path below the root, sorted; pathlib takes four times as long for them."""
    top = str(root / folder)
    found = []
    for where, folders, files in os.walk(top):
        named = [name for name in (*folders, *files) if name.endswith(".rego")]
        if named:
            lead = (folder, *where[len(top) :].split(os.sep)[1:])  # noqa: PTH206
            found += [(*lead, name) for name in named]
    return sorted(found)


def _shown(place: Source, inside: tuple[str, ...]) -> str:
    return f"{place.shown or 'limen/'}{'/'.join(inside)}"
