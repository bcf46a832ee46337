"""Writing files so that nothing is lost or half-written: temporary files, fsync, rename."""

from __future__ import annotations

import contextlib
import errno
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path

from limen.errors import Problem, UsageError


def write_file(path: Path, content: bytes) -> None:
    """Write a whole file or nothing; raises UsageError where the place can't be written."""
    write_files([(path, content)])


def write_files(files: Sequence[tuple[Path, bytes]]) -> None:
    """Write all files or none: nothing is renamed into place before everything is safely on the disk.

    What is no regular file (/dev/null, a pipe) is written to, never replaced; a link is followed.
    Raises UsageError where a place can't be written.
    """
    staged: list[tuple[str, Path]] = []
    made: list[Path] = []
    devices: list[tuple[Path, bytes]] = []
    path = Path()
    try:
        for path, content in files:
            if path.is_dir():
                raise IsADirectoryError(errno.EISDIR, "it is a folder")
            if path.exists() and not path.is_file():
                devices.append((path, content))
                continue
            real = Path(os.path.realpath(path))
            made += _folders(real.parent)
            staged.append((_staged(real, content), real))
        for path, content in devices:
            path.write_bytes(content)
        for temporary, path in staged:
            Path(temporary).replace(path)
        folders = {real.parent for _, real in staged}
        staged.clear()
        made.clear()
        for folder in folders:
            _sync_folder(folder)
    except OSError as error:
        message = f"cannot write {path}: {error.strerror or error}"
        raise UsageError(Problem(message=message, hint="name a place that can be written")) from error
    finally:
        with contextlib.suppress(OSError):  # the first error is the one to tell
            for temporary, _ in staged:
                Path(temporary).unlink(missing_ok=True)
            for folder in reversed(made):
                folder.rmdir()


def _staged(path: Path, content: bytes) -> str:
    """Return the name of a temporary file beside the path that holds the content, on the disk."""
    handle, temporary = tempfile.mkstemp(prefix=".limen-", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).chmod(path.stat().st_mode & 0o777 if path.exists() else 0o666 & ~_umask())
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    return temporary


def _folders(folder: Path) -> list[Path]:
    """Make a folder and those above it; return those that were made, the outermost first."""
    missing = []
    above = folder
    while not above.exists():
        missing.append(above)
        above = above.parent
    made = []
    for path in reversed(missing):
        path.mkdir(exist_ok=True)
        made.append(path)
    return made


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _sync_folder(folder: Path) -> None:
    """Make the rename itself durable, where the platform can open a folder."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
