"""The statements of a rule's body as they were written, with the parts that a person wants to see evaluated."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import msgspec

from limen.errors import Location
from limen.policy.syntax import Node, Tree, kind_of, ref_steps

Form = Literal["compare", "assign", "not", "some", "other"]

_OPERATORS = {"Eq": "==", "Ne": "!=", "Lt": "<", "Le": "<=", "Gt": ">", "Ge": ">="}
_LITERALS = frozenset({"Array", "Bool", "False", "Null", "Number", "Object", "RawString", "Set", "String", "True"})
_QUOTES = b'"`'


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """An expression of a statement."""

    node: Node
    text: str
    location: Location
    literal: bool
    """Whether it is written out, so that it says what is expected."""


class Statement(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a body: all of them must hold."""

    node: Node
    text: str
    """The whole, with what follows ``with``."""
    location: Location
    form: Form
    operator: str
    """Of a comparison: ``==``, ``in`` and the like; else empty."""
    parts: tuple[Part, ...]
    """Both sides of a comparison, the right side of an assignment, what `not` negates, what `some` looks in."""
    withs: str
    """What follows the expression, such as ``with input as given``; may be empty."""
    mocks: tuple[tuple[str, Part], ...]
    """What stands in for what: (``input``, expression)."""


def place_of(tree: Tree, span: dict[str, int]) -> Location:
    """Return where a span is, as long as its first line."""
    lines = _text(tree, span).splitlines()
    return msgspec.structs.replace(tree.location(_quoted(tree, span)), length=len(lines[0]) if lines else 0)


def _text(tree: Tree, span: dict[str, int]) -> str:
    whole = _quoted(tree, span)
    return tree.module.text.encode()[whole["start"] : whole["end"]].decode()


def _quoted(tree: Tree, span: dict[str, int]) -> dict[str, int]:
    """Return a span with the quotes of a string at its ends, which the engine leaves outside."""
    text = tree.module.text.encode()
    start, end = span["start"], span["end"]
    start -= start > 0 and text[start - 1] in _QUOTES
    end += end < len(text) and text[end] in _QUOTES
    return {**span, "start": start, "end": end}


def _span(tree: Tree, node: Node) -> dict[str, int]:
    """Return a node's span; the engine lets that of an object begin at its last key."""
    kind, parts = kind_of(node)
    span: dict[str, int] = parts["span"]
    if kind != "Object" or not parts["fields"]:
        return span
    before = tree.module.text.encode()[: _span(tree, parts["fields"][0][1])["start"]]
    start = before.rfind(b"{")
    return {**span, "start": start, "line": before[:start].count(b"\n") + 1}


def statements(tree: Tree, rule: Node) -> tuple[Statement, ...] | None:
    """Return the statements of a definition's body, none where it has no body; None where it has several."""
    bodies = rule["bodies"]
    if len(bodies) > 1:
        return None
    return tuple(_statement(tree, found) for body in bodies for found in body["query"]["stmts"])


def part_of(tree: Tree, node: Node) -> Part:
    """Return an expression as it was written."""
    span = _span(tree, node)
    return Part(node=node, text=_text(tree, span), location=place_of(tree, span), literal=_is_literal(node))


def calls(node: Node) -> Iterator[Node]:
    """Yield the calls of functions that are named by one word, outermost first, but none inside a comprehension."""
    kind, parts = kind_of(node)
    if kind.endswith("Compr"):
        return
    if kind == "Call" and "Var" in parts["fcn"]:
        yield parts
    for below in _below(parts):
        yield from calls(below)


def references(node: Node) -> Iterator[Node]:
    """Yield the references and variables of an expression, each as a whole; none inside a comprehension or a call."""
    kind, parts = kind_of(node)
    if kind.endswith("Compr"):
        return
    if kind in ("Var", "RefDot", "RefBrack") and ref_steps(node) is not None:
        yield node
        return
    for below in _below(parts):
        if kind != "Call" or below is not parts["fcn"]:
            yield from references(below)


def beginnings(node: Node) -> list[Node]:
    """Return a reference and what it goes through, down to its variable: a.b.c, a.b, a."""
    found = [node]
    while "refr" in (parts := kind_of(found[-1])[1]):
        found.append(parts["refr"])
    return found


def _below(value: object) -> Iterator[Node]:
    """Yield the nodes directly below the parts of one."""
    if isinstance(value, dict):
        if len(value) == 1 and isinstance(inner := next(iter(value.values())), dict) and "span" in inner:
            yield value
            return
        for item in value.values():
            yield from _below(item)
    elif isinstance(value, list):
        for item in value:
            yield from _below(item)


def _is_literal(node: Node) -> bool:
    kind, parts = kind_of(node)
    return kind in _LITERALS and all(_is_literal(below) for below in _below(parts))


def _statement(tree: Tree, found: Node) -> Statement:
    kind, literal = kind_of(found["literal"])
    mods = found.get("with_mods") or []
    form, operator, nodes = _parts(kind, literal)
    return Statement(
        node=found["literal"],
        text=_text(tree, found["span"]),
        location=place_of(tree, found["span"]),
        form=form,
        operator=operator,
        parts=tuple(part_of(tree, node) for node in nodes),
        withs=" ".join(_text(tree, mod["span"]) for mod in mods),
        mocks=tuple((part_of(tree, mod["refr"]).text, part_of(tree, mod["as"])) for mod in mods),
    )


def _parts(kind: str, literal: Node) -> tuple[Form, str, list[Node]]:
    """Return how a statement is built, its operator, and the expressions to look at."""
    if kind == "NotExpr":
        return "not", "", [literal["expr"]]
    if kind == "SomeIn":
        return "some", "", [literal["collection"]]
    if kind != "Expr":  # every, some without in
        return "other", "", []
    inner, parts = kind_of(literal["expr"])
    if inner == "BoolExpr" and parts["op"] in _OPERATORS:
        return "compare", _OPERATORS[parts["op"]], [parts["lhs"], parts["rhs"]]
    if inner == "AssignExpr":
        return "assign", "", [parts["rhs"]]
    if inner == "Membership":
        return "compare", "in", [parts["value"], parts["collection"]]
    return "other", "", [literal["expr"]]
