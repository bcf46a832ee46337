"""The files of a run log, as bytes: whether its entries lead to its checkpoint, and which one does not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import msgspec

from limen.errors import Location, Problem, UsageError
from limen.evidence.log_entries import Entry, LogError, read_entries
from limen.integrity.merkle import leaf_hash, root
from limen.integrity.notes import Checkpoint, Note, read_checkpoint, read_note, verify_note
from limen.integrity.signatures import PublicKey

ENTRIES = "entries.jsonl"
LEAVES = "leaves"
"""Hashes of the entries in hex, a line each: never believed, and good for saying which entry was changed."""
CHECKPOINT = "checkpoint"
PUBLIC = "public.pem"
"""The key that signs checkpoints, for auditors' trust files."""
KEY = "key.pem"
LOCK = "lock"
IGNORED = ".gitignore"
"""Keeps the private key out of a repository that somebody adds the folder to."""
_HINT = "restore the folder from a copy; heads that auditors and witnesses hold tell which copy is right"

Leftover = Literal["", "half", "whole"]
"""What a crash left behind the checkpoint: nothing, a half-written line, or one entry that nobody was told of."""


class BrokenLogError(UsageError):
    """A run log that is not what was written: changed, cut, forked or rolled back."""


class Logged(msgspec.Struct, frozen=True, kw_only=True):
    """A run log that leads to its checkpoint."""

    entries: tuple[Entry, ...]
    """Those that the checkpoint covers."""
    text: bytes
    """Their lines."""
    hashes: tuple[bytes, ...]
    head: Checkpoint
    note: Note
    """The signed checkpoint, with the cosignatures that it has."""
    leftover: Leftover = ""
    rest: bytes = b""
    """What stands behind the checkpoint."""


def logged(text: bytes, leaves: bytes, checkpoint: bytes, key: PublicKey, shown: str) -> Logged:
    """Return a log that was read; `key` must have signed its checkpoint, and `shown` is what messages call its folder.

    Raises BrokenLogError, with the entry where it can be told, where the entries don't lead to the checkpoint.
    """
    try:
        note = read_note(checkpoint)
        head = read_checkpoint(note.text)
    except ValueError as error:
        raise broken(f"{shown}/{CHECKPOINT}", str(error)) from None
    if not verify_note(note, head.origin, key):
        raise broken(f"{shown}/{CHECKPOINT}", "it is not signed by the log's key")
    *lines, rest = text.split(b"\n")
    hashes = [leaf_hash(line) for line in lines]
    if root(hashes[: head.size]) != head.root or len(hashes) < head.size:
        index, words = culprit(hashes, _read_leaves(leaves), head.size)
        raise broken(f"{shown}/{ENTRIES}", words, index)
    if len(hashes) > head.size + 1 or (len(hashes) > head.size and rest):
        words = f"entries {head.size} and on are not in the checkpoint; a crash leaves one at most"
        raise broken(f"{shown}/{ENTRIES}", words, head.size)
    covered = text[: sum(map(len, lines[: head.size])) + head.size]
    try:
        entries = read_entries(covered)
        read_entries(text[len(covered) : len(text) - len(rest)], first=head.size)
    except LogError as error:
        raise broken(f"{shown}/{ENTRIES}", str(error), error.index) from None
    return Logged(
        entries=entries,
        text=covered,
        hashes=tuple(hashes[: head.size]),
        head=head,
        note=note,
        leftover="half" if rest else "whole" if len(hashes) > head.size else "",
        rest=text[len(covered) :],
    )


def culprit(hashes: Sequence[bytes], wanted: Sequence[bytes] | None, size: int) -> tuple[int, str]:
    """Return the entry that is wrong and why, of entries that don't lead to a checkpoint of a size.

    `wanted` are the hashes that were kept beside them; None, or others than the checkpoint's, can't tell which it is.
    """
    count = len(hashes)
    missing = f"the checkpoint covers {size} entries, and there are {count}"
    if wanted is None or len(wanted) < size:
        return (
            count,
            missing if count < size else "they don't lead to the checkpoint, and nothing tells which was changed",
        )
    place = next((at for at in range(min(size, count)) if hashes[at] != wanted[at]), min(size, count))
    if place >= count:
        return place, f"entry {place} is missing: {missing}"
    if place >= size:
        return place, f"they don't lead to the checkpoint, and {LEAVES} was changed with them"
    if hashes[place] in wanted:
        other = wanted.index(hashes[place])
        what = "was removed or moved" if other > place else "is repeated or moved"
        return place, f"entry {place} {what}: what stands there was entry {other}"
    if place + 1 < count and hashes[place + 1] == wanted[place]:
        return place, f"entry {place} was put in"
    return place, f"entry {place} was changed"


def broken(file: str, words: str, index: int | None = None) -> BrokenLogError:
    """Return the error of a file of a log; `index` is the entry, from 0."""
    location = Location(file=file, line=0 if index is None else index + 1)
    return BrokenLogError(Problem(message=f"the run log is broken: {words}", location=location, hint=_HINT))


def leaves_text(hashes: Sequence[bytes]) -> bytes:
    """Return the text of the file of hashes."""
    return b"".join(one.hex().encode() + b"\n" for one in hashes)


def _read_leaves(text: bytes) -> list[bytes] | None:
    try:
        return [bytes.fromhex(line) for line in text.decode("ascii").splitlines()]
    except ValueError:
        return None
