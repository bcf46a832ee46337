"""The run log for people and as JSON: runs, gaps, its head, and whether it leads on from a head that is held."""

from __future__ import annotations

import argparse
import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from limen.cli.console import Console
from limen.errors import Problem, UsageError
from limen.records.statuses import EXIT_CONFORMING, EXIT_FINDINGS, EXIT_UNASSESSED, worst_exit

if TYPE_CHECKING:
    from limen.evidence.log_entries import Run
    from limen.evidence.logged import Logged
    from limen.integrity.notes import Checkpoint
    from limen.integrity.trust import Trust


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """What a log was held against, and how that came out."""

    code: int
    words: str


def shown_log(options: argparse.Namespace, console: Console) -> int:
    """Do what the arguments of `limen log` say and return the exit code."""
    from limen.evidence.logged import BrokenLogError
    from limen.evidence.run_log import read_log
    from limen.integrity.notes import note_text

    if options.head and (options.since or options.format == "json"):
        message = "--head prints the head alone, as a file for somebody else"
        raise UsageError(Problem(message=message, hint="leave out --since and --format"))
    from limen.cli.trusting import head_of, trust_of

    trust = trust_of(options.trust) if options.trust else None
    since = head_of(options.since, trust) if options.since else None
    try:
        log = read_log(_folder(options))
    except BrokenLogError as error:
        console.problems(error)
        return EXIT_FINDINGS
    held = [*([_by_trust(log, trust)] if trust else []), *([_since(log, since)] if since else [])]
    if options.head:
        console.out_bytes(note_text(log.note))
        for one in held:
            console.note(one.words)
        return worst_exit(EXIT_CONFORMING, *(one.code for one in held))
    from limen.evidence.log_entries import gaps

    code = worst_exit(EXIT_UNASSESSED if gaps(log.entries) else EXIT_CONFORMING, *(one.code for one in held))
    if options.format == "json":
        import orjson

        console.out_bytes(orjson.dumps(_document(log, held, since, code), option=orjson.OPT_INDENT_2) + b"\n")
    else:
        _print(log, held, console)
    return code


def _folder(options: argparse.Namespace) -> Path:
    from limen.evidence.run_log import default_folder
    from limen.loading import find

    if options.log is not None and options.path is not None:
        hint = "name the declaration, or its log"
        raise UsageError(Problem(message="--log names the log, so a declaration has no meaning", hint=hint))
    folder: Path = options.log or default_folder(find(options.path or Path()))
    return folder


def _by_trust(log: Logged, trust: Trust) -> Held:
    """Hold a log's key and its witnesses against a trust file."""
    from limen.integrity.notes import verify_note
    from limen.integrity.trust import witnessed

    known = [one for one in trust.logs if one.origin == log.head.origin]
    if not known:
        return Held(code=EXIT_UNASSESSED, words=f"unchecked: the trust file names no log {log.head.origin}")
    if not any(verify_note(log.note, one.origin, one.key) for one in known):
        return Held(code=EXIT_FINDINGS, words="broken: the head is not signed by the key that the trust file names")
    seen = witnessed(log.note, trust)
    told = ", ".join(f"{name} at {_time(at)}" for name, at in sorted(seen.items()))
    words = f"the head is signed by the trusted key of the log, and cosigned by {told or 'no trusted witness'}"
    if len(seen) < trust.require.witnesses:
        return Held(code=EXIT_FINDINGS, words=f"broken: {words}; {trust.require.witnesses} are required")
    return Held(code=EXIT_CONFORMING, words=words)


def _since(log: Logged, since: Checkpoint) -> Held:
    """Hold a log against a head that somebody holds."""
    from limen.integrity.merkle import consistency_proof, consistent

    head = log.head
    if since.origin != head.origin:
        return Held(code=EXIT_FINDINGS, words=f"broken: the head that you hold is of another log, {since.origin}")
    if since.size > head.size:
        words = f"broken: the head that you hold covers {since.size} entries, and the log has {head.size}"
        return Held(code=EXIT_FINDINGS, words=f"{words}: entries were dropped")
    proof = consistency_proof(log.hashes, since.size)
    if not consistent(since.size, head.size, since.root, head.root, proof):
        words = f"broken: the first {since.size} entries are not those of the head that you hold: the log was rewritten"
        return Held(code=EXIT_FINDINGS, words=words)
    words = f"the log only grew since the head that you hold: its {since.size} entries are the first of {head.size}"
    return Held(code=EXIT_CONFORMING, words=words)


def _print(log: Logged, held: list[Held], console: Console) -> None:
    from limen.cli.tables import table
    from limen.evidence.log_entries import Observed, gaps, runs
    from limen.reports._words import plural

    head = log.head
    console.out(f"log   {head.origin}")
    console.out(f"head  {'1 entry' if head.size == 1 else f'{head.size} entries'}, root {head.root.hex()}")
    for one in held:
        console.out(one.words)
    if log.leftover:
        console.out("behind the head stands an entry that it does not cover yet: a run was interrupted, or is writing")
    found = runs(log.entries)
    if found:
        console.out("")
        table(console, ("run", "started", "system", "scope", "result", "root"), [_row(run) for run in found])
    seen = [entry for entry in log.entries if isinstance(entry, Observed)]
    if seen:
        console.out("")
        rows = [(entry.recording, entry.at, f"nonce {entry.nonce}" if entry.nonce else "") for entry in seen]
        table(console, ("recording", "logged", ""), rows)
    open_ends = gaps(log.entries)
    console.out("")
    console.out(plural(len(open_ends), "gap") if open_ends else "no gaps")
    for gap in open_ends:
        console.out(f"  entry {gap.index}, run {gap.run}: {gap.words}")


def _row(run: Run) -> tuple[str, ...]:
    begun = ("", "", "") if run.started is None else (run.started.at, run.started.system, run.started.scope)
    result = "no end"
    if run.ended is not None:
        result = f"exit {run.ended.exit_code}"
    if run.failed is not None:
        after = " after its end: no pack" if run.ended is not None else ""
        result = f"failed{after}: {run.failed.reason}"
    return (run.run, *begun, result, "" if run.ended is None else run.ended.root)


def _document(log: Logged, held: list[Held], since: Checkpoint | None, code: int) -> dict[str, Any]:
    from limen.evidence.log_entries import gaps, runs
    from limen.integrity.base64_text import encoded
    from limen.integrity.merkle import consistency_proof

    head = log.head
    found: dict[str, Any] = {
        "format": "limen-log-list-1",
        "origin": head.origin,
        "size": head.size,
        "root": head.root.hex(),
        "exit_code": code,
        "held": [one.words for one in held],
        "runs": [_without_none(msgspec.to_builtins(run)) for run in runs(log.entries)],
        "observed": [_without_none(msgspec.to_builtins(one)) for one in log.entries if hasattr(one, "recording")],
        "gaps": [msgspec.to_builtins(gap) for gap in gaps(log.entries)],
        "uncovered": log.leftover != "",
    }
    if since is not None and since.origin == head.origin and since.size <= head.size:
        proof = [encoded(one) for one in consistency_proof(log.hashes, since.size)]
        found["since"] = {"size": since.size, "root": since.root.hex(), "proof": proof}
    return found


def _without_none(value: dict[str, Any]) -> dict[str, Any]:
    return {name: inner for name, inner in value.items() if inner is not None}


def _time(seconds: int) -> str:
    from limen.integrity.instants import instant_text

    try:
        return instant_text(datetime.datetime.fromtimestamp(seconds, datetime.UTC))
    except (ValueError, OverflowError, OSError):
        return f"second {seconds}"
