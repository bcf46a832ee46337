"""limen's other documents (waivers, baselines and the like): the same syntax, places and errors."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import msgspec

from limen.errors import Location
from limen.loading.finding import find
from limen.loading.including import SYNTAXES, parse
from limen.loading.problems import Problems
from limen.loading.reading import read_document
from limen.loading.sources import Source

Document = TypeVar("Document")
Locate = Callable[..., Location]
"""Gives the place of a path: ``locate("waivers", 0, "reason")``; with `key=True` that of the field's name."""


def load_document(path: Path, kind: type[Document], name: str = "") -> tuple[Document, Locate]:
    """Return the document in a YAML or JSON file, as a struct of `kind`, and what finds its places.

    `name` is what messages call the file; its path by default. Raises DeclarationError with every problem.
    """
    name = name or str(path)
    problems = Problems()
    syntax = SYNTAXES.get(path.suffix.lower(), "yaml")
    source = Source(name, path, read_document(path, name), "json" if syntax == "json" else "yaml")
    plain = parse(source, None, problems)

    def locate(*steps: str | int, key: bool = False) -> Location:
        span = find(source.events(source.text), steps, key) if steps else None
        return source.place(*span) if span is not None else source.place(0, 0)

    if plain is None:
        if not problems.found:
            problems.add("the file is empty", source.place(0, 0), "remove it, or write what belongs there")
        problems.check()
    try:
        value = msgspec.convert(plain, kind)
    except msgspec.ValidationError as error:
        problems.add_misfits(plain, kind, "", locate, str(error))
    problems.check()
    return value, locate
