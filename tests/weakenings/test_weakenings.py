"""Weakening any single declared control of the reference system raises the finding that names it."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from limen.assess import Request, assess
from limen.records.assessment import Assessment
from tests.needs import REPOSITORY
from tests.reference import reference_text
from tests.weakenings.edits import weaken

TABLE: dict[str, list[dict[str, Any]]] = yaml.safe_load((Path(__file__).parent / "table.yaml").read_text("utf-8"))
ROWS = [row for rows in TABLE.values() for row in rows]
NAMES = [row["name"] for row in ROWS]
UNWEAKENED = {
    "structure.returns_undeclared": "where a protocol answers, the loader refuses a flow without returns",
}
"""Rules that no row can raise, and why; those on observations are raised in tests/lab."""
EDITS = {"put", "drop", "add", "take"}


@cache
def _reference() -> Assessment:
    return assess(Request(path=REPOSITORY / "boundaries.yaml")).assessment


def _assessed(plain: dict[str, Any], folder: Path) -> dict[str, str]:
    """Return the findings on a declaration, by rule::subject::path."""
    path = folder / "boundaries.yaml"
    path.write_text(json.dumps(plain), encoding="utf-8")  # JSON is YAML
    return {finding.id: finding.status for finding in assess(Request(path=path)).assessment.findings}


def test_the_rows_are_well_formed() -> None:
    """Names tell rows apart, and a row says nothing that the test would pass over."""
    assert len(ROWS) >= 60
    assert len(set(NAMES)) == len(NAMES)
    for row in ROWS:
        assert row.keys() <= {"name", "finding", "status"} | EDITS, row["name"]
        assert row.keys() & EDITS, row["name"]


def test_the_merged_reference_conforms(tmp_path: Path) -> None:
    """What the rows start from is the reference system, and nothing is found in it."""
    assert _assessed(json.loads(reference_text()), tmp_path) == {}
    assert not _reference().findings


def test_every_rule_of_the_profiles_has_a_row() -> None:
    """A rule that no weakening of the reference system raises is not known to see anything there."""
    judged = {name for name, one in _reference().decisions.items() if one.selected.rule.scope == "design"}
    assert {row["finding"].partition("::")[0] for row in ROWS} == judged - UNWEAKENED.keys()


@pytest.mark.parametrize("row", ROWS, ids=NAMES)
def test_a_weakening_raises_the_finding_that_names_it(row: dict[str, Any], tmp_path: Path) -> None:
    """The finding of the row is there after the weakening; before it, nothing was."""
    plain = json.loads(reference_text())
    weaken(plain, row)
    found = _assessed(plain, tmp_path)
    assert found.get(row["finding"]) == row.get("status", "fail"), sorted(found)
