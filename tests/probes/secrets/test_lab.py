"""Every row of the laboratory's table: the defect is there, the probe sees it, and the rules make its findings."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from limen.probes.replaying import differences
from limen.records.attempts import Attempt
from tests.lab import secrets as lab
from tests.lab.judging import findings_of
from tests.needs import need_program

ROWS = lab.rows()


@pytest.fixture(autouse=True)
def git() -> None:
    need_program("git")


def told(attempt: Attempt) -> list[str]:
    """Return every secret that was observed as the table writes it."""
    if not attempt.raw:
        return []
    record = json.loads(attempt.raw[0].content)
    observed = [(one.detail, json.loads(one.facts)) for one in attempt.observations]
    secrets = [(detail, facts["secret"]) for detail, facts in observed if facts["what"] == "secret"]
    assert len(secrets) == len(record["found"])
    lines = []
    for (detail, facts), found in zip(secrets, record["found"], strict=True):
        assert facts["layers"] == len(found["layers"])
        place = re.sub(r" in [0-9a-f]{12}(?: \(\d+\))?$", "", detail)
        wrapped = [one for one in found["layers"] if one]
        past = " in history" if facts["place"] == "history" else ""
        excuse = f" {facts['excuse']}" if facts["excuse"] != "none" else ""
        lines.append(place + (f" ({', '.join(wrapped)})" if wrapped else "") + past + excuse)
    return sorted(lines)


def scan(attempt: Attempt) -> dict[str, Any]:
    """Return what the search says of itself."""
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
        assert {name: seen.get(name) for name in row.scan} == row.scan
        found = findings_of(lab.declaration(row), recorded)
        assert sorted({f"{one.split('::')[0]}::{one.split('::')[-1]}" for one in found}) == sorted(row.findings)
        excused = sum(line.endswith((" allowed", " known")) for line in row.found)
        flagged = sum(one.startswith("conformance.secrets_found::") for one in found)
        assert flagged == len(row.found) - (0 if row.profile == "strict" else excused)
        assert differences(recorded) == []
        assert not (shop.root / "executed").exists()
        for secret in shop.made:
            assert secret not in repr(recorded)


def test_the_table_has_every_defect() -> None:
    assert [row.defect for row in ROWS] == list(lab.DEFECTS)
