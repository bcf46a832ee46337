"""The published schema says what the model says, and editors can use it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest

from limen.loading.building import Builder
from limen.loading.schema import declaration_schema, type_schema
from limen.loading.yaml_events import yaml_events
from limen.model.flows import Layer
from limen.model.operations import Never
from tests.loading.support import WHOLE
from tests.needs import REPOSITORY

PUBLISHED = REPOSITORY / "schema" / "boundaries.schema.json"


def _parts(schema: Any, path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    if isinstance(schema, dict):
        yield path, schema
        for name, part in schema.items():
            yield from _parts(part, f"{path}/{name}")
    elif isinstance(schema, list):
        for index, part in enumerate(schema):
            yield from _parts(part, f"{path}/{index}")


def test_the_published_schema_is_the_generated_one() -> None:
    text = json.dumps(declaration_schema(), indent=2, ensure_ascii=False) + "\n"
    assert PUBLISHED.read_text(encoding="utf-8") == text, "run: limen schema --output schema/boundaries.schema.json"


def test_it_is_a_valid_schema_of_2020_12() -> None:
    schema = declaration_schema()
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["$id"].endswith("/boundaries-1.json")
    jsonschema.Draft202012Validator.check_schema(schema)


def test_every_definition_and_property_is_described() -> None:
    schema = declaration_schema()
    missing = [
        f"{name}.{field}"
        for name, definition in schema["$defs"].items()
        for field, part in {"": definition, **definition["properties"]}.items()
        if not part.get("description")
    ]
    assert missing == []


def test_unknown_fields_are_refused_everywhere() -> None:
    for name, definition in declaration_schema()["$defs"].items():
        assert definition["additionalProperties"] is False, name


def test_every_reference_resolves() -> None:
    schema = declaration_schema()
    for path, part in _parts(schema):
        if "$ref" in part and isinstance(part["$ref"], str):
            assert part["$ref"].removeprefix("#/$defs/") in schema["$defs"], path


def test_the_whole_example_is_valid_and_a_weak_one_is_not() -> None:
    value = Builder().build(yaml_events((WHOLE / "boundaries.yaml").read_text(encoding="utf-8")))
    validator = jsonschema.Draft202012Validator(declaration_schema())
    assert [error.message for error in validator.iter_errors(value)] == []
    value["flows"][0]["in_transit"]["tls"]["min"] = "1.4"
    assert [list(error.absolute_path) for error in validator.iter_errors(value)] == [
        ["flows", 0, "in_transit", "tls", "min"]
    ]


@pytest.mark.parametrize(
    ("value", "valid"),
    [
        ({}, False),
        ({"sealed": "a"}, True),
        ({"signed": "a"}, True),
        ({"field_encrypted": {"key": "a", "fields": ["b"]}}, True),
        ({"sealed": "a", "signed": "b"}, False),
        ({"field_encrypted": {"key": "a", "fields": []}}, False),
    ],
)
def test_a_layer_is_exactly_one_thing(value: object, valid: bool) -> None:
    assert jsonschema.Draft202012Validator(type_schema(Layer)).is_valid(value) is valid


@pytest.mark.parametrize(
    ("value", "valid"),
    [
        ({}, False),
        ({"from": "a"}, False),
        ({"from": "a", "to": "b"}, True),
        ({"from": "a", "to": "b", "except_via": ["c"]}, True),
        ({"from": "a", "to": "b", "in": "any"}, False),
        ({"data": "a"}, False),
        ({"data": "a", "reaches": "b"}, True),
        ({"data": "a", "reaches": "b", "in": "any", "on": "wire"}, True),
        ({"data": "a", "reaches": "b", "except_via": ["c"]}, False),
        ({"data": "a", "reaches": "b", "from": "c", "to": "d"}, False),
    ],
)
def test_an_invariant_has_one_of_two_forms(value: object, valid: bool) -> None:
    import msgspec

    assert jsonschema.Draft202012Validator(type_schema(Never)).is_valid(value) is valid
    try:
        msgspec.convert(value, Never)
        assert valid
    except msgspec.ValidationError:
        assert not valid
