"""Whether types and texts agree, and whether engines do.

What is always the same decides nothing; what one engine decides otherwise than another is refused.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any

from limen.policy.builtins import ALLOWED, ORDERED, Builtin
from limen.policy.frames import Frame, Span
from limen.policy.paths import ARGUMENT, EXACT, Schema, Value, united
from limen.policy.syntax import Node, kind_of, ref_path, ref_steps, span_of
from limen.policy.wording import suggestion

_WORD = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9_.\-]*[A-Za-z0-9])?")


_OPERATIONS = ("BoolExpr", "ArithExpr", "BinExpr")


class Agreement(ABC):
    """Checks that need the values of expressions, and no more."""

    alone: bool = False
    """Whether a library is read without its callers, who will say of which types its arguments are."""

    @abstractmethod
    def value(self, node: Node, frame: Frame, *, whole: bool = False) -> Value:
        """Return what is known of an expression."""

    @abstractmethod
    def refused(self, frame: Frame, span: Span, message: str, hint: str = "") -> None:
        """Note a problem."""

    def typed(self, node: Node, frame: Frame, kind: str) -> Value:
        """Return an expression's value, which must be of a type."""
        value = self.value(node, frame)
        self.expect(value, kind, span_of(node), frame)
        return value

    def expect(self, value: Value, kind: str, span: Span, frame: Frame) -> None:
        """Note a problem where a value is known to be of another type."""
        if value.type and value.type != kind:
            self.refused(frame, span, f"{value.type} where {kind} is expected")

    def spelt(self, one: Value, other: Value, span: Span, frame: Frame) -> None:
        """Note texts that a field is compared with and that its description does not name: they were misspelt."""
        for field, literal in ((one, other), (other, one)):
            described = field.schema.get("description", "")
            if field.type != "string" or "enum" in field.schema or not described:
                continue
            words = _WORD.findall(described)
            for text in literal.schema.get("enum", ()):
                if text not in words:
                    message = f"{text!r} is no value of the field: its description is {described!r}"
                    self.refused(frame, span, message, suggestion(text, words))

    def spelt_elements(self, one: Value, other: Value, span: Span, frame: Frame) -> None:
        """Note texts in one collection that the other's description does not name."""
        left, right = one.element(), other.element()
        if left is not None and right is not None:
            self.spelt(left, right, span, frame)

    def common(self, items: Sequence[Node], frame: Frame) -> Schema:
        """Return the one schema of all items, or that of anything."""
        return united([self.value(item, frame).schema for item in items])

    # What every engine decides alike

    def there(self, node: Node, frame: Frame) -> None:
        """Note an operand of `in` that may be absent: one engine says false, another nothing at all."""
        if not self.certain(node, frame):
            hint = "bind it first, value := …, or add its path to the check's needs"
            self.refused(frame, span_of(node), "an operand of `in` may be absent, on which engines differ", hint)

    def certain(self, node: Node, frame: Frame) -> bool:
        """Return whether an expression has a value whatever the input lacks."""
        kind, parts = kind_of(node)
        if kind in ("Array", "Set"):
            return all(self.certain(item, frame) for item in parts["items"])
        if kind == "Object":
            return all(self.certain(item, frame) for _, _, item in parts["fields"])
        if kind in _OPERATIONS:
            return self.certain(parts["lhs"], frame) and self.certain(parts["rhs"], frame)
        if kind == "Call":
            builtin = ALLOWED.get(".".join(ref_path(parts["fcn"]) or ()))
            return builtin is not None and builtin.total and all(self.certain(one, frame) for one in parts["params"])
        if kind in ("Var", "RefDot", "RefBrack"):
            return self.promised(node, frame)
        return kind in ("String", "RawString", "Number", "Bool", "ArrayCompr", "SetCompr", "ObjectCompr")

    def promised(self, node: Node, frame: Frame) -> bool:
        """Return whether a reference leads to something: each of its fields is required, or the check needs it."""
        steps = ref_steps(node)
        if steps is None:
            return False
        (name, span), *rest = steps
        if not rest:
            return name in frame.variables
        start = self.start(str(name), span, rest, frame)
        if start is None or not (name in frame.variables or start[0].source):
            return False
        value, rest = start
        for step, _ in rest:
            found = value.field(step) if isinstance(step, str) else None
            if found is None or not isinstance(step, str):
                return False
            if not (value.requires(step) or found.needed(frame.needs) or value.source == ARGUMENT):
                return False
            value = found
        return True

    @abstractmethod
    def start(self, name: str, span: Span, rest: list[Any], frame: Frame) -> tuple[Value, list[Any]] | None:
        """Return the value of a reference's first name, and the steps that remain."""

    def ordered(self, value: Value, span: Span, frame: Frame) -> None:
        """Note an order of anything but integers or texts."""
        if value.type not in ORDERED and not (self.alone and not value.type):
            shown = value.type or "a value of unknown type"
            self.refused(frame, span, f"{shown} is put in order, on which engines differ", "compare integers or texts")

    def fitting(self, name: str, builtin: Builtin, values: Sequence[Value], span: Span, frame: Frame) -> None:
        """Note arguments that a builtin does not take: an error for one engine, nothing at all for another."""
        for value, kinds in zip(values, builtin.arguments, strict=True):
            if kinds and value.type not in kinds and not (self.alone and not value.type):
                shown = value.type or "a value of unknown type"
                self.refused(frame, span, f"{name} takes {' or '.join(kinds)}, not {shown}")
            element = value.element() if value.type in ("array", "set") else None
            if not builtin.elements or element is None or (self.alone and not element.type):
                continue
            if element.type not in builtin.elements:
                shown = element.type or "values of unknown type"
                self.refused(frame, span, f"{name} takes a list of {' or '.join(builtin.elements)}, not of {shown}")

    def exact(self, bound: int, span: Span, frame: Frame) -> int:
        """Return the greatest value of an expression; note one that engines can't compute exactly."""
        if bound > EXACT:
            hint = "multiply by a small constant only"
            self.refused(frame, span, "the number can grow beyond what every engine keeps exact", hint)
        return min(bound, EXACT)

    def separate(self, items: Sequence[Node], frame: Frame) -> None:
        """Note a union within brackets: engines disagree whether its | begins a comprehension."""
        for item in items:
            kind, parts = kind_of(item)
            if kind == "BinExpr" and parts["op"] == "Union":
                hint = "bind it first: both := one | other"
                self.refused(frame, parts["span"], "engines read a union within brackets differently", hint)
