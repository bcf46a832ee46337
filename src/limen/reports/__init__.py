"""Reports: one module a format, each a pure function from an assessment to bytes.

A module in this folder with a `render` is a format; its name is what `--format` takes. It may also say `IN_ALL = False`
(a document for auditors, which has to be asked for by name), `BINARY = True` (nothing for a terminal), and what package
of an extra it `NEEDS`; and it may have `documents`, where it consists of several files.
"""

from __future__ import annotations

import pkgutil
from importlib import import_module
from importlib.util import find_spec
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


def everyday() -> tuple[str, ...]:
    """Return the formats that `--format all` writes: every one but the documents for auditors."""
    return tuple(name for name in formats() if getattr(report(name), "IN_ALL", True))


def binary(name: str) -> bool:
    """Return whether a format is no text, which a terminal would choke on."""
    return bool(getattr(report(name), "BINARY", False))


def lacks(name: str) -> str:
    """Return the package that a format needs and that is not installed; empty where nothing is missing."""
    needed: str = getattr(report(name), "NEEDS", "")
    return needed if needed and find_spec(needed) is None else ""


def files(name: str, assessment: Assessment, options: Options, stem: str) -> dict[str, bytes]:
    """Return a format's files for a folder by their names; all but OSCAL are one file, named by the stem."""
    module = report(name)
    documents = getattr(module, "documents", None)
    if documents is not None:
        found: dict[str, bytes] = documents(assessment, ())  # no pack lies around them that they could link to
        return found
    return {f"{stem}.{module.EXTENSION}": module.render(assessment, options)}
