"""Resolves every reference of OSCAL documents: UUIDs, fragments, files, controls and objectives."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from posixpath import join, normpath
from typing import Any
from urllib.parse import unquote

Path = tuple[str | int, ...]
FOLDER = "reports"
"""Where the documents are in a pack."""
_TARGETS = {  # what a reference must lead to: the last list on the way to it
    "component-uuid": {"components"},
    "actor-uuid": {"components"},
    "activity-uuid": {"activities"},
    "task-uuid": {"tasks"},
    "observation-uuid": {"observations"},
    "risk-uuid": {"risks"},
    "party-uuids": {"parties"},
}
_SUBJECTS = {"component": {"components"}}


def each(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Yield every value with its path."""
    yield path, value
    if isinstance(value, dict):
        for name, part in value.items():
            yield from each(part, (*path, name))
    elif isinstance(value, list):
        for number, part in enumerate(value):
            yield from each(part, (*path, number))


def defined(document: Any) -> dict[str, str]:
    """Return each UUID with the list that it is in; a UUID that is given twice is an error."""
    found: dict[str, str] = {}
    for path, value in each(document):
        if path and path[-1] == "uuid":
            assert value not in found, f"{value} is given twice, again at {path}"
            found[value] = str(next((step for step in reversed(path[:-1]) if isinstance(step, str)), ""))
    return found


def controls(document: Any) -> set[str]:
    """Return the controls for which the document defines objectives."""
    return {
        value["control-id"]
        for path, value in each(document)
        if isinstance(value, dict) and "control-id" in value and "objectives-and-methods" in path
    }


def objectives(document: Any) -> set[str]:
    """Return the ids of the objectives that the document defines."""
    ids = [v for path, v in each(document) if path and path[-1] == "id" and "objectives-and-methods" in path]
    assert len(ids) == len(set(ids))
    return set(ids)


def unresolved(documents: Mapping[str, Any], files: Collection[str] = ()) -> list[str]:
    """Return every reference that leads nowhere, with where it stands.

    A document may refer to what it defines, and results to what their plan defines; `files` are those of the pack.
    """
    found = []
    plan = documents.get("oscal-plan.json", {})
    known_controls = {control for document in documents.values() for control in controls(document)}
    for name, document in documents.items():
        own = defined(document)
        refers = "import-ap" in next(iter(document.values()))
        uuids = own | (defined(plan) if refers else {})
        resources = {u for u, group in own.items() if group == "resources"}
        goals = objectives(document) | (objectives(plan) if refers else set())
        for path, value in each(document):
            key = path[-1] if path else ""
            holder = path[-2] if len(path) > 1 and isinstance(path[-1], int) else key
            where = f"{name} {'/'.join(map(str, path))}: {value}"
            if key == "href":
                if value.startswith("#"):
                    ok = value[1:] in resources
                else:
                    target = normpath(join(FOLDER, unquote(value)))
                    ok = target in files or (target.removeprefix(f"{FOLDER}/") in documents and "/" not in value)
            elif key == "subject-uuid":
                holds: Any = document
                for step in path[:-1]:
                    holds = holds[step]
                ok = uuids.get(value) in _SUBJECTS[holds["type"]]
            elif isinstance(value, str) and holder in _TARGETS:
                ok = uuids.get(value) in _TARGETS[str(holder)]
            elif isinstance(value, str) and (str(holder).endswith(("-uuid", "-uuids"))):
                ok = False  # a reference that this resolver does not know is not taken on trust
            elif key == "control-id":
                ok = value in known_controls
            elif key in ("objective-id", "target-id"):
                ok = value in goals
            else:
                continue
            if not ok:
                found.append(where)
    return found
