"""Controls coverage: for each control, which selected rules serve it and how their decisions ended."""

from __future__ import annotations

import msgspec

from limen.records.assessment import Assessment
from limen.records.statuses import STATUSES, Status
from limen.reports._rows import decision_counts


class ControlRow(msgspec.Struct, frozen=True, kw_only=True):
    """One control and the decisions of the rules that serve it."""

    name: str
    """framework:control."""
    citation: str
    title: str
    status: str
    """law, standard, guidance, draft, proposed or unverified; unknown where no framework of ours has it."""
    rules: tuple[str, ...]
    counts: dict[Status, int]
    verdict: str
    """met as declared, met as far as judged, not met, unknown, not observed or not applicable."""
    gap: str
    """What no rule of ours can judge of it."""


def coverage(assessment: Assessment) -> list[ControlRow]:
    """Return every control that a selected rule serves, sorted by name; one bad decision spoils it."""
    counts = decision_counts(assessment)
    rules: dict[str, list[str]] = {}
    for rule_id, decided in assessment.decisions.items():
        for name in decided.selected.rule.controls:
            rules.setdefault(name, []).append(rule_id)
    rows = []
    for name in sorted(rules):
        total: dict[Status, int] = {s: sum(counts[rule][s] for rule in rules[name]) for s in STATUSES}
        control = assessment.controls.get(name)
        rows.append(
            ControlRow(
                name=name,
                citation=control.citation if control else name,
                title=control.title if control else "",
                status=control.status if control else "unknown",
                rules=tuple(rules[name]),
                counts=total,
                verdict=verdict(total, whole=control is not None and control.covered == "wholly"),
                gap=control.gap if control else "",
            )
        )
    return rows


def verdict(counts: dict[Status, int], *, whole: bool) -> str:
    """Return how a control fares; what rules judge only in part is never said to be met."""
    if counts["fail"]:
        return "not met"
    if counts["error"] or counts["not_assessed"]:
        return "unknown"
    if counts["pass"]:
        return "met as declared" if whole else "met as far as judged"
    return "not observed" if counts["out_of_scope"] else "not applicable"
