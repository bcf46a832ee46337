"""Merkle trees of RFC 6962: roots, proofs that a leaf is in a tree, and proofs that a tree only grew.

A leaf is hashed with 0x00 before it and a node with 0x01, so that neither can pass for the other. Proofs are made as
section 2.1 of RFC 6962 defines them, and checked by the steps of RFC 9162, sections 2.1.3.2 and 2.1.4.2, which need
no tree. A hash has 32 bytes; anything else is never part of a proof that holds.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

EMPTY = hashlib.sha256().digest()
"""Root of the tree without leaves."""
HASH_BYTES = 32
"""Bytes of a SHA-256."""


def leaf_hash(data: bytes) -> bytes:
    """Return the hash of a leaf's content."""
    return hashlib.sha256(b"\0" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of a node above two hashes."""
    return hashlib.sha256(b"\1" + left + right).digest()


def root(hashes: Sequence[bytes]) -> bytes:
    """Return the root over hashes of leaves, in order."""
    level = list(hashes)
    if not level:
        return EMPTY
    while len(level) > 1:
        level = _above(level)
    return level[0]


def inclusion_proof(hashes: Sequence[bytes], index: int) -> list[bytes]:
    """Return the audit path of the leaf at an index (from 0), from below; raises ValueError where there is none."""
    if not 0 <= index < len(hashes):
        raise ValueError(f"there is no leaf {index} among {len(hashes)}")
    level, path = list(hashes), []
    while len(level) > 1:
        beside = index ^ 1
        if beside < len(level):
            path.append(level[beside])
        level, index = _above(level), index >> 1
    return path


def included(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Return whether a path proves that the hash of a leaf stands at an index of the tree of that size and root."""
    if not 0 <= index < size or not _hashes(leaf, root, *proof):
        return False
    place, last, made = index, size - 1, leaf
    for beside in proof:
        if last == 0:
            return False
        if place & 1 or place == last:
            made = node_hash(beside, made)
            while place and not place & 1:
                place, last = place >> 1, last >> 1
        else:
            made = node_hash(made, beside)
        place, last = place >> 1, last >> 1
    return last == 0 and made == root


def consistency_proof(hashes: Sequence[bytes], old_size: int) -> list[bytes]:
    """Return what proves that the tree over the hashes begins with that over the first `old_size` of them.

    Empty where there is nothing to prove: no leaves before, or no more now. Raises ValueError where there were more.
    """
    if not 0 <= old_size <= len(hashes):
        raise ValueError(f"a tree of {len(hashes)} leaves never had {old_size}")
    if old_size in (0, len(hashes)):
        return []
    beginning, end, size, whole = 0, len(hashes), old_size, True
    path: list[bytes] = []
    while size != end - beginning:
        split = 1 << (end - beginning - 1).bit_length() - 1
        if size <= split:
            path.append(root(hashes[beginning + split : end]))
            end = beginning + split
        else:
            path.append(root(hashes[beginning : beginning + split]))
            beginning, size, whole = beginning + split, size - split, False
    if not whole:
        path.append(root(hashes[beginning:end]))
    return path[::-1]


def consistent(old_size: int, new_size: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]) -> bool:
    """Return whether a proof shows that the new tree begins with the leaves of the old one, in their order."""
    if not 0 <= old_size <= new_size or not _hashes(old_root, new_root, *proof):
        return False
    if old_size == 0:
        return not proof and old_root == EMPTY and (new_size > 0 or new_root == EMPTY)
    if old_size == new_size:
        return not proof and old_root == new_root
    path = list(proof)
    if old_size & (old_size - 1) == 0:
        path.insert(0, old_root)
    if not path:
        return False
    place, last = old_size - 1, new_size - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    old = new = path[0]
    for beside in path[1:]:
        if last == 0:
            return False
        if place & 1 or place == last:
            old, new = node_hash(beside, old), node_hash(beside, new)
            while place and not place & 1:
                place, last = place >> 1, last >> 1
        else:
            new = node_hash(new, beside)
        place, last = place >> 1, last >> 1
    return last == 0 and old == old_root and new == new_root


def _above(level: list[bytes]) -> list[bytes]:
    """Return the level above one; a last hash without a neighbour rises as it is."""
    sha256 = hashlib.sha256
    above = [sha256(b"\1" + left + right).digest() for left, right in zip(level[::2], level[1::2], strict=False)]
    if len(level) & 1:
        above.append(level[-1])
    return above


def _hashes(*given: bytes) -> bool:
    return all(len(one) == HASH_BYTES for one in given)
