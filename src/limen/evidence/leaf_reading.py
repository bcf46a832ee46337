"""The leaves of a pack, whole or redacted, each with what is shown of it; and its records as data."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

import msgspec
import orjson

from limen.evidence import layout
from limen.evidence.reading import PackFiles, UnreadableError
from limen.evidence.tree import leaves_of
from limen.integrity.leaves import Kind, salt, salted_leaf
from limen.integrity.merkle import root


class Leaf(msgspec.Struct, frozen=True, gc=False):
    """A leaf of the tree, of which a redacted pack may hold no more than the hash."""

    hash: bytes
    kind: Kind = "file"
    path: str = ""
    """Empty where it is withheld already."""
    index: int = 0
    salt: bytes = b""
    content: bytes | None = None
    """The line of a record; None for files."""


def leaves(files: PackFiles) -> Iterator[Leaf]:
    """Yield the leaves of a pack, whole or redacted, in the order of its tree; raises UnreadableError."""
    if layout.LEAVES in files:
        yield from _listed(files)
        return
    try:
        secret = bytes.fromhex(files.read(layout.SECRET, 100).decode().removesuffix("\n"))
        lines = _Lines(files)
        for kind, path, index, made in leaves_of(files, secret):
            content = lines.next(path) if kind == "record" else None
            yield Leaf(made, kind, path, index, salt(secret, path, index), content)
    except ValueError:
        raise UnreadableError(layout.SECRET, "it is no secret of a pack") from None


def root_of(files: PackFiles) -> bytes:
    """Return the root of a pack's tree, whole or redacted; raises UnreadableError."""
    return root([leaf.hash for leaf in leaves(files)])


def records(files: PackFiles, path: str) -> Iterator[dict[str, Any]]:
    """Yield the records of a file as data, none where it is not there; raises UnreadableError."""
    if path not in files:
        return
    for line in files.lines(path):
        yield record(Leaf(b"", "record", path, 0, b"", line))


def record(leaf: Leaf) -> dict[str, Any]:
    """Return a record as data; raises UnreadableError where it is no JSON object."""
    try:
        found = orjson.loads(leaf.content or b"")
    except orjson.JSONDecodeError:
        found = None
    if not isinstance(found, dict):
        raise UnreadableError(leaf.path, f"its record {leaf.index} is no JSON object")
    return found


def digest(files: PackFiles, path: str) -> str:
    """Return the SHA-256 of a file in hex; raises UnreadableError."""
    whole = hashlib.sha256()
    for chunk in files.chunks(path):
        whole.update(chunk)
    return whole.hexdigest()


class _Lines:
    """Reads the lines of one file after the other."""

    def __init__(self, files: PackFiles) -> None:
        self._files, self._path = files, ""
        self._lines: Iterator[bytes] = iter(())

    def next(self, path: str) -> bytes:
        """Return the next line of a file; raises UnreadableError where there is none."""
        if path != self._path:
            self.end()
            self._path, self._lines = path, self._files.lines(path)
        line = next(self._lines, None)
        if line is None:
            raise UnreadableError(path, "it has fewer lines than leaves")
        return line

    def end(self) -> None:
        """Raise UnreadableError where the file has lines that were not asked for."""
        if next(self._lines, None) is not None:
            raise UnreadableError(self._path, "it has more lines than leaves")


def _listed(files: PackFiles) -> Iterator[Leaf]:
    """Yield the leaves that a redacted pack lists, each with what it shows."""
    lines = _Lines(files)
    left = {name for name in files.names() if name.startswith(layout.CORE)}
    for number, line in enumerate(files.lines(layout.LEAVES)):
        try:
            said = orjson.loads(line)
            if "hash" in said:
                yield Leaf(bytes.fromhex(said["hash"]))
                continue
            kind, path, index, salted = said["type"], said["path"], said["index"], bytes.fromhex(said["salt"])
            left.discard(path)
            content = lines.next(path) if kind == "record" else None
            held = hashlib.sha256(content).hexdigest() if content is not None else digest(files, path)
            yield Leaf(salted_leaf(salted, kind, path, index, held), kind, path, index, salted, content)
        except (ValueError, TypeError, KeyError, AttributeError):
            raise UnreadableError(layout.LEAVES, f"its line {number + 1} is no leaf") from None
    lines.end()
    if left:
        raise UnreadableError(min(left), "no leaf stands for it")
