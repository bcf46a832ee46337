"""A failed test in words: cut where it is long, and nothing that is incomplete looks whole."""

from __future__ import annotations

import pytest

from limen.errors import Location
from limen.policy.differences import Difference
from limen.policy.failures import Failure, Given, Side, Undefined
from limen.policy.tests import Coverage, TestResult, TestRun
from limen.testing.tests_text import coverage_line, lines, summary, why

PLACE = Location(file="a_test.rego", line=3, column=2, length=6, excerpt="\tx == y")


def result(failure: Failure | None = None, **fields: object) -> TestResult:
    given = {"name": "a.b::test_x", "location": PLACE, "status": "fail", "message": "no", "failure": failure}
    return TestResult(**(given | fields))  # type: ignore[arg-type]


def coverage(covered: int, *missed: int) -> Coverage:
    return Coverage(name="a.b", file="a.rego", covered=covered, missed=missed)


def run(*tests: TestResult, covered: tuple[Coverage, ...] | None = (), untested: tuple[str, ...] = ()) -> TestRun:
    return TestRun(engine="regorus 1", tests=tests, untested=untested, coverage=covered)


def test_without_an_explanation_the_place_is_shown() -> None:
    assert why(result(), 80) == ["a_test.rego:3:2: no", "    3 |  x == y", "      |  ^^^^^^"]


def test_many_differences_are_cut_and_counted() -> None:
    found = tuple(Difference(path=f"p{n}", expected=str(n), actual="") for n in range(15))
    side = Side(text="x", values=("{}",), literal=False)
    shown = why(result(Failure(location=PLACE, statement="x == y", sides=(side, side), differences=found)), 80)
    assert shown[3] == "  x is not what it should be:"
    assert shown[4:16] == [f"    p{n}: expected {n}, is absent" for n in range(12)]
    assert shown[16:] == ["    and 3 more differences"]


def test_long_and_many_values_are_cut() -> None:
    sides = (
        Side(text="x", values=tuple(f'"{letter * 300}"' for letter in "abcde"), literal=False),
        Side(text='"y"', values=('"y"',), literal=True),
    )
    shown = why(result(Failure(location=PLACE, statement="x > y", operator=">", sides=sides)), 80)
    assert len(shown) == 4
    assert shown[3].endswith(" or 2 others")
    assert len(shown[3]) < 520


def test_what_was_given_and_what_is_undefined() -> None:
    failure = Failure(
        location=PLACE,
        statement="x == y",
        undefined=(Undefined(text="a.b", location=PLACE, nearest="a", value="{}"), Undefined(text="c", location=PLACE)),
        given=(
            Given(document="input", base="", value="1", differences=()),
            Given(document="input", base="", value="", differences=()),
            Given(document="data.x", base="y", value="1", differences=()),
            Given(document="input", base="subject", value="{}",
                  differences=(Difference(path="", expected="1", actual="2"),)),
        ),
    )  # fmt: skip
    assert why(result(failure), 80)[3:] == [
        "  a.b is undefined; a is {}",
        "  c is undefined",
        "  with input: 1",
        "  with data.x: y, unchanged",
        "  with input: subject, but",
        "    the whole: 2 in place of 1",
    ]


@pytest.mark.parametrize(
    ("one", "said"),
    [
        (coverage(3), "a.b: 100 % of 3 lines"),
        (coverage(2, 4), "a.b: 66.7 % of 3 lines; not run: 4"),
        (coverage(9999, 1), "a.b: 99.9 % of 10,000 lines; not run: 1"),
        (coverage(0, 4, 5, 6, 9, 11, 12), "a.b: 0.0 % of 6 lines; not run: 4-6, 9, 11-12"),
    ],
)
def test_coverage_names_the_lines_and_never_rounds_up_to_all(one: Coverage, said: str) -> None:
    assert coverage_line(one) == said


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (
            run(result(status="pass"), covered=(coverage(2), coverage(1, 7))),
            "1 passed, 0 failed, 0 in error, 0 rules without a test; 75.0 % of 4 lines ran, all in 1 of 2 modules",
        ),
        (
            run(result(status="error"), covered=None),
            "0 passed, 0 failed, 1 in error, 0 rules without a test; coverage is unknown after an error",
        ),
        (
            run(covered=None, untested=("a.b",)),
            "0 passed, 0 failed, 0 in error, 1 rule without a test; coverage is unknown",
        ),
        (run(), "0 passed, 0 failed, 0 in error, 0 rules without a test; no line could run"),
    ],
)
def test_how_it_ended(found: TestRun, said: str) -> None:
    assert summary(found) == f"{said} (regorus 1)"


def test_colour_marks_words_and_changes_none() -> None:
    failed = run(result(), covered=(coverage(1, 2),), untested=("c.d",))
    plain = list(lines(failed, [coverage(1, 2)]))
    coloured = list(lines(failed, [coverage(1, 2)], style=lambda text, *_: f"<{text}>"))
    assert [line.replace("<", "").replace(">", "") for line in coloured] == plain
    assert "NO TEST c.d" in plain
    assert "COVERAGE a.b: 50.0 % of 2 lines; not run: 2" in plain
