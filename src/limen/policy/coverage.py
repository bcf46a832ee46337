"""Coverage: which rules judge each requirement of law and standards, how far, and what none of them can judge."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Literal

import msgspec

from limen.policy import discovery
from limen.policy.frameworks import Framework, controls_of, framework_from, standing
from limen.records.rules import Control, Rule

Verdict = Literal["covered", "partly", "not covered"]
VERDICTS: tuple[Verdict, ...] = ("covered", "partly", "not covered")


class ControlCoverage(msgspec.Struct, frozen=True, kw_only=True):
    """One requirement with the rules that judge it."""

    control: Control
    summary: str
    """What it asks for, in our own words."""
    standing: str
    """in force, not yet in force, expired, draft or proposed."""
    rules: tuple[str, ...]
    """Ids of the rules that name it, sorted; only those that the chosen profiles select, where some are."""
    verdict: Verdict
    gap: str
    """What is not judged of it, and why; empty where it is covered."""

    @property
    def name(self) -> str:
        """framework:control."""
        return f"{self.control.framework}:{self.control.id}"


class FrameworkCoverage(msgspec.Struct, frozen=True, kw_only=True):
    """A law or standard with the coverage of its requirements, in the order of its file."""

    framework: Framework
    rows: tuple[ControlCoverage, ...]

    @property
    def in_force(self) -> tuple[ControlCoverage, ...]:
        """The requirements in force: nothing else counts."""
        return tuple(row for row in self.rows if row.standing == "in force")

    def count(self, verdict: Verdict) -> int:
        """Return how many requirements in force have a verdict."""
        return sum(row.verdict == verdict for row in self.in_force)


def load_frameworks(places: Iterable[discovery.Source]) -> tuple[Framework, ...]:
    """Return the frameworks that lie in some places, by id; raises PolicyError where one can't be read."""
    found = [
        framework_from(place.text(place.policies, f"frameworks/{stem}.yaml", shown), stem, shown)
        for place, stem, shown in discovery.yaml_files(list(places), "frameworks")
    ]
    return tuple(sorted(found, key=lambda framework: framework.id))


def coverage(
    frameworks: Iterable[Framework], rules: Mapping[str, Rule], selected: Collection[str], as_of: str
) -> tuple[FrameworkCoverage, ...]:
    """Return the coverage of frameworks on a day (YYYY-MM-DD) by the rules of the catalog that are selected.

    A requirement is covered only where its file says `wholly` and every rule that names it is selected; where a rule
    names it, and nobody said how far, it is covered partly.
    """
    serving: dict[str, list[str]] = {}
    for rule_id in sorted(rules):
        for name in rules[rule_id].controls:
            serving.setdefault(name, []).append(rule_id)
    found = []
    for framework in frameworks:
        rows = []
        for entry, (name, control) in zip(framework.controls, controls_of(framework).items(), strict=True):
            named = serving.get(name, [])
            chosen = tuple(rule_id for rule_id in named if rule_id in selected)
            left = [rule_id for rule_id in named if rule_id not in selected]
            verdict: Verdict = "partly" if chosen else "not covered"
            if chosen and not left and control.covered == "wholly":
                verdict = "covered"
            rows.append(
                ControlCoverage(
                    control=control,
                    summary=entry.summary,
                    standing=standing(control, as_of),
                    rules=chosen,
                    verdict=verdict,
                    gap=_gap(control.gap, verdict, left),
                )
            )
        found.append(FrameworkCoverage(framework=framework, rows=tuple(rows)))
    return tuple(found)


def _gap(gap: str, verdict: Verdict, left: list[str]) -> str:
    """Return what is not judged: what the file says, and what is not selected."""
    if verdict == "covered":
        return ""
    parts = [gap] if gap else []
    if left:
        parts.append(f"Not selected: {', '.join(left)}.")
    if not parts:
        parts.append("Nobody has said how far its rules judge it." if verdict == "partly" else "No rule names it.")
    return " ".join(parts)
