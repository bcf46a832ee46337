"""Files and folders that are there as a whole and durably, or not at all; read-only once they are."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path

from limen.adapters.ledgers.disk import Disk

READ_ONLY = 0o400
_PIECE = 1 << 20
_FLAGS = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)


def write_whole(path: Path, pieces: Iterable[bytes], *, mode: int = READ_ONLY, disk: Disk | None = None) -> int:
    """Put pieces at a path, in the place of what is there; return their bytes when they are durable.

    What a crash leaves beside it, `.NAME.new`, the next writer of the same path removes. Raises OSError.
    """
    disk = disk or Disk()
    new = path.with_name(f".{path.name}.new")
    with contextlib.suppress(FileNotFoundError):
        new.unlink()
    try:
        size = _written(new, pieces, mode, disk)
        new.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            new.unlink(missing_ok=True)
        raise
    disk.sync_folder(path.parent)
    return size


@contextlib.contextmanager
def whole_folder(path: Path, *, disk: Disk | None = None) -> Iterator[Path]:
    """Yield a folder to write into that becomes `path`, durably, when the block ends without an error.

    Its files become read-only. Raises OSError; FileExistsError where something is at the path already.
    """
    disk = disk or Disk()
    if path.exists():
        raise FileExistsError(17, "something of that name is there already")
    new = path.with_name(f".{path.name}.new")
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir(0o700, parents=True)
    try:
        yield new
        disk.sync_folder(new)
        new.rename(path)
    except BaseException:
        shutil.rmtree(new, ignore_errors=True)
        raise
    path.chmod(0o500)
    disk.sync_folder(path.parent)


def _written(path: Path, pieces: Iterable[bytes], mode: int, disk: Disk) -> int:
    handle, size = os.open(path, _FLAGS, 0o600), 0
    try:
        for piece in pieces:
            done = 0
            while done < len(piece):
                done += disk.append(handle, piece[done : done + _PIECE])
            size += len(piece)
        os.fchmod(handle, mode)
        disk.sync(handle)
    finally:
        os.close(handle)
    return size
