"""Every snippet is what it claims to be: YAML parses, and what shows a declaration fits the model."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from limen.cli.rule_page import snippet_language
from limen.errors import PolicyError
from limen.loading.schema import declaration_schema
from limen.policy.catalog import load_catalog
from limen.policy.documents import parse
from limen.records.rules import Rule
from tests.docs.markdown import blocks
from tests.docs.test_links import markdown_files
from tests.needs import REPOSITORY

SCHEMA = declaration_schema()


def partial(schema: Any) -> Any:
    """Return a schema in which nothing is required: a fragment leaves out what it is not about."""
    if isinstance(schema, dict):
        if "properties" in schema:
            schema = {name: part for name, part in schema.items() if name != "required"}
        return {name: partial(part) for name, part in schema.items() if name not in ("oneOf", "minItems")}
    return [partial(part) for part in schema] if isinstance(schema, list) else schema


DEFINITIONS = partial(SCHEMA["$defs"])
VALIDATORS = {
    name: jsonschema.Draft202012Validator({"$defs": DEFINITIONS, "$ref": f"#/$defs/{name}"}) for name in DEFINITIONS
}


def fits(data: Any) -> list[str]:
    """Return the parts of the model of which data may be a fragment: the file, a flow, flows, keys by name."""
    if isinstance(data, list):
        parts = [set(fits(one)) for one in data if isinstance(one, dict)]
        return [
            f"list of {name}"
            for name in VALIDATORS
            if parts and len(parts) == len(data) and all(name in one for one in parts)
        ]
    if not isinstance(data, dict) or not data:
        return []
    by_name = [{name for name in VALIDATORS if VALIDATORS[name].is_valid(one)} for one in data.values()]
    return [name for name, validator in VALIDATORS.items() if validator.is_valid(data)] + [
        f"{name} by name"
        for name in VALIDATORS
        if all(isinstance(one, dict) and one for one in data.values()) and all(name in one for one in by_name)
    ]


def elided(text: str) -> str:
    """Return a snippet without its `...`, which stand for what it is not about."""
    return re.sub(r", \.\.\.(?=[}\]])|(?<=\[)\.\.\.(?=\])", "", text)


def snippets(rule: Rule) -> dict[str, str]:
    return {"avoid": rule.avoid, "prefer": rule.prefer}


@pytest.fixture(scope="module")
def rules() -> list[Rule]:
    return list(load_catalog().rules.values())


def test_yaml_in_documents_parses() -> None:
    wrong, checked = [], 0
    for path in markdown_files():
        for block in blocks(path):
            if block.language in ("yaml", "yml"):
                checked += 1
                try:
                    parse(elided(block.text), str(path.relative_to(REPOSITORY)), PolicyError, first_line=block.line + 1)
                except PolicyError as error:
                    wrong += [f"{problem.location}: {problem.message}" for problem in error.problems]
            elif block.language == "json":
                json.loads(block.text)
    assert wrong == []
    assert checked > 50


def test_every_rule_shows_what_to_avoid_and_what_to_prefer(rules: list[Rule]) -> None:
    assert [f"{rule.id}: {name}" for rule in rules for name, text in snippets(rule).items() if not text.strip()] == []
    assert [rule.id for rule in rules if rule.avoid == rule.prefer] == []
    assert [rule.id for rule in rules if not rule.rationale.strip()] == []


def test_every_snippet_of_a_rule_fits_the_model(rules: list[Rule]) -> None:
    wrong = []
    for rule in rules:
        if snippet_language(rule) != "yaml":
            continue  # it shows what is observed: a server's configuration, a statement, a line of code
        for name, text in snippets(rule).items():
            where = f"{rule.id}: {name}"
            try:
                data = parse(elided(text), where, PolicyError).data
            except PolicyError as error:
                wrong += [f"{where}: {problem.message}" for problem in error.problems]
                continue
            if not fits(data):
                wrong.append(f"{where}: no part of a declaration looks like {text.strip()!r}")
    assert wrong == []


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ({"in_transit": {"tls": {"min": "1.3"}}}, ["Posture", "Flow"]),
        ({"in_transit": {"tls": {"minimum": "1.3"}}}, []),
        ({"in_transit": {"tls": {"min": "1.4"}}}, []),
        ({"principals": {"jane": {"roles": ["reader"]}}}, ["Declaration"]),
        ({"upload": {"protocol": "https"}}, ["InTransit by name"]),
        ([{"id": "upload", "from": "portal"}], ["list of Flow"]),
        ([{"id": "upload", "form": "portal"}], []),
        ([1], []),
        ([], []),
        ({}, []),
        ("limen check", []),
    ],
)
def test_a_fragment_is_recognised(data: Any, expected: list[str]) -> None:
    found = fits(data)
    assert set(expected) <= set(found)
    assert bool(found) == bool(expected)


def test_declarations_in_documents_fit_the_model() -> None:
    """A snippet that opens like a whole boundaries.yaml is one."""
    validator = jsonschema.Draft202012Validator(SCHEMA)
    wrong = []
    for path in markdown_files():
        for block in blocks(path):
            if block.language == "yaml" and block.text.startswith("version:"):
                data = parse(elided(block.text), str(path), PolicyError).data
                wrong += [f"{Path(path).name}:{block.line}: {error.message}" for error in validator.iter_errors(data)]
    assert wrong == []
