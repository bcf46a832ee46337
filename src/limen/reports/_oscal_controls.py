"""Controls by their ids in OSCAL, limen's objectives for each, and whether an objective is satisfied.

OSCAL knows two states. Satisfied is only what was judged, passed throughout and was judged as a whole assessment;
what failed, what nobody knows and what nobody looked at is not-satisfied, with the reason beside it.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable
from typing import Literal

import msgspec

from limen.records.assessment import Assessment
from limen.records.statuses import STATUSES, Status
from limen.reports._coverage import ControlRow, coverage
from limen.reports._oscal_text import token
from limen.reports._words import STATUS_WORDS, one_line, plural

NIST = "nist-800-53r5"
"""The framework whose ids are those of NIST's own OSCAL catalog: SC-8(1) is sc-8.1."""
OWN = "limen"
"""Stands for the framework of rules that serve no control: what limen itself demands."""


class State(msgspec.Struct, frozen=True, kw_only=True):
    """How an objective ended."""

    state: Literal["satisfied", "not-satisfied"]
    reason: Literal["pass", "fail", "other"]
    words: str
    """Why, in a sentence."""
    applicable: bool = True
    """False where there was nothing for it to be about."""


class Requirements:
    """All controls that the selected rules serve, and limen's own for rules that serve none."""

    def __init__(self, assessment: Assessment, others: Iterable[str]) -> None:
        """Know the controls; `others` are rules of the host's own that findings name (on waivers)."""
        self.rows = {row.name: row for row in coverage(assessment)}
        rules = [(rule_id, decided.selected.rule.controls) for rule_id, decided in assessment.decisions.items()]
        self._controls = {rule: controls or (f"{OWN}:{rule}",) for rule, controls in rules}
        self._controls |= {rule: (f"{OWN}:{rule}",) for rule in others if rule not in self._controls}
        self.served: dict[str, list[str]] = {}
        """Rules by control, controls sorted."""
        for name in sorted({name for names in self._controls.values() for name in names}):
            self.served[name] = []
        for rule, names in self._controls.items():
            for name in names:
                self.served[name].append(rule)
        if not self.served:  # OSCAL wants a control, and silence would look like success
            self.served[f"{OWN}:nothing"] = []
        self.tokens = _tokens(self.served)
        """Ids in OSCAL by framework:control."""

    def controls(self, rule: str) -> tuple[str, ...]:
        """Return the controls of a rule."""
        return self._controls[rule]

    def objective(self, control: str, rule: str = "") -> str:
        """Return the id of limen's objective for a control, or for one rule that serves it."""
        return f"{self.tokens[control]}_limen" + (f".{token(rule)}" if rule else "")

    def frameworks(self) -> dict[str, list[str]]:
        """Return controls by framework, both sorted."""
        found: dict[str, list[str]] = {}
        for name in self.served:
            found.setdefault(name.partition(":")[0], []).append(name)
        return found


def state(counts: Counter[Status], assessment: Assessment, verdict: str, gap: str = "") -> State:
    """Return how an objective ended, by the decisions of its rules; `verdict` and `gap` are those of the coverage."""
    said = ", ".join(f"{counts[status]:,} {STATUS_WORDS[status]}" for status in STATUSES if counts[status])
    if counts["fail"]:
        return State(
            state="not-satisfied", reason="fail", words=f"{plural(counts['fail'], 'decision')} failed ({said})"
        )
    unknown = counts["error"] + counts["not_assessed"]
    if unknown:
        words = f"{plural(unknown, 'decision')} could not be made, so nobody knows ({said})"
        return State(state="not-satisfied", reason="other", words=words)
    if counts["pass"] and assessment.partial:
        words = f"only a part was assessed ({assessment.partial}); what was judged passed ({said})"
        return State(state="not-satisfied", reason="other", words=words)
    if counts["pass"]:
        unseen = counts["out_of_scope"]
        left = f"; {plural(unseen, 'decision')} would take observations, and there were none" if unseen else ""
        left += f"; beyond limen: {gap}" if gap else ""
        return State(state="satisfied", reason="pass", words=f"{verdict} ({said}){left}")
    if not counts.total():
        return State(state="not-satisfied", reason="other", words="nothing was assessed: no rule was selected")
    if counts["out_of_scope"]:
        words = f"nothing was assessed: it takes observations, and there were none ({said})"
        return State(state="not-satisfied", reason="other", words=words)
    words = f"nothing was assessed: no subject of the system is one for its rules ({said})"
    return State(state="not-satisfied", reason="other", words=words, applicable=False)


def counts_of(row: ControlRow | None, rules: Iterable[str], by_rule: dict[str, dict[Status, int]]) -> Counter[Status]:
    """Return the decisions of a control by status; of limen's own requirements by their rules."""
    if row is not None:
        return Counter(row.counts)
    found: Counter[Status] = Counter()
    for rule in rules:
        found.update(by_rule.get(rule, {}))
    return found


def _tokens(names: Iterable[str]) -> dict[str, str]:
    """Return an id for each control, none twice: where two would be written alike both get a digest of their name."""
    plain = {}
    for name in names:
        framework, _, control = one_line(name).partition(":")
        plain[name] = token(control.lower() if framework == NIST else f"{framework}_{control}")
    often = Counter(plain.values())
    return {
        name: text if often[text] == 1 else f"{text}_{hashlib.sha256(name.encode()).hexdigest()[:8]}"
        for name, text in plain.items()
    }
