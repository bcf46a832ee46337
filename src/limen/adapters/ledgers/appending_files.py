"""A ledger in a file of JSON Lines that is appended to: locked, one write and one fdatasync for each group.

The file is of its owner alone when it is made, and its folder is synced, so that it does not vanish with a crash. All
writers hold `flock` on the file itself. The kernel appends (O_APPEND), so that a file with the append-only attribute of
ext4 or XFS (`chattr +a`) serves, as long as no half line has to be replaced.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Literal

from limen.adapters.ledgers.appending import GROUP_BYTES, ChangedError, Mark
from limen.adapters.ledgers.blocks import BLOCK_BYTES, Block, StoreError, aligned
from limen.adapters.ledgers.disk import FLAGS, Disk, identity, only_ours, words

_LOCK = fcntl.LOCK_EX | fcntl.LOCK_NB
_TRY_AGAIN = 0.002
"""Seconds between two looks at a lock that another writer holds."""


class FileWriter:
    """One open file."""

    kind: Literal["files"] = "files"

    def __init__(self, path: Path, disk: Disk | None = None) -> None:
        """Open a file, which is made where there is none; raises StoreError where it can't be appended to safely."""
        self._path, self._name, self._disk = path, str(path), disk or Disk()
        try:
            self._handle = os.open(path, FLAGS | os.O_APPEND | os.O_CREAT, 0o600)
        except OSError as error:
            raise StoreError(words(error)) from None
        self._rewritten = False
        self._size = -1
        """Bytes of the file as they were seen when the lock was had; negative where they must be looked up."""
        try:
            self._same = only_ours(os.fstat(self._handle))
            # Whoever made it may have died before this.
            self._disk.sync_folder(path.parent)
        except OSError as error:
            os.close(self._handle)
            raise StoreError(words(error)) from None
        except BaseException:
            os.close(self._handle)
            raise

    def begin(self, wait: float) -> None:
        """Take the lock; see `Writer.begin`."""
        if not self._locked():
            until = time.monotonic() + wait
            while not self._locked():
                if time.monotonic() >= until:
                    raise StoreError(f"another writer held it for {wait:g} seconds", again=True)
                time.sleep(_TRY_AGAIN)
        try:
            found = os.lstat(self._name)
        except OSError as error:
            raise ChangedError(f"the file can't be found any more: {words(error)}") from None
        if (found.st_dev, found.st_ino) != self._same:
            raise ChangedError("the file was replaced by another one")
        self._size = found.st_size

    def _locked(self) -> bool:
        """Return whether the lock was had at once."""
        try:
            fcntl.flock(self._handle, _LOCK)
        except OSError as error:
            if error.errno in (errno.EWOULDBLOCK, errno.EACCES, errno.EINTR):
                return False
            raise StoreError(words(error)) from None
        return True

    def unchanged(self, mark: Mark) -> bool:
        """Return whether the file ends at a mark; see `Writer.unchanged`."""
        size, self._size = self._size, -1
        try:
            if size < 0:
                size = os.fstat(self._handle).st_size
            return size == mark.end and self._last(mark) == mark.last
        except OSError as error:
            raise StoreError(words(error)) from None

    def _last(self, mark: Mark) -> bytes:
        """Return what stands where the last line of a mark should."""
        return os.pread(self._handle, len(mark.last), mark.end - len(mark.last))

    def news(self, mark: Mark) -> Iterator[Block]:
        """Yield what follows a mark; see `Writer.news`."""
        try:
            size = os.fstat(self._handle).st_size
            if size < mark.end:
                raise ChangedError(f"it has {size} bytes, and had {mark.end}")
            if self._last(mark) != mark.last:
                raise ChangedError(f"record {mark.length} is not what it was")
            yield from aligned(self._pieces(mark.end, size), mark.end)
        except OSError as error:
            raise StoreError(words(error)) from None

    def _pieces(self, at: int, size: int) -> Iterator[bytes]:
        while at < size:
            piece = os.pread(self._handle, min(BLOCK_BYTES, size - at), at)
            if not piece:
                raise ChangedError("it became shorter while it was read")
            at += len(piece)
            yield piece

    def write(self, lines: Sequence[bytes], mark: Mark) -> None:
        """Append lines; see `Writer.write`."""
        data = b"".join(lines)
        try:
            done = self._disk.append(self._handle, data)
            while done < len(data):
                done += self._disk.append(self._handle, data[done:])
            self._disk.sync(self._handle)
        except OSError as error:
            raise StoreError(words(error)) from None

    def replace(self, mark: Mark, line: bytes) -> None:
        """Put a line over the bytes behind a mark, and cut what is left of them; see `Writer.replace`.

        A crash in between leaves half a line again, never less than the whole of what was appended.
        """
        try:
            handle = os.open(self._path, FLAGS)
        except OSError as error:
            raise StoreError(f"half a line can't be replaced: {words(error)}") from None
        try:
            self._overwritten(handle, line, mark.end)
            self._disk.cut(handle, mark.end + len(line))
            self._disk.sync(handle)
        except OSError as error:
            raise StoreError(f"half a line can't be replaced: {words(error)}") from None
        finally:
            os.close(handle)

    def settle(self) -> None:
        """Return when what is there is durable; see `Writer.settle`.

        Where an earlier sync failed, of whichever process, the system keeps what it could not write and takes it for
        written: no later sync would write it. So the end of the file is written once more, as it is, when it is opened.
        """
        try:
            if not self._rewritten:
                self._rewrite()
                self._rewritten = True
            self._disk.sync(self._handle)
        except OSError as error:
            raise StoreError(words(error)) from None

    def _rewrite(self) -> None:
        size = os.fstat(self._handle).st_size
        at = max(0, size - GROUP_BYTES)
        data = os.pread(self._handle, size - at, at)
        try:
            handle = os.open(self._path, FLAGS)
        except PermissionError:
            return  # the file has the append-only attribute
        try:
            self._overwritten(handle, data, at)
        finally:
            os.close(handle)

    def _overwritten(self, handle: int, data: bytes, at: int) -> None:
        """Write bytes at a place of this very file."""
        if identity(os.fstat(handle)) != self._same:
            raise ChangedError("the file was replaced by another one")
        done = 0
        while done < len(data):
            done += self._disk.overwrite(handle, data[done:], at + done)

    def end(self) -> None:
        """Give the lock back; see `Writer.end`."""
        if self._handle >= 0:  # else the lock is gone with the file
            with contextlib.suppress(OSError):
                fcntl.flock(self._handle, fcntl.LOCK_UN)

    def close(self) -> None:
        """Close the file, which gives the lock back, too."""
        handle, self._handle = self._handle, -1  # the number may be another file's from now on
        with contextlib.suppress(OSError):
            os.close(handle)
