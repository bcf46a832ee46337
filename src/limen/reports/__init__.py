"""Reports: one module a format, each a pure function from an assessment to bytes.

A module in this folder with a `render` is a format; its name is what `--format` takes.
"""

from __future__ import annotations

import pkgutil
from importlib import import_module
from typing import Protocol, cast

import msgspec

from limen.records.assessment import Assessment


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """How a report for people is drawn; formats for machines take no notice."""

    color: bool = False
    """Whether ANSI colours and hyperlinks may be used."""
    width: int = 100
    """Columns of the terminal."""
    quiet: bool = False
    """Only the verdict and what gates."""


class Report(Protocol):
    """What a module of this folder offers."""

    EXTENSION: str
    """Ending of the file's name, without a dot."""

    def render(self, assessment: Assessment, options: Options) -> bytes:
        """Return the whole report."""


def formats() -> tuple[str, ...]:
    """Return the names of all formats, sorted; found by location, names with an underscore are no formats."""
    return tuple(sorted(m.name for m in pkgutil.iter_modules(__path__) if not m.name.startswith("_") and not m.ispkg))


def report(name: str) -> Report:
    """Return the module of a format; raises KeyError for a name that `formats` does not list."""
    if name not in formats():
        raise KeyError(name)
    return cast(Report, import_module(f"{__name__}.{name}"))
