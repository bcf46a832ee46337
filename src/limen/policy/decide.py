"""Decisions: every selected rule on every subject, shared between subjects that look alike to the rule.

A rule is asked once for each distinct projection of the subjects on the fields that it reads. A seeded sample
is asked again with whole inputs, one subject at a time; a difference means that sharing was wrong, and ends the
run: a wrong verdict is worse than none.
"""

from __future__ import annotations

import random
from array import array
from collections.abc import Iterator, Mapping
from itertools import islice

import msgspec

from limen.errors import InternalError, Problem
from limen.policy.catalog import Catalog
from limen.policy.engine import Answer, Job, PolicyEngine, Query
from limen.policy.inspection import Entry
from limen.policy.looking import Looking
from limen.policy.selection import Selection
from limen.policy.sharing import Grouping, Sharing
from limen.records.assessment import CheckResult, Outcome, RuleDecisions
from limen.records.rules import SelectedRule
from limen.records.statuses import Scope
from limen.records.subjects import SubjectTable

SAMPLE = 64
"""Decisions that are made again plainly, at least."""
SAMPLE_SHARE = 20_000
"""One decision in so many is made again plainly, up to `SAMPLE_MOST`."""
SAMPLE_MOST = 1024

ASSUMED = "the only witness is a flow that does not say what it carries"
"""Why a failing subject is not_assessed; the finding names the flow."""


def jobs_of(catalog: Catalog, selection: Selection, context: Mapping[str, object]) -> list[Job]:
    """Return what an engine must load: for each rule its modules, its parameters and the shared context."""
    return [
        Job(
            name=rule_id,
            query=f"data.limen.rules.{rule_id}",
            modules=catalog.modules(selection.entries[rule_id]),
            data=msgspec.json.encode({"limen": {"parameters": selected.parameters, "context": context}}).decode(),
        )
        for rule_id, selected in selection.rules.items()
    ]


def decide(
    selection: Selection,
    tables: Mapping[str, SubjectTable],
    engine: PolicyEngine,
    *,
    scope: Scope = "design",
    memo: bool = True,
    seed: int | None = None,
) -> dict[str, RuleDecisions]:
    """Return each rule's decisions, by id. The engine must have been prepared with the selection's jobs.

    `memo` False asks for each shape with its whole input. `seed` picks the sample that is decided again; the sizes of
    the tables do without one. Raises InternalError where shared and plain decisions differ, UnassessedError where
    the engine can't go on.
    """
    deciding = Deciding(selection, engine, scope=scope, memo=memo)
    for table in tables.values():
        deciding.ask(table)
    return deciding.decisions(tables, seed=seed)


class Deciding:
    """Asks the rules of each kind as soon as its subjects are known, so that the engine works meanwhile."""

    def __init__(
        self,
        selection: Selection,
        engine: PolicyEngine,
        *,
        scope: Scope = "design",
        memo: bool = True,
        keep: bool = False,
    ) -> None:
        """Keep the rules and an engine that was prepared with them; nothing is asked yet.

        `keep` keeps the answers in `asked`, for a second engine.
        """
        self.selection, self.engine, self.scope, self.memo = selection, engine, scope, memo
        self.keep = keep
        self._asked: list[Asked] = []

    @property
    def asked(self) -> tuple[Asked, ...]:
        """What was asked, in order."""
        return tuple(self._asked)

    def ask(self, table: SubjectTable) -> None:
        """Ask all rules that judge a kind of subject, and return at once."""
        grouping = Grouping(table)
        asked = [
            Asked(selected, self.selection.entries[rule_id], grouping, self.memo)
            for rule_id, selected in self.selection.rules.items()
            if selected.rule.subject == table.kind and table.size > 0 and not _out_of_scope(selected, self.scope)
        ]
        self._asked += asked
        self.engine.ask(Query(one.rule_id, one.inputs()) for one in asked)

    def decisions(self, tables: Mapping[str, SubjectTable], *, seed: int | None = None) -> dict[str, RuleDecisions]:
        """Return each rule's decisions, by id, once the tables of all kinds were asked about; raises as `decide`."""
        looks = {kind: Looking(table) for kind, table in tables.items()}
        sample = self._sampled(tables, seed) if self.memo and self._asked else []
        self.engine.ask(Query(one.rule_id, [one.table.shape_json(shape) for shape in shapes]) for one, shapes in sample)
        answered = self.engine.answer()
        decided: dict[str, RuleDecisions] = {}
        for one, answers in zip(self._asked, islice(answered, len(self._asked)), strict=True):
            decided[one.rule_id] = one.decisions(answers, looks[one.kind])
            if self.keep:
                one.answers = answers
        _verify(sample, answered, decided, looks)  # what is left are the sample's answers
        return {
            rule_id: decided[rule_id] if rule_id in decided else _unasked(selected, tables)
            for rule_id, selected in self.selection.rules.items()
        }

    def _sampled(self, tables: Mapping[str, SubjectTable], seed: int | None) -> list[tuple[Asked, list[int]]]:
        sizes = [(kind, table.size, table.shape_count) for kind, table in tables.items()]
        chance = random.Random(repr(sizes) if seed is None else seed)  # noqa: S311 a sample, not a secret
        place = {rule_id: number for number, rule_id in enumerate(self.selection.rules)}
        return _sample(sorted(self._asked, key=lambda one: place[one.rule_id]), chance)  # whatever was known first


class Asked:
    """A rule, and the groups of shapes for which it is asked."""

    def __init__(self, selected: SelectedRule, entry: Entry, grouping: Grouping, memo: bool) -> None:
        """Group the shapes by what the rule reads; `memo` False keeps each apart."""
        self.selected, self.entry = selected, entry
        self.rule_id, self.kind = selected.rule.id, selected.rule.subject
        self.table = grouping.table
        self.fields = entry.projection if memo else None
        self.sharing: Sharing = grouping.by(self.fields)
        self.answers: list[Answer] = []
        """The answer for each group, where they are kept."""

    def inputs(self) -> list[bytes]:
        """Return the input of each group."""
        return [self.input(group) for group in range(len(self.sharing.first))]

    def input(self, group: int) -> bytes:
        """Return what stands for a group: the fields of its first shape that the rule reads."""
        return self.table.shape_json(self.sharing.first[group], self.fields)

    def subject(self, group: int) -> str:
        """Return the name of a group's first subject."""
        return self.table.name(self.table.shapes.index(self.sharing.first[group]))

    def decisions(self, answers: list[Answer], look: Looking) -> RuleDecisions:
        """Return the rule's decisions, given the answer for each group."""
        outcomes: list[Outcome] = []
        known: dict[object, int] = {}
        of_group = array("I")
        for shape, answer in zip(self.sharing.first, answers, strict=True):
            key = (answer.ok, answer.text, look.key(self.entry.rule, shape))
            code = known.get(key)
            if code is None:
                code = known[key] = len(outcomes)
                outcomes.append(look.outcome(self.entry, answer, shape))
            of_group.append(code)
        codes = array("I", [of_group[group] for group in self.sharing.groups])
        assumed = _assumed(self.table, outcomes)
        return RuleDecisions(selected=self.selected, outcomes=tuple(outcomes), codes=codes, assumed=assumed)


def _out_of_scope(selected: SelectedRule, scope: Scope) -> bool:
    return selected.rule.scope == "conformance" and scope == "design"


def _unasked(selected: SelectedRule, tables: Mapping[str, SubjectTable]) -> RuleDecisions:
    """Return the decisions of a rule that was not asked: no subjects, or it needs observations."""
    table = tables.get(selected.rule.subject)
    if table is None or not table.size:
        reason = f"there is no {selected.rule.subject.replace('_', ' ')} to judge"
        outcome = Outcome(status="not_applicable", reason=reason)
        return RuleDecisions(selected=selected, outcomes=(outcome,), codes=array("I"))
    outcome = Outcome(status="out_of_scope", reason="needs observations, which a design assessment has none of")
    return RuleDecisions(selected=selected, outcomes=(outcome,), codes=array("I", bytes(4 * table.shape_count)))


def _assumed(table: SubjectTable, outcomes: list[Outcome]) -> dict[int, int]:
    """Append what each failing outcome becomes where its only witness is assumed, and return which becomes which."""
    if table.assumed is None:
        return {}
    found: dict[int, int] = {}
    for code, outcome in enumerate(tuple(outcomes)):
        if outcome.status == "fail":
            found[code] = len(outcomes)
            results = tuple(_unsure(result) if result.status == "fail" else result for result in outcome.results)
            outcomes.append(Outcome(status="not_assessed", results=results, reason=ASSUMED))
    return found


def _unsure(result: CheckResult) -> CheckResult:
    return msgspec.structs.replace(result, status="not_assessed", message=f"{result.message}; but {ASSUMED}")


def _verify(
    sample: list[tuple[Asked, list[int]]],
    answered: Iterator[list[Answer]],
    decided: Mapping[str, RuleDecisions],
    looks: Mapping[str, Looking],
) -> None:
    """Compare a sample of subjects, decided plainly with whole inputs; raise InternalError where a decision differs."""
    for (one, shapes), answers in zip(sample, answered, strict=True):
        for shape, answer in zip(shapes, answers, strict=True):
            shared = decided[one.rule_id]
            if looks[one.kind].outcome(one.entry, answer, shape) != shared.outcomes[shared.codes[shape]]:
                message = f"shared and plain decisions of {one.rule_id} differ"
                hint = "report this as a bug of limen; --no-memo decides every subject plainly"
                raise InternalError(Problem(message=message, hint=hint))


def _sample(asked: list[Asked], chance: random.Random) -> list[tuple[Asked, list[int]]]:
    """Return rules with the shapes of some of their subjects, drawn from all decisions alike."""
    drawn: dict[int, list[int]] = {}
    decisions = sum(one.table.size for one in asked)
    for _ in range(min(SAMPLE_MOST, max(SAMPLE, decisions // SAMPLE_SHARE))):
        number = chance.randrange(len(asked))
        table = asked[number].table
        drawn.setdefault(number, []).append(table.shapes[chance.randrange(table.size)])
    return [(asked[number], shapes) for number, shapes in sorted(drawn.items())]
