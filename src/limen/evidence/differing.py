"""The difference between two packs in what they mean: what got worse, what got better, and what nobody can compare."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from limen.errors import PolicyError
from limen.evidence.reading import PackFiles
from limen.evidence.side import FindingLine, Side
from limen.evidence.worsening import (
    Change,
    Turn,
    claim_turn,
    decision_turn,
    head_changes,
    parameter_change,
    signer_changes,
    signing_changes,
)
from limen.policy.parameters import Parameter
from limen.records.statuses import SEVERITIES, STATUSES, Status

_FACTS = frozenset({"system", "zone", "component", "flow", "key", "ledger", "data", "role", "tenant"})
"""Kinds of subject whose facts are compared field by field: what the declaration itself names."""
_BAD: tuple[Status, ...] = ("error", "fail", "not_assessed")


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """A subject that is not as it was."""

    subject: str
    fields: tuple[str, ...]
    """Top-level fields of its input whose values differ."""


class Findings(msgspec.Struct, frozen=True, kw_only=True):
    """What became of findings and gaps, by name: rule::subject::path."""

    new: tuple[str, ...]
    mended: tuple[str, ...]
    """Those whose decision passes now, or whose rule does not apply to the subject any more."""
    gone: tuple[str, ...]
    """Those whose subject or rule is gone: nobody judges them."""
    unknown: tuple[str, ...]
    """Those that are not judged any more, or withheld."""
    still: tuple[str, ...]
    changed: tuple[str, ...]
    """Of those that are still there, the ones with another value."""
    accepted: tuple[str, ...]
    """Of those that are still there, the ones that were open and are waived, in the baseline or inherited now."""
    reopened: tuple[str, ...]
    """Of those that are still there, the ones that were accepted and are open now."""


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """What is different in the second of two packs."""

    before: str
    """Root of the first, 64 hex digits."""
    after: str
    """Root of the second."""
    verdicts: tuple[str, str]
    head: tuple[Change, ...]
    rules: tuple[Change, ...]
    """Rules that are gone or new, and those with another severity or text."""
    parameters: tuple[Change, ...]
    subjects_gone: tuple[str, ...]
    subjects_new: tuple[str, ...]
    decisions: tuple[Change, ...]
    """By rule::subject: another status; and those that are new and do not pass."""
    counts: tuple[Change, ...]
    """Where something is withheld: how many decisions of a rule have a status."""
    findings: Findings
    claims: tuple[Change, ...]
    """What was observed of claims."""
    facts: tuple[Facts, ...]
    withheld: tuple[int, int]
    """Leaves of each that can't be compared."""

    @property
    def unknown(self) -> bool:
        """Whether something could have got worse unseen: withheld, judged no more, or judged by another measure.

        A rule with another text, and a parameter of which nobody can say which value is stricter, are such measures.
        """
        measures = any(one.turn == "other" for one in (*self.rules, *self.parameters))
        return self.before != self.after and bool(any(self.withheld) or self.findings.unknown or measures)

    @property
    def worse(self) -> int:
        """How many things got worse."""
        changes = (*self.head, *self.rules, *self.parameters, *self.decisions, *self.counts, *self.claims)
        return sum(one.turn == "worse" for one in changes) + len(self.findings.new) + len(self.findings.reopened)


def differences(first: PackFiles, second: PackFiles) -> Difference:
    """Return the difference between two packs; raises UsageError where one of them is damaged."""
    before, after = Side(first), Side(second)
    whole = not (before.withheld or after.withheld)
    return Difference(
        before=before.root.hex(),
        after=after.root.hex(),
        verdicts=(before.head.verdict, after.head.verdict),
        head=tuple(_head(before, after)),
        rules=tuple(_rules(before, after)),
        parameters=tuple(_parameters(before, after)),
        subjects_gone=tuple(sorted(before.subjects.keys() - after.subjects.keys())) if not after.withheld else (),
        subjects_new=tuple(sorted(after.subjects.keys() - before.subjects.keys())) if not before.withheld else (),
        decisions=tuple(_decisions(before, after)),
        counts=() if whole else tuple(_counts(before, after)),
        findings=_findings(before, after),
        claims=tuple(_claims(before, after)),
        facts=tuple(_facts(before, after)),
        withheld=(before.withheld, after.withheld),
    )


def _head(before: Side, after: Side) -> Iterator[Change]:
    yield from head_changes(before.head, after.head)
    yield from signer_changes(before.signers(), after.signers())
    old, new = before.signing(), after.signing()
    if old is not None or new is not None:
        known = (old is not None or not before.withheld) and (new is not None or not after.withheld)
        if known:
            yield from signing_changes(old or {}, new or {})


def _rules(before: Side, after: Side) -> Iterator[Change]:
    for name in sorted({*before.rules, *after.rules}):
        old, new = before.rules.get(name), after.rules.get(name)
        if new is None:
            yield Change(what=name, before="selected", after="", turn="worse")
        elif old is None:
            yield Change(what=name, before="", after="selected", turn="better")
        else:
            if old.severity != new.severity:
                lower = SEVERITIES.index(new.severity) > SEVERITIES.index(old.severity)  # it gates less
                turn: Turn = "worse" if lower else "better"
                yield Change(what=f"{name} severity", before=old.severity, after=new.severity, turn=turn)
            texts = before.module(name), after.module(name)
            if all(texts) and texts[0] != texts[1]:
                yield Change(what=f"{name} text", before="one", after="another", turn="other")


def _parameters(before: Side, after: Side) -> Iterator[Change]:
    for name in sorted(before.rules.keys() & after.rules.keys()):
        old, new = before.rules[name].parameters, after.rules[name].parameters
        changed = [one for one in sorted({*old, *new}) if old.get(one) != new.get(one)]
        known = _known(after, name) if changed else {}
        for one in changed:
            if one in old and one in new:
                yield parameter_change(name, one, old[one], new[one], known.get(one))
            else:
                yield Change(
                    what=f"{name} {one}", before=str(old.get(one, "")), after=str(new.get(one, "")), turn="other"
                )


def _known(side: Side, rule: str) -> dict[str, Parameter]:
    """Return a rule's parameters as its module describes them; none where it is withheld or unreadable."""
    from limen.analysis.kinds import KINDS
    from limen.policy.metadata import rule_from

    text = side.module(rule)
    try:
        return rule_from(text, side.rules[rule].module, rule, frozenset(KINDS)).parameters if text else {}
    except PolicyError:
        return {}


def _decisions(before: Side, after: Side) -> Iterator[Change]:
    for name in sorted({*before.decisions, *after.decisions}):
        old, new = before.decisions.get(name), after.decisions.get(name)
        if old == new or new is None or (old is None and (before.withheld or new not in _BAD)):
            continue
        yield Change(what=name, before=old or "", after=new, turn=decision_turn(old, new))


def _counts(before: Side, after: Side) -> Iterator[Change]:
    """Yield where more or fewer decisions of a rule do not pass, which is public."""
    for rule in sorted(before.rules.keys() & after.rules.keys()):
        for status in STATUSES:
            old, new = before.by_number[rule, status], after.by_number[rule, status]
            if old != new:
                turn: Turn = "other" if status not in _BAD else "worse" if new > old else "better"
                yield Change(what=f"{rule} {status}", before=str(old), after=str(new), turn=turn)


def _findings(before: Side, after: Side) -> Findings:
    old, new = before.findings, after.findings
    still = sorted(old.keys() & new.keys())
    left: dict[str, list[str]] = {"mended": [], "gone": [], "unknown": []}
    for name in sorted(old.keys() - new.keys()):
        left[_fate(old[name].rule, old[name].subject, after)].append(name)
    return Findings(
        new=() if before.withheld else tuple(sorted(new.keys() - old.keys())),
        mended=tuple(left["mended"]),
        gone=tuple(left["gone"]),
        unknown=tuple(left["unknown"]),
        still=tuple(still),
        changed=tuple(name for name in still if old[name].fingerprint != new[name].fingerprint),
        accepted=tuple(name for name in still if _open(old[name]) and not _open(new[name])),
        reopened=tuple(name for name in still if _open(new[name]) and not _open(old[name])),
    )


def _open(finding: FindingLine) -> bool:
    return finding.disposition == "open"


def _fate(rule: str, subject: str, after: Side) -> str:
    """Return what became of a finding that is not there any more."""
    status = after.decisions.get(f"{rule}::{subject}")
    if status in ("pass", "not_applicable"):
        return "mended"
    if status is not None:
        # Another check of the same decision fails still; with all findings there, this one is not among them.
        return "mended" if status == "fail" and not (after.withheld or after.head.partial) else "unknown"
    if subject.startswith("waiver:"):
        return "gone" if not after.withheld else "unknown"
    known = not after.withheld and (rule not in after.rules or subject not in after.subjects)
    return "gone" if known or rule not in after.rules else "unknown"


def _claims(before: Side, after: Side) -> Iterator[Change]:
    for name in sorted(before.claims.keys() & after.claims.keys()):
        old, new = before.claims[name], after.claims[name]
        if old != new:
            yield Change(what=name, before=old, after=new, turn=claim_turn(old, new))


def _facts(before: Side, after: Side) -> Iterator[Facts]:
    changed = [
        name
        for name, digest in sorted(before.subjects.items())
        if name.partition(":")[0] in _FACTS and after.subjects.get(name, digest) != digest
    ]
    old = dict(before.inputs(changed))
    fields = {name: _fields(old[name], new) for name, new in after.inputs(changed)}
    for name in changed:
        yield Facts(subject=name, fields=fields[name])


def _fields(old: dict[str, Any], new: dict[str, Any]) -> tuple[str, ...]:
    missing = object()
    return tuple(name for name in sorted({*old, *new}) if old.get(name, missing) != new.get(name, missing))
