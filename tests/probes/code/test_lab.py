"""Every row of the laboratory's table: the defect is there, the probe sees it, and the rules make its findings."""

from __future__ import annotations

import json
from typing import Any

import pytest

from limen.probes.replaying import differences
from limen.records.attempts import Attempt
from tests.lab import code as lab
from tests.lab.judging import findings_of
from tests.needs import need_semgrep

ROWS = lab.rows()


@pytest.fixture(autouse=True)
def semgrep() -> None:
    need_semgrep()


def told(attempt: Attempt) -> list[str]:
    """Return every place that was observed as the table writes it."""
    lines = []
    for one in attempt.observations:
        facts = json.loads(one.facts)
        if facts["what"] == "finding":
            excuse = f" {facts['finding']['excuse']}" if facts["finding"]["excuse"] != "none" else ""
            lines.append(f"{one.detail} {facts['finding']['category']}{excuse}")
    return sorted(lines)


def scan(attempt: Attempt) -> dict[str, Any]:
    """Return what the analysis says of itself."""
    facts = [json.loads(one.facts) for one in attempt.observations]
    scans: list[dict[str, Any]] = [one["scan"] for one in facts if one["what"] == "scan"]
    assert len(scans) == (attempt.status == "completed")
    return scans[0] if scans else {}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.defect)
def test_a_row(row: lab.Row) -> None:
    with lab.made(row) as (shop, recorded):
        attempt = recorded.attempts[0]
        assert (attempt.status, told(attempt)) == (row.status, sorted(row.found)), attempt.reason
        assert row.reason in attempt.reason
        seen = scan(attempt)
        assert {name: seen.get(name) for name in row.scan} == row.scan, seen
        found = findings_of(lab.declaration(row), recorded)
        assert sorted({f"{one.split('::')[0]}::{one.split('::')[-1]}" for one in found}) == sorted(row.findings)
        flagged = sum(one.startswith("conformance.code_found::") for one in found)
        assert flagged == sum(not line.endswith(" allowed") for line in row.found)
        assert differences(recorded) == []
        assert not (shop.root / "executed").exists()
        for content in ("log.info", "admitted", "0123456789abcdef", "nobody may see"):
            assert content not in repr(recorded)


def test_the_table_has_every_defect() -> None:
    assert [row.defect for row in ROWS] == list(lab.DEFECTS)


def test_code_that_breaks_nothing_does_not_keep_a_promise() -> None:
    row = lab.Row(defect="good", forbids=True)
    with lab.made(row) as (_, recorded):
        assert not [one for one in findings_of(lab.declaration(row), recorded) if "contradicted" in one]
        kinds = {one.split("::")[0] for one in findings_of(lab.declaration(row), recorded)}
        assert kinds <= {"conformance.unobserved"}
