"""Where rules, libraries, profiles and frameworks lie: a file in its folder is registered, anything else is refused."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from limen.errors import Location, PolicyError, Problem
from limen.policy.documents import read_bytes
from limen.policy.location import enclosed_roots, policies_root, rego_root

if TYPE_CHECKING:
    from limen.policy.bundle import Held
    from limen.policy.bundle_signature import Trust

TEST_SUFFIX = "_test.rego"
TAKEN = frozenset({"lib", "waiver"})
"""No categories of rules: limen calls libraries by the one, and what the host itself finds by the other."""
_SLUG = re.compile(r"[a-z][a-z0-9_]*\Z")


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """A folder with rules/ and lib/, and one with profiles/ and frameworks/."""

    rego: Path
    policies: Path
    shown: str
    """How messages begin the names of its files."""
    shipped: bool
    held: dict[str, Held] | None = None
    """The files of a bundle, by their place in a folder; None: they lie in the two folders."""

    def name(self, inside: str, folder: str) -> str:
        """Return how messages call a file; `folder` is where a shipped one is found."""
        if self.held is not None:
            return self.held[inside].shown
        return f"{self.shown or folder}{inside}"

    def text(self, root: Path, inside: str, shown: str) -> bytes:
        """Return a file's bytes; raise PolicyError where it can't be read."""
        if self.held is not None:
            return self.held[inside].text
        return read_bytes(root / inside, shown, PolicyError)


class Module(msgspec.Struct, frozen=True, kw_only=True):
    """A Rego file as it was found."""

    id: str
    """category.rule of a rule, the name of a library."""
    file: str
    """Its name in messages, with forward slashes."""
    text: str
    shipped: bool


def sources(extra: tuple[Path, ...], trust: Trust | None = None, enclosed: Path | None = None) -> list[Source]:
    """Return where to look: what is shipped, then the user's folders and bundles; `trust` says whose bundles count.

    `enclosed` is the folder of a pack's inputs: what was shipped is then what lies in it, and nothing else, and
    messages name the user's own files from there. Raises PolicyError where one is of no use, UsageError where a key is
    given and there is no bundle to verify.
    """
    rego, policies = enclosed_roots(enclosed) if enclosed is not None else (rego_root(), policies_root())
    found = [Source(rego=rego / "limen", policies=policies, shown="", shipped=True)]
    if extra:
        from limen.policy.own import own_sources

        found += own_sources(extra, trust, enclosed)
    return found


def rules(places: list[Source], problems: list[Problem]) -> list[Module]:
    """Return the rules' modules by id; append a problem for each misplaced file and each double."""
    found: dict[str, Module] = {}
    for place in places:
        for inside in _rego_files(place, "rules"):
            category, name = inside[1], inside[-1]
            rule = inside[2] if len(inside) == 4 else ""
            named = name in (f"{rule}.rego", f"{rule}{TEST_SUFFIX}")
            if not (named and _SLUG.match(category) and _SLUG.match(rule)):
                hint = "expected rules/<category>/<rule>/<rule>.rego and its <rule>_test.rego, in lower case"
                location = Location(file=_shown(place, inside))
                problems.append(Problem(message="no rule belongs here", location=location, hint=hint))
            elif category in TAKEN:
                location = Location(file=_shown(place, inside))
                message = f"no category may be called {category}"
                problems.append(Problem(message=message, location=location, hint="give the category another name"))
            elif name == f"{rule}.rego":
                _add(found, f"{category}.{rule}", inside, place, problems)
    return sorted(found.values(), key=lambda module: module.id)


def libraries(places: list[Source], problems: list[Problem]) -> list[Module]:
    """Return the shared modules by name; append a problem for each double."""
    found: dict[str, Module] = {}
    for place in places:
        for inside in _rego_files(place, "lib"):
            if not inside[-1].endswith(TEST_SUFFIX):
                _add(found, inside[-1].removesuffix(".rego"), inside, place, problems)
    return sorted(found.values(), key=lambda module: module.id)


def tests(places: list[Source], problems: list[Problem]) -> list[Module]:
    """Return the test modules of rules and libraries, by file."""
    found: dict[str, Module] = {}
    for place in places:
        for folder in ("lib", "rules"):
            for inside in _rego_files(place, folder):
                if inside[-1].endswith(TEST_SUFFIX):
                    _add(found, _shown(place, inside), inside, place, problems)
    return list(found.values())


def yaml_files(places: list[Source], folder: str) -> list[tuple[Source, str, str]]:
    """Return the YAML files of a folder (profiles, frameworks): their place, their stem and their name in messages."""
    found = []
    for place in places:
        if place.held is not None:
            names = sorted(name for name in place.held if name.startswith(f"{folder}/") and name.endswith(".yaml"))
        else:
            names = [f"{folder}/{path.name}" for path in sorted((place.policies / folder).glob("*.yaml"))]
        found += [(place, Path(name).stem, place.name(name, "policies/")) for name in names]
    return found


def renaming(shipped: bool) -> str:
    """Return what to do about a name that is taken, by what is shipped or by what is the user's own."""
    return "give it another name: what is shipped can't be replaced" if shipped else "give one of them another name"


def _add(found: dict[str, Module], name: str, inside: tuple[str, ...], place: Source, problems: list[Problem]) -> None:
    shown = _shown(place, inside)
    if name in found:
        message = f"{name} is already defined by {found[name].file}"
        problems.append(Problem(message=message, location=Location(file=shown), hint=renaming(found[name].shipped)))
        return
    try:
        text = place.text(place.rego, "/".join(inside), shown).decode("utf-8")
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        problems.append(Problem(message="not UTF-8", location=Location(file=shown, line=line)))
    except PolicyError as error:
        problems.extend(error.problems)
    else:
        found[name] = Module(id=name, file=shown, text=text.replace("\r\n", "\n"), shipped=place.shipped)


def _rego_files(place: Source, folder: str) -> list[tuple[str, ...]]:
    """Return the parts of each Rego file's path below the root, sorted; pathlib takes four times as long for them."""
    if place.held is not None:
        parts = (tuple(name.split("/")) for name in place.held)
        return sorted(one for one in parts if one[0] == folder and one[-1].endswith(".rego"))
    top = str(place.rego / folder)
    found = []
    for where, folders, files in os.walk(top):
        named = [name for name in (*folders, *files) if name.endswith(".rego")]
        if named:
            lead = (folder, *where[len(top) :].split(os.sep)[1:])  # noqa: PTH206
            found += [(*lead, name) for name in named]
    return sorted(found)


def _shown(place: Source, inside: tuple[str, ...]) -> str:
    return place.name("/".join(inside), "limen/")
