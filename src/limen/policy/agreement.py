"""Whether the types and texts of two expressions can ever agree: what is always the same decides nothing."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any

from limen.policy.frames import Frame, Span
from limen.policy.paths import ANYTHING, Value
from limen.policy.syntax import Node, span_of
from limen.policy.wording import suggestion

_WORD = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9_.\-]*[A-Za-z0-9])?")


class Agreement(ABC):
    """Checks that need the values of expressions, and no more."""

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

    def common(self, items: Sequence[Node], frame: Frame) -> dict[str, Any]:
        """Return the one schema of all items, or that of anything."""
        schemas = [self.value(item, frame).schema for item in items]
        if schemas and all(one.get("type") == "string" and "enum" in one for one in schemas):
            return {"type": "string", "enum": [text for one in schemas for text in one["enum"]]}
        return schemas[0] if schemas and all(one == schemas[0] for one in schemas) else ANYTHING
