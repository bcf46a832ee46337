"""What a declaration's files say, merged as written: no defaults filled in, nothing given its type."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

from limen.loading import sections
from limen.loading.including import gather
from limen.loading.problems import Problems
from limen.loading.sources import LinesSource, SourceMap


def declared(path: Path) -> dict[str, Any]:
    """Return all sections of a declaration that `load` took, each list in the order in which `load` merged it.

    Raises DeclarationError where a file can no longer be read.
    """
    problems = Problems()
    merged: dict[str, Any] = {}
    for part in gather(path, SourceMap(), problems):
        problems.check()
        if isinstance(part.source, LinesSource):
            lines = part.source.path.read_bytes().removeprefix(b"\xef\xbb\xbf").splitlines()
            merged.setdefault("flows", []).extend(msgspec.json.decode(line) for line in lines if line.strip())
            continue
        for section, value in part.value.items():
            if section in sections.NAMED:
                merged.setdefault(section, {}).update(value)
            elif isinstance(value, list):
                merged.setdefault(section, []).extend(value)
            else:
                merged[section] = value
    return merged
