"""Writing a pack: all of it, safely on the disk, or nothing; and never over what is there.

A pack is made in a folder beside its place, whose name begins with a dot, and appears by one rename. Whoever is killed
before leaves that folder behind, which nothing takes for a pack.
"""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

from limen.errors import Problem, UsageError

PREFIX = ".limen-pack-"
"""How the name of the folder begins in which a pack is made."""
ZIP = ".zip"
_DATE = (1980, 1, 1, 0, 0, 0)
_MODE = 0o644
_AT_ONCE = 16
"""Files that are made durable at once."""


def check_free(target: Path) -> None:
    """Raise UsageError where a pack can't be written there: the place must be free, or an empty folder."""
    try:
        if target.is_dir() and not target.is_symlink() and target.suffix != ZIP and not any(target.iterdir()):
            return
        taken = os.path.lexists(target)
    except (OSError, ValueError) as error:
        refuse(target, error)
    if taken:
        hint = "name a place that is free: a pack is never written over"
        raise UsageError(Problem(message=f"{target} is there already", hint=hint))


@contextlib.contextmanager
def staging(target: Path) -> Iterator[Path]:
    """Yield a new folder beside the target in which the pack is made; it is gone in the end, whatever happens.

    Raises UsageError where none can be made.
    """
    check_free(target)
    made: list[Path] = []
    try:
        made = _folders(target.absolute().parent)
        folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=target.absolute().parent))
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
    """Put a pack that is made and settled in its place, by one rename; as a zip where the name ends so.

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
    except OSError as error:
        refuse(target, error)


def write_zip(folder: Path, target: Path) -> None:
    """Write the files of a folder as a reproducible zip: names sorted, one date, one mode; raises OSError."""
    names = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    with zipfile.ZipFile(target, "x", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            info = zipfile.ZipInfo(name, _DATE)
            info.create_system, info.external_attr = 3, (0o100000 | _MODE) << 16
            info.compress_type = zipfile.ZIP_DEFLATED
            with (folder / name).open("rb") as read, archive.open(info, "w", force_zip64=False) as entry:
                shutil.copyfileobj(read, entry, 1 << 20)


def refuse(target: Path, error: Exception) -> NoReturn:
    """Raise UsageError: the pack can't be written there."""
    why = getattr(error, "strerror", None) or str(error)
    raise UsageError(
        Problem(message=f"cannot write {target}: {why}", hint="name a place that can be written")
    ) from None


def _place_zip(folder: Path, target: Path) -> None:
    archive = folder.with_name(f"{folder.name}{ZIP}")
    try:
        write_zip(folder, archive)
        _sync(archive)
        try:
            target.hardlink_to(archive)  # unlike a rename, it never replaces what has come there meanwhile
        except OSError as error:
            if error.errno == errno.EEXIST or os.path.lexists(target):
                raise
            archive.rename(target)  # a file system without links
    finally:
        archive.unlink(missing_ok=True)


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
