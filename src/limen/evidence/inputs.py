"""The inputs of an assessment, copied into a pack before anything is judged: what is packed is what was judged."""

from __future__ import annotations

import datetime
import errno
import os
import stat
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, BinaryIO, Literal

import msgspec
from msgspec import Meta

from limen.errors import Location, Problem, UsageError
from limen.evidence import layout
from limen.integrity.canonical import canonical
from limen.integrity.instants import instant
from limen.records.statuses import Severity

FORMAT = "limen-request-1"
"""Name and version of request.json."""
_CHUNK = 1 << 20


class Asked(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """core/inputs/request.json: what was asked of the enclosed inputs."""

    format: str
    declaration: str
    """The root file, by its place in the folder of the declaration."""
    profiles: tuple[str, ...]
    only_profiles: tuple[str, ...]
    rules: tuple[str, ...]
    flows: tuple[str, ...]
    own: tuple[Literal["folder", "bundle"], ...]
    """`folder` or `bundle` for each of the user's own policies, in order."""
    as_of: Annotated[str, Meta(pattern=r"^\d{4}-\d{2}-\d{2}$(?!\n)")]
    """YYYY-MM-DD"""
    assessed_at: str
    """RFC 3339, UTC, whole seconds."""
    fail_on: Severity
    inherited: tuple[str, ...]
    """Fingerprints of findings that were there at a reference, sorted."""
    waivers: bool
    baseline: bool
    observations: bool
    signing: bool
    previous: bool
    sensitivity: tuple[Annotated[str, Meta(pattern=r"^[0-9]{4}\.json$(?!\n)")], ...]
    """Names of the files of sensitivity, in order."""


def asked_text(asked: Asked) -> bytes:
    """Return the content of request.json."""
    return canonical(msgspec.to_builtins(asked))


def read_asked(content: bytes) -> Asked:
    """Return what a request.json says; raises ValueError where it is none, or not written as limen writes it."""
    try:
        asked = msgspec.json.decode(content, type=Asked)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise ValueError(f"it is no request: {error}"[:300]) from None
    if asked.format != FORMAT:
        raise ValueError(f"its format is {asked.format!r:.40}, and this limen reads {FORMAT!r}")
    if asked_text(asked) != content:
        raise ValueError("it is not written as limen writes it")
    if what := layout.oddity(f"{layout.DECLARATION}{asked.declaration}"):
        raise ValueError(f"the declaration {asked.declaration!r:.60}: {what}")
    try:
        datetime.date.fromisoformat(asked.as_of)
        instant(asked.assessed_at)
    except ValueError as error:
        raise ValueError(f"it names a time that there is none of: {error}"[:300]) from None
    return asked


def stage_bytes(folder: Path, files: Iterable[tuple[str, bytes]]) -> None:
    """Write files by their place in the pack; raises UsageError for a name that not every system can hold."""
    for name, content in files:
        path = _place(folder, name)
        with path.open("xb") as file:
            file.write(content)


def stage_files(folder: Path, files: Mapping[str, Path]) -> None:
    """Copy files by their place in the pack.

    Raises UsageError where one can't be read, is no plain file or has a name that not every system can hold.
    """
    for name, source in files.items():
        path = _place(folder, name)
        try:
            with _opened(source) as read, path.open("xb") as file:
                while chunk := read.read(_CHUNK):
                    file.write(chunk)
        except (OSError, ValueError) as error:
            raise _unreadable(source, getattr(error, "strerror", None) or str(error)) from None


def recording_files(folder: Path) -> dict[str, Path]:
    """Return the files of a recording by their place in the pack; raises UsageError where it can't be read."""
    try:
        inside = [path for path in sorted(folder.rglob("*")) if path.is_symlink() or not path.is_dir()]
    except OSError as error:
        raise _unreadable(folder, error.strerror or str(error)) from None
    if not folder.is_dir():
        hint = "limen probe --record DIR writes one"
        raise UsageError(Problem(message=f"there is no recording at {folder}", hint=hint))
    found = {f"{layout.OBSERVATIONS}{path.relative_to(folder).as_posix()}": path for path in inside}
    problems = [
        Problem(message="it is no part of a recording", location=Location(file=str(path)), hint="remove it")
        for name, path in found.items()
        if not layout.is_known(name) or path.is_symlink()
    ]
    if problems:
        raise UsageError(problems)
    return found


def _place(folder: Path, name: str) -> Path:
    """Return where a file goes, its folder made; raises UsageError where no pack may hold its name."""
    if what := layout.oddity(name):
        hint = "rename it: a pack must be the same on every system"
        raise UsageError(Problem(message=f"{name!r} can't go into a pack: {what}", hint=hint))
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def _opened(path: Path) -> BinaryIO:
    """Open a plain file, without waiting for who writes to a pipe; raises OSError, also for what is none."""
    handle = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0))
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise OSError(errno.EINVAL, "it is no file")
    return os.fdopen(handle, "rb")


def _unreadable(path: Path, what: str) -> UsageError:
    return UsageError(Problem(message=f"{path} can't be read: {what}", hint="let limen read it"))
