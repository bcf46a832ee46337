"""examples/model shows every section and every field of the format, so that a reader can trust it to be complete."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import yaml
from msgspec import inspect

from limen.loading import load
from limen.model.declaration import Declaration

MODEL = Path(__file__).parents[2] / "examples" / "model"


def _written() -> list[Any]:
    """Return the example's files as they are written, before includes are merged and defaults are filled in."""
    flows = [json.loads(line) for line in (MODEL / "flows.jsonl").read_text().splitlines()]
    texts = [(MODEL / "boundaries.yaml").read_text(), (MODEL / "flows" / "submission.yaml").read_text()]
    return [*(yaml.safe_load(text) for text in texts), {"flows": flows}]


def _visit(value: Any, kind: inspect.Type, seen: dict[type, set[str]]) -> None:
    """Note which fields of which structs are written in a value of a type."""
    if isinstance(kind, inspect.Metadata):
        _visit(value, kind.type, seen)
    elif isinstance(kind, inspect.UnionType):
        for choice in kind.types:
            fits = isinstance(choice, inspect.StructType) == isinstance(value, dict)
            if fits:
                _visit(value, choice, seen)
    elif isinstance(kind, inspect.StructType):
        for field in kind.fields:
            if field.encode_name in value:
                seen.setdefault(kind.cls, set()).add(field.encode_name)
                _visit(value[field.encode_name], field.type, seen)
    elif isinstance(kind, inspect.DictType):
        for inner in value.values():
            _visit(inner, kind.value_type, seen)
    elif isinstance(kind, inspect.VarTupleType):
        for inner in value:
            _visit(inner, kind.item_type, seen)


def _declared(kind: inspect.Type, found: dict[type, set[str]]) -> None:
    """Note all fields of all structs that a type can hold."""
    if isinstance(kind, inspect.Metadata):
        _declared(kind.type, found)
    elif isinstance(kind, inspect.UnionType):
        for choice in kind.types:
            _declared(choice, found)
    elif isinstance(kind, inspect.StructType) and kind.cls not in found:
        found[kind.cls] = {field.encode_name for field in kind.fields}
        for field in kind.fields:
            _declared(field.type, found)
    elif isinstance(kind, inspect.DictType):
        _declared(kind.value_type, found)
    elif isinstance(kind, inspect.VarTupleType):
        _declared(kind.item_type, found)


def test_every_field_is_shown() -> None:
    """Each field of each struct of the model is written somewhere in the example."""
    root = inspect.type_info(Declaration)
    seen: dict[type, set[str]] = {}
    for document in _written():
        _visit(document, root, seen)
    declared: dict[type, set[str]] = {}
    _declared(root, declared)
    missing = {
        f"{struct.__name__}.{field}"
        for struct, fields in declared.items()
        for field in fields - seen.get(struct, set())
    }
    assert len(declared) > 40
    assert missing == set()


def test_loads() -> None:
    """The example is a valid declaration: includes are found and no name dangles."""
    loaded = load(MODEL / "boundaries.yaml")
    assert [file.name for file in loaded.files] == ["boundaries.yaml", "flows.jsonl", "flows/submission.yaml"]
    assert msgspec.to_builtins(loaded.declaration.system) == {
        "id": "rx-trace",
        "title": "Serialization and trial submission platform",
        "owner": "platform-security",
    }
