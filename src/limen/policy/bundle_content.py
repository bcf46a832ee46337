"""What a bundle holds, as a folder of policies would: checked against its manifest's roots, its data put in place."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

import msgspec

from limen.errors import Location, PolicyError, Problem
from limen.policy.bundle import MANIFEST, Held
from limen.policy.bundle_hash import Number, structure
from limen.policy.bundle_signature import SIGNATURES

FOLDERS = ("rules", "lib", "profiles", "frameworks")
"""Where policies lie, in a folder as in a bundle."""

LONGEST = 20
"""Characters from which a number stays text, which no parameter takes for an integer."""

_DATA = ("data.json", "data.yaml", "data.yml")
_PACKAGE = re.compile(rb"^[ \t]*package\b\s*([\w.]*)", re.MULTILINE)
"""The first of a module, for only comments may stand before it; one that is written otherwise has no name here."""
_AS_DATA = ("profiles", "frameworks")


class Manifest(msgspec.Struct, frozen=True):
    """The parts of .manifest that bear on what is read."""

    roots: list[str] | None = None
    """Paths that the bundle owns, with slashes; none: all."""
    rego_version: int = 1
    file_rego_versions: dict[str, int] = {}
    wasm: list[Any] = []

    def owns(self, path: tuple[str, ...]) -> bool:
        """Return whether a path of data lies below a root."""
        roots = [""] if self.roots is None else self.roots
        return any(path[: len(steps)] == steps for steps in map(_steps, roots))


def content(files: Mapping[str, bytes], shown: str) -> dict[str, Held]:
    """Return a bundle's policies by their place in a folder of policies.

    Raises PolicyError with everything that its roots do not cover, that has no place or that is there twice.
    """
    manifest = _manifest(files.get(MANIFEST), f"{shown}/{MANIFEST}")
    found: dict[str, Held] = {}
    problems: list[Problem] = []
    data: dict[str, Any] = {}
    for name, text in sorted(files.items()):
        folder, _, base = name.rpartition("/")
        place = f"{shown}/{name}"
        if base in (MANIFEST, SIGNATURES) and folder:
            problems.append(_problem(place, "this file belongs at the top", "make the archive from within its folder"))
        elif base in _DATA:
            _merge(data, _nested(folder, structure(name, text, place)), place, problems)
        elif base.endswith((".rego", ".yaml", ".yml")):
            inside = _inside(name)
            if base.endswith(".rego"):
                problems += _foreign(text, manifest, place)
            if inside in found:
                problems.append(_problem(place, f"{inside} is there twice, as {found[inside].shown} too"))
            found[inside] = Held(shown=place, text=text)
    for inside, held in _of_data(data, manifest, shown, problems).items():
        if inside in found:
            problems.append(_problem(held.shown, f"{inside} is there twice, as {found[inside].shown} too"))
        found[inside] = held
    if problems:
        raise PolicyError(problems)
    return found


def _manifest(text: bytes | None, shown: str) -> Manifest:
    if text is None:
        return Manifest()
    try:
        manifest = msgspec.json.decode(text, type=Manifest)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise PolicyError(_problem(shown, f"no manifest: {error}", "make it with opa build")) from None
    if manifest.wasm:
        hint = "WebAssembly can't be read by an auditor: build it with --target rego"
        raise PolicyError(_problem(shown, "not a bundle of policies in Rego", hint))
    if {manifest.rego_version, *manifest.file_rego_versions.values()} != {1}:
        raise PolicyError(_problem(shown, "the bundle is of an old version of Rego", "write it in Rego v1"))
    return manifest


def _inside(name: str) -> str:
    """Return a file's place from rules/, lib/, profiles/ or frameworks/ on: opa build may put folders before them."""
    parts = name.split("/")
    starts = [index for index, part in enumerate(parts[:-1]) if part in FOLDERS]
    return "/".join(parts[starts[0] :]) if starts else name


def _foreign(text: bytes, manifest: Manifest, place: str) -> list[Problem]:
    package = _PACKAGE.search(text)
    if package is None:
        return []  # the parser tells
    path = tuple(package[1].decode().split("."))
    if manifest.owns(path):
        return []
    hint = "add it to the roots, or take the module out"
    return [_problem(place, f"the manifest's roots do not cover the package {'.'.join(path)}", hint)]


def _of_data(data: dict[str, Any], manifest: Manifest, shown: str, problems: list[Problem]) -> dict[str, Held]:
    """Return profiles and frameworks that are data; refuse any other data, which no rule could read."""
    found: dict[str, Held] = {}
    limen = data.get("limen", {})
    strange = [name for name in data if name != "limen"]
    if isinstance(limen, dict):
        strange += [f"limen.{name}" for name, group in limen.items() if not _group(name, group)]
    else:
        strange.append("limen")
    for path in strange:
        hint = "expected limen.profiles.<id> and limen.frameworks.<id>: rules read their parameters alone"
        problems.append(_problem(shown, f"no rule may read the data {path}", hint))
    if strange:
        return {}
    for group, entries in limen.items():
        for name, value in entries.items():
            place = f"{shown}/data:limen.{group}.{name}"
            if not manifest.owns(("limen", group, name)):
                problems.append(_problem(place, "the manifest's roots do not cover the data", "add it to the roots"))
            found[f"{group}/{name}.yaml"] = Held(shown=place, text=_written(value))
    return found


def _group(name: str, group: Any) -> bool:
    return name in _AS_DATA and isinstance(group, dict)


def _written(value: Any) -> bytes:
    """Return a value as the text of a file of its own, a key a line, so that a message can point into it."""
    return (json.dumps(_plain(value), ensure_ascii=False, indent=1) + "\n").encode()


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, Number):
        return int(value) if value.lstrip("-").isdigit() and len(value) < LONGEST else str(value)
    return value


def _nested(folder: str, value: Any) -> Any:
    for part in reversed(_steps(folder)):
        value = {part: value}
    return value


def _merge(into: dict[str, Any], value: Any, place: str, problems: list[Problem]) -> None:
    """Put data into data; what both have must be objects, or it would depend on the order which one counts."""
    if not isinstance(value, dict):
        problems.append(_problem(place, "data must be an object by name"))
        return
    for key, item in value.items():
        known = into.get(key)
        if isinstance(known, dict) and isinstance(item, dict):
            _merge(known, item, place, problems)
        elif key in into:
            problems.append(_problem(place, f"the data {key!r} is there twice"))
        else:
            into[key] = item


def _steps(path: str) -> tuple[str, ...]:
    return tuple(part for part in path.split("/") if part)


def _problem(file: str, message: str, hint: str = "") -> Problem:
    return Problem(message=message, location=Location(file=file), hint=hint)
