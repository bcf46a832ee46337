"""Policies as a library: load once, decide many, for programs that ask about subjects of their own."""

from __future__ import annotations

import contextlib
import datetime
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import msgspec

from limen.errors import Problem, UnassessedError, UsageError
from limen.policy.catalog import Catalog, load_catalog
from limen.policy.decide import jobs_of
from limen.policy.engine import Answer, PolicyEngine, Query
from limen.policy.engines import EngineOptions, open_engine
from limen.policy.frameworks import in_force
from limen.policy.given import Given, Givens
from limen.policy.judging import outcome_of
from limen.policy.selection import Selection, select
from limen.policy.wording import suggestion
from limen.records.assessment import CheckResult, Outcome
from limen.records.rules import Control, SelectedRule
from limen.records.statuses import Confidence, Scope, Severity, Status

_UNOBSERVED = "needs observations, which a design assessment has none of"


class PolicyCheck(msgspec.Struct, frozen=True, kw_only=True):
    """What one check of a rule said of a subject."""

    name: str
    path: str
    """Input path that it is about, with an element's index where it is for each of a list."""
    status: Status
    message: str
    """The finding in words, or why it could not be judged; empty where it passes."""
    actual: Any
    """The effective value; None where the rule gives none."""
    required: Any
    """What the profile requires; None where the rule gives none."""


class PolicyDecision(msgspec.Struct, frozen=True, kw_only=True):
    """One rule on one subject."""

    rule: str
    title: str
    """What must hold, in one sentence."""
    status: Status
    """pass, fail, error, not_assessed, not_applicable or out_of_scope: only pass is good."""
    severity: Severity
    confidence: Confidence
    reason: str
    """Why nothing was judged, where nothing was."""
    checks: tuple[PolicyCheck, ...]
    controls: tuple[Control, ...]
    """Requirements that the rule serves and that are in force on the day of the law."""
    remediation: str


class Policies:
    """Selected rules on a running engine. One may be shared by threads: their questions are answered in turn."""

    def __init__(self, catalog: Catalog, selection: Selection, scope: Scope, options: EngineOptions) -> None:
        """Start the engine; `load` is what callers want."""
        from limen.analysis.facts import context_of

        self.selection = selection
        self._scope, self._options = scope, options
        self._jobs = jobs_of(catalog, selection, context_of(selection.as_of))
        self._givens = Givens()
        self._lock = threading.Lock()
        self._opened = contextlib.ExitStack()
        self._engine: PolicyEngine | None = None
        self._closed = False
        self._stale = True
        self._of_kind: dict[str, list[SelectedRule]] = {}
        for selected in selection.rules.values():
            self._of_kind.setdefault(selected.rule.subject, []).append(selected)
        day = selection.as_of.isoformat()
        self._controls = {
            rule_id: tuple(
                control for name in selected.rule.controls if in_force(control := selection.controls[name], day)
            )
            for rule_id, selected in selection.rules.items()
        }
        self._open()

    @classmethod
    def load(
        cls,
        profiles: Sequence[str],
        *,
        as_of: datetime.date,
        policies: Sequence[Path | str] = (),
        bundle_keys: Sequence[Path | str] = (),
        bundle_scope: str = "",
        rules: Sequence[str] = (),
        scope: Scope = "design",
        engine: EngineOptions | None = None,
    ) -> Self:
        """Return what the profiles select, ready to decide by the law of a day.

        `policies` are folders and bundles of one's own, `bundle_keys` the keys (``FILE`` or ``ID=FILE``) that bundles
        must be signed with, `rules` keeps only a part of what is selected. Raises UsageError for what does not exist,
        PolicyError where policies can't be used, UnassessedError where the engine can't be reached.
        """
        from limen.policy.bundle_signature import trust_from

        trust = trust_from(tuple(map(str, bundle_keys)), bundle_scope)
        catalog = load_catalog(tuple(map(Path, policies)), trust)
        return cls(catalog, select(catalog, profiles, rules=rules, as_of=as_of), scope, engine or EngineOptions())

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of subject that some selected rule judges, in alphabetical order."""
        return tuple(sorted(self._of_kind))

    def decide(
        self, kind: str, subjects: Sequence[Mapping[str, Any]], *, rules: Sequence[str] = ()
    ) -> list[tuple[PolicyDecision, ...]]:
        """Return for each subject the decisions of the rules that judge its kind, in alphabetical order.

        `rules` names some of them. A field that a rule reads and a subject lacks makes it not_assessed. Raises
        UsageError with everything that a subject has and its schema does not know, or has as another type, and for an
        unknown kind or rule; UnassessedError where the engine can't go on, after which the next call starts it anew.
        """
        chosen = self._chosen(kind, rules)
        given, places = self._givens.read(kind, subjects)
        asked = [selected for selected in chosen if self._judged(selected)]
        askable = {one.rule.id: [shape for shape in given if not self._missing(one, shape)] for one in asked}
        with self._lock:
            answers = self._answers(askable)
        decided = [
            [self._decision(selected, self._outcome(selected, shape, answers[selected.rule.id])) for selected in chosen]
            for shape in given
        ]
        return [tuple(decided[place]) for place in places]

    def close(self) -> None:
        """End the engine."""
        with self._lock:
            self._closed = True
            self._engine = None
            self._opened.close()

    def __enter__(self) -> Self:
        """Return the policies themselves."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the engine."""
        self.close()

    def _chosen(self, kind: str, rules: Sequence[str]) -> list[SelectedRule]:
        of_kind = self._of_kind.get(kind)
        if of_kind is None:
            from limen.analysis.kinds import KINDS

            known = kind in KINDS
            message = f"no selected rule judges a {kind}" if known else f"there is no kind of subject {kind!r}"
            hint = f"they judge: {', '.join(self.kinds)}" if known else suggestion(kind, KINDS)
            raise UsageError(Problem(message=message, hint=hint))
        ids = [selected.rule.id for selected in of_kind]
        unknown = [name for name in rules if name not in ids]
        if unknown:
            raise UsageError(
                [
                    Problem(message=f"no selected rule {name!r} judges a {kind}", hint=suggestion(name, ids))
                    for name in unknown
                ]
            )
        return [selected for selected in of_kind if not rules or selected.rule.id in rules]

    def _judged(self, selected: SelectedRule) -> bool:
        return selected.rule.scope != "conformance" or self._scope == "conformance"

    def _missing(self, selected: SelectedRule, shape: Given) -> list[str]:
        """Return the required paths that a shape lacks within what a rule reads of it."""
        read = self.selection.entries[selected.rule.id].projection
        return [path for field, path in shape.missing if field in read]

    def _outcome(self, selected: SelectedRule, shape: Given, answers: Mapping[bytes, Answer]) -> Outcome:
        if not self._judged(selected):
            return Outcome(status="out_of_scope", reason=_UNOBSERVED)
        missing = self._missing(selected, shape)
        if missing:
            return Outcome(status="not_assessed", reason=f"not given: {', '.join(missing)}")
        entry = self.selection.entries[selected.rule.id]
        return outcome_of(entry, answers[shape.text], shape.present, shape.elements)

    def _decision(self, selected: SelectedRule, outcome: Outcome) -> PolicyDecision:
        rule = selected.rule
        return PolicyDecision(
            rule=rule.id,
            title=rule.title,
            status=outcome.status,
            severity=rule.severity,
            confidence=rule.confidence,
            reason=outcome.reason,
            checks=tuple(map(_check, outcome.results)),
            controls=self._controls[rule.id],
            remediation=rule.remediation,
        )

    def _answers(self, askable: Mapping[str, Sequence[Given]]) -> dict[str, dict[bytes, Answer]]:
        """Ask the engine; where that fails, the next question finds a new one."""
        engine = self._ready()
        queries = [Query(rule_id, [shape.text for shape in shapes]) for rule_id, shapes in askable.items()]
        found: dict[str, dict[bytes, Answer]] = {}
        try:
            for query, answers in zip(queries, engine.answer(queries), strict=True):
                found[query.job] = dict(zip(query.inputs, answers, strict=True))
        except BaseException:  # also Ctrl-C: what is left of the answers must not be taken for the next one's
            self._engine = None
            raise
        self._stale = not all(answer.ok for answers in found.values() for answer in answers.values())
        return {rule_id: {} for rule_id in self.selection.rules} | found

    def _ready(self) -> PolicyEngine:
        if self._closed:
            raise UnassessedError(Problem(message="the policies are closed", hint="decide within the `with` block"))
        engine = self._engine or self._open()
        if self._stale:
            engine.prepare(self._jobs)  # a rule that ran out of time before gets another chance
            self._stale = False
        return engine

    def _open(self) -> PolicyEngine:
        self._opened.close()
        self._engine = engine = self._opened.enter_context(open_engine(self._options))
        self._stale = True
        return engine


def _check(result: CheckResult) -> PolicyCheck:
    return PolicyCheck(
        name=result.check,
        path=result.path,
        status=result.status,
        message=result.message,
        actual=msgspec.json.decode(result.actual),
        required=msgspec.json.decode(result.required),
    )
