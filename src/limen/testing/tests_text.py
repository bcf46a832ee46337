"""A failed test in words: the statement that does not hold, both of its sides by path, and what the test was given."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from limen.policy.differences import Difference
from limen.policy.failures import Failure, Given, Side, Undefined
from limen.policy.tests import Coverage, TestResult, TestRun
from limen.reports._excerpt import excerpt
from limen.reports._words import cut, one_line, plural

_SHOWN = 12
"""Differences of one comparison that are shown; the JSON report has all."""
_LONGEST = 160
"""Characters of a value that are shown."""

Style = Callable[..., str]
"""Colours a text: style(text, "red", "bold")."""


def plain(text: str, *_: str) -> str:
    """Return text without colour."""
    return text


def lines(
    run: TestRun, below: Sequence[Coverage], *, verbose: bool = False, width: int = 120, style: Style = plain
) -> Iterator[str]:
    """Yield the report for people: what did not pass and why, what was not tested, coverage, and how it ended.

    `below` are the rules with too little coverage; `verbose` shows what passed, too.
    """
    for result in run.tests:
        if result.status == "pass":
            if verbose:
                yield f"{style('PASS', 'green')} {one_line(result.name)}"
            continue
        yield f"{style(result.status.upper(), 'red', 'bold')} {style(one_line(result.name), 'bold')}"
        yield from (f"  {line}" for line in why(result, width - 2, style))
        yield ""
    for rule in run.untested:
        yield f"{style('NO TEST', 'red', 'bold')} {one_line(rule)}"
    for one in run.coverage or ():
        if one in below:
            yield f"{style('COVERAGE', 'red', 'bold')} {coverage_line(one)}"
        elif verbose or one.missed:
            yield f"{style('coverage', 'yellow' if one.missed else 'green')} {coverage_line(one)}"
    yield summary(run)


def why(result: TestResult, width: int, style: Style = plain) -> list[str]:
    """Return what there is to say of a test that did not pass, in lines; `width` is that of the terminal."""
    place = result.location
    lines = [f"{style(one_line(str(place)), 'bold')}: {one_line(result.message)}"]
    if result.failure is None:
        return lines + _quoted(result.location.excerpt, place.line, place.column, place.length, width, style)
    return lines + _failure(result.failure, width, style)


def coverage_line(one: Coverage) -> str:
    """Return a rule's coverage with the lines that no test ran."""
    if not one.missed:
        return f"{one.name}: 100 % of {plural(one.covered, 'line')}"
    lines = ", ".join(_ranges(one.missed))
    return f"{one.name}: {_percent(one.percent)} of {plural(one.covered + len(one.missed), 'line')}; not run: {lines}"


def summary(run: TestRun) -> str:
    """Return the run in one line: tests by status, rules without one, and coverage."""
    counts = [sum(test.status == status for test in run.tests) for status in ("pass", "fail", "error")]
    untested = plural(len(run.untested), "rule")
    text = f"{counts[0]} passed, {counts[1]} failed, {counts[2]} in error, {untested} without a test"
    if run.coverage is None:
        return f"{text}; coverage is unknown{' after an error' if counts[2] else ''} ({run.engine})"
    ran = sum(one.covered for one in run.coverage)
    all_lines = ran + sum(len(one.missed) for one in run.coverage)
    if not all_lines:
        return f"{text}; no line could run ({run.engine})"
    whole = sum(not one.missed for one in run.coverage)
    modules = plural(len(run.coverage), "module")
    share = f"{_percent(100 * ran / all_lines)} of {plural(all_lines, 'line')}"
    return f"{text}; {share} ran, all in {whole} of {modules} ({run.engine})"


def _percent(value: float) -> str:
    """Return a share so that only what is complete is 100 %."""
    return "100 %" if value >= 100 else f"{min(value, 99.9):.1f} %"


def _ranges(numbers: tuple[int, ...]) -> Iterator[str]:
    start = previous = numbers[0]
    for number in (*numbers[1:], -1):
        if number != previous + 1:
            yield str(start) if start == previous else f"{start}-{previous}"
            start = number
        previous = number


def _failure(failure: Failure, width: int, style: Style) -> list[str]:
    place = failure.location
    lines = _quoted(place.excerpt, place.line, place.column, place.length, width, style)
    if failure.differences:
        lines += _differences(failure, style)
    else:
        lines += [line for side in failure.sides for line in _side(side, style)]
    lines += [_undefined(one, style) for one in failure.undefined]
    for given in failure.given:
        lines += _given(given, style)
    if failure.within is not None:
        inner = failure.within
        lines.append(f"  because of {style(inner.function, 'bold')} at {one_line(str(inner.location))}:")
        lines += [f"  {line}" for line in _failure(inner, width - 2, style)]
    return lines


def _quoted(text: str, line: int, column: int, length: int, width: int, style: Style) -> list[str]:
    if not text or not line:
        return []
    return [shown + (style(mark, "red", "bold") if mark else "") for shown, mark in
            excerpt(text, line, column, length, width)]  # fmt: skip


def _side(side: Side, style: Style) -> list[str]:
    if side.literal or not side.values:
        return []
    values = " or ".join(style(_value(value), "yellow") for value in side.values[:3])
    more = f" or {len(side.values) - 3} others" if len(side.values) > 3 else ""
    return [f"  {one_line(side.text)} is {values}{more}"]


def _undefined(one: Undefined, style: Style) -> str:
    known = f"; {one_line(one.nearest)} is {_value(one.value)}" if one.nearest and one.nearest != one.text else ""
    return f"  {one_line(one.text)} is {style('undefined', 'yellow')}{known}"


def _given(given: Given, style: Style) -> list[str]:
    if not given.base:
        return [f"  with {one_line(given.document)}: {_value(given.value)}"] if given.value else []
    if not given.differences:
        return [f"  with {one_line(given.document)}: {one_line(given.base)}, unchanged"]
    lines = [f"  with {one_line(given.document)}: {one_line(given.base)}, but"]
    for one in given.differences[:_SHOWN]:
        was = f" in place of {_value(one.expected)}" if one.expected and one.actual else ""
        now = style(_value(one.actual), "cyan") if one.actual else style("absent", "cyan")
        lines.append(f"    {one_line(one.path) or 'the whole'}: {now}{was}")
    return lines + _more(given.differences)


def _differences(failure: Failure, style: Style) -> list[str]:
    compared = one_line(failure.sides[failure.sides[0].literal].text)
    whole = not failure.differences[0].path
    lines = [] if whole else [f"  {compared} is not what it should be:"]
    for one in failure.differences[:_SHOWN]:
        expected = style(_value(one.expected), "green") if one.expected else style("absent", "green")
        actual = style(_value(one.actual), "red") if one.actual else style("absent", "red")
        path = f"  {compared}" if whole else f"    {one_line(one.path)}"
        lines.append(f"{path}: expected {expected}, is {actual}")
    return lines + _more(failure.differences)


def _more(found: tuple[Difference, ...]) -> list[str]:
    return [f"    and {plural(len(found) - _SHOWN, 'more difference')}"] if len(found) > _SHOWN else []


def _value(text: str) -> str:
    return cut(one_line(text), _LONGEST)
