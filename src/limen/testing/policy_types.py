"""What the linter knows of each expression of a module: the type and the words that its schema allows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from limen.policy.evaluation import Evaluation
from limen.policy.frames import Frame
from limen.policy.linter import Linter
from limen.policy.metadata import RuleText
from limen.policy.paths import Value
from limen.policy.syntax import Node, Tree, span_of

Types = dict[tuple[str, int, int], Value]
"""What is known of an expression's value, by file, first byte and the byte behind the last."""


class _Watched(Evaluation):
    """An evaluation that keeps what it learns."""

    def __init__(self, evaluation: Evaluation, types: Types) -> None:
        super().__init__(evaluation.libraries, evaluation.roots, evaluation.refuse)
        self.types = types

    def value(self, node: Node, frame: Frame, *, whole: bool = False) -> Value:
        """Return what is known of an expression, and keep it."""
        found = super().value(node, frame, whole=whole)
        span = span_of(node)
        if span is not None:
            self.types[frame.tree.module.file, span["start"], span["end"]] = found
        return found


def types_of(text: RuleText, tree: Tree, libraries: Mapping[str, Tree], schema: dict[str, Any]) -> Types:
    """Return what is known of a rule's expressions and of those of the libraries that it calls.

    `schema` is that of the rule's subject.
    """
    types: Types = {}
    linter = Linter(text, tree, libraries, schema)
    linter.evaluation = _Watched(linter.evaluation, types)
    linter.lint()
    return types
