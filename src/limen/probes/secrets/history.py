"""Every commit of a repository: all its objects, streamed by git, and for what was found who brought it."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable, Iterator
from typing import IO, NamedTuple

import msgspec

from limen.probes.git import Git
from limen.probes.interface import AttemptError, Context
from limen.probes.secrets.examining import Examiner
from limen.probes.secrets.record import Found
from limen.probes.tree import MOST_READ

_TEXTS = {b"commit": "commit message", b"tag": "tag message"}
_DAMAGED = "an object that is missing or damaged"


class _Object(NamedTuple):
    id: bytes
    sort: bytes
    size: int


def object_id(data: bytes, size: int) -> bytes:
    """Return the id that git gives to a file of these bytes; `size` is that of its ids, 40 or 64 hex digits."""
    digest = hashlib.new("sha256" if size == 64 else "sha1", usedforsecurity=False)
    digest.update(b"blob %d\0" % len(data))
    digest.update(data)
    return digest.hexdigest().encode()


class History:
    """The objects of a repository, whether a branch still leads to them or not."""

    def __init__(self, git: Git, context: Context, unscanned: Callable[[str, str], None]) -> None:
        """List the objects; raises AttemptError where git can't."""
        self._git, self._context, self._unscanned = git, context, unscanned
        listed = git.ask("cat-file", "--batch-all-objects", "--unordered", "--batch-check")
        if listed is None:
            raise AttemptError("git can't list the repository's objects: it may be damaged")
        self._objects: list[_Object] = []
        for line in listed.splitlines():
            parts = line.split()
            if len(parts) != 3 or not parts[2].isdigit():
                unscanned(_DAMAGED, f"object {parts[0].decode('ascii', 'replace')}" if parts else "")
            elif parts[1] in (b"blob", *_TEXTS):
                self._objects.append(_Object(parts[0], parts[1], int(parts[2])))
        self.commits = sum(one.sort == b"commit" for one in self._objects)
        if git.ask("rev-parse", "--is-shallow-repository") == b"true\n":
            unscanned("the history before a shallow clone", "")
        for line in (git.ask("config", "--get-regexp", r"^remote\..*\.promisor$") or b"").splitlines():
            if line.endswith(b" true"):
                unscanned("what a partial clone left at its origin", "")

    def search(self, examiner: Examiner, known: set[bytes], told: set[tuple[str, str, str]]) -> Iterator[Found]:
        """Yield what was only in history; `known` are ids of files that were searched, `told` what was found there.

        Raises AttemptError where git fails or the time is over.
        """
        found: dict[bytes, list[Found]] = {}
        for one, data in self._contents(known):
            path = _TEXTS.get(one.sort, "")
            seen = list(examiner.examine(path, data, commit=one.id.decode()))
            if path:
                yield from seen
            elif seen:
                found[one.id] = seen
        for blob, path, commit in self._bringers(found):
            for one_found in found.pop(blob, ()):
                name = examiner.safe(path) + one_found.path
                if (one_found.pattern, one_found.digest, name) not in told:
                    told.add((one_found.pattern, one_found.digest, name))
                    yield msgspec.structs.replace(one_found, path=name, commit=commit)
        for blob, left in found.items():
            for one_found in left:
                yield msgspec.structs.replace(one_found, path="(in no commit)" + one_found.path, commit=blob.decode())

    def _contents(self, known: set[bytes]) -> Iterator[tuple[_Object, bytes]]:
        wanted = []
        for one in self._objects:
            if one.size > MOST_READ:
                self._unscanned(f"larger than {MOST_READ >> 20} MiB", f"object {one.id.decode()}")
            elif one.id not in known:
                wanted.append(one)
        with tempfile.TemporaryFile() as asked:
            asked.write(b"".join(one.id + b"\n" for one in wanted))
            asked.seek(0)
            with self._git.stream("cat-file", "--batch", "--buffer", stdin=asked) as stream:
                for one in wanted:
                    self._context.remaining()
                    data = _next(stream)
                    if data is None:
                        self._unscanned(_DAMAGED, f"object {one.id.decode()}")
                    else:
                        yield one, data

    def _bringers(self, wanted: dict[bytes, list[Found]]) -> Iterator[tuple[bytes, str, str]]:
        """Yield blob, path and commit for every time that a commit brought one of the blobs, oldest first."""
        if not wanted:
            return
        revisions = self._git.ask("rev-list", "--all", "--reflog", "--reverse", "--topo-order")
        if revisions is None:
            return
        with tempfile.TemporaryFile() as asked:
            asked.write(revisions)
            asked.seek(0)
            command = ("diff-tree", "--stdin", "-r", "-m", "--root", "--no-renames", "--raw", "--no-abbrev", "-z",
                       "--no-ext-diff", "--no-textconv")  # fmt: skip
            with self._git.stream(*command, stdin=asked) as stream:
                commit = blob = b""
                for field in _fields(stream):
                    if field.startswith(b":"):
                        blob = field.split(b" ")[3]
                    elif blob:
                        if blob in wanted:
                            yield blob, os.fsdecode(field), commit.decode("ascii", "replace")
                        blob = b""
                    else:
                        commit = field.split(b" ")[0].strip()
                    self._context.remaining()


def _next(stream: IO[bytes]) -> bytes | None:
    """Return the next object's bytes; None where git says that it has none. Raises AttemptError at the end."""
    head = stream.readline(256)
    parts = head.split()
    if len(parts) == 2 and parts[1] in (b"missing", b"ambiguous"):
        return None
    if len(parts) != 3 or not parts[2].isdigit():
        raise AttemptError("git stopped in the middle of its objects: the repository may be damaged")
    size = int(parts[2])
    data = stream.read(size)
    if len(data) != size or stream.read(1) != b"\n":
        raise AttemptError("git stopped in the middle of its objects: the repository may be damaged")
    return data


def _fields(stream: IO[bytes]) -> Iterator[bytes]:
    """Yield what stands between NUL bytes."""
    left = b""
    while block := stream.read(1 << 16):
        parts = (left + block).split(b"\0")
        left = parts.pop()
        yield from parts
    if left:
        yield left
