"""Writing a pack: all of it, safely on the disk, or nothing; and never over what is there.

A pack is made in a folder beside its place, whose name begins with a dot, and moved there by one rename. Until then,
and for a moment longer, it is no pack: a folder holds a stranger, `UNFINISHED`, which every verifier refuses; a zip
lacks the mark of its end. Taking the one away, or putting the other in, is the last that is done. So whoever is killed
at any moment leaves nothing that verifies.
"""

from __future__ import annotations

import contextlib
import errno
import io
import os
import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

from limen.errors import Problem, UsageError
from limen.evidence.layout import ASSESSMENT, STATEMENT

PREFIX = ".limen-pack-"
"""How the name of the folder begins in which a pack is made."""
ZIP = ".zip"
UNFINISHED = "UNFINISHED"
"""A file that is no part of the format: what has it is not finished."""
_END = b"PK\5\6"
"""What the end record of a zip begins with, which is `_END_SIZE` bytes long where the zip has no comment."""
_END_SIZE = 22
_DATE = (1980, 1, 1, 0, 0, 0)
_MODE = 0o644
_AT_ONCE = 16
"""Files that are made durable at once."""


def check_free(target: Path) -> None:
    """Raise UsageError where a pack can't be written there: the place must be free, or an empty folder."""
    _check_outside(target)
    try:
        if target.is_dir() and not target.is_symlink() and target.suffix != ZIP and not any(target.iterdir()):
            return
        taken = os.path.lexists(target)
    except (OSError, ValueError) as error:
        refuse(target, error)
    if taken:
        hint = "name a place that is free: a pack is never written over"
        if (target / UNFINISHED).is_file():
            hint = "it was never finished, for limen was stopped: remove it, or name a place that is free"
        raise UsageError(Problem(message=f"{target} is there already", hint=hint))


def _check_outside(target: Path) -> None:
    """Raise UsageError where a place lies within a pack, which would hold a stranger from then on."""
    for folder in target.absolute().parents:
        if (folder / STATEMENT).is_file() and (folder / ASSESSMENT).is_file():
            hint = "name a place outside it"
            raise UsageError(Problem(message=f"{target} lies within the pack {folder}", hint=hint))


@contextlib.contextmanager
def staging(target: Path) -> Iterator[Path]:
    """Yield a new folder beside the target in which the pack is made; it is gone in the end, whatever happens.

    It holds `UNFINISHED`, which `place` takes away.

    Raises UsageError where none can be made.
    """
    check_free(target)
    made: list[Path] = []
    try:
        made = _folders(target.absolute().parent)
        folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=target.absolute().parent))
        (folder / UNFINISHED).write_bytes(b"limen has not finished this pack, or was stopped: remove it\n")
    except (OSError, ValueError) as error:
        _remove(made)
        refuse(target, error)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        if not os.path.lexists(target):
            _remove(made)


def settle(folder: Path) -> None:
    """Make every file and folder of a pack that is being made durable, and readable as others are; raises OSError."""
    from concurrent.futures import ThreadPoolExecutor

    mask = os.umask(0)
    os.umask(mask)
    folders: list[Path] = []
    files: list[Path] = []
    for where, _, names in os.walk(folder):
        folders.append(Path(where))
        files += [Path(where, name) for name in names]
    for path in files:
        path.chmod(_MODE & ~mask)
    for path in folders[1:]:
        path.chmod(0o777 & ~mask)
    with ThreadPoolExecutor(_AT_ONCE) as pool:  # a journal takes many at once in the time of one
        list(pool.map(_sync, files))
        list(pool.map(_sync, reversed(folders)))


def place(folder: Path, target: Path) -> None:
    """Put a pack that is made and settled in its place, and only then make it one; as a zip where the name ends so.

    Raises UsageError where the place is taken by now, or can't be written.
    """
    try:
        if target.suffix == ZIP:
            _place_zip(folder, target)
        else:
            mask = os.umask(0)
            os.umask(mask)
            folder.chmod(0o777 & ~mask)
            if os.path.lexists(target) and not target.is_dir():
                raise FileExistsError(errno.EEXIST, "it is there already")
            folder.rename(target)
            _sync(target.absolute().parent)
            (target / UNFINISHED).unlink()
            _sync(target)
    except OSError as error:
        refuse(target, error)


def write_zip(folder: Path, target: Path) -> None:
    """Write the files of a folder as a reproducible zip: names sorted, one date, one mode; raises OSError."""
    _write_unended(folder, target)
    _end(target)


class _Unended(io.BufferedRandom):
    """A file that keeps the mark of a zip's end out while it is closed."""

    ending = False

    def write(self, data: Any, /) -> int:
        marked = self.ending and bytes(data[:4]) == _END
        return super().write(bytes(4) + data[4:] if marked else data)


def _write_unended(folder: Path, target: Path) -> None:
    """Write a zip that nothing can open yet; raises OSError."""
    names = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    with _Unended(io.FileIO(target, "x+")) as file, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            if name == UNFINISHED:
                continue
            info = zipfile.ZipInfo(name, _DATE)
            info.create_system, info.external_attr = 3, (0o100000 | _MODE) << 16
            info.compress_type = zipfile.ZIP_DEFLATED
            with (folder / name).open("rb") as read, archive.open(info, "w", force_zip64=False) as entry:
                shutil.copyfileobj(read, entry, 1 << 20)
        file.ending = True


def _end(archive: Path) -> None:
    """Give a zip the mark of its end, durably; raises OSError."""
    with archive.open("r+b") as file:
        file.seek(-_END_SIZE, os.SEEK_END)
        file.write(_END)
        file.flush()
        os.fsync(file.fileno())


def refuse(target: Path, error: Exception) -> NoReturn:
    """Raise UsageError: the pack can't be written there."""
    why = getattr(error, "strerror", None) or str(error)
    raise UsageError(
        Problem(message=f"cannot write {target}: {why}", hint="name a place that can be written")
    ) from None


def _place_zip(folder: Path, target: Path) -> None:
    archive = folder.with_name(f"{folder.name}{ZIP}")
    try:
        _write_unended(folder, archive)
        _sync(archive)
        try:
            target.hardlink_to(archive)  # unlike a rename, it never replaces what has come there meanwhile
        except OSError as error:
            if error.errno == errno.EEXIST or os.path.lexists(target):
                raise
            archive.rename(target)  # a file system without links
    finally:
        archive.unlink(missing_ok=True)
    _sync(target.absolute().parent)
    _end(target)


def _folders(folder: Path) -> list[Path]:
    """Make a folder and those above it; return those that were made, the outermost first."""
    missing = []
    above = folder
    while not above.exists():
        missing.append(above)
        above = above.parent
    for path in reversed(missing):
        path.mkdir(exist_ok=True)
    return missing[::-1]


def _remove(made: list[Path]) -> None:
    with contextlib.suppress(OSError):
        for folder in reversed(made):
            folder.rmdir()


def _sync(path: Path) -> None:
    if path.is_dir() and os.name != "posix":
        return
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
