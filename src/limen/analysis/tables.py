"""A builder of subject tables: values become codes, equal inputs become one shape.

Whoever fills a table calls `TableBuilder.shape` once for each distinct input (and keeps its own memo of what
makes an input distinct), then only appends integers for each subject. Nothing here is a dict a subject.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import Any

import msgspec
from msgspec import UNSET

from limen.analysis.kinds import KINDS
from limen.records.subjects import ABSENT, Column, Detail, Part, SubjectTable

_ENCODE = msgspec.json.Encoder().encode


class TableBuilder:
    """Collects the subjects of one kind.

    For each subject append to `shapes` and to each array of `codes`, and to `assumed` where some rest on flows that
    do not say what they carry; all must end up with the same length.
    """

    def __init__(self, kind: str, parts: int) -> None:
        """Open a table of a kind of `KINDS` whose identities have this many parts; raises KeyError for no kind."""
        self.kind = kind
        """The kind of all subjects."""
        self.shapes: array[int] = array("I")
        """The shape of each subject; append to it."""
        self.codes: tuple[array[int], ...] = tuple(array("i") for _ in range(parts))
        """The codes of each part of the identities, `ABSENT` for a part that is missing; append to them."""
        self.assumed: array[int] = array("i")
        """The code of the flow whose missing `carries` is the only witness, or `ABSENT`; append to it or leave it."""
        self._fields = KINDS[kind].__struct_fields__
        self._struct = KINDS[kind]
        self._columns: tuple[array[int], ...] = tuple(array("i") for _ in self._fields)
        self._values: tuple[dict[bytes, int], ...] = tuple({} for _ in self._fields)
        self._shapes: dict[tuple[int, ...], int] = {}
        # Equal parts are mostly the same object, which is kept here so that its identity stays its own.
        self._known: tuple[dict[int, int], ...] = tuple({} for _ in self._fields)
        self._same: dict[tuple[int, ...], int] = {}
        self._kept: list[Any] = []

    def shape(self, subject: msgspec.Struct) -> int:
        """Return the shape of a subject's input, a new one where no equal input was seen.

        Raises TypeError where the input is not of the table's kind.
        """
        if type(subject) is not self._struct:
            raise TypeError(f"expected {self._struct.__name__}, got {type(subject).__name__}")
        inputs = msgspec.structs.astuple(subject)
        same = tuple(map(id, inputs))
        shape = self._same.get(same)
        if shape is not None:
            return shape
        codes = tuple(
            [
                code if (code := known.get(id(value))) is not None else self._code(value, known, values)
                for value, known, values in zip(inputs, self._known, self._values, strict=True)
            ]
        )
        shape = self._same[same] = self._shapes.setdefault(codes, len(self._shapes))
        if shape == len(self._columns[0]):
            for column, code in zip(self._columns, codes, strict=True):
                column.append(code)
        return shape

    def _code(self, value: Any, known: dict[int, int], values: dict[bytes, int]) -> int:
        """Return the code of an object that a field did not have yet."""
        code = ABSENT if value is UNSET else values.setdefault(_ENCODE(value), len(values))
        known[id(value)] = code
        self._kept.append(value)
        return code

    def add(self, shape: int, *codes: int, assumed: int = ABSENT) -> None:
        """Append one subject; the convenient way where subjects are few."""
        self.shapes.append(shape)
        for column, code in zip(self.codes, codes, strict=True):
            column.append(code)
        self.assumed.append(assumed)

    def finish(
        self,
        names: Sequence[Sequence[str]],
        details: Callable[[int], Detail],
        assumed_flows: Sequence[str] = (),
    ) -> SubjectTable:
        """Return the table; `names` are the distinct names of each part by code.

        Without names of flows the column of assumptions is left out. Raises ValueError where columns differ in length.
        """
        assumed = self.assumed if assumed_flows else None
        columns = {
            field: Column(codes, tuple(values))
            for field, codes, values in zip(self._fields, self._columns, self._values, strict=True)
            if values
        }
        lengths = {len(column) for column in (*self.codes, self.shapes if assumed is None else assumed)}
        if lengths != {len(self.shapes)}:
            raise ValueError(f"{self.kind}: {len(self.shapes)} shapes, but columns of {sorted(lengths)}")
        return SubjectTable(
            kind=self.kind,
            shapes=self.shapes,
            columns=columns,
            shape_count=len(self._shapes),
            identity=tuple(Part(codes, listed) for codes, listed in zip(self.codes, names, strict=True)),
            assumed=assumed,
            assumed_flows=assumed_flows,
            details=details,
        )


def classes(values: Iterable[Hashable]) -> list[int]:
    """Return a number for each value, the same for equal ones, from 0 in order of appearance."""
    numbers: dict[Hashable, int] = {}
    return [numbers.setdefault(value, len(numbers)) for value in values]
