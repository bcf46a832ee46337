"""The rules' own tests: every rule named test_ in a *_test.rego, run in the engine's process, with coverage."""

from __future__ import annotations

from collections import Counter
from typing import Literal

import msgspec

from limen.errors import PolicyError, Problem, UnassessedError
from limen.policy import discovery
from limen.policy.catalog import Catalog
from limen.policy.embedded import EmbeddedEngine
from limen.policy.engine import Answer, Job, Query
from limen.policy.syntax import Tree, definitions, rule_name, trees

PREFIX = "test_"


class TestResult(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one test."""

    __test__ = False  # for pytest, which collects what is named so

    name: str
    """The rule or library, and the test: transit.tls_minimum::test_violating."""
    file: str
    """The module that holds it."""
    status: Literal["pass", "fail", "error"]
    """fail: it is false or undefined; error: it could not be evaluated."""
    message: str = ""


class Coverage(msgspec.Struct, frozen=True, kw_only=True):
    """What of a module its tests ran."""

    file: str
    covered: int
    """Lines that ran."""
    missed: tuple[int, ...]
    """Lines that never ran."""


class TestRun(msgspec.Struct, frozen=True, kw_only=True):
    """The results of all tests."""

    __test__ = False

    tests: tuple[TestResult, ...]
    untested: tuple[str, ...]
    """Rules and libraries without a test, by id."""
    coverage: tuple[Coverage, ...]
    """Of rules and libraries, by file."""


def run_tests(catalog: Catalog, *, deadline: float = 10.0) -> TestRun:
    """Run every test of the catalog's rules and libraries.

    Raises PolicyError where a test module can't be parsed or names a test twice, UnassessedError where the engine
    can't go on.
    """
    problems: list[Problem] = []
    modules = discovery.tests(discovery.sources(catalog.extra), problems)
    parsed = trees(modules, problems)
    jobs: dict[str, tuple[Job, str]] = {}
    tested = set()
    for module in modules:
        if module.file not in parsed:
            continue
        subject = _subject(module.file)
        for test in _tests(parsed[module.file], problems):
            tested.add(subject)
            name = f"{subject}::{test}"
            jobs[name] = (_job(name, parsed[module.file], subject, catalog, test), module.file)
    if problems:
        raise PolicyError(problems)
    results, coverage = _run(jobs, deadline)
    known = [*catalog.entries, *(f"lib.{name}" for name in catalog.libraries)]
    ours = {entry.rule.file for entry in catalog.entries.values()} | {lib.file for lib in catalog.libraries.values()}
    return TestRun(
        tests=results,
        untested=tuple(name for name in known if name not in tested),
        coverage=tuple(one for one in coverage if one.file in ours),
    )


def _run(jobs: dict[str, tuple[Job, str]], deadline: float) -> tuple[tuple[TestResult, ...], list[Coverage]]:
    if not jobs:
        return (), []
    with EmbeddedEngine.start(deadline=deadline) as engine:
        engine.prepare(job for job, _ in jobs.values())
        answers = engine.answer(Query(name, (b"{}",)) for name in jobs)
        results = tuple(_result(name, file, next(answers)[0]) for name, (_, file) in jobs.items())
        try:
            lines = engine.coverage()
        except UnassessedError:  # every test was judged; only the lines are unknown
            lines = {}
    coverage = [
        Coverage(file=file, covered=len(covered), missed=tuple(sorted(missed)))
        for file, (covered, missed) in sorted(lines.items())
    ]
    return results, coverage


def _result(name: str, file: str, answer: Answer) -> TestResult:
    if not answer.ok:
        return TestResult(name=name, file=file, status="error", message=answer.text)
    if answer.text == "true":
        return TestResult(name=name, file=file, status="pass")
    message = f"it is {answer.text}" if answer.text else "it is undefined: one of its statements does not hold"
    return TestResult(name=name, file=file, status="fail", message=message)


def _subject(file: str) -> str:
    """Return what a test file is about: category.rule, or lib.name."""
    *_, folder, parent, name = ("", "", *file.split("/"))
    stem = name.removesuffix(discovery.TEST_SUFFIX)
    return f"lib.{stem}" if parent == "lib" else f"{folder}.{stem}"


def _tests(tree: Tree, problems: list[Problem]) -> list[str]:
    """Return a module's tests; a name that is given twice would pass where either does."""
    names = Counter(rule_name(rule) for rule in definitions(tree) if rule_name(rule).startswith(PREFIX))
    for name, number in names.items():
        if number > 1:
            message = f"the test {name} is defined {number} times, and would pass where any of them does"
            problems.append(Problem(message=message, location=tree.location(None)))
    return list(names)


def _job(name: str, tree: Tree, subject: str, catalog: Catalog, test: str) -> Job:
    modules = {module.file: module.text for module in catalog.libraries.values()}
    if subject in catalog.entries:
        rule = catalog.entries[subject].rule
        modules[rule.file] = rule.source
    modules[tree.module.file] = tree.module.text
    query = ".".join(("data", *tree.package, test))
    return Job(name=name, query=query, modules=tuple(modules.items()), data="{}", coverage=True)
