"""The reference of boundaries.yaml: one table a struct of the model, in the order in which a reader meets them."""

from __future__ import annotations

from typing import Any

import msgspec

from docs.pages.markdown import anchor, code, page, plain, table
from limen.model import scalars

ROOT = "Declaration"


def _pattern(kind: Any) -> str:
    return str(msgspec.json.schema(kind)["pattern"])


# A type with a pattern goes by a word, which the page explains once.
_WORDS = {
    _pattern(scalars.Identifier): "name",
    _pattern(scalars.Permission): "permission",
    _pattern(scalars.ItemReference): "item",
    _pattern(scalars.PartyReference): "party",
    _pattern(scalars.PlaceReference): "place",
    _pattern(scalars.Duration): "duration",
    _pattern(scalars.Date): "date",
    _pattern(scalars.TlsVersion): "TLS version",
}

_GLOSSARY = (
    (
        "name",
        "letters, digits, `_`, `-`, `.`; starts and ends with a letter, a digit or `_`; at most 128 characters",
    ),
    ("item", "the name of a data item, or `key:NAME` where key material itself is meant"),
    ("party", "`zone:NAME`, `component:NAME`, `role:NAME` or `anyone`"),
    ("place", "the name of a zone or a component; `zone:NAME` or `component:NAME` where both exist"),
    ("permission", "parts joined by `:`, such as `packet:upload`; `*` stands for any part, and is judged"),
    ("duration", "ISO 8601, such as `PT1H`, `P365D` or `P6Y`; a year counts 365.2425 days, a month a twelfth of it"),
    ("date", "`YYYY-MM-DD`"),
    ("TLS version", '`"1.3"`, `"1.2"`, `"1.1"`, `"1.0"` or `ssl3`; quoted, or YAML reads a number'),
    ("text", "any text of at most 4,000 characters; escaped wherever it is shown"),
)

_INTRODUCTION = """\
Every section and field, generated from the model. `limen schema` prints the same as JSON Schema, from which editors
complete and explain. A field marked * is required, the others may be left out; an unknown field is an error.
[How the analysis works](analysis.md) says what the values mean."""


def declaration_page(schema: dict[str, Any]) -> str:
    """Return the page; raises KeyError where the schema names a definition that it lacks."""
    parts: dict[str, dict[str, Any]] = schema["$defs"]
    places = _places(parts)
    blocks = [
        "# boundaries.yaml, the reference",
        _INTRODUCTION,
        "## Words",
        table(("type", "how it is written"), _GLOSSARY),
    ]
    for name, where in places.items():
        part = parts[name]
        blocks.append("## The file" if name == ROOT else f"## {_heading(name, parts)}")
        blocks.append(plain(part["description"]))
        if name != ROOT:
            blocks.append(f"At {', '.join(code(path) for path in where)}.")
        if alternatives := part.get("oneOf"):
            said = [" and ".join(code(field) for field in one["required"]) for one in alternatives]
            blocks.append(f"Exactly one of: {'; '.join(said)}.")
        required = part.get("required", [])
        rows = [
            (code(field) + ("*" if field in required else ""), _type(value, parts), _meaning(value))
            for field, value in part["properties"].items()
        ]
        blocks.append(table(("field", "type", "meaning"), rows))
    return page(*blocks)


def _heading(name: str, parts: dict[str, dict[str, Any]]) -> str:
    return str(parts[name].get("title", name))


def _places(parts: dict[str, dict[str, Any]]) -> dict[str, list[str]]:
    """Return each definition, in the order of first mention, with every path at which it may stand."""
    found: dict[str, list[str]] = {ROOT: []}
    todo = [(ROOT, "")]
    while todo:
        name, path = todo.pop(0)
        for field, value in parts[name]["properties"].items():
            for inner, suffix in _mentioned(value):
                here = f"{path}.{field}{suffix}".lstrip(".")
                found.setdefault(inner, []).append(here)
                todo.append((inner, here))
    return found


def _mentioned(value: dict[str, Any], suffix: str = "") -> list[tuple[str, str]]:
    """Return the definitions that a field's value is made of, each with `[]` and `.NAME` for lists and maps."""
    if "$ref" in value:
        return [(value["$ref"].rsplit("/", 1)[1], suffix)]
    found = []
    for one in value.get("anyOf", []):
        found += _mentioned(one, suffix)
    if isinstance(value.get("items"), dict):
        found += _mentioned(value["items"], suffix + "[]")
    if isinstance(value.get("additionalProperties"), dict):
        found += _mentioned(value["additionalProperties"], suffix + ".NAME")
    return found


def _type(value: dict[str, Any], parts: dict[str, dict[str, Any]]) -> str:
    """Return a field's type in words, for one cell."""
    if "$ref" in value:
        heading = _heading(value["$ref"].rsplit("/", 1)[1], parts)
        return f"[{heading}](#{anchor(heading)})"
    if "anyOf" in value:
        return " or ".join(_type(one, parts) for one in value["anyOf"])
    if "enum" in value:
        return ", ".join(code(str(one)) for one in value["enum"])
    kind = value.get("type", "any")
    if kind == "array":
        return _list(value, parts)
    if kind == "object":
        return f"map of name to {_type(value['additionalProperties'], parts)}"
    if kind == "boolean":
        return "`true` or `false`"
    if kind == "integer":
        return f"integer{_range(value)}"
    if kind == "string":
        pattern = value.get("pattern")
        return _WORDS.get(pattern, f"text like {code(_bare(pattern))}") if pattern else "text"
    raise ValueError(f"no word for the type {kind!r}: add one to {__name__}")


def _list(value: dict[str, Any], parts: dict[str, dict[str, Any]]) -> str:
    if pair := value.get("prefixItems"):
        return f"list of {len(pair)} ({', '.join(_type(one, parts) for one in pair)})"
    least = value.get("minItems", 0)
    return f"list of {f'{least} or more ' if least else ''}{_type(value['items'], parts)}"


def _range(value: dict[str, Any]) -> str:
    least, most = value.get("minimum"), value.get("maximum")
    if least is None:
        return "" if most is None else f", at most {most}"
    return f", {least} or more" if most is None else f", {least} to {most}"


def _bare(pattern: str) -> str:
    """Return a pattern without its anchors, which say no more than that the whole text is meant."""
    return pattern.removeprefix("^").removesuffix(r"$(?!\n)")


def _meaning(value: dict[str, Any]) -> str:
    default = value.get("default")
    said = plain(value.get("description", ""))
    if default in (None, [], {}, "", False):
        return said
    return f"{said} Default: {code(str(default))}."
