"""A pack as it is read, folder or zip: names that are safe, sizes that are bounded, and what is wrong with the rest.

Whatever is no plain file of a sane name is a fault and is not read: links, devices, names that are doubled, lead
elsewhere or differ only in case. Reading opens nothing outside the pack.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import msgspec

from limen.errors import Location, Problem, UsageError
from limen.evidence.layout import collisions, oddity

MOST_FILES = 100_000
"""Files beyond which nothing is a pack."""
MOST_BYTES = 1 << 32
"""Bytes of all files together, as they say, beyond which nothing is a pack."""
MOST_READ = 1 << 28
"""Bytes of a file that is read whole."""
MOST_LINE = 1 << 26
"""Bytes of one line."""
MOST_LINES = 5_000_000
"""Lines of one file: fifty times the decisions of a large system."""
CHUNK = 1 << 20
"""Bytes that are read at once."""


class Fault(msgspec.Struct, frozen=True):
    """A thing in a pack that is not read."""

    name: str
    what: str
    """What is wrong with it, in words."""


class UnreadableError(UsageError):
    """A file of a pack that can't be read as what it should be."""

    def __init__(self, name: str, what: str) -> None:
        """Keep the file's name and what is wrong, in words."""
        super().__init__(Problem(message=what, location=Location(file=name), hint="the pack is damaged"))
        self.name, self.what = name, what


class Container(Protocol):
    """What holds the files: a folder or a zip."""

    def listed(self) -> tuple[dict[str, int], list[Fault]]:
        """Return the size of each plain file by its name, and what is none; raises UsageError past MOST_FILES."""

    def chunks(self, name: str) -> Iterator[bytes]:
        """Yield a file's bytes; raises UnreadableError."""

    def close(self) -> None:
        """Let go of what is open."""


class PackFiles:
    """The files of a pack; use it in a `with`."""

    def __init__(self, where: Path, container: Container) -> None:
        """List what is there; raises UsageError where it is more than any pack."""
        self.where = where
        self._container = container
        sizes, faults = container.listed()
        odd = {name: what for name in sizes if (what := oddity(name))}
        clash = set(collisions(sizes.keys() - odd.keys()))
        faults += [Fault(name, what) for name, what in odd.items()]
        faults += [Fault(name, "another name differs from it in case alone, or lies within it") for name in clash]
        bad = {fault.name for fault in faults}
        self.faults: tuple[Fault, ...] = tuple(sorted(faults, key=lambda fault: (fault.name, fault.what)))
        """What is not read, by name."""
        self._sizes = {name: size for name, size in sorted(sizes.items()) if name not in bad}
        if sum(self._sizes.values()) > MOST_BYTES:
            raise UsageError(Problem(message=f"{where} holds more bytes than any pack", hint="name a pack"))

    def __contains__(self, name: str) -> bool:
        return name in self._sizes

    def __enter__(self) -> PackFiles:
        return self

    def __exit__(self, *_: object) -> None:
        self._container.close()

    def names(self) -> list[str]:
        """Return the names of all files that can be read, sorted."""
        return list(self._sizes)

    def size(self, name: str) -> int:
        """Return how many bytes a file says it has; raises UnreadableError where there is no such file."""
        if name not in self._sizes:
            raise UnreadableError(name, "it is missing")
        return self._sizes[name]

    def chunks(self, name: str) -> Iterator[bytes]:
        """Yield a file's bytes in order; raises UnreadableError."""
        self.size(name)
        return self._container.chunks(name)

    def read(self, name: str, most: int = MOST_READ) -> bytes:
        """Return a file's bytes; raises UnreadableError where it is missing, larger than `most` or can't be read."""
        if self.size(name) > most:
            raise UnreadableError(name, f"it has {self.size(name)} bytes, and {most} at most belong there")
        found = b"".join(self.chunks(name))
        if len(found) > most:
            raise UnreadableError(name, "it grew while it was read")
        return found

    def lines(self, name: str) -> Iterator[bytes]:
        """Yield a file's lines without their newlines; raises UnreadableError, for a last line without one as well."""
        rest, count = b"", 0
        for chunk in self.chunks(name):
            lines = (rest + chunk).split(b"\n")
            rest = lines.pop()
            count += len(lines)
            if count > MOST_LINES:
                raise UnreadableError(name, f"it has more than {MOST_LINES} lines")
            if len(rest) > MOST_LINE:
                raise UnreadableError(name, f"it has a line of more than {MOST_LINE} bytes")
            yield from lines
        if rest:
            raise UnreadableError(name, "its last line has no end")


def open_pack(path: Path) -> PackFiles:
    """Return the files of a pack; raises UsageError where there is none or it is neither folder nor zip."""
    from limen.evidence.folder_files import FolderFiles
    from limen.evidence.zip_files import ZipFiles

    container: Container
    try:
        if path.is_dir():
            container = FolderFiles(path)
        elif path.is_file():
            container = ZipFiles(path)
        else:
            hint = "limen pack writes one"
            raise UsageError(Problem(message=f"there is no pack at {path}", hint=hint))
    except (OSError, ValueError) as error:
        raise UsageError(Problem(message=f"{path} can't be read: {error}", hint="let limen read it")) from None
    with contextlib.ExitStack() as opened:
        opened.callback(container.close)
        files = PackFiles(path, container)
        if not any(name.startswith(("core/", "envelope/")) for name in files.names()):
            hint = "a pack holds core/ and envelope/; limen pack writes one"
            raise UsageError(Problem(message=f"{path} is no pack", hint=hint))
        opened.pop_all()
    return files
