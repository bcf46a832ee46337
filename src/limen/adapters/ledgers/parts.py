"""A ledger in several files, oldest first by name, read as one text: a pattern such as `ledger-*.jsonl.gz`."""

from __future__ import annotations

import glob
from collections.abc import Iterator
from typing import Literal

import msgspec

from limen.adapters.ledgers.blocks import Block, StoreError
from limen.adapters.ledgers.files import Compression, FileStore


class Range(msgspec.Struct, frozen=True, kw_only=True):
    """The lines that begin from one byte to before another in one plain file: what another process can read itself."""

    location: str
    size: int
    """Bytes of the file that count."""
    start: int
    end: int
    base: int
    """Bytes of the ledger before this file."""

    def blocks(self) -> Iterator[Block]:
        """Yield the lines; raises StoreError where they can't be read."""
        for block in FileStore(self.location, size=self.size).blocks(self.start, self.end):
            yield msgspec.structs.replace(block, start=block.start + self.base)


class PartsStore:
    """One file or several, one after the other."""

    kind: Literal["jsonl"] = "jsonl"

    def __init__(self, locations: list[str]) -> None:
        """Look at each file; raises StoreError where one can't be read or they are compressed differently."""
        self.parts = [FileStore(location) for location in locations]
        compressions = {part.compression for part in self.parts}
        self.compression: Compression = "none" if "none" in compressions else min(compressions)
        self.size: int | None = None
        if compressions == {"none"}:
            self.size = sum(part.size or 0 for part in self.parts)

    @property
    def cut(self) -> bool:
        """Whether compressed data ended before their end; known when all blocks were read."""
        return any(part.cut for part in self.parts)

    def ranges(self, each: int) -> Iterator[Range]:
        """Yield the whole text as ranges of so many bytes, about; only for plain files."""
        base = 0
        for part in self.parts:
            size = part.size or 0
            for start in range(0, size, each):
                yield Range(location=part.location, size=size, start=start, end=min(size, start + each), base=base)
            base += size

    def blocks(self) -> Iterator[Block]:
        """Yield all lines; raises StoreError where they can't be read."""
        base = 0
        for part in self.parts:
            end = base
            for block in part.blocks():
                moved = msgspec.structs.replace(block, start=block.start + base) if base else block
                end = moved.end
                yield moved
            base = end


def parts(location: str) -> PartsStore:
    """Return the file at a path or URL, or those that a pattern with `*` matches; raises StoreError for none."""
    return PartsStore(locations(location))


def locations(location: str, *, none: bool = False) -> list[str]:
    """Return a path or URL, or those that a pattern with `*` matches, in order.

    Raises StoreError where there are none, unless there may be.
    """
    if "*" not in location:
        return [location]
    found = _remote(location) if "://" in location else glob.glob(location)  # noqa: PTH207 the folder may be a pattern
    if not found and not none:
        raise StoreError("no file matches the pattern")
    return sorted(found)


def _remote(pattern: str) -> list[str]:
    try:
        import fsspec
    except ImportError:
        raise StoreError("an URL needs limen[cluster]: pip install 'limen[cluster]'") from None
    try:
        return [file.full_name for file in fsspec.open_files(pattern, "rb")]
    except Exception as error:  # noqa: BLE001 what a file system of fsspec raises is of no family
        raise StoreError(f"the pattern can't be looked up: {type(error).__name__}") from None
