"""Which of two states is the worse one: of decisions, parameters, claims, and of what a pack demands of itself.

Only what is known to be at least as good is called so: what was judged and is not any more is worse, and what failed
and is not judged any more is not mended.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

import msgspec

from limen.evidence.side import Head
from limen.policy.parameters import Parameter, value_text
from limen.records.statuses import SEVERITIES, Status

Turn = Literal["worse", "better", "other"]
"""other: neither, or nobody can say."""
_BAD: frozenset[Status] = frozenset({"fail", "error", "not_assessed"})
_SEEN = frozenset({"agrees", "contradicted", "stale"})
_CLAIMS = {"contradicted": 0, "stale": 1, "agrees": 2}


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that is not as it was."""

    what: str
    before: str
    """Empty where it was not there."""
    after: str
    """Empty where it is gone."""
    turn: Turn


def decision_turn(before: Status | None, after: Status | None) -> Turn:
    """Return what a change of a decision's status means; None where there is no decision."""
    if after in _BAD:
        return "other" if before == after or (before in _BAD and after != "fail") else "worse"
    if after == "pass":
        return "better" if before in _BAD or before == "out_of_scope" else "other"
    return "worse" if before == "pass" and after == "out_of_scope" else "other"


def claim_turn(before: str, after: str) -> Turn:
    """Return what a change of what was observed of a claim means."""
    if after in _SEEN and before in _SEEN:
        return "worse" if _CLAIMS[after] < _CLAIMS[before] else "better"
    if before in _SEEN:
        return "worse"
    if after in _SEEN:
        return "worse" if after == "contradicted" else "better"
    return "other"


def parameter_change(rule: str, name: str, before: Any, after: Any, known: Parameter | None) -> Change:
    """Return how a parameter changed; `known` says which value is stricter, None where nobody knows."""
    turn: Turn = "other"
    if known is not None and known.stricter != "none":
        weaker, stricter = known.weakens(after, before), known.weakens(before, after)
        turn = "worse" if weaker else "better" if stricter else "other"
    unit = "" if known is None else known.scalar
    return Change(what=f"{rule} {name}", before=value_text(before, unit), after=value_text(after, unit), turn=turn)


def head_changes(before: Head, after: Head) -> Iterator[Change]:
    """Yield what changed in what a pack says of itself."""
    for what in ("system", "as_of"):
        old, new = getattr(before, what), getattr(after, what)
        if old != new:
            yield Change(what=what, before=old, after=new, turn="other")
    if before.scope != after.scope:
        turn: Turn = "worse" if after.scope == "design" else "better"
        yield Change(what="scope", before=before.scope, after=after.scope, turn=turn)
    if before.partial != after.partial:
        turn = "better" if not after.partial else "other" if before.partial else "worse"
        yield Change(what="partial", before=before.partial, after=after.partial, turn=turn)
    if before.fail_on != after.fail_on:
        turn = "worse" if SEVERITIES.index(after.fail_on) < SEVERITIES.index(before.fail_on) else "better"
        yield Change(what="fail_on", before=before.fail_on, after=after.fail_on, turn=turn)
    yield from _gone_and_new("profile", before.profiles, after.profiles, gone="worse", new="better")
    yield from _gone_and_new("deviation", *map(_deviations, (before, after)), gone="better", new="worse")


def signing_changes(before: dict[str, Any], after: dict[str, Any], path: str = "signing policy") -> Iterator[Change]:
    """Yield what changed in what must be signed: fewer, or not any more, is worse."""
    for name in sorted({*before, *after}):
        old, new = before.get(name), after.get(name)
        if isinstance(old, dict) or isinstance(new, dict):
            yield from signing_changes(_table(old), _table(new), f"{path}: {name}")
        elif old != new:
            turn: Turn = "other"
            if isinstance(old, int | None) and isinstance(new, int | None):
                turn = "worse" if (new or 0) < (old or 0) else "better"
            yield Change(what=f"{path}: {name}", before=_said(old), after=_said(new), turn=turn)


def signer_changes(before: tuple[str, ...], after: tuple[str, ...]) -> Iterator[Change]:
    """Yield whether the Statement is signed by other keys."""
    if before != after:
        turn: Turn = "worse" if len(after) < len(before) else "better" if len(after) > len(before) else "other"
        yield Change(what="keys that sign the Statement", before=", ".join(before), after=", ".join(after), turn=turn)


def _gone_and_new(
    what: str, before: tuple[str, ...], after: tuple[str, ...], *, gone: Turn, new: Turn
) -> Iterator[Change]:
    for name in sorted({*before} - {*after}):
        yield Change(what=what, before=name, after="", turn=gone)
    for name in sorted({*after} - {*before}):
        yield Change(what=what, before="", after=name, turn=new)


def _deviations(head: Head) -> tuple[str, ...]:
    return tuple(
        f"{one.get('rule')} {one.get('parameter')}: {one.get('actual')} instead of {one.get('expected')}"
        for one in head.deviations
    )


def _table(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _said(value: Any) -> str:
    return "" if value is None else value_text(value, "")
