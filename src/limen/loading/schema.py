"""JSON Schema (2020-12) of a declaration and of limen's other documents, generated from the model."""

from __future__ import annotations

import re
from typing import Any

import msgspec

from limen.model.declaration import Declaration
from limen.model.probing import OPTIONS_OF, ProbeOptions

SCHEMA_ID = "https://limen.dev/schema/boundaries-1.json"
"""Stable name of the published schema."""

DIALECT = "https://json-schema.org/draft/2020-12/schema"
"""The dialect of all our schemas."""

# What the model checks in __post_init__, which no type can say.
_EXACTLY_ONE: dict[str, list[dict[str, Any]]] = {
    "Layer": [{"required": ["sealed"]}, {"required": ["signed"]}, {"required": ["field_encrypted"]}],
    "Never": [
        {
            "required": ["from", "to"],
            "properties": dict.fromkeys(("data", "reaches", "in", "on"), False),
        },
        {
            "required": ["data", "reaches"],
            "properties": {"from": False, "to": False, "except_via": {"maxItems": 0}},
        },
    ],
}


def _options_fit() -> list[dict[str, Any]]:
    """Return, for each probe, the schema that lets it have only its own options."""
    every = ProbeOptions.__struct_fields__
    return [
        {
            "if": {"properties": {"probe": {"const": probe}}},
            "then": {
                "properties": {"options": {"properties": {name: {"not": {}} for name in every if name not in options}}}
            },
        }
        for probe, options in OPTIONS_OF.items()
    ]


def declaration_schema() -> dict[str, Any]:
    """Return the JSON Schema of boundaries.yaml, as `limen schema` prints it."""
    schema = type_schema(Declaration)
    return {
        "$schema": DIALECT,
        "$id": SCHEMA_ID,
        "title": "boundaries.yaml",
        "description": "A declaration of zones, components and flows, and of all that protects them, for limen.",
        **schema,
    }


def type_schema(kind: Any) -> dict[str, Any]:
    """Return the JSON Schema of any type of the model, with what its structs check themselves."""
    schema = _plain(msgspec.json.schema(kind))
    for name, definition in schema.get("$defs", {}).items():
        if name in _EXACTLY_ONE:
            definition["oneOf"] = _EXACTLY_ONE[name]
        if name == "ProbeRequest":
            definition["allOf"] = _options_fit()
        if "title" in definition:
            definition["title"] = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", definition["title"]).capitalize()
    return dict(schema)


def _plain(value: Any) -> Any:
    """Return a schema in plain JSON types, with the type of each enumeration said."""
    if isinstance(value, dict):
        plain = {name: _plain(part) for name, part in value.items()}
        choices = plain.get("enum")
        if isinstance(choices, list) and "type" not in plain:
            plain["type"] = "string" if all(isinstance(choice, str) for choice in choices) else "integer"
        return plain
    if isinstance(value, (list, tuple)):
        return [_plain(part) for part in value]
    return value
