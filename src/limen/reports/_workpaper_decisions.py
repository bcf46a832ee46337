"""Decisions in the workpaper: a sample that anybody can draw again, and the results, the worst first."""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from collections import Counter

from limen.records.assessment import Assessment, RuleDecisions
from limen.records.statuses import STATUSES, Status
from limen.reports._oscal_places import statuses
from limen.reports._words import STATUS_WORDS, one_line, plural
from limen.reports._workpaper import MOST_ROWS, Cell, Sheet, left_out

SAMPLE_SIZE = 25
"""Decisions that are drawn."""
_COLUMNS = (("Line", 9), ("Rule", 34), ("Subject", 44), ("Kind", 16), ("Status", 14), ("Severity", 10),
            ("Controls", 40), ("Why", 60))  # fmt: skip


def seed_text(assessment: Assessment) -> str:
    """Return the text whose SHA-256 is the seed."""
    return f"limen workpaper sample: system {one_line(assessment.system)}, law as of {assessment.as_of}"


def drawn(text: str, size: int, wanted: int) -> list[int]:
    """Return the numbers of the decisions that are drawn from `size`, from 0, in order.

    Decision i has the rank SHA-256("<seed, hex>:<i>"), as in `limen sample`; those with the smallest ranks are drawn.
    """
    seed = hashlib.sha256(text.encode()).hexdigest()
    ranks = sorted(range(size), key=lambda number: hashlib.sha256(f"{seed}:{number}".encode()).digest())
    return sorted(ranks[:wanted])


def recipe(assessment: Assessment, size: int) -> tuple[str, ...]:
    """Return a program for Python's standard library that prints the lines that are drawn."""
    return (
        "import hashlib",
        f"seed = hashlib.sha256({seed_text(assessment)!a}.encode()).hexdigest()",
        'def rank(i): return hashlib.sha256(f"{seed}:{i}".encode()).digest()',
        f"print(sorted(i + 1 for i in sorted(range({size}), key=rank)[:{SAMPLE_SIZE}]))",
    )


def sample(assessment: Assessment) -> Sheet:
    """Return the sample, with room for the auditor's own result of each decision."""
    numbered = _Numbered(assessment)
    text = seed_text(assessment)
    found = drawn(text, numbered.size, SAMPLE_SIZE)
    notes = (
        f"{plural(len(found), 'decision')} of {numbered.size:,} were drawn, each as likely as any other.",
        f'The seed is the SHA-256 of the text "{text}": {hashlib.sha256(text.encode()).hexdigest()}',
        "Whoever made this workpaper could know the sample beforehand.",
        "An auditor draws one that nobody could know: limen sample PACK --size N --nonce TEXT.",
        "Lines are those of core/decisions.jsonl and core/details.jsonl, from 1. Python prints the same lines:",
        *recipe(assessment, numbered.size),
    )
    rows = [(*numbered.row(number), "", "", "") for number in found]
    columns = (*_COLUMNS, ("Tested by", 18), ("On", 12), ("Result of the test", 40))
    return Sheet(name="Sample", notes=notes, columns=columns, rows=rows)


def results(assessment: Assessment) -> Sheet:
    """Return the decisions, the worst first."""
    numbered = _Numbered(assessment)
    shown, left = numbered.worst(MOST_ROWS)
    said = ", ".join(f"{left[status]:,} {STATUS_WORDS[status]}" for status in STATUSES)
    notes = (
        left_out(numbered.size, MOST_ROWS, "decision", "core/decisions.jsonl"),
        f"The worst come first. Left out: {said}." if left.total() else "The worst come first.",
    )
    rows = map(numbered.row, shown)
    return Sheet(name="Results", notes=notes, columns=_COLUMNS, rows=rows)


class _Numbered:
    """Finds decisions by number: they are counted from 0, rule by rule, subjects in order."""

    def __init__(self, assessment: Assessment) -> None:
        self._tables = assessment.tables
        self._rules: list[tuple[int, str, RuleDecisions]] = []
        self.size = 0
        for rule_id, decided in assessment.decisions.items():
            table = assessment.tables.get(decided.selected.rule.subject)
            if table is not None and table.size:
                self._rules.append((self.size, rule_id, decided))
                self.size += table.size

    def worst(self, most: int) -> tuple[list[int], Counter[Status]]:
        """Return the numbers of at most so many decisions, the worst status first, and how many of each are left."""
        by_status: dict[Status, list[int]] = {status: [] for status in STATUSES}
        for first, _, decided in self._rules:
            table = self._tables[decided.selected.rule.subject]
            for number, status in enumerate(statuses(decided, table), first):
                by_status[status].append(number)
        shown: list[int] = []
        left: Counter[Status] = Counter()
        for status, found in by_status.items():
            room = most - len(shown)
            shown += found[:room]
            left[status] = len(found[room:])
        return shown, left

    def row(self, number: int) -> tuple[Cell, ...]:
        """Return a decision as the sheets list it."""
        first, rule_id, decided = self._rules[bisect_right(self._rules, number, key=lambda entry: entry[0]) - 1]
        rule = decided.selected.rule
        table = self._tables[rule.subject]
        outcome = decided.outcome(table, number - first)
        said = "; ".join(result.message for result in outcome.results if result.status == outcome.status)
        return (
            number + 1, rule_id, table.name(number - first), rule.subject, STATUS_WORDS[outcome.status], rule.severity,
            ", ".join(rule.controls), said or outcome.reason,
        )  # fmt: skip
