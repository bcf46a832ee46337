"""The run log: an append-only Merkle log of runs, so that a failed run can't be dropped nor a lucky one picked unseen.

It lies in a folder: entries.jsonl (the entries), checkpoint (a C2SP checkpoint, signed by the log's key and by the
witnesses), public.pem (that key), key.pem (its private half, unless it is kept elsewhere) and leaves. Without a witness
the claim is only that the log was never rewritten since the heads that others hold.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

import msgspec

from limen.errors import InternalError, Problem, UsageError
from limen.evidence.log_entries import Ended, Entry, Failed, Started, line_of
from limen.evidence.log_folder import LogFolder
from limen.evidence.logged import CHECKPOINT, ENTRIES, IGNORED, KEY, LEAVES, LOCK, PUBLIC, Logged, broken
from limen.evidence.witness import Witness, cosigned
from limen.integrity import merkle
from limen.integrity.merkle import leaf_hash, root
from limen.integrity.notes import Checkpoint, Note, checkpoint_text, note_text, read_note, signed_note
from limen.integrity.signatures import Signer, key_signer, new_ed25519

DEFAULT = Path(".limen/log")
"""Where the log lies, beside the declaration, unless --log names another folder."""
_ORIGIN = "limen.dev/log/"


class Sealed(msgspec.Struct, frozen=True, kw_only=True):
    """An entry in its log, with what a pack needs to show it."""

    index: int
    """Of the entry, from 0."""
    text: bytes
    """The lines of the log up to and with the entry, each with its newline."""
    checkpoint: bytes
    """The signed note over exactly these, with the cosignature of each witness."""
    head: Checkpoint


class RunLog:
    """A run log that can be appended to."""

    def __init__(self, folder: LogFolder, signer: Signer, repaired: str = "") -> None:
        """Keep the folder and the key that signs."""
        self._folder, self._signer = folder, signer
        self.repaired = repaired
        """What a crash had left and was put right on opening, in words; empty where there was nothing."""

    @property
    def folder(self) -> Path:
        """Where it lies."""
        return self._folder.folder

    def read(self) -> Logged:
        """Return the log as it is now; raises BrokenLogError where it does not lead to its checkpoint."""
        with self._folder.held(alone=False):
            return self._folder.read()

    def entries(self) -> tuple[Entry, ...]:
        """Return the entries; raises BrokenLogError."""
        return self.read().entries

    def head(self) -> Checkpoint:
        """Return where the log stands; raises BrokenLogError."""
        return self.read().head

    def signed_checkpoint(self) -> bytes:
        """Return the signed note over the head; raises BrokenLogError."""
        return note_text(self.read().note)

    def consistency_proof(self, old_size: int) -> list[bytes]:
        """Return what proves that the log begins with its first `old_size` entries.

        Raises BrokenLogError, and UsageError where it never had as many.
        """
        return consistency_proof(self.read(), old_size)

    def append(self, entry: Entry) -> int:
        """Append an entry and return its index; it is on the disk then. Raises BrokenLogError, UsageError."""
        return self.sealed(entry).index

    def sealed(self, entry: Entry, witnesses: Sequence[Witness] = ()) -> Sealed:
        """Append an entry and return it with a checkpoint that covers it last, cosigned by each witness.

        The log is held until the witnesses answered, so that no other entry comes between. The entry stays where one
        does not cosign. Raises BrokenLogError, UsageError where it can't be written, UnassessedError where a witness
        is down or refuses.
        """
        line = line_of(entry)
        with self._folder.held(alone=True):
            log, _ = _settled(self._folder, self._signer)
            _follows(entry, log.entries)
            self._folder.add(log, line)
            hashes = (*log.hashes, leaf_hash(line))
            head = Checkpoint(origin=log.head.origin, size=len(hashes), root=root(hashes))
            note = signed_note(checkpoint_text(head), head.origin, self._signer)
            self._folder.cover(note, hashes)
            if witnesses:
                plain = read_note(note)
                seen = tuple(cosigned(plain, hashes, witness, now=time.time()) for witness in witnesses)
                note = note_text(Note(text=plain.text, signatures=(*plain.signatures, *seen)))
                self._folder.cover(note, hashes)
        return Sealed(index=len(hashes) - 1, text=log.text + line + b"\n", checkpoint=note, head=head)


def default_folder(declaration: Path) -> Path:
    """Return where the log of a declaration (its file) lies unless another folder is named."""
    return declaration.parent / DEFAULT


def open_log(folder: Path, signer: Signer | None = None) -> RunLog:
    """Return the run log in a folder, with what a crash left put right; a new one is made where there is none.

    `signer` is the log's key, of Ed25519; without it, the log has a key of its own, FOLDER/key.pem, which only its
    owner can read. Raises BrokenLogError where the entries don't lead to the checkpoint, UsageError where the folder
    or the key can't be used.
    """
    place = LogFolder(folder)
    if not place.exists():
        place.make(_first_files(signer))
    if signer is None:
        try:
            signer = key_signer(place.private_key())
        except (ValueError, TypeError) as error:
            raise broken(f"{folder}/{KEY}", str(error)) from None
    with place.held(alone=True):
        if signer.key != place.key():
            hint = f"expected the private half of {folder / PUBLIC}"
            raise UsageError(Problem(message="that is not the key of the run log", hint=hint))
        _, repaired = _settled(place, signer)
    return RunLog(place, signer, repaired)


def read_log(folder: Path) -> Logged:
    """Return the run log in a folder, and write nothing; raises BrokenLogError, and UsageError where there is none."""
    place = LogFolder(folder)
    if not place.exists():
        hint = "limen pack makes one; --log names its folder"
        raise UsageError(Problem(message=f"there is no run log at {folder}", hint=hint))
    with place.held(alone=False):
        return place.read()


def consistency_proof(log: Logged, old_size: int) -> list[bytes]:
    """Return what proves that a log begins with its first entries; raises UsageError where it never had as many."""
    if not 0 <= old_size <= log.head.size:
        message = f"the head is of {old_size} entries, and the log has {log.head.size}"
        raise UsageError(Problem(message=message, hint="entries were dropped, or the head is of another log"))
    return merkle.consistency_proof(log.hashes, old_size)


def _first_files(signer: Signer | None) -> dict[str, bytes]:
    """Return the files of a new log."""
    private = None if signer is not None else new_ed25519()
    signing = signer if private is None else key_signer(private)
    if signing is None or signing.key.algorithm != "ed25519":
        raise UsageError(Problem(message="a run log signs by Ed25519", hint="name such a key"))
    origin = _ORIGIN + signing.key.id[:32]
    empty = checkpoint_text(Checkpoint(origin=origin, size=0, root=merkle.EMPTY))
    files = {
        IGNORED: f"/{KEY}\n/{LOCK}\n".encode(),
        LOCK: b"",
        ENTRIES: b"",
        LEAVES: b"",
        PUBLIC: signing.key.pem.encode(),
        CHECKPOINT: signed_note(empty, origin, signing),
    }
    return files if private is None else {**files, KEY: private}


def _settled(folder: LogFolder, signer: Signer) -> tuple[Logged, str]:
    """Return the log, with what a crash left put right, and what that was. It must be held alone."""
    log = folder.read()
    if log.leftover == "half":
        folder.cut(log)
        return folder.read(), "a half-written entry, which nobody was told of, was removed"
    if log.leftover == "whole":
        hashes = (*log.hashes, leaf_hash(log.rest[:-1]))
        head = Checkpoint(origin=log.head.origin, size=len(hashes), root=root(hashes))
        folder.cover(signed_note(checkpoint_text(head), head.origin, signer), hashes)
        return folder.read(), "an entry that was written and not yet covered by the checkpoint was kept"
    return log, ""


def _follows(entry: Entry, before: Sequence[Entry]) -> None:
    """Raise InternalError where an entry can't follow others: a run is started once, and ends once and afterwards."""
    mine = [type(one) for one in before if one.run == entry.run]
    if isinstance(entry, Started) and Started in mine:
        raise InternalError(f"the run {entry.run} was started already")
    if isinstance(entry, Ended | Failed) and Started not in mine:
        raise InternalError(f"the run {entry.run} was never started")
    if (isinstance(entry, Ended) and (Ended in mine or Failed in mine)) or (
        isinstance(entry, Failed) and Failed in mine
    ):
        raise InternalError(f"the run {entry.run} has an end already")
