"""What the tests of loading share: writing files, and asking for the problems of a declaration."""

from __future__ import annotations

from pathlib import Path

import pytest

from limen.errors import DeclarationError, Problem
from limen.loading import Loaded, load

WHOLE = Path(__file__).parent / "data" / "whole"

SOUND = """\
version: 1
system: {id: rx}
zones:
  outside: {trust: 0}
  inside: {trust: 2}
components:
  portal: {zone: outside, kind: partner}
  gateway: {zone: inside, kind: gateway}
data:
  packet: {fields: [serial, lot]}
flows:
  - {id: upload, from: portal, to: gateway, carries: [packet], returns: []}
"""
"""A small declaration without a mistake."""


def write(folder: Path, **files: str | bytes) -> Path:
    """Write files, named by `name__suffix`, and return the root: boundaries.yaml."""
    for name, content in {"boundaries__yaml": SOUND, **files}.items():
        path = folder / name.replace("__", ".")
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder / "boundaries.yaml"


def load_text(folder: Path, text: str, **files: str | bytes) -> Loaded:
    """Load a declaration from its text."""
    return load(write(folder, boundaries__yaml=text, **files))


def problems(folder: Path, text: str | bytes, **files: str | bytes) -> list[Problem]:
    """Return the problems of a declaration that must have some."""
    root = write(folder, boundaries__yaml=text, **files)
    with pytest.raises(DeclarationError) as caught:
        load(root)
    found = list(caught.value.problems)
    assert found
    for problem in found:
        assert problem.message.isprintable(), problem
        assert problem.location is not None, problem
    return found


def shown(found: list[Problem]) -> list[str]:
    """Return problems as ``file:line:column: message``, and what the location underlines."""
    return [f"{problem.location}: {problem.message}" for problem in found]


def underlined(problem: Problem) -> str:
    """Return the text that a problem's location underlines."""
    at = problem.location
    assert at is not None
    return at.excerpt[at.column - 1 : at.column - 1 + at.length]
