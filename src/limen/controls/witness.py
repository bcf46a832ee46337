"""Witnesses: whoever keeps the anchors of a ledger and signs each, so that a cut tail or a new history is seen.

A witness refuses an anchor that is shorter than one it kept, that has another head for the same length, or that bears
a time that is not now. Its file is what `limen probe ledger` reads. Serves NIST SP 800-53 AU-9(2), AU-9(3) and AU-10.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

import msgspec

from limen.adapters.bounded_http import BoundsError, send, trusting
from limen.adapters.ledgers.disk import Disk
from limen.adapters.secret_values import Secret
from limen.adapters.vault_address import objection
from limen.controls.ledger_clock import system_clock
from limen.errors import Problem, UnassessedError, UsageError
from limen.integrity.anchors import Anchor, anchor_line, anchors, statement
from limen.integrity.signatures import PublicKey, Signer, verifies

SKEW = timedelta(minutes=10)
"""How far the clocks of a ledger and its witness may be apart."""
_MOST = 1 << 16
"""Bytes of an answer."""


class WitnessError(UnassessedError):
    """A witness keeps no anchor now: it is down, or answers something else."""


class RefusedAnchorError(WitnessError):
    """A witness has seen another history of the ledger: records were dropped, or written anew."""


class Witness(Protocol):
    """Whoever keeps anchors."""

    def keep(self, anchor: Anchor) -> Anchor:
        """Keep an anchor, durably, and return it signed by the witness.

        Raises RefusedAnchorError where it has seen another history, WitnessError where it can't keep it.
        """

    def kept(self, ledger: str) -> tuple[Anchor, ...]:
        """Return the anchors of a ledger that it is known to have kept, oldest first; raises WitnessError."""


class FileWitness:
    """A file of anchors in JSON Lines, appended to, and the key that signs them; for any number of processes.

    Where the file lies with the ledger it stops slips, and not an administrator: let it lie elsewhere. `create` makes
    it, and nothing else does: a file that is gone has forgotten what it saw. All its lines are of one key, so that a
    new key begins a new file.
    """

    def __init__(
        self,
        path: Path,
        signer: Signer,
        *,
        submitter: PublicKey | None = None,
        leaving: Mapping[str, timedelta] | None = None,
        clock: Callable[[], datetime] = system_clock,
        disk: Disk | None = None,
    ) -> None:
        """Keep where; with `submitter` only anchors that this key signed are kept.

        `leaving` is how long after they were first witnessed records may leave the ledger, by the kind of base (moved,
        deleted), by the witness's own clock and anchors; a kind that it lacks is never signed. Without it the ledger's
        word is taken, so that whoever has its anchor key can have the witness sign that its beginning may go. Raises
        UsageError where the signer is not of Ed25519, which is what anchors are signed with.
        """
        if signer.key.algorithm != "ed25519":
            raise UsageError(f"anchors are signed by Ed25519, and the witness's key is of {signer.key.algorithm}")
        self._path, self._signer, self._submitter = path, signer, submitter
        self._clock, self._disk = clock, disk or Disk()
        self._leaving = None if leaving is None else dict(leaving)

    @classmethod
    def create(
        cls,
        path: Path,
        signer: Signer,
        *,
        submitter: PublicKey | None = None,
        leaving: Mapping[str, timedelta] | None = None,
        clock: Callable[[], datetime] = system_clock,
        disk: Disk | None = None,
    ) -> FileWitness:
        """Return a new witness, which has seen nothing; its file is on the disk.

        Raises UsageError where something lies at the path, or as the constructor; WitnessError where it can't be made.
        """
        made = cls(path, signer, submitter=submitter, leaving=leaving, clock=clock, disk=disk)
        try:
            with _locked(path, os.O_CREAT | os.O_EXCL):
                made._disk.sync_folder(path.parent)
        except FileExistsError:
            hint = "open it, or name another place: what a witness saw is never replaced"
            raise UsageError(
                Problem(message="a witness's file can't be made where something lies", hint=hint)
            ) from None
        except OSError as error:
            raise WitnessError(f"the witness's file can't be made: {error.strerror}") from None
        return made

    def keep(self, anchor: Anchor) -> Anchor:
        """Keep an anchor and return it signed; see `Witness.keep`."""
        if self._submitter is not None and not signed_by(anchor, self._submitter):
            raise WitnessError("the anchor is not signed by the key of who submits this ledger's anchors")
        if abs(datetime.fromisoformat(anchor.at) - self._clock()) > SKEW:
            raise WitnessError(Problem(message="the anchor's time is not the witness's", hint="set the clocks right"))
        kept = sign_anchor(anchor, self._signer)
        try:
            with self._open() as handle:
                earlier = self._earlier(handle, anchor.ledger)
                _consistent(earlier, kept)
                self._may_leave(earlier, kept)
                _append(self._disk, handle, self._path, anchor_line(kept))
        except OSError as error:
            raise WitnessError(f"the anchors can't be written: {error.strerror}") from None
        return kept

    def kept(self, ledger: str) -> tuple[Anchor, ...]:
        """Return the anchors of a ledger; see `Witness.kept`."""
        try:
            with self._open() as handle:
                return self._earlier(handle, ledger)
        except OSError as error:
            raise WitnessError(f"the anchors can't be read: {error.strerror}") from None

    def _earlier(self, handle: int, ledger: str) -> tuple[Anchor, ...]:
        """Return what was kept of a ledger; raises WitnessError where a line is not the witness's own."""
        found = _read(handle, ledger)
        if not all(signed_by(one, self._signer.key) for one in found):
            hint = "find out who wrote it; nothing is kept or answered by such a file"
            raise WitnessError(Problem(message="an anchor in the file is not signed by the witness", hint=hint))
        return found

    def _may_leave(self, earlier: tuple[Anchor, ...], anchor: Anchor) -> None:
        """Raise WitnessError where records are to leave the ledger that were witnessed too short a time ago."""
        if not anchor.base or self._leaving is None:
            return
        after = self._leaving.get(anchor.base)
        seen = [one.at for one in earlier if not one.base and one.length >= anchor.length]
        if after is None or not seen or self._clock() - min(map(datetime.fromisoformat, seen)) < after:
            hint = "what may leave when is the declaration's to say, and the witness's to be told"
            raise WitnessError(Problem(message=f"records may not be {anchor.base} yet", hint=hint))

    @contextlib.contextmanager
    def _open(self) -> Iterator[int]:
        try:
            with _locked(self._path) as handle:
                yield handle
        except FileNotFoundError:
            hint = "mount its disk or put it back; only for a ledger that was never anchored, FileWitness.create"
            raise WitnessError(Problem(message="the witness's file is not there", hint=hint)) from None


class HttpWitness:
    """A witness that is asked over HTTPS: an anchor is posted, and comes back signed by the witness.

    It answers 200 with the anchor, or 409 where it has seen another history. `copies` keeps what it signed here, too,
    so that what it forgets is known.
    """

    def __init__(
        self,
        url: str,
        key: PublicKey,
        copies: Path,
        *,
        credential: Secret | None = None,
        trust: Path | None = None,
        seconds: float = 10.0,
        disk: Disk | None = None,
    ) -> None:
        """Keep where; `trust` names the authorities to trust in PEM, `seconds` bound each question.

        Raises UsageError for an address on the way to which tokens could be read, or a key that is not of Ed25519.
        """
        if objection(url):
            raise UsageError(Problem(message="the witness's address is none", hint="give it as https://HOST/PATH"))
        if key.algorithm != "ed25519":
            raise UsageError(f"anchors are signed by Ed25519, and the witness's key is of {key.algorithm}")
        self._url, self._key, self._copies = url, key, copies
        self._credential, self._trust, self._seconds = credential, trust, seconds
        self._disk = disk or Disk()

    def keep(self, anchor: Anchor) -> Anchor:
        """Have an anchor kept, and return it as the witness signed it; see `Witness.keep`."""
        headers = {"Content-Type": "application/json", "User-Agent": "limen"}
        if self._credential is not None:
            headers["Authorization"] = f"Bearer {self._credential.reveal()}"
        deadline = time.monotonic() + self._seconds
        try:
            tls = trusting(self._trust) if self._url.startswith("https:") else None
            answer = send("POST", self._url, headers, anchor_line(anchor), deadline=deadline, tls=tls, most=_MOST)
        except BoundsError as error:
            raise WitnessError(f"the witness did not answer: {error.reason}") from None
        if answer.status == 409:
            raise _other_history("the witness refuses it")
        if answer.status != 200:
            raise WitnessError(f"the witness answered {answer.status}")
        try:
            (kept,) = anchors(answer.body)
        except ValueError:
            raise WitnessError("the witness answered with no anchor") from None
        unsigned = {"signature": "", "to": anchor.to}
        if msgspec.structs.replace(kept, **unsigned) != msgspec.structs.replace(anchor, **unsigned):
            raise WitnessError("the witness answered with another anchor")
        if not signed_by(kept, self._key):
            raise WitnessError("the witness's answer is not signed by its key")
        self._copy(kept)
        return kept

    def kept(self, ledger: str) -> tuple[Anchor, ...]:
        """Return the anchors of a ledger that the witness signed, of the copies; see `Witness.kept`."""
        try:
            found = tuple(one for one in anchors(_whole(self._copies.read_bytes())) if one.ledger == ledger)
        except FileNotFoundError:
            return ()
        except OSError as error:
            raise WitnessError(f"the copies of anchors can't be read: {error.strerror}") from None
        except ValueError as error:
            raise WitnessError(f"the copies of anchors: {error}") from None
        if not all(signed_by(one, self._key) for one in found):
            raise WitnessError("a copy of an anchor is not signed by the witness")
        return found

    def _copy(self, anchor: Anchor) -> None:
        try:
            with _locked(self._copies, os.O_CREAT) as handle:
                _append(self._disk, handle, self._copies, anchor_line(anchor))
        except OSError as error:
            raise WitnessError(f"the copy of an anchor can't be written: {error.strerror}") from None


def sign_anchor(anchor: Anchor, signer: Signer) -> Anchor:
    """Return an anchor with the signature of who keeps or submits it."""
    plain = msgspec.structs.replace(anchor, signature="")
    return msgspec.structs.replace(plain, signature=signer.sign(statement(plain)).hex())


def signed_by(anchor: Anchor, key: PublicKey) -> bool:
    """Return whether an anchor bears the signature of a key."""
    try:
        signature = bytes.fromhex(anchor.signature)
    except ValueError:
        return False
    return verifies(key, signature, statement(anchor))


@contextlib.contextmanager
def _locked(path: Path, flags: int = 0) -> Iterator[int]:
    """Open a file to be read and appended to, under the lock that all who do so share; raises OSError."""
    usual = os.O_RDWR | os.O_APPEND | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)
    handle = os.open(path, usual | flags, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield handle
    finally:
        os.close(handle)  # which ends the lock


def _append(disk: Disk, handle: int, path: Path, line: bytes) -> None:
    """Append a line to an open file and return when it is durable, and its name, too; raises OSError."""
    size = os.fstat(handle).st_size
    whole = len(_whole(os.pread(handle, size, 0)))
    if whole != size:
        disk.cut(handle, whole)  # half a line, of which nobody was told
    done = 0
    while done < len(line):
        done += disk.append(handle, line[done:])
    disk.sync(handle)
    disk.sync_folder(path.parent)


def _read(handle: int, ledger: str) -> tuple[Anchor, ...]:
    try:
        text = _whole(os.pread(handle, os.fstat(handle).st_size, 0))
        return tuple(one for one in anchors(text) if one.ledger == ledger)
    except ValueError as error:
        raise WitnessError(f"the file of anchors: {error}") from None


def _whole(text: bytes) -> bytes:
    """Return the whole lines of a text."""
    return text[: text.rfind(b"\n") + 1]


def _consistent(earlier: tuple[Anchor, ...], anchor: Anchor) -> None:
    """Raise RefusedAnchorError where an anchor is of another history than the earlier ones."""
    heads = {one.length: one.head for one in earlier}
    if heads.get(anchor.length, anchor.head) != anchor.head:
        raise _other_history(f"another head was kept for {anchor.length} records")
    if anchor.base:
        if anchor.length not in heads:
            raise _other_history(f"no head was kept for {anchor.length} records, so that nothing may end there")
        return
    longest = max(heads, default=0)
    if anchor.length < longest:
        raise _other_history(f"{longest} records were kept, and {anchor.length} are there")
    if earlier and datetime.fromisoformat(anchor.at) < datetime.fromisoformat(earlier[-1].at):
        raise WitnessError("the anchor's time is before that of the last one")


def _other_history(words: str) -> RefusedAnchorError:
    hint = "preserve the ledger and the anchors as evidence, and start the incident procedure"
    return RefusedAnchorError(Problem(message=f"the anchor is of another history: {words}", hint=hint))
