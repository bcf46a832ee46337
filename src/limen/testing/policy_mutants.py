"""The mutants of a module: one edit each, under a name that stays while the rule does."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator
from typing import Any

import msgspec

from limen.policy.syntax import Node, Tree, definitions, kind_of, ref_path, ref_steps
from limen.testing.policy_edits import Edit, applied, before_and_after, entry_extent, extent, place, text_of
from limen.testing.policy_operators import Operators
from limen.testing.policy_types import Types


class Mutant(msgspec.Struct, frozen=True, kw_only=True):
    """A module with one expression written anew."""

    id: str
    """Rule or library, definition, operator and a digest of the change: it survives edits elsewhere in the file."""
    target: str
    """The rule or library: transit.tls_minimum, lib.sets."""
    definition: str
    """What it changes: applicable, checks.minimum, or a function."""
    operator: str
    """negate, bend, drop or swap."""
    file: str
    line: int
    """Line of the change, from 1."""
    column: int
    """Column of the change in characters, from 1."""
    before: str
    """The expression as it stands."""
    after: str
    """The expression as the mutant has it."""
    text: str
    """The whole module as the mutant has it."""


def mutants(target: str, tree: Tree, types: Types, functions: dict[str, dict[str, int]]) -> list[Mutant]:
    """Return the mutants of a module, in the order of their places; no two are the same text.

    `functions` are the libraries' functions with their arity, by library.
    """
    source = tree.module.text.encode()
    seen = {tree.module.text}
    numbers: Counter[tuple[str, ...]] = Counter()
    found = []
    for definition, edit in sorted(_edits(tree, types, functions), key=lambda one: (one[1].start, one[1].end)):
        text = applied(source, edit)
        if text in seen:
            continue
        seen.add(text)
        before, after = before_and_after(source, edit)
        key = (definition, edit.operator, before, after)
        numbers[key] += 1
        told = hashlib.sha256("\0".join((*key, str(numbers[key]))).encode()).hexdigest()[:10]
        line, column = place(tree, source, edit.start)
        found.append(
            Mutant(
                id=f"{target}/{definition}/{edit.operator}/{told}",
                target=target,
                definition=definition,
                operator=edit.operator,
                file=tree.module.file,
                line=line,
                column=column,
                before=before,
                after=after,
                text=text,
            )
        )
    return found


def _edits(tree: Tree, types: Types, functions: dict[str, dict[str, int]]) -> Iterator[tuple[str, Edit]]:
    """Yield the edits of every definition, each with the definition's name."""
    operators = Operators(tree, types, functions)
    for rule in definitions(tree):
        kind, head = kind_of(rule["head"])
        steps = [step for step, _ in ref_steps(head["refr"]) or ()]
        name = ".".join(step for step in steps if isinstance(step, str))
        for edit in _of_definition(rule, kind, head, operators):
            yield name, edit


def _of_definition(rule: dict[str, Any], kind: str, head: dict[str, Any], operators: Operators) -> Iterator[Edit]:
    assign = head.get("assign")
    start, end = rule["span"]["start"], rule["span"]["end"]
    if assign is not None:
        end = max(end, extent(assign["value"])[1])
    yield Edit("drop", start, end, "", (start, end))
    if assign is not None:
        value = assign["value"]
        if kind_of(value)[0] == "Object":
            yield from _of_head(value, operators)
        elif operators.type_of(value) == "boolean":
            yield from operators.decided(value)
        yield from operators.edits(value)
        yield from _swapped(value, operators)
    for body in rule["bodies"]:
        yield from operators.body(body["query"]["stmts"])


def _of_head(value: Node, operators: Operators) -> Iterator[Edit]:
    """Yield what can be done to the entries of a check's head: dropped, exchanged, and always decided one way."""
    fields = kind_of(value)[1]["fields"]
    for index, (_, key, item) in enumerate(fields):
        whole = extent(key)[0], extent(item)[1]
        if kind_of(key)[1].get("value") == "holds":
            yield from operators.decided(item)
        elif len(fields) > 1:
            yield Edit("drop", *entry_extent(operators.source, fields, index), "", whole)


def _swapped(value: Node, operators: Operators) -> Iterator[Edit]:
    """Yield each reference of a definition's value with the next one of its type in its place."""
    found = [one for one in _references(value, extent(value)) if operators.type_of(one[0])]
    types = {text_of(operators.source, node): operators.type_of(node) for node, _ in found}
    names = list(types)
    for node, shown in found:
        name = text_of(operators.source, node)
        at = names.index(name)
        others = [*names[at + 1 :], *names[:at]]
        other = next((one for one in others if types[one] == types[name]), None)
        if other is not None:
            yield Edit("swap", *extent(node), other, shown)


def _references(node: Any, shown: tuple[int, int]) -> Iterator[tuple[Node, tuple[int, int]]]:
    """Yield the references in an expression that name a field (input.a.b), each with the expression around it."""
    if isinstance(node, list):
        for part in node:
            yield from _references(part, shown)
    elif isinstance(node, dict) and len(node) == 1:
        kind, parts = kind_of(node)
        if kind == "RefDot":
            path = ref_path(node)
            if path is not None:
                yield node, shown
        elif kind == "Object":
            for _, key, item in parts["fields"]:
                yield from _references(item, (extent(key)[0], extent(item)[1]))
        elif kind == "Call":
            yield from _references(parts["params"], extent(node))
        else:
            yield from _references(parts, extent(node) if kind in ("BoolExpr", "Membership") else shown)
    elif isinstance(node, dict):
        for part in node.values():
            yield from _references(part, shown)
