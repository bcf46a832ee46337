"""What was judged last time and is not judged now: subjects and rules that vanished, and what is found undeclared."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from limen.errors import Problem, UsageError
from limen.evidence import layout
from limen.evidence.reading import PackFiles, UnreadableError
from limen.evidence.tree import core_tree
from limen.integrity.canonical import canonical
from limen.integrity.dsse import decoded
from limen.records.assessment import Assessment
from limen.records.attempts import Attempt

_SECRET = re.compile(rb"[0-9a-f]{64}\n")


class Previous(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """core/inputs/previous.json: what the previous pack judged, and its tree."""

    root: str
    """64 hex digits."""
    tree_size: int
    rules: tuple[str, ...]
    """Ids, in alphabetical order."""
    subjects: tuple[str, ...]
    """Identities, in the order of the pack."""


class _Rule(msgspec.Struct, frozen=True):
    rule: str


class _Subject(msgspec.Struct, frozen=True):
    subject: str


def previous_of(files: PackFiles) -> Previous:
    """Return what a pack says as the previous one; its root is computed from its files, never taken from it.

    Raises UsageError where it is redacted, so that its subjects are not known, or damaged.
    """
    if layout.SECRET not in files or layout.SUBJECTS not in files:
        hint = "name the full pack: without its subjects nobody can say which of them are gone"
        raise UsageError(Problem(message=f"{files.where} is redacted", hint=hint))
    if files.faults:
        raise _damaged(files, f"{files.faults[0].name}: {files.faults[0].what}")
    try:
        tree = core_tree(files, secret_of(files))
        rules = [msgspec.json.decode(line, type=_Rule).rule for line in files.lines(layout.RULES)]
        subjects = [msgspec.json.decode(line, type=_Subject).subject for line in files.lines(layout.SUBJECTS)]
    except (ValueError, msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise _damaged(files, str(error)) from None
    except UnreadableError as error:
        raise _damaged(files, f"{error.name}: {error.what}") from None
    if tree.root.hex() not in _named(files).decode("utf-8", "replace"):
        raise _damaged(files, "its files are not those that its Statement names")
    return Previous(root=tree.root.hex(), tree_size=tree.size, rules=tuple(rules), subjects=tuple(subjects))


def secret_of(files: PackFiles) -> bytes:
    """Return the secret of a full pack; raises ValueError where it is none, UnreadableError where it is missing."""
    text = files.read(layout.SECRET, 100)
    if _SECRET.fullmatch(text) is None:
        raise ValueError(f"{layout.SECRET} is not 64 hex digits and a newline")
    return bytes.fromhex(text.decode().strip())


def previous_text(previous: Previous) -> bytes:
    """Return the content of previous.json."""
    return canonical(msgspec.to_builtins(previous))


def read_previous(content: bytes) -> Previous:
    """Return what a previous.json says; raises ValueError where it is none."""
    try:
        return msgspec.json.decode(content, type=Previous)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise ValueError(f"it is no summary of a pack: {error}"[:300]) from None


def vanished(assessment: Assessment, previous: Previous | None) -> dict[str, Any]:
    """Return the subjects and rules of the previous pack that are gone, and how many were added.

    Empty fields where there is no previous pack; `compared` says so.
    """
    if previous is None:
        nothing: list[str] = []
        return {"compared": False, "rules": nothing, "subjects": nothing, "added_rules": 0, "added_subjects": 0}
    rules, subjects = set(previous.rules), set(previous.subjects)
    added_rules = added_subjects = 0
    for rule in assessment.decisions:
        added_rules += rule not in rules
        rules.discard(rule)
    for table in assessment.tables.values():
        for name in table.names():
            added_subjects += name not in subjects
            subjects.discard(name)
    return {
        "compared": True,
        "rules": sorted(rules),
        "subjects": sorted(subjects),
        "added_rules": added_rules,
        "added_subjects": added_subjects,
    }


def undeclared(unmatched: Iterable[Attempt], tables: Mapping[str, Any]) -> dict[str, Any]:
    """Return what was found and is not declared: attempts that no request asks for, and what probes saw beside.

    `tables` are the subjects; those of observations count what they saw and nobody declared.
    """
    attempts = [
        {
            "probe": one.probe,
            "section": one.section,
            "target": one.target,
            "endpoint": one.endpoint,
            "status": one.status,
            "observed": sorted({f"{seen.kind}:{seen.detail}" for seen in one.observations}),
        }
        for one in unmatched
    ]
    beside: Counter[tuple[str, str]] = Counter()
    for kind, table in tables.items():
        column = table.columns.get(UNJUDGED) if kind.endswith("_observation") else None
        if column is None:
            continue
        for index in range(table.size):
            code = column.codes[table.shapes[index]]
            if code >= 0 and (number := msgspec.json.decode(column.values[code])):
                beside[(table.name(index), UNJUDGED)] += number
    return {
        "attempts": sorted(attempts, key=canonical),
        "beside": [{"subject": name, "what": what, "number": n} for (name, what), n in sorted(beside.items())],
    }


UNJUDGED = "unjudged"
"""The field in which an observation counts what it saw and the declaration does not speak of."""


def _named(files: PackFiles) -> bytes:
    """Return the payload of a pack's Statement; what it says is judged by `limen verify`, here it only names."""
    try:
        return decoded(files.read(layout.STATEMENT)).payload
    except (ValueError, UnreadableError) as error:
        raise _damaged(files, f"{layout.STATEMENT}: {error}") from None


def _damaged(files: PackFiles, what: str) -> UsageError:
    hint = "limen verify says what is wrong with it"
    return UsageError(Problem(message=f"{files.where} is no whole pack: {what}", hint=hint))
