"""A declaration from disk: one file or many, checked as a whole, with the place of everything in it."""

from __future__ import annotations

import gc
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from limen.errors import Problem, UsageError
from limen.loading.including import gather
from limen.loading.merging import Merger
from limen.loading.problems import Problems
from limen.loading.references import check_references
from limen.loading.sources import SourceMap
from limen.model.declaration import Declaration

FILE_NAME = "boundaries.yaml"
"""The name by which a declaration is found."""


class LoadedFile(msgspec.Struct, frozen=True, kw_only=True):
    """One file that the declaration was read from."""

    name: str
    """Path relative to the root file's folder, with forward slashes."""
    sha256: str
    """SHA-256 of its bytes, in hexadecimal."""
    size: int
    """Bytes."""


class Loaded(msgspec.Struct, frozen=True, kw_only=True):
    """A valid declaration, and where each part of it was written."""

    declaration: Declaration
    """The whole, with all includes merged."""
    sources: SourceMap
    """The places of its parts."""
    files: tuple[LoadedFile, ...]
    """The files, the root first."""
    root: Path
    """The folder of the root file."""

    @property
    def digest(self) -> str:
        """SHA-256 over the names and digests of all files, in hexadecimal: another one where any of them changed."""
        lines = "".join(f"{file.sha256}  {file.name}\n" for file in self.files)
        return hashlib.sha256(lines.encode("utf-8", "surrogateescape")).hexdigest()


def find(start: Path) -> Path:
    """Return the declaration that `start` means: the file itself, or boundaries.yaml in that folder or above it.

    Raises UsageError where there is none.
    """
    try:
        if start.is_file() or (start.exists() and not start.is_dir()):
            return start
        if not start.exists():
            raise UsageError(Problem(message=f"no such file or folder: {start}", hint="check the path"))
        for folder in (start, *start.resolve().parents):
            if (folder / FILE_NAME).exists():
                return folder / FILE_NAME
    except (OSError, ValueError) as error:
        raise UsageError(Problem(message=f"the path can't be looked at: {error}", hint="check the path")) from error
    raise UsageError(
        Problem(
            message=f"no {FILE_NAME} in {start.resolve()} or above it",
            hint="name a declaration, change to its folder, or run limen init to write one",
        )
    )


def load(path: Path | str) -> Loaded:
    """Load the declaration in a file, or in `boundaries.yaml` of a folder, with all that it includes.

    Raises DeclarationError with every problem that was found: unreadable files, wrong syntax, wrong shapes, names that
    are declared twice and references to names that are not declared.
    """
    path = Path(path)
    if path.is_dir():
        path = path / FILE_NAME
    with collector_paused():
        problems = Problems()
        places = SourceMap()
        parts = gather(path, places, problems)
        merger = Merger(places, problems)
        for index, part in enumerate(parts):
            merger.add(part, root=index == 0)
        if parts:
            declaration = merger.declaration()
            check_references(declaration, places, problems)
        problems.check()
        places.forget()
    return Loaded(
        declaration=declaration,
        sources=places,
        files=tuple(LoadedFile(name=at.name, sha256=at.digest, size=at.size) for at, *_ in parts),
        root=path.parent,
    )


@contextmanager
def collector_paused() -> Iterator[None]:
    """Pause the garbage collector: loading makes many objects and no cycles, and collecting doubles its time."""
    running = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if running:
            gc.enable()
