"""Adding to the envelope of a pack that is there: one writer at a time, each file whole, nothing half-written in it.

Temporary files lie beside the pack, never in it, since a pack that holds a stranger is refused. In a folder files are
renamed into place one after the other in the order given, so that whoever is killed in between leaves a state that the
caller chose; a zip is written anew and renamed as a whole.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
import time
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NoReturn

from limen.errors import Problem, UsageError
from limen.evidence.reading import open_pack

PATIENCE = 30.0
"""Seconds that a writer waits for another one."""
_DATE = (1980, 1, 1, 0, 0, 0)
_MODE = 0o100644
_PAUSE = 0.1


class HeldPack:
    """A pack that nobody else of us writes to."""

    def __init__(self, path: Path) -> None:
        """Keep where it is, links resolved."""
        self.path = path
        """Folder or zip."""

    def put(self, files: Sequence[tuple[str, bytes]], remove: Sequence[str] = ()) -> None:
        """Add or replace files of the envelope in this order, those to remove first.

        Raises UsageError where the place can't be written; then a zip is as it was, and of a folder nothing was
        changed before everything lay safely on the disk.
        """
        try:
            if self.path.is_dir():
                self._put_in_folder(files, remove)
            else:
                self._put_in_zip(dict(files), frozenset(remove))
        except OSError as error:
            _refuse(self.path, error)

    def _put_in_folder(self, files: Sequence[tuple[str, bytes]], remove: Sequence[str]) -> None:
        with self._staging() as staging:
            staged = []
            for number, (name, content) in enumerate(files):
                temporary = staging / str(number)
                with temporary.open("xb") as file:
                    file.write(content)
                    file.flush()
                    os.fsync(file.fileno())
                staged.append((temporary, self.path / name))
            for name in remove:
                (self.path / name).unlink(missing_ok=True)
                _sync_folder((self.path / name).parent)
            for temporary, place in staged:
                place.parent.mkdir(exist_ok=True)
                temporary.replace(place)
                _sync_folder(place.parent)

    def _put_in_zip(self, files: dict[str, bytes], remove: frozenset[str]) -> None:
        with self._staging() as staging, open_pack(self.path) as before:
            temporary = staging / "zip"
            with zipfile.ZipFile(temporary, "x", zipfile.ZIP_DEFLATED) as archive:
                for name in sorted({*before.names(), *files} - remove):
                    info = zipfile.ZipInfo(name, _DATE)
                    info.create_system, info.external_attr = 3, _MODE << 16
                    info.compress_type = zipfile.ZIP_DEFLATED
                    with archive.open(info, "w", force_zip64=False) as entry:
                        for chunk in [files[name]] if name in files else before.chunks(name):
                            entry.write(chunk)
            with temporary.open("rb") as file:
                os.fsync(file.fileno())
            temporary.chmod(self.path.stat().st_mode & 0o777)
            temporary.replace(self.path)
            _sync_folder(self.path.parent)

    @contextlib.contextmanager
    def _staging(self) -> Iterator[Path]:
        """Hold a folder beside the pack; those that a killed writer left there go, since this one alone writes now."""
        prefix = f".{self.path.name}.limen-"
        for left in self.path.parent.glob(f"{_literal(prefix)}*"):
            shutil.rmtree(left, ignore_errors=True)
        staging = Path(tempfile.mkdtemp(prefix=prefix, dir=self.path.parent))
        try:
            yield staging
        finally:
            shutil.rmtree(staging, ignore_errors=True)


@contextlib.contextmanager
def held_pack(path: Path, patience: float = PATIENCE) -> Iterator[HeldPack]:
    """Hold a pack so that no other process of ours writes to it meanwhile; waits `patience` seconds for another one.

    Raises UsageError where there is none, it can't be held, or another one holds it for longer.
    """
    with open_pack(path):
        real = Path(os.path.realpath(path))
    try:
        import fcntl
    except ImportError:
        message = "this system can't hold a pack for one writer"
        raise UsageError(Problem(message=message, hint="sign and timestamp on Linux or macOS")) from None
    handle = _locked(real, time.monotonic() + patience, fcntl)
    try:
        yield HeldPack(real)
    finally:
        os.close(handle)


def _locked(path: Path, until: float, fcntl: Any) -> int:
    """Return a handle that holds the lock of a pack; `until` is of `time.monotonic`."""
    while True:
        try:
            handle = os.open(path, os.O_RDONLY)
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                if os.path.samestat(os.fstat(handle), path.stat()):  # else it is a zip that was replaced meanwhile
                    return handle
            except BlockingIOError:
                pass
            except BaseException:
                os.close(handle)
                raise
            os.close(handle)
        except OSError as error:
            _refuse(path, error)
        if time.monotonic() > until:
            hint = "wait until it is done, and try again"
            raise UsageError(Problem(message=f"somebody else is signing or timestamping {path}", hint=hint))
        time.sleep(_PAUSE)


def _literal(text: str) -> str:
    """Return a text as a pattern of glob that stands for itself."""
    return "".join(f"[{character}]" if character in "*?[" else character for character in text)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _refuse(path: Path, error: OSError) -> NoReturn:
    message = f"{path} can't be written to: {error.strerror or type(error).__name__}"
    hint = "copy the pack to where both it and the folder that holds it can be written"
    raise UsageError(Problem(message=message, hint=hint)) from None
