"""What one process does with a piece of a ledger: verify it, or only digest it; here or on other machines."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

import msgspec

from limen.adapters.ledgers.blocks import Block
from limen.adapters.ledgers.parts import Range
from limen.integrity.chains import Stretch, joined
from limen.integrity.limen_v1 import Keys
from limen.integrity.recipes import foreign
from limen.integrity.verifying import Expected, skipped, verified
from limen.model.recipes import Recipe

Piece = Block | Range
"""What a process is given: some of the text, or where it can read it."""


class Setting:
    """How to verify; the same for all pieces. Its keys never show."""

    __slots__ = ("expected", "keys", "recipe")

    def __init__(self, keys: dict[str, bytes], expected: Expected, recipe: Recipe | None = None) -> None:
        """Keep the keys by id, what records are held against, and how the chain is made if it is no limen-v1."""
        self.keys, self.expected, self.recipe = keys, expected, recipe

    def __repr__(self) -> str:
        """Return a text without the keys."""
        return "Setting(…)"

    def __reduce__(self) -> tuple[type[Setting], tuple[dict[str, bytes], Expected, Recipe | None]]:
        """Say how another process makes it anew."""
        return Setting, (self.keys, self.expected, self.recipe)


class Done(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a piece."""

    stretch: Stretch | None
    """What verifying it yielded; None where no line begins in it, or where it was only digested."""
    start: int
    end: int
    digest: str
    """SHA-256 of its text, 64 hex digits; empty where none was asked for."""


def verify(piece: Piece, setting: Setting, digest: bool = False) -> Done:
    """Verify one piece; raises StoreError where it can't be read."""
    keys, made = Keys(setting.keys), hashlib.sha256()
    found: Stretch | None = None
    start = end = 0
    for block in _blocks(piece):
        if block.skipped:
            stretch = skipped(block.start, block.skipped)
        elif setting.recipe is not None:
            stretch = foreign(block.data, block.start, setting.recipe, setting.keys, setting.expected)
        else:
            stretch = verified(block.data, block.start, keys, setting.expected)
        if found is None:
            start = block.start
        found, end = stretch if found is None else joined(found, stretch), block.end
        if digest:
            _update(made, block)
    return Done(stretch=found, start=start, end=end, digest=made.hexdigest() if digest else "")


def only_digest(piece: Piece) -> Done:
    """Digest one piece without verifying it; raises StoreError where it can't be read."""
    made = hashlib.sha256()
    start, end = -1, 0
    for block in _blocks(piece):
        start, end = block.start if start < 0 else start, block.end
        _update(made, block)
    return Done(stretch=None, start=max(0, start), end=end, digest=made.hexdigest())


def _blocks(piece: Piece) -> Iterator[Block]:
    if isinstance(piece, Range):
        yield from piece.blocks()
    else:
        yield piece


def _update(made: hashlib._Hash, block: Block) -> None:
    """Add a block to a digest; of a line that was too long, its length."""
    made.update(block.data or b"\0%d" % block.skipped)
