"""The Merkle tree over core: each line of a record file and each other file is a salted leaf (RFC 6962 nodes).

The tree is made while the files go by: what is held is 32 bytes a leaf.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from typing import Protocol

import msgspec

from limen.evidence.layout import PUBLIC, is_record_file, tree_order
from limen.integrity.leaves import Kind, record_leaves, salt, salted_leaf
from limen.integrity.merkle import root


class Files(Protocol):
    """What holds the files of core."""

    def names(self) -> list[str]:
        """Return their names."""

    def chunks(self, name: str) -> Iterator[bytes]:
        """Yield a file's bytes."""

    def lines(self, name: str) -> Iterator[bytes]:
        """Yield a file's lines without their newlines."""


class MemoryFiles:
    """Files that are held as bytes."""

    def __init__(self, contents: Mapping[str, bytes]) -> None:
        """Keep contents by name."""
        self.contents = contents

    def names(self) -> list[str]:
        """Return their names, sorted."""
        return sorted(self.contents)

    def chunks(self, name: str) -> Iterator[bytes]:
        """Yield a file's bytes, all at once."""
        yield self.contents[name]

    def lines(self, name: str) -> Iterator[bytes]:
        """Yield a file's lines; raises ValueError where the last one has no end."""
        *lines, rest = self.contents[name].split(b"\n")
        if rest:
            raise ValueError(f"the last line of {name} has no end")
        yield from lines


class CoreTree(msgspec.Struct, frozen=True, kw_only=True):
    """The tree of a core."""

    root: bytes
    size: int
    """How many leaves it has."""
    public_size: int
    """How many of them, at its beginning, can't be withheld."""
    hashes: list[bytes]
    """The hash of each leaf, in order."""


def leaves_of(files: Files | Mapping[str, bytes], secret: bytes) -> Iterator[tuple[Kind, str, int, bytes]]:
    """Yield kind, path, index and hash of each leaf, in the order of the tree; files outside core are left out.

    Raises ValueError or UnreadableError where a record file does not end with a newline.
    """
    held: Files = MemoryFiles(files) if isinstance(files, Mapping) else files
    sha256 = hashlib.sha256
    for path in tree_order(held.names()):
        if is_record_file(path):
            for index, leaf in enumerate(record_leaves(secret, path, held.lines(path))):
                yield "record", path, index, leaf
        else:
            whole = sha256()
            for chunk in held.chunks(path):
                whole.update(chunk)
            yield "file", path, 0, salted_leaf(salt(secret, path, 0), "file", path, 0, whole.hexdigest())


def core_tree(files: Files | Mapping[str, bytes], secret: bytes) -> CoreTree:
    """Return the tree of the files of core among some files; raises as `leaves_of`."""
    hashes: list[bytes] = []
    public = 0
    for _, path, _, leaf in leaves_of(files, secret):
        hashes.append(leaf)
        public += path in PUBLIC
    return CoreTree(root=root(hashes), size=len(hashes), public_size=public, hashes=hashes)
