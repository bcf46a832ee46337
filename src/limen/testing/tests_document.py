"""The JSON report of `limen test`, and the structs from which its schema (schema/tests.schema.json) is generated."""

from __future__ import annotations

from collections import Counter
from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, Raw, UnsetType

from limen import __version__
from limen.errors import Location
from limen.policy.differences import Difference
from limen.policy.failures import Failure
from limen.policy.tests import Coverage, TestResult, TestRun
from limen.reports._document import encoded
from limen.reports._words import spelt_json

FORMAT: Literal["limen-tests/1"] = "limen-tests/1"
"""Name and version of the format; a change that could break a reader raises the number."""
SCHEMA_ID = "https://limen.dev/schema/tests-1.json"


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """Where a module says something."""

    file: Annotated[str, Meta(description="Path; that of what is shipped begins with limen/.")]
    line: Annotated[int, Meta(description="Line, from 1.")]
    column: Annotated[int, Meta(description="Column in characters, from 1.")]


class DifferenceRow(msgspec.Struct, frozen=True, kw_only=True):
    """One path at which two values differ; what is absent there is left out."""

    path: Annotated[str, Meta(description="Such as minimum.holds or pins[0]; empty for the whole.")]
    expected: Annotated[Raw | UnsetType, Meta(description="The value as it should be, or was before.")] = UNSET
    actual: Annotated[Raw | UnsetType, Meta(description="The value as it is.")] = UNSET


class SideRow(msgspec.Struct, frozen=True, kw_only=True):
    """An expression of the statement."""

    text: Annotated[str, Meta(description="As it is written.")]
    values: Annotated[tuple[Raw, ...], Meta(description="Its values; none where it is undefined.")]


class UndefinedRow(msgspec.Struct, frozen=True, kw_only=True):
    """A part of the statement that has no value."""

    text: Annotated[str, Meta(description="As it is written.")]
    location: Annotated[Place, Meta(description="Where it is.")]
    nearest: Annotated[str, Meta(description="The longest beginning of it that has a value; may be empty.")]
    value: Annotated[Raw | UnsetType, Meta(description="The value of that.")] = UNSET


class GivenRow(msgspec.Struct, frozen=True, kw_only=True):
    """What the test puts in place of a document."""

    document: Annotated[str, Meta(description="input, data.limen.parameters and the like.")]
    base: Annotated[str, Meta(description="The rule of the test's module from which it is made; may be empty.")]
    differences: Annotated[tuple[DifferenceRow, ...], Meta(description="From the base.")]
    value: Annotated[Raw | UnsetType, Meta(description="What was put there.")] = UNSET


class FailureRow(msgspec.Struct, frozen=True, kw_only=True):
    """The first statement that does not hold."""

    location: Annotated[Place, Meta(description="Where it is.")]
    statement: Annotated[str, Meta(description="As it is written.")]
    function: Annotated[str, Meta(description="The function that it is in; empty for the test itself.")]
    operator: Annotated[str, Meta(description="Of a comparison; empty for other statements.")]
    sides: Annotated[tuple[SideRow, ...], Meta(description="Both sides of a comparison, or the one expression.")]
    differences: Annotated[tuple[DifferenceRow, ...], Meta(description="Between sides that should be equal.")]
    undefined: Annotated[tuple[UndefinedRow, ...], Meta(description="Parts without a value.")]
    given: Annotated[tuple[GivenRow, ...], Meta(description="What the test puts in place of documents.")]
    within: Annotated[FailureRow | None, Meta(description="The statement of a called function that is to blame.")]


class TestRow(msgspec.Struct, frozen=True, kw_only=True):
    """One test."""

    __test__ = False  # for pytest, which collects what is named so

    rule: Annotated[str, Meta(description="The rule or library that it tests.")]
    test: Annotated[str, Meta(description="Its name.")]
    status: Annotated[Literal["pass", "fail", "error"], Meta(description="error: it could not be evaluated.")]
    message: Annotated[str, Meta(description="What is wrong; empty for a pass.")]
    location: Annotated[Place, Meta(description="The statement that does not hold, else the test.")]
    failure: Annotated[FailureRow | None, Meta(description="Why it fails, where it could be found out.")]


class CoverageRow(msgspec.Struct, frozen=True, kw_only=True):
    """What of a rule or library its tests ran."""

    rule: Annotated[str, Meta(description="The rule or library.")]
    file: Annotated[str, Meta(description="Its module.")]
    percent: Annotated[float, Meta(description="Lines that ran, of a hundred that could.")]
    covered: Annotated[int, Meta(description="Lines that ran.")]
    missed: Annotated[tuple[int, ...], Meta(description="Lines that never ran.")]


class TestDocument(msgspec.Struct, frozen=True, kw_only=True):
    """The whole run."""

    __test__ = False

    format: Annotated[Literal["limen-tests/1"], Meta(description="Name and version of the format.")]
    tool: Annotated[str, Meta(description="Version of limen.")]
    engine: Annotated[str, Meta(description="Policy engine and version.")]
    ran_at: Annotated[str, Meta(description="When, RFC 3339 in UTC.")]
    exit_code: Annotated[Literal[0, 1, 3], Meta(description="0 passed, 1 failed, 3 something could not be judged.")]
    passed: Annotated[int, Meta(description="Tests that are true.")]
    failed: Annotated[int, Meta(description="Tests that are false or undefined.")]
    errors: Annotated[int, Meta(description="Tests that could not be evaluated.")]
    untested: Annotated[tuple[str, ...], Meta(description="Rules and libraries without a test; they gate.")]
    coverage: Annotated[tuple[CoverageRow, ...] | None, Meta(description="null where the engine gives none.")]
    tests: Annotated[tuple[TestRow, ...], Meta(description="Every test.")]


def render(run: TestRun, moment: str, exit_code: Literal[0, 1, 3]) -> bytes:
    """Return the report; `moment` is when the tests ran, RFC 3339 in UTC."""
    counts = Counter(test.status for test in run.tests)
    document = TestDocument(
        format=FORMAT,
        tool=__version__,
        engine=run.engine,
        ran_at=moment,
        exit_code=exit_code,
        passed=counts["pass"],
        failed=counts["fail"],
        errors=counts["error"],
        untested=run.untested,
        coverage=None if run.coverage is None else tuple(map(_coverage, run.coverage)),
        tests=tuple(map(_test, run.tests)),
    )
    return spelt_json(msgspec.json.format(encoded(document), indent=2)) + b"\n"


def document_schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of the report."""
    (root,), definitions = msgspec.json.schema_components((TestDocument,), ref_template="#/$defs/{name}")
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": SCHEMA_ID, "title": "limen test"}
    return {**head, **root, "$defs": definitions}


def _test(result: TestResult) -> TestRow:
    return TestRow(
        rule=result.subject,
        test=result.test,
        status=result.status,
        message=result.message,
        location=_place(result.location),
        failure=_failure(result.failure),
    )


def _failure(failure: Failure | None) -> FailureRow | None:
    if failure is None:
        return None
    return FailureRow(
        location=_place(failure.location),
        statement=failure.statement,
        function=failure.function,
        operator=failure.operator,
        sides=tuple(
            SideRow(text=side.text, values=tuple(Raw(value.encode()) for value in side.values))
            for side in failure.sides
        ),
        differences=_differences(failure.differences),
        undefined=tuple(
            UndefinedRow(text=one.text, location=_place(one.location), nearest=one.nearest, value=_raw(one.value))
            for one in failure.undefined
        ),
        given=tuple(
            GivenRow(
                document=one.document, base=one.base, differences=_differences(one.differences), value=_raw(one.value)
            )
            for one in failure.given
        ),
        within=_failure(failure.within),
    )


def _coverage(one: Coverage) -> CoverageRow:
    return CoverageRow(
        rule=one.name, file=one.file, percent=round(one.percent, 2), covered=one.covered, missed=one.missed
    )


def _differences(found: tuple[Difference, ...]) -> tuple[DifferenceRow, ...]:
    return tuple(DifferenceRow(path=one.path, expected=_raw(one.expected), actual=_raw(one.actual)) for one in found)


def _raw(text: str) -> Raw | UnsetType:
    return Raw(text.encode()) if text else UNSET


def _place(location: Location) -> Place:
    return Place(file=location.file, line=location.line, column=location.column)
