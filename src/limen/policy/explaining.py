"""Why a test fails: the first of its statements that does not hold, the values around it, and what it was given.

A statement holds where a query of it and of those before it has an answer. So a failing test's module is asked once
more, with questions of that kind added to it, on the engine that ran it, statement by statement as they are written.
What can't be asked is left out: a question that the engine refuses costs the explanation, never the verdict.
"""

from __future__ import annotations

import json
from collections.abc import Generator, Iterable, Mapping, Sequence
from typing import Any

import msgspec

from limen.errors import PolicyError
from limen.policy.differences import Difference, differences
from limen.policy.engine import Job, PolicyEngine, Query
from limen.policy.failures import Failure, Given, Side, Undefined
from limen.policy.statements import Part, Statement, beginnings, calls, part_of, references, statements
from limen.policy.syntax import Node, Tree, kind_of, named, ref_steps

_PROBE = "limen_probe"
_VALUE = "limen_value"
_DEPTH = 3
"""How many functions deep a statement is looked for."""

Answers = Mapping[str, list[Any]] | None
"""The values of each question by its name, none where it is undefined; None: the engine refused."""
Asking = Generator[dict[str, str], Answers, Failure | None]
"""Yields questions (comprehensions by name), is sent the answers, and returns what it found."""


class Failing(msgspec.Struct, frozen=True, kw_only=True):
    """A test that failed."""

    name: str
    test: str
    """The rule of the test."""
    tree: Tree
    job: Job
    """What ran it."""


def explain(failing: Sequence[Failing], engine: PolicyEngine) -> dict[str, Failure]:
    """Return why tests fail, by name, where that can be told; all are asked together, round by round.

    Raises UnassessedError where the engine can't go on.
    """
    found: dict[str, Failure] = {}
    asking: dict[str, tuple[Failing, Asking]] = {}
    for one in failing:
        (rule,) = named(one.tree, one.test)
        asking[one.name] = (one, _Frame(one.tree, statements(one.tree, rule) or (), {}, "").ask(_DEPTH))
    answers: dict[str, Answers] = dict.fromkeys(asking)
    while asking:
        questions: dict[str, dict[str, str]] = {}
        for name, (_, frame) in list(asking.items()):
            try:
                questions[name] = frame.send(answers[name])
            except StopIteration as done:
                del asking[name]
                if done.value is not None:
                    found[name] = done.value
        answers = _answers({name: _job(asking[name][0], asked) for name, asked in questions.items()}, engine)
    return found


def _job(failing: Failing, questions: Mapping[str, str]) -> Job:
    asked = ",\n".join(f"{json.dumps(name)}: {{{question}\n}}" for name, question in questions.items())
    file = failing.tree.module.file
    modules = [
        (name, f"{text}\n{_PROBE} := {{\n{asked},\n}}\n" if name == file else text)
        for name, text in failing.job.modules
    ]
    query = ".".join(("data", *failing.tree.package, _PROBE))
    return Job(name=failing.name, query=query, modules=tuple(modules), data=failing.job.data)


def _answers(jobs: Mapping[str, Job], engine: PolicyEngine) -> dict[str, Answers]:
    """Return the answers to each job's questions by its name; one that is refused costs the others nothing."""
    if not jobs:
        return {}
    try:
        engine.prepare(jobs.values())
        answered = [answer for (answer,) in engine.answer(Query(name, (b"{}",)) for name in jobs)]
    except PolicyError:
        if len(jobs) == 1:
            return dict.fromkeys(jobs)
        return {name: found for name, job in jobs.items() for found in _answers({name: job}, engine).values()}
    return {
        name: json.loads(answer.text) if answer.ok and answer.text else None
        for name, answer in zip(jobs, answered, strict=True)
    }


class _Frame:
    """The statements of a test, or of a function with the values of its parameters."""

    def __init__(self, tree: Tree, body: tuple[Statement, ...], bound: Mapping[str, Any], function: str) -> None:
        self.tree = tree
        self.body = body
        self.bound = [f"{name} := {json.dumps(value)}" for name, value in bound.items()]
        self.function = function

    def ask(self, depth: int) -> Asking:
        """Find the first statement that does not hold, and what there is to say of it."""
        if not self.body:
            return None
        held = yield {str(index): self._question("1", index + 1) for index in range(len(self.body))}
        index = next((index for index in range(len(self.body)) if held is not None and not held[str(index)]), None)
        if index is None:
            return None
        statement = self.body[index]
        parts = [self._value(part, index, statement.withs) for part in statement.parts]
        names = [one for part in statement.parts for one in references(part.node)]
        named_parts = [[part_of(self.tree, one) for one in beginnings(node)] for node in names]
        called = [call for part in statement.parts for call in calls(part.node) if self._function(call) is not None]
        givens = self._givens(index) if not self.function else []
        questions = {f"part {n}": question for n, question in enumerate(parts)}
        for n, nearer in enumerate(named_parts):
            questions |= {f"name {n} {p}": self._value(part, index, statement.withs) for p, part in enumerate(nearer)}
        for n, call in enumerate(called):
            questions[f"call {n}"] = self._value(part_of(self.tree, {"Call": call}), index, statement.withs)
            for p, argument in enumerate(call["params"]):
                questions[f"call {n} {p}"] = self._value(part_of(self.tree, argument), index, statement.withs)
        for n, (_, part, base) in enumerate(givens):
            questions[f"given {n}"] = self._value(part, index, "")
            if base is not None:
                questions[f"base {n}"] = self._value(base, index, "")
        answers = (yield questions) if questions else {}
        if answers is None:
            return self._failure(statement)
        sides = tuple(
            Side(text=part.text, values=_texts(answers[f"part {n}"]), literal=part.literal)
            for n, part in enumerate(statement.parts)
        )
        undefined = [_undefined(nearer, n, answers) for n, nearer in enumerate(named_parts)]
        within = None
        for n, call in enumerate(called):
            if within is None and depth and not statement.withs and not answers[f"call {n}"]:
                arguments = [answers[f"call {n} {p}"] for p in range(len(call["params"]))]
                within = yield from self._within(call, arguments, depth - 1)
        return msgspec.structs.replace(
            self._failure(statement),
            sides=sides,
            differences=_unequal(statement, sides),
            undefined=tuple(one for one in undefined if one is not None),
            given=tuple(_given(document, base, n, answers) for n, (document, _, base) in enumerate(givens)),
            within=within,
        )

    def _failure(self, statement: Statement) -> Failure:
        return Failure(
            location=statement.location,
            statement=statement.text,
            function=self.function,
            operator=statement.operator,
        )

    def _question(self, head: str, until: int, *more: str) -> str:
        return "\n".join((f"{head} |", *self.bound, *(one.text for one in self.body[:until]), *more))

    def _value(self, part: Part, until: int, withs: str) -> str:
        """Return the question for an expression's values where the statements before hold."""
        return self._question(_VALUE, until, f"{_VALUE} := {part.text} {withs}")

    def _function(self, call: Node) -> tuple[list[str], tuple[Statement, ...]] | None:
        """Return parameters and statements of a function of this module that is defined once and plainly."""
        found = named(self.tree, kind_of(call["fcn"])[1]["value"])
        if len(found) != 1 or "Func" not in found[0]["head"]:
            return None
        parameters = [kind_of(node) for node in found[0]["head"]["Func"]["args"]]
        body = statements(self.tree, found[0])
        if not body or any(kind != "Var" for kind, _ in parameters):
            return None
        return [parts["value"] for _, parts in parameters], body

    def _within(self, call: Node, arguments: Sequence[list[Any]], depth: int) -> Asking:
        function = self._function(call)
        if function is None or not all(arguments):
            return None
        bound = {name: values[0] for name, values in zip(function[0], arguments, strict=True)}
        frame = _Frame(self.tree, function[1], bound, kind_of(call["fcn"])[1]["value"])
        return (yield from frame.ask(depth))

    def _givens(self, index: int) -> list[tuple[str, Part, Part | None]]:
        """Return what was put in place of which document and what it was made from, as near the statement as can be."""
        for statement in reversed(self.body[: index + 1]):
            found = list(statement.mocks)
            for part in statement.parts:
                for call in calls(part.node):
                    found += self._passed(call)
            if found:
                return [(document, part, self._base(part, index)) for document, part in dict(found).items()]
        return []

    def _passed(self, call: Node) -> Iterable[tuple[str, Part]]:
        """Return the arguments of a call by the document in whose place the function puts them."""
        function = self._function(call)
        if function is None:
            return
        arguments = dict(zip(function[0], call["params"], strict=True))
        for statement in function[1]:
            for document, part in statement.mocks:
                kind, parts = kind_of(part.node)
                if kind == "Var" and parts["value"] in arguments:
                    yield document, part_of(self.tree, arguments[parts["value"]])

    def _base(self, part: Part, index: int) -> Part | None:
        """Return the module's own rule that an expression starts from, by way of a variable at most."""
        node = part.node
        kind, parts = kind_of(node)
        for statement in self.body[: index + 1]:
            inner = kind_of(statement.node)[1].get("expr", {})
            if kind == "Var" and "AssignExpr" in inner:
                to, variable = kind_of(inner["AssignExpr"]["lhs"])
                node = inner["AssignExpr"]["rhs"] if (to, variable.get("value")) == (kind, parts["value"]) else node
        for found in references(node):
            name = (ref_steps(found) or [("", {})])[0][0]
            rules = named(self.tree, str(name))
            if rules and "Func" not in rules[0]["head"]:
                return part_of(self.tree, found)
        return None


def _texts(values: Iterable[Any]) -> tuple[str, ...]:
    return tuple(json.dumps(value, ensure_ascii=False) for value in values)


def _unequal(statement: Statement, sides: tuple[Side, ...]) -> tuple[Difference, ...]:
    """Return where two sides that should be equal differ; what is written out, or stands on the right, is expected."""
    if statement.operator != "==" or any(len(side.values) != 1 for side in sides):
        return ()
    left, right = sides
    if statement.parts[0].literal and not statement.parts[1].literal:
        left, right = right, left
    return differences(right.values[0], left.values[0])


def _undefined(beginnings: Sequence[Part], number: int, answers: Mapping[str, list[Any]]) -> Undefined | None:
    """Return what is known of a reference, given with its beginnings, the longest first; None where it has a value."""
    values = [_texts(answers[f"name {number} {place}"]) for place in range(len(beginnings))]
    if values[0]:
        return None
    place = next((place for place, found in enumerate(values) if found), None)
    known = ("", "") if place is None else (beginnings[place].text, values[place][0])
    whole = beginnings[0]
    return Undefined(text=whole.text, location=whole.location, nearest=known[0], value=known[1])


def _given(document: str, base: Part | None, number: int, answers: Mapping[str, list[Any]]) -> Given:
    values, bases = answers[f"given {number}"], answers.get(f"base {number}", [])
    value = json.dumps(values[0], ensure_ascii=False) if values else ""
    changed = differences(json.dumps(bases[0]), value) if values and bases else ()
    return Given(document=document, base=base.text if base and bases else "", value=value, differences=changed)
