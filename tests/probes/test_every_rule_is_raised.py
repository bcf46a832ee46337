"""Each rule on observations is raised by a defect of the laboratory: else it is not known to see anything."""

from __future__ import annotations

import re

from limen.policy.catalog import load_catalog
from tests.needs import REPOSITORY

OF_TIME = {"conformance.stale", "conformance.attempt_recent"}
"""Raised by the clock alone: tests/test_reference_lab.py."""


def test_a_defect_raises_each_rule_on_observations() -> None:
    """Its name stands in a table of tests/lab, or in a test of a probe."""
    tests = REPOSITORY / "tests"
    places = [*sorted((tests / "lab").glob("*.yaml")), *sorted((tests / "probes").glob("*/*.py"))]
    tables = "\n".join(path.read_text(encoding="utf-8") for path in places)
    rules = {name for name, entry in load_catalog(()).entries.items() if entry.rule.scope == "conformance"}
    named = {name for name in rules if re.search(rf"\b{name.partition('.')[2]}\b", tables)}
    assert rules - named == OF_TIME
