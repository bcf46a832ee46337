"""The rules' own tests: every rule named test_ in a *_test.rego, run on an engine, with coverage where it gives any."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal, Protocol, runtime_checkable

import msgspec

from limen.errors import Location, PolicyError, Problem, UnassessedError, UsageError
from limen.policy import discovery
from limen.policy.catalog import Catalog
from limen.policy.engine import Answer, Job, PolicyEngine, Query
from limen.policy.explaining import Failing, explain
from limen.policy.failures import Failure
from limen.policy.selection import matching
from limen.policy.statements import place_of
from limen.policy.syntax import Tree, complaint, definitions, kind_of, named, rule_name, trees
from limen.policy.wording import suggestion

PREFIX = "test_"
EXPLAINED = 50
"""Failed tests that are explained; those after them give their place alone."""


class TestResult(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one test."""

    __test__ = False  # for pytest, which collects what is named so

    name: str
    """The rule or library, and the test: transit.tls_minimum::test_violating."""
    location: Location
    """Where the test is, or the statement that does not hold."""
    status: Literal["pass", "fail", "error"]
    """fail: it is false or undefined; error: it could not be evaluated."""
    message: str = ""
    failure: Failure | None = None
    """The statement that does not hold, where it could be found out."""

    @property
    def subject(self) -> str:
        """The rule or library that it tests."""
        return self.name.partition("::")[0]

    @property
    def test(self) -> str:
        """The name of the test alone."""
        return self.name.partition("::")[2]


class Coverage(msgspec.Struct, frozen=True, kw_only=True):
    """What of a rule or library its tests ran."""

    name: str
    file: str
    covered: int
    """Lines that ran."""
    missed: tuple[int, ...]
    """Lines that never ran."""

    @property
    def percent(self) -> float:
        """Part of the lines that ran, 0 to 100; a module without lines that could run is covered."""
        lines = self.covered + len(self.missed)
        return 100 * self.covered / lines if lines else 100.0


class TestRun(msgspec.Struct, frozen=True, kw_only=True):
    """The results of all tests."""

    __test__ = False

    engine: str
    """Name and version of the engine that ran them."""
    tests: tuple[TestResult, ...]
    untested: tuple[str, ...]
    """Rules and libraries without a test, by id."""
    coverage: tuple[Coverage, ...] | None
    """Of rules and libraries, by id; None where the engine gives none, or lost it."""


@runtime_checkable
class Covering(Protocol):
    """An engine that says which lines ran."""

    def coverage(self) -> dict[str, tuple[set[int], set[int]]]:
        """Return for each module the lines that ran and those that did not; raises UnassessedError."""
        ...


class _Test(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    test: str
    tree: Tree
    modules: tuple[tuple[str, str], ...]

    @property
    def location(self) -> Location:
        (rule,) = named(self.tree, self.test)
        return place_of(self.tree, kind_of(rule["head"])[1]["span"])

    @property
    def file(self) -> str:
        return self.tree.module.file

    def job(self, *, whole: bool) -> Job:
        """Return the job for all tests of the module at once, or for this one."""
        path = ("data", *self.tree.package, *(() if whole else (self.test,)))
        name = self.file if whole else self.name
        return Job(name=name, query=".".join(path), modules=self.modules, data="{}", coverage=whole)


def run_tests(catalog: Catalog, engine: PolicyEngine, *, rules: Sequence[str] = ()) -> TestRun:
    """Run the tests of the catalog's rules and libraries; `rules` (ids, categories, ``lib.sets``) keeps a part of them.

    Raises UsageError where there is no such rule, PolicyError where a test module can't be parsed or names a test
    twice, UnassessedError where the engine can't go on.
    """
    files = {rule: entry.rule.file for rule, entry in catalog.entries.items()}
    files |= {f"lib.{name}": module.file for name, module in catalog.libraries.items()}
    wanted = _wanted(rules, files)
    tests = _collected(catalog, files, wanted)
    passed = _passed(tests, engine)
    coverage = _coverage(engine, {rule: files[rule] for rule in wanted})
    doubtful = [test for test in tests if test.name not in passed]
    answers = _asked([test.job(whole=False) for test in doubtful], engine)
    failing = [test for test in doubtful if answers[test.name].ok and answers[test.name].text != "true"]
    reasons = explain(
        [Failing(name=t.name, test=t.test, tree=t.tree, job=t.job(whole=False)) for t in failing[:EXPLAINED]], engine
    )
    tested = {test.name.partition("::")[0] for test in tests}
    yes = Answer(ok=True, text="true")
    return TestRun(
        engine=engine.version,
        tests=tuple(_result(test, answers.get(test.name, yes), reasons.get(test.name)) for test in tests),
        untested=tuple(rule for rule in wanted if rule not in tested),
        # An engine that could not go on began anew, and forgot what had run.
        coverage=coverage if all(answer.ok for answer in answers.values()) else None,
    )


def _passed(tests: Iterable[_Test], engine: PolicyEngine) -> set[str]:
    """Return the tests that pass, asked a module at a time; each of the others is to be asked by itself."""
    modules: dict[str, list[_Test]] = {}
    for test in tests:
        modules.setdefault(test.file, []).append(test)
    found = set()
    answers = _asked([asked[0].job(whole=True) for asked in modules.values()], engine)
    for file, asked in modules.items():
        answer = answers[file]
        document = json.loads(answer.text) if answer.ok and answer.text else {}
        found |= {test.name for test in asked if document.get(test.test) is True}
    return found


def _asked(jobs: Sequence[Job], engine: PolicyEngine) -> dict[str, Answer]:
    """Return the answer to each job by its name."""
    engine.prepare(jobs)
    answers = engine.answer(Query(job.name, (b"{}",)) for job in jobs)
    return {job.name: answer for job, (answer,) in zip(jobs, answers, strict=True)}


def _wanted(patterns: Sequence[str], known: Iterable[str]) -> list[str]:
    names = list(known)
    if not patterns:
        return names
    found: dict[str, None] = {}
    problems = []
    for pattern in patterns:
        matched = matching(pattern, names)
        found |= dict.fromkeys(matched)
        if not matched:
            message = f"there is no rule, category or library {pattern!r}"
            problems.append(Problem(message=message, hint=suggestion(pattern, names)))
    if problems:
        raise UsageError(problems)
    return sorted(found)


def _collected(catalog: Catalog, files: Mapping[str, str], wanted: Iterable[str]) -> list[_Test]:
    problems: list[Problem] = []
    subjects = {file: subject for subject, file in files.items()}
    kept = set(wanted)
    tested = {}
    for module in discovery.tests(list(catalog.places), problems):
        beside = module.file.removesuffix(discovery.TEST_SUFFIX) + ".rego"
        if beside not in subjects:
            message = "there is no rule or library that it tests"
            location = Location(file=module.file)
            problems.append(Problem(message=message, location=location, hint=f"expected {beside}"))
        elif subjects[beside] in kept:
            tested[module.file] = (module, subjects[beside])
    parsed = trees([module for module, _ in tested.values()], problems)
    tests = []
    for file, tree in parsed.items():
        subject = tested[file][1]
        modules = _modules(tree, subject, catalog)
        names = _names(tree, problems)
        tests += [_Test(name=f"{subject}::{test}", test=test, tree=tree, modules=modules) for test in names]
    if problems:
        raise PolicyError(problems)
    return tests


def _coverage(engine: PolicyEngine, files: Mapping[str, str]) -> tuple[Coverage, ...] | None:
    if not isinstance(engine, Covering):
        return None
    try:
        lines = engine.coverage()
    except UnassessedError:  # every test was judged; only the lines are unknown
        return None
    return tuple(
        Coverage(name=name, file=file, covered=len(lines[file][0]), missed=tuple(sorted(lines[file][1])))
        for name, file in files.items()
        if file in lines
    )


def _result(test: _Test, answer: Answer, failure: Failure | None) -> TestResult:
    def result(status: Literal["pass", "fail", "error"], message: str = "") -> TestResult:
        place = failure.location if failure else test.location
        return TestResult(name=test.name, location=place, status=status, message=message, failure=failure)

    if not answer.ok:
        said = complaint(answer.text, dict(test.modules))
        place = said.location or test.location
        return TestResult(name=test.name, location=place, status="error", message=said.message)
    if answer.text == "true":
        return result("pass")
    if answer.text:
        return result("fail", f"it is {answer.text}, and only true passes")
    if failure is None:
        return result("fail", "it is undefined: one of its statements does not hold")
    return result("fail", "this statement does not hold")


def _names(tree: Tree, problems: list[Problem]) -> list[str]:
    """Return a module's tests; a name that is given twice would pass where either does."""
    names = Counter(rule_name(rule) for rule in definitions(tree) if rule_name(rule).startswith(PREFIX))
    for name, number in names.items():
        if number > 1:
            message = f"the test {name} is defined {number} times, and would pass where any of them does"
            problems.append(Problem(message=message, location=tree.location(None)))
    return list(names)


def _modules(tree: Tree, subject: str, catalog: Catalog) -> tuple[tuple[str, str], ...]:
    """Return name and text of a test module and of all that it may refer to."""
    modules = {module.file: module.text for module in catalog.libraries.values()}
    if subject in catalog.entries:
        rule = catalog.entries[subject].rule
        modules[rule.file] = rule.source
    modules[tree.module.file] = tree.module.text
    return tuple(modules.items())
