"""A run log's folder: made whole or not at all, held by one writer at a time, written so that a crash loses nothing.

An entry is acknowledged once its line and then the checkpoint that covers it are on the disk. Between the two a crash
leaves at most a half-written line, which nobody was told of and which is removed, or one whole entry, which is kept.
"""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import stat
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from limen.errors import Problem, UsageError
from limen.evidence.log_entries import MOST_BYTES
from limen.evidence.logged import CHECKPOINT, ENTRIES, KEY, LEAVES, LOCK, PUBLIC, Logged, broken, leaves_text, logged
from limen.integrity.signatures import PublicKey, public_key

PATIENCE = 60.0
"""Seconds that a writer waits for another one."""
_PAUSE = 0.02
_NEW = ".checkpoint.new"
_NO_FOLLOW = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)


class LogFolder:
    """The folder of a run log."""

    def __init__(self, folder: Path) -> None:
        """Keep the folder; nothing is read."""
        self.folder = folder

    def exists(self) -> bool:
        """Return whether there is a log: anything in the folder but a leftover of ours makes it one."""
        try:
            return any(self.folder.iterdir())
        except FileNotFoundError:
            return False
        except OSError as error:
            raise unusable(self.folder, error) from None

    def make(self, files: Mapping[str, bytes]) -> None:
        """Make the folder with its first files, all or nothing; where somebody else made one meanwhile, that one stays.

        Raises UsageError where it can't be made.
        """
        try:
            self.folder.parent.mkdir(parents=True, exist_ok=True)
            staged = Path(tempfile.mkdtemp(prefix=".limen-log-", dir=self.folder.parent))
        except OSError as error:
            raise unusable(self.folder, error) from None
        try:
            for name, content in files.items():
                handle = os.open(staged / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600 if name == KEY else 0o666)
                _write(handle, content)
            staged.chmod(0o777 & ~_umask())
            _sync(staged)
            staged.replace(self.folder)
            _sync(self.folder.parent)
        except OSError as error:
            if error.errno not in (errno.ENOTEMPTY, errno.EEXIST):
                raise unusable(self.folder, error) from None
        finally:
            shutil.rmtree(staged, ignore_errors=True)

    @contextlib.contextmanager
    def held(self, *, alone: bool, patience: float = PATIENCE) -> Iterator[None]:
        """Hold the folder against writers, and `alone` against readers too.

        Raises UsageError where it can't be held, or another one holds it for longer than `patience` seconds.
        """
        try:
            import fcntl
        except ImportError:
            message = "this system can't hold a run log for one writer"
            raise UsageError(Problem(message=message, hint="keep the log on Linux or macOS")) from None
        try:
            handle = os.open(self.folder / LOCK, (os.O_RDWR if alone else os.O_RDONLY) | _NO_FOLLOW)
        except FileNotFoundError:
            if alone:
                raise broken(f"{self.folder}/{LOCK}", "it is missing") from None
            yield  # a copy that an auditor was given: nobody writes to it
            return
        except OSError as error:
            raise unusable(self.folder / LOCK, error) from None
        try:
            until = time.monotonic() + patience
            while True:
                try:
                    fcntl.flock(handle, (fcntl.LOCK_EX if alone else fcntl.LOCK_SH) | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    if time.monotonic() > until:
                        hint = "wait until it is done, and try again"
                        raise UsageError(Problem(message=f"another run holds {self.folder}", hint=hint)) from None
                    time.sleep(_PAUSE)
            yield
        finally:
            os.close(handle)

    def key(self) -> PublicKey:
        """Return the key of the log; raises BrokenLogError where there is none."""
        try:
            return public_key(self._read(PUBLIC))
        except ValueError as error:
            raise broken(f"{self.folder}/{PUBLIC}", str(error)) from None

    def private_key(self) -> bytes:
        """Return the private key in PEM; raises UsageError where there is none, or others can read it."""
        path = self.folder / KEY
        try:
            mode = path.stat().st_mode
        except FileNotFoundError:
            hint = "name the key that signs it: --log-key"
            raise UsageError(Problem(message=f"{self.folder} has no key of its own", hint=hint)) from None
        except OSError as error:
            raise unusable(path, error) from None
        if mode & 0o077:
            hint = f"chmod 600 {path}, after thinking about who may have it"
            raise UsageError(Problem(message=f"others can read the log's key {path}", hint=hint))
        return self._read(KEY)

    def read(self) -> Logged:
        """Return the log; raises BrokenLogError where it does not lead to its checkpoint. It should be held."""
        leaves = b""
        with contextlib.suppress(UsageError):
            leaves = self._read(LEAVES)
        return logged(self._read(ENTRIES), leaves, self._read(CHECKPOINT), self.key(), str(self.folder))

    def cut(self, log: Logged) -> None:
        """Remove a half-written line behind what the checkpoint covers. It must be held alone."""
        with self._writing(ENTRIES, os.O_WRONLY) as handle:
            os.ftruncate(handle, len(log.text))
            os.fsync(handle)

    def add(self, log: Logged, line: bytes) -> None:
        """Put a line behind a log; it counts once the checkpoint covers it. It must be held alone."""
        with self._writing(ENTRIES, os.O_WRONLY | os.O_APPEND) as handle:
            if os.fstat(handle).st_size != len(log.text):
                raise broken(f"{self.folder}/{ENTRIES}", "somebody wrote to it who did not hold it", len(log.hashes))
            _written(handle, line + b"\n")
            os.fsync(handle)

    def cover(self, note: bytes, hashes: tuple[bytes, ...]) -> None:
        """Write the checkpoint and, for the sake of messages only, the hashes. It must be held alone."""
        try:
            new = self.folder / _NEW
            new.unlink(missing_ok=True)
            _write(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666), note)
            new.replace(self.folder / CHECKPOINT)
            _sync(self.folder)
            (self.folder / LEAVES).write_bytes(leaves_text(hashes))
        except OSError as error:
            raise unusable(self.folder, error) from None

    @contextlib.contextmanager
    def _writing(self, name: str, flags: int) -> Iterator[int]:
        path = self.folder / name
        try:
            handle = os.open(path, flags | _NO_FOLLOW)
        except OSError as error:
            raise unusable(path, error) from None
        try:
            yield handle
        except OSError as error:
            raise unusable(path, error) from None
        finally:
            os.close(handle)

    def _read(self, name: str) -> bytes:
        """Return a file's bytes; raises BrokenLogError where there is none, or it is no plain file."""
        path = self.folder / name
        try:
            with os.fdopen(os.open(path, os.O_RDONLY | _NO_FOLLOW), "rb") as file:
                if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                    raise broken(str(path), "it is no plain file")
                content = file.read(MOST_BYTES + 1)
        except FileNotFoundError:
            raise broken(str(path), "it is missing") from None
        except OSError as error:
            raise unusable(path, error) from None
        if len(content) > MOST_BYTES:
            raise broken(str(path), "it is larger than any run log")
        return content


def unusable(path: Path, error: OSError) -> UsageError:
    """Return the error of a place that can't be read or written."""
    what = error.strerror or str(error)
    return UsageError(Problem(message=f"{path} can't be used: {what}", hint="name a folder that can be written: --log"))


def _write(handle: int, content: bytes) -> None:
    """Write to a new file, durably, and close it."""
    try:
        _written(handle, content)
        os.fsync(handle)
    finally:
        os.close(handle)


def _written(handle: int, content: bytes) -> None:
    view = memoryview(content)
    while view:
        view = view[os.write(handle, view) :]


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
