"""Misspelling any path, parameter, key or name of any shipped rule, one at a time, is an error at load."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from limen.policy import discovery
from limen.policy.index import schema_texts
from limen.policy.inspection import inspect
from limen.policy.metadata import BLOCK, rule_from
from limen.policy.syntax import trees
from tests.policy.support import shipped

BATCH = 250
WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def spelling_places(node: Any, text: bytes) -> Iterator[tuple[int, int]]:
    """Yield the byte spans of every field, key, index and called or imported name of a syntax tree."""
    if isinstance(node, list):
        for part in node:
            yield from spelling_places(part, text)
        return
    if not isinstance(node, dict):
        return
    for kind, parts in node.items():
        if kind == "Object":  # a text that a head only shows is prose
            shown = [[key, {} if "String" in item else item] for _, key, item in parts["fields"]]
            yield from spelling_places(shown, text)
            continue
        if kind == "RefDot":
            span = parts["field"][0]
            yield span["start"], span["end"]
        elif kind in ("String", "Var"):
            yield parts["span"]["start"], parts["span"]["end"]
        yield from spelling_places(parts, text)


def rego_misspellings(module: discovery.Module, tree: Any) -> Iterator[tuple[str, str]]:
    """Yield what was misspelt, and the module with it, for each place outside literals that are compared with data."""
    text = module.text.encode()
    seen = set()
    for start, end in [*spelling_places(tree.rules, text), *spelling_places(tree.imports, text)]:
        word = text[start:end].decode()
        key = (start, end)
        if key in seen or not WORD.fullmatch(word) or word == "_":
            continue
        seen.add(key)
        yield f"{word} at byte {start}", (text[:end] + b"x" + text[end:]).decode()


def metadata_misspellings(module: discovery.Module, kinds: frozenset[str]) -> Iterator[tuple[str, str]]:
    """Yield the module with each id, subject, parameter name, check name, path and need of its metadata misspelt."""
    read = rule_from(module.text, module.file, module.id, kinds)
    lines = module.text.splitlines(keepends=True)
    for path, (line, column) in read.document.marks.items():
        wanted = path[1:2] in (("id",), ("subject",)) or (
            path[:2] == ("custom", "checks") and len(path) >= 4 and path[3] in ("path", "needs", "each")
        )
        value = read.document.data
        for step in path:
            value = value[step]
        if not wanted or not isinstance(value, str):
            continue
        at = line - 1 + read.document.first_line - 1
        rest = lines[at][column - 1 :]
        changed = lines[at][: column - 1] + rest.replace(value, f"{value}x", 1)
        yield f"{'.'.join(map(str, path))}", "".join([*lines[:at], changed, *lines[at + 1 :]])
    for name in [*read.rule.parameters, *read.rule.checks]:
        pattern = re.compile(rf"^(#\s+)({name}):", re.MULTILINE)
        yield f"metadata name {name}", pattern.sub(r"\1\2x:", module.text, count=1)


@pytest.fixture(scope="module")
def misspellings() -> list[tuple[str, discovery.Module]]:
    rules, _ = shipped()
    kinds = frozenset(schema_texts())
    problems: list[Any] = []
    parsed = trees(rules, problems)
    assert not problems
    found = []
    for module in rules:
        mutants = [*rego_misspellings(module, parsed[module.file]), *metadata_misspellings(module, kinds)]
        for number, (what, text) in enumerate(mutants):
            assert text != module.text, what
            changed = msgspec.structs.replace(module, file=f"{module.file}#{number}", text=text)
            found.append((f"{module.id}: {what}", changed))
    assert len(found) > 15 * len(rules)
    return found


def test_every_misspelling_is_refused_at_load(misspellings: list[tuple[str, discovery.Module]]) -> None:
    _, libraries = shipped()
    schemas = schema_texts()
    silent = []
    for start in range(0, len(misspellings), BATCH):
        batch = misspellings[start : start + BATCH]
        problems: list[Any] = []
        inspect([module for _, module in batch], libraries, schemas, problems)
        refused = {problem.location.file: problem for problem in problems}
        silent += [what for what, module in batch if module.file not in refused]
        assert all(problem.location.line > 0 for problem in refused.values())
    assert silent == [], "\n".join(silent)


def test_the_metadata_block_itself_may_not_be_misspelt() -> None:
    rules, libraries = shipped()
    module = rules[0]
    problems: list[Any] = []
    text = module.text.replace(BLOCK, "# METADATUM", 1)
    inspect([msgspec.structs.replace(module, text=text)], libraries, schema_texts(), problems)
    assert any("has no # METADATA block" in problem.message for problem in problems)
