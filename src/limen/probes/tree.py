"""Which files of a folder or repository content probes read, and how: without following links, and bounded."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Literal, NamedTuple

from limen.probes.git import Git
from limen.probes.interface import AttemptError, Context, Target

MOST_READ = 64 << 20
"""Bytes beyond which a file is not read."""
_SUBMODULE = "160000"
_POINTER = b"version https://git-lfs.github.com/spec/v1"


class Entry(NamedTuple):
    """One file to be read; with a reason, it can't be."""

    path: str
    """From the target, as the system knows it: bytes that are no UTF-8 as surrogates."""
    reason: str = ""


class Tree(NamedTuple):
    """What a target is, and its files."""

    sort: Literal["repository", "folder", "file"]
    root: Path
    entries: Iterator[Entry]


def root_of(target: Target, probe: str) -> Path:
    """Return the folder or file that a target names; raises AttemptError for anything else."""
    endpoint = (target.endpoint or str(target.declared.get("repository", "."))).removeprefix("file://") or "."
    if "://" in endpoint or "\0" in endpoint:
        raise AttemptError(f"the {probe} probe reads folders and files: clone a repository first, and name its folder")
    return target.folder / endpoint


def opened(root: Path, context: Context, *, needed: bool = False) -> Git | None:
    """Return git for a target that may be a repository; raises AttemptError where git is missing and it may be one."""
    folder = (root if root.is_dir() else root.parent).resolve()
    if needed or any((place / ".git").exists() for place in (folder, *folder.parents)):
        return Git(folder, context)
    return None


def tree_of(root: Path, git: Git | None, *, ignored: bool) -> Tree:
    """Return the files of a target; of a repository those that are tracked, or new and not ignored.

    Raises AttemptError where there is no such path or it can't be read.
    """
    try:
        mode = root.stat().st_mode
        if stat.S_ISDIR(mode):
            next(root.iterdir(), None)
    except (OSError, ValueError) as error:
        raise AttemptError(f"the target can't be read: {getattr(error, 'strerror', None) or 'no path'}") from None
    if not stat.S_ISDIR(mode):
        return Tree("file", root.parent, iter([Entry(root.name)]))
    if git is not None and is_repository(root, git):
        return Tree("repository", root, _with_ignored(root, git) if ignored else _tracked(root, git))
    return Tree("folder", root, _walk(root))


def is_repository(root: Path, git: Git) -> bool:
    """Return whether a folder is, or lies in, a repository's working tree, and is not ignored there."""
    inside = git.ask("rev-parse", "--is-inside-work-tree") == b"true\n"
    return inside and ((root / ".git").exists() or git.ask("check-ignore", "-q", ".") is None)


def read_file(root: Path, path: str) -> bytes | str:
    """Return a file's bytes, or why it can't be read; follows no link and opens no device."""
    try:
        handle = os.open(root / path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        return "not there" if isinstance(error, FileNotFoundError) else "not readable"
    with os.fdopen(handle, "rb") as stream:
        try:
            status = os.fstat(stream.fileno())
            if not stat.S_ISREG(status.st_mode):
                return "no regular file"
            if status.st_size > MOST_READ:
                return f"larger than {MOST_READ >> 20} MiB"
            data = stream.read(MOST_READ + 1)
        except OSError:
            return "not readable"
    if len(data) > MOST_READ:
        return f"larger than {MOST_READ >> 20} MiB"
    return "a pointer to a large file elsewhere (Git LFS)" if data.startswith(_POINTER) else data


def shown(path: str) -> str:
    """Return a path as text that can be written anywhere: what is no Unicode or no sign is escaped."""
    text = path.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def _walk(root: Path) -> Iterator[Entry]:
    """Yield the files of a folder, in order; a repository's own store is its history, not its files."""
    real = os.path.realpath(root)
    folders = [""]
    while folders:
        folder = folders.pop()
        try:
            with os.scandir(root / folder) as found:
                children = sorted(found, key=lambda child: child.name)
        except OSError:
            yield Entry(folder or ".", "not readable")
            continue
        below: list[str] = []
        for child in children:
            path = f"{folder}/{child.name}" if folder else child.name
            if child.is_symlink():
                if reason := _link_reason(root, path, real):
                    yield Entry(path, reason)
            elif child.is_dir(follow_symlinks=False):
                if child.name != ".git":
                    below.append(path)
            else:
                yield Entry(path)
        folders.extend(reversed(below))


def _tracked(root: Path, git: Git) -> Iterator[Entry]:
    """Yield the files of a repository: tracked ones, and new ones that are not ignored; a link within it is no file."""
    staged = git.ask("ls-files", "-z", "--stage")
    others = git.ask("ls-files", "-z", "--others", "--exclude-standard")
    if staged is None or others is None:
        raise AttemptError("git can't list the repository's files: it may be damaged")
    modes: dict[str, str] = {}
    for line in staged.split(b"\0"):
        head, tab, name = line.partition(b"\t")
        if tab:
            modes[os.fsdecode(name)] = head[:6].decode("ascii", "replace")
    for name in others.split(b"\0"):
        if name:
            modes.setdefault(os.fsdecode(name), "")
    real = os.path.realpath(root)
    inside: dict[Path, bool] = {}
    for path, mode in sorted(modes.items()):
        folder = (root / path).parent
        if folder not in inside:
            resolved = os.path.realpath(folder)
            inside[folder] = resolved == real or resolved.startswith(real + os.sep)
        reason = _reason(root, path, real, mode) if inside[folder] else "behind a link that leads out"
        if reason or not (root / path).is_symlink():
            yield Entry(path, reason)


def _reason(root: Path, path: str, real: str, mode: str) -> str:
    """Return why a file that git lists is not read, or an empty text."""
    if mode == _SUBMODULE:
        return "a submodule, which is a repository of its own"
    if path.endswith("/"):
        return "a repository within the repository, which git does not track"
    return _link_reason(root, path, real) if (root / path).is_symlink() else ""


def _with_ignored(root: Path, git: Git) -> Iterator[Entry]:
    """Yield every file below a repository's root, with what git says of submodules and of files that are gone."""
    told = {entry.path: entry.reason for entry in _tracked(root, git)}
    for entry in _walk(root):
        told.setdefault(entry.path, entry.reason)
    yield from (Entry(path, reason) for path, reason in sorted(told.items()))


def _link_reason(root: Path, path: str, real: str) -> str:
    """Return why what a link leads to is not searched; empty where it is, under its own name."""
    try:
        resolved = os.path.realpath(root / path, strict=True)
    except OSError:
        return "a link that leads nowhere"
    inside = resolved == real or resolved.startswith(real + os.sep)
    return "" if inside and f"{os.sep}.git{os.sep}" not in resolved else "a link that leads out"
