"""A key store's file on the disk: read only where nobody else could read it, and replaced as a whole or not at all.

What is demanded of the file is what `ssh` demands of a key (NIST SP 800-53 AC-3, SC-12, SC-28): a regular file of this
user, mode 0600, one name, no symbolic link, in a folder that nobody else may write to. Writing: a new file beside it,
on the disk before it takes the old one's name, and the name on the disk before anybody is told. A crash leaves the old
file or the new one; what a crash left unfinished is removed by the next writer. Old blocks are not overwritten: no file
system of today promises that, so whoever must be sure that a secret is gone encrypts the disk, or uses a passphrase.
"""

from __future__ import annotations

import contextlib
import os
import stat
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

from limen.adapters.key_providers.interface import KeyProviderError, Kind
from limen.adapters.whole_files import write_whole

MOST = 16 << 20
"""Bytes beyond which a file is no key store."""
PATIENCE = 10.0
"""Seconds that a writer waits for another one."""
_PAUSE = 0.01
_RACY = 100_000_000
"""Nanoseconds within which a file may be replaced by one of the same age and size: one so young is read again."""
_FLAGS = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)

Stamp = tuple[int, ...]
"""What tells one file from another in its place; empty for a file that is too young to be told."""


def read(path: Path) -> tuple[bytes, Stamp]:
    """Return the content of a store's file and its stamp; raises KeyProviderError where it may not be trusted."""
    try:
        _check_folder(path.parent)
        handle = os.open(path, os.O_RDONLY | _FLAGS)
        try:
            found = os.fstat(handle)
            _check(path, found)
            with os.fdopen(handle, "rb", closefd=False) as file:
                content = file.read(MOST + 1)
        finally:
            os.close(handle)
    except (OSError, ValueError) as error:
        _failed(path, error)
    if len(content) > MOST:
        _refuse("odd", f"{path} is larger than {MOST >> 20} MiB: it is no key store", "name the key store's file")
    young = time.time_ns() - found.st_mtime_ns < _RACY
    return content, () if young else _stamp(found)


def stamp(path: Path) -> Stamp:
    """Return the stamp of what lies at a path now; raises KeyProviderError where nothing does."""
    try:
        return _stamp(os.lstat(path))
    except OSError as error:
        _failed(path, error)


@contextlib.contextmanager
def locked(path: Path, patience: float = PATIENCE) -> Iterator[None]:
    """Hold a store's lock, `PATH.lock`, against every other thread and process that writes.

    Raises KeyProviderError where it is held by another for longer than `patience` seconds, or can't be made.
    """
    try:
        import fcntl
    except ImportError:
        _refuse("unsupported", "this system has no flock: a key store can't be changed here", "use Linux or macOS")
    lock = path.with_name(path.name + ".lock")
    try:
        _check_folder(path.parent)
        handle = os.open(lock, os.O_RDWR | os.O_CREAT | _FLAGS, 0o600)
    except (OSError, ValueError) as error:
        _failed(lock, error)
    try:
        _check(lock, os.fstat(handle))
        until = time.monotonic() + patience
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() >= until:
                    _refuse("unreachable", f"{path} is held by another writer", "try again when it has ended")
                time.sleep(_PAUSE)
        yield
    finally:
        os.close(handle)  # which ends the lock


def replace(path: Path, content: bytes) -> None:
    """Put a content in the place of a store's file, durably; its lock is held. Raises KeyProviderError."""
    try:
        write_whole(path, [content], mode=0o600)
    except OSError as error:
        _failed(path, error, "written")


def exists(path: Path) -> bool:
    """Return whether anything lies at a path, a link that leads nowhere included."""
    return os.path.lexists(path)


def _stamp(found: os.stat_result) -> Stamp:
    mode = found.st_mode, found.st_uid, found.st_nlink
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns, *mode


def _check(path: Path, found: os.stat_result) -> None:
    if not stat.S_ISREG(found.st_mode):
        _refuse("denied", f"{path} is no file", "name the key store's file itself")
    if found.st_uid != os.geteuid():
        _refuse("denied", f"{path} belongs to another user", "a key store is its user's own: chown it, or make one")
    if found.st_mode & 0o177:
        _refuse("denied", f"{path} has not the mode 0600", f"chmod 600 {path}; if others could read it, make new keys")
    if found.st_nlink > 1:
        _refuse("denied", f"{path} has another name, too", "remove the other link: it would keep old keys")


def _check_folder(folder: Path) -> None:
    found = folder.stat()
    if found.st_uid not in (os.geteuid(), 0):
        _refuse("denied", f"the folder {folder} belongs to another user", "keep the key store in a folder of its own")
    if found.st_mode & 0o022 and not found.st_mode & stat.S_ISVTX:
        _refuse("denied", f"others may write to the folder {folder}", f"chmod go-w {folder}")


def _failed(path: Path, error: OSError | ValueError, done: str = "read") -> NoReturn:
    if isinstance(error, ValueError):
        _refuse("absent", "what is named is no path", "name the key store's file")
    if isinstance(error, FileNotFoundError):
        if not path.parent.is_dir():
            _refuse("absent", f"there is no folder {path.parent}", "make it first, with mode 0700: mkdir -m 700 -p")
        _refuse("absent", f"there is no key store {path}", "make one: KeyStore.create(path)")
    if path.is_symlink():
        _refuse("denied", f"{path} is a symbolic link", "name the key store's file itself")
    _refuse("unreachable", f"the key store {path} can't be {done}: {error.strerror or type(error).__name__}", "")


def _refuse(kind: Kind, message: str, hint: str) -> NoReturn:
    raise KeyProviderError(kind, message, hint=hint) from None
