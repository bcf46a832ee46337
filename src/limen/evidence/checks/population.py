"""Check `population`: every subject of every rule has its decision, and all that is counted follows from them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from types import SimpleNamespace
from typing import TYPE_CHECKING, TypeVar, cast

import msgspec

from limen.evidence import layout
from limen.evidence.checks import findings
from limen.evidence.checks.forms import (
    Assessment,
    Claim,
    Decision,
    Detail,
    Finding,
    Rule,
    SubjectRecord,
    Waiver,
)
from limen.evidence.checks.interface import Check, broken, or_ok, unchecked
from limen.evidence.checks.pack import Pack
from limen.evidence.reading import PackFiles, UnreadableError
from limen.records import verdict
from limen.records.statuses import STATUSES, Severity, Status

if TYPE_CHECKING:
    from limen.records.assessment import Assessment as Whole

T = TypeVar("T")
_GATING = frozenset({"fail", "error", "not_assessed"})


class _UnformedError(Exception):
    """A record that is none, with its place."""

    def __init__(self, file: str, record: int, what: str) -> None:
        super().__init__(what)
        self.file, self.record, self.what = file, record, what


def check(pack: Pack) -> Iterator[Check]:
    """Yield where the population is not whole, or a count does not follow from it."""
    if isinstance(pack.assessment, ValueError):
        yield unchecked("population", "the summary can't be read", layout.ASSESSMENT)
        return
    judging = _Population(pack.files, pack.assessment, pack.details if pack.redacted else None)
    try:
        found = list(judging.found())
    except _UnformedError as error:
        found = [broken("population", error.what, error.file, error.record)]
    except UnreadableError as error:
        found = [broken("population", error.what, error.name)]
    what = f"{judging.decisions} decisions: every subject under every rule that judges its kind"
    yield from or_ok("population", found, what)


class _Population:
    """Records held against one another; one use."""

    def __init__(self, files: PackFiles, assessment: Assessment, kept: tuple[int, ...] | None) -> None:
        """`kept` are the numbers of the details of a redacted pack; None for a whole one."""
        self.files, self.assessment, self.redacted = files, assessment, kept is not None
        self.kept = frozenset(kept or ())
        self.decisions = 0
        self.bad: findings.Bad = {}
        """Each decision that must have a finding."""
        self.sorts: Counter[tuple[Severity, Status]] = Counter()
        """How many decisions there are of each severity and status."""

    def found(self) -> Iterator[Check]:
        """Yield what does not fit."""
        rules: dict[str, Rule] = {}
        subjects: dict[str, list[str]] = {}
        yield from self.selected(rules)
        if not self.redacted:
            yield from self.populated(subjects)
        counts: Counter[str] = Counter()
        decided: Counter[str] = Counter()
        yield from self.judged(rules, subjects, counts, decided)
        yield from self.counted(rules, counts, decided)
        yield from findings.too_few(self.assessment, self.sorts)
        if not self.redacted:
            severities = {rule.rule: rule.severity for rule in rules.values()}
            told, waivers = self.records(layout.FINDINGS, Finding), self.records(layout.WAIVERS, Waiver)
            yield from findings.findings(self.files, self.assessment, self.bad, severities, told, waivers)
            yield from self.observed()
        yield from _concluded(self.assessment)

    def selected(self, rules: dict[str, Rule]) -> Iterator[Check]:
        """Read the rules; yield those that stand twice, or judge a kind that nobody counts."""
        for index, rule in enumerate(self.records(layout.RULES, Rule)):
            if rules.setdefault(rule.rule, rule) is not rule:
                yield broken("population", f"the rule {rule.rule} stands twice", layout.RULES, index)
            if rule.subject not in self.assessment.population:
                what = f"it does not count the kind {rule.subject}, which {rule.rule} judges"
                yield broken("population", what, layout.ASSESSMENT)

    def populated(self, subjects: dict[str, list[str]]) -> Iterator[Check]:
        """Read the subjects; yield where they are others than the summary counts, or stand twice."""
        population = self.assessment.population
        for one in self.records(layout.SUBJECTS, SubjectRecord):
            subjects.setdefault(one.kind, []).append(one.subject)
        for kind in sorted(subjects.keys() | population.keys()):
            there, said = subjects.get(kind, []), population.get(kind, 0)
            if len(there) != said:
                what = f"it has {len(there)} subjects of the kind {kind}, and the summary says {said}"
                yield broken("population", what, layout.SUBJECTS)
            if len(set(there)) != len(there):
                yield broken("population", f"a subject of the kind {kind} stands twice", layout.SUBJECTS)

    def counted(self, rules: dict[str, Rule], counts: Counter[str], decided: Counter[str]) -> Iterator[Check]:
        """Yield where there are more or fewer decisions than the summary counts, by rule and by status."""
        for rule in rules.values():
            wanted = self.assessment.population.get(rule.subject, 0)
            if decided[rule.rule] != wanted:
                what = (
                    f"{rule.rule} has {decided[rule.rule]} decisions for {wanted} subjects of the kind {rule.subject}"
                )
                yield broken("population", what, layout.DECISIONS)
        for status, said in self.assessment.counts.items():
            if counts[status] != said:
                what = f"it counts {said} of the status {status}, and there are {counts[status]}"
                yield broken("population", what, layout.ASSESSMENT)
        if set(self.assessment.counts) != set(STATUSES):
            yield broken("population", "it does not count every status", layout.ASSESSMENT)

    def judged(
        self, rules: dict[str, Rule], subjects: dict[str, list[str]], counts: Counter[str], decided: Counter[str]
    ) -> Iterator[Check]:
        """Yield decisions that are out of place, and count the others."""
        order = {rule: place for place, rule in enumerate(rules)}
        last = -1
        there = not self.redacted or layout.DETAILS in self.files
        details = self.records(layout.DETAILS, Detail) if there else iter(())
        index = -1
        for index, one in enumerate(self.records(layout.DECISIONS, Decision)):
            rule = rules.get(one.rule)
            if rule is None or (one.kind, one.severity, one.controls) != (rule.subject, rule.severity, rule.controls):
                what = f"{layout.RULES} has no rule {one.rule} of that kind and severity, for those controls"
                yield broken("population", what, layout.DECISIONS, index)
                continue
            if order[one.rule] < last:
                yield broken("population", f"it is out of the order of {layout.RULES}", layout.DECISIONS, index)
            last = order[one.rule]
            place = decided[one.rule]
            decided[one.rule] += 1
            counts[one.status] += 1
            self.sorts[one.severity, one.status] += 1
            if self.redacted and index not in self.kept:
                continue
            detail = next(details, None)
            names = subjects.get(one.kind, [])
            if detail is None:
                yield broken("population", f"decision {index} has no details", layout.DETAILS)
                return
            if (detail.decision, detail.rule) != (index, one.rule):
                yield broken("population", f"it is not the detail of decision {index}", layout.DETAILS, index)
            elif place < len(names) and names[place] != detail.subject:
                what = f"it is of another subject than number {place} of the kind {one.kind}"
                yield broken("population", what, layout.DETAILS, index)
            elif not _follows(one.status, detail):
                what = f"its checks do not come to {one.status}, which {layout.DECISIONS} says"
                yield broken("population", what, layout.DETAILS, index)
            elif one.status in _GATING:
                self.bad[one.rule, detail.subject] = one.status
        self.decisions = index + 1
        if next(details, None) is not None:
            yield broken("population", "it has a detail without a decision", layout.DETAILS, self.decisions)

    def observed(self) -> Iterator[Check]:
        """Yield where the summary speaks of more observations than there are."""
        there = any(name.startswith(layout.OBSERVATIONS) for name in self.files.names())
        if self.assessment.scope == "conformance" and not there:
            what = "it speaks of conformance, and no observation is enclosed"
            yield broken("population", what, layout.ASSESSMENT)
        yield from findings.claims(self.assessment, self.records(layout.CLAIMS, Claim))

    def records(self, name: str, form: type[T]) -> Iterator[T]:
        """Yield the records of a file; raises _UnformedError where one is none."""
        decode = msgspec.json.Decoder(form).decode
        index = 0
        try:
            for line in self.files.lines(name):
                yield decode(line)
                index += 1
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            raise _UnformedError(name, index, f"it is no record of this file: {error}"[:300]) from None


def _follows(status: Status, detail: Detail) -> bool:
    """Return whether a decision is the worst of its checks; without any it neither passes nor fails."""
    worst = findings.worst(result.status for result in detail.results)
    return worst == status if worst else status not in ("pass", "fail")


def _concluded(assessment: Assessment) -> Iterator[Check]:
    """Yield where exit code or verdict are not what the counts lead to."""
    # records.verdict reads nothing but what is public, which is all there.
    whole = cast("Whole", SimpleNamespace(**msgspec.structs.asdict(assessment), tally=assessment.findings))
    if verdict.exit_code(whole) != assessment.exit_code:
        what = f"its exit code is {assessment.exit_code}, and its counts lead to {verdict.exit_code(whole)}"
        yield broken("population", what, layout.ASSESSMENT)
    if verdict.verdict_line(whole) != assessment.verdict:
        yield broken("population", "its verdict is not what its counts lead to", layout.ASSESSMENT)
