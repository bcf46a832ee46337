"""JSON Schema of each kind of subject, generated from its struct, for `opa check --schema` and for rules' authors."""

from __future__ import annotations

from typing import Any

import msgspec

from limen.analysis.kinds import KINDS


def subject_schemas() -> dict[str, dict[str, Any]]:
    """Return the JSON Schema 2020-12 of each kind's input, by kind: the content of rego/schemas/<kind>.json."""
    return {name: _schema(name, kind) for name, kind in KINDS.items()}


def _schema(name: str, kind: type[msgspec.Struct]) -> dict[str, Any]:
    (whole,), parts = msgspec.json.schema_components([kind], ref_template="{name}")
    found: dict[str, Any] = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": name}
    return found | _inlined(whole, parts)


def _inlined(schema: dict[str, Any], parts: dict[str, Any]) -> dict[str, Any]:
    """Return a schema with its references replaced by what they name, and its objects closed.

    OPA resolves references in a schema, but what it then knows of closed objects differs by version; plain nesting
    means the same to each, and a misspelt path is then an error of `opa check`.
    """
    if "$ref" in schema:
        rest = {key: value for key, value in schema.items() if key not in ("$ref", "default")}
        return _inlined(parts[schema["$ref"]], parts) | rest
    found = {key: value for key, value in schema.items() if key not in ("title", "default")}
    if "properties" in found:
        properties = found["properties"]
        found["properties"] = {name: _inlined(part, parts) for name, part in properties.items()}
        # A field with a default is always written; only UNSET ones, which have none here, can be absent.
        needed = found.get("required", ())
        found["required"] = [name for name, part in properties.items() if name in needed or "default" in part]
        found["additionalProperties"] = False
    if isinstance(found.get("items"), dict):
        found["items"] = _inlined(found["items"], parts)
    return found
