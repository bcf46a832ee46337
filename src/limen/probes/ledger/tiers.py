"""Stages of a ledger's storage: what the first bytes and the first record of each file show, and nothing beyond that.

That a file is written once, or when a trusted time was given for it, is not in its bytes: the storage probe sees the
first where an object store keeps it.
"""

from __future__ import annotations

import re

from msgspec import UNSET

from limen.adapters.ledgers.blocks import StoreError
from limen.adapters.ledgers.files import FileStore, opened
from limen.adapters.ledgers.parts import locations
from limen.adapters.ledgers.stores import place
from limen.integrity.limen_v1 import read
from limen.integrity.recipes import time_of
from limen.model.recipes import Recipe
from limen.probes.interface import AttemptError, Context, Target
from limen.probes.ledger.verification import TierSeen

SEALED = (b"age-encryption.org/v1", b"-----BEGIN AGE ENCRYPTED FILE", b"-----BEGIN PGP MESSAGE", b"Salted__")
"""How files begin that age, OpenPGP and `openssl enc` encrypted."""
_OWN = re.compile(rb'\{"[^\n]*"format":"limen-(?:stream|envelope)-v1",[^\n]*"wrapped":"[^\n]*\}(?:\n|\Z)')
"""How the streams and envelopes of `limen.controls` begin."""
_HEAD = 1 << 16
"""Bytes that are looked at to tell."""


def tiers(target: Target, recipe: Recipe | None, context: Context) -> tuple[TierSeen, ...]:
    """Return what the files of each named tier show; raises AttemptError where they can't be read."""
    named = target.options.tier_files
    if named is UNSET:
        return ()
    found = []
    for one in named:
        try:
            files = locations(place(one.files, target.folder), none=True)
            seen = []
            for file in files:
                context.remaining()
                seen.append(_file(file, recipe))
        except StoreError as error:
            raise AttemptError(f"tier {one.tier}: {error.reason}", again=error.again) from None
        found.append(_tier(one.tier, seen))
    return tuple(found)


class _File:
    """What one file shows; None is what it does not."""

    def __init__(self, *, compressed: bool | None, encrypted: bool | None, oldest: str | None) -> None:
        self.compressed, self.encrypted, self.oldest = compressed, encrypted, oldest


def _file(location: str, recipe: Recipe | None) -> _File:
    with opened(location) as file:
        head = file.read(_HEAD)
    if head.startswith(SEALED) or _OWN.match(head):
        return _File(compressed=None, encrypted=True, oldest=None)
    store = FileStore(location)
    compressed = store.compression != "none"
    try:
        line = next(store.blocks()).data.partition(b"\n")[0]
    except (StopIteration, StoreError):
        return _File(compressed=compressed or None, encrypted=None, oldest=None)
    if recipe is not None:
        oldest, readable = time_of(line, recipe)
    else:
        record = read(line)
        oldest, readable = None if record is None else record.time, record is not None
    # What is no record may be encrypted in a way that its first bytes do not tell.
    return _File(
        compressed=compressed if compressed or readable else None, encrypted=False if readable else None, oldest=oldest
    )


def _tier(name: str, files: list[_File]) -> TierSeen:
    return TierSeen(
        name=name,
        compressed=_all([file.compressed for file in files]),
        encrypted=_all([file.encrypted for file in files]),
        oldest=None
        if any(file.oldest is None for file in files)
        else min((str(file.oldest) for file in files), default=None),
    )


def _all(values: list[bool | None]) -> bool | None:
    """Return False where one is, True where all are, and None where that can't be told."""
    if False in values:
        return False
    return True if values and None not in values else None
