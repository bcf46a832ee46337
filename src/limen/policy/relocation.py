"""Rego moved below a name of its own, so that on a server that others use nothing of theirs can be meant.

Every reference that starts at `data`, and the package itself, gets one more step. As `data` is no name that a rule
may take, the text tells where they are; strings and comments are left alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from limen.errors import Location, PolicyError, Problem

_TOKEN = re.compile(
    r'(?P<template>\$["`])'
    r'|"(?:[^"\\\n]|\\.)*"|`[^`]*`|#[^\n]*'
    r"|(?<![\w.])(?P<package>package)\s+(?P<packaged>[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)"
    r"|(?<![\w.])data(?P<path>(?:\.[A-Za-z_]\w*)*)(?!\w)"
)

Path = tuple[str, ...]


class Module(msgspec.Struct, frozen=True, kw_only=True):
    """A module below its new root."""

    name: str
    """Its file, as the job calls it."""
    text: str
    package: Path
    """As it was."""
    refers: frozenset[Path]
    """Paths below `data` that it names, as they were."""


def relocated(name: str, text: str, root: str) -> Module:
    """Return a module moved below `data.<root>`; raise PolicyError where that can't be done safely."""
    package: Path = ()
    refers: set[Path] = set()
    pieces: list[str] = []
    end = 0
    for match in _TOKEN.finditer(text):
        if match["template"]:
            line = text.count("\n", 0, match.start()) + 1
            message = "template strings can't be moved to a policy server"
            hint = 'write sprintf, or use the embedded engine: rules may not hold $"…" at all'
            raise PolicyError(Problem(message=message, location=Location(file=name, line=line), hint=hint))
        if match["package"]:
            package = tuple(match["packaged"].split("."))
            pieces += [text[end : match.start("packaged")], f"{root}.", match["packaged"]]
        elif match["path"] is not None:
            refers.add(tuple(match["path"].split(".")[1:]))
            pieces += [text[end : match.start()], f"data.{root}", match["path"]]
        else:
            continue
        end = match.end()
    if not package:
        raise PolicyError(Problem(message="the module has no package", location=Location(file=name)))
    return Module(name=name, text="".join([*pieces, text[end:]]), package=package, refers=frozenset(refers))


def ordered(modules: Sequence[Module]) -> list[Module]:
    """Return modules so that each comes after those that it refers to: a server refuses unknown functions."""
    found: list[Module] = []
    begun: set[int] = set()

    def place(index: int) -> None:
        if index in begun:
            return
        begun.add(index)
        for other, module in enumerate(modules):
            if any(_related(path, module.package) for path in modules[index].refers):
                place(other)
        found.append(modules[index])

    for index in range(len(modules)):
        place(index)
    return found


def replacements(data: Mapping[str, Any], packages: Sequence[Path], at: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Yield the parts of a data document that stand beside all packages, none above one: what `with` may replace."""
    for key, value in data.items():
        path = (*at, key)
        if isinstance(value, dict) and any(package[: len(path)] == path for package in packages):
            yield from replacements(value, packages, path)
        else:
            yield path, value


def _related(one: Path, other: Path) -> bool:
    """Return whether one path is the beginning of the other."""
    return all(left == right for left, right in zip(one, other, strict=False))
