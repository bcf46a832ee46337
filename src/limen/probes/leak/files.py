"""Files and folders: logs, dumps, queues and traces as they lie on a disk, compressed ones unpacked."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from pathlib import Path

from limen.probes.interface import AttemptError, Context
from limen.probes.leak.searching import Search
from limen.probes.leak.unpacking import look_within

MOST_FILES = 1_000_000
"""Files below one endpoint at most."""


def look_in_files(search: Search, path: Path, context: Context) -> None:
    """Look through a file, or all files below a folder; raises AttemptError where there is none that can be read.

    A symbolic link within leads to what is looked through anyway, or elsewhere, which nobody declared: that is unread.
    """
    try:
        root = path.resolve(strict=True)
        mode = root.stat().st_mode
    except (OSError, RuntimeError) as error:
        why = getattr(error, "strerror", None) or "it leads to itself"
        raise AttemptError(f"{path.name} can't be read: {why}") from None
    if stat.S_ISDIR(mode):
        for number, (name, entry) in enumerate(_walk(search, root, root), 1):
            if number > MOST_FILES:
                raise AttemptError(f"there are more than {MOST_FILES:,} files")
            _look(search, name, entry, context)
    elif stat.S_ISREG(mode):
        _look(search, root.name, root, context)
    else:
        raise AttemptError(f"{path.name} is neither a file nor a folder")
    if not search.places:
        raise AttemptError(f"{path.name} holds no file that can be read")


def _walk(search: Search, folder: Path, root: Path) -> Iterator[tuple[str, Path]]:
    """Yield name and path of each regular file, in the order of names; note what can't be read."""
    pending = [folder]
    while pending:
        current = pending.pop()
        try:
            entries = sorted(os.scandir(current), key=lambda entry: entry.name)
        except OSError:
            search.unread += 1
            continue
        for entry in entries:
            try:
                if entry.is_symlink():
                    search.unread += _leads_elsewhere(Path(entry.path), root)
                elif entry.is_dir():
                    pending.append(Path(entry.path))
                elif entry.is_file():
                    yield os.path.relpath(entry.path, root), Path(entry.path)
            except OSError:
                search.unread += 1


def _leads_elsewhere(link: Path, root: Path) -> bool:
    try:
        return not link.resolve(strict=True).is_relative_to(root)
    except OSError as error:  # it dangles, or leads to itself: there is nothing behind it; what is forbidden is unread
        return error.errno not in (errno.ENOENT, errno.ENOTDIR, errno.ELOOP)
    except RuntimeError:  # a loop, before Python 3.13
        return False


def _look(search: Search, name: str, path: Path, context: Context) -> None:
    shown = os.fsencode(name).decode("utf-8", "replace")
    try:
        with open(path, "rb", opener=_without_waiting) as file:
            found = os.fstat(file.fileno())
            if not stat.S_ISREG(found.st_mode):
                return
            search.written(found.st_mtime)
            look_within(search, shown, file, context)
    except OSError:
        search.unread += 1


def _without_waiting(path: str, flags: int) -> int:
    """Open a file, and no pipe that would be waited for."""
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))
