"""Syntax trees of Rego modules as the engine gives them, and how to walk them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import msgspec

from limen.errors import Location, Problem
from limen.policy.discovery import Module
from limen.policy.embedded import parse_modules

Node = dict[str, Any]
"""One node: a kind and its parts, ``{"RefDot": {...}}``."""

WORDS = {
    "NotExpr": "`not`",
    "Every": "`every`",
    "SomeVars": "`some` without `in`",
    "AssignExpr": "an assignment within an expression",
    "Null": "null",
    "UnaryExpr": "a minus before an expression",
    "TemplateString": "a template string",
}
"""Kinds of nodes in words, where a rule may not have them."""

_PLACE = re.compile(r"--> (.*?):(\d+):(\d+)")
_REASON = re.compile(r"^error: (.+)$", re.MULTILINE)


class Tree(msgspec.Struct, frozen=True, kw_only=True):
    """A module and its syntax tree."""

    module: Module
    package: tuple[str, ...]
    imports: list[dict[str, Any]]
    rules: list[Node]
    lines: tuple[str, ...]

    def location(self, span: dict[str, int] | None) -> Location:
        """Return the place of a span in the module; the engine's own columns count a tab as four."""
        if span is None:
            return self.place(1, 0)
        before = self.module.text.encode()[: span["start"]].decode(errors="replace")
        return self.place(span["line"], len(before) - before.rfind("\n") - 1)

    def place(self, line: int, characters: int) -> Location:
        """Return the place after some characters of a line, which counts from 1."""
        excerpt = self.lines[line - 1] if 0 < line <= len(self.lines) else ""
        return Location(file=self.module.file, line=line, column=characters + 1, excerpt=excerpt)


def trees(modules: list[Module], problems: list[Problem]) -> dict[str, Tree]:
    """Return the syntax tree of each module by file; append a problem for each that can't be parsed."""
    found: dict[str, Tree] = {}
    if not modules:
        return found
    answers = parse_modules([(module.file, module.text) for module in modules])
    for module, answer in zip(modules, answers, strict=True):
        lines = tuple(module.text.splitlines())
        if not answer.ok:
            problems.append(_unparsed(module, answer.text))
            continue
        ast = msgspec.json.decode(answer.text)[0]["ast"]
        package = ref_path(ast["package"]["refr"]) or ()
        found[module.file] = Tree(
            module=module, package=package, imports=ast["imports"], rules=ast["rules"], lines=lines
        )
    return found


def complaint(said: str, texts: Mapping[str, str]) -> Problem:
    """Return what the embedded engine complains of, with its place where it names one of these texts (by file)."""
    place = _PLACE.search(said)
    reason = _REASON.search(said)
    message = reason[1] if reason else said.splitlines()[0] if said else "unknown"
    if place is None or place[1] not in texts:
        return Problem(message=message)
    line, column = int(place[2]), int(place[3])
    lines = texts[place[1]].splitlines()
    excerpt = lines[line - 1] if 0 < line <= len(lines) else ""
    return Problem(message=message, location=Location(file=place[1], line=line, column=column, excerpt=excerpt))


def _unparsed(module: Module, said: str) -> Problem:
    found = complaint(said, {module.file: module.text})
    place = found.location or Location(file=module.file, line=1, column=1)
    return Problem(message=f"not Rego: {found.message}", location=place)


def kind_of(node: Node) -> tuple[str, dict[str, Any]]:
    """Return a node's kind and parts."""
    ((kind, parts),) = node.items()
    return kind, parts


def span_of(node: Node) -> dict[str, int] | None:
    """Return where a node is."""
    span: dict[str, int] | None = kind_of(node)[1].get("span")
    return span


def ref_path(node: Node) -> tuple[str, ...] | None:
    """Return a reference's parts where all are plain names (``data.limen.lib.sets``); None for anything else."""
    steps = ref_steps(node)
    if steps is None:
        return None
    names = [step[0] for step in steps]
    return tuple(names) if all(isinstance(name, str) for name in names) else None  # type: ignore[arg-type]


def ref_steps(node: Node) -> list[tuple[str | Node, dict[str, int]]] | None:
    """Return a reference's steps with their places, the variable first; a step is a name, or an index to evaluate.

    None where the node is no reference that starts with a variable.
    """
    steps: list[tuple[str | Node, dict[str, int]]] = []
    while True:
        kind, parts = kind_of(node)
        if kind == "Var":
            steps.append((parts["value"], parts["span"]))
            return steps[::-1]
        if kind == "RefDot":
            steps.append((parts["field"][1], parts["field"][0]))
        elif kind == "RefBrack":
            index = parts["index"]
            index_kind, index_parts = kind_of(index)
            if index_kind in ("String", "RawString"):
                steps.append((index_parts["value"], index_parts["span"]))
            else:
                steps.append((index, index_parts["span"]))
        else:
            return None
        node = parts["refr"]


def imports_of(tree: Tree) -> dict[str, tuple[str, ...]]:
    """Return a module's imports: the name by which each is known, and its path."""
    found = {}
    for item in tree.imports:
        path = ref_path(item["refr"]) or ()
        alias = item.get("as")
        text = tree.module.text.encode()
        name = text[alias["start"] : alias["end"]].decode() if alias else (path[-1] if path else "")
        found[name] = path
    return found


def names(tree: Tree) -> set[str]:
    """Return the names of a module's rules and functions."""
    return {rule_name(rule) for rule in definitions(tree)}


def named(tree: Tree, name: str) -> list[Node]:
    """Return the definitions of a rule or function."""
    return [rule for rule in definitions(tree) if rule_name(rule) == name]


def definitions(tree: Tree) -> list[dict[str, Any]]:
    """Return a module's rules and functions, defaults left out."""
    return [rule["Spec"] for rule in tree.rules if "Spec" in rule]


def rule_name(rule: dict[str, Any]) -> str:
    """Return the name that a definition gives."""
    steps = ref_steps(kind_of(rule["head"])[1]["refr"])
    return str(steps[0][0]) if steps else ""
