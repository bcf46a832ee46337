"""Tables of kinds with few subjects: each input is a struct, each name a tuple of parts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import msgspec

from limen.analysis.tables import TableBuilder
from limen.records.subjects import ABSENT, Detail, SubjectTable


def listed(
    kind: str,
    parts: int,
    subjects: Iterable[tuple[Sequence[str], msgspec.Struct]],
    details: Callable[[int], Detail],
) -> SubjectTable:
    """Return the table of named inputs, in order; `parts` is the number of parts of a name, "" for a missing one."""
    builder = TableBuilder(kind, parts)
    names: tuple[dict[str, int], ...] = tuple({} for _ in range(parts))
    for name, subject in subjects:
        codes = [
            known.setdefault(part, len(known)) if part else ABSENT for part, known in zip(name, names, strict=True)
        ]
        builder.add(builder.shape(subject), *codes)
    return builder.finish([tuple(known) for known in names], details)
