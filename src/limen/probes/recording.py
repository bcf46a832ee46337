"""A run in a folder, written whole or not at all, and read back only where every byte is as it was written.

`sha256sum -c SHA256SUMS` checks the same without limen. Digests tell of accidents and of hands that are not careful;
who signs a pack proves more.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import shutil
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

from limen.errors import Location, Problem, UsageError
from limen.probes.recorded import RAW, RUN, SUMS, FormatError, raw_digests, read, sums_text, written
from limen.records.attempts import ProbeRun

_MOST = 1 << 28
"""Bytes of one file beyond which a recording is none of ours."""
_LINE = re.compile(rb"([0-9a-f]{64})  (run\.json|raw/[0-9a-f]{64})")


def check_free(folder: Path) -> None:
    """Raise UsageError where a run can't be written to the folder: it must be new, or empty."""
    try:
        if folder.is_dir() and not any(folder.iterdir()):
            return
        taken = folder.exists() or folder.is_symlink()
    except (OSError, ValueError) as error:
        raise _unwritable(folder, error) from None
    if taken:
        hint = "name a folder that is new, or empty: a recording is never written over"
        raise UsageError(Problem(message=f"{folder} is there already", hint=hint))


def write_run(run: ProbeRun, folder: Path) -> None:
    """Write a run to a folder that is new, or empty: all of it, safely on the disk, or nothing.

    Raises UsageError where it can't be written.
    """
    check_free(folder)
    files = written(run)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        staged = Path(tempfile.mkdtemp(prefix=".limen-", dir=folder.parent))
    except (OSError, ValueError) as error:
        raise _unwritable(folder, error) from None
    try:
        (staged / RAW).mkdir()
        for name, content in files.items():
            with (staged / name).open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
        staged.chmod(0o777 & ~_umask())
        for one in (staged / RAW, staged):
            _sync(one)
        staged.replace(folder)
        _sync(folder.parent)
    except (OSError, ValueError) as error:
        raise _unwritable(folder, error) from None
    finally:
        shutil.rmtree(staged, ignore_errors=True)


def read_run(folder: Path) -> ProbeRun:
    """Return the run in a folder; raises UsageError, naming the file, where it is not byte by byte what was written."""
    sums = _sums(folder)
    _nothing_else(folder, sums)
    contents = {name: _content(folder, name) for name in sums}
    for name, content in contents.items():
        if hashlib.sha256(content).hexdigest() != sums[name]:
            raise _refused(folder / name, f"it is not what {SUMS} says", "it was changed after it was recorded")
    document = contents.pop(RUN)
    raw = {name.removeprefix(f"{RAW}/"): content for name, content in contents.items()}
    try:
        wanted = raw_digests(document)
        for digest in sorted(wanted ^ raw.keys()):
            what = "it is missing" if digest in wanted else f"nothing in {RUN} speaks of it"
            raise _refused(folder / RAW / digest, what, "the recording is not whole")
        run = read(document, raw)
    except FormatError as error:
        raise _refused(folder / RUN, error.what, error.hint) from None
    for digest, content in raw.items():
        if hashlib.sha256(content).hexdigest() != digest:
            raise _refused(folder / RAW / digest, "its content has another digest than its name", "it was changed")
    return run


def _sums(folder: Path) -> dict[str, str]:
    """Return the digest of each file by its path, as SHA256SUMS says it."""
    if not folder.is_dir():
        hint = "limen probe --record DIR writes one"
        raise UsageError(Problem(message=f"there is no recording at {folder}", hint=hint))
    content = _content(folder, SUMS)
    found: dict[str, str] = {}
    for number, line in enumerate(content.split(b"\n")[:-1], 1):
        match = _LINE.fullmatch(line)
        if match is None:
            location = Location(file=str(folder / SUMS), line=number)
            message = "no line of a recording: expected 64 hex digits, two spaces and run.json or raw/DIGEST"
            raise UsageError(Problem(message=message, location=location, hint="it was changed after it was recorded"))
        found[match[2].decode()] = match[1].decode()
    if sums_text(found) != content or RUN not in found:
        raise _refused(folder / SUMS, "it is not written as limen writes it", "it was changed after it was recorded")
    return found


def _nothing_else(folder: Path, sums: dict[str, str]) -> None:
    """Raise UsageError for the first file that SHA256SUMS says nothing of, or that lies elsewhere."""
    known = {SUMS, RAW, *sums}
    for inside in _entries(folder):
        if inside not in known:
            raise _refused(folder / inside, f"{SUMS} says nothing of it", "remove it: it is no part of the recording")


def _entries(folder: Path) -> Iterator[str]:
    try:
        for path in sorted(folder.iterdir()):
            yield path.name
            if path.name == RAW:
                if path.is_symlink() or not path.is_dir():
                    raise _refused(path, "it is no folder", "it was changed after it was recorded")
                yield from (f"{RAW}/{inner.name}" for inner in sorted(path.iterdir()))
    except OSError as error:
        raise _refused(folder, f"it can't be read: {error.strerror}", "let limen read it") from None


def _content(folder: Path, name: str) -> bytes:
    """Return a file's bytes; a link, a pipe or what is too large is refused."""
    path = folder / name
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    try:
        with os.fdopen(os.open(path, flags), "rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise _refused(path, "it is no file", "it was changed after it was recorded")
            content = file.read(_MOST + 1)
    except FileNotFoundError:
        raise _refused(path, "it is missing", "the recording is not whole") from None
    except OSError as error:
        raise _refused(path, f"it can't be read: {error.strerror}", "let limen read it") from None
    if len(content) > _MOST:
        raise _refused(path, "it is larger than anything that limen records", "record it anew")
    return content


def _refused(path: Path, what: str, hint: str) -> UsageError:
    return UsageError(Problem(message=what, location=Location(file=str(path)), hint=hint))


def _unwritable(folder: Path, error: Exception) -> UsageError:
    why = getattr(error, "strerror", None) or error
    return UsageError(Problem(message=f"cannot write {folder}: {why}", hint="name a place that can be written"))


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _sync(folder: Path) -> None:
    """Make names in a folder durable, where the platform can open one."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
