"""Subjects of any kind, drawn from its JSON Schema, with values on both sides of what a rule compares them with."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import msgspec
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from limen.model.scalars import TLS_RANKS
from limen.policy.parameters import LARGEST, Parameter

Schema = Mapping[str, Any]

LONGEST = 4
"""Elements of a list, at most."""
ODD = ("", " ", "é", "\u00df", "\u0130", "\U0001f600", "\x00", "\u202e", "true", "0", "*", "none")
"""Texts that programs mistake: empty, beyond ASCII, beyond 16 bits, invisible, other types' spelling."""

_TEXT = re.compile(r'"([^"\\\n]*)"')
_INTEGER = re.compile(r"(?<![\w.])(\d{1,15})(?![\w.])")
_COMMENT = re.compile(r"^\s*#.*$", re.MULTILINE)
_DATES = (20200101, 20260921, 20991231)
_DURATIONS = (1, 86_400, 31_556_952)


class Constants(msgspec.Struct, frozen=True, kw_only=True):
    """What a rule compares subjects with; what is drawn is taken from it more often than not."""

    integers: tuple[int, ...] = ()
    """Integers; their neighbours are drawn, too."""
    texts: tuple[str, ...] = ()
    """Texts, as they are."""

    def __or__(self, other: Constants) -> Constants:
        """Return the constants of both."""
        integers = sorted({*self.integers, *other.integers})
        return Constants(integers=tuple(integers), texts=tuple(sorted({*self.texts, *other.texts})))


def constants_of(source: str) -> Constants:
    """Return the constants of a Rego module: its texts and integers, comments and metadata left out."""
    code = _COMMENT.sub("", source)
    integers = sorted({int(text) for text in _INTEGER.findall(_TEXT.sub('""', code))})
    return Constants(integers=tuple(integers), texts=tuple(sorted(set(_TEXT.findall(code)))))


def constants_in(value: Any) -> Constants:
    """Return the constants of a parameter's value: of a list or a table those of all entries, and a table's names."""
    if isinstance(value, bool) or value is None:
        return Constants()
    if isinstance(value, int):
        return Constants(integers=(value,))
    if isinstance(value, str):
        return Constants(texts=(value,))
    found = Constants(texts=tuple(value)) if isinstance(value, Mapping) else Constants()
    for item in value.values() if isinstance(value, Mapping) else value:
        found |= constants_in(item)
    return found


def integers(constants: Constants) -> SearchStrategy[int]:
    """Return integers, as a subject or a parameter may hold them: constants, their neighbours, small, and extreme."""
    near = sorted({number + step for number in constants.integers for step in (-1, 0, 1)})
    small = st.integers(min_value=0, max_value=20)
    extreme = st.sampled_from([0, 1, 2**31, 2**32, LARGEST - 1, LARGEST])
    return st.one_of(*([st.sampled_from(near)] * 2 if near else []), small, extreme)


def texts(constants: Constants) -> SearchStrategy[str]:
    """Return texts: constants, and odd ones."""
    odd = st.one_of(st.sampled_from(ODD), st.text(st.characters(exclude_categories=["Cs"]), max_size=6))
    return st.one_of(*[st.sampled_from(constants.texts)] * 3, odd) if constants.texts else odd


def values(schema: Schema, constants: Constants = Constants()) -> SearchStrategy[Any]:  # noqa: B008 frozen
    """Return values that a JSON Schema of limen's admits: objects with and without their optional fields.

    Raises ValueError for a type that limen's schemas do not have.
    """
    if "enum" in schema:
        return st.sampled_from(sorted(schema["enum"]))
    match schema.get("type"):
        case "boolean":
            return st.booleans()
        case "integer":
            return integers(constants)
        case "number":
            return integers(constants) | st.floats(allow_nan=False, allow_infinity=False)
        case "string":
            return texts(constants)
        case "array":
            return _arrays(schema["items"], constants)
        case "object":
            return subjects(schema, constants=constants)
        case None:
            whole = [{"type": "integer"}, {"type": "string"}, {"type": "boolean"}]
            return st.one_of(*(values(one, constants) for one in whole), st.lists(texts(constants), max_size=LONGEST))
        case unknown:
            raise ValueError(f"no strategy for the type {unknown}")


def subjects(
    schema: Schema,
    *,
    fields: Collection[str] | None = None,
    constants: Constants = Constants(),  # noqa: B008 frozen
) -> SearchStrategy[dict[str, Any]]:
    """Return subjects, or parts of them, of a JSON Schema; `fields` are the only top-level ones that are drawn."""
    properties: Mapping[str, Schema] = schema.get("properties", {})
    chosen = {name: part for name, part in properties.items() if fields is None or name in fields}
    needed = set(schema.get("required", ()))
    drawn = {name: values(part, constants) for name, part in chosen.items()}
    return st.fixed_dictionaries(
        {name: drawn[name] for name in drawn if name in needed},
        optional={name: drawn[name] for name in drawn if name not in needed},
    )


@st.composite
def near(
    draw: st.DrawFn,
    bases: Sequence[Mapping[str, Any]],
    schema: Schema,
    *,
    fields: Collection[str] | None = None,
    constants: Constants = Constants(),  # noqa: B008 frozen
) -> dict[str, Any]:
    """Return subjects that differ from one of some real ones in two fields at most, drawn anew or left out.

    A rule with many conditions seldom applies to what is drawn field by field; it applies to these. `fields` are the
    only top-level ones that are kept and drawn.
    """
    base = draw(st.sampled_from(bases))
    properties: Mapping[str, Schema] = schema.get("properties", {})
    kept = sorted(name for name in properties if fields is None or name in fields)
    found = {name: base[name] for name in kept if name in base}
    changed = draw(st.lists(st.sampled_from(kept), max_size=2, unique=True)) if kept else []
    for name in changed:
        part = properties[name]
        within = isinstance(found.get(name), dict) and "properties" in part
        if within and draw(st.integers(min_value=0, max_value=3)):
            found[name] = draw(near([found[name]], part, constants=constants))
        elif name not in schema.get("required", ()) and draw(st.booleans()):
            found.pop(name, None)
        else:
            found[name] = draw(values(part, constants))
    return found


def parameters(
    declared: Mapping[str, Parameter],
    usual: Mapping[str, Sequence[Any]] = MappingProxyType({}),
    constants: Constants = Constants(),  # noqa: B008 frozen
) -> SearchStrategy[dict[str, Any]]:
    """Return values of a rule's parameters, as rules see them; `usual` are values by name, drawn half of the time."""
    drawn = {}
    for name, one in declared.items():
        found = _parameter(one, constants)
        drawn[name] = st.one_of(st.sampled_from(usual[name]), found) if usual.get(name) else found
    return st.fixed_dictionaries(drawn)


def _parameter(parameter: Parameter, constants: Constants) -> SearchStrategy[Any]:
    scalars: dict[str, SearchStrategy[Any]] = {
        "boolean": st.booleans(),
        "string": texts(constants),
        "strings": st.lists(texts(constants), max_size=LONGEST, unique=True).map(sorted),
        "integer": integers(constants),
        "duration": integers(Constants(integers=_DURATIONS)),
        "tls_version": st.sampled_from(sorted(TLS_RANKS.values())),
        "date": st.sampled_from(_DATES),
    }
    one = scalars[parameter.scalar]
    if not parameter.type.endswith("_table"):
        return one
    return st.dictionaries(texts(constants), one, max_size=LONGEST).map(lambda table: dict(sorted(table.items())))


def _arrays(items: Schema, constants: Constants) -> SearchStrategy[list[Any]]:
    """Return lists; of texts they are sorted and without repeats, as subjects' are."""
    element = values(items, constants)
    if items.get("type") == "string":
        return st.lists(element, max_size=LONGEST, unique=True).map(sorted)
    return st.lists(element, max_size=LONGEST)
