"""Coverage: wholly only where the file says so and every rule is selected; partly wherever nobody said how far."""

from __future__ import annotations

from pathlib import Path

import pytest

from limen.errors import PolicyError
from limen.policy.catalog import load_catalog
from limen.policy.coverage import ControlCoverage, FrameworkCoverage, coverage, load_frameworks
from limen.policy.frameworks import Framework, framework_from
from limen.records.rules import Rule

TEXT = """id: ours
title: Our handbook
publisher: We
status: standard
source: Our handbook
valid_from: 2020-01-01
controls:
  - {id: whole, citation: C1, title: T, covered: wholly}
  - {id: part, citation: C2, title: T, covered: partly, gap: Half of it.}
  - {id: unsaid, citation: C3, title: T}
  - {id: bare, citation: C4, title: T, gap: About people.}
  - {id: nothing, citation: C5, title: T}
  - {id: new, citation: C6, title: T, covered: wholly, valid_from: 2030-01-01}
  - {id: old, citation: C7, title: T, covered: wholly, valid_to: 2021-12-31}
  - {id: draft, citation: C8, title: T, covered: wholly, status: draft}
  - {id: proposal, citation: C9, title: T, covered: wholly, status: proposed}
"""


def _rule(rule_id: str, *controls: str) -> Rule:
    return Rule(
        id=rule_id, title="T", description="D", subject="flow", severity="high", confidence="certain",
        controls=tuple(f"ours:{control}" for control in controls), remediation="R", checks={}, not_applicable="N",
    )  # fmt: skip


RULES = {
    "a.one": _rule("a.one", "whole", "part", "unsaid", "new", "old", "draft", "proposal"),
    "a.two": _rule("a.two", "whole"),
}


def _framework(text: str = TEXT) -> Framework:
    return framework_from(text.encode(), "ours", "ours.yaml")


def _covered(*selected: str, as_of: str = "2026-11-22") -> FrameworkCoverage:
    (one,) = coverage([_framework()], RULES, selected or RULES, as_of)
    return one


def _rows(*selected: str, as_of: str = "2026-11-22") -> dict[str, ControlCoverage]:
    return {row.control.id: row for row in _covered(*selected, as_of=as_of).rows}


def test_the_verdict_is_the_worst_that_is_known() -> None:
    rows = _rows()
    assert {name: (row.verdict, row.rules, row.gap) for name, row in rows.items() if row.standing == "in force"} == {
        "whole": ("covered", ("a.one", "a.two"), ""),
        "part": ("partly", ("a.one",), "Half of it."),
        "unsaid": ("partly", ("a.one",), "Nobody has said how far its rules judge it."),
        "bare": ("not covered", (), "About people."),
        "nothing": ("not covered", (), "No rule names it."),
    }
    assert rows["whole"].name == "ours:whole"


def test_a_rule_that_no_chosen_profile_selects_covers_nothing() -> None:
    rows = _rows("a.one")
    assert (rows["whole"].verdict, rows["whole"].gap) == ("partly", "Not selected: a.two.")
    rows = _rows("a.two")
    assert (rows["whole"].verdict, rows["whole"].rules, rows["whole"].gap) == (
        "partly",
        ("a.two",),
        "Not selected: a.one.",
    )
    assert (rows["part"].verdict, rows["part"].gap) == ("not covered", "Half of it. Not selected: a.one.")


@pytest.mark.parametrize(
    ("as_of", "standings"),
    [
        ("2019-12-31", {"whole": "not yet in force", "old": "not yet in force", "new": "not yet in force"}),
        ("2020-01-01", {"whole": "in force", "old": "in force", "new": "not yet in force"}),
        ("2021-12-31", {"whole": "in force", "old": "in force", "new": "not yet in force"}),
        ("2022-01-01", {"whole": "in force", "old": "expired", "new": "not yet in force"}),
        ("2029-12-31", {"whole": "in force", "old": "expired", "new": "not yet in force"}),
        ("2030-01-01", {"whole": "in force", "old": "expired", "new": "in force"}),
    ],
)
def test_the_day_decides_the_standing(as_of: str, standings: dict[str, str]) -> None:
    rows = _rows(as_of=as_of)
    assert {name: rows[name].standing for name in standings} == standings
    assert {rows[name].standing for name in ("draft", "proposal")} == {"draft", "proposed"}


def test_only_what_is_in_force_is_counted() -> None:
    one = _covered()
    assert {row.control.id for row in one.in_force} == {"whole", "part", "unsaid", "bare", "nothing"}
    assert [one.count(verdict) for verdict in ("covered", "partly", "not covered")] == [1, 2, 2]


@pytest.mark.parametrize(
    ("given", "instead", "message", "line"),
    [
        ("covered: wholly}", "covered: wholly, gap: G}", "'whole' is covered wholly and has a gap", 8),
        ("covered: partly, gap: Half of it.", "covered: partly", "'part' is covered partly and names no gap", 9),
        ("covered: partly", "covered: mostly", "'mostly' is not one of", 9),
        ("status: draft", "status: drafft", "'drafft' is not one of", 15),
        ("id: unsaid", "id: part", "the control 'part' is given twice", 10),
        ("valid_to: 2021-12-31", "valid_to: 2019-12-31", "'old' ends before it begins", 14),
        ("id: ours", "id: theirs", "the framework's id 'theirs' is not the file's name", 1),
    ],
)
def test_a_framework_that_contradicts_itself_is_refused_at_its_place(
    given: str, instead: str, message: str, line: int
) -> None:
    with pytest.raises(PolicyError) as caught:
        _framework(TEXT.replace(given, instead, 1))
    problems = [(problem.message, problem.location) for problem in caught.value.problems]
    assert [(where.file, where.line) for text, where in problems if message in text and where] == [("ours.yaml", line)]


def test_a_framework_of_the_users_own_is_loaded_beside_the_shipped_ones(tmp_path: Path) -> None:
    (tmp_path / "frameworks").mkdir()
    (tmp_path / "frameworks" / "ours.yaml").write_text(TEXT, encoding="utf-8")
    found = [framework.id for framework in load_frameworks(load_catalog((tmp_path,)).places)]
    assert found == sorted(found)
    assert {"ours", "21cfr11", "pci-dss-4.0.1"} <= set(found)
