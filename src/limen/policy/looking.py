"""What the host itself sees of a shape: whether the paths that a check needs are there, and a list's elements."""

from __future__ import annotations

from typing import Any

import msgspec

from limen.policy.engine import Answer
from limen.policy.inspection import Entry
from limen.policy.judging import has, outcome_of
from limen.records.assessment import Outcome
from limen.records.rules import Rule
from limen.records.subjects import SubjectTable


class Looking:
    """Looks into the columns of one table, decoding each distinct value once and only where asked."""

    def __init__(self, table: SubjectTable) -> None:
        """Keep the table; nothing is decoded yet."""
        self.table = table
        self._values: dict[tuple[str, int], Any] = {}
        self._present: dict[tuple[str, int], bool] = {}

    def key(self, rule: Rule, shape: int) -> object:
        """Return what of a shape bears on reading the rule's answer: which needs are there, and which lists."""
        found: list[object] = []
        for check in rule.checks.values():
            if check.each:
                found.append(self._code(check.each, shape))
            found += [self.present(need, shape) for need in check.needs if "[]" not in need]
        return tuple(found)

    def outcome(self, entry: Entry, answer: Answer, shape: int) -> Outcome:
        """Return what an answer means for a shape."""
        return outcome_of(
            entry, answer, lambda path: self.present(path, shape), lambda path: self.elements(path, shape)
        )

    def present(self, path: str, shape: int) -> bool:
        """Return whether a shape has an input path."""
        field, _, rest = path.partition(".")
        code = self._code(field, shape)
        if code < 0 or not rest:
            return code >= 0
        key = (path, code)
        if key not in self._present:
            self._present[key] = has(self._value(field, code), rest)
        return self._present[key]

    def elements(self, path: str, shape: int) -> list[Any] | None:
        """Return the elements of the list at an input path; None where there is no list."""
        field, _, rest = path.partition(".")
        code = self._code(field, shape)
        value = self._value(field, code) if code >= 0 else None
        for part in rest.split(".") if rest else ():
            value = value.get(part) if isinstance(value, dict) else None
        return value if isinstance(value, list) else None

    def _code(self, path: str, shape: int) -> int:
        column = self.table.columns.get(path.partition(".")[0])
        return -1 if column is None else column.codes[shape]

    def _value(self, field: str, code: int) -> Any:
        key = (field, code)
        if key not in self._values:
            self._values[key] = msgspec.json.decode(self.table.columns[field].values[code])
        return self._values[key]
