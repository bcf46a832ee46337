"""Which shapes look alike to a rule: columns of codes are combined over the fields that it reads."""

from __future__ import annotations

from array import array
from collections.abc import Sequence

import msgspec

from limen.records.subjects import ABSENT, SubjectTable

NUMPY_FROM = 20_000
"""Shapes from which importing numpy (0.17 s) pays."""


class Sharing(msgspec.Struct, frozen=True):
    """Shapes grouped by what a rule reads of them."""

    groups: array[int]
    """For each shape, the index of its group; array('I')."""
    first: Sequence[int]
    """For each group, its first shape."""


class Grouping:
    """Groups the shapes of one table, once for each set of fields."""

    def __init__(self, table: SubjectTable) -> None:
        """Keep the table; nothing is grouped yet."""
        self.table = table
        self._known: dict[tuple[str, ...] | None, Sharing] = {}
        self._varying: dict[str, bool] = {}

    def by(self, fields: tuple[str, ...] | None) -> Sharing:
        """Return the shapes grouped by some fields; None keeps each shape apart."""
        telling = None if fields is None else tuple(filter(self._tells, fields))
        if telling not in self._known:
            self._known[telling] = self._apart() if telling is None else self._grouped(telling)
        return self._known[telling]

    def _tells(self, field: str) -> bool:
        """Return whether shapes differ in a field; most rules read some in which none do, and share what is left."""
        varies = self._varying.get(field)
        if varies is None:
            column = self.table.columns.get(field)
            one = column is None or len(column.values) == 0 or (len(column.values) == 1 and ABSENT not in column.codes)
            varies = self._varying[field] = not one
        return varies

    def _apart(self) -> Sharing:
        count = self.table.shape_count
        return Sharing(array("I", range(count)), range(count))

    def _grouped(self, fields: tuple[str, ...]) -> Sharing:
        count = self.table.shape_count
        columns = [self.table.columns[field].codes for field in fields]
        if not columns:
            return Sharing(array("I", bytes(4 * count)), range(min(count, 1)))
        if count > NUMPY_FROM:
            return _by_sorting(columns)
        groups = array("I")
        first: list[int] = []
        seen: dict[object, int] = {}
        for shape, key in enumerate(columns[0] if len(columns) == 1 else zip(*columns, strict=True)):
            group = seen.get(key)
            if group is None:
                group = seen[key] = len(first)
                first.append(shape)
            groups.append(group)
        return Sharing(groups, first)


def _by_sorting(columns: list[array[int]]) -> Sharing:
    """Combine codes column by column with numpy; the code of a group stays below the number of shapes."""
    import numpy as np

    combined = np.zeros(len(columns[0]), dtype=np.int64)
    first = np.zeros(1, dtype=np.int64)
    for column in columns:
        codes = np.frombuffer(column, dtype=np.int32).astype(np.int64) - ABSENT
        combined = combined * (int(codes.max()) + 1) + codes
        _, first, combined = np.unique(combined, return_index=True, return_inverse=True)
    return Sharing(array("I", combined.astype(np.uint32).tobytes()), first.tolist())
