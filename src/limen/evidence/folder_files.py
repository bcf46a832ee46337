"""The files of a pack that is a folder."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from limen.errors import Problem, UsageError
from limen.evidence.reading import CHUNK, MOST_FILES, Fault, UnreadableError

_DEEPEST = 64
"""Levels of folders."""
_FLAGS = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


class FolderFiles:
    """A folder; links are never followed, and nothing but plain files is opened."""

    def __init__(self, folder: Path) -> None:
        """Keep the folder."""
        self.folder = folder

    def listed(self) -> tuple[dict[str, int], list[Fault]]:
        """Return the size of each plain file by its name, and what is none; raises UsageError past MOST_FILES."""
        sizes: dict[str, int] = {}
        faults: list[Fault] = []
        waiting = [""]
        while waiting:
            inside = waiting.pop()
            try:
                with os.scandir(self.folder / inside) as entries:
                    found = list(entries)
            except OSError as error:
                faults.append(Fault(inside.rstrip("/") or ".", f"it can't be read: {error.strerror}"))
                continue
            for entry in found:
                name = inside + entry.name
                try:
                    status = entry.stat(follow_symlinks=False)
                except OSError as error:
                    faults.append(Fault(name, f"it can't be read: {error.strerror}"))
                    continue
                if stat.S_ISDIR(status.st_mode):
                    if name.count("/") >= _DEEPEST:
                        faults.append(Fault(name, f"it lies deeper than {_DEEPEST} folders"))
                    else:
                        waiting.append(name + "/")
                elif stat.S_ISREG(status.st_mode):
                    sizes[name] = status.st_size
                else:
                    faults.append(Fault(name, f"it is {_kind(status.st_mode)}, and a pack holds plain files alone"))
            if len(sizes) + len(faults) + len(waiting) > MOST_FILES:
                raise UsageError(Problem(message=f"{self.folder} holds more files than any pack", hint="name a pack"))
        return sizes, faults

    def chunks(self, name: str) -> Iterator[bytes]:
        """Yield a file's bytes; raises UnreadableError."""
        try:
            with os.fdopen(os.open(self.folder / name, _FLAGS), "rb", buffering=0) as file:
                if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                    raise UnreadableError(name, "it is no plain file")
                while chunk := file.read(CHUNK):
                    yield chunk
        except OSError as error:
            raise UnreadableError(name, f"it can't be read: {error.strerror}") from None

    def close(self) -> None:
        """Do nothing: nothing stays open."""


def _kind(mode: int) -> str:
    kinds = {stat.S_IFLNK: "a link", stat.S_IFIFO: "a pipe", stat.S_IFSOCK: "a socket"}
    return kinds.get(stat.S_IFMT(mode), "a device")
