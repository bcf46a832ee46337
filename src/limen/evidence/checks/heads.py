"""Checks `checkpoint`, `witnesses` and `since`: who vouches for the head of the run log, and what it grew from."""

from __future__ import annotations

from collections.abc import Iterator

from limen.evidence import layout
from limen.evidence.checks.interface import Check, broken, ok, unchecked
from limen.evidence.checks.pack import Pack
from limen.evidence.checks.policy import required
from limen.evidence.checks.run_log import LogRead
from limen.integrity.merkle import root
from limen.integrity.notes import Checkpoint, verify_note
from limen.integrity.trust import witnessed


def checkpoint(pack: Pack, read: LogRead) -> Iterator[Check]:
    """Yield whether a log that the auditor trusts signed the checkpoint."""
    if read.note is None or read.checkpoint is None:
        yield unchecked("checkpoint", "there is no checkpoint that can be read", layout.CHECKPOINT)
        return
    origin = read.checkpoint.origin
    keys = [log.key for log in pack.trust.logs if log.origin == origin] if pack.trust else []
    if not keys:
        what = f"the trust file names no log {origin}" if pack.trust else "no trust file names the log's key"
        yield unchecked("checkpoint", what, layout.CHECKPOINT)
    elif any(verify_note(read.note, origin, key) for key in keys):
        yield ok("checkpoint", f"{origin} signed that it has {read.checkpoint.size} entries")
    else:
        yield broken("checkpoint", f"the log {origin} did not sign it", layout.CHECKPOINT)


def witnesses(pack: Pack, read: LogRead) -> Iterator[Check]:
    """Yield whether enough witnesses saw the checkpoint; nothing where none is asked for and none did."""
    wanted = required(pack).witnesses
    if read.note is None:
        return
    if pack.trust is None:
        if wanted:
            yield unchecked("witnesses", f"{wanted} must have cosigned, and no trust file names any", layout.CHECKPOINT)
        return
    seen = witnessed(read.note, pack.trust)
    if len(seen) < wanted:
        what = f"{wanted} witnesses must have cosigned it, and {len(seen)} of those in the trust file did"
        yield broken("witnesses", what, layout.CHECKPOINT)
    elif seen:
        yield ok("witnesses", f"cosigned by {', '.join(sorted(seen))}: the log can't have been rewritten unseen")


def since(read: LogRead, held: Checkpoint | None) -> Iterator[Check]:
    """Yield whether the log grew from the head that the auditor holds; nothing where none is held."""
    if held is None:
        return
    head = read.checkpoint
    if head is None:
        yield unchecked("since", "there is no checkpoint that can be read", layout.CHECKPOINT)
    elif head.origin != held.origin:
        yield broken(
            "since", f"it is of the log {head.origin}, and you hold a head of {held.origin}", layout.CHECKPOINT
        )
    elif head.size < held.size:
        what = f"it is older than the head that you hold: {head.size} entries, and {held.size} were there already"
        yield broken("since", what, layout.CHECKPOINT)
    elif len(read.hashes) < held.size or root(read.hashes[: held.size]) != held.root:
        what = f"it does not begin with the {held.size} entries that you hold the head of: the log was forked"
        yield broken("since", what, layout.LOG)
    else:
        yield ok("since", f"the log begins with the {held.size} entries that you hold the head of")
