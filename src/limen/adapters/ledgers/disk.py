"""What writing to a disk asks of the operating system, and which files are taken to be appended to."""

from __future__ import annotations

import errno
import fcntl
import os
import stat
from collections.abc import Callable
from pathlib import Path

from limen.adapters.ledgers.blocks import StoreError

FLAGS = os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NOCTTY | os.O_NONBLOCK
"""How a file is opened to be written; non-blocking, so that a named pipe is refused rather than waited for."""


_FULL: int = getattr(fcntl, "F_FULLFSYNC", -1)
"""What macOS has for it: there fsync leaves the data in the drive's own memory."""


def _full_sync(handle: int) -> None:
    fcntl.fcntl(handle, _FULL)


_sync: Callable[[int], None] = getattr(os, "fdatasync", os.fsync) if _FULL < 0 else _full_sync


class Disk:
    """What is asked of the operating system to write; tests break it at each of its steps."""

    def append(self, handle: int, data: bytes) -> int:
        """Append some of the bytes; return how many."""
        return os.write(handle, data)

    def overwrite(self, handle: int, data: bytes, at: int) -> int:
        """Write some of the bytes at a place; return how many."""
        return os.pwrite(handle, data, at)

    def cut(self, handle: int, size: int) -> None:
        """Cut a file to a size."""
        os.ftruncate(handle, size)

    def sync(self, handle: int) -> None:
        """Return when what was written of a file is durable."""
        _sync(handle)

    def sync_folder(self, folder: Path) -> None:
        """Return when the names in a folder are durable."""
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def only_ours(found: os.stat_result) -> tuple[int, int]:
    """Return which file it is; raises StoreError where it is none that only its owner may write."""
    if stat.S_ISLNK(found.st_mode):
        raise StoreError("it is a symbolic link")
    if not stat.S_ISREG(found.st_mode):
        raise StoreError("it is no regular file")
    if found.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise StoreError("others than its owner may write it: chmod go-w")
    return identity(found)


def identity(found: os.stat_result) -> tuple[int, int]:
    """Return what tells one file from another."""
    return found.st_dev, found.st_ino


def words(error: OSError) -> str:
    """Return what an error says, without the path that it may repeat."""
    if error.errno == errno.ELOOP:
        return "it is a symbolic link"
    return (error.strerror or type(error).__name__).lower()
