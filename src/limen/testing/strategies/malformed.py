"""Malformed systems: texts of declarations that no loader may take, each with what was done to it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, NamedTuple

import yaml
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from limen.testing.declaration_places import places
from limen.testing.strategies.systems import SECTIONS, System, systems, text_of

_REFERENCES = (
    ("components", "zone"), ("ledgers", "component"), ("keys", "wrapped_by"), ("keys", "held_by"), ("zones", "within"),
)  # fmt: skip
_BROKEN = (
    "\t",
    "{",
    "]",
    "'",
    '"',
    "*nothing",
    "&a [*a",
    "%YAML 9.9\n",
    "!!python/object:os.system {}",
    "\x00",
    "- a\n",
)
"""What no YAML text begins with that is a declaration."""


class Malformed(NamedTuple):
    """A text that is no declaration."""

    text: str
    """What the file holds."""
    damage: str
    """What was done, in words."""


@st.composite
def malformed_systems(draw: DrawFn) -> Malformed:
    """Draw the text of a system with one damage that makes it none."""
    system = draw(systems(changes=2))
    damage: Callable[[System], SearchStrategy[Malformed]] = draw(
        st.sampled_from([_unknown, _null, _misplaced, _dangling, _missing, _doubled, _syntax, _versioned])
    )
    return draw(damage(system))


@st.composite
def _unknown(draw: DrawFn, system: System) -> Malformed:
    section = draw(st.sampled_from([name for name in SECTIONS if system.get(name)]))
    entries = system[section]
    entry = draw(st.sampled_from(sorted(entries) if isinstance(entries, dict) else range(len(entries))))
    entries[entry]["unknown_field"] = 1
    return Malformed(text_of(system), f"{section} {entry} has an unknown field")


@st.composite
def _null(draw: DrawFn, system: System) -> Malformed:
    place = draw(st.sampled_from(places(system)))
    _put(system, place.path, None)
    return Malformed(text_of(system), f"{place.field} is null")


@st.composite
def _misplaced(draw: DrawFn, system: System) -> Malformed:
    place = draw(st.sampled_from([one for one in places(system) if not isinstance(one.value, (dict, list))]))
    _put(system, place.path, draw(st.sampled_from([{"a": 1}, [[]], 1.5, -1, 2**70])))
    return Malformed(text_of(system), f"{place.field} is of another type")


@st.composite
def _dangling(draw: DrawFn, system: System) -> Malformed:
    entries = [
        (section, name, field)
        for section, field in _REFERENCES
        for name, entry in system.get(section, {}).items()
        if field in entry
    ]
    section, name, field = draw(st.sampled_from(entries))
    system[section][name][field] = "nobody-is-called-so"
    return Malformed(text_of(system), f"{section} {name} refers to nothing in {field}")


@st.composite
def _missing(draw: DrawFn, system: System) -> Malformed:
    gone = draw(st.sampled_from(["version", "system", "flows"]))
    del system[gone]
    return Malformed(text_of(system), f"{gone} is missing")


@st.composite
def _doubled(draw: DrawFn, system: System) -> Malformed:
    section = draw(st.sampled_from(["zones", "components", "data", "system"]))
    text = text_of(system)
    return Malformed(f"{text}{section}: {json.dumps(system[section])}\n", f"{section} stands there twice")


@st.composite
def _syntax(draw: DrawFn, system: System) -> Malformed:
    broken = draw(st.sampled_from(_BROKEN))
    return Malformed(broken + text_of(system), f"it begins with {broken!r}")


@st.composite
def _versioned(draw: DrawFn, system: System) -> Malformed:
    system["version"] = draw(st.sampled_from([0, 2, "1", 1.0, True, [1]]))
    return Malformed(yaml.safe_dump(system), f"it is of version {system['version']!r}")


def _put(value: Any, path: tuple[str | int, ...], new: Any) -> None:
    for step in path[:-1]:
        value = value[step]
    value[path[-1]] = new
