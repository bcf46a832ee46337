"""A user's own policies: what --policies gives, a folder or an OPA bundle, with nothing in it left out silently."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from limen.errors import Location, PolicyError, Problem, UsageError
from limen.policy.discovery import Source

if TYPE_CHECKING:
    from limen.policy.bundle_signature import Trust

_HOLDING = ("rules", "profiles", "frameworks")
_FOLDERS = (*_HOLDING, "lib")
_LAYOUT = "expected rules/<category>/<rule>/<rule>.rego, lib/, profiles/<id>.yaml or frameworks/<id>.yaml"


def own_sources(given: tuple[Path, ...], trust: Trust | None, base: Path | None = None) -> list[Source]:
    """Return where the user's policies lie, in order; messages name files from `base` on where one is given.

    Raises PolicyError with everything that is no use in them, UsageError where a key is given and no bundle.
    """
    found: list[Source] = []
    problems: list[Problem] = []
    for index, path in enumerate(given):
        try:
            if path.resolve() in {other.resolve() for other in given[:index]}:
                location = Location(file=str(path))
                raise PolicyError(Problem(message="given twice", location=location, hint="name it once"))
            shown = (path if base is None else path.relative_to(base)).as_posix()
            found.append(_folder(path, shown) if path.is_dir() else _bundle(path, trust, shown))
        except PolicyError as error:
            problems.extend(error.problems)
    if problems:
        raise PolicyError(problems)
    if trust is not None and trust.keys and not any(source.held is not None for source in found):
        hint = "it verifies bundles: give one with --policies, or leave --bundle-key out"
        raise UsageError(Problem(message="a key is given, and no bundle that it could verify", hint=hint))
    return found


def own_names(folder: Path) -> list[str]:
    """Return the files of a folder that are policies, by their place in it, sorted."""
    found = [f"{name}/{path.name}" for name in ("profiles", "frameworks") for path in (folder / name).glob("*.yaml")]
    for name in ("rules", "lib"):
        for where, _, files in os.walk(folder / name):
            inside = Path(where).relative_to(folder).as_posix()
            found += [f"{inside}/{file}" for file in files if file.endswith(".rego")]
    return sorted(found)


def _folder(folder: Path, shown: str) -> Source:
    location = Location(file=str(folder))
    if not any((folder / name).is_dir() for name in _HOLDING):
        hint = "expected rules/, profiles/ or frameworks/ in it; limen rules new makes them"
        raise PolicyError(Problem(message="the folder holds no policies", location=location, hint=hint))
    problems = _overlooked(folder)
    if problems:
        raise PolicyError(problems)
    return Source(rego=folder, policies=folder, shown=f"{shown}/", shipped=False)


def _bundle(path: Path, trust: Trust | None, shown: str) -> Source:
    from limen.policy.bundle import SUFFIXES, read_bundle
    from limen.policy.bundle_signature import Trust

    location = Location(file=str(path))
    if not path.is_file():
        hint = "expected a folder, or a bundle made by opa build"
        raise PolicyError(Problem(message="there is no such folder or bundle", location=location, hint=hint))
    if not path.name.endswith(SUFFIXES):
        hint = f"expected a folder, or a bundle: a file whose name ends in {' or '.join(SUFFIXES)}"
        raise PolicyError(Problem(message="neither a folder nor a bundle", location=location, hint=hint))
    held = read_bundle(path, trust or Trust(), shown)
    problems = [
        Problem(message="no policy belongs here", location=Location(file=one.shown), hint=_LAYOUT)
        for inside, one in held.items()
        if _misplaced(tuple(inside.split("/")))
    ]
    if problems:
        raise PolicyError(problems)
    if not any(inside.split("/")[0] in _HOLDING for inside in held):
        hint = "expected rules/, profiles/ or frameworks/ in it"
        raise PolicyError(Problem(message="the bundle holds no policies", location=location, hint=hint))
    return Source(rego=path, policies=path, shown=f"{shown}/", shipped=False, held=held)


def _overlooked(folder: Path) -> list[Problem]:
    """Return what looks like a policy and would not be read: misplaced files, links to folders, closed folders."""
    problems: list[Problem] = []

    def refuse(path: Path, message: str, hint: str) -> None:
        problems.append(Problem(message=message, location=Location(file=path.as_posix()), hint=hint))

    def closed(error: OSError) -> None:
        message = f"can't read the folder: {error.strerror}"
        refuse(Path(str(error.filename)), message, "make it readable, or move it away")

    for where, folders, files in os.walk(folder, onerror=closed):
        here = Path(where)
        inside = here.relative_to(folder).parts
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in folders:
            if (here / name).is_symlink() and (*inside, name)[0] in _FOLDERS:
                refuse(here / name, "a link to a folder is not followed", "put the folder itself there")
        for name in sorted(files):
            if _misplaced((*inside, name)):
                refuse(here / name, "no policy belongs here", _LAYOUT)
    return problems


def _misplaced(parts: tuple[str, ...]) -> bool:
    """Return whether a file looks like a policy and lies where none is looked for; rules/ is looked into by itself."""
    top, name = parts[0], parts[-1]
    if name.endswith(".rego"):
        return len(parts) < 2 or top not in ("rules", "lib")
    if name.endswith((".yaml", ".yml")):
        return top in ("profiles", "frameworks") and (len(parts) != 2 or name.endswith(".yml"))
    return False
