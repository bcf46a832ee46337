"""Facts of an incident that once kept what may be somebody's number."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from limen.controls.incident import Facts
from tests.controls.test_incident import Place

FACTS: tuple[dict[str, Any], ...] = (
    {"flow": 123456789},  # whoever calls may be wrong about the type
    {"tenant": True},
    {"record": "19700101"},
    {"record": "2026-11-22T10:00:00.000000Z"},
    {"seq": 10**20},
)


@pytest.mark.parametrize("given", FACTS, ids=str)
def test_a_number_that_may_be_anybodys_is_withheld(tmp_path: Path, given: dict[str, Any]) -> None:
    place = Place(tmp_path)
    incidents = place.incidents()
    found = incidents.report("chain-mismatch", Facts(reason="ledger_broken", **given))
    incidents.close()
    assert found is not None
    ((name, value),) = given.items()
    facts = json.loads((place.path / "evidence" / found.id / "facts.json").read_bytes())
    assert (name in facts["facts"], name in facts["withheld"]) == (False, True)
    assert all(name not in line.details for line in place.ledger.read())
    assert all(str(value) not in alert.values() for alert in place.alerts)
    place.ledger.close()
