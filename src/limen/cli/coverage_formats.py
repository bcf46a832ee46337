"""The coverage of law and standards as text, JSON, Markdown and CSV."""

from __future__ import annotations

import csv
import io
import textwrap
from collections.abc import Iterable, Sequence
from typing import Any

from limen.cli.console import Console
from limen.cli.tables import table
from limen.errors import Problem, UsageError
from limen.policy.coverage import VERDICTS, ControlCoverage, FrameworkCoverage
from limen.policy.frameworks import Framework
from limen.policy.wording import suggestion
from limen.reports._words import markdown, one_line, spelt_json

_SUMMARY = ("framework", "status", "controls", "in force", *VERDICTS, "title")
_MATRIX = ("framework", "control", "citation", "status", "standing", "verdict", "rules", "not judged")
_COLUMNS = (
    "framework", "control", "citation", "title", "status", "standing", "valid_from", "valid_to", "verdict", "rules",
    "gap", "source",
)  # fmt: skip


def chosen(frameworks: Iterable[Framework], wanted: Sequence[str]) -> tuple[Framework, ...]:
    """Return the frameworks of some ids, all where none is given; raises UsageError naming every id that is none."""
    known = {framework.id: framework for framework in frameworks}
    problems = [
        Problem(
            message=f"there is no framework {name!r}", hint=suggestion(name, known) or "limen frameworks lists them"
        )
        for name in wanted
        if name not in known
    ]
    if problems:
        raise UsageError(problems)
    return tuple(known[name] for name in dict.fromkeys(wanted)) if wanted else tuple(known.values())


def print_summary(covered: Iterable[FrameworkCoverage], console: Console) -> None:
    """Print a row a framework; verdicts are counted over what is in force."""
    table(console, _SUMMARY, map(_summary, covered))


def print_matrix(covered: Iterable[FrameworkCoverage], console: Console) -> None:
    """Print a row a requirement."""
    table(console, _MATRIX, [_row(row) for one in covered for row in one.rows])


def print_requirements(covered: Iterable[FrameworkCoverage], console: Console) -> None:
    """Print each requirement whole: citation, standing, what it asks, its rules and what they leave."""
    for number, one in enumerate(covered):
        framework = one.framework
        console.out("\n" * (number > 0) + console.styled(f"{framework.id}: {one_line(framework.title)}", "bold"))
        console.out(f"{one_line(framework.publisher)}; {one_line(framework.source)}")
        for row in one.rows:
            console.out(f"\n{one_line(row.control.id)}: {one_line(row.control.title)}")
            facts = [
                f"{row.control.citation}; {_dated(row)}",
                row.summary,
                f"{row.verdict}: {', '.join(row.rules) or 'no rule'}",
            ]
            if row.gap:
                facts.append(f"not judged: {row.gap}")
            if row.control.source != framework.source:
                facts.append(f"source: {row.control.source}")
            for fact in filter(None, map(one_line, facts)):
                lines = textwrap.wrap(fact, max(60, console.width - 4), break_on_hyphens=False)
                console.out(textwrap.indent("\n".join(lines), "    "))


def as_json(covered: Iterable[FrameworkCoverage], as_of: str, profiles: tuple[str, ...]) -> bytes:
    """Return everything, with the day and the profiles that it is told for."""
    import orjson

    data = {"as_of": as_of, "profiles": list(profiles), "frameworks": [_data(one) for one in covered]}
    return spelt_json(orjson.dumps(data, option=orjson.OPT_INDENT_2)) + b"\n"


def as_csv(covered: Iterable[FrameworkCoverage]) -> str:
    """Return a line a requirement, after a line of heads; rules are parted by spaces."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(_COLUMNS)
    for one in covered:
        for row in one.rows:
            data = _requirement(row)
            values = {"framework": one.framework.id, "control": row.control.id, **data, "rules": " ".join(row.rules)}
            writer.writerow([one_line(values[column]) for column in _COLUMNS])
    return text.getvalue()


def as_markdown(covered: Sequence[FrameworkCoverage], *, matrix: bool) -> str:
    """Return a table a framework with a row a requirement, or one table with a row a framework."""
    if not matrix:
        return _markdown_table(_SUMMARY, map(_summary, covered))
    blocks = []
    for one in covered:
        blocks.append(f"## {markdown(one.framework.id)}: {markdown(one.framework.title)}")
        blocks.append(_markdown_table(_MATRIX[1:], (_row(row)[1:] for row in one.rows)))
    return "\n\n".join(blocks)


def _markdown_table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [list(heads), ["---"] * len(heads), *([markdown(cell) for cell in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _summary(one: FrameworkCoverage) -> tuple[str, ...]:
    counts = [str(one.count(verdict)) for verdict in VERDICTS]
    framework = one.framework
    return (framework.id, framework.status, str(len(one.rows)), str(len(one.in_force)), *counts, framework.title)


def _row(row: ControlCoverage) -> tuple[str, ...]:
    control = row.control
    rules = " ".join(row.rules)
    return (
        control.framework,
        control.id,
        control.citation,
        control.status,
        _standing(row),
        row.verdict,
        rules,
        row.gap,
    )


def _standing(row: ControlCoverage) -> str:
    """Return the standing with the day that decides it."""
    if row.standing == "not yet in force":
        return f"not before {row.control.valid_from}"
    return f"expired after {row.control.valid_to}" if row.standing == "expired" else row.standing


def _dated(row: ControlCoverage) -> str:
    """Return status, standing and the days between which the requirement holds; a draft never holds."""
    control = row.control
    if row.standing == control.status:
        return f"{control.status} of {control.valid_from}, never in force"
    until = f" until {control.valid_to}" if control.valid_to else ""
    return f"{control.status}, {row.standing}, from {control.valid_from}{until}"


def _data(one: FrameworkCoverage) -> dict[str, Any]:
    framework = one.framework
    return {
        "id": framework.id,
        "title": framework.title,
        "publisher": framework.publisher,
        "status": framework.status,
        "source": framework.source,
        "valid_from": framework.valid_from,
        "in_force": len(one.in_force),
        "verdicts": {verdict: one.count(verdict) for verdict in VERDICTS},
        "controls": [
            {"id": row.control.id, **_requirement(row), "summary": row.summary, "rules": list(row.rules)}
            for row in one.rows
        ],
    }


def _requirement(row: ControlCoverage) -> dict[str, str]:
    control = row.control
    return {
        "citation": control.citation,
        "title": control.title,
        "status": control.status,
        "standing": row.standing,
        "valid_from": control.valid_from,
        "valid_to": control.valid_to,
        "source": control.source,
        "verdict": row.verdict,
        "gap": row.gap,
    }
