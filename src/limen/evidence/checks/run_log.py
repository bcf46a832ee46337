"""Check `log`: the entries lead to the checkpoint, and the last of them ends the run that this pack is of.

What else the log tells is for the auditor to read: runs that failed, never ended, or ended with another pack.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import msgspec

from limen.evidence import layout
from limen.evidence.checks.interface import Check, broken, or_ok
from limen.evidence.checks.pack import SMALL, Pack
from limen.evidence.checks.sums import digest
from limen.evidence.log_entries import Ended, Entry, Failed, LogError, Observed, Started, attested, read_entries
from limen.evidence.reading import UnreadableError
from limen.integrity.merkle import leaf_hash, root
from limen.integrity.notes import Checkpoint, Note, read_checkpoint, read_note
from limen.integrity.strict_json import strict_json


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """What the log tells of one run of limen."""

    run: str
    started: str
    """When it started; empty where the log does not say."""
    state: Literal["this pack", "another pack", "failed", "unfinished", "observed"]
    at: str
    """When that was."""
    detail: str
    """The root of another pack, or the reason why it failed."""


class LogRead(msgspec.Struct, kw_only=True):
    """The log while it is read."""

    hashes: list[bytes] = []
    entries: list[Entry] = []
    runs: dict[str, Run] = {}
    checkpoint: Checkpoint | None = None
    note: Note | None = None
    begun: dict[str, tuple[str, str]] = {}
    """System and scope for which each run started."""
    over: bool = False
    """Whether the run of this pack has ended."""


def read_log(pack: Pack) -> tuple[LogRead, list[Check]]:
    """Return the log and the checkpoint, and what is wrong with their form."""
    read, found = LogRead(), []
    try:
        note = read_note(pack.files.read(layout.CHECKPOINT, SMALL))
        read.note, read.checkpoint = note, read_checkpoint(note.text)
    except UnreadableError as error:
        found.append(broken("log", error.what, error.name))
    except ValueError as error:
        found.append(broken("log", str(error), layout.CHECKPOINT))
    try:
        for index, line in enumerate(pack.files.lines(layout.LOG)):
            read.hashes.append(leaf_hash(line))
            if what := _entered(pack, read, line, index):
                found.append(broken("log", what, layout.LOG, index))
    except UnreadableError as error:
        found.append(broken("log", error.what, error.name))
    return read, found


def check(pack: Pack, read: LogRead, found: list[Check]) -> Iterator[Check]:
    """Yield what is wrong with a log that was read, of which `found` is known."""
    other = [run for run in read.runs.values() if run.state not in ("this pack", "observed")]
    what = f"{len(read.hashes)} entries lead to the checkpoint; {len(other)} other runs of it have no part in this pack"
    return or_ok("log", [*found, *_found(pack, read)], what)


def _found(pack: Pack, read: LogRead) -> Iterator[Check]:
    head = read.checkpoint
    if head is not None:
        if head.size != len(read.hashes):
            what = f"it has {len(read.hashes)} entries, and the checkpoint says {head.size}"
            yield broken("log", what, layout.LOG)
        elif root(read.hashes) != head.root:
            yield broken("log", "its entries do not lead to the root of the checkpoint", layout.LOG)
        if not isinstance(pack.statement, ValueError):
            said = pack.statement.said.predicate.log
            if (said.origin, said.size, said.root) != (head.origin, head.size, head.root.hex()):
                yield broken("log", "it is not the checkpoint that the Statement names", layout.CHECKPOINT)
    mine = [run for run in read.runs.values() if run.state == "this pack"]
    if len(mine) != 1:
        what = "no run of the log ended with this pack" if not mine else "several runs ended with this pack"
        yield broken("log", what, layout.LOG)
    elif not isinstance(pack.statement, ValueError):
        whole = pack.statement.said.predicate
        if read.begun[mine[0].run] != (whole.system, whole.scope):
            what = "the run of this pack started for {} ({})".format(*read.begun[mine[0].run])
            yield broken("log", what, layout.LOG)
    yield from _attested(pack, read)


def _attested(pack: Pack, read: LogRead) -> Iterator[Check]:
    """Yield where it is said that the log attests observations, and it knows nothing of their recording."""
    if layout.RUN not in pack.files or layout.RECORDING not in pack.files:
        return
    try:
        said = strict_json(pack.files.read(layout.RUN, SMALL))
        told = isinstance(said, dict) and said.get("observations") == "attested"
        if told and not attested(digest(pack.files, layout.RECORDING), read.entries):
            what = "it says that the observations are attested, and the log knows nothing of their recording"
            yield broken("log", what, layout.RUN)
    except (ValueError, UnreadableError):
        return  # core-format, tree and sums say what is wrong with it


def _entered(pack: Pack, read: LogRead, line: bytes, index: int) -> str:
    """Add an entry to its run; return what is wrong with it, in words."""
    try:
        (entry,) = read_entries(line + b"\n", first=index)
    except LogError as error:
        return error.words
    read.entries.append(entry)
    if read.over:
        return "it comes after the run of this pack ended"
    known = read.runs.get(entry.run)
    if isinstance(entry, Observed):
        read.runs.setdefault(entry.run, Run(run=entry.run, started="", state="observed", at=entry.at, detail=""))
        return ""
    if isinstance(entry, Started):
        if known is not None and known.state != "observed":
            return f"the run {entry.run} started before"
        read.runs[entry.run] = Run(run=entry.run, started=entry.at, state="unfinished", at=entry.at, detail="")
        read.begun[entry.run] = (entry.system, entry.scope)
        return ""
    # A run whose pack was not finished failed after it ended.
    may = ("unfinished", "another pack") if isinstance(entry, Failed) else ("unfinished",)
    if known is None or known.state not in may:
        what = "failed" if isinstance(entry, Failed) else "ended"
        return f"the run {entry.run} {what}, and did not start or came to an end before"
    if isinstance(entry, Failed):
        read.runs[entry.run] = msgspec.structs.replace(known, state="failed", at=entry.at, detail=entry.reason)
        return ""
    mine, what = _mine(pack, entry)
    read.over = mine
    state: Literal["this pack", "another pack"] = "this pack" if mine else "another pack"
    read.runs[entry.run] = msgspec.structs.replace(known, state=state, at=entry.at, detail=entry.root)
    return what


def _mine(pack: Pack, ended: Ended) -> tuple[bool, str]:
    """Return whether a run ended with this pack, and what it says otherwise than the Statement."""
    if isinstance(pack.statement, ValueError):
        return False, ""
    said = pack.statement.said
    own = next((one.digest.sha256 for one in said.subject if one.name == layout.CORE_SUBJECT), "")
    if ended.root != own:
        return False, ""
    for field in ("tree_size", "public_size", "exit_code", "counts"):
        if getattr(ended, field) != getattr(said.predicate, field):
            return True, f"its {field} is not that of the Statement"
    return True, ""
