"""Paths in what a rule may read: the subject's schema, the parameters and the context."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import cache
from typing import Any

import msgspec

from limen.policy.parameters import LARGEST, Parameter

Schema = dict[str, Any]

EXACT = 2**63 - 1
"""Greatest integer, either way, that every engine computes exactly."""
ARGUMENT = "an argument"
"""Source of a value of which only the caller knows more."""
ANYTHING: Schema = {}
"""The schema of a value of which nothing is known."""

CONTEXT: Schema = {
    "type": "object",
    "properties": {"as_of": {"type": "integer", "description": "The day whose law holds, yyyymmdd."}},
    "required": ["as_of"],
    "additionalProperties": False,
}
"""What rules see as data.limen.context."""

_TYPES: dict[str, Schema] = {
    "integer": {"type": "integer"},
    "duration": {"type": "integer", "unit": "duration"},
    "tls_version": {"type": "integer", "unit": "tls_version"},
    "date": {"type": "integer", "unit": "date"},
    "boolean": {"type": "boolean"},
    "string": {"type": "string"},
    "strings": {"type": "array", "items": {"type": "string"}},
}


class Value(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of an expression's value before it is evaluated."""

    source: str = ""
    """input, parameters or context for a value that lies there; empty for one that was computed."""
    path: str = ""
    """Where it lies in its source; empty for the whole."""
    schema: Schema
    """JSON Schema of the value."""

    @property
    def type(self) -> str:
        """JSON type, or an empty text where unknown."""
        found = self.schema.get("type", "")
        return found if isinstance(found, str) else ""

    @property
    def bound(self) -> int:
        """Greatest integer, either way, that it can be."""
        return int(self.schema.get("bound", LARGEST))

    @property
    def unit(self) -> str:
        """duration, tls_version, date, or empty."""
        return unit_of(self.schema)

    def field(self, name: str) -> Value | None:
        """Return the value of a field; None where the schema has none of that name."""
        properties = self.schema.get("properties")
        if properties is not None:
            schema = properties.get(name)
        elif isinstance(self.schema.get("additionalProperties"), dict):
            schema = self.schema["additionalProperties"]
        else:
            schema = ANYTHING if self.open else None
        if schema is None:
            return None
        return Value(source=self.source, path=f"{self.path}.{name}" if self.path else name, schema=schema)

    def element(self) -> Value | None:
        """Return the value of an element of a list, a set or a table; None where it is none of them."""
        for part in ("items", "additionalProperties"):
            if isinstance(self.schema.get(part), dict):
                described = {key: self.schema[key] for key in ("description",) if key in self.schema}
                return Value(source=self.source, path=f"{self.path}[]", schema=described | self.schema[part])
        if self.open or self.schema.get("type") in ("array", "set"):
            return Value(source=self.source, path=f"{self.path}[]", schema=ANYTHING)
        return None

    def requires(self, name: str) -> bool:
        """Return whether the schema promises a field."""
        return name in self.schema.get("required", ())

    def needed(self, needs: Collection[str]) -> bool:
        """Return whether a check needs it, or something in it."""
        return any(need == self.path or need.startswith((f"{self.path}.", f"{self.path}[]")) for need in needs)

    def fields(self) -> list[str]:
        """Return the names of the fields that the schema has."""
        return sorted(self.schema.get("properties", {}))

    @property
    def is_table(self) -> bool:
        """Whether it is an object of values by name, whose names no schema fixes."""
        return "properties" not in self.schema and isinstance(self.schema.get("additionalProperties"), dict)

    @property
    def unresolved(self) -> bool:
        """Whether it can't be followed: nothing is known of its parts, and no caller will say more."""
        return self.open and self.source != ARGUMENT

    @property
    def open(self) -> bool:
        """Whether nothing is known of the value's parts."""
        return not (set(self.schema) - {"description", "title"})


def scalar(kind: str, unit: str = "", *, bound: int = LARGEST) -> Value:
    """Return a computed value of a JSON type; an integer is no greater than `bound`, either way."""
    schema: Schema = {"type": kind, "unit": unit} if unit else {"type": kind}
    return Value(schema=schema if bound == LARGEST else schema | {"bound": bound})


def united(schemas: Sequence[Schema]) -> Schema:
    """Return what is known of a value that has one of some schemas; nothing where they are of several types."""
    types = {schema.get("type") for schema in schemas}
    if not schemas or len(types) > 1 or all(schema == schemas[0] for schema in schemas):
        return schemas[0] if len(types) == 1 else ANYTHING
    kind = types.pop()
    if kind == "integer":
        units = {unit_of(schema) for schema in schemas}
        most = max(int(schema.get("bound", LARGEST)) for schema in schemas)
        return scalar("integer", units.pop() if len(units) == 1 else "", bound=most).schema
    if kind == "string" and all("enum" in schema for schema in schemas):
        return {"type": "string", "enum": [text for schema in schemas for text in schema["enum"]]}
    if kind in ("array", "set"):
        return {"type": kind, "items": united([schema.get("items", ANYTHING) for schema in schemas])}
    return {"type": kind} if kind in ("string", "boolean") else ANYTHING


def unit_of(schema: Schema) -> str:
    """Return what a number means, from its schema: descriptions of durations speak of seconds, of TLS of ranks."""
    if "unit" in schema:
        return str(schema["unit"])
    if schema.get("type") != "integer":
        return ""
    description = schema.get("description", "")
    if "econds" in description:
        return "duration"
    if "version as a rank" in description:
        return "tls_version"
    return "date" if "yyyymmdd" in description else ""


def parameters_schema(parameters: Mapping[str, Parameter]) -> Schema:
    """Return the schema of data.limen.parameters as one rule sees it."""
    properties = {}
    for name, parameter in parameters.items():
        one = _TYPES[parameter.scalar]
        table = {"type": "object", "additionalProperties": one}
        properties[name] = table if parameter.type.endswith("_table") else one
    return {"type": "object", "properties": properties, "required": sorted(properties), "additionalProperties": False}


def resolve(schema: Schema, path: str) -> Value | str:
    """Return the value at a dotted path of METADATA (``via[].tls``), or the first part that does not exist."""
    value = Value(source="input", schema=schema)
    for part in path.split("."):
        name, brackets, rest = part.partition("[]")
        found = value.field(name) if name else None
        if found is not None and brackets:
            found = found.element() if not rest else None
        if found is None:
            return part
        value = found
    return value


@cache
def declared_schema(kind: str) -> Schema | None:
    """Return the schema of the declaration's own entry behind a kind of subject; None where there is no single one."""
    from limen.model import access, data, declaration, flows, keys, ledgers, operations, places, tenancy

    shapes: dict[str, type[msgspec.Struct]] = {
        "system": declaration.Declaration,
        "zone": places.Zone,
        "component": places.Component,
        "flow": flows.Flow,
        "wire": flows.Flow,
        "exposure": places.Component,
        "transformation": places.Produces,
        "data": data.DataItem,
        "key": keys.Key,
        "role": access.Role,
        "tenant": tenancy.Tenant,
        "ledger": ledgers.Ledger,
        "transfer": tenancy.Transfer,
        "assertion": operations.Assertion,
    }
    if kind not in shapes:
        return None
    (whole,), parts = msgspec.json.schema_components([shapes[kind]], ref_template="{name}")
    found: Schema = _inlined(whole, parts)
    return found


def _inlined(schema: Any, parts: Schema) -> Any:
    """Return a schema with its references replaced by what they name, and unions of one known part by that part."""
    if isinstance(schema, list):
        return [_inlined(item, parts) for item in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        return _inlined(parts[schema["$ref"]], parts)
    return {key: _inlined(item, parts) for key, item in schema.items()}


def known_beside(schema: Schema, path: str, broken: str) -> list[str]:
    """Return the paths that could have been meant: those beside the part that does not exist."""
    before = path.split(".")[: path.split(".").index(broken)]
    value = resolve(schema, ".".join(before)) if before else Value(source="input", schema=schema)
    if isinstance(value, str):
        return []
    return [".".join((*before, name)) for name in value.fields()]
