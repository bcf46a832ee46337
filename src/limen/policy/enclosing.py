"""Policies as a pack encloses them: every file that a selection rests on, so that it can be judged by them alone.

Below the pack's inputs they lie so that `load_catalog(enclosed=...)` finds them again::

    policies/rego/limen/rules/…  lib/…      the shipped modules of the rules that are used, and what they import
    policies/rego/schemas/<kind>.json       the schemas of the kinds that they judge
    policies/policies/profiles|frameworks/  the profiles that are named with all that they extend, what the rules cite
    own/<n>/…                               the user's own: a folder as it is read, or the bundle as it is
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from limen.errors import PolicyError
from limen.policy.catalog import Catalog
from limen.policy.discovery import TEST_SUFFIX, Source
from limen.policy.documents import read_bytes
from limen.policy.own import own_names
from limen.policy.selection import Used

BUNDLE = "bundle.tar.gz"
"""How an enclosed bundle is called."""


def enclosed_files(catalog: Catalog, used: Used) -> Iterator[tuple[str, bytes]]:
    """Yield name and content of each file that is enclosed, by its place below the pack's inputs.

    Raises PolicyError where one can't be read.
    """
    shipped = next(place for place in catalog.places if place.shipped)
    for name in _rego(catalog, used):
        yield f"policies/rego/{name}", shipped.text(shipped.rego.parent, name, name)
    for folder, names in (("profiles", used.profiles), ("frameworks", used.frameworks)):
        for name in names:
            inside = f"{folder}/{name}.yaml"
            if (shipped.policies / inside).is_file():
                yield f"policies/policies/{inside}", shipped.text(shipped.policies, inside, f"policies/{inside}")
    for number, place in enumerate(own_places(catalog)):
        for inside, content in _own(place):
            yield f"own/{number}/{inside}", content


def own_places(catalog: Catalog) -> list[Source]:
    """Return the user's own folders and bundles, in order."""
    return [place for place in catalog.places if not place.shipped]


def own_paths(inputs: Path, kinds: list[str]) -> tuple[Path, ...]:
    """Return where the user's own policies lie in a pack's inputs; `kinds` says of each whether it is a bundle."""
    return tuple(
        inputs / "own" / str(number) / BUNDLE if kind == "bundle" else inputs / "own" / str(number)
        for number, kind in enumerate(kinds)
    )


def _rego(catalog: Catalog, used: Used) -> list[str]:
    """Return the places of shipped modules and schemas; every library, where rules of the user's own may call it."""
    mine = frozenset(catalog.own)
    entries = [catalog.entries[rule_id] for rule_id in sorted({*used.rules, *mine})]
    libraries = {name for entry in entries for name in entry.libraries}
    if own_places(catalog):
        libraries |= catalog.libraries.keys()
    names = [catalog.entries[rule_id].rule.file for rule_id in used.rules if rule_id not in mine]
    names += [catalog.libraries[name].file for name in sorted(libraries) if catalog.libraries[name].shipped]
    return names + [f"schemas/{kind}.json" for kind in sorted({entry.rule.subject for entry in entries})]


def _own(place: Source) -> Iterator[tuple[str, bytes]]:
    if place.held is not None:
        yield BUNDLE, read_bytes(place.rego, place.shown.rstrip("/"), PolicyError)
        return
    for inside in own_names(place.rego):
        if not inside.endswith(TEST_SUFFIX):
            yield inside, place.text(place.rego, inside, f"{place.shown}{inside}")
